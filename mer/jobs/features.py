"""Train a variant on one fold, and draw what it learned before and after a module."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from mer.artefacts.arrays import read_arrays
from mer.artefacts.folds import read_folds
from mer.core.counted import counted
from mer.core.device import choose_device
from mer.core.seeds import stream
from mer.core.types import Execution, FloatArray
from mer.figures.captions import Facts, described, title_of
from mer.figures.feature_map import Points, feature_map
from mer.figures.figure_file import save_figure
from mer.jobs.figures import write_captions
from mer.jobs.fold import Cell, Work
from mer.methods import METHODS
from mer.methods.network import scaled
from mer.sweep.specs.figures import FeaturesSpec

if TYPE_CHECKING:
    from torch import nn


def run(
    spec: FeaturesSpec, execution: Execution, folds: Path, lists: Sequence[Path], outputs: Sequence[Path]
) -> None:
    """Train on the fold as the training job does, and draw the features of all its clips.

    Parameters
    ----------
    spec
        Which variant, fold and modules.
    execution
        How the job runs.
    folds
        Of the protocol.
    lists
        Of the prepared parts that the variant looks at.
    outputs
        Figures, each in the format of its suffix; and a JSON file that says what they show.
    """
    split = read_folds(folds)
    data = read_arrays(lists, list(split.samples))
    settled = replace(execution, device="cuda" if choose_device(execution.device).type == "cuda" else "cpu")
    work = Work(spec.train, settled, split, data)
    cell = Cell(next(iter(spec.train.recipes)), spec.train.first)
    train, test = work.train(cell), work.test(cell)
    entry = METHODS[spec.train.method.key]
    with threadpool_limits(limits=1):
        method = entry.build(entry.params.from_plain(spec.train.method.settings), settled)
        fitted = method.fit(train, work.rng(cell))
        images = scaled(np.concatenate([train.data, test.data]), fitted.input_scaling)
        before, after = features_at(fitted.networks[0], images, output_of=spec.before, input_of=spec.after)
    names = [*train.sample_ids, *test.sample_ids]
    points = Points(
        labels=[split.labels[name] for name in names],
        databases=[split.samples[name].database for name in names],
        held_out=np.arange(len(names)) >= len(train),
    )
    n = f"{counted(clip=len(names))}, {len(test)} of them held out"
    fold = split.folds[cell.fold].name
    facts = Facts(f"{spec.protocol}, fold {fold}, seed {cell.seed}", n, "", split.source == "stand_in")
    figure_name = f"features_{spec.variant}"
    figure = feature_map(
        before,
        after,
        points,
        title_of(figure_name, facts),
        stream("features", spec.protocol, spec.variant),
        classes=split.classes,
        panels=spec.panels,
        stand_in=facts.stand_in,
    )
    for path in outputs:
        if path.suffix == ".json":
            write_captions(path, [described(figure_name, facts)])
        else:
            save_figure(figure, path)


def features_at(
    network: "nn.Module", images: FloatArray, *, output_of: str, input_of: str
) -> tuple[FloatArray, FloatArray]:
    """Record what goes out of one module of a network and into another.

    Parameters
    ----------
    network
        A trained network.
    images
        As the network is fed, shape (N, ...).
    output_of, input_of
        Names of the two modules, as in ``named_modules``.

    Returns
    -------
    tuple of ndarray
        Both of shape (N, D), each with its D; one sample at a time, as networks are scored.
    """
    import torch

    out: list[torch.Tensor] = []
    into: list[torch.Tensor] = []
    hooks = [
        network.get_submodule(output_of).register_forward_hook(
            lambda module, inputs, output: out.append(output.detach().flatten(1).cpu())
        ),
        network.get_submodule(input_of).register_forward_pre_hook(
            lambda module, inputs: into.append(inputs[0].detach().flatten(1).cpu())
        ),
    ]
    device = next(network.parameters()).device
    try:
        with torch.inference_mode():
            for image in torch.as_tensor(np.asarray(images, dtype=np.float32)):
                network(image[None].to(device))
    finally:
        for hook in hooks:
            hook.remove()
    return torch.cat(out).numpy(), torch.cat(into).numpy()
