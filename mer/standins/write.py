"""Write a stand-in to disk: frames, landmarks, annotation files, and what it says about itself."""

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2

from mer.annotations.landmarks import LANDMARKS_FILE, write_landmarks
from mer.annotations.tree import STAND_IN
from mer.core.errors import DataError
from mer.core.types import FloatArray, UInt8Array
from mer.standins.frames import face_of, render_clip
from mer.standins.plan import Formula, PlannedClip, Sheet, Workbook
from mer.standins.planned import Plan

_ABOUT = """This folder is a STAND-IN, not {key}.

It has the layout, file names and annotation of {key} ({version}), at scale {scale:g}, and shows synthetic
faces rendered from a public-domain photo. Nobody's micro-expressions are in it; scores measured on it
say nothing about real ones. Its frames may be passed on freely.
"""


def write(plan: Plan, out: Path, *, annotations_only: bool = False, force: bool = False) -> None:
    """Write a stand-in.

    An unfinished stand-in has no ``STAND-IN.json``: it is written last.

    Parameters
    ----------
    plan
        What to write.
    out
        Folder; made if missing. One that holds anything is refused.
    annotations_only
        Leave out the frames, and with them the landmarks.
    force
        Delete an earlier stand-in, with whatever was put beside its files.

    Raises
    ------
    DataError
        If the folder holds something.
    """
    _clear(out, force=force)
    (out / "STAND-IN.txt").write_text(
        _ABOUT.format(key=plan.key, version=plan.version, scale=plan.params.scale), encoding="utf-8"
    )
    for path, workbook in plan.workbooks.items():
        write_workbook(out / path, workbook)
    for path, text in plan.texts.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, encoding="utf-8")
    if not annotations_only:
        write_landmarks(out / LANDMARKS_FILE, _write_frames(plan, out))
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
        # The same bytes every time.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
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


def _clear(out: Path, *, force: bool) -> None:
    """Make an empty folder; only an earlier stand-in is replaced, and only if asked for."""
    if out.exists() and not out.is_dir():
        raise DataError(f"{out}: is a file. Give an empty or a new folder.")
    if out.is_dir() and any(out.iterdir()):
        stand_in = any((out / name).is_file() for name in ("STAND-IN.txt", STAND_IN))
        if not stand_in:
            raise DataError(f"{out}: holds something that is no stand-in. Give an empty or a new folder.")
        if not force:
            raise DataError(f"{out}: holds a stand-in. Give a new folder, or --force to replace it.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def _write_frames(plan: Plan, out: Path) -> dict[tuple[str, str], FloatArray]:
    """Render person by person, so that each face is made once; returns the landmarks of what is annotated."""
    landmarks: dict[tuple[str, str], FloatArray] = {}
    by_person: dict[str, list[PlannedClip]] = {}
    for clip in plan.clips:
        by_person.setdefault(clip.person, []).append(clip)
    for person, clips in by_person.items():
        face = face_of(person, plan.params.size)
        for clip in clips:
            rendered = render_clip(plan.key, clip, face)
            if clip.annotated:
                landmarks |= {(clip.subject, name): points for name, points in rendered.landmarks.items()}
            if clip.files[0].endswith(".avi"):
                _save_video(out / clip.folder / clip.files[0], rendered.frames, clip.fps)
                continue
            _save(out / clip.folder, clip.files, rendered.frames, grey=plan.grey)
    return landmarks


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
