"""Training several folds in one go: their weights get a leading dimension, one call serves all.

This pays on a GPU, where a small network alone leaves most of the device idle; on a CPU folds are spread
over processes instead. Every fold keeps its own stream, its own batches and its own statistics. The last
batch of an epoch, which differs in size from fold to fold, is filled up with samples that weigh nothing.
"""

import copy
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from mer.core.digests import digest
from mer.core.errors import TrainingError
from mer.core.types import FloatArray, LabelledSamples
from mer.models.layers import BatchNorm2d, Dropout, layer_keys
from mer.training.augmentation import augment
from mer.training.batches import Draws, Step, joined_draws, n_steps, steps_of_epoch
from mer.training.checkpoints import Keeper, as_text, from_text
from mer.training.course import Course, Progress
from mer.training.design import NetworkDesign
from mer.training.fold import Best, Part, diverged, divide, stream_state, validation_loss
from mer.training.optimisers import build_optimiser, set_learning_rate
from mer.training.process import reproducible
from mer.training.settings import TrainingParams

log = logging.getLogger(__name__)


@dataclass
class Fold:
    """One fold of a stack: its samples, its stream, its network before training, how far it is."""

    network: nn.Module
    rng: np.random.Generator
    course: Course
    learned: Part
    held_out: Part | None
    best: Best = field(default_factory=Best)
    problem: TrainingError | None = None

    def on(self, device: torch.device) -> "Fold":
        """Return the fold with its samples on a device."""
        held_out = self.held_out and self.held_out.on(device)
        return replace(self, learned=self.learned.on(device), held_out=held_out)


def train_stacked(
    design: NetworkDesign,
    settings: TrainingParams,
    trains: Sequence[LabelledSamples],
    rngs: Sequence[np.random.Generator],
    courses: Sequence[Course],
    device: torch.device,
) -> list[nn.Module | TrainingError]:
    """Train a network on each of several folds together.

    Folds whose epochs have different numbers of steps form stacks of their own. A stack that does not fit
    into the device's memory is halved.

    Returns
    -------
    list
        A network in evaluation mode on the CPU for each fold, or why there is none.
    """
    folds: dict[int, Fold] = {}
    results: dict[int, nn.Module | TrainingError] = {}
    for number, (train, rng, course) in enumerate(zip(trains, rngs, courses, strict=True)):
        try:
            folds[number] = _start(design, settings, train, rng, course)
        except TrainingError as error:
            results[number] = error
    waiting = _alike(settings, folds)
    while waiting:
        members = waiting.pop(0)
        # A stack that does not fit starts again.
        stack = [replace(folds[member], rng=copy.deepcopy(folds[member].rng)) for member in members]
        done = _train_stack(stack, design, settings, device)
        if not isinstance(done, RuntimeError):
            results.update(zip(members, done, strict=True))
            for member in members:
                del folds[member]
        elif len(members) > 1:
            half = len(members) // 2
            log.warning("%d folds do not fit into the device's memory; halved", len(members))
            waiting[:0] = [members[:half], members[half:]]
        else:
            results[members[0]] = _too_large(done)
    return [results[number] for number in range(len(trains))]


def _too_large(error: RuntimeError) -> TrainingError:
    """Say that a fold does not fit even alone; what a library says may mean something else and is raised."""
    if not isinstance(error, torch.OutOfMemoryError):
        raise error
    return TrainingError(
        f"One fold alone does not fit into the device's memory ({str(error).splitlines()[0]}). Lower "
        "'batch_size', take a device with more memory, or let no other job compute on it: --resources gpu=1."
    )


def _start(
    design: NetworkDesign,
    settings: TrainingParams,
    train: LabelledSamples,
    rng: np.random.Generator,
    course: Course,
) -> Fold:
    """Divide the samples of a fold and draw its initial weights, both on the CPU."""
    with reproducible(int(rng.integers(2**63)), torch.device("cpu")):
        learned, held_out = divide(train, settings, rng)
        return Fold(design.build(len(train.classes)), rng, course, learned, held_out)


def _alike(settings: TrainingParams, folds: Mapping[int, Fold]) -> list[list[int]]:
    """Group folds by the number of steps in an epoch."""
    groups: dict[int, list[int]] = {}
    for number, fold in folds.items():
        groups.setdefault(n_steps(fold.learned.labels, settings), []).append(number)
    return list(groups.values())


def _train_stack(
    folds: Sequence[Fold], design: NetworkDesign, settings: TrainingParams, device: torch.device
) -> list[nn.Module | TrainingError] | RuntimeError:
    """Train the folds of a stack; the error of torch if they seem not to fit into the device's memory."""
    stack: Stack | None = None
    try:
        with reproducible(0, device):
            stack = Stack(folds, design, settings, device)
            stack.go()
            return stack.networks()
    except RuntimeError as error:
        if stack is not None:
            stack.take_back()
        if not _lacks_memory(error):
            raise
        found = error.with_traceback(None)
    stack = None  # nothing holds its memory any more
    torch.cuda.empty_cache()
    return found


def _lacks_memory(error: RuntimeError) -> bool:
    """Tell whether memory may have run out; of cuDNN and cuBLAS torch says so in other words."""
    said = str(error)
    return isinstance(error, torch.OutOfMemoryError) or any(
        words in said for words in ("out of memory", "ALLOC_FAILED", "unable to find an engine")
    )


class Stack:
    """Folds that are trained together.

    Parameters
    ----------
    folds
        F folds whose epochs have equally many steps.
    design
        Makes the network and knows its losses.
    settings
        How to train.
    device
        Where to compute.
    """

    def __init__(
        self, folds: Sequence[Fold], design: NetworkDesign, settings: TrainingParams, device: torch.device
    ) -> None:
        self.design, self.settings, self.device = design, settings, device
        self.folds = [fold.on(device) for fold in folds]
        weights, statistics = stack_module_state([fold.network for fold in folds])
        self.weights = {
            name: tensor.detach().to(device).requires_grad_(tensor.requires_grad)
            for name, tensor in weights.items()
        }
        self.statistics = {name: tensor.to(device) for name, tensor in statistics.items()}
        self.template = copy.deepcopy(folds[0].network).to(device).train()
        self.normalisations = [m for m in self.template.modules() if isinstance(m, BatchNorm2d)]
        self.key_names = [f"{n}.key" for n, m in self.template.named_modules() if isinstance(m, Dropout)]
        self.optimiser = build_optimiser(self.weights, settings, design.lr_factors)
        self.epoch = 0
        self.started, self.earlier = time.perf_counter(), 0.0
        first = folds[0].course
        identity = digest([fold.course.identity for fold in folds])
        path = first.checkpoint and first.checkpoint.with_stem(f"stack-{first.checkpoint.stem}")
        self.keeper = Keeper(path, identity)

    def go(self) -> None:
        """Train from where the checkpoint ends to the last epoch."""
        self._resume(self.keeper.read())
        while self.epoch < self.settings.epochs and not all(
            self._is_over(fold, self.epoch) for fold in self.folds
        ):
            set_learning_rate(self.optimiser, self.settings, self.epoch)
            losses = self._train_epoch()
            self.epoch += 1
            self._after_epoch(losses)
            if self.keeper.is_due:
                self.keeper.write(self._state())

    def take_back(self) -> None:
        """Forget what courses were given: their folds start again."""
        for fold in self.folds:
            fold.course.watched.clear()
            if self.earlier:
                fold.course.earlier.remove(self.earlier / len(self.folds))

    def networks(self) -> list[nn.Module | TrainingError]:
        """Return the trained network of every fold, or why there is none."""
        results: list[nn.Module | TrainingError] = []
        for number, fold in enumerate(self.folds):
            network = self._network(number, fold.best.weights or None)
            finite = all(torch.isfinite(parameter).all() for parameter in network.parameters())
            if fold.problem is None and not finite:
                fold.problem = diverged("The last step left weights that are no numbers", self.settings)
            results.append(fold.problem or network)
        return results

    def _train_epoch(self) -> FloatArray:
        """Train one epoch; returns the mean loss of every fold, (F,)."""
        total = torch.zeros(len(self.folds), device=self.device)
        counts = np.zeros(len(self.folds))
        epochs = [steps_of_epoch(fold.learned.labels, self.settings, fold.rng) for fold in self.folds]
        for steps in zip(*epochs, strict=True):
            sizes = np.array([len(step.rows) for step in steps])
            total += self._train_step(steps) * torch.as_tensor(sizes, device=self.device)
            counts += sizes
        return np.asarray(total.double().cpu().numpy() / counts)

    def _train_step(self, steps: Sequence[Step]) -> Tensor:
        """Train one step of all folds; returns their losses, (F,)."""
        x, targets, counted = self._batch(steps)
        weights = torch.stack(
            [t @ fold.learned.weight_of_class for t, fold in zip(targets, self.folds, strict=True)]
        )
        if counted is not None:
            weights = weights * counted
        self._set_keys(steps)
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.mixed_precision):
            losses = vmap(self._loss, in_dims=(0, 0, 0, 0, 0, None if counted is None else 0))(
                self.weights, self.statistics, x, targets, weights, counted
            )
        losses.sum().backward()  # type: ignore[no-untyped-call]
        self._clip()
        self.optimiser.step()
        return losses.detach()

    def _loss(
        self,
        weights: dict[str, Tensor],
        statistics: dict[str, Tensor],
        x: Tensor,
        targets: Tensor,
        weight_of_sample: Tensor,
        counted: Tensor | None,
    ) -> Tensor:
        """Compute the loss of one fold; ``counted`` is zero for samples that only fill the batch up."""
        for normalisation in self.normalisations:
            normalisation.rows = counted
        losses = self.design.loss(functional_call(self.template, (weights, statistics), (x,)), targets)
        n = len(x) if counted is None else counted.sum()
        return (losses * weight_of_sample).sum() / n

    def _batch(self, steps: Sequence[Step]) -> tuple[Tensor, Tensor, Tensor | None]:
        """Gather the batches of all folds, filled up to the largest: (F, B, ...), (F, B, K).

        Also tells which samples count, (F, B), or None where all do.
        """
        size = max(len(step.rows) for step in steps)
        rows = [np.pad(step.rows, (0, size - len(step.rows)), mode="edge") for step in steps]
        pairs = list(zip(self.folds, [torch.as_tensor(r, device=self.device) for r in rows], strict=True))
        x = torch.stack([fold.learned.images[chosen] for fold, chosen in pairs])
        targets = torch.stack([fold.learned.targets[chosen] for fold, chosen in pairs])
        if steps[0].draws is not None:
            x, targets = self._augmented(x, targets, [step.draws for step in steps if step.draws is not None])
        if all(len(step.rows) == size for step in steps):
            return x, targets, None
        counted = np.stack([np.arange(size) < len(step.rows) for step in steps])
        return x, targets, torch.as_tensor(counted, dtype=torch.float32, device=self.device)

    def _augmented(self, x: Tensor, targets: Tensor, draws: Sequence[Draws]) -> tuple[Tensor, Tensor]:
        every = joined_draws([one.repeated(x.shape[1]) for one in draws])
        flat_x, flat_targets = augment(x.flatten(0, 1), targets.flatten(0, 1), every, self.design.mirror_sum)
        return flat_x.view(x.shape), flat_targets.view(targets.shape)

    def _set_keys(self, steps: Sequence[Step]) -> None:
        if self.key_names:
            keys = torch.tensor([layer_keys(step.key, len(self.key_names)) for step in steps])
            for name, column in zip(self.key_names, keys.T, strict=True):
                self.statistics[name] = column.to(self.device, torch.int32)

    def _clip(self) -> None:
        """Bound the norm of every fold's gradient."""
        if self.settings.clip_norm is None:
            return
        gradients = [weight.grad for weight in self.weights.values() if weight.grad is not None]
        norms = torch.stack([gradient.flatten(1).square().sum(dim=1) for gradient in gradients]).sum(0).sqrt()
        factors = (self.settings.clip_norm / (norms + 1e-6)).clamp(max=1)
        for gradient in gradients:
            gradient.mul_(factors.view(-1, *[1] * (gradient.ndim - 1)))

    def _after_epoch(self, losses: FloatArray) -> None:
        """Judge the epoch of every fold that still trains."""
        for number, (fold, loss) in enumerate(zip(self.folds, losses, strict=True)):
            if not self._is_over(fold, self.epoch - 1):
                fold.problem = self._judge(number, fold, float(loss))

    def _judge(self, number: int, fold: Fold, loss: float) -> TrainingError | None:
        """Compare an epoch with the best one of a fold, and let others watch; returns what went wrong."""
        if not np.isfinite(loss):
            return diverged(f"The loss is {loss} after epoch {self.epoch}", self.settings)
        validated = None
        if fold.held_out is not None:
            validated = self._validate(number, fold.held_out)
            if not np.isfinite(validated):
                what = f"The loss on held-out subjects is {validated} after epoch {self.epoch}"
                return diverged(what, self.settings)
            if fold.best.improves(validated):
                fold.best = Best(validated, self.epoch, self._copy_of(number))
        if fold.course.watch is not None:
            fold.course.watched.append(fold.course.watch(self._network(number)))
        if fold.course.tell is not None:
            fold.course.tell(Progress(self.epoch, self.settings.epochs, loss, validated))
        return None

    def _is_over(self, fold: Fold, epoch: int) -> bool:
        """Whether a fold failed, or alone would have stopped."""
        return fold.problem is not None or fold.best.is_old(self.settings, epoch)

    def _validate(self, number: int, held_out: Part) -> float:
        state = self._state_of(number)
        return validation_loss(
            self.template,
            held_out,
            self.design,
            self.settings.batch_size,
            lambda x: functional_call(self.template, state, (x,)),
        )

    def _state_of(self, number: int) -> dict[str, Tensor]:
        """Return the weights and statistics of one fold."""
        return {name: tensor[number].detach() for name, tensor in {**self.weights, **self.statistics}.items()}

    def _copy_of(self, number: int) -> dict[str, Tensor]:
        """Copy the weights and statistics of one fold, and of no other."""
        return {name: tensor.clone() for name, tensor in self._state_of(number).items()}

    def _network(self, number: int, state: dict[str, Tensor] | None = None) -> nn.Module:
        """Make the network of one fold, on the CPU and in evaluation mode."""
        network = copy.deepcopy(self.folds[number].network)
        found = state or self._state_of(number)
        network.load_state_dict({name: found[name] for name in network.state_dict()})
        return network.eval()

    def _state(self) -> dict[str, Any]:
        return {
            "epoch": self.epoch,
            "seconds": time.perf_counter() - self.started + self.earlier,
            "weights": {name: tensor.detach() for name, tensor in self.weights.items()},
            "statistics": self.statistics,
            "optimiser": self.optimiser.state_dict(),
            "streams": [as_text(stream_state(fold.rng)) for fold in self.folds],
            "best": [[fold.best.loss, fold.best.epoch, fold.best.weights] for fold in self.folds],
            "problems": [str(fold.problem or "") for fold in self.folds],
            "watched": [[torch.as_tensor(s) for s in fold.course.watched] for fold in self.folds],
        }

    def _resume(self, state: dict[str, Any] | None) -> None:
        if state is None:
            return
        self.epoch, self.earlier = state["epoch"], state["seconds"]
        with torch.no_grad():
            for name, tensor in state["weights"].items():
                self.weights[name].copy_(tensor)
        self.statistics = {name: tensor.to(self.device) for name, tensor in state["statistics"].items()}
        self.optimiser.load_state_dict(state["optimiser"])
        for number, fold in enumerate(self.folds):
            fold.course.earlier.append(self.earlier / len(self.folds))
            fold.rng.bit_generator.state = from_text(state["streams"][number])
            fold.best = Best(*state["best"][number])
            fold.problem = TrainingError(state["problems"][number]) if state["problems"][number] else None
            fold.course.watched[:] = [scores.numpy() for scores in state["watched"][number]]
