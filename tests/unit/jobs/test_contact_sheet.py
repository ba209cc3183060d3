"""Sheets that show what a recipe makes of a few clips, and the report on all of them."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mer.artefacts.arrays import Part, write_part
from mer.core.types import Clip, Execution
from mer.datasets.demo import Demo
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.jobs import contact_sheet, prepare
from mer.jobs.contact_sheet import _apex_accuracy, _caption, _notes, _outline, _report, _shown
from mer.preprocessing.alignment import AlignedFrame
from mer.preprocessing.steps import Preprocessing, align, crop
from mer.preprocessing.steps.crop import CropParams
from mer.preprocessing.steps.length import LengthParams
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.prepare import ContactSheetSpec, PartsSpec, PrepareSpec

CPU = Execution(device="cpu")
FACELESS = {"demo:s01:neg_01", "demo:s02:sur_01"}


@pytest.fixture
def rows(monkeypatch):
    """Rows of the sheet that is drawn."""
    seen = []
    draw = contact_sheet.contact_sheet

    def drawn(clips, *texts):
        seen.extend(clips)
        return draw(clips, *texts)

    monkeypatch.setattr(contact_sheet, "contact_sheet", drawn)
    return seen


def planned(tmp_path, preprocessing):
    variant = {"method": "ststnet", "flow_image": {"flow": "dis"}, "preprocessing": preprocessing}
    raw = {
        "name": "mine",
        "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"net": variant},
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", tmp_path)))


def prepare_all(jobs, root, landmarks=None):
    """Prepare all parts of the demo; returns their list."""
    folder, key = jobs.artefact_folder("demo"), jobs.sweep.recipe("net").key
    for part in jobs.parts(folder, key):
        spec = PrepareSpec.model_validate_json(jobs.prepare_spec(folder, key, part))
        found = [] if landmarks is None else [landmarks(part, spec)]
        prepare.run(spec, CPU, found, root / f"{part}.safetensors")
    return list_parts(jobs, key, root / "parts.json")


def list_parts(jobs, key, path):
    spec = jobs.parts_spec(jobs.artefact_folder("demo"), key)
    prepare.run_list(PartsSpec.model_validate_json(spec), path)
    return path


def draw(jobs, variant, parts, root, landmarks=()):
    """Run the job; returns the lines of the report."""
    spec = jobs.contact_sheet_spec(jobs.artefact_folder("demo"), jobs.sweep.recipe(variant).key)
    sheet, report = root / "sheet.png", root / "sheet.md"
    contact_sheet.run(ContactSheetSpec.model_validate_json(spec), CPU, parts, landmarks, sheet, report)
    return report.read_text().splitlines()


def part(sample_ids=(), left_out=None, apexes=(), annotated=()):
    return Part(
        tuple(sample_ids), "{}", "d", left_out or {}, apexes=tuple(apexes), annotated=tuple(annotated)
    )


def test_a_sheet_shows_a_clip_of_every_subject_and_the_report_counts_all(prepared, rows, tmp_path):
    lines = draw(prepared.jobs, "ststnet", prepared.lists["ststnet"][0], tmp_path)
    assert lines[0] == f"# {prepared.jobs.sweep.recipe('ststnet').key} on demo"
    assert lines[2] == "- 24 clips of 4 subjects, 0 left out. The apex of 24 clips is as annotated"
    assert ' "feature": "flow_image",' in lines
    # Of each subject another clip.
    shown = ["demo:s01:neg_01", "demo:s02:neg_02", "demo:s03:pos_01", "demo:s04:pos_02"]
    assert [row.name for row in rows] == shown
    assert all(row.flow.shape == (2, *row.onset.shape[:2]) for row in rows)
    assert all(row.outline is None for row in rows)
    assert rows[0].note.startswith("apex ")
    with Image.open(tmp_path / "sheet.png") as image:
        width, height = image.size
        assert image.convert("L").getextrema() == (0, 255)
    # 150 dots per inch, a page of 6 to 10 inches, four rows of half an inch and more.
    assert 6 * 150 <= width <= 10 * 150
    assert height >= 4 * 75


def test_a_recipe_without_an_apex_has_none_in_its_report(prepared, rows, tmp_path):
    lines = draw(prepared.jobs, "lbp_top_svm", prepared.lists["lbp_top_svm"][0], tmp_path)
    assert lines[2] == "- 24 clips of 4 subjects, 0 left out"
    assert [row.note for row in rows] == [""] * 4
    assert all(row.apex is not None for row in rows)


def test_clips_that_were_left_out_are_shown_and_listed_with_their_reasons(monkeypatch, rows, tmp_path):
    read = Demo.read_clip

    def some_without_face(self, sample, **how):
        clip = read(self, sample, **how)
        return replace(clip, landmarks=None) if sample.sample_id in FACELESS else clip

    monkeypatch.setattr(Demo, "read_clip", some_without_face)
    jobs = planned(tmp_path, {"landmarks": "given", "crop": {}, "without_face": "drop"})
    lines = draw(jobs, "net", prepare_all(jobs, tmp_path), tmp_path)
    why = "landmarks.csv has no row with its subject and clip"
    assert lines[2:5] == [
        "- 7 clips of 3 subjects, 2 left out. The apex of 7 clips is as annotated",
        f"- left out: demo:s01:neg_01: {why}",
        f"- left out: demo:s02:sur_01: {why}",
    ]
    assert [row.name.removeprefix("demo:") for row in rows] == [
        "s01:pos_01", "s02:pos_01", "s03:sur_01", "s01:neg_01",
    ]  # fmt: skip
    assert all(row.outline.shape == (4, 2) for row in rows[:3])
    without = rows[3]
    assert (without.apex, without.landmarks, without.outline, without.flow) == (None, None, None, None)
    assert without.note == why


def test_landmarks_that_were_looked_for_are_drawn_with_the_box_that_they_bound(rows, tmp_path):
    jobs = planned(tmp_path, {"landmarks": "dlib", "crop": {}})
    points = np.tile([20.0, 20.0], (68, 1))
    points[0], points[1] = (5, 8), (34, 41)

    def found(name, spec):
        path = tmp_path / "landmarks" / f"{name}.safetensors"
        subject = name.removeprefix("demo.")
        names = tuple(f"demo:{subject}:{clip}_01" for clip in ("neg", "pos", "sur"))
        face = np.vstack([points, [[5, 8], [35, 42]]])
        nowhere = (None,) * 3
        part = Part(names, "{}", spec.landmarks, apexes=nowhere, annotated=nowhere)
        write_part(path, np.stack([face] * 3), part)
        return path

    parts = prepare_all(jobs, tmp_path, found)
    folder = jobs.artefact_folder("demo")
    (asked,) = jobs.landmarks(folder, jobs.sweep.recipe("net").key, "parts.json")
    landmarks = list_parts(jobs, asked.split("/")[-2], tmp_path / "landmarks/parts.json")
    draw(jobs, "net", parts, tmp_path, [landmarks])
    assert len(rows) == 3
    for row in rows:
        assert np.array_equal(row.landmarks, points)
        assert row.prepared_onset.shape == (34, 30)
        # From the edge of column 5 to that of column 34, rows 8 to 41.
        assert np.allclose(row.outline, [[4.5, 7.5], [34.5, 7.5], [34.5, 41.5], [4.5, 41.5]])


def test_five_subjects_are_shown_evenly_and_one_clip_that_is_left_out():
    clips = {n: (f"s{n}:a", f"s{n}:b") for n in range(1, 10)}
    parts = [part(names, {f"s{n}:x": "no face"}) for n, names in clips.items()]
    parts.append(part(left_out={"s10:x": "no face"}))
    assert _shown(parts) == ["s1:a", "s3:b", "s5:a", "s7:b", "s9:a", "s1:x"]
    assert _shown(parts[-1:]) == ["s10:x"]


def test_notes_say_where_the_apex_is_and_how_that_is_known():
    parts = [
        part("abcd", apexes=(4, 4, 4, None), annotated=(4, 6, None, 6)),
        part(left_out={"e": "no face"}),
    ]
    assert _notes(parts) == {
        "a": "apex 4 frames after onset, as annotated",
        "b": "apex 4 frames after onset, annotated 6",
        "c": "apex 4 frames after onset, not annotated",
        "d": "",
        "e": "no face",
    }


def test_the_report_counts_over_all_parts():
    parts = [part("ab", apexes=(3, 10), annotated=(5, 10)), part("c", {"d": "no face"}, (20,), (14,))]
    # Errors of 2, 0 and 6 frames.
    assert _report(parts) == [
        "3 clips of 2 subjects, 1 left out. The apex is spotted: mean absolute error 2.7 frames, median 2, "
        "within 3 frames in 67% of 3 annotated clips",
        "left out: d: no face",
    ]


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ([(3, 3), (8, 8)], "The apex of 2 clips is as annotated"),
        ([(3, 3), (4, None)], "The apex of 1 clip is as annotated, that of 1 clip is spotted"),
        ([(4, None)], "No apex is annotated: all are spotted, and nothing says how well"),
        (
            [(1, 5), (9, 6), (7, None)],
            "The apex is spotted: mean absolute error 3.5 frames, median 4, within 3 frames in 50% of 2 "
            "annotated clips",
        ),
    ],
    ids=["annotated", "some annotated", "none annotated", "spotted"],
)
def test_spotted_apexes_are_compared_with_annotated_ones(taken, said):
    assert _apex_accuracy(taken) == said


@pytest.fixture
def clip():
    """Landmarks from (20, 10) to (59, 29) in frames of 80 x 60 pixels."""
    points = np.random.default_rng(0).uniform([20, 10], [59, 29], (68, 2))
    points[0], points[16] = (20, 10), (59, 29)
    return Clip(np.zeros((2, 60, 80), np.uint8), 0, 1, 1, None, points)


def test_nothing_that_was_cut_out_has_no_outline(clip):
    assert _outline(clip, clip) is None
    faceless = replace(clip, landmarks=None)
    assert _outline(faceless, faceless) is None


def test_the_outline_of_a_crop_runs_along_the_edges_of_its_pixels(clip):
    outline = _outline(clip, crop.apply(clip, CropParams()))
    assert np.allclose(outline, [[19.5, 9.5], [59.5, 9.5], [59.5, 29.5], [19.5, 29.5]])


def test_the_outline_of_a_crop_that_was_zoomed_is_a_square(clip):
    # 40 columns around rows 10 to 29: rows 0 to 39.
    outline = _outline(clip, crop.apply(clip, CropParams(size=20)))
    assert np.allclose(outline, [[19.5, -0.5], [59.5, -0.5], [59.5, 39.5], [19.5, 39.5]])


@pytest.fixture
def turned():
    """A face that leans: its eyes are 20 pixels apart, the right one 16 to the right and 12 further down."""
    points = np.tile([40.0, 20.0], (68, 1))
    points[42:48] = (56, 32)
    points[:4] = [(35.5, 11), (65.9, 33.8), (49.1, 56.2), (18.7, 33.4)]
    return Clip(np.zeros((2, 60, 80), np.uint8), 0, 1, 1, None, points)


def test_the_outline_of_an_aligned_face_leans_as_the_face_does(turned):
    # 60 columns and 70 rows, the left eye in column 19.5 and row 25; a step along a row is (0.8, 0.6).
    outline = _outline(turned, align.apply(turned, AlignedFrame(eye_distance=20)))
    assert np.allclose(outline, [[39.3, -12.4], [87.3, 23.6], [45.3, 79.6], [-2.7, 43.6]])


def test_the_outline_of_what_is_cut_out_of_an_aligned_face_leans_too(turned):
    aligned = align.apply(turned, AlignedFrame(eye_distance=20))
    assert np.allclose(aligned.landmarks[:4], [[10.5, 20.5], [48.5, 20.5], [48.5, 48.5], [10.5, 48.5]])
    outline = _outline(turned, crop.apply(aligned, CropParams()))
    assert np.allclose(outline, [[35.3, 9.6], [67.3, 33.6], [49.3, 57.6], [17.3, 33.6]])


def test_the_caption_says_what_the_recipe_does_not_do_as_shown():
    settings = Preprocessing(length=LengthParams(n_frames=10))
    lbp_top = Recipe("lbp_top", FEATURES["lbp_top"].params(), settings)
    assert _caption(lbp_top, "12 clips") == (
        "Settings other than the defaults: preprocessing {length: {n_frames: 10}}. 12 clips. Shown before clips are brought to 10 frames (tim). The recipe looks at no flow; shown is DIS."
    )
    plain = _caption(Recipe("flow_image", FEATURES["flow_image"].params()), "12 clips")
    assert plain == "Settings other than the defaults: none. 12 clips."
