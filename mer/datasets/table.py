"""A table of your own: one row per clip, frames in folders or videos."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from mer.core.digests import digest
from mer.core.errors import DataError, listed
from mer.core.parameters import Params
from mer.core.tabular import read_rows
from mer.core.types import Clip, Sample, SampleIndex
from mer.datasets.base import DatasetSpec, Location, existing_root, named_sample, sorted_unique

_FRAMES = ("onset", "apex", "offset")


class TableParams(Params):
    """Settings of a table of clips."""

    table: str = Field(default="clips.csv", description="The CSV file, relative to the data set's folder.")
    numbering: Literal["file_names", "positions"] = Field(
        default="file_names",
        description="Whether onset, apex and offset are the numbers in the frames' file names or "
        "positions counted from zero. Frames of a video are always counted from zero.",
    )
    source: Literal["real", "stand_in"] = Field(
        default="real", description="Whether the clips show real people. The two are never mixed."
    )


@dataclass(frozen=True)
class Table:
    """Clips listed in a CSV file.

    Columns: ``clip`` (folder of frames or video file, relative to the data set's folder),
    ``subject``, ``label``, ``onset``, ``offset``, and optionally ``apex``, ``name`` (of the clip;
    the last part of its path if not given), ``database``, ``person``, ``fps``.
    """

    params: TableParams
    location: Location

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``."""
        samples = sorted_unique([sample for sample, _ in self._rows.values()], str(self._path))
        described = [
            [s.sample_id, s.onset, s.apex, s.offset, s.fps, self._rows[s.sample_id][1]] for s in samples
        ]
        return SampleIndex(samples, digest([self.params.model_dump(mode="json"), described]))

    def read_clip(self, sample: Sample) -> Clip:
        """Read the frames from onset to offset, in grey."""
        from mer.media.frames import VIDEO_SUFFIXES, frame_files, read_grey_frames, read_grey_video

        place = self._root / self._rows[sample.sample_id][1]
        onset, apex, offset = sample.onset, sample.apex, sample.offset
        if onset is None or offset is None:
            raise DataError(f"{sample.sample_id}: onset and offset are needed to read its frames.")
        if place.suffix.lower() in VIDEO_SUFFIXES:
            frames = read_grey_video(place, onset, offset)
        else:
            files = frame_files(place)
            if self.params.numbering == "positions":
                files = dict(enumerate(files[number] for number in sorted(files)))
            absent = [str(number) for number in range(onset, offset + 1) if number not in files]
            if absent:
                raise DataError(
                    listed(f"{place}: frames {onset} to {offset} are needed, these are missing:", absent)
                )
            frames = read_grey_frames([files[number] for number in range(onset, offset + 1)])
        return Clip(frames, 0, None if apex is None else apex - onset, offset - onset, sample.fps)

    @property
    def _root(self) -> Path:
        return existing_root(self.location)

    @property
    def _path(self) -> Path:
        return self._root / self.params.table

    @cached_property
    def _rows(self) -> Mapping[str, tuple[Sample, str]]:
        """Sample and path of every clip, by sample id."""
        rows = read_rows(
            self._path,
            required=("clip", "subject", "label", "onset", "offset"),
            optional=("apex", "name", "database", "person", "fps"),
        )
        samples: list[tuple[Sample, str]] = []
        problems = []
        for number, row in enumerate(rows, start=2):
            try:
                samples.append((self._sample(row), row["clip"]))
            except DataError as error:
                problems.append(f"row {number}: {error}")
        if problems:
            raise DataError(listed(f"{self._path} is not usable:", problems))
        sorted_unique([sample for sample, _ in samples], str(self._path))
        return {sample.sample_id: (sample, clip) for sample, clip in samples}

    def _sample(self, row: Mapping[str, str]) -> Sample:
        place = self._root / row["clip"]
        if not place.exists():
            raise DataError(f"the clip '{place}' does not exist")
        onset, apex, offset = (_frame(row, name) for name in _FRAMES)
        marks = [mark for mark in (onset, apex, offset) if mark is not None]
        if marks != sorted(marks):
            raise DataError(f"onset, apex and offset must rise, got {', '.join(map(str, marks))}")
        return named_sample(
            self.location.name,
            database=row["database"] or self.location.name,
            subject=row["subject"],
            clip=row["name"] or Path(row["clip"]).stem,
            emotion=row["label"],
            source=self.params.source,
            person=row["person"],
            onset=onset,
            apex=apex,
            offset=offset,
            fps=_number(row, "fps"),
        )


def _frame(row: Mapping[str, str], name: str) -> int | None:
    number = _number(row, name)
    if number is None:
        return None
    if number != int(number) or number < 0:
        raise DataError(f"'{name}' must be a whole number from 0, got '{row[name]}'")
    return int(number)


def _number(row: Mapping[str, str], name: str) -> float | None:
    if not row[name]:
        return None
    try:
        return float(row[name])
    except ValueError:
        raise DataError(f"'{name}' must be a number, got '{row[name]}'") from None


def build(params: TableParams, location: Location) -> Table:
    """Make the reader."""
    return Table(params, location)


SPEC = DatasetSpec(
    name="table",
    title="Table of clips",
    summary="A CSV file of your own with one row per clip; frames in folders or videos.",
    provides="clips",
    needs_root=True,
    params=TableParams,
    build=build,
)
