"""A table of your own: one row per clip, frames in folders or videos."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from mer.annotations.landmarks import LANDMARKS_FILE, read_landmarks, stray_landmarks
from mer.core.digests import digest
from mer.core.errors import DataError, listed
from mer.core.location import Location, existing_root
from mer.core.parameters import Params
from mer.core.samples import named_sample, sorted_unique
from mer.core.tabular import Row, frame_number, number, read_rows
from mer.core.types import Choice, Clip, FloatArray, Sample, SampleIndex, UInt8Array, whole_clip
from mer.datasets.base import DatasetSpec


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

    The fingerprint covers the marks and the time and size of each folder or video as the file system
    gives them. A frame that is overwritten in place, without being renamed, changes neither: touch
    its folder then. A copy that keeps times (``cp -a``, ``rsync -a``) is the same data.
    """

    params: TableParams
    location: Location

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``."""
        described = []
        for sample, place in self._clips.values():
            marks = [sample.onset, sample.apex, sample.offset, sample.fps]
            state = place.stat()
            described.append([sample.sample_id, *marks, place.name, state.st_mtime_ns, state.st_size])
        samples = tuple(sample for sample, _ in self._clips.values())
        # Nothing is added where no landmarks are given.
        landmarks = [[*clip, points.tolist()] for clip, points in self._landmarks.items()]
        return SampleIndex(
            samples,
            digest([self.params.model_dump(mode="json"), described, *landmarks]),
            warnings=stray_landmarks(self._landmarks, Counter(map(_key, samples))),
            gives_landmarks=bool(self._landmarks),
        )

    def read_clip(self, sample: Sample, *, colour: bool = False, choose: Choice = whole_clip) -> Clip:
        """Read the frames from onset to offset, or a choice of them."""
        from mer.media.clips import chosen_clip
        from mer.media.frames import read_frames, read_video

        _, place = self._clips[sample.sample_id]
        onset, apex, offset = sample.onset, sample.apex, sample.offset
        if onset is None or offset is None:
            raise DataError(f"{sample.sample_id}: onset and offset are needed to read its frames.")

        def read(positions: Sequence[int]) -> UInt8Array:
            if not place.is_dir():
                return read_video(place, [onset + p for p in positions], colour=colour)
            files = self._files(place, onset, offset)
            return read_frames([files[onset + p] for p in positions], colour=colour)

        annotated = None if apex is None else apex - onset
        clip = chosen_clip(offset - onset + 1, annotated, sample.fps, choose, read)
        return replace(clip, landmarks=self._landmarks.get(_key(sample)))

    def _files(self, folder: Path, first: int, last: int) -> dict[int, Path]:
        """Find the frames of a folder by number; all from the first to the last must be there."""
        from mer.media.frames import frame_files

        files = frame_files(folder)
        if self.params.numbering == "positions":
            files = dict(enumerate(files[number] for number in sorted(files)))
        wanted = range(first, min(last, max(files) + 1) + 1)
        absent = [str(number) for number in wanted if number not in files]
        if absent:
            raise DataError(
                listed(f"{folder}: frames {first} to {last} are needed, these are missing:", absent)
            )
        return files

    @cached_property
    def _landmarks(self) -> Mapping[tuple[str, str], FloatArray]:
        """Landmarks that lie beside the table, by subject and name of the clip."""
        path = existing_root(self.location) / LANDMARKS_FILE
        found = read_landmarks(path) if path.is_file() else {}
        clips = Counter(_key(sample) for sample, _ in self._clips.values())
        doubled = ["/".join(key) for key in found if clips[key] > 1]
        if doubled:
            remedy = "Give the clips different names in the table (column 'name')"
            raise DataError(listed(f"{path}: clips of two databases have one name. {remedy}:", doubled))
        return found

    @cached_property
    def _clips(self) -> Mapping[str, tuple[Sample, Path]]:
        """Sample and place of every clip, sorted by sample id."""
        root = existing_root(self.location)
        path = root / self.params.table
        rows = read_rows(
            path,
            required=("clip", "subject", "label", "onset", "offset"),
            optional=("apex", "name", "database", "person", "fps"),
        )
        found: dict[str, list[tuple[Sample, Path]]] = defaultdict(list)
        problems = []
        for row in rows:
            try:
                sample = self._sample(row, root / row["clip"])
                found[sample.sample_id].append((sample, root / row["clip"]))
            except DataError as error:
                problems.append(f"line {row.line}: {error}")
        if problems:
            raise DataError(listed(f"{path} is not usable:", problems))
        ordered = sorted_unique([sample for rows in found.values() for sample, _ in rows], str(path))
        return {sample.sample_id: found[sample.sample_id][0] for sample in ordered}

    def _sample(self, row: Row, place: Path) -> Sample:
        if not place.exists():
            raise DataError(f"the clip '{place}' does not exist")
        onset, apex, offset = (frame_number(row[name], name) for name in ("onset", "apex", "offset"))
        marks = [mark for mark in (onset, apex, offset) if mark is not None]
        if marks != sorted(marks):
            raise DataError(f"onset, apex and offset must rise, got {', '.join(map(str, marks))}")
        fps = number(row["fps"], "fps")
        if fps is not None and fps <= 0:
            raise DataError(f"'fps' must be above 0, got '{row['fps']}'")
        return named_sample(
            self.location.name,
            database=row["database"] or self.location.name,
            subject=row["subject"],
            clip=row["name"] or (place.name if place.is_dir() else place.stem),
            emotion=row["label"],
            source=self.params.source,
            person=row["person"],
            onset=onset,
            apex=apex,
            offset=offset,
            fps=fps,
        )


def _key(sample: Sample) -> tuple[str, str]:
    """Return subject and clip as landmarks are listed by."""
    return sample.subject.split(":", 1)[1], sample.clip


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
