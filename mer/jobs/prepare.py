"""Compute one representation of one part of a data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from mer.artefacts.arrays import Part, joined, read_part, write_part, write_parts
from mer.core.errors import DataError, MerError, NoFaceError, listed
from mer.core.types import Array, Execution, FloatArray, Reading, Sample
from mer.datasets import DATASETS
from mer.datasets.base import ClipDataset, FlowDataset
from mer.features import FEATURES
from mer.features.base import Feature, FlowImageFeature, Recipe
from mer.jobs.datasets import build_dataset, build_recipe
from mer.preprocessing.chain import change, choice, locate
from mer.preprocessing.steps import cut
from mer.sweep.parts import parts, samples_digest
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec


def run(spec: PrepareSpec, execution: Execution, landmarks: Sequence[Path], output: Path) -> None:
    """Read the samples of a part, compute their arrays, and write them.

    ``landmarks`` is the part of landmarks that the recipe uses; none if it uses none.

    Raises
    ------
    DataError
        If the data changed since the sweep was planned, or samples cannot be computed, naming each.
    """
    cv2.setNumThreads(execution.threads)
    dataset = DATASETS[spec.dataset.key]
    feature = FEATURES[spec.feature.key]
    reader = build_dataset(spec.name, spec.dataset, execution)
    recipe = build_recipe(spec)
    index = reader.index()
    samples = parts(index.samples, dataset.provides, recipe).get(spec.part, ())
    if samples_digest(samples, index.fingerprint) != spec.samples:
        raise DataError(
            f"The data of '{spec.name}' changed while the sweep was running. Run the workflow again."
        )
    compute = feature.build(recipe.params, execution)
    if dataset.provides == "flow_images":
        found = Computed(_accept(compute, reader, samples))
    else:
        found = _compute(recipe, compute, reader, samples, _found_landmarks(spec, landmarks))
    apexes, annotated = zip(*found.apexes.values(), strict=True) if found.apexes else ((), ())
    several = recipe.preprocessing.windows is not None
    data, counts = joined(found.arrays, several=several)
    part = Part(
        tuple(found.arrays), recipe.described(), spec.digest, found.left_out, apexes, annotated, counts
    )
    write_part(output, data, part)


def run_list(spec: PartsSpec, output: Path) -> None:
    """List the parts of a data set that lie beside the list."""
    write_parts(output, spec.parts)


@dataclass(frozen=True)
class Computed:
    """Arrays and apex positions (taken, annotated) by sample, and why a sample has neither."""

    arrays: dict[str, Array]
    apexes: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def _compute(
    recipe: Recipe,
    feature: Feature,
    reader: ClipDataset,
    samples: Sequence[Sample],
    landmarks: Mapping[str, FloatArray],
) -> Computed:
    found = Computed({})
    problems = []
    # Whoever looks for landmarks says where there are none; what is done about it is up to the others.
    drops = recipe.feature == "landmarks" or recipe.preprocessing.without_face == "drop"
    for sample in samples:
        try:
            array, apexes = _one(recipe, feature, reader, sample, landmarks)
        except MerError as error:
            if drops and isinstance(error, NoFaceError):
                found.left_out[sample.sample_id] = str(error)
            else:
                problems.append((sample.sample_id, error))
            continue
        found.arrays[sample.sample_id] = array
        found.apexes[sample.sample_id] = apexes
    if problems:
        raise DataError(_described(problems))
    return found


def _one(
    recipe: Recipe,
    feature: Feature,
    reader: ClipDataset,
    sample: Sample,
    landmarks: Mapping[str, FloatArray],
) -> tuple[Array, tuple[int | None, int | None]]:
    """Compute the array of one sample, and say where its apex is taken to be and where it is annotated."""
    spec, settings = FEATURES[recipe.feature], recipe.preprocessing
    chosen = choice(settings, spec.looks_at(recipe.params))
    reading, annotated = Reading(), None

    def choose(n_frames: int, apex: int | None) -> Reading:
        nonlocal reading, annotated
        reading, annotated = chosen(n_frames, apex), apex
        return reading

    clip = reader.read_clip(sample, colour=spec.colour(recipe.params), choose=choose)
    if settings.landmarks not in (None, "given"):
        clip = replace(clip, landmarks=landmarks.get(sample.sample_id))
    located = locate(clip, settings)
    # Where all frames are read, positions among them are positions from the onset.
    taken = located.apex if reading.positions is None else reading.apex
    changed = change(located, settings)
    if settings.windows is None:
        return feature.compute(changed), (taken, annotated)
    return np.stack([feature.compute(window) for window in cut(changed, settings.windows)]), (
        taken,
        annotated,
    )


def _described(problems: Sequence[tuple[str, MerError]]) -> str:
    lines = [f"{sample_id}: {error}" for sample_id, error in problems]
    if all(isinstance(error, NoFaceError) for _, error in problems):
        remedy = "Set 'without_face' to drop or whole_frame in the preprocessing, or mend them"
        return listed(f"These clips have no face. {remedy}:", lines)
    return listed("These samples cannot be prepared:", lines)


def _found_landmarks(spec: PrepareSpec, files: Sequence[Path]) -> dict[str, FloatArray]:
    """Read the landmarks of a part's samples; those without a face are missing."""
    found: dict[str, FloatArray] = {}
    for path in files:
        part, data = read_part(path)
        if part.digest != spec.landmarks:
            raise DataError(f"{path}: was made otherwise than planned. Delete it and run the workflow again.")
        found.update(part.rows(data))
    return found


def _accept(feature: FlowImageFeature, reader: FlowDataset, samples: Sequence[Sample]) -> dict[str, Array]:
    images = feature.accept(reader.read_flow_images(samples))
    return dict(zip((sample.sample_id for sample in samples), images, strict=True))
