"""Clips without a face, from the job that misses it to the table that says so."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mer.artefacts.arrays import read_part
from mer.artefacts.folds import read_folds
from mer.artefacts.predictions import read_left_out, read_predictions
from mer.artefacts.scores import SCORE_COLUMNS, read_rows
from mer.core.errors import DataError, IncompleteRunError
from mer.core.types import Execution
from mer.datasets.demo import Demo
from mer.jobs import folds, prepare, score, train
from mer.jobs.fold import Cell, Work
from mer.jobs.table import score_table
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.folds import FoldsSpec
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import TableSpec
from mer.sweep.specs.train import TrainSpec

CPU = Execution(device="cpu")
FACELESS = {"demo:s01:neg_01", "demo:s02:neg_01", "demo:s02:pos_01", "demo:s02:sur_01"}


@pytest.fixture(autouse=True)
def some_clips_have_no_face(monkeypatch):
    read = Demo.read_clip

    def with_landmarks(self, sample, **how):
        clip = read(self, sample, **how)
        height, width = clip.frames.shape[1:3]
        points = np.random.default_rng(0).uniform(0.2, 0.8, (68, 2)) * [width, height]
        return replace(clip, landmarks=None if sample.sample_id in FACELESS else points)

    monkeypatch.setattr(Demo, "read_clip", with_landmarks)


def planned(tmp_path, without_face):
    preprocessing = {"landmarks": "given", "crop": {}, "without_face": without_face}
    raw = {
        "name": "mine",
        "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"lbp_top_svm": {"descriptor": {"radius_t": 1}, "preprocessing": preprocessing}},
        "device": "cpu",
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", tmp_path)))


def prepared(jobs, tmp_path):
    folder, key = jobs.artefact_folder("demo"), jobs.sweep.recipe("lbp_top_svm").key
    for part in jobs.parts(folder, key):
        spec = PrepareSpec.model_validate_json(jobs.prepare_spec(folder, key, part))
        prepare.run(spec, CPU, [], tmp_path / f"{part}.safetensors")
    prepare.run_list(PartsSpec.model_validate_json(jobs.parts_spec(folder, key)), tmp_path / "parts.json")
    return tmp_path / "parts.json"


def test_clips_without_a_face_are_named_and_nothing_is_written(tmp_path):
    jobs = planned(tmp_path, "refuse")
    folder, key = jobs.artefact_folder("demo"), jobs.sweep.recipe("lbp_top_svm").key
    spec = PrepareSpec.model_validate_json(jobs.prepare_spec(folder, key, "demo.s02"))
    with pytest.raises(DataError) as caught:
        prepare.run(spec, CPU, [], tmp_path / "a.safetensors")
    first, *lines = str(caught.value).splitlines()
    assert first.startswith("These clips have no face. Set 'without_face' to drop or whole_frame")
    assert [line.split(": ")[0].strip() for line in lines] == sorted(FACELESS - {"demo:s01:neg_01"})
    assert not list(tmp_path.iterdir())


def test_a_whole_frame_needs_no_face(tmp_path):
    jobs = planned(tmp_path, "whole_frame")
    prepared(jobs, tmp_path)
    part, data = read_part(tmp_path / "demo.s02.safetensors")
    assert len(data) == 3
    assert part.left_out == {}
    assert set(part.taken_whole) == FACELESS - {"demo:s01:neg_01"}


def test_dropped_clips_take_no_part_and_the_table_says_so(tmp_path):
    jobs = planned(tmp_path, "drop")
    lists = [prepared(jobs, tmp_path)]
    part, data = read_part(tmp_path / "demo.s01.safetensors")
    assert list(part.left_out) == ["demo:s01:neg_01"]
    assert len(data) == 2
    folds_file = tmp_path / "folds.json"
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), CPU, folds_file)
    spec = TrainSpec.model_validate_json(jobs.train_spec("p", "lbp_top_svm", [0], 0, 2))
    pack = tmp_path / "s0" / "000-002.parquet"
    train.run(spec, CPU, folds_file, lists, pack)
    rows = read_predictions([pack], read_folds(folds_file).classes)
    assert len(rows) == 9 - 4
    assert not set(rows["sample_id"]) & FACELESS
    assert set(read_left_out([pack])) == FACELESS
    measured = scored(jobs, folds_file, tmp_path)
    assert set(measured["n_clips"]) == {5}
    assert set(measured["n_left_out"]) == {4}
    table = score_table(TableSpec.model_validate_json(jobs.table_spec("p")), measured)
    assert "Clips without a face that are left out: 4" in table.as_markdown()


def test_a_prediction_that_is_missing_for_no_reason_is_still_an_error(tmp_path):
    jobs = planned(tmp_path, "drop")
    lists = [prepared(jobs, tmp_path)]
    folds_file = tmp_path / "folds.json"
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), CPU, folds_file)
    spec = TrainSpec.model_validate_json(jobs.train_spec("p", "lbp_top_svm", [0], 0, 1))
    train.run(spec, CPU, folds_file, lists, tmp_path / "s0" / "000-002.parquet")
    with pytest.raises(IncompleteRunError, match="demo:s03:neg_01 has no prediction"):
        scored(jobs, folds_file, tmp_path)


def scored(jobs, folds_file, tmp_path):
    plain = json.loads(jobs.score_spec("p", "lbp_top_svm"))
    made = (tmp_path / name for name in ("p.parquet", "s.csv", "c.csv"))
    score.run(ScoreSpec.from_plain(plain), folds_file, tmp_path, *made)
    return read_rows([tmp_path / "s.csv"], SCORE_COLUMNS)


def test_a_fold_without_training_samples_is_named(tmp_path, monkeypatch):
    jobs = planned(tmp_path, "drop")
    lists = [prepared(jobs, tmp_path)]
    folds_file = tmp_path / "folds.json"
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), CPU, folds_file)
    split = read_folds(folds_file)
    data = train._data(split, lists)
    nothing = replace(data, rows={}, left_out=dict.fromkeys(split.samples, "no face"))
    spec = TrainSpec.model_validate_json(jobs.train_spec("p", "lbp_top_svm", [0], 0, 2))
    with pytest.raises(
        DataError, match=r"Fold 1 \('demo:s02'\): all training samples are left out \(no face\)"
    ):
        Work(spec, CPU, split, nothing).train(Cell(0, 1))


def test_a_database_that_vanishes_is_an_error(tmp_path, monkeypatch):
    jobs = planned(tmp_path, "drop")
    lists = [prepared(jobs, tmp_path)]
    folds_file = tmp_path / "folds.json"
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), CPU, folds_file)
    split = read_folds(folds_file)
    alone = {
        name: replace(sample, database="other" if sample.subject == "demo:s02" else "demo")
        for name, sample in split.samples.items()
    }
    with pytest.raises(IncompleteRunError, match=r"all clips of other are left out \(no face\)"):
        score._refuse_empty(replace(split, samples=alone), dict.fromkeys(FACELESS, "no face"), "x on p")
    score._refuse_empty(split, dict.fromkeys(FACELESS, "no face"), "x on p")
    assert lists
