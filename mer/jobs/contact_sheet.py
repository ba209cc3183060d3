"""Show what a recipe makes of a few clips, and report on all of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mer.artefacts.arrays import Part, listed_parts
from mer.core.counted import counted
from mer.core.errors import NoFaceError
from mer.core.files import complete
from mer.core.types import Clip, Execution, FloatArray, Sample
from mer.datasets.base import ClipDataset
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.features.face import with_face
from mer.features.flow_maps import FlowBackend, FlowMapParams
from mer.features.optical_flow import flow
from mer.features.optical_strain import optical_strain
from mer.figures.contact_sheet import SheetRow, contact_sheet
from mer.figures.figure_file import save_figure
from mer.jobs.datasets import build_dataset, build_recipe
from mer.media.frames import grey_frames
from mer.preprocessing.chain import change, choice, locate
from mer.preprocessing.steps.apex import ApexParams
from mer.sweep.specs.prepare import ContactSheetSpec

# Clips on a sheet, one per subject, and besides those of which no face was found.
_SHOWN, _LEFT_OUT_SHOWN = 5, 1
# For representations that compute no flow, or in colour: quick, and shown only.
_SHOWN_FLOW: FlowBackend = "dis"


def run(
    spec: ContactSheetSpec,
    execution: Execution,
    parts: Path,
    landmarks: Sequence[Path],
    sheet: Path,
    report: Path,
) -> None:
    """Draw the sheet and write the report.

    Parameters
    ----------
    spec
        The recipe.
    execution
        How the job runs.
    parts
        List of the prepared parts.
    landmarks
        List of the parts of landmarks, if the recipe looks for them.
    sheet, report
        Files to write.
    """
    reader = build_dataset(spec.name, spec.dataset, execution)
    recipe = build_recipe(spec)
    prepared = [part for part, _ in listed_parts(parts)]
    found = {
        name: row for path in landmarks for part, data in listed_parts(path) for name, row in part.rows(data)
    }
    index = {sample.sample_id: sample for sample in reader.index()}
    notes = _notes(prepared)
    rows = [_row(recipe, reader, index[name], found, notes[name]) for name in _shown(prepared)]
    lines = _report(prepared)
    save_figure(contact_sheet(rows, spec.title, _caption(recipe, lines[0])), sheet)
    with complete(report) as temporary:
        settings = json.dumps(json.loads(recipe.described()), indent=1)
        temporary.write_text(
            "\n".join(
                [f"# {spec.title}", "", *(f"- {line}" for line in lines), "", "```json", settings, "```", ""]
            ),
            encoding="utf-8",
        )


def _shown(parts: Sequence[Part]) -> list[str]:
    """Choose clips evenly over the subjects, another one of each, and some that were left out."""
    filled = [part.sample_ids for part in parts if part.sample_ids]
    subjects = np.unique(np.linspace(0, len(filled) - 1, min(_SHOWN, len(filled))).round().astype(int))
    shown = [filled[subject][turn % len(filled[subject])] for turn, subject in enumerate(subjects)]
    left_out = [name for part in parts for name in part.left_out]
    return [*shown, *left_out[:_LEFT_OUT_SHOWN]]


def _notes(parts: Sequence[Part]) -> dict[str, str]:
    """Say where the apex of each prepared clip is, or why a clip is left out."""
    notes = {name: reason for part in parts for name, reason in part.left_out.items()}
    for part in parts:
        for name, apex, annotated in zip(part.sample_ids, part.apexes, part.annotated, strict=True):
            told = "not annotated" if annotated is None else f"annotated {annotated}"
            told = "as annotated" if apex == annotated else told
            notes[name] = "" if apex is None else f"apex {apex} frames after onset, {told}"
    return notes


def _row(
    recipe: Recipe, reader: ClipDataset, sample: Sample, landmarks: Mapping[str, FloatArray], note: str
) -> SheetRow:
    """Read a clip and do to it what the recipe says, but keep its frames apart in time."""
    settings = recipe.preprocessing.model_copy(
        update={"apex": recipe.preprocessing.apex or ApexParams(), "length": None}
    )
    spec = FEATURES[recipe.feature]
    clip = reader.read_clip(sample, colour=spec.colour(recipe.params), choose=choice(settings, "onset_apex"))
    if settings.finder is not None:
        clip = with_face(clip, landmarks.get(sample.sample_id))
    try:
        located = locate(clip, settings)
    except NoFaceError:
        as_read = clip.frames[0]
        return SheetRow(sample.sample_id, as_read, None, None, None, as_read, None, None, None, note)
    prepared = change(located, settings)
    apex = located.apex or 0
    onset_frame, apex_frame = prepared.frames[0], prepared.frames[apex]
    params = recipe.params if isinstance(recipe.params, FlowMapParams) else FlowMapParams(flow=_SHOWN_FLOW)
    onset_grey, apex_grey = grey_frames(np.stack([onset_frame, apex_frame]))
    field = flow(onset_grey, apex_grey, params.flow, **params.flow_settings)
    return SheetRow(
        name=sample.sample_id,
        onset=clip.frames[0],
        apex=clip.frames[apex],
        landmarks=clip.landmarks,
        outline=_outline(clip, located),
        prepared_onset=onset_frame,
        prepared_apex=apex_frame,
        flow=field,
        strain=optical_strain(field, params.differences),
        note=note,
    )


def _outline(before: Clip, after: Clip) -> FloatArray | None:
    """Find the corners of what was kept in the frame as read, by how its landmarks have moved."""
    if before.landmarks is None or after.landmarks is None or after.landmarks is before.landmarks:
        return None
    height, width = after.frames.shape[1:3]
    corners = np.array([[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]])
    known = np.column_stack([after.landmarks, np.ones(len(after.landmarks))])
    back, *_ = np.linalg.lstsq(known, before.landmarks, rcond=None)
    return np.column_stack([corners, np.ones(4)]) @ back


def _report(parts: Sequence[Part]) -> list[str]:
    """Say how many clips were prepared, how well the apex was spotted, and which clips were left out."""
    n_prepared = sum(len(part.sample_ids) for part in parts)
    left_out = [f"{name}: {reason}" for part in parts for name, reason in part.left_out.items()]
    lines = [f"{counted(clip=n_prepared)} of {counted(subject=len(parts))}, {len(left_out)} left out"]
    pairs = [pair for part in parts for pair in zip(part.apexes, part.annotated, strict=True)]
    taken = [(apex, annotated) for apex, annotated in pairs if apex is not None]
    if taken:
        lines[0] += f". {_apex_accuracy(taken)}"
    whole = [f"taken whole, {name}: {reason}" for part in parts for name, reason in part.taken_whole.items()]
    if whole:
        lines[0] += f". Taken whole, as no face was found: {counted(clip=len(whole))}"
    return lines + [f"left out: {line}" for line in left_out] + whole


def _apex_accuracy(taken: Sequence[tuple[int, int | None]]) -> str:
    """Compare apex frames with annotated ones, where there are some."""
    errors = np.array([apex - annotated for apex, annotated in taken if annotated is not None])
    if not errors.size:
        return "No apex is annotated: all are spotted, and nothing says how well"
    if not errors.any():
        n_spotted = len(taken) - errors.size
        spotted = f", that of {counted(clip=n_spotted)} is spotted" if n_spotted else ""
        return f"The apex of {counted(clip=errors.size)} is as annotated{spotted}"
    size = np.abs(errors)
    return (
        f"The apex is spotted: mean absolute error {size.mean():.1f} frames, median {np.median(size):.0f}, "
        f"within 3 frames in {(size <= 3).mean():.0%} of {counted(annotated_clip=size.size)}"
    )


def _caption(recipe: Recipe, summary: str) -> str:
    chosen = {recipe.feature: recipe.params, "preprocessing": recipe.preprocessing}
    settings = [
        f"{name} {json.dumps(plain)}"
        for name, params in chosen.items()
        if (plain := params.model_dump(mode="json", exclude_defaults=True, exclude_none=True))
    ]
    told = "; ".join(settings).replace('"', "") or "none"
    parts = [f"Settings other than the defaults: {told}. {summary}."]
    if recipe.preprocessing.length is not None:
        parts.append(
            f"Shown before clips are brought to {recipe.preprocessing.length.n_frames} frames "
            f"({recipe.preprocessing.length.method})."
        )
    if not isinstance(recipe.params, FlowMapParams):
        parts.append(f"The recipe looks at no flow; shown is {_SHOWN_FLOW.upper()}.")
    return " ".join(parts)
