"""What a sweep will cost: counts, and time by what is declared or by what finished packs took."""

from pathlib import Path

import pandas as pd
import pytest

from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.needs import PREPARING, TRAINING, PreparingNeeds, TrainingNeeds
from mer.sweep.outlook import Outlook
from mer.sweep.outputs import outputs_by_rule
from mer.sweep.plan import Sweep


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """Two seeds, three folds of nine clips; two folds in the first job of each seed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(TRAINING, "ststnet", TrainingNeeds(core_ms=1000.0))
    raw = {
        "name": "mine",
        "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"majority": {}, "net": {"method": "ststnet", "epochs": 10}},
        "seeds": [0, 1],
        "folds_per_job": 2,
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", Path.cwd())))


def finish(jobs, variant, number, device="cpu", seconds=18.0):
    """Pretend that a pack is done."""
    path = Path(jobs.packs("p", variant)[number])
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"seed": 0, "fold": fold, "device": device, "seconds": seconds} for fold in (0, 0, 1)]
    pd.DataFrame(rows).to_parquet(path)


def run(jobs, variant):
    (found,) = [one for one in Outlook(jobs).runs() if one.variant == variant]
    return found


def test_cells_and_packs_are_counted_and_so_is_what_is_missing(jobs):
    found = run(jobs, "net")
    assert (found.packs, found.done, found.n_cells, found.n_missing) == (4, 0, 6, 6)
    finish(jobs, "net", 0)
    found = run(jobs, "net")
    # A pack of two folds is there; packs of one, two and one are not.
    assert (found.packs, found.done, found.n_cells, found.n_missing) == (4, 1, 6, 4)


def test_time_is_declared_until_a_pack_is_there_and_then_measured(jobs):
    found = run(jobs, "net")
    # 1 s x 9 clips x 10 epochs on a core; a GPU is worth 100.
    assert (found.core_seconds, found.gpu_seconds) == (pytest.approx(90), pytest.approx(0.9))
    assert found.measured == frozenset()
    finish(jobs, "net", 0, seconds=18.0)
    found = run(jobs, "net")
    assert (found.core_seconds, found.gpu_seconds) == (pytest.approx(18), pytest.approx(0.9))
    assert found.measured == {"core"}


def test_seconds_of_a_gpu_say_nothing_about_a_core(jobs):
    finish(jobs, "net", 0, device="NVIDIA H200", seconds=0.6)
    found = run(jobs, "net")
    assert (found.core_seconds, found.gpu_seconds) == (pytest.approx(90), pytest.approx(0.6))


def test_what_was_measured_does_not_cut_packs_anew(jobs):
    before = jobs.packs("p", "net")
    finish(jobs, "net", 0, seconds=90_000.0)
    assert jobs.packs("p", "net") == before


def test_a_pack_that_cannot_be_read_is_no_measurement(jobs):
    finish(jobs, "net", 0)
    Path(jobs.packs("p", "net")[0]).write_bytes(b"half")
    assert run(jobs, "net").core_seconds == pytest.approx(90)


def test_every_job_is_named_once(jobs):
    planned = outputs_by_rule(jobs)
    assert {rule: len(paths) for rule, paths in planned.items()} == {
        "samples": 1,
        "folds": 1,
        "audit": 1,
        "prepare": 3,
        "parts": 1,
        "inputs": 2,
        "train": 8,
        "score": 2,
        "comparison": 1,
        "table": 1,
        "figure": 2,
        "figures": 1,
        "figures_sometimes": 2,
        "contact_sheet": 1,
        "summary": 1,
        "report": 1,
    }


def test_disk_counts_arrays_and_predictions_that_are_not_there(jobs, monkeypatch):
    monkeypatch.setitem(PREPARING, "flow_image", PreparingNeeds(kilobytes=100.0))
    before = Outlook(jobs).n_bytes()
    assert before == pytest.approx(9 * 100 * 1024, abs=20_000)
    part = next(path for path in outputs_by_rule(jobs)["prepare"])
    Path(part).parent.mkdir(parents=True)
    Path(part).write_bytes(b"")
    assert before - Outlook(jobs).n_bytes() == 3 * 100 * 1024
