"""What the training loop must know of a network beside its settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

# What a network returns: class scores before softmax of shape (N, K), or a tuple that starts with them.
Outputs = Any


def logits_of(outputs: Outputs) -> Tensor:
    """Return the class scores before softmax, (N, K)."""
    return outputs[0] if isinstance(outputs, tuple) else outputs


def softmax_scores(outputs: Outputs) -> Tensor:
    """Turn a network's outputs into scores that sum to one, (N, K), in double precision."""
    return torch.softmax(logits_of(outputs).double(), dim=1)


def cross_entropy(outputs: Outputs, targets: Tensor) -> Tensor:
    """Compute the cross-entropy of each sample, (N,).

    Parameters
    ----------
    outputs
        Of the network; only its class scores count.
    targets
        Shape (N, K), rows sum to one: one-hot, or mixed by mixup.
    """
    return -(targets * torch.log_softmax(logits_of(outputs), dim=1)).sum(dim=1)


@dataclass(frozen=True)
class NetworkDesign:
    """A network and its losses.

    Attributes
    ----------
    build
        Makes the network for K classes, with initial weights drawn from torch's global stream, which the
        loop seeds.
    loss
        From the network's outputs and targets (N, K) to the loss of each sample, (N,). The loop averages
        it over the batch, weighted where classes are balanced.
    scores
        From outputs to scores (N, K) that sum to one; a function of a module, as it is pickled.
    lr_factors
        Factor of the learning rate by the beginning of parameters' names; 1 where none fits, 0 freezes.
    mirror_sum
        Horizontal flow, in channel 0, plus its mirror image: 0, 1 or 255, as the images are scaled; None
        where images hold no flow.
    domain_loss
        From the network's outputs and one for macro-, zero for micro-expressions (N,) to the loss of each
        sample, (N,). The loop averages it over the batch, unweighted, and adds it to the other loss; it
        is not asked where no macro-expressions are learned from.
    before_step
        Called before each training step with the network and the number of steps that are done.
    """

    build: Callable[[int], nn.Module]
    loss: Callable[[Outputs, Tensor], Tensor] = cross_entropy
    scores: Callable[[Outputs], Tensor] = softmax_scores
    lr_factors: Mapping[str, float] = field(default_factory=dict)
    mirror_sum: float | None = None
    domain_loss: Callable[[Outputs, Tensor], Tensor] | None = None
    before_step: Callable[[Any, int], None] | None = None

    @property
    def stackable(self) -> bool:
        """Whether folds may be trained together; stacks know neither domains nor the count of steps."""
        return self.domain_loss is None and self.before_step is None
