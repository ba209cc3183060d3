"""One fold's samples as a training loop needs them, and its best epoch so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mer.core.errors import TrainingError
from mer.core.types import FloatArray, IntArray, LabelledSamples
from mer.training.batches import class_weights
from mer.training.design import NetworkDesign, Outputs
from mer.training.held_out import hold_out
from mer.training.settings import TrainingParams


@dataclass(frozen=True)
class Part:
    """Samples as tensors.

    Attributes
    ----------
    images
        Shape (N, ...), float32.
    targets
        One-hot, (N, K).
    labels
        Shape (N,), on the host.
    weight_of_class
        What a sample of each class weighs in the loss, (K,).
    is_macro
        One for macro-expressions, zero for micro-expressions, (N,); None where there are only these.
    """

    images: Tensor
    targets: Tensor
    labels: IntArray
    weight_of_class: Tensor
    is_macro: Tensor | None = None

    def on(self, device: torch.device) -> "Part":
        """Put the samples on a device, images in the order of axes in which its layers are fastest."""
        images = self.images.to(device)
        if images.ndim == 4 and device.type == "cpu":
            images = images.contiguous(memory_format=torch.channels_last)
        return Part(
            images,
            self.targets.to(device),
            self.labels,
            self.weight_of_class.to(device),
            None if self.is_macro is None else self.is_macro.to(device),
        )


@dataclass
class Best:
    """The epoch with the lowest loss on held-out subjects so far."""

    loss: float = float("inf")
    epoch: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)

    def improves(self, loss: float) -> bool:
        """Whether a loss is the lowest so far."""
        return loss < self.loss

    def is_old(self, settings: TrainingParams, epoch: int) -> bool:
        """Whether no better epoch came for so long that training stops."""
        # Patience is refused where nobody is held out.
        return settings.patience is not None and epoch - self.epoch >= settings.patience


def divide(
    train: LabelledSamples,
    settings: TrainingParams,
    rng: np.random.Generator,
) -> tuple[Part, Part | None]:
    """Turn training samples into tensors on the CPU; with 'inner_val', hold subjects out of them.

    Class balance counts all samples that are learned from, macro-expressions like micro-expressions.

    Returns
    -------
    tuple
        What is learned from, and what is held out or None.
    """
    if settings.selection != "inner_val":
        return _part(train, settings), None
    learned, held_out = hold_out(train, rng)
    return _part(train.take(learned), settings), _part(train.take(held_out), settings)


def _part(samples: LabelledSamples, settings: TrainingParams) -> Part:
    n_classes = len(samples.classes)
    weights: FloatArray = np.ones(n_classes)
    if settings.balance == "class_weights":
        weights = class_weights(samples.labels, n_classes)
    return Part(
        torch.as_tensor(np.ascontiguousarray(samples.data, dtype=np.float32)),
        torch.as_tensor(np.eye(n_classes, dtype=np.float32)[samples.labels]),
        samples.labels,
        torch.as_tensor(weights, dtype=torch.float32),
        None if samples.is_macro is None else torch.as_tensor(samples.is_macro, dtype=torch.float32),
    )


def balanced_loss(losses: FloatArray, labels: IntArray) -> float:
    """Average losses of samples so that every class that occurs counts the same."""
    return float(np.mean([losses[labels == label].mean() for label in np.unique(labels)]))


def validation_loss(
    network: nn.Module,
    held_out: Part,
    design: NetworkDesign,
    batch_size: int,
    forward: Callable[[Tensor], Outputs] | None = None,
) -> float:
    """Compute the class-balanced cross-entropy of a network on held-out samples.

    ``forward`` calls the network with other weights than its own.
    """
    network.eval()
    with torch.no_grad():
        batches = torch.split(held_out.images, batch_size)
        scores = torch.cat([design.scores((forward or network)(x)) for x in batches])
    network.train()
    return balanced_loss(losses_of(scores, held_out.targets), held_out.labels)


def losses_of(scores: Tensor, targets: Tensor) -> FloatArray:
    """Compute the cross-entropy of scores (N, K) that sum to one, in nats, (N,)."""
    smallest = torch.finfo(scores.dtype).tiny
    return np.asarray(-(targets * scores.clamp_min(smallest).log()).sum(dim=1).cpu().numpy())


def copied(network: nn.Module) -> dict[str, Tensor]:
    """Copy a network's weights and statistics."""
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


def diverged(what: str, settings: TrainingParams) -> TrainingError:
    """Make the error of a network whose numbers are none any more."""
    return TrainingError(
        f"{what}. Lower the learning rate (now {settings.lr}), set 'clip_norm', "
        "or check the input for values that are no numbers."
    )


def stream_state(rng: np.random.Generator) -> dict[str, Any]:
    """Describe where a random stream is."""
    return dict(rng.bit_generator.state)
