from collections import Counter
from itertools import chain

import numpy as np
import pytest

from mer.training.batches import class_weights, joined_draws, n_steps, steps_of_epoch
from mer.training.settings import Augmentation, TrainingParams
from tests.unit.training.conftest import draws_of

UNEVEN = np.repeat([0, 1, 2], [7, 4, 2])


def stream(seed=0):
    return np.random.default_rng(seed)


def rows_of(labels, rng, **settings):
    """Positions of every batch of an epoch."""
    return [step.rows.tolist() for step in steps_of_epoch(labels, TrainingParams(**settings), rng)]


def test_class_order_cuts_the_same_batches_every_epoch():
    labels, rng = np.array([2, 0, 1, 0, 2]), stream()
    for _ in range(2):
        # Class 0 are samples 1 and 3, class 1 is 2, class 2 are 0 and 4.
        assert rows_of(labels, rng, batch_size=2, order="class_order") == [[1, 3], [2, 0], [4]]


def test_samples_of_a_class_keep_their_order_in_class_order():
    labels = np.arange(90) % 3
    (rows,) = rows_of(labels, stream(), batch_size=90, order="class_order")
    assert rows == [*range(0, 90, 3), *range(1, 90, 3), *range(2, 90, 3)]


def test_shuffled_batches_hold_every_sample_once_in_new_orders():
    rng = stream()
    epochs = [rows_of(np.zeros(10, int), rng, batch_size=4) for _ in range(2)]
    for batches in epochs:
        assert [len(batch) for batch in batches] == [4, 4, 2]
        assert sorted(chain(*batches)) == list(range(10))
    assert epochs[0] != epochs[1]


def test_resampling_repeats_small_classes_up_to_the_largest():
    rng, extra = stream(), set()
    for _ in range(8):
        times = Counter(chain(*rows_of(UNEVEN, rng, batch_size=4, balance="resample")))
        assert [times[row] for row in range(7)] == [1] * 7
        # Seven times from four samples: each once, and three of them once more; from two: 3 and 4.
        assert sorted(times[row] for row in (7, 8, 9, 10)) == [1, 2, 2, 2]
        assert sorted(times[row] for row in (11, 12)) == [3, 4]
        extra.add(min((7, 8, 9, 10), key=times.get))
    assert len(extra) > 1


def test_resampling_in_class_order_goes_class_by_class():
    batches = rows_of(UNEVEN, stream(), batch_size=5, balance="resample", order="class_order")
    assert UNEVEN[list(chain(*batches))].tolist() == [0] * 7 + [1] * 7 + [2] * 7


@pytest.mark.parametrize("order", ["shuffled", "class_order"])
@pytest.mark.parametrize(
    ("balance", "batch_size", "expected"),
    # 13 samples, or 3 classes of 7 when they are resampled.
    [("none", 4, 4), ("none", 5, 3), ("class_weights", 11, 2), ("resample", 4, 6), ("resample", 7, 3)],
)
def test_steps_are_counted_as_they_come(order, balance, batch_size, expected):
    settings = TrainingParams(batch_size=batch_size, balance=balance, order=order)
    assert n_steps(UNEVEN, settings) == expected
    assert len(list(steps_of_epoch(UNEVEN, settings, stream()))) == expected


def test_classes_weigh_the_same_and_a_sample_weighs_one_on_average():
    # Two of three classes occur in four samples, so each is to weigh two: 2 / 3 and 2 / 1.
    weights = class_weights(np.array([0, 0, 1, 0]), 3)
    assert weights.tolist() == pytest.approx([2 / 3, 2, 0])
    assert class_weights(np.array([0, 1, 2]), 3).tolist() == [1, 1, 1]


def test_every_step_has_a_key_of_32_bits():
    keys = [step.key for step in steps_of_epoch(np.zeros(400, int), TrainingParams(batch_size=2), stream())]
    assert len(set(keys)) == 200
    # All of 200 keys lying below 2**31 has a probability of 2**-200.
    assert 0 <= min(keys) < 2**31 < max(keys) < 2**32


@pytest.mark.parametrize(
    ("asked", "draw"),
    [
        ({}, lambda rng, n: None),
        ({"mixup": 0.4}, lambda rng, n: (rng.beta(0.4, 0.4), rng.permutation(n))),
        ({"flip": True}, lambda rng, n: rng.integers(0, 2, n)),
        ({"rotation": 5.0}, lambda rng, n: rng.uniform(-5, 5, n)),
        ({"zoom": 0.1}, lambda rng, n: rng.uniform(-0.1, 0.1, n)),
        ({"shift": 0.1}, lambda rng, n: (rng.uniform(-0.1, 0.1, n), rng.uniform(-0.1, 0.1, n))),
        ({"brightness": 0.2}, lambda rng, n: (rng.uniform(-0.2, 0.2, n), rng.uniform(-0.2, 0.2, n))),
    ],
)
def test_what_is_not_asked_for_takes_nothing_from_the_stream(asked, draw):
    ours, twin = stream(), stream()
    settings = TrainingParams(batch_size=6, order="class_order", augmentation=Augmentation(**asked))
    (step,) = steps_of_epoch(np.zeros(6, int), settings, ours)
    assert step.key == twin.integers(2**32)
    draw(twin, 6)
    assert ours.bit_generator.state == twin.bit_generator.state
    assert (step.draws is None) == (not asked)


def test_draws_stay_within_what_is_asked_for():
    asked = Augmentation(flip=True, rotation=10.0, zoom=0.2, shift=0.1, brightness=0.3, mixup=0.4)
    settings = TrainingParams(batch_size=500, augmentation=asked)
    (step,) = steps_of_epoch(np.zeros(500, int), settings, stream())
    draws = step.draws
    assert set(draws.flipped) == {0, 1}
    for column, middle, width in [
        (draws.angle, 0, 10),
        (draws.scale, 1, 0.2),
        (draws.shift_x, 0, 0.1),
        (draws.shift_y, 0, 0.1),
        (draws.brightness, 1, 0.3),
        (draws.contrast, 1, 0.3),
    ]:
        # Of 500 uniform values, some lie in the outermost twentieth on either side.
        assert middle - width <= column.min() < middle - 0.9 * width
        assert middle + 0.9 * width < column.max() <= middle + width
    assert (draws.shift_x != draws.shift_y).any()
    assert (draws.brightness != draws.contrast).any()
    assert sorted(draws.partner) == list(range(500))
    assert len(set(draws.share)) == 1
    assert 0 <= draws.share[0] <= 1


def test_only_what_is_asked_for_differs_from_neutral():
    settings = TrainingParams(batch_size=4, augmentation=Augmentation(rotation=5.0))
    (step,) = steps_of_epoch(np.zeros(4, int), settings, stream())
    assert step.draws.angle.all()
    for name, column in vars(draws_of(4, angle=step.draws.angle)).items():
        assert np.array_equal(getattr(step.draws, name), column), name


def test_draws_are_filled_up_with_the_last_one():
    draws = draws_of(3, angle=[1.0, 2.0, 3.0], partner=[2, 0, 1], share=[0.5, 0.5, 0.5]).repeated(5)
    assert draws.angle.tolist() == [1, 2, 3, 3, 3]
    assert draws.partner.tolist() == [2, 0, 1, 1, 1]
    assert draws.share.tolist() == [0.5] * 5
    assert draws.scale.tolist() == [1] * 5


def test_partners_stay_in_their_fold_when_draws_are_joined():
    first, second, third = (
        draws_of(2, angle=[angle, angle + 1], partner=partner)
        for angle, partner in [(1.0, [1, 0]), (3.0, [0, 1]), (5.0, [1, 1])]
    )
    joined = joined_draws([first, second, third])
    assert joined.angle.tolist() == [1, 2, 3, 4, 5, 6]
    # Batches of two: 2 is added to the second fold's partners, 4 to the third's.
    assert joined.partner.tolist() == [1, 0, 2, 3, 5, 5]
    assert first.partner.tolist() == [1, 0]
