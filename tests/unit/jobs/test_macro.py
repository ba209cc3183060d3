"""Macro-expressions from their list to training: who joins which fold, and who is never tested."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer.artefacts.arrays import Arrays
from mer.artefacts.folds import write_folds
from mer.artefacts.macro_clips import MacroClips, read_macro_clips, write_macro_clips
from mer.artefacts.predictions import read_left_out, read_predictions
from mer.cli.main import main
from mer.core.errors import DataError
from mer.core.types import Execution
from mer.jobs import fold, macro, train
from mer.jobs.fold import Cell, Work
from mer.methods import METHODS
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.folds import MacroSpec
from mer.sweep.specs.train import TrainSpec

CPU = Execution(device="cpu")
RAW = {
    "name": "mine",
    "datasets": {
        "demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48},
        "posed": {"dataset": "ckplus", "clips": "sequences", "stand_in": {"scale": 0.03, "size": 32}},
    },
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {"emr": {"macro": ["posed"]}, "majority": {}},
    "device": "cpu",
}


@pytest.fixture(scope="module")
def jobs():
    return Jobs(Sweep(parse(RAW, "mine.yaml", Path.cwd())))


@pytest.fixture
def split(jobs):
    return jobs.sweep.split("p")


@pytest.fixture
def clips(jobs):
    """Those that are planned, and three of a person who is also in the protocol."""
    planned = jobs.sweep.macro_clips("p", "emr")
    person = {"subject": "posed:me", "person": "demo:s02"}
    own = {
        name: replace(sample, sample_id=name, **person)
        for name, sample in zip(("a:me:1", "m:me:2", "z:me:3"), planned.samples.values(), strict=False)
    }
    samples = dict(sorted({**planned.samples, **own}.items()))
    labels = {name: planned.labels.get(name, "surprise") for name in samples}
    return MacroClips(planned.classes, planned.source, samples, labels)


@pytest.fixture
def data(split, clips):
    """One number per clip, its row; one micro- and one macro-expression are left out."""
    gone = {list(split.samples)[4]: "no face", "m:me:2": "no face"}
    kept = [name for name in (*split.samples, *clips.samples) if name not in gone]
    return Arrays(np.arange(len(kept))[:, None], {name: row for row, name in enumerate(kept)}, gone)


def spec_of(jobs, variant="emr"):
    return TrainSpec.model_validate_json(jobs.train_spec("p", variant, [0], 0, 2))


# The list


def test_the_list_holds_what_was_planned(jobs, tmp_path):
    spec = MacroSpec.model_validate_json(jobs.macro_spec("p", "emr"))
    macro.run(spec, CPU, tmp_path / "emr.json")
    assert read_macro_clips(tmp_path / "emr.json") == jobs.sweep.macro_clips("p", "emr")


def test_data_that_changed_since_planning_are_refused(jobs, tmp_path):
    spec = json.loads(jobs.macro_spec("p", "emr"))
    spec["datasets"]["posed"]["settings"]["stand_in"]["scale"] = 0.1
    with pytest.raises(
        DataError, match="The macro-expressions of 'emr-.*' changed while the sweep was running"
    ):
        macro.run(MacroSpec.model_validate(spec), CPU, tmp_path / "emr.json")
    assert not list(tmp_path.iterdir())


# Who joins


def test_macro_expressions_of_people_who_are_tested_do_not_join(jobs, split, clips, data):
    work = Work(spec_of(jobs), CPU, split, data, macro=clips)
    own = {"a:me:1", "z:me:3"}
    for number, person in enumerate(("demo:s01", "demo:s02", "demo:s03")):
        samples = work.train(Cell(0, number))
        macros = {name for name, flag in zip(samples.sample_ids, samples.is_macro, strict=True) if flag}
        assert person not in samples.subjects
        assert macros == set(clips.samples) - {"m:me:2"} - (own if person == "demo:s02" else set())
        assert set(samples.sample_ids) - macros == set(data.kept(split.folds[number].train))


def test_a_fold_that_no_macro_expression_is_left_for_is_refused(jobs, split, clips, data):
    rows = {name: row for name, row in data.rows.items() if name not in clips.samples}
    without = replace(data, rows=rows, left_out=dict.fromkeys(clips.samples, "no face"))
    work = Work(spec_of(jobs), CPU, split, without, macro=clips)
    with pytest.raises(DataError, match=r"no macro-expression is left to learn from \(no face\)"):
        work.train(Cell(0, 0))


def test_joined_samples_are_sorted_by_name_and_keep_their_arrays_and_labels(jobs, split, clips, data):
    samples = Work(spec_of(jobs), CPU, split, data, macro=clips).train(Cell(0, 0))
    assert list(samples.sample_ids) == sorted(samples.sample_ids)
    # The own clips lie before, between and behind the others.
    assert (samples.sample_ids[0], samples.sample_ids[-1]) == ("a:me:1", "z:me:3")
    assert samples.data[:, 0].tolist() == [data.rows[name] for name in samples.sample_ids]
    labels = {**split.labels, **clips.labels}
    assert [samples.classes[label] for label in samples.labels] == [labels[i] for i in samples.sample_ids]
    assert samples.is_macro.dtype == bool


def test_without_macro_expressions_training_samples_are_as_before(jobs, split, data):
    samples = Work(spec_of(jobs), CPU, split, data).train(Cell(0, 0))
    assert samples.sample_ids == data.kept(split.folds[0].train)
    assert samples.is_macro is None
    assert samples.take([0, 1]).is_macro is None


def test_macro_expressions_alone_are_nothing_to_learn_from(jobs, split, clips, data):
    bare = replace(
        data,
        rows={name: row for name, row in data.rows.items() if name in clips.samples},
        left_out=dict.fromkeys(split.samples, "no face"),
    )
    with pytest.raises(DataError, match="all training samples are left out"):
        Work(spec_of(jobs), CPU, split, bare, macro=clips).train(Cell(0, 0))


# The job


def test_predictions_hold_the_tested_clips_alone(jobs, split, clips, data, tmp_path, monkeypatch):
    seen = []

    class Watching:
        def fit(self, samples, rng):
            seen.append(samples)
            return METHODS["majority"].build(None, None).fit(samples, rng)

    watching = replace(METHODS["majority"], build=lambda params, execution: Watching())
    for module in (train, fold):
        monkeypatch.setattr(module, "METHODS", {"majority": watching})
    monkeypatch.setattr(
        train, "read_arrays", lambda lists, names: data if set(names) >= set(clips.samples) else 1 / 0
    )
    write_folds(tmp_path / "p.json", split)
    write_macro_clips(tmp_path / "emr.json", clips)
    pack = tmp_path / "a.parquet"
    train.run(
        spec_of(jobs, "majority"),
        CPU,
        tmp_path / "p.json",
        [Path("parts.json")],
        pack,
        macro=tmp_path / "emr.json",
    )
    rows = read_predictions([pack], split.classes)
    assert sorted(rows["sample_id"]) == sorted(data.kept(list(split.samples)))
    assert read_left_out([pack]) == {list(split.samples)[4]: "no face"}
    assert [int(samples.is_macro.sum()) for samples in seen] == [16, 14, 16]


@pytest.mark.parametrize("change", [{"classes": ("negative", "surprise", "positive")}, {"source": "real"}])
def test_a_list_that_is_not_of_the_folds_kind_is_refused(jobs, split, clips, tmp_path, change):
    write_folds(tmp_path / "p.json", split)
    write_macro_clips(tmp_path / "emr.json", replace(clips, **change))
    with pytest.raises(DataError, match=r"emr.json holds (real|stand_in) clips of the classes .*, the folds"):
        train.run(
            spec_of(jobs), CPU, tmp_path / "p.json", [], tmp_path / "a.parquet", macro=tmp_path / "emr.json"
        )


def test_the_command_reads_what_its_list_of_inputs_names(jobs, monkeypatch, tmp_path):
    given = {}

    def run(spec, execution, folds, lists, output, folder, macro):
        given.update(folds=folds, lists=lists, macro=macro)

    monkeypatch.setattr(train, "run", run)
    monkeypatch.chdir(tmp_path)
    command = ["train", "--spec", jobs.train_spec("p", "emr", [0], 0, 2), "--output", "a.parquet"]
    for variant, listed in (("emr", Path(jobs.macro_clips("p", "emr")[0])), ("majority", None)):
        inputs = Path(jobs.inputs("p", variant))
        inputs.parent.mkdir(parents=True, exist_ok=True)
        inputs.write_text(jobs.inputs_spec("p", variant))
        assert main([*command, "--inputs", str(inputs)]) == 0
        lists = [Path(path) for path in jobs.lists("p", variant)]
        assert given == {"folds": Path(jobs.folds("p")), "lists": lists, "macro": listed}
