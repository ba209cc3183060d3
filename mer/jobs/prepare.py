"""Compute one representation of one part of a data set."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from mer.artefacts.arrays import Part, write_part, write_parts
from mer.core.errors import DataError, MerError, listed
from mer.core.types import Array, Execution, Sample
from mer.datasets import DATASETS
from mer.datasets.base import ClipDataset, FlowDataset
from mer.features import FEATURES
from mer.features.base import Feature, FlowImageFeature, Recipe
from mer.jobs.datasets import build_dataset
from mer.sweep.parts import parts, samples_digest
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec


def run(spec: PrepareSpec, execution: Execution, output: Path) -> None:
    """Read the samples of a part, compute their arrays, and write them.

    Raises
    ------
    DataError
        If the data changed since the sweep was planned, or samples cannot be computed, naming each.
    """
    cv2.setNumThreads(execution.threads)
    dataset = DATASETS[spec.dataset.key]
    feature = FEATURES[spec.feature.key]
    reader = build_dataset(spec.name, spec.dataset, execution)
    recipe = Recipe(spec.feature.key, feature.params.from_plain(spec.feature.settings))
    index = reader.index()
    samples = parts(index.samples, dataset.provides, recipe).get(spec.part, ())
    if samples_digest(samples, index.fingerprint) != spec.samples:
        raise DataError(
            f"The data of '{spec.name}' changed while the sweep was running. Run the workflow again."
        )
    compute = feature.build(recipe.params)
    if dataset.provides == "flow_images":
        data = _accept(compute, reader, samples)
    else:
        data = _compute(compute, reader, samples)
    described = Part(tuple(s.sample_id for s in samples), recipe.described(), spec.digest)
    write_part(output, data, described)


def run_list(spec: PartsSpec, output: Path) -> None:
    """List the parts of a data set that lie beside the list."""
    write_parts(output, spec.parts)


def _compute(feature: Feature, reader: ClipDataset, samples: Sequence[Sample]) -> Array:
    arrays = []
    problems = []
    for sample in samples:
        try:
            arrays.append(feature.compute(reader.read_clip(sample)))
        except MerError as error:
            problems.append(f"{sample.sample_id}: {error}")
    if problems:
        raise DataError(listed("These samples cannot be prepared:", problems))
    return np.stack(arrays)


def _accept(feature: FlowImageFeature, reader: FlowDataset, samples: Sequence[Sample]) -> Array:
    return feature.accept(reader.read_flow_images(samples))
