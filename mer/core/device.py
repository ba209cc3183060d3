"""Which device a job computes on."""

import functools
import os
import warnings

import torch

from mer.core.errors import DeviceError

# Set by SLURM and by people for jobs that hold a GPU.
_GRANTS = ("SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "CUDA_VISIBLE_DEVICES")


def choose_device(wanted: str) -> torch.device:
    """Choose the device of a job.

    Parameters
    ----------
    wanted
        ``cpu``; ``cuda``, which must be there; or ``auto``, a GPU where torch can use one. It is tried out:
        a build of torch may see a GPU that it has no kernels for.

    Warns
    -----
    RuntimeWarning
        If the job was given a GPU that torch cannot use and ``wanted`` is ``auto``.

    Raises
    ------
    DeviceError
        If ``wanted`` is ``cuda`` and torch cannot use a GPU.
    """
    if wanted == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available() and not _trouble():
        return torch.device("cuda")
    if wanted == "cuda":
        raise DeviceError(
            f"A GPU was asked for and {_why_not()}. Install a CUDA build of torch, ask the scheduler "
            "for a GPU, or set 'device: cpu'."
        )
    granted = [name for name in _GRANTS if os.environ.get(name, "").strip() not in ("", "-1", "NoDevFiles")]
    if granted:
        warnings.warn(
            f"This job was given a GPU ({granted[0]}={os.environ[granted[0]]}) but {_why_not()}; "
            "it computes on the CPU. Set 'device: cuda' to make this an error.",
            RuntimeWarning,
            stacklevel=2,
        )
    return torch.device("cpu")


@functools.cache
def _trouble() -> str:
    """Say what goes wrong with a small convolution on the GPU; blank if nothing does.

    One that others fill or hold works, if not now: training says so.
    """
    try:
        image = torch.zeros(1, 1, 3, 3, device="cuda")
        torch.nn.functional.conv2d(image, image).cpu()
    except RuntimeError as error:
        said = str(error)
        return "" if any(words in said for words in ("out of memory", "busy")) else said.splitlines()[0]
    return ""


def _why_not() -> str:
    if torch.version.cuda is None:
        return f"this torch ({torch.__version__}) is a build without CUDA"
    if torch.cuda.is_available() and _trouble():
        name = torch.cuda.get_device_name()
        return f"torch ({torch.__version__}, CUDA {torch.version.cuda}) fails on {name}: {_trouble()}"
    return f"torch ({torch.__version__}, CUDA {torch.version.cuda}) finds no usable GPU"


def device_name(kind: str) -> str:
    """Name the device for prediction files: ``cpu``, or the GPU's model."""
    return torch.cuda.get_device_name() if kind == "cuda" else "cpu"
