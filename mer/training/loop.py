"""The one training loop of all networks."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from mer.core.errors import TrainingError
from mer.core.types import FloatArray, IntArray


@dataclass(frozen=True)
class LoopSettings:
    """How a network is trained.

    Attributes
    ----------
    epochs
        Passes over the training samples; the weights after the last one are kept.
    batch_size
        Samples per step; the last batch of an epoch may be smaller.
    learning_rate, weight_decay
        Of Adam.
    order
        ``shuffled`` draws a new order every epoch; ``class_order`` always visits the samples
        class by class, in the order of their names.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float = 0.0
    order: Literal["shuffled", "class_order"] = "shuffled"


def train_network(
    build: Callable[[], nn.Module],
    images: FloatArray,
    labels: IntArray,
    settings: LoopSettings,
    rng: np.random.Generator,
    device: torch.device,
) -> nn.Module:
    """Train a network with cross-entropy and Adam.

    Parameters
    ----------
    build
        Makes the network; its initial weights are drawn here, from ``rng``.
    images
        Array of shape (N, ...), sorted by sample name.
    labels
        Integers of shape (N,).
    settings
        How to train.
    rng
        The only source of randomness: weights, order, dropout.
    device
        Where to compute.

    Returns
    -------
    Module
        On the CPU, in evaluation mode.

    Raises
    ------
    TrainingError
        If the loss or the weights are no longer numbers.
    """
    with _reproducible(int(rng.integers(2**63)), device):
        network = build().to(device).train()
        x = torch.as_tensor(np.asarray(images, dtype=np.float32), device=device)
        y = torch.as_tensor(np.asarray(labels, dtype=np.int64), device=device)
        optimiser = torch.optim.Adam(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        for epoch in range(settings.epochs):
            for batch in _batches(labels, settings, rng):
                rows = torch.as_tensor(batch, device=device)
                loss = _step(network, optimiser, x[rows], y[rows])
            if not torch.isfinite(loss):
                raise _diverged(f"The loss is {loss.item()} after epoch {epoch + 1}", settings)
        if not all(torch.isfinite(parameter).all() for parameter in network.parameters()):
            raise _diverged("The last step left weights that are no numbers", settings)
        return network.cpu().eval()


def score_network(network: nn.Module, images: FloatArray) -> FloatArray:
    """Score images with a trained network; returns softmax scores of shape (N, K).

    Every sample is scored in a batch of its own, so that its scores do not depend on the others
    (matrix libraries round differently for different batch sizes).
    """
    with torch.inference_mode(), _one_thread():
        x = torch.as_tensor(np.asarray(images, dtype=np.float32))
        logits = torch.cat([network(sample[None]) for sample in x])
        return np.asarray(torch.softmax(logits.double(), dim=1).numpy())


def _diverged(what: str, settings: LoopSettings) -> TrainingError:
    return TrainingError(
        f"{what}. Lower the learning rate (now {settings.learning_rate}) "
        "or check the input for values that are no numbers."
    )


def _step(network: nn.Module, optimiser: torch.optim.Optimizer, x: Tensor, y: Tensor) -> Tensor:
    optimiser.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(network(x), y)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return loss.detach()


def _batches(labels: IntArray, settings: LoopSettings, rng: np.random.Generator) -> Iterator[IntArray]:
    """Cut one epoch into batches of positions."""
    if settings.order == "class_order":
        order = np.argsort(labels, kind="stable")
    else:
        order = rng.permutation(len(labels))
    for start in range(0, len(order), settings.batch_size):
        yield order[start : start + settings.batch_size]


@contextmanager
def _reproducible(seed: int, device: torch.device) -> Iterator[None]:
    """Draw from a torch stream of our own and compute in one order; leave no trace outside."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    deterministic = torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), _one_thread():
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(deterministic)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute in one thread, so that sums do not depend on how many cores are free."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
