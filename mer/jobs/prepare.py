"""Compute one representation of one part of a data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from mer.artefacts.arrays import Part, joined, read_part, write_part, write_parts
from mer.core.errors import DataError, MerError, NoFaceError, listed
from mer.core.types import Array, Clip, Execution, Reading, Sample
from mer.datasets import DATASETS
from mer.datasets.base import ClipDataset, FlowDataset
from mer.features import FEATURES
from mer.features.base import BatchFeature, Feature, FlowImageFeature, Recipe
from mer.features.face import with_face
from mer.jobs.datasets import build_dataset, build_recipe
from mer.preprocessing.chain import change, choice, faceless, locate, looked_at
from mer.preprocessing.steps import cut
from mer.sweep.parts import parts, samples_digest
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec

# Clips of which few frames are looked at are computed together: a matter of speed and memory.
_AT_ONCE = 16


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
        found = _compute(recipe, compute, reader, samples, _found_faces(spec, landmarks))
    pairs = [found.apexes.get(sample_id, (None, None)) for sample_id in found.arrays]
    several = recipe.preprocessing.windows is not None
    data, counts = joined(found.arrays, several=several)
    part = Part(
        tuple(found.arrays),
        recipe.described(),
        spec.digest,
        found.left_out,
        found.taken_whole,
        tuple(taken for taken, _ in pairs),
        tuple(annotated for _, annotated in pairs),
        counts,
    )
    write_part(output, data, part)


def run_list(spec: PartsSpec, output: Path) -> None:
    """List the parts of a data set that lie beside the list."""
    write_parts(output, spec.parts)


@dataclass
class Computed:
    """What became of the samples of a part.

    Attributes
    ----------
    arrays
        By sample.
    apexes
        Position of the apex that was taken, and of the one that is annotated, by sample.
    left_out, taken_whole
        Samples without a face, and why, that have no array or one of the whole frame.
    problems
        Why a sample cannot be prepared.
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    apexes: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    taken_whole: dict[str, str] = field(default_factory=dict)
    problems: dict[str, MerError] = field(default_factory=dict)


def _compute(
    recipe: Recipe,
    feature: Feature,
    reader: ClipDataset,
    samples: Sequence[Sample],
    faces: Mapping[str, Array],
) -> Computed:
    """Compute all samples, some at a time; raises once for all that cannot be computed."""
    found = Computed()
    # Clips of which all frames are looked at are large, and are done one by one.
    many = (
        FEATURES[recipe.feature].looks_at(recipe.params) != "all"
        and not recipe.preprocessing.needs_all_frames
    )
    step = _AT_ONCE if many else 1
    for start in range(0, len(samples), step):
        clips: dict[str, Clip] = {}
        for sample in samples[start : start + step]:
            try:
                clips[sample.sample_id] = _prepared(recipe, reader, sample, faces, found)
            except MerError as error:
                found.problems[sample.sample_id] = error
        for sample_id, array in zip(clips, _arrays(recipe, feature, list(clips.values())), strict=True):
            if isinstance(array, MerError):
                found.problems[sample_id] = array
            else:
                found.arrays[sample_id] = array
    # Whoever looks for landmarks says where there are none; what is done about it is up to the others.
    if recipe.feature == "landmarks" or recipe.preprocessing.without_face == "drop":
        missed = {name: error for name, error in found.problems.items() if isinstance(error, NoFaceError)}
        found.left_out = {name: str(error) for name, error in missed.items()}
        found.problems = {name: error for name, error in found.problems.items() if name not in missed}
    if found.problems:
        raise DataError(_described(found.problems))
    return found


def _prepared(
    recipe: Recipe, reader: ClipDataset, sample: Sample, faces: Mapping[str, Array], found: Computed
) -> Clip:
    """Read one sample and preprocess it; notes where its apex is, and whether it has no face."""
    spec, settings = FEATURES[recipe.feature], recipe.preprocessing
    chosen = choice(settings, spec.looks_at(recipe.params))
    reading, annotated = Reading(), None

    def choose(n_frames: int, apex: int | None) -> Reading:
        nonlocal reading, annotated
        reading, annotated = chosen(n_frames, apex), apex
        return reading

    clip = reader.read_clip(sample, colour=spec.colour(recipe.params), choose=choose)
    if settings.finder is not None:
        clip = with_face(clip, faces.get(sample.sample_id))
    located = locate(clip, settings)
    # Where all frames are read, positions among them are positions from the onset.
    taken = located.apex if reading.positions is None else reading.apex
    found.apexes[sample.sample_id] = taken, annotated
    reason = faceless(clip, settings)
    if reason:
        found.taken_whole[sample.sample_id] = reason
    changed = change(located, settings)
    return changed if settings.windows is not None else looked_at(changed, spec.looks_at(recipe.params))


def _arrays(recipe: Recipe, feature: Feature, clips: Sequence[Clip]) -> Sequence[Array | MerError]:
    """Compute the arrays of clips, or say why one cannot be computed."""
    windows = recipe.preprocessing.windows
    if isinstance(feature, BatchFeature) and windows is None:
        try:
            return feature.compute_many(clips)
        except MerError:
            pass  # of one of them: which, shows when each is alone
    arrays: list[Array | MerError] = []
    for clip in clips:
        try:
            if windows is None:
                arrays.append(feature.compute(clip))
            else:
                arrays.append(np.stack([feature.compute(window) for window in cut(clip, windows)]))
        except MerError as error:
            arrays.append(error)
    return arrays


def _described(problems: Mapping[str, MerError]) -> str:
    lines = [f"{sample_id}: {error}" for sample_id, error in problems.items()]
    if all(isinstance(error, NoFaceError) for error in problems.values()):
        remedy = "Set 'without_face' to drop or whole_frame in the preprocessing, or mend them"
        return listed(f"These clips have no face. {remedy}:", lines)
    return listed("These samples cannot be prepared:", lines)


def _found_faces(spec: PrepareSpec, files: Sequence[Path]) -> dict[str, Array]:
    """Read the faces that were found in a part's samples; those without a face are missing."""
    found: dict[str, Array] = {}
    for path in files:
        part, data = read_part(path)
        if part.digest != spec.landmarks:
            raise DataError(f"{path}: was made otherwise than planned. Delete it and run the workflow again.")
        found.update(part.rows(data))
    return found


def _accept(feature: FlowImageFeature, reader: FlowDataset, samples: Sequence[Sample]) -> dict[str, Array]:
    images = feature.accept(reader.read_flow_images(samples))
    return dict(zip((sample.sample_id for sample in samples), images, strict=True))
