"""Examples E8 to E8c of the specification of statistics: six subjects, two methods, 25 clips."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mer.core.errors import DataError
from mer.evaluation.metrics import f1_per_class, recall_per_class
from mer.evaluation.subject_bootstrap import counts_by_subject, draw_subjects, subject_bootstrap

# True classes, those predicted by method A, and by B; a digit is a clip.
SUBJECTS = {
    "s1": ("0012", "0012", "0012"),
    "s2": ("0112", "0112", "0102"),
    "s3": ("00012", "11000", "02200"),
    "s4": ("0122", "0122", "1122"),
    "s5": ("00122", "21012", "00012"),
    "s6": ("012", "012", "001"),
}
CLASSES = ("0", "1", "2")


class All:
    """Instead of a random stream: every one of the 6**6 ordered draws, once."""

    def integers(self, low, high, size):
        assert size == (6**6, 6)
        return np.array(list(product(range(low, high), repeat=6)))


def rows_of(which, seed=0):
    """Predictions of A (1) or B (2)."""
    return pd.DataFrame(
        [
            {"person": person, "seed": seed, "true": true, "predicted": predicted}
            for person, columns in SUBJECTS.items()
            for true, predicted in zip(columns[0], columns[which], strict=True)
        ]
    )


def counts(which):
    return counts_by_subject(rows_of(which), CLASSES)[1][:, 0]


def uf1(pooled):
    return f1_per_class(pooled).mean(axis=-1)


def uar(pooled):
    return recall_per_class(pooled).mean(axis=-1)


def difference(pooled):
    return uf1(pooled[:, 0]) - uf1(pooled[:, 1])


def test_counts_lie_by_subject_and_seed():
    persons, found = counts_by_subject(pd.concat([rows_of(1, 7), rows_of(2, 3)]), CLASSES)
    assert persons == list(SUBJECTS)
    assert found.shape == (6, 2, 3, 3)
    assert found[:, 0].sum(axis=0).tolist() == [[7, 1, 2], [4, 3, 0], [1, 2, 5]]  # seed 3: B
    assert found[:, 1].sum(axis=0).tolist() == [[6, 3, 1], [2, 5, 0], [1, 1, 6]]  # seed 7: A
    assert found[2, 1].tolist() == [[1, 2, 0], [1, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("made", "statistic", "estimate", "ends"),
    [
        (counts(1), uf1, 0.685526, (0.398485, 1.0)),
        (counts(1), uar, 0.688095, (0.396825, 1.0)),
        (np.stack([counts(1), counts(2)], axis=1), difference, 0.097337, (-0.121667, 0.372391)),
    ],
    ids=["UF1", "UAR", "difference"],
)
def test_all_draws_give_the_exact_interval(made, statistic, estimate, ends):
    found = subject_bootstrap(made, statistic, All(), n_draws=6**6)
    assert found.estimate == pytest.approx(estimate, abs=1e-6)
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-6)
    assert found.n_subjects == 6
    assert found.n_repeated == 0
    if statistic is uf1:
        assert found.standard_error == pytest.approx(0.164345, abs=1e-5)


def test_a_seed_gives_the_recorded_interval():
    found = subject_bootstrap(counts(1), uf1, np.random.default_rng(12345))
    assert (found.low, found.high) == pytest.approx((0.405556, 1.0), abs=1e-6)
    assert found.standard_error == pytest.approx(0.163057, abs=1e-6)


def test_the_first_draw_is_the_recorded_one():
    draws = draw_subjects(counts(1).sum(axis=2), np.random.default_rng(12345), 2000)
    # Subjects 4, 1, 4, 1, 1, 4.
    assert draws.times[0].tolist() == [0, 3, 0, 0, 3, 0]
    assert draws.n_repeated == 0


def test_scipy_draws_subjects_as_well():
    """Its BCa interval, with a tolerance: it may change with the version."""
    made = counts(1)
    found = stats.bootstrap(
        (np.arange(6),),
        lambda drawn: float(uf1(made[drawn].sum(axis=0))),
        vectorized=False,
        n_resamples=2000,
        method="BCa",
        rng=np.random.default_rng(12345),
    )
    ends = found.confidence_interval
    assert (ends.low, ends.high) == pytest.approx((0.323799, 1.0), abs=0.01)


def test_many_methods_are_scored_on_the_same_draws(monkeypatch):
    """In parts that fit into memory, and all at once: the same values."""
    made = np.stack([counts(1), counts(2)] * 3, axis=1)
    draws = draw_subjects(counts(1).sum(axis=2), np.random.default_rng(0), 500)
    values = draws.values(made, uf1)
    assert values.shape == (500, 6)
    assert values[:, 0].tolist() == draws.values(counts(1), uf1).tolist() == values[:, 4].tolist()
    monkeypatch.setattr("mer.evaluation.subject_bootstrap._AT_ONCE", 1000)
    assert draws.values(made, uf1).tolist() == values.tolist()


def test_classes_that_nobody_has_are_not_asked_for_and_those_of_few_are_refused_in_the_end():
    draws = draw_subjects(np.array([[1, 0], [2, 0]]), np.random.default_rng(0), 50)
    assert draws.times.sum(axis=1).tolist() == [2] * 50
    with pytest.raises(DataError, match="Of 30 subjects so few have clips"):
        draw_subjects(np.eye(30, dtype=int), np.random.default_rng(0), 10)


def test_clips_as_if_they_were_independent_make_the_interval_too_narrow():
    columns = ["".join(texts) for texts in zip(*SUBJECTS.values(), strict=True)]
    clips = np.zeros((25, 3, 3), dtype=int)
    for clip, (true, predicted) in enumerate(zip(columns[0], columns[1], strict=True)):
        clips[clip, int(true), int(predicted)] = 1
    narrow = subject_bootstrap(clips, uf1, np.random.default_rng(12345))
    assert (narrow.low, narrow.high) == pytest.approx((0.480925, 0.841270), abs=0.01)
    assert narrow.n_repeated == 2  # the two draws that E8c leaves out are drawn again here


def test_a_seed_that_is_averaged_is_no_evidence():
    """Two equal seeds leave the interval as it is."""
    twice = np.stack([counts(1), counts(1)], axis=1)
    once = subject_bootstrap(counts(1), uf1, np.random.default_rng(0))
    found = subject_bootstrap(twice, lambda pooled: uf1(pooled).mean(axis=1), np.random.default_rng(0))
    assert found == once


def test_draws_without_a_class_are_repeated_and_counted():
    """Only one of three subjects shows class 1: of 27 draws 8 lack it, and 8 of 27 of those again."""
    three = np.zeros((3, 2, 2), dtype=int)
    three[:, 0, 0] = 2
    three[0, 1, 1] = 1
    found = subject_bootstrap(three, uf1, np.random.default_rng(0), n_draws=5000)
    assert found.low == found.high == 1.0
    assert found.n_repeated == pytest.approx(5000 * (8 / 27) / (19 / 27), rel=0.1)


def test_a_class_without_clips_is_refused():
    with pytest.raises(DataError, match="some class has none"):
        subject_bootstrap(np.ones((3, 2, 2), dtype=int) * [[1], [0]], uf1, np.random.default_rng(0))
