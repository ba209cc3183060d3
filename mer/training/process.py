"""How a process computes: one order of sums, one thread, memory that is used again."""

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

# Settings of glibc's allocator.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
# Convolutions and products of matrices on a GPU.
_LIBRARIES: tuple[Any, ...] = (torch.backends.cudnn, torch.backends.cuda.matmul)


@contextmanager
def reproducible(seed: int, device: torch.device) -> Iterator[None]:
    """Draw from a torch stream of our own and compute in one order; torch is afterwards as it was."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    deterministic = torch.are_deterministic_algorithms_enabled()
    filled = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    shortened = [library.allow_tf32 for library in _LIBRARIES]
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), one_thread():
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True)
        # Else every new tensor is first filled with numbers that are none, to show who reads it too early.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        # Stacked convolutions take in part other kernels than those of a fold alone, which do not shorten
        # numbers to TF32: with it scores of the two would differ by more than rounding.
        _allow_tf32([False] * len(_LIBRARIES))
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(deterministic)
            torch.utils.deterministic.fill_uninitialized_memory = filled  # type: ignore[attr-defined]
            _allow_tf32(shortened)


def _allow_tf32(values: Sequence[bool]) -> None:
    for library, value in zip(_LIBRARIES, values, strict=True):
        library.allow_tf32 = value


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread, so that sums do not depend on how many cores are free."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def reuse_memory() -> None:
    """Keep memory that was freed instead of handing it back to the system, where the system allows it.

    Training asks for the same large arrays in every step; fetching their pages anew took a third of the
    time when it was measured for STSTNet.
    """
    try:
        allocator = ctypes.CDLL("libc.so.6")
        allocator.mallopt(_MMAP_MAX, 0)
        allocator.mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    except (OSError, AttributeError):
        return  # no glibc
