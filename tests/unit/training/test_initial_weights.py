import pytest
import torch
from pydantic import ValidationError
from torch import nn

from mer.core.errors import ConfigError, DataError
from mer.training.initial_weights import InitialWeights, initialised

DIGEST = "0123456789abcdef" * 4


def test_a_file_lies_in_the_folder_of_weights(tmp_path):
    weights = InitialWeights(file="a.pth", sha256=DIGEST)
    assert weights.path(str(tmp_path)) == tmp_path / "a.pth"
    with pytest.raises(ConfigError, match="asks for a.pth.*'weights' in paths.yaml"):
        weights.path("")


@pytest.mark.parametrize("file", ["", "folder/a.pth", "/a.pth", "a/"])
def test_a_folder_does_not_belong_into_the_name(file):
    with pytest.raises(ValidationError, match="without its folder"):
        InitialWeights(file=file, sha256=DIGEST)


@pytest.mark.parametrize("digest", ["", DIGEST[:-1], DIGEST + "0", "g" * 64])
def test_a_digest_has_64_hexadecimal_digits(digest):
    with pytest.raises(ValidationError, match="sha256"):
        InitialWeights(file="a.pth", sha256=digest)


def test_capital_digits_are_the_same_digest():
    assert InitialWeights(file="a.pth", sha256=DIGEST.upper()).sha256 == DIGEST


def test_a_network_without_a_file_stays_as_it_was_drawn(tmp_path):
    network = nn.Linear(2, 2)
    before = network.weight.clone()
    assert initialised(network, None, "", skip=()) is network
    assert torch.equal(network.weight, before)
    with pytest.raises(DataError, match="is missing"):
        initialised(network, InitialWeights(file="a.pth", sha256=DIGEST), str(tmp_path), skip=())
