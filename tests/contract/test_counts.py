"""Published and recounted numbers of the databases, through the command that counts a copy.

Row numbers are those of the table of expected counts that the readers are built after. Rows that
are published only (25 and 26) are not in it, nor is part C of CAS(ME)³ (33), which has no reader.
"""

import json
import shutil
from collections import Counter
from typing import NamedTuple

import pytest

from mer.cli.main import main
from mer.core.location import Location
from mer.datasets import DATASETS
from mer.protocols import PROTOCOLS

# Stand-ins that are written and counted with their frames; of the others there are very many.
WITH_FRAMES = (
    *(("casme2", "2014-05-08"), ("samm", "v2"), ("casme", "copy of 193 rows")),
    *(("smic_hs", "basic"), ("smic_hs", "extended, edited")),
    *(("smic_vis", "basic"), ("smic_vis", "extended")),
)


class Row(NamedTuple):
    """What a version of a database must give, and what its real copy is recognised as."""

    number: str
    dataset: str
    version: str
    settings: dict
    task: str
    classes: dict
    subjects: int | None
    recognised: str


def three(negative, positive, surprise, **others):
    return {"negative": negative, "positive": positive, "surprise": surprise, **others}


def labels(happiness, disgust, surprise, repression, others, **more):
    counts = {"happiness": happiness, "disgust": disgust, "surprise": surprise}
    return {**counts, "repression": repression, "others": others, **more}


def roman(*counts):
    return dict(zip(("I", "II", "III", "IV", "V", "VI", "VII"), counts, strict=False))


def dfme(anger, contempt, disgust, fear, happiness, sadness, surprise):
    counts = {"anger": anger, "contempt": contempt, "disgust": disgust, "fear": fear}
    return {**counts, "happiness": happiness, "sadness": sadness, "surprise": surprise}


C14, C19, C256 = "2014-05-08", "2019-07-01", "256 rows"
EDITED, ORIGINAL = "extended, edited", "extended, original"
BY_NAME, BY_COLUMN = {"release": "extended"}, {"release": "extended", "label": "column"}
EVENTS = {"release": "extended", "all_events": True}
SAMM = {"anger": 57, "contempt": 12, "happiness": 26, "surprise": 15, "other": 26}
SAMM_ALL = {**SAMM, "disgust": 9, "fear": 8, "sadness": 6}
CASME3 = {"disgust": 250, "surprise": 187, "others": 161, "fear": 86, "anger": 64, "sadness": 57}
CASME = {"contempt": 1, "disgust": 42, "fear": 2, "happiness": 10, "repression": 43, "sadness": 5}

ROWS = [
    Row("1", "casme2", C14, {}, "", labels(32, 63, 25, 27, 99, sadness=7, fear=2), 26, C14),
    Row("2", "casme2", C19, {}, "", labels(32, 63, 28, 27, 99, sadness=4, fear=2), 26, C19),
    Row("3", "casme2", C14, {}, "casme2_5", labels(32, 63, 25, 27, 99), 26, C14),
    Row("4", "casme2", C19, {}, "casme2_5", labels(32, 63, 28, 27, 99), 26, C19),
    Row("5", "casme2", C256, {}, "casme2_5", labels(32, 64, 25, 27, 99), 26, C256),
    Row("6", "casme2", C14, {}, "casme2_4", three(72, 32, 25, others=126), 26, C14),
    Row("7", "casme2", C256, {}, "casme2_4", three(73, 32, 25, others=126), 26, C256),
    Row("8", "casme2", C14, {}, "cdmer", three(72, 32, 25), None, C14),
    Row("8, 256 rows", "casme2", C256, {}, "cdmer", three(73, 32, 25), None, C256),
    Row("9", "casme2", C14, {}, "megc2019", three(90, 32, 25), 24, C14),
    Row("12", "casme2", C14, {}, "megc2018", roman(25, 15, 99, 26, 20), 26, C14),
    Row("13, I-V", "casme2", C19, {"objective": "column"}, "megc2018", roman(30, 18, 93, 15, 18), None, C19),
    Row("14", "samm", "v2", {}, "", SAMM_ALL, 29, "v2"),
    Row("15", "samm", "v2", {}, "samm_4", three(92, 26, 15, other=26), 29, "v2"),
    Row("16", "samm", "v2", {}, "samm_5", SAMM, 27, "v2"),
    Row("17", "samm", "v2", {}, "megc2019", three(92, 26, 15), 28, "v2"),
    Row("19", "samm", "v2", {}, "megc2018", roman(24, 13, 20, 8, 3), 21, "v2"),
    Row("20", "smic_hs", "basic", {}, "", three(70, 51, 43), 16, "basic"),
    Row("21", "smic_vis", "basic", {}, "", three(23, 28, 20), 8, "basic"),
    Row("21, SMIC-E", "smic_vis", "extended", BY_NAME, "", three(23, 28, 20), 8, "extended"),
    Row("22", "smic_vis", "extended", BY_COLUMN, "", three(24, 28, 19), 8, "extended, labels by column"),
    Row("23, name", "smic_hs", EDITED, BY_NAME, "", three(65, 51, 41), 16, EDITED),
    Row("23, column", "smic_hs", EDITED, BY_COLUMN, "", three(66, 51, 40), 16, f"{EDITED}, labels by column"),
    # All events of the long clips: nine more in the high-speed camera's, one of them in the ordinary's.
    Row("23, events", "smic_hs", EDITED, EVENTS, "", three(71, 51, 44), 16, f"{EDITED}, all events"),
    Row("24, events", "smic_hs", ORIGINAL, EVENTS, "", three(75, 51, 45), 16, f"{ORIGINAL}, all events"),
    Row("21, events", "smic_vis", "extended", EVENTS, "", three(23, 28, 21), 8, "extended, all events"),
    Row("24, name", "smic_hs", ORIGINAL, BY_NAME, "", three(69, 51, 42), 16, ORIGINAL),
    Row(
        "24, column",
        "smic_hs",
        ORIGINAL,
        BY_COLUMN,
        "",
        three(70, 51, 41),
        16,
        f"{ORIGINAL}, labels by column",
    ),
    Row(
        "27",
        "smic_hs",
        "basic",
        {"non_micro": True},
        "smic_nonmicro",
        three(70, 51, 43, non_micro=164),
        16,
        "basic with non-micro",
    ),
    Row("30, micro", "casme_squared", "final", {}, "", three(21, 8, 9, others=19), 14, "micro"),
    Row(
        "30, macro",
        "casme_squared",
        "final",
        {"expressions": "macro"},
        "",
        three(105, 116, 16, others=63),
        None,
        "macro",
    ),
    Row(
        "30, all",
        "casme_squared",
        "final",
        {"expressions": "all"},
        "",
        three(126, 124, 25, others=82),
        22,
        "macro and micro",
    ),
    Row("31", "casme3_a", "JpgIndex v2", {}, "", {**CASME3, "happiness": 55}, 94, "JpgIndex v2"),
    Row("32, three", "casme3_a", "JpgIndex v2", {}, "casme3_3", three(457, 55, 187), 88, "JpgIndex v2"),
    Row(
        "32, four",
        "casme3_a",
        "JpgIndex v2",
        {},
        "casme3_4",
        three(457, 55, 187, others=161),
        94,
        "JpgIndex v2",
    ),
    Row("34", "dfme", "training", {}, "", dfme(161, 100, 548, 265, 206, 278, 298), 176, "training"),
    Row("34, A", "dfme", "test A", {"part": "test_a"}, "", dfme(39, 34, 129, 62, 63, 46, 101), 42, "test A"),
    Row("34, B", "dfme", "test B", {"part": "test_b"}, "", dfme(41, 37, 58, 38, 42, 35, 48), 41, "test B"),
    Row("35", "samm_lv", "V2", {}, "", {"micro": 159}, None, "micro of V2"),
    Row(
        "section 6",
        "casme",
        "copy of 193 rows",
        {},
        "",
        {**CASME, "surprise": 19, "tense": 71},
        19,
        "193 rows",
    ),
]
IDS = [f"row {row.number}" for row in ROWS]


@pytest.fixture(scope="session")
def stand_in_of(tmp_path_factory):
    """Write a stand-in of a version at full scale, once."""
    written = {}

    def folder(dataset, version):
        if (dataset, version) not in written:
            out = tmp_path_factory.mktemp("standins") / dataset
            arguments = ["standin", "--dataset", dataset, "--version", version, "--out", str(out)]
            flags = [] if (dataset, version) in WITH_FRAMES else ["--annotations-only"]
            assert main([*arguments, "--size", "24", *flags]) == 0
            written[dataset, version] = out
        return written[dataset, version]

    return folder


@pytest.fixture
def counts(capsys):
    """Count a copy with the command; gives its report."""

    def count(row, root, *, frames):
        arguments = ["counts", "--dataset", row.dataset, "--root", str(root)]
        task = ["--task", row.task] if row.task else []
        flags = [] if frames else ["--annotations-only"]
        capsys.readouterr()
        code = main([*arguments, "--settings", json.dumps(row.settings), *task, *flags])
        printed = capsys.readouterr()
        assert code == 0, printed.err
        return json.loads(printed.out)

    return count


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_stand_in_has_the_counts_of_its_database(row, stand_in_of, counts):
    with_frames = (row.dataset, row.version) in WITH_FRAMES
    report = counts(row, stand_in_of(row.dataset, row.version), frames=with_frames)
    assert report["classes"] == row.classes
    assert report["clips"] == sum(row.classes.values())
    assert row.subjects in (None, report["subjects"])
    assert report["dataset"] == row.dataset
    assert report["version"] == f"stand-in of {row.version}, scale 1"


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_copy_that_does_not_say_that_it_is_a_stand_in_is_recognised_by_its_content(
    row, stand_in_of, counts, tmp_path
):
    without = shutil.ignore_patterns("STAND-IN*", "*.jpg", "*.bmp")
    root = shutil.copytree(stand_in_of(row.dataset, row.version), tmp_path / "copy", ignore=without)
    report = counts(row, root, frames=False)
    assert report["version"] == row.recognised
    assert report["classes"] == row.classes


def test_the_table_has_every_row_that_was_recounted():
    numbers = {row.number.split(",")[0] for row in ROWS}
    elsewhere = {"10", "11", "13", "18", "28", "29"}
    assert {str(number) for number in range(1, 36)} - {"25", "26", "33"} <= numbers | elsewhere


# Objective classes and composites: counted by reader and protocol, without files.


def index(dataset, version, **settings):
    spec = DATASETS[dataset]
    params = spec.params.from_plain({**settings, "stand_in": {"version": version}})
    return spec.build(params, Location(dataset, None)).index()


@pytest.mark.parametrize(
    ("number", "dataset", "version", "settings", "expected", "subjects"),
    [
        (11, "casme2", C14, {}, roman(25, 15, 99, 26, 20, 1, 69), 26),
        (13, "casme2", C19, {"objective": "column"}, roman(30, 18, 93, 15, 18, 2, 79), 26),
        (18, "samm", "v2", {}, roman(24, 13, 20, 8, 3, 7, 84), 29),
    ],
)
def test_all_seven_objective_classes_have_their_clips(number, dataset, version, settings, expected, subjects):
    found = index(dataset, version, **settings)
    assert Counter(sample.objective_class for sample in found) == expected
    assert len({sample.subject for sample in found}) == subjects


def test_the_objective_classes_of_casme3_are_those_of_its_file():
    """Three of its clips end before they begin: they are in the file and in no index."""
    spec = DATASETS["casme3_a"]
    params = spec.params.from_plain({"stand_in": {"version": "JpgIndex v2"}})
    samples = spec.build(params, Location("casme3_a", None)).annotated_samples()
    assert Counter(one.objective_class for one in samples) == roman(15, 151, 234, 37, 47, 3, 373)


@pytest.fixture(scope="module")
def composite():
    return [
        sample
        for dataset, version in (("smic_hs", "basic"), ("casme2", C14), ("samm", "v2"))
        for sample in index(dataset, version)
    ]


def take_part(protocol, samples):
    """Clips and persons of a protocol, by database and class."""
    chosen = protocol.select(protocol.task.label(samples))
    clips = Counter((one.sample.database, one.label) for one in chosen)
    people = {one.sample.person for one in chosen}
    return chosen, clips, people


def test_rows_10_17_20_and_28_megc_2019_takes_442_clips_of_68_subjects(composite):
    spec = PROTOCOLS["megc2019_cde"]
    protocol = spec.build(spec.params(datasets=("casme2", "samm", "smic_hs")))
    chosen, clips, people = take_part(protocol, composite)
    assert len(chosen) == 442
    assert Counter(one.label for one in chosen) == three(250, 109, 83)
    parts = {"casme2": (88, 32, 25), "samm": (92, 26, 15), "smic_hs": (70, 51, 43)}
    assert clips == {(name, label): n for name, part in parts.items() for label, n in three(*part).items()}
    assert Counter(person.split(":")[0] for person in people) == {"casme2": 24, "samm": 28, "smic": 16}
    assert not {"casme2:sub10", "casme2:sub18", "samm:025"} & people
    assert len(protocol.folds(chosen)) == 68


def test_row_10_leaves_out_the_two_clips_with_an_unusable_apex(composite):
    spec = PROTOCOLS["megc2019_cde"]
    protocol = spec.build(spec.params(datasets=("casme2", "samm", "smic_hs")))
    labelled = {one.sample.sample_id for one in protocol.task.label(composite)}
    chosen, _, _ = take_part(protocol, composite)
    left_out = labelled - {one.sample.sample_id for one in chosen}
    assert left_out == {"casme2:sub04:EP12_01f", "casme2:sub05:EP09_05f"}


def test_row_29_megc_2018_takes_253_clips_of_47_subjects(composite):
    spec = PROTOCOLS["megc2018_cde"]
    protocol = spec.build(spec.params(datasets=("casme2", "samm")))
    samples = [sample for sample in composite if sample.database != "smic_hs"]
    chosen, _, people = take_part(protocol, samples)
    assert Counter(one.label for one in chosen) == roman(49, 28, 119, 34, 23)
    assert len(chosen) == 253
    assert Counter(person.split(":")[0] for person in people) == {"casme2": 26, "samm": 21}
    assert len(protocol.folds(chosen)) == 47


# Clips per subject, as published: what a leave-one-subject-out score hangs on.

PER_SUBJECT = {
    ("casme2", C14): (
        {f"sub{number:02d}" for number in range(1, 27)},
        "9 13 7 5 19 5 9 3 14 14 10 12 8 4 3 4 36 3 16 11 2 2 12 10 7 17",
    ),
    ("samm", "v2"): (
        {f"{number:03d}" for number in range(6, 38)} - {"008", "027", "029"},
        "11 10 4 4 20 3 6 11 3 5 6 4 3 9 2 5 1 1 4 13 3 3 1 6 5 3 9 1 3",
    ),
    ("smic_hs", "basic"): (
        {f"s{number:02d}" for number in (*range(1, 7), 8, 9, *range(11, 16), *range(18, 21))},
        "6 6 39 19 2 4 13 4 7 9 10 10 4 7 2 22",
    ),
    ("smic_vis", "basic"): (
        {f"s{number:02d}" for number in (*range(11, 16), *range(18, 21))},
        "7 9 10 10 4 7 2 22",
    ),
    ("casme", "copy of 193 rows"): (
        {f"sub{number:02d}" for number in range(1, 20)},
        "38 2 4 5 2 17 34 24 7 6 1 3 9 9 3 4 5 14 6",
    ),
    ("casme_squared", "final"): (
        {f"s{number:02d}" for number in (1, 2, 3, 7, 8, 9, 11, 12, 13, 14, 15, 18, 20, 21)},
        "2 8 1 3 8 4 11 1 2 6 6 2 2 1",
    ),
}


@pytest.mark.parametrize(("dataset", "version"), PER_SUBJECT)
def test_every_subject_has_its_number_of_clips(dataset, version):
    subjects, numbers = PER_SUBJECT[dataset, version]
    expected = dict(zip(sorted(subjects), map(int, numbers.split()), strict=True))
    assert Counter(s.subject.split(":")[1] for s in index(dataset, version)) == expected
