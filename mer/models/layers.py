"""Layers whose behaviour in training is told from outside: dropout and batch normalisation.

A network is trained alone, or stacked: the weights of several folds get a leading dimension and one call
computes all of them. Random numbers and batch statistics of a fold must not depend on the others, so
dropout draws from a key that is given to each fold, and batch normalisation is told which samples count.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

# Multipliers of a published integer hash (lowbias32), as signed 32-bit numbers.
_MIX = (0x7FEB352D, 0x846CA68B - (1 << 32))


class Dropout(nn.Module):
    """Dropout that draws by hashing the position of each value with a key.

    The same key drops the same positions, whatever was drawn before, on every device and in a batch
    that is filled up at its end. ``set_keys`` gives new keys before each training step.

    Parameters
    ----------
    p
        Probability of dropping a value; what remains is divided by ``1 - p``.
    """

    key: Tensor

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"a probability of dropping lies in [0, 1), got {p}")
        self.p = p
        self.register_buffer("key", torch.zeros((), dtype=torch.int32), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Drop values of an array of any shape (N, ...)."""
        if not self.training or self.p == 0:
            return x
        return x * (uniform_bits(self.key, x.shape) >= _threshold(self.p)) / (1 - self.p)


class DropPath(Dropout):
    """Stochastic depth (Huang et al. 2016): drops the whole branch of a sample, beside its shortcut.

    Draws once per sample, from the same kind of key as :class:`Dropout`.

    Parameters
    ----------
    p
        Probability of dropping a sample's branch; what remains is divided by ``1 - p``.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Drop samples of an array of any shape (N, ...)."""
        if not self.training or self.p == 0:
            return x
        bits = uniform_bits(self.key, (x.shape[0], *[1] * (x.dim() - 1)))
        return x * (bits >= _threshold(self.p)) / (1 - self.p)


def uniform_bits(key: Tensor, shape: Sequence[int]) -> Tensor:
    """Hash positions with a key: int32 values of this shape, uniform over all 2**32 in their high bits.

    Position n along the first dimension gets the same values however many follow it.
    """
    n = 1
    for size in shape:
        n *= size
    bits = torch.arange(n, dtype=torch.int32, device=key.device).view(*shape) ^ key
    bits *= _MIX[0]
    bits ^= (bits >> 15) & 0x1FFFF  # a shift of signed numbers repeats the sign
    bits *= _MIX[1]
    return bits


def _threshold(p: float) -> int:
    return min(round(p * 2**32) - 2**31, 2**31 - 1)


class BatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation that can leave out samples.

    ``rows`` is one for samples that count and zero for those that only fill a batch up; None counts all.
    """

    rows: Tensor | None

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__(num_features, eps, momentum)
        self.rows = None

    def forward(self, x: Tensor) -> Tensor:
        """Normalise maps of shape (N, C, H, W)."""
        # Under mixed precision too: stacked, torch takes no maps of another precision than the weights'.
        x = x.to(self.weight.dtype)
        if not self.training or self.rows is None:
            return super().forward(x)
        weights = self.rows[:, None, None, None]
        count = self.rows.sum() * x.shape[2] * x.shape[3]
        mean = (x * weights).sum((0, 2, 3)) / count
        centred = x - mean[:, None, None]
        variance = (centred.square() * weights).sum((0, 2, 3)) / count
        self._remember(mean.detach(), variance.detach() * count / (count - 1))
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return centred * scale[:, None, None] + self.bias[:, None, None]

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None or self.momentum is None:
            return
        self.running_mean.mul_(1 - self.momentum).add_(mean * self.momentum)
        self.running_var.mul_(1 - self.momentum).add_(variance * self.momentum)


def scaled_width(published: int, width: float) -> int:
    """Scale the number of maps or units of a layer; at least one is left.

    Examples
    --------
    >>> scaled_width(64, 1.0), scaled_width(64, 0.1)
    (64, 6)
    """
    return max(1, round(published * width))


def set_keys(network: nn.Module, key: int) -> None:
    """Give every dropout layer of a network the key of the next training step."""
    for layer, value in zip(dropouts(network), layer_keys(key, len(dropouts(network))), strict=True):
        layer.key.fill_(value)


def dropouts(network: nn.Module) -> list[Dropout]:
    """List the dropout layers of a network in a fixed order."""
    return [module for module in network.modules() if isinstance(module, Dropout)]


def layer_keys(key: int, n_layers: int) -> list[int]:
    """Derive a key for each layer from the key of a step, as signed 32-bit numbers."""
    keys = []
    for layer in range(n_layers):
        mixed = (key + 0x9E3779B9 * (layer + 1)) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 15)) * 0x846CA68B) & 0xFFFFFFFF
        mixed ^= mixed >> 16
        keys.append(mixed - (1 << 32) if mixed >= 1 << 31 else mixed)
    return keys
