"""The demo corpus can be learned from movement, and from nothing else."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from joblib import Parallel, delayed

from mer.core.seeds import stream
from mer.core.types import Execution
from mer.evaluation.metrics import confusion_matrix, uf1
from mer.features import FEATURES
from mer.jobs.train import run_fold
from mer.sweep.cells import Jobs
from mer.sweep.config import load, parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.train import TrainSpec
from mer.training.svm import fit_svm

CHANCE = 1 / 3
MARGIN = 0.10
PROTOCOL = "demo_loso"


@pytest.fixture(scope="module")
def demo(repository):
    """The demo of config.yaml: its folds, and what can be seen of every clip."""
    jobs = Jobs(Sweep(parse(load(repository / "config.yaml"), "config.yaml", Path.cwd())))
    split = jobs.sweep.split(PROTOCOL)
    by_subject = {}
    for sample in split.samples.values():
        by_subject.setdefault(sample.subject, []).append(sample)
    recipes = [jobs.sweep.recipe(name) for name in ("ststnet", "lbp_top_svm")]
    seen = Parallel(n_jobs=2)(
        delayed(views)(jobs.sweep.dataset("demo"), samples, recipes) for samples in by_subject.values()
    )
    arrays = {name: np.concatenate([one[name] for one in seen]) for name in seen[0]}
    return SimpleNamespace(jobs=jobs, split=split, **arrays)


def views(reader, samples, recipes):
    """Look at clips properly, at their onset frame alone, and at their length and brightness alone."""
    flow_image, lbp_top = (FEATURES[recipe.feature].build(recipe.params) for recipe in recipes)
    clips = [reader.read_clip(sample) for sample in samples]
    still = [replace(clip, frames=np.repeat(clip.frames[clip.onset][None], 12, axis=0)) for clip in clips]
    still = [replace(clip, onset=0, apex=6, offset=11) for clip in still]
    return {
        "flow": np.stack([flow_image.compute(clip) for clip in clips]),
        "lbp": np.stack([lbp_top.compute(clip) for clip in clips]),
        "onset_lbp": np.stack([lbp_top.compute(clip) for clip in still]),
        "onset_image": np.stack([onset_image(clip) for clip in clips]),
        "plain": np.array([[len(clip.frames), clip.frames.mean()] for clip in clips]),
    }


def onset_image(clip):
    """Shrink the onset frame to the network's input."""
    import cv2

    frame = cv2.resize(clip.frames[clip.onset], (28, 28), interpolation=cv2.INTER_AREA)
    return np.stack([frame] * 3)


def evaluate(demo, variant, data, labels=None):
    """Run all folds of a variant on some data; the score is against the true labels."""
    spec = TrainSpec.model_validate_json(demo.jobs.train_spec(PROTOCOL, variant, 0, 0, 0))
    split = demo.split if labels is None else replace(demo.split, labels=labels)
    folds = Parallel(n_jobs=2)(
        delayed(run_fold)(spec, Execution(device="cpu"), split, data, number)
        for number in range(len(split.folds))
    )
    predicted = {
        i: label for rows in folds for i, label in zip(rows["sample_id"], rows["predicted"], strict=True)
    }
    return score(demo.split, predicted)


def score(split, predicted):
    position = split.classes.index
    true = np.array([position(split.labels[i]) for i in split.samples])
    return uf1(confusion_matrix(true, np.array([position(predicted[i]) for i in split.samples]), 3))


def shuffled_labels(split):
    """Deal the labels out anew, keeping how often each occurs."""
    ids = list(split.labels)
    order = stream("shuffled labels").permutation(len(ids))
    return {i: split.labels[ids[n]] for i, n in zip(ids, order, strict=True)}


CASES = {"ststnet": ("flow", "onset_image"), "lbp_top_svm": ("lbp", "onset_lbp")}


@pytest.mark.parametrize("variant", CASES)
def test_methods_that_look_at_movement_beat_the_majority(demo, variant):
    majority = evaluate(demo, "majority", np.empty((len(demo.split.samples), 0)))
    assert evaluate(demo, variant, getattr(demo, CASES[variant][0])) >= majority + 0.25


@pytest.mark.parametrize("variant", CASES)
def test_shuffled_training_labels_give_chance(demo, variant):
    found = evaluate(demo, variant, getattr(demo, CASES[variant][0]), shuffled_labels(demo.split))
    assert abs(found - CHANCE) <= MARGIN


@pytest.mark.parametrize("variant", CASES)
def test_the_onset_frame_alone_gives_chance(demo, variant):
    assert abs(evaluate(demo, variant, getattr(demo, CASES[variant][1])) - CHANCE) <= MARGIN


@pytest.mark.parametrize("column", [0, 1], ids=["length", "brightness"])
def test_length_or_brightness_alone_gives_chance(demo, column):
    split = demo.split
    ids = np.array(list(split.samples))
    labels = np.array([split.classes.index(split.labels[i]) for i in ids])
    values = demo.plain[:, [column]]
    predicted = {}
    for fold in split.folds:
        test = np.isin(ids, fold.test)
        centre, spread = values[~test].mean(), values[~test].std()
        train, tested = ((values[rows] - centre) / spread for rows in (~test, test))
        scores = fit_svm(train, labels[~test], n_classes=3, penalty=1.0, kernel="rbf").scores(tested)
        predicted |= dict(zip(ids[test], np.array(split.classes)[scores.argmax(axis=1)], strict=True))
    assert abs(score(split, predicted) - CHANCE) <= MARGIN
