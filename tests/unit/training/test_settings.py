import pytest
from pydantic import ValidationError

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
