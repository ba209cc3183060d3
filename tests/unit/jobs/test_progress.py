"""What a person is told while folds are trained."""

import logging
from types import SimpleNamespace

import pytest

from mer.jobs import fold
from mer.jobs.fold import Pace, Teller
from mer.training.course import Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(fold.time, "monotonic", lambda: clock.now)
    return clock


def lines(caplog, clock, told):
    """What is written of epochs that are told at some seconds."""
    with caplog.at_level(logging.INFO):
        for seconds, teller, progress in told:
            clock.now = seconds
            teller(progress)
    return [record.getMessage() for record in caplog.records]


def test_a_line_every_ten_seconds_names_fold_epoch_losses_and_time_left(caplog, clock):
    teller = Teller("mine, seed 0, fold 1 of 4 ('a')")
    told = [
        (5.0, teller, Progress(1, 10, 1.0)),
        (12.0, teller, Progress(2, 10, 0.51234)),
        (15.0, teller, Progress(3, 10, 0.4)),
        (25.0, teller, Progress(4, 10, 0.3, validation_loss=0.25)),
    ]
    assert lines(caplog, clock, told) == [
        # Seven seconds for one epoch, eight epochs left; then twenty seconds for three, six left.
        "mine, seed 0, fold 1 of 4 ('a'): epoch 2 of 10, loss 0.5123, 56 s left",
        "mine, seed 0, fold 1 of 4 ('a'): epoch 4 of 10, loss 0.3000, held-out loss 0.2500, 40 s left",
    ]


def test_folds_that_are_trained_together_write_one_line(caplog, clock):
    pace = Pace()
    tellers = [Teller(f"fold {n}", pace) for n in range(3)]
    told = [(11.0 * epoch, one, Progress(epoch, 4, 1.0)) for epoch in (1, 2) for one in tellers]
    assert [line.split(":")[0] for line in lines(caplog, clock, told)] == ["fold 0", "fold 0"]
