import pytest
import torch

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


def test_a_usable_gpu_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto").type == "cuda"
    assert choose_device("cpu").type == "cpu"
