import numpy as np
import pytest
import torch
from torch import nn

from mer.core.errors import TrainingError
from mer.training.batches import class_weights
from mer.training.course import Course
from mer.training.design import NetworkDesign
from mer.training.loop import train_networks
from mer.training.settings import Augmentation
from tests.unit.training.conftest import CPU, SMALL, Small, Zero, same_weights, scores, settings_of, train

SGD = {"optimiser": "sgd", "epochs": 1, "batch_size": 32, "order": "class_order"}


def linear(n_inputs, n_classes=3):
    return NetworkDesign(lambda _: Zero(n_inputs, n_classes))


def one_step(samples, **settings):
    """Weights (K, D) of a linear network after one step of SGD over all samples, from zero."""
    network = train(samples, design=linear(samples.data.shape[1]), **SGD | settings)
    return network.layer.weight.detach()


def test_it_learns(toy):
    samples = toy(24)
    fitted = scores(train(samples, epochs=25), samples)
    assert fitted.shape == (24, 3)
    assert np.allclose(fitted.sum(axis=1), 1)
    assert (fitted.argmax(axis=1) == samples.labels).all()


def test_a_trained_network_is_ready_to_be_asked(toy):
    network = train(toy(), epochs=1)
    assert not any(module.training for module in network.modules())
    assert next(network.parameters()).device == CPU


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"order": "class_order", "balance": "resample"},
        {"augmentation": Augmentation(flip=True, rotation=10.0, mixup=0.4)},
        {"selection": "inner_val"},
    ],
)
def test_the_stream_alone_decides(toy, settings):
    torch.manual_seed(1)
    first = train(toy(), **settings)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert same_weights(first, train(toy(), **settings))
    assert torch.equal(torch.get_rng_state(), before)
    assert not same_weights(first, train(toy(), seed=1, **settings))


def test_initial_weights_come_from_the_stream(toy):
    """At the smallest learning rate, weights stay as they were drawn."""
    first, again, other = (train(toy(), seed, epochs=1, lr=1e-30).classifier.weight for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_threads_play_no_role_and_are_given_back(toy):
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        first = train(toy())
        torch.set_num_threads(2)
        assert same_weights(first, train(toy()))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert not torch.are_deterministic_algorithms_enabled()


def test_dropout_and_augmentation_play_a_role(toy):
    class Firm(Small):
        def __init__(self, n_classes):
            super().__init__(n_classes)
            self.dropout.p = 0.0

    plain = {"order": "class_order"}
    assert not same_weights(train(toy(), **plain), train(toy(), design=NetworkDesign(Firm), **plain))
    changed = train(toy(), augmentation=Augmentation(shift=0.2), **plain)
    assert not same_weights(train(toy(), **plain), changed)


def test_one_step_goes_down_the_mean_gradient(make_samples):
    samples = make_samples(np.array([[1.0, 0], [0, 2], [3, 0]]), [0, 1, 2])
    # Every score is 1/3, so that the gradient is (1/3 - target) times input, averaged over three samples:
    # class 0 gets -((1/3 - 1) (1, 0) + 1/3 (0, 2) + 1/3 (3, 0)) / 3 and so on.
    expected = -torch.tensor([[-2 + 3, 2], [1 + 3, -4], [1 - 6, 2]]) / 9
    assert torch.allclose(one_step(samples, lr=1.0), expected)
    assert torch.allclose(one_step(samples, lr=0.5), expected / 2)


def test_class_weights_weigh_the_loss(make_samples):
    samples = make_samples(np.array([[1.0], [2], [3], [5]]), [0, 0, 0, 1])
    # A sample of class 0 weighs 2/3 and that of class 1 weighs 2, four together. Of the inputs times
    # weights, class 0 sums to 2/3 (1 + 2 + 3) = 4 and class 1 to 10; with scores of 1/3 the gradient is
    # class 0: (-2/3 4 + 1/3 10) / 4 = 1/6; class 1: (1/3 4 - 2/3 10) / 4 = -4/3; class 2: 14 / 12.
    assert class_weights(samples.labels, 3).tolist() == pytest.approx([2 / 3, 2, 0])
    expected = torch.tensor([[-1 / 6], [4 / 3], [-7 / 6]])
    assert torch.allclose(one_step(samples, lr=1.0, balance="class_weights"), expected)
    # Unweighted: (-2/3 6 + 1/3 5) / 4 and so on.
    plain = torch.tensor([[7 / 12], [1 / 3], [-11 / 12]])
    assert torch.allclose(one_step(samples, lr=1.0), plain)


def test_the_loss_that_is_told_is_the_mean_over_samples(make_samples):
    """Two batches of four and one sample: a zero network loses log 3 on each in the first step."""
    told = []
    samples = make_samples(np.zeros((5, 2)), [0, 0, 1, 1, 2])
    train(samples, course=Course(tell=told.append), design=linear(2), epochs=2, batch_size=4)
    assert [(one.epoch, one.epochs, one.validation_loss) for one in told] == [(1, 2, None), (2, 2, None)]
    assert [one.loss for one in told] == pytest.approx([np.log(3)] * 2)


def test_a_smaller_last_batch_counts_less_in_the_loss_that_is_told(make_samples):
    """The loss function tells the mean of a batch: 1, 1, 1, 1 and then 6."""
    design = NetworkDesign(
        lambda _: Zero(1, 3), loss=lambda outputs, targets: outputs[:, 0] * 0 + given.pop()
    )
    given, told = [6.0, 1.0], []
    samples = make_samples(np.zeros((5, 1)), [0, 0, 0, 0, 1])
    train(samples, course=Course(tell=told.append), design=design, epochs=1, batch_size=4)
    assert told[0].loss == pytest.approx((4 * 1 + 1 * 6) / 5)


def test_clipping_bounds_the_length_of_a_step(make_samples):
    samples = make_samples(np.array([[100.0], [200], [700]]), [0, 1, 2])
    free = one_step(samples, lr=0.1)
    clipped = one_step(samples, lr=0.1, clip_norm=0.5)
    assert free.norm() > 1
    # The gradient is 0.5 long then, and the step a tenth of that, in the same direction.
    assert clipped.norm() == pytest.approx(0.05, rel=1e-4)
    assert torch.allclose(clipped / clipped.norm(), free / free.norm())
    assert torch.allclose(one_step(samples, lr=0.1, clip_norm=1e6), free)


def test_weight_decay_shrinks_weights(toy):
    def size(network):
        return sum(float((parameter.detach() ** 2).sum()) for parameter in network.parameters())

    assert size(train(toy(), epochs=20, weight_decay=1.0)) < 0.7 * size(train(toy(), epochs=20))


def test_the_schedule_ends_learning(make_samples):
    """The learning rate of the second epoch is 1e-9 of the first."""
    samples = make_samples(np.array([[1.0, 0], [0, 2], [3, 0]]), [0, 1, 2])
    settings = {"schedule": "step", "schedule_epochs": 1, "schedule_factor": 1e-9, "lr": 1.0}
    assert torch.allclose(one_step(samples, **settings | {"epochs": 2}), one_step(samples, lr=1.0), atol=1e-7)
    assert not torch.allclose(one_step(samples, lr=1.0, epochs=2), one_step(samples, lr=1.0), atol=1e-2)


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd"])
def test_frozen_weights_stay_as_they_were_drawn(toy, optimiser):
    design = NetworkDesign(Small, lr_factors={"convolution.": 0.0})
    settings = {"optimiser": optimiser, "weight_decay": 0.1, "design": design}
    one, more = train(toy(), epochs=1, **settings), train(toy(), epochs=3, **settings)
    assert torch.equal(one.convolution.weight, more.convolution.weight)
    assert not torch.equal(one.classifier.weight, more.classifier.weight)


@pytest.mark.parametrize(
    "clip_norm",
    [
        None,
        0.01,
    ],
)
def test_frozen_weights_are_as_those_that_need_no_gradient(toy, clip_norm):
    def fixed(n_classes):
        network = Small(n_classes)
        network.convolution.requires_grad_(False)
        return network

    settings = {"clip_norm": clip_norm, "optimiser": "sgd"}
    frozen = train(toy(), design=NetworkDesign(Small, lr_factors={"convolution.": 0.0}), **settings)
    assert same_weights(frozen, train(toy(), design=NetworkDesign(fixed), **settings))


def test_a_learning_rate_without_bounds_is_an_error(toy):
    """The one step is too late to show in the loss, so that the weights must be looked at."""
    with pytest.raises(TrainingError, match="The last step left weights that are no numbers. Lower the"):
        train(toy(8), epochs=1, batch_size=8, lr=1e300)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_images_that_are_no_numbers_are_an_error(toy, value):
    samples = toy()
    samples.data[3, 0, 0, 0] = value
    with pytest.raises(TrainingError, match="The loss is nan after epoch 1. Lower the learning rate"):
        train(samples)


def test_mixed_precision_differs_a_little(toy):
    full, mixed = (
        train(toy(), mixed_precision=mixed, augmentation=Augmentation(flip=True)) for mixed in (False, True)
    )
    difference = abs(scores(full, toy()) - scores(mixed, toy())).max()
    assert 1e-5 < difference < 0.1
    assert {parameter.dtype for parameter in mixed.parameters()} == {torch.float32}


def test_mirrored_flow_is_known_to_augmentation(toy):
    settings = {"augmentation": Augmentation(flip=True)}
    flow = NetworkDesign(Small, mirror_sum=1.0)
    assert not same_weights(train(toy(), **settings), train(toy(), design=flow, **settings))


def test_frame_pairs_are_learned(make_samples):
    """Images of shape (N, T, C, H, W), flattened by the network."""

    class Pair(nn.Module):
        def __init__(self, n_classes):
            super().__init__()
            self.layer = nn.Linear(24, n_classes)

        def forward(self, frames):
            return self.layer(frames.flatten(1)), frames

    rng = np.random.default_rng(0)
    labels = np.arange(12) % 3
    data = rng.normal(size=(12, 2, 3, 2, 2)) + 5 * rng.normal(size=(3, 2, 3, 2, 2))[labels]
    samples = make_samples(data, labels)
    settings = {"epochs": 40, "augmentation": Augmentation(brightness=0.1)}
    network = train(samples, design=NetworkDesign(Pair), **settings)
    assert (scores(network, samples).argmax(axis=1) == labels).all()


def test_one_fold_among_folds_is_trained_alone(toy):
    streams = [np.random.default_rng(0)]
    (network,) = train_networks(SMALL, settings_of(), [toy()], streams, [Course()], CPU)
    assert same_weights(network, train(toy()))


def test_what_goes_wrong_with_folds_is_returned(toy):
    samples = toy().with_data(np.full((24, 2, 6, 6), np.nan))
    for folds in ([samples], [samples, samples]):
        streams, courses = [np.random.default_rng(0) for _ in folds], [Course() for _ in folds]
        results = train_networks(SMALL, settings_of(), folds, streams, courses, CPU)
        assert [str(result)[:11] for result in results] == ["The loss is"] * len(folds)
        assert all(isinstance(result, TrainingError) for result in results)


def test_watching_changes_nothing_and_sees_every_epoch(toy):
    def watch(network):
        assert not network.training
        torch.rand(5)  # whoever watches may draw
        return scores(network, toy(5, seed=9))

    told, course = [], Course(watch=watch)
    watched = train(toy(), course=course, epochs=3)
    alone = train(toy(), course=Course(tell=told.append), epochs=3)
    assert same_weights(watched, alone)
    assert len(course.watched) == len(told) == 3
    assert np.array_equal(course.watched[-1], scores(alone, toy(5, seed=9)))
    for epochs, seen in enumerate(course.watched[:2], start=1):
        assert np.array_equal(seen, scores(train(toy(), epochs=epochs), toy(5, seed=9)))
