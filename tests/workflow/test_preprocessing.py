"""Recipes that look for faces: what they share, what makes them stale, and what happens when a job fails."""

import json
import shutil
import signal
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path

import pytest
from PIL import Image

from mer.artefacts.arrays import listed_parts, read_part
from mer.standins.plan import StandInParams
from mer.standins.planned import plan, stand_in_folder
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from tests.workflow.conftest import Project, runs_of

STAND_IN = {"scale": 0.01, "size": 96}
CLIPS = {"casme.sub01": 6, "casme.sub07": 5, "casme.sub08": 2, "casme.sub09": 2}
SUBJECTS = set(CLIPS)
PLEASANT = ("happiness", "surprise")
UNPLEASANT = ("contempt", "disgust", "fear", "repression", "sadness", "tense")
SWEEP = {
    "name": "faces",
    "datasets": {"casme": {"stand_in": STAND_IN}},
    "protocols": {
        "p": {
            "protocol": "loso",
            "datasets": ["casme"],
            "task": "mood",
            "classes": {"pleasant": list(PLEASANT), "unpleasant": list(UNPLEASANT)},
        }
    },
    "variants": {
        "net": {
            "method": "ststnet",
            "epochs": 1,
            "flow_image": {"flow": "dis"},
            "preprocessing": {"landmarks": "dlib", "crop": {}},
        }
    },
    "device": "cpu",
}


def changed(name="faces", preprocessing=None, **settings):
    """The sweep with another name, other settings of its method, or other preprocessing."""
    sweep = {**deepcopy(SWEEP), "name": name}
    sweep["variants"]["net"] |= settings
    sweep["variants"]["net"]["preprocessing"] |= preprocessing or {}
    return sweep


@pytest.fixture(scope="module")
def done(copy_project, tmp_path_factory):
    """A project with the finished sweep; not to be changed."""
    project = copy_project(tmp_path_factory.mktemp("faces"))
    project.run(SWEEP)
    return project


@pytest.fixture
def project(done, tmp_path):
    """A copy of it, to be changed."""
    shutil.copytree(done.root, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def parts_of(paths):
    """Names of the parts among some files, by the representation."""
    found = {}
    for path in map(Path, paths):
        if path.suffix == ".safetensors":
            found.setdefault(path.parent.name.split("-")[0], set()).add(path.stem)
    return found


def sheets_of(paths):
    return sorted(Path(path).suffix for path in paths if "figures/preprocessing/" in str(path))


def test_landmarks_recipe_and_contact_sheet_are_there_after_one_run(done):
    results = done.root / "results"
    lists = {path.parent.name.split("-")[0]: path for path in results.glob("artefacts/*/*/parts.json")}
    assert set(lists) == {"landmarks", "flow_image"}
    for path in lists.values():
        parts = {part.sample_ids[0].rsplit(":", 1)[0]: len(rows) for part, rows in listed_parts(path)}
        assert parts == {name.replace(".", ":"): n_clips for name, n_clips in CLIPS.items()}
    recipe = lists["flow_image"].parent.name
    figures = results / "figures/preprocessing" / lists["flow_image"].parent.parent.name
    assert sorted(path.name for path in figures.iterdir()) == [f"{recipe}.md", f"{recipe}.png"]
    with Image.open(figures / f"{recipe}.png") as image:
        assert image.width >= 900
    contents = json.loads((results / "faces/sweep.json").read_text())
    assert [Path(path).name for path in contents["contact_sheets"]] == [f"{recipe}.png", f"{recipe}.md"]
    assert done.planned(SWEEP) == set()


def test_a_second_method_that_asks_for_the_same_prepares_nothing(done):
    sweep = changed("other", epochs=2)
    sweep["variants"]["again"] = {**sweep["variants"]["net"], "lr": 1e-3}
    planned = done.planned(sweep)
    assert runs_of(planned) == {"ststnet/s0/000-003.parquet"}
    own = ("results/other/", "results/runs/", "results/report.html")
    assert all(path.startswith(own) for path in planned)


def test_another_crop_of_the_same_faces_needs_no_landmarks_again(done):
    planned = done.planned(changed("other", preprocessing={"crop": {"margin": 0.2}}))
    assert parts_of(planned) == {"flow_image": SUBJECTS}
    assert sheets_of(planned) == [".md", ".png"]
    (folder,) = {Path(path).parent for path in planned if path.endswith(".safetensors")}
    assert f"{folder}/parts.json" in planned
    assert not (done.root / folder).exists()


@pytest.mark.parametrize(
    ("path", "old", "new", "stale"),
    [
        ("mer/preprocessing/evm.py", "_EXAGGERATION = 2.0", "_EXAGGERATION = 2.5", {}),
        ("mer/preprocessing/alignment.py", "_CLOSEST_EYES = 1.0", "_CLOSEST_EYES = 1.5", {"flow_image"}),
        ("mer/media/dlib_faces.py", "(0, 1, 2)", "(0, 1)", {"landmarks", "flow_image"}),
        ("mer/jobs/contact_sheet.py", "_SHOWN, _LEFT_OUT_SHOWN = 5, 1", "_SHOWN, _LEFT_OUT_SHOWN = 4, 1", {}),
    ],
    ids=["a step that is not done", "a step that is done", "who finds faces", "who draws sheets"],
)
def test_code_makes_stale_what_it_has_a_part_in(project, path, old, new, stale):
    project.edit(path, old, new)
    planned = project.planned(SWEEP)
    assert parts_of(planned) == dict.fromkeys(stale, SUBJECTS)
    drawn = stale or path == "mer/jobs/contact_sheet.py"
    assert sheets_of(planned) == ([".md", ".png"] if drawn else [])
    assert bool(runs_of(planned)) == bool(stale)


@pytest.fixture
def copy_of_a_database(done, tmp_path):
    """Frames and annotation of the stand-in, with nothing that says what they are."""
    root = tmp_path / "casme"
    written = done.root / stand_in_folder("casme", StandInParams(**STAND_IN))
    shutil.copytree(written, root, ignore=shutil.ignore_patterns("STAND-IN.*", "landmarks.csv"))
    return root


def frame(root, subject, mark):
    """Name of a subject's first clip, and its frame at onset (0), apex (1) or offset (2)."""
    clips = plan("casme", StandInParams(**STAND_IN)).clips
    clip = next(clip for clip in clips if clip.subject == subject and clip.annotated)
    marks = clip.row["marks"]
    return clip.clip, root / clip.folder / clip.files[clip.onset + marks[mark] - marks[0]]


def test_damaged_frames_are_named_and_only_what_they_belong_to_is_made_again(project, copy_of_a_database):
    sweep = {
        **SWEEP,
        "datasets": {"casme": {"allow_partial": True}},
        "paths": {"casme": str(copy_of_a_database)},
    }
    # Landmarks look at onsets, the recipe at onsets and apexes.
    onset_of, onset = frame(copy_of_a_database, "sub09", 0)
    apex_of, apex = frame(copy_of_a_database, "sub07", 1)
    intact = {path: path.read_bytes() for path in (onset, apex)}
    for path, content in intact.items():
        path.write_bytes(bytes(len(content)))
    arguments = ("--cores", "2", "--configfile", project.write(sweep), "--until", "parts")
    before = set((project.root / "results/artefacts").iterdir())
    printed = project.snakemake(*arguments, "--keep-going", ok=False)
    (folder,) = set((project.root / "results/artefacts").iterdir()) - before
    made = parts_of(folder.glob("*/*"))
    assert made == {"landmarks": SUBJECTS - {"casme.sub09"}, "flow_image": {"casme.sub01", "casme.sub08"}}
    assert not list(folder.glob("*/parts.json"))
    assert "Traceback" not in printed
    for feature, subject, clip, path in (
        ("landmarks", "sub09", onset_of, onset),
        ("flow_image", "sub07", apex_of, apex),
    ):
        (log,) = (project.root / "results/logs/artefacts" / folder.name).glob(
            f"{feature}-*/casme.{subject}.log"
        )
        assert f"casme:{subject}:{clip}: {path}: the image is damaged" in log.read_text()
    times = {path: path.stat().st_mtime_ns for path in folder.glob("*/*.safetensors")}
    for path, content in intact.items():
        path.write_bytes(content)
    planned = project.planned(sweep, "--until", "parts")
    assert parts_of(planned) == {"landmarks": {"casme.sub09"}, "flow_image": {"casme.sub07", "casme.sub09"}}
    project.snakemake(*arguments)
    assert parts_of(folder.glob("*/*")) == {"landmarks": SUBJECTS, "flow_image": SUBJECTS}
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert not parts_of(project.planned(sweep))


@pytest.fixture(scope="module")
def preparing(tmp_path_factory):
    """Arguments of a job that prepares one part of the demo corpus within seconds, and the part's digest."""
    raw = {
        "name": "mine",
        "datasets": {"demo": {"n_subjects": 2, "clips_per_class": 4}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"lbp_top_svm": {}},
        "device": "cpu",
    }
    jobs = Jobs(Sweep(parse(raw, "mine.yaml", tmp_path_factory.mktemp("mine"))))
    key = jobs.sweep.recipe("lbp_top_svm").key
    spec = jobs.prepare_spec(jobs.artefact_folder("demo"), key, "demo.s01")
    return ["prepare", "--spec", spec, "--execution", jobs.execution(1), "--inputs", "--output"], spec


class Job:
    """Runs of one job in one folder."""

    def __init__(self, arguments, output, cwd):
        self.arguments, self.output, self.cwd = arguments, output, cwd

    def start(self, *program):
        command = [sys.executable, *(program or ("-m", "mer.cli")), *self.arguments, str(self.output)]
        return subprocess.Popen(command, cwd=self.cwd)

    def kill_after(self, seconds):
        process = self.start()
        time.sleep(seconds)
        process.kill()
        return process.wait()

    def left_over(self):
        return {path for path in self.output.parent.iterdir() if path != self.output}


@pytest.fixture
def job(preparing, repository, tmp_path):
    arguments, _ = preparing
    return Job(arguments, tmp_path / "demo.s01.safetensors", repository)


@pytest.fixture(scope="module")
def undisturbed(preparing, repository, tmp_path_factory):
    """What the job writes, and how long it takes."""
    arguments, spec = preparing
    job = Job(arguments, tmp_path_factory.mktemp("undisturbed") / "demo.s01.safetensors", repository)
    began = time.monotonic()
    assert job.start().wait() == 0
    duration = time.monotonic() - began
    assert read_part(job.output)[0].digest == json.loads(spec)["digest"]
    return job.output.read_bytes(), duration


def test_a_job_that_is_killed_leaves_a_whole_file_or_none(job, undisturbed):
    content, duration = undisturbed
    ends = [job.kill_after(share * duration) for share in (0.3, 0.6, 0.85, 0.97) if not job.output.exists()]
    assert ends[0] == -signal.SIGKILL
    assert not job.output.exists() or job.output.read_bytes() == content
    assert job.start().wait() == 0
    assert job.output.read_bytes() == content


KILLED_WHILE_WRITING = """
import os, signal, sys
import mer.artefacts.arrays
from mer.cli.main import main

write = mer.artefacts.arrays.save_file

def write_half(arrays, path, about):
    write(arrays, path, about)
    os.truncate(path, path.stat().st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)

mer.artefacts.arrays.save_file = write_half
main(sys.argv[1:])
"""


def test_half_a_file_is_not_taken_for_one(job, undisturbed):
    content, _ = undisturbed
    assert job.start("-c", KILLED_WHILE_WRITING).wait() == -signal.SIGKILL
    assert not job.output.exists()
    (half,) = job.left_over()
    assert half.stat().st_size == len(content) // 2
    # Its name is hidden and drawn anew for every run: no list of parts names it, and nobody reads it.
    assert half.name.startswith(".demo.s01.")
    assert job.start().wait() == 0
    assert job.output.read_bytes() == content
    parts = job.output.with_name("parts.json")
    parts.write_text(json.dumps({"demo.s01": read_part(job.output)[0].digest}))
    assert [len(part.sample_ids) for part, _ in listed_parts(parts)] == [12]
