"""Folds are honest and do not depend on their companions."""

import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mer.artefacts.folds import read_folds
from mer.artefacts.predictions import read_predictions
from mer.core.errors import DataError, MerError
from mer.core.types import Execution
from mer.core.versions import versions
from mer.jobs import fold, train
from mer.jobs.finished import Finished
from mer.jobs.fold import Cell, Teller, Work, run_cells
from mer.methods import METHODS
from mer.sweep.specs.inputs import InputsSpec
from mer.sweep.specs.packs import UNFINISHED, pack_name
from mer.sweep.specs.train import TrainSpec
from mer.training import checkpoints
from mer.training.checkpoints import Keeper

CPU = Execution(device="cpu")
VARIANTS = ("majority", "lbp_top_svm", "ststnet")


def spec_of(prepared, variant, first=0, last=3, seeds=(0,)):
    return TrainSpec.model_validate_json(prepared.jobs.train_spec("p", variant, seeds, first, last))


def run(prepared, tmp_path, spec, execution=CPU, folder=None):
    path = (folder or tmp_path) / pack_name(list(spec.recipes), spec.first, spec.last)
    train.run(spec, execution, prepared.folds, prepared.lists[spec.method.key], path, folder)
    return read_predictions([path], read_folds(prepared.folds).classes)


def made_with(data):
    return {**versions(), "arrays": data.digest()}


def left(folder):
    """What is kept of packs that are not written."""
    return {path.name for path in (folder / UNFINISHED).iterdir()}


def fold_scores(spec, split, data, number):
    (rows,) = run_cells(Work(spec, CPU, split, data), [Cell(0, number)])
    return rows


def use(monkeypatch, method):
    """Put a method in the place of the majority class."""
    for module in (train, fold):
        monkeypatch.setattr(module, "METHODS", {"majority": method})


def scores(rows):
    return rows.sort_values("sample_id").filter(like="score_").to_numpy()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_pack_predicts_every_clip_once(prepared, tmp_path, variant):
    rows = run(prepared, tmp_path, spec_of(prepared, variant))
    assert sorted(rows["sample_id"]) == [s.sample_id for s in prepared.jobs.sweep.index("demo")]
    assert set(rows["variant"]) == {prepared.jobs.run_name("p", variant)}
    assert set(rows["device"]) == {"cpu"}
    assert set(rows["source"]) == {"stand_in"}
    assert rows.groupby("fold")["subject"].nunique().tolist() == [1, 1, 1, 1]
    assert (rows["seconds"] > 0).all()
    assert rows["recipe"].nunique() == 1


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_fold_is_the_same_alone_in_a_pack_and_in_parallel(prepared, tmp_path, variant):
    together = run(prepared, tmp_path, spec_of(prepared, variant))
    alone = pd.concat([run(prepared, tmp_path, spec_of(prepared, variant, n, n)) for n in (2, 0, 3, 1)])
    parallel = run(prepared, tmp_path, spec_of(prepared, variant), replace(CPU, threads=2))
    assert np.array_equal(scores(together), scores(alone))
    assert np.array_equal(scores(together), scores(parallel))


@pytest.mark.parametrize("variant", VARIANTS)
def test_test_labels_cannot_be_reached(prepared, variant):
    split = read_folds(prepared.folds)
    spec = spec_of(prepared, variant)
    data = train._data(split, prepared.lists[variant])
    garbage = {i: "surprise" for i in split.folds[1].test}
    poisoned = replace(split, labels={**split.labels, **garbage})
    honest, other = (fold_scores(spec, one, data, 1) for one in (split, poisoned))
    assert np.array_equal(scores(honest), scores(other))
    assert set(other["true"]) == {"surprise"}


@pytest.mark.parametrize("variant", ["lbp_top_svm", "ststnet"])
def test_test_inputs_cannot_be_reached_while_learning(prepared, variant):
    """Other test samples of the fold, replaced by noise, leave a sample's scores as they were."""
    split = read_folds(prepared.folds)
    spec = spec_of(prepared, variant)
    data = train._data(split, prepared.lists[variant])
    rows = [data.rows[sample_id] for sample_id in split.folds[1].test]
    noise = data.data.copy()
    noise[rows[1:]] = noise[rows[1:]][..., ::-1]
    noisy = replace(data, data=noise)
    honest, other = (fold_scores(spec, split, one, 1) for one in (data, noisy))
    assert np.array_equal(scores(honest)[0], scores(other)[0])
    assert not np.array_equal(scores(honest)[1:], scores(other)[1:])


def test_another_seed_gives_other_scores(prepared, tmp_path):
    first = run(prepared, tmp_path, spec_of(prepared, "ststnet", 0, 0))
    second = run(prepared, tmp_path, spec_of(prepared, "ststnet", 0, 0, seeds=[1]))
    assert not np.array_equal(scores(first), scores(second))
    assert set(second["seed"]) == {1}


def test_a_fold_that_fails_is_named_and_nothing_is_written(prepared, tmp_path, monkeypatch):
    class Failing:
        def fit(self, train, rng):
            if "demo:s03" not in train.subjects:
                raise MerError("no convergence")
            return METHODS["majority"].build(None, None).fit(train, rng)

    failing = replace(METHODS["majority"], build=lambda params, execution: Failing())
    use(monkeypatch, failing)
    with pytest.raises(
        MerError, match=r"1 of 4 folds failed.\n  Fold 2 \('demo:s03'\), seed 0: no convergence"
    ):
        run(prepared, tmp_path, spec_of(prepared, "majority"))
    assert not list(tmp_path.iterdir())


def test_scores_of_the_wrong_shape_are_refused(prepared, tmp_path, monkeypatch):
    class Odd:
        def fit(self, train, rng):
            return self

        def predict_proba(self, samples):
            return np.ones((len(samples), 2)) / 2

    use(monkeypatch, replace(METHODS["majority"], build=lambda params, execution: Odd()))
    with pytest.raises(MerError, match=r"expected scores of shape \(N, K\) = \(6, 3\), got \(6, 2\)"):
        run(prepared, tmp_path, spec_of(prepared, "majority"))


def test_scores_that_are_no_numbers_are_refused_and_not_kept(prepared, tmp_path, monkeypatch):
    class Odd:
        def fit(self, train, rng):
            self.broken = "demo:s03" not in train.subjects
            return copy.copy(self)

        def predict_proba(self, samples):
            return np.full((len(samples), 3), np.nan if self.broken else 1 / 3)

    use(monkeypatch, replace(METHODS["majority"], build=lambda params, execution: Odd()))
    with pytest.raises(MerError, match=r"Fold 2 \('demo:s03'\), seed 0: Some scores .* are no numbers"):
        run(prepared, tmp_path, spec_of(prepared, "majority"), folder=tmp_path / "kept")
    assert left(tmp_path / "kept") == {"s0-000.parquet", "s0-001.parquet", "s0-003.parquet"}


def test_folds_that_cannot_be_trained_together_are_trained_alone(prepared, monkeypatch, caplog):
    """As on a GPU, where small networks are stacked."""

    class Breaking:
        def fit(self, train, rng):
            if "demo:s03" not in train.subjects:
                raise RuntimeError("no kernel")
            return METHODS["majority"].build(None, None).fit(train, rng)

    entry = replace(METHODS["majority"], stackable=True, build=lambda params, execution: Breaking())
    use(monkeypatch, entry)
    monkeypatch.setattr(fold, "device_name", lambda kind: "a GPU")
    split, cells = read_folds(prepared.folds), [Cell(0, number) for number in range(4)]
    work = Work(spec_of(prepared, "majority"), Execution(device="cuda"), split, train._data(split, []))
    outcomes = dict(train._outcomes(work, cells))
    assert "cannot be trained together" in caplog.text
    assert str(outcomes.pop(cells[2])).endswith("RuntimeError: no kernel")
    assert [len(rows) for rows in outcomes.values()] == [6, 6, 6]


def test_a_checkpoint_is_of_one_model_of_gpu(prepared, monkeypatch):
    split = read_folds(prepared.folds)
    work = Work(spec_of(prepared, "majority"), Execution(device="cuda"), split, train._data(split, []))
    identities = set()
    for name in ("A100", "V100"):
        monkeypatch.setattr(fold, "device_name", lambda kind, name=name: name)
        identities.add(fold._course(work, Cell(0, 0), work.test(Cell(0, 0))).identity)
    assert len(identities) == 2


def test_a_fold_that_does_not_exist_is_refused(prepared, tmp_path):
    with pytest.raises(DataError, match="holds 4 folds, fold 4 was asked for"):
        run(prepared, tmp_path, spec_of(prepared, "majority", 0, 4))


def test_the_file_says_how_it_came_to_be(prepared, tmp_path):
    import pyarrow.parquet as pq

    spec = spec_of(prepared, "majority")
    run(prepared, tmp_path, spec)
    about = pq.read_schema(tmp_path / "s0" / "000-003.parquet").metadata
    assert json.loads(about[b"spec"]) == spec.model_dump(mode="json")
    assert b"version_torch" in about


def test_every_fold_draws_from_a_stream_of_its_own(prepared, tmp_path, monkeypatch):
    drawn = []

    class Drawing:
        def fit(self, train, rng):
            drawn.append(rng.random())
            return METHODS["majority"].build(None, None).fit(train, rng)

    drawing = replace(METHODS["majority"], build=lambda params, execution: Drawing())
    use(monkeypatch, drawing)
    for seed in (0, 1):
        run(prepared, tmp_path, spec_of(prepared, "majority", seeds=[seed]))
    assert len(set(drawn)) == 8


def test_several_seeds_in_one_pack_are_those_of_single_ones(prepared, tmp_path):
    together = run(prepared, tmp_path, spec_of(prepared, "ststnet", 1, 2, seeds=(0, 1)))
    alone = [run(prepared, tmp_path, spec_of(prepared, "ststnet", 1, 2, seeds=[seed])) for seed in (0, 1)]
    for seed, rows in enumerate(alone):
        assert np.array_equal(scores(together[together["seed"] == seed]), scores(rows))
        assert set(together.loc[together["seed"] == seed, "recipe"]) == set(rows["recipe"])


def test_folds_that_are_done_are_kept_when_another_fails(prepared, tmp_path, monkeypatch):
    fitted = []

    class Failing:
        broken = True

        def fit(self, train, rng):
            if self.broken and "demo:s03" not in train.subjects:
                raise MerError("no convergence")
            fitted.append(train.subjects)
            return METHODS["majority"].build(None, None).fit(train, rng)

    use(monkeypatch, replace(METHODS["majority"], build=lambda params, execution: Failing()))
    spec, folder = spec_of(prepared, "majority"), tmp_path / "kept"
    with pytest.raises(MerError, match="The others are kept and will not be trained again"):
        run(prepared, tmp_path, spec, folder=folder)
    assert len(fitted) == 3
    Failing.broken = False
    rows = run(prepared, tmp_path, spec, folder=folder)
    assert len(fitted) == 4
    assert np.array_equal(scores(rows), scores(run(prepared, tmp_path, spec)))
    assert not left(folder)


def test_kept_folds_of_another_recipe_are_not_used(prepared, tmp_path):
    spec, folder = spec_of(prepared, "ststnet", 0, 0), tmp_path / "kept"
    split, data = (
        read_folds(prepared.folds),
        train._data(read_folds(prepared.folds), prepared.lists["ststnet"]),
    )
    other = replace_recipe(spec)
    rows = fold_scores(other, split, data, 0).assign(seconds=-1.0)
    Finished(folder, other, "cpu", made_with(data)).keep(Cell(0, 0), rows)
    assert (run(prepared, tmp_path, spec, folder=folder)["seconds"] > 0).all()


@pytest.mark.parametrize("changes", [{"device": "a GPU"}, {"fold": 1}, {"seed": 3}])
def test_kept_folds_of_another_device_or_cell_are_not_used(prepared, tmp_path, changes):
    spec, folder = spec_of(prepared, "ststnet", 0, 0), tmp_path / "kept"
    split, data = (
        read_folds(prepared.folds),
        train._data(read_folds(prepared.folds), prepared.lists["ststnet"]),
    )
    rows = fold_scores(spec, split, data, 0).assign(seconds=-1.0)
    Finished(folder, spec, "cpu", made_with(data)).keep(Cell(0, 0), rows.assign(**changes))
    assert (run(prepared, tmp_path, spec, folder=folder)["seconds"] > 0).all()
    shutil.rmtree(folder)
    Finished(folder, spec, "cpu", made_with(data)).keep(Cell(0, 0), rows)
    assert (run(prepared, tmp_path, spec, folder=folder)["seconds"] == -1).all()


def test_a_damaged_byte_is_noticed_or_changes_nothing(prepared, tmp_path):
    whole = run(prepared, tmp_path, spec_of(prepared, "majority", 0, 0))
    path, noticed = tmp_path / "s0" / "000-000.parquet", 0
    content = path.read_bytes()
    for position in range(4, 2000, 50):
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        try:
            rows = read_predictions([path], read_folds(prepared.folds).classes)
            pd.testing.assert_frame_equal(rows, whole)
        except DataError:
            noticed += 1
    assert noticed > 20


def test_nothing_is_left_of_checkpoints_when_a_pack_is_written(prepared, tmp_path):
    spec, folder = spec_of(prepared, "majority", 0, 0), tmp_path / "kept"
    (folder / UNFINISHED).mkdir(parents=True)
    for name in ("s0-000.pt", "s0-000-1.pt", "stack-s0-000.pt", "stack-s0-000-1.pt"):
        (folder / UNFINISHED / name).write_bytes(b"")
    others = {"s0-003.pt", "stack-s0-003.pt"}  # of another pack
    for name in others:
        (folder / UNFINISHED / name).write_bytes(b"")
    run(prepared, tmp_path, spec, folder=folder)
    assert left(folder) == others


def test_an_error_of_a_library_leaves_the_other_folds(prepared, tmp_path, monkeypatch):
    class Breaking:
        def fit(self, train, rng):
            if "demo:s03" not in train.subjects:
                raise RuntimeError("no deterministic implementation")
            return METHODS["majority"].build(None, None).fit(train, rng)

    use(monkeypatch, replace(METHODS["majority"], build=lambda params, execution: Breaking()))
    with pytest.raises(MerError, match="1 of 4 folds failed(.|\n)*RuntimeError: no deterministic"):
        run(prepared, tmp_path, spec_of(prepared, "majority"), folder=tmp_path / "kept")
    assert len(left(tmp_path / "kept")) == 3


def test_a_kept_fold_that_is_damaged_is_trained_again(prepared, tmp_path):
    spec, folder = spec_of(prepared, "majority", 0, 0), tmp_path / "kept"
    (folder / UNFINISHED).mkdir(parents=True)
    (folder / UNFINISHED / "s0-000.parquet").write_bytes(b"PAR1")
    assert len(run(prepared, tmp_path, spec, folder=folder)) == 6


def test_the_time_before_an_interruption_counts(prepared, tmp_path, monkeypatch):
    def stop(self, progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    spec, folder, read = spec_of(prepared, "ststnet", 0, 0), tmp_path / "kept", Keeper.read
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(checkpoints, "WRITING_TIMES_BETWEEN", 0)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Teller, "__call__", stop)
        run(prepared, tmp_path, spec, folder=folder)
    monkeypatch.setattr(Keeper, "read", lambda keeper: {**read(keeper), "seconds": 1000.0})
    assert run(prepared, tmp_path, spec, folder=folder)["seconds"].between(1000, 1100).all()


def slow_job(prepared, tmp_path, epochs, threads=1):
    """Start a job in a process group of its own; returns it, its specification and its output."""
    slow = spec_of(prepared, "ststnet")
    settings = {**slow.method.settings, "epochs": epochs}
    slow = slow.model_copy(update={"method": slow.method.model_copy(update={"settings": settings})})
    lists = tuple(map(str, prepared.lists["ststnet"]))
    inputs, output = tmp_path / "inputs.json", tmp_path / "run" / "s0" / "a.parquet"
    inputs.write_text(InputsSpec(folds=str(prepared.folds), lists=lists, macro=None).as_json())
    execution = json.dumps({"device": "cpu", "threads": threads})
    command = [sys.executable, "-m", "mer.cli", "train", "--spec", slow.as_json(), "--execution", execution]
    command += ["--inputs", str(inputs), "--output", str(output)]
    with (tmp_path / "printed").open("w") as log:
        job = subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)
    return job, slow, output


def test_processes_of_a_job_that_was_killed_end(prepared, tmp_path):
    def group():
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                state, _, member = path.read_text().rpartition(")")[2].split()[:3]
                if int(member) == job.pid and state != "Z":
                    found.append(path.parent.name)
        return found

    job, _, _ = slow_job(prepared, tmp_path, epochs=1_000_000, threads=2)
    log, ends = tmp_path / "printed", time.monotonic() + 120
    try:
        while "epoch" not in log.read_text():
            assert job.poll() is None
            assert time.monotonic() < ends
            time.sleep(0.1)
        os.kill(job.pid, signal.SIGKILL)
        job.wait()
        ends = time.monotonic() + 60
        while group():
            assert time.monotonic() < ends, "processes of a job that was killed go on"
            time.sleep(0.1)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)


def test_a_killed_job_goes_on_and_ends_with_the_same_predictions(prepared, tmp_path):
    job, slow, output = slow_job(prepared, tmp_path, epochs=150)
    folder = tmp_path / "run"
    kept = folder / UNFINISHED / "s0-000.parquet"
    try:
        while not kept.exists():
            assert job.poll() is None, "the job ended before its first fold was kept"
            time.sleep(0.02)
    finally:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    assert not output.exists()
    before = pd.read_parquet(kept)
    after = run(prepared, tmp_path, slow, folder=folder)
    assert after.loc[after["fold"] == 0, "seconds"].tolist() == before["seconds"].tolist()
    assert not left(folder)
    assert np.array_equal(scores(after), scores(run(prepared, tmp_path, slow)))


def replace_recipe(spec):
    return spec.model_copy(update={"recipes": dict.fromkeys(spec.recipes, "another")})
