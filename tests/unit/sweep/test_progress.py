import os
from types import SimpleNamespace

import pytest

from mer.sweep.listing import Listing
from mer.sweep.progress import Group, Job, Progress, State, Watch
from mer.sweep.records import Lock
from mer.sweep.start import start

LOCKED = Lock(100.0, frozenset({"results/a"}))
RAW = {
    "name": "mine",
    "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {"majority": {}, "net": {"method": "ststnet"}, "same": {"method": "ststnet"}},
    "seeds": [0, 1],
    "seeds_per_job": 2,
    "folds_per_job": 2,
}


def write(root, path, time=0.0):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    os.utime(file, (time, time))


def watch(root, started=None, lock=None):
    return Watch(SimpleNamespace(started=started or {}, lock=lock), Listing(root))


@pytest.mark.parametrize(
    ("output", "log", "started", "lock", "state"),
    [
        (None, None, None, None, State.TO_DO),
        (50, None, None, None, State.DONE),
        (50, 40, None, LOCKED, State.DONE),
        (None, 40, None, None, State.FAILED),
        # What failed before this run began is tried again in it; what is not part of it is not.
        (None, 40, None, LOCKED, State.TO_DO),
        (None, 40, None, Lock(100.0, frozenset()), State.FAILED),
        (None, 150, None, LOCKED, State.FAILED),
        (None, None, 120, LOCKED, State.QUEUED),
        (None, 110, 120, LOCKED, State.QUEUED),  # the log is of an earlier attempt
        (None, 130, 120, LOCKED, State.RUNNING),
        (None, 119, 120, LOCKED, State.RUNNING),  # opened before the note was written
        # Its Snakemake is gone, or another one has begun since.
        (None, 130, 120, None, State.INTERRUPTED),
        (None, 60, 50, LOCKED, State.INTERRUPTED),
        # Written, and not yet taken note of; or of an earlier run, to be made again.
        (150, 130, 120, LOCKED, State.DONE),
        (50, 130, 120, LOCKED, State.RUNNING),
    ],
)
def test_states_are_told_by_files(tmp_path, output, log, started, lock, state):
    if output is not None:
        write(tmp_path, "results/a", output)
    if log is not None:
        write(tmp_path, "results/logs/a.log", log)
    notes = {} if started is None else {"results/a": float(started)}
    assert watch(tmp_path, notes, lock).state("results/a", "results/logs/a.log") is state


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("name: mine")
    (found,) = start(RAW, [tmp_path / "mine.yaml"], tmp_path / "config.yaml").sweeps.values()
    return found


def test_a_sweep_is_sorted_by_protocol_variant_and_representation(jobs, tmp_path):
    first, second = jobs.packs("p", "net")
    folder = jobs.run_folder("p", "net")
    write(tmp_path, first)
    # One cell of the second pack, which holds fold 2 under two seeds; not a checkpoint, nor another pack's.
    for name in ("s1-002.parquet", "s0-002.pt", "s0-001.parquet", ".s0-002.1234abcd.parquet"):
        write(tmp_path, f"{folder}/unfinished/{name}")
    progress = watch(tmp_path).progress(jobs)
    assert [(one.place, one.name, one.cells) for one in progress.training] == [
        ("p", "majority", (0, 6)),
        ("p", "net", (5, 6)),
        ("p", "same", (5, 6)),
    ]
    # Two variants share their packs.
    assert [job.output for job in progress.packs] == [*jobs.packs("p", "majority"), first, second]
    (preparing,) = progress.preparing
    assert (preparing.place, len(preparing.jobs)) == ("demo", 3)
    assert preparing.counts == {State.TO_DO: 3}
    assert not progress.is_complete


def test_everything_that_a_sweep_makes_is_followed(jobs, tmp_path):
    progress = watch(tmp_path).progress(jobs)
    for job in progress.jobs:
        write(tmp_path, job.output)
    assert watch(tmp_path).progress(jobs).is_complete
    made = {job.output for job in progress.jobs}
    assert {"results/mine/sweep.json", "results/report.html", jobs.folds("p"), *jobs.audits()} <= made
    for path in (*jobs.lists("p", "net"), *jobs.predictions("p"), *jobs.contact_sheets()[:1]):
        assert path in made
    # One of the files of a table stands for it.
    assert len(made & set(jobs.tables())) == 1


def test_folders_are_listed_once(tmp_path):
    write(tmp_path, "a/b")
    listing = Listing(tmp_path)
    assert listing.has("a/b")
    assert not listing.has("a/c")
    write(tmp_path, "a/c")
    assert not listing.has("a/c")
    assert listing.changed("a/c") is None
    assert listing.names("nowhere") == frozenset()


def test_what_is_left_is_weighed_by_the_seconds_that_methods_declare():
    def jobs(*states, kept=0):
        return [Job(str(i), "", state, n_cells=10, n_kept=kept) for i, state in enumerate(states)]

    slow = Group("p", "slow", jobs(State.DONE, State.TO_DO, State.TO_DO), seconds=2.0)
    progress = Progress("mine", [slow], [], Group("", "", []))
    made, left = progress.share_made(Lock(0.0, frozenset("012")))
    assert (made, left) == (25.0, 50.0)
    # What an earlier run has made is no measure for this one.
    assert progress.share_made(Lock(0.0, frozenset("12"))) == (0.0, 50.0)
    running = Progress(
        "mine", [Group("p", "a", jobs(State.RUNNING, kept=5), seconds=2.0)], [], Group("", "", [])
    )
    assert running.share_made(Lock(0.0, frozenset("0"))) == (12.5, 12.5)
