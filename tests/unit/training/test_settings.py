import pytest
from pydantic import ValidationError

from mer.methods.rcn_family import RcnParams
from mer.training.settings import Augmentation, TrainingParams


@pytest.mark.parametrize(
    "settings",
    [
        {"epochs": 0},
        {"batch_size": 1},
        {"lr": 0.0},
        {"lr": float("inf")},
        {"momentum": 1.0},
        {"weight_decay": -1.0},
        {"optimiser": "lbfgs"},
        {"schedule": "linear"},
        {"schedule_epochs": 0},
        {"schedule_factor": 0.0},
        {"order": "sorted"},
        {"balance": "smote"},
        {"clip_norm": 0.0},
        {"selection": "best"},
        {"patience": 0},
        {"learning_rate": 0.1},
        {"augmentation": {"flip": 1}},
        {"augmentation": {"shift": 0.6}},
        {"augmentation": {"zoom": 1.0}},
        {"augmentation": {"blur": 1.0}},
    ],
)
def test_what_cannot_be_meant_is_refused(settings):
    with pytest.raises(ValidationError):
        TrainingParams.from_plain(settings)


def test_nothing_is_augmented_unless_asked_for():
    assert TrainingParams().augmentation == Augmentation()
    assert not any(Augmentation().model_dump().values())
    assert TrainingParams.from_plain({"augmentation": {"flip": True}}).augmentation != Augmentation()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"optimiser": "adam", "momentum": 0.9}, ["momentum"]),
        ({"schedule_epochs": 5}, ["schedule_epochs"]),
        ({"schedule": "cosine", "schedule_epochs": 5}, ["schedule_epochs"]),
        ({"schedule": "cosine_restarts", "schedule_factor": 0.1}, ["schedule_factor"]),
        ({"momentum": 0.9, "schedule_epochs": 5}, ["momentum", "schedule_epochs"]),
    ],
)
def test_what_would_do_nothing_is_refused(settings, named):
    with pytest.raises(ValidationError) as refused:
        TrainingParams.from_plain(settings)
    assert all(f"'{name}' does nothing" in str(refused.value) for name in named)


def test_a_methods_defaults_may_do_nothing():
    params = RcnParams.from_plain({"optimiser": "adam", "schedule": "constant"})
    assert params.momentum == 0.9
