"""Folds are honest and do not depend on their companions."""

import copy
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mer.artefacts.folds import read_folds
from mer.artefacts.predictions import read_predictions
from mer.core.errors import DataError, MerError
from mer.core.types import Execution
from mer.jobs import fold, train
from mer.jobs.fold import Cell, Pace, Work, run_cells
from mer.methods import METHODS
from mer.sweep.specs.packs import UNFINISHED, pack_name
from mer.sweep.specs.train import TrainSpec

CPU = Execution(device="cpu")
VARIANTS = ("majority", "lbp_top_svm", "ststnet", "held", "members", "flow_svm")


def spec_of(prepared, variant, first=0, last=3, seeds=(0,)):
    return TrainSpec.model_validate_json(prepared.jobs.train_spec("p", variant, seeds, first, last))


def run(prepared, tmp_path, spec, execution=CPU, folder=None):
    path = (folder or tmp_path) / pack_name(list(spec.recipes), spec.first, spec.last)
    train.run(spec, execution, prepared.folds, prepared.lists[spec.method.key], path, folder)
    return read_predictions([path], read_folds(prepared.folds).classes)


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


@pytest.mark.parametrize("variant", [*VARIANTS, "flow_ensemble"])
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
    kept = (tmp_path / "kept" / UNFINISHED).iterdir()
    assert {path.name for path in kept} == {"s0-000.parquet", "s0-001.parquet", "s0-003.parquet"}


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
        identities.add(fold._course(work, Cell(0, 0), work.test(Cell(0, 0)), Pace()).identity)
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
