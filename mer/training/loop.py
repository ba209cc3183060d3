"""The training loop of all networks, one fold at a time."""

import copy
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mer.core.errors import TrainingError
from mer.core.types import LabelledSamples
from mer.models.layers import set_keys
from mer.training.augmentation import augment, mixup
from mer.training.batches import Step, steps_of_epoch
from mer.training.checkpoints import Keeper, as_text, from_text
from mer.training.course import Course, Progress
from mer.training.design import NetworkDesign
from mer.training.fold import Best, Part, copied, diverged, divide, stream_state, validation_loss
from mer.training.optimisers import build_optimiser, set_learning_rate
from mer.training.process import reproducible, reuse_memory
from mer.training.settings import TrainingParams

log = logging.getLogger(__name__)


def train_networks(
    design: NetworkDesign,
    settings: TrainingParams,
    trains: Sequence[LabelledSamples],
    rngs: Sequence[np.random.Generator],
    courses: Sequence[Course],
    device: torch.device,
) -> list[nn.Module | TrainingError]:
    """Train a network on each of several folds: stacked on a GPU, one after the other on a CPU.

    A design with a loss of domains or a call before each step is trained fold by fold everywhere, and so are
    members of one fold that cannot be stacked for a reason that shows only then; several folds have a job
    that trains each on its own then, and keeps those that are done.

    Returns
    -------
    list
        A network in evaluation mode on the CPU for each fold, or why there is none.
    """
    _check_precision(settings, device)
    if len(trains) > 1 and device.type == "cuda" and design.stackable:
        from mer.training.stacked import train_stacked

        try:
            return train_stacked(design, settings, trains, copy.deepcopy(rngs), courses, device)
        except Exception:  # of a library: an operation that it cannot stack
            if any(train is not trains[0] for train in trains):
                raise
            log.exception("The members cannot be trained together; each is trained on its own")
    results: list[nn.Module | TrainingError] = []
    for train, rng, course in zip(trains, rngs, courses, strict=True):
        try:
            results.append(train_network(design, settings, train, rng, course, device))
        except TrainingError as error:
            results.append(error)
        except torch.OutOfMemoryError as error:
            results.append(TrainingError(f"{error} Lower 'batch_size', or take a device with more memory."))
    return results


def _check_precision(settings: TrainingParams, device: torch.device) -> None:
    """Refuse mixed precision on a GPU that would only imitate it, or fail in the middle."""
    if not settings.mixed_precision or device.type != "cuda":
        return
    if not torch.cuda.is_bf16_supported(including_emulation=False):
        raise TrainingError(
            f"'mixed_precision' takes a GPU that computes with bfloat16 (Ampere or newer), and "
            f"{torch.cuda.get_device_name()} does not. Leave it out."
        )


def train_network(
    design: NetworkDesign,
    settings: TrainingParams,
    train: LabelledSamples,
    rng: np.random.Generator,
    course: Course,
    device: torch.device,
) -> nn.Module:
    """Train a network on one fold.

    Parameters
    ----------
    design
        Makes the network and knows its losses.
    settings
        How to train.
    train
        Arrays of shape (N, ...) as the network is fed, sorted by sample name.
    rng
        The only source of randomness: weights, held-out subjects, order, augmentation, dropout.
    course
        Who watches, where a checkpoint lies.
    device
        Where to compute.

    Returns
    -------
    Module
        On the CPU, in evaluation mode.

    Raises
    ------
    TrainingError
        If the loss or the weights are no longer numbers, or nobody can be held out.
    """
    if device.type == "cpu":
        reuse_memory()
    with reproducible(int(rng.integers(2**63)), device):
        learned, held_out = divide(train, settings, rng)
        learned, held_out = learned.on(device), held_out and held_out.on(device)
        network = design.build(len(train.classes))
        network = network.to(device).train()
        if learned.images.ndim == 4 and device.type == "cpu":
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = build_optimiser(dict(network.named_parameters()), settings, design.lr_factors)
        run = Run(network, optimiser, rng, design, settings, course, learned, held_out)
        run.go()
    return network.cpu().eval()


@dataclass
class Run:
    """Training on one fold: what it needs, and how far it is, in epochs and in steps."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    rng: np.random.Generator
    design: NetworkDesign
    settings: TrainingParams
    course: Course
    learned: Part
    held_out: Part | None
    epoch: int = 0
    n_steps: int = 0

    def __post_init__(self) -> None:
        self.best = Best()
        self.started, self.earlier = time.perf_counter(), 0.0
        self.keeper = Keeper(self.course.checkpoint, self.course.identity)

    def go(self) -> None:
        """Train from where the checkpoint ends to the last epoch."""
        self._resume(self.keeper.read())
        while self.epoch < self.settings.epochs and not self.best.is_old(self.settings, self.epoch):
            set_learning_rate(self.optimiser, self.settings, self.epoch)
            loss = self._train_epoch()
            self.epoch += 1
            if not np.isfinite(loss):
                raise diverged(f"The loss is {loss} after epoch {self.epoch}", self.settings)
            self._after_epoch(loss)
            if self.keeper.is_due:
                self.keeper.write(self._state())
        if self.best.weights:
            self.network.load_state_dict(self.best.weights)
        if not all(torch.isfinite(parameter).all() for parameter in self.network.parameters()):
            raise diverged("The last step left weights that are no numbers", self.settings)

    def _train_epoch(self) -> float:
        """Train one epoch; returns its mean loss."""
        total, count = torch.zeros((), device=self.learned.targets.device), 0
        for step in steps_of_epoch(self.learned.labels, self.settings, self.rng):
            total += self._train_step(step) * len(step.rows)
            count += len(step.rows)
        return float(total) / count

    def _train_step(self, step: Step) -> Tensor:
        x, targets, is_macro = self._batch(step)
        if self.design.before_step is not None:
            self.design.before_step(self.network, self.n_steps)
        set_keys(self.network, step.key)
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.settings.mixed_precision):
            outputs = self.network(x)
            losses = self.design.loss(outputs, targets)
            domains = None
            if self.design.domain_loss is not None and is_macro is not None:
                domains = self.design.domain_loss(outputs, is_macro)
        weights = targets @ self.learned.weight_of_class
        # Not divided by the batch's own weights: in a batch of one class they would count for nothing.
        loss = (losses * weights).mean()
        if domains is not None:
            loss = loss + domains.mean()
        loss.backward()  # type: ignore[no-untyped-call]
        if self.settings.clip_norm is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip_norm)
        self.optimiser.step()
        self.n_steps += 1
        return loss.detach()

    def _batch(self, step: Step) -> tuple[Tensor, Tensor, Tensor | None]:
        """Gather the images of a step, their targets, and which are macro-expressions, (N,) or None."""
        rows = torch.as_tensor(step.rows, device=self.learned.images.device)
        x, targets, is_macro = self.learned.images[rows], self.learned.targets[rows], self.learned.is_macro
        is_macro = None if is_macro is None else is_macro[rows]
        if step.draws is not None:
            x, targets = augment(x, targets, step.draws, self.design.mirror_sum)
            is_macro = None if is_macro is None else mixup(is_macro, step.draws)
        return x, targets, is_macro

    def _after_epoch(self, loss: float) -> None:
        """Compare the epoch with the best one, and let others watch."""
        validated = None
        if self.held_out is not None:
            validated = validation_loss(self.network, self.held_out, self.design, self.settings.batch_size)
            if not np.isfinite(validated):
                what = f"The loss on held-out subjects is {validated} after epoch {self.epoch}"
                raise diverged(what, self.settings)
            if self.best.improves(validated):
                self.best = Best(validated, self.epoch, copied(self.network))
        if self.course.watch is not None:
            self.network.eval()
            self.course.watched.append(self.course.watch(self.network))
            self.network.train()
        if self.course.tell is not None:
            self.course.tell(Progress(self.epoch, self.settings.epochs, loss, validated))

    def _state(self) -> dict[str, Any]:
        return {
            "epoch": self.epoch,
            "n_steps": self.n_steps,
            "seconds": time.perf_counter() - self.started + self.earlier,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "stream": as_text(stream_state(self.rng)),
            "best": [self.best.loss, self.best.epoch, self.best.weights],
            "watched": [torch.as_tensor(scores) for scores in self.course.watched],
        }

    def _resume(self, state: dict[str, Any] | None) -> None:
        if state is None:
            return
        self.epoch, self.n_steps = state["epoch"], state["n_steps"]
        self.earlier = state["seconds"]
        self.course.earlier.append(self.earlier)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = from_text(state["stream"])
        self.best = Best(*state["best"])
        self.course.watched[:] = [scores.numpy() for scores in state["watched"]]
