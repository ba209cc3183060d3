"""A file of weights is taken whole and as told, or refused with everything that is wrong with it."""

import hashlib

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mer.core.errors import DataError
from mer.models.layers import BatchNorm2d
from mer.models.weights import load_initial_weights


class Small(nn.Module):
    def __init__(self, n_classes=3):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.bn = BatchNorm2d(2)
        self.fc = nn.Linear(2, n_classes)
        self.fc2 = nn.Linear(2, 2)


@pytest.fixture
def source():
    """A network of other weights and another number of classes."""
    torch.manual_seed(1)
    network = Small(n_classes=1000)
    with torch.no_grad():
        network.bn.running_mean.fill_(5.0)
    return network


def written(path, content):
    (save_file if path.suffix == ".safetensors" else torch.save)(content, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wrap(state):
    return {"epoch": 3, "state_dict": {f"module.{name}": value for name, value in state.items()}}


@pytest.mark.parametrize("name", ["w.pt", "w.pth", "nested.pth", "w.safetensors"])
def test_everything_but_the_head_is_taken(tmp_path, source, name):
    state = dict(source.state_dict())
    path = tmp_path / name
    digest = written(path, wrap(state) if name == "nested.pth" else state)
    network = Small()
    head = network.fc.weight.clone()
    load_initial_weights(network, path, digest, skip=("fc.",))
    assert torch.equal(network.conv.weight, source.conv.weight)
    assert torch.equal(network.fc2.bias, source.fc2.bias)
    assert network.bn.running_mean.tolist() == [5.0, 5.0]
    assert torch.equal(network.fc.weight, head)


def test_without_a_list_the_head_is_taken_too(tmp_path):
    source, network = Small(), Small()
    path = tmp_path / "w.pt"
    load_initial_weights(network, path, written(path, source.state_dict()))
    assert torch.equal(network.fc.weight, source.fc.weight)


def test_files_that_do_not_count_batches_are_taken(tmp_path, source):
    state = {name: value for name, value in source.state_dict().items() if "num_batches" not in name}
    path, network = tmp_path / "w.pt", Small()
    load_initial_weights(network, path, written(path, state), skip=("fc.",))
    assert network.bn.running_mean.tolist() == [5.0, 5.0]


def test_all_that_does_not_fit_is_listed_and_nothing_is_taken(tmp_path, source):
    state = dict(source.state_dict())
    del state["fc2.bias"]
    state["fc3.weight"] = torch.zeros(1)
    path, network = tmp_path / "w.pt", Small()
    before = network.conv.weight.clone()
    with pytest.raises(DataError) as raised:
        load_initial_weights(network, path, written(path, state), skip=("fc2.weight",))
    assert str(raised.value).splitlines() == [
        f"{path} does not fit Small:",
        "  fc2.bias: is missing, expected shape (2,)",
        "  fc3.weight: the network has no such entry",
        "  fc.weight: has shape (1000, 2), expected (3, 2)",
        "  fc.bias: has shape (1000,), expected (3,)",
    ]
    assert torch.equal(network.conv.weight, before)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(DataError, match="gone.pth is missing.*put the file into the folder"):
        load_initial_weights(Small(), tmp_path / "gone.pth", "0" * 64)


def test_another_file_is_refused_with_its_own_digest(tmp_path, source):
    path = tmp_path / "w.pt"
    digest = written(path, source.state_dict())
    with pytest.raises(
        DataError, match=f"SHA-256 is {digest}.* expects {'0' * 64}.*write 'sha256: {digest}'"
    ):
        load_initial_weights(Small(), path, "0" * 64)


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_a_damaged_file_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"no weights")
    with pytest.raises(DataError, match="damaged or holds no weights"):
        load_initial_weights(Small(), path, hashlib.sha256(b"no weights").hexdigest())


def test_a_file_that_would_run_a_program_is_refused(tmp_path):
    path = tmp_path / "w.pt"
    digest = written(path, Small())  # a whole network is a pickle of classes
    with pytest.raises(DataError, match="holds no weights of PyTorch: UnpicklingError"):
        load_initial_weights(Small(), path, digest)


def test_what_is_no_state_dict_is_refused(tmp_path):
    path = tmp_path / "w.pt"
    with pytest.raises(DataError, match="expected tensors by name, got Tensor"):
        load_initial_weights(Small(), path, written(path, torch.zeros(2)))
    with pytest.raises(DataError, match="are no tensors:\n  epoch"):
        load_initial_weights(Small(), path, written(path, {"epoch": 3, "fc.bias": torch.zeros(3)}))
