import numpy as np

from mer.core.seeds import stream


def test_same_names_same_stream():
    assert np.array_equal(stream(0, "m", "s01").random(5), stream(0, "m", "s01").random(5))


def test_any_other_name_another_stream():
    first = stream(0, "m", "s01").random()
    others = [stream(1, "m", "s01"), stream(0, "n", "s01"), stream(0, "m", "s02"), stream("0", "m", "s01")]
    assert all(other.random() != first for other in others)


def test_names_cannot_run_into_each_other():
    assert stream("ab", "c").random() != stream("a", "bc").random()


def test_the_global_generator_plays_no_role():
    np.random.seed(1)  # noqa: NPY002  # the global state is what must not matter
    first = stream(3, "x").random()
    np.random.seed(2)  # noqa: NPY002
    assert stream(3, "x").random() == first
