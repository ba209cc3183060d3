import pytest
import torch

from mer.core import device
from mer.core.device import choose_device, device_name
from mer.core.errors import DeviceError


@pytest.fixture
def no_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for name in ("CUDA_VISIBLE_DEVICES", "SLURM_JOB_GPUS", "SLURM_STEP_GPUS"):
        monkeypatch.delenv(name, raising=False)


def test_cpu_is_cpu(no_cuda):
    assert choose_device("cpu").type == "cpu"
    assert device_name("cpu") == "cpu"


@pytest.mark.parametrize("nothing", ["", "-1", "NoDevFiles"])
def test_auto_without_a_gpu_is_cpu_in_silence(no_cuda, monkeypatch, nothing):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", nothing)
    assert choose_device("auto").type == "cpu"


@pytest.mark.parametrize("grant", ["CUDA_VISIBLE_DEVICES", "SLURM_JOB_GPUS"])
def test_auto_warns_about_a_gpu_that_was_given_in_vain(no_cuda, monkeypatch, grant):
    monkeypatch.setenv(grant, "0")
    with pytest.warns(RuntimeWarning, match=f"given a GPU \\({grant}=0\\)"):
        assert choose_device("auto").type == "cpu"


def test_cuda_insists(no_cuda):
    with pytest.raises(DeviceError, match="A GPU was asked for"):
        choose_device("cuda")


def test_a_gpu_that_this_torch_has_no_kernels_for_is_not_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "an old GPU")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(device, "_trouble", lambda: "no kernel image is available")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with pytest.warns(RuntimeWarning, match="fails on an old GPU: no kernel image is available"):
        assert choose_device("auto").type == "cpu"
    with pytest.raises(DeviceError, match="fails on an old GPU: no kernel image is available"):
        choose_device("cuda")


def test_a_gpu_is_tried_out(monkeypatch):
    """On the CPU in its place: a convolution that works, and one that fails."""
    device._trouble.cache_clear()
    zeros = torch.zeros
    monkeypatch.setattr(torch, "zeros", lambda *shape, device: zeros(*shape))
    assert device._trouble() == ""
    device._trouble.cache_clear()
    monkeypatch.setattr(torch, "zeros", lambda *shape, device: zeros(3))
    assert "conv2d" in device._trouble()
    device._trouble.cache_clear()


@pytest.mark.parametrize(
    "said", ["CUDA out of memory. Tried to allocate", "all CUDA-capable devices are busy"]
)
def test_a_gpu_that_others_hold_is_not_taken_for_one_without_kernels(monkeypatch, said):
    def full(*shape, device):
        raise RuntimeError(said)

    device._trouble.cache_clear()
    monkeypatch.setattr(torch, "zeros", full)
    assert device._trouble() == ""
    device._trouble.cache_clear()


def test_a_usable_gpu_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(device, "_trouble", lambda: "")
    assert choose_device("auto").type == "cuda"
    assert choose_device("cpu").type == "cpu"
