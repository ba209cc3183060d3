import numpy as np
import pytest
import torch

from mer.training import checkpoints
from mer.training.checkpoints import Keeper, as_text, from_text

STATE = {
    "epoch": 3,
    "network": {"weight": torch.arange(6.0).view(2, 3)},
    "best": [float("inf"), 0, {}],
    "watched": [torch.tensor([[0.1, 0.9]], dtype=torch.float64)],
    "stream": "text",
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "fold.pt"


def test_what_is_written_is_read(path):
    Keeper(path, "mine").write(STATE)
    found = Keeper(path, "mine").read()
    assert found.keys() == STATE.keys()
    assert torch.equal(found["network"]["weight"], STATE["network"]["weight"])
    assert torch.equal(found["watched"][0], STATE["watched"][0])
    assert found["watched"][0].dtype == torch.float64
    assert (found["epoch"], found["best"], found["stream"]) == (3, [float("inf"), 0, {}], "text")


def test_the_last_state_replaces_the_one_before(path):
    keeper = Keeper(path, "mine")
    keeper.write(STATE)
    keeper.write(STATE | {"epoch": 4})
    assert keeper.read()["epoch"] == 4
    assert [file.name for file in path.parent.iterdir()] == ["fold.pt"]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), RuntimeError("failed writing file data/0")])
def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(path, monkeypatch, caplog, error):
    keeper = Keeper(path, "mine")
    keeper.write(STATE)

    def save(state, temporary):
        temporary.write_bytes(b"half")
        raise error

    monkeypatch.setattr(checkpoints.torch, "save", save)
    keeper.write(STATE | {"epoch": 4})
    assert "fold.pt cannot be written, training goes on without it" in caplog.text
    assert keeper.read()["epoch"] == 3
    assert [file.name for file in path.parent.iterdir()] == ["fold.pt"]
    assert not keeper.is_due


def test_a_checkpoint_of_something_else_is_not_read(path):
    Keeper(path, "mine").write(STATE)
    assert Keeper(path, "yours").read() is None


def test_nothing_is_read_before_anything_is_written(path):
    assert Keeper(path, "mine").read() is None


def test_without_a_path_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(checkpoints, "WRITING_TIMES_BETWEEN", 0)
    keeper = Keeper(None, "mine")
    assert not keeper.is_due
    keeper.write(STATE)
    assert keeper.read() is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kept", [0, 1, 2, 100, -1, -30, -300])
def test_a_file_that_was_cut_off_is_not_read(path, kept):
    keeper = Keeper(path, "mine")
    keeper.write(STATE)
    path.write_bytes(path.read_bytes()[:kept])
    assert keeper.read() is None


@pytest.mark.parametrize(
    "content",
    [
        b"\x00" * 500,
        b"hello",
    ],
)
def test_a_file_of_something_else_is_not_read(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    assert Keeper(path, "mine").read() is None


def test_a_tensor_is_no_checkpoint(path):
    path.parent.mkdir()
    torch.save(torch.zeros(2), path)
    assert Keeper(path, "mine").read() is None


def test_a_checkpoint_is_due_after_a_while_and_not_again_at_once(path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    keeper = Keeper(path, "mine")
    for seconds, due in [(0, False), (59, False), (60, True), (100, True)]:
        now[0] = 1000.0 + seconds
        assert keeper.is_due == due
    keeper.write(STATE)
    assert not keeper.is_due
    now[0] += 60
    assert keeper.is_due


def test_a_random_stream_continues_from_its_text():
    stream = np.random.default_rng(3)
    stream.integers(2**32)
    text = as_text(stream.bit_generator.state)
    expected = stream.normal(size=4)
    other = np.random.default_rng(0)
    other.bit_generator.state = from_text(text)
    assert np.array_equal(other.normal(size=4), expected)
