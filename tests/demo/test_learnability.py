"""The demo corpus and the stand-ins can be learned from movement, and from nothing else."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from joblib import Parallel, delayed

from mer.artefacts.arrays import Arrays
from mer.core.seeds import stream
from mer.core.types import Execution
from mer.evaluation.metrics import confusion_matrix, uar, uf1
from mer.features import FEATURES
from mer.jobs.fold import Cell, Work, run_cells
from mer.preprocessing.chain import preprocess
from mer.preprocessing.steps import Preprocessing
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.train import TrainSpec
from mer.training.svm import fit_svm

CHANCE = 1 / 3
CPU = Execution(device="cpu")
PARAMS = StandInParams(scale=0.3)
MARGIN = 0.10
PROTOCOL = "p"
VARIANTS = {"majority": {}, "lbp_top_svm": {}, "ststnet": {"epochs": 60, "lr": 0.001}}
CORPORA = {
    "demo": ({"demo": {}}, {"protocol": "loso", "datasets": ["demo"]}),
    "stand_ins": (
        {key: {} for key in ("smic_hs", "casme2", "samm")},
        {"protocol": "megc2019_cde", "datasets": ["smic_hs", "casme2", "samm"]},
    ),
}


@pytest.fixture(scope="module", params=CORPORA)
def corpus(request, tmp_path_factory):
    """A corpus, its folds, and what can be seen of every clip."""
    datasets, protocol = CORPORA[request.param]
    root = tmp_path_factory.mktemp(request.param)
    paths = {key: str(root / key) for key in datasets if key != "demo"}
    Parallel(n_jobs=2)(delayed(write)(plan(key, PARAMS), Path(path)) for key, path in paths.items())
    raw = {"name": "mine", "datasets": datasets, "protocols": {PROTOCOL: protocol}, "variants": VARIANTS}
    jobs = Jobs(Sweep(parse({**raw, "paths": paths}, "mine.yaml", root)))
    split = jobs.sweep.split(PROTOCOL)
    by_subject = {}
    for sample in split.samples.values():
        by_subject.setdefault(sample.subject, []).append(sample)
    recipes = [jobs.sweep.recipe(name) for name in ("ststnet", "lbp_top_svm")]
    readers = {key: jobs.sweep.dataset(key) for key in datasets}
    seen = Parallel(n_jobs=2)(
        delayed(views)(readers[samples[0].dataset], samples, recipes) for samples in by_subject.values()
    )
    ids = [sample.sample_id for samples in by_subject.values() for sample in samples]
    split = replace(split, samples={i: split.samples[i] for i in ids})
    arrays = {name: np.concatenate([one[name] for one in seen]) for name in seen[0]}
    return SimpleNamespace(jobs=jobs, split=split, **arrays)


def views(reader, samples, recipes):
    """Look at clips properly, at their onset frame alone, and at their length and brightness alone."""
    flow_image, lbp_top = (FEATURES[recipe.feature].build(recipe.params, CPU) for recipe in recipes)
    clips = [preprocess(reader.read_clip(sample), Preprocessing()) for sample in samples]
    still = [replace(clip, frames=np.repeat(clip.frames[clip.onset][None], 12, axis=0)) for clip in clips]
    still = [replace(clip, apex=6, offset=11) for clip in still]
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


def evaluate(corpus, variant, data, labels=None, metric=uar):
    """Run all folds of a variant on some data; the score is against the true labels.

    What looks at the wrong thing has a UAR around chance whatever the shares of the classes.
    """
    return score(corpus.split, predictions(corpus, variant, data, labels), metric)


def predictions(corpus, variant, data, labels=None):
    """Run all folds of a variant on some data, and name the class that it predicts for every clip."""
    spec = TrainSpec.model_validate_json(corpus.jobs.train_spec(PROTOCOL, variant, [0], 0, 0))
    split = corpus.split if labels is None else replace(corpus.split, labels=labels)
    arrays = Arrays(data, {sample_id: row for row, sample_id in enumerate(split.samples)}, {})
    work = Work(spec, CPU, split, arrays)
    results = Parallel(n_jobs=2)(
        delayed(run_cells)(work, [Cell(0, number)]) for number in range(len(split.folds))
    )
    folds = [rows for (rows,) in results]
    return {i: label for rows in folds for i, label in zip(rows["sample_id"], rows["predicted"], strict=True)}


def score(split, predicted, metric=uar):
    position = split.classes.index
    true = np.array([position(split.labels[i]) for i in split.samples])
    return metric(confusion_matrix(true, np.array([position(predicted[i]) for i in split.samples]), 3))


def shuffled_labels(split):
    """Deal the labels out anew, keeping how often each occurs."""
    ids = list(split.labels)
    order = stream("shuffled labels").permutation(len(ids))
    return {i: split.labels[ids[n]] for i, n in zip(ids, order, strict=True)}


CASES = {"ststnet": ("flow", "onset_image"), "lbp_top_svm": ("lbp", "onset_lbp")}


@pytest.mark.parametrize("variant", CASES)
def test_methods_that_look_at_movement_beat_the_majority(corpus, variant):
    majority = evaluate(corpus, "majority", np.empty((len(corpus.split.samples), 0)), metric=uf1)
    assert evaluate(corpus, variant, getattr(corpus, CASES[variant][0]), metric=uf1) >= majority + 0.25


@pytest.mark.parametrize("variant", CASES)
def test_shuffled_training_labels_give_chance(corpus, variant):
    """Against the true labels, and against those that were dealt: whoever sees these in a test has them all."""
    dealt = shuffled_labels(corpus.split)
    predicted = predictions(corpus, variant, getattr(corpus, CASES[variant][0]), dealt)
    assert abs(score(corpus.split, predicted) - CHANCE) <= MARGIN
    assert abs(score(replace(corpus.split, labels=dealt), predicted) - CHANCE) <= MARGIN


@pytest.mark.parametrize("variant", CASES)
def test_the_onset_frame_alone_gives_chance(corpus, variant):
    assert abs(evaluate(corpus, variant, getattr(corpus, CASES[variant][1])) - CHANCE) <= MARGIN


@pytest.mark.parametrize("column", [0, 1], ids=["length", "brightness"])
def test_length_or_brightness_alone_gives_chance(corpus, column):
    split = corpus.split
    ids = np.array(list(split.samples))
    labels = np.array([split.classes.index(split.labels[i]) for i in ids])
    values = corpus.plain[:, [column]]
    predicted = {}
    for fold in split.folds:
        test = np.isin(ids, fold.test)
        centre, spread = values[~test].mean(), values[~test].std()
        train, tested = ((values[rows] - centre) / spread for rows in (~test, test))
        scores = fit_svm(train, labels[~test], n_classes=3, penalty=1.0, kernel="rbf").scores(tested)
        predicted |= dict(zip(ids[test], np.array(split.classes)[scores.argmax(axis=1)], strict=True))
    assert abs(score(split, predicted) - CHANCE) <= MARGIN
