"""Optimisers and their learning rate over the epochs."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from mer.training.settings import TrainingParams


def build_optimiser(
    parameters: Mapping[str, Tensor], settings: TrainingParams, lr_factors: Mapping[str, float]
) -> torch.optim.Optimizer:
    """Make an optimiser of named parameters.

    Every group keeps its factor of the learning rate as ``factor``; what has the factor 0 is frozen: it
    needs no gradient any more.
    """
    by_factor: dict[float, list[Tensor]] = {}
    for name, parameter in parameters.items():
        factor = next((f for prefix, f in lr_factors.items() if name.startswith(prefix)), 1.0)
        parameter.requires_grad_(parameter.requires_grad and factor > 0)
        if parameter.requires_grad:
            by_factor.setdefault(factor, []).append(parameter)
    groups = [{"params": members, "factor": factor} for factor, members in by_factor.items()]
    lr, decay = settings.lr, settings.weight_decay
    if settings.optimiser == "sgd":
        return torch.optim.SGD(groups, lr, momentum=settings.momentum, weight_decay=decay, fused=True)
    if settings.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr, weight_decay=decay, fused=True)
    return torch.optim.Adam(groups, lr, weight_decay=decay, fused=True)


def set_learning_rate(optimiser: torch.optim.Optimizer, settings: TrainingParams, epoch: int) -> None:
    """Set the learning rate of an epoch, counted from 0."""
    for group in optimiser.param_groups:
        group["lr"] = settings.lr * group["factor"] * schedule(settings, epoch)


def schedule(settings: TrainingParams, epoch: int) -> float:
    """Return the factor of the learning rate in an epoch, counted from 0."""
    if settings.schedule == "step":
        return settings.schedule_factor ** (epoch // settings.schedule_epochs)
    if settings.schedule == "cosine":
        return (1 + math.cos(math.pi * epoch / settings.epochs)) / 2
    if settings.schedule == "cosine_restarts":
        phase = (epoch % settings.schedule_epochs) / settings.schedule_epochs
        return (1 + math.cos(math.pi * phase)) / 2
    return 1.0
