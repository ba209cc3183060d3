"""Write a stand-in to disk: frames, annotation files, and what it says about itself."""

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from mer.annotations.tree import STAND_IN
from mer.core.errors import DataError
from mer.core.seeds import stream
from mer.core.types import UInt8Array
from mer.standins.plan import Formula, PlannedClip, Sheet, Workbook
from mer.standins.planned import Plan
from mer.synthetic.clip import render
from mer.synthetic.identity import NeutralFace, draw_identity, render_neutral
from mer.synthetic.movement import Movement

_ABOUT = """This folder is a STAND-IN, not {key}.

It has the layout, file names and annotation of {key} ({version}), at scale {scale:g}, and shows synthetic
faces rendered from a public-domain photo. Nobody's micro-expressions are in it; scores measured on it
say nothing about real ones. Its frames may be passed on freely.
"""
# Displacements are drawn for frames of this height.
_REFERENCE_HEIGHT = 128
_NOISE = 1.5


def write(plan: Plan, out: Path, *, annotations_only: bool = False) -> None:
    """Write a stand-in.

    An unfinished stand-in has no ``STAND-IN.json``: it is written last.

    Parameters
    ----------
    plan
        What to write.
    out
        Folder; made if missing. One that holds anything but a stand-in is refused.
    annotations_only
        Leave out the frames.

    Raises
    ------
    DataError
        If the folder holds something else.
    """
    _clear(out)
    (out / "STAND-IN.txt").write_text(
        _ABOUT.format(key=plan.key, version=plan.version, scale=plan.params.scale), encoding="utf-8"
    )
    for path, workbook in plan.workbooks.items():
        write_workbook(out / path, workbook)
    for path, text in plan.texts.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, encoding="utf-8")
    if not annotations_only:
        _write_frames(plan, out)
    (out / STAND_IN).write_text(json.dumps(plan.note(), indent=1) + "\n", encoding="utf-8")


def write_workbook(path: Path, workbook: Workbook) -> None:
    """Write a spreadsheet, or a CSV file of its first sheet if the name ends so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(next(iter(workbook.values())))
        return
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        for name, sheet in workbook.items():
            _fill(book.add_worksheet(name), sheet)


def _fill(worksheet: "xlsxwriter.worksheet.Worksheet", sheet: Sheet) -> None:  # type: ignore[name-defined]  # noqa: F821
    for row, cells in enumerate(sheet):
        for column, cell in enumerate(cells):
            if isinstance(cell, Formula):
                worksheet.write_formula(row, column, cell.text, None, cell.value)
            elif isinstance(cell, str):
                worksheet.write_string(row, column, cell)
            else:
                worksheet.write_number(row, column, cell)


def _clear(out: Path) -> None:
    """Make an empty folder; an earlier stand-in is replaced, anything else is refused."""
    if out.exists():
        if not (out / "STAND-IN.txt").is_file() and any(out.iterdir()):
            raise DataError(f"{out}: holds something that is no stand-in. Give an empty or a new folder.")
        shutil.rmtree(out)
    out.mkdir(parents=True)


def _write_frames(plan: Plan, out: Path) -> None:
    """Render person by person, so that each face is made once."""
    by_person: dict[str, list[PlannedClip]] = {}
    for clip in plan.clips:
        by_person.setdefault(clip.person, []).append(clip)
    for person, clips in by_person.items():
        face = render_neutral(draw_identity(stream("stand-in person", 0, person)), plan.params.size)
        for clip in clips:
            frames = render_clip(plan.key, clip, face)
            if clip.files[0].endswith(".avi"):
                _save_video(out / clip.folder / clip.files[0], frames, clip.fps)
                continue
            _save(out / clip.folder, clip.files, frames, grey=plan.grey)


def render_clip(key: str, clip: PlannedClip, face: NeutralFace) -> UInt8Array:
    """Render the frames of a planned clip, shape (T, H, W, 3), RGB."""
    rng = stream("stand-in clip", 0, key, clip.subject, clip.clip)
    frames = render(face, _movement(clip, face.size[0], rng), rng)
    if clip.files[0].endswith(".avi"):
        return np.concatenate([frames[:1], frames, frames[:1]])  # rest, apex in the middle, rest
    return frames[1:2] if clip.kind == "still" else frames[: len(clip.files)]


def _movement(clip: PlannedClip, height: int, rng: np.random.Generator) -> Movement:
    """Draw how far and when the face moves: 0.2 to 3 pixels in clips, 3 to 8 times as much in stills."""
    scale = height / _REFERENCE_HEIGHT
    strength = scale * float(np.exp(rng.uniform(*np.log((0.2, 3.0)))))
    onset, offset, n_frames = clip.onset, max(clip.offset, clip.onset + 2), len(clip.files)
    apex = onset + max(1, round((offset - onset) * rng.uniform(0.35, 0.65)))
    if clip.kind != "clip":
        strength = scale * float(rng.uniform(3, 8)) * float(rng.uniform(0.6, 1.2))
        n_frames = 3 if clip.kind == "still" else n_frames
        onset, apex, offset = (0, 1, 2) if clip.kind == "still" else (0, n_frames - 1, n_frames)
    return Movement(
        emotion=clip.emotion,
        activations=clip.activations,
        amplitude=strength if clip.activations else 0.0,
        distraction=(),
        distraction_amplitude=0.0,
        n_frames=n_frames,
        onset=onset,
        apex=min(apex, offset - 1) if clip.kind == "clip" else apex,
        offset=offset,
        fps=round(clip.fps),
        drift=0.6 * scale,
        noise=_NOISE,
    )


def _save(folder: Path, names: Sequence[str], frames: UInt8Array, *, grey: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in zip(names, frames, strict=True):
        image = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY if grey else cv2.COLOR_RGB2BGR)
        if not cv2.imwrite(str(folder / name), image, _QUALITY.get(Path(name).suffix.casefold(), ())):
            raise DataError(f"{folder / name}: cannot be written. Is the disk full?")


def _save_video(path: Path, frames: UInt8Array, fps: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = frames.shape[1:3]
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (width, height))
    for frame in frames:
        video.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    video.release()
    if not path.is_file():
        raise DataError(f"{path}: the video cannot be written.")


_QUALITY: Mapping[str, Sequence[int]] = {
    ".jpg": (cv2.IMWRITE_JPEG_QUALITY, 95),
    ".jpeg": (cv2.IMWRITE_JPEG_QUALITY, 95),
}
