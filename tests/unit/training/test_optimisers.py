import pytest
import torch

from mer.training.optimisers import build_optimiser, schedule, set_learning_rate
from mer.training.settings import TrainingParams


def parameter(value=1.0):
    return torch.nn.Parameter(torch.tensor([value]))


def after_steps(n, **settings):
    """A parameter that begins at 1 and whose gradient is always 2."""
    weight = parameter()
    optimiser = build_optimiser({"weight": weight}, TrainingParams(lr=0.1, **settings), {})
    set_learning_rate(optimiser, TrainingParams(lr=0.1, **settings), 0)
    for _ in range(n):
        weight.grad = torch.tensor([2.0])
        optimiser.step()
    return weight.item()


@pytest.mark.parametrize(
    ("name", "used", "expected"),
    [
        ("constant", {}, [1, 1, 1, 1, 1, 1]),
        (
            "step",
            {"schedule_epochs": 2, "schedule_factor": 0.3},
            [1, 1, 0.3, 0.3, 0.09, 0.09],
        ),  # times 0.3 every two epochs
        # (1 + cos(pi e / 6)) / 2: the cosines are 1, sqrt(3) / 2, 1 / 2, 0, -1 / 2, -sqrt(3) / 2.
        ("cosine", {}, [1, 0.9330127, 0.75, 0.5, 0.25, 0.0669873]),
        (
            "cosine_restarts",
            {"schedule_epochs": 2},
            [1, 0.5, 1, 0.5, 1, 0.5],
        ),  # cosines of 0 and pi / 2, every two epochs
    ],
)
def test_a_schedule_takes_its_course(name, used, expected):
    settings = TrainingParams(epochs=6, schedule=name, **used)
    assert [schedule(settings, epoch) for epoch in range(6)] == pytest.approx(expected)


def test_sgd_adds_weight_decay_to_the_gradient():
    # The gradient is 2 and half the weight: 1 minus a tenth of 2.5.
    assert after_steps(1, optimiser="sgd", weight_decay=0.5) == pytest.approx(0.75)


def test_sgd_has_momentum():
    # The velocity is 2, then 0.9 * 2 + 2 = 3.8: 1 - 0.2 - 0.38.
    assert after_steps(2, optimiser="sgd", momentum=0.9) == pytest.approx(0.42)


def test_the_first_step_of_adam_is_as_long_as_the_learning_rate():
    # Weight decay is part of the gradient, whose length plays no role.
    assert after_steps(1, optimiser="adam", weight_decay=0.5) == pytest.approx(0.9)


def test_adamw_shrinks_weights_beside_the_gradient():
    # 1 - 0.1 * 0.5 * 1 from the decay, and a step of 0.1.
    assert after_steps(1, optimiser="adamw", weight_decay=0.5) == pytest.approx(0.85)


def test_the_beginning_of_a_name_picks_the_factor():
    named = {name: parameter() for name in ("trunk.a", "head.b", "my.trunk.c", "trunk.d", "frozen.e")}
    factors = {"trunk.": 0.01, "frozen.": 0.0}
    optimiser = build_optimiser(named, TrainingParams(), factors)
    found = {group["factor"]: group["params"] for group in optimiser.param_groups}
    assert found.keys() == {0.01, 1.0}
    assert [id(p) for p in found[0.01]] == [id(named["trunk.a"]), id(named["trunk.d"])]
    assert [id(p) for p in found[1.0]] == [id(named["head.b"]), id(named["my.trunk.c"])]


def test_the_first_fitting_factor_counts():
    optimiser = build_optimiser({"a.b": parameter()}, TrainingParams(), {"a.b": 0.5, "a.": 0.1})
    assert [group["factor"] for group in optimiser.param_groups] == [0.5]


def test_what_needs_no_gradient_is_left_out():
    fixed = parameter().requires_grad_(False)
    optimiser = build_optimiser({"a": fixed, "b": parameter()}, TrainingParams(), {})
    assert [len(group["params"]) for group in optimiser.param_groups] == [1]


def test_an_epochs_learning_rate_is_the_product_of_settings_factor_and_schedule():
    settings = TrainingParams(lr=0.2, schedule="step", schedule_epochs=3, schedule_factor=0.5)
    optimiser = build_optimiser({"a": parameter(), "b": parameter()}, settings, {"a": 0.1})
    for epoch, lr in [(0, 0.2), (2, 0.2), (3, 0.1), (6, 0.05), (0, 0.2)]:
        set_learning_rate(optimiser, settings, epoch)
        assert [group["lr"] for group in optimiser.param_groups] == pytest.approx([lr / 10, lr])
