import pytest

from mer.core.errors import DataError
from mer.evaluation.counts import count_by, scopes


def test_counts_lie_by_what_is_asked_for(predict):
    rows = predict(4, n_subjects=2, seeds=(3, 1))
    (persons, seeds), counts = count_by(rows, ("a", "b", "c"), ("person", "seed"))
    assert (persons, seeds) == (["d0:s0", "d0:s1"], [1, 3])
    assert counts.shape == (2, 2, 3, 3)
    # The first subject has all three right, the second only the first.
    assert counts[0, 0].tolist() == counts[0, 1].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert counts[1, 1].tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0]]
    assert count_by(rows, ("a", "b", "c"), ())[1].tolist() == counts.sum(axis=(0, 1)).tolist()


def test_an_unknown_class_is_named(predict):
    with pytest.raises(DataError, match="unknown class in 'true': c"):
        count_by(predict(1), ("a", "b"), ("seed",))


def test_several_databases_are_scored_together_and_alone(predict):
    assert [scope for scope, _ in scopes(predict(1, databases=2))] == ["composite", "d0", "d1"]
    ((scope, rows),) = scopes(predict(1))
    assert scope == "d0"
    assert len(rows) == 24
