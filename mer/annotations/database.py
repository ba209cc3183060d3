"""A database with an annotation and folders of frames: index and frames of its clips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mer.annotations.census import Census, recognise
from mer.annotations.records import Annotation, Joined, Record, Unversioned, join
from mer.annotations.tree import Tree
from mer.core.digests import digest
from mer.core.errors import DataError, listed
from mer.core.samples import named_sample, sorted_unique
from mer.core.types import Clip, Sample, SampleIndex, Source


@dataclass(frozen=True)
class AnnotatedDatabase:
    """A database on disk, or one that a stand-in plans.

    The fingerprint covers the marks of every clip and the names of its frames. A frame that is
    overwritten in place keeps its name: the database's folder counts as read-only.

    Attributes
    ----------
    name
        Of the data set in the configuration.
    key
        Of the database.
    tree
        Its folders.
    root
        Where they are on disk; None for folders that were only planned.
    read
        Reads the annotation.
    allow_partial
        Whether a copy that lacks clips will do.
    """

    name: str
    key: str
    tree: Tree
    root: Path | None
    read: Callable[[Tree], Unversioned]
    allow_partial: bool

    @cached_property
    def census(self) -> Census:
        """Read the annotation, count it, and recognise its version."""
        read = self.read(self.tree)
        _refuse_doubles(read.records, self.tree.name)
        return recognise(self.key, read, self.tree)

    @cached_property
    def annotation(self) -> Annotation:
        """Return the annotation with its version.

        Raises
        ------
        DataError
            If it matches no known version: expected and found counts per class.
        """
        census = self.census
        if census.problem and census.verified and not self.allow_partial:
            remedy = "  Complete the copy, or set 'allow_partial: true' to go on with it."
            raise DataError(f"{census.problem}\n{remedy}")
        warnings = (*census.read.warnings, *([census.problem] if census.problem else []))
        incomplete = f"{self.key}: the annotation is {census.version}, not a complete version"
        notes = (incomplete,) if census.problem else ()
        return Annotation(census.read.records, census.version, warnings, notes)

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``."""
        joined = self._joined
        source = self.source
        samples = sorted_unique(
            [self._sample(record, source) for record, _, _ in joined.found], self.tree.name
        )
        described = [[*_marks(record), folder, list(frames)] for record, folder, frames in joined.found]
        note = self.tree.stand_in()
        fingerprint = digest([self.key, self.annotation.version, note, described])
        return SampleIndex(samples, fingerprint, self.annotation.version, self.warnings, self.notes)

    def annotated_samples(self) -> tuple[Sample, ...]:
        """List the samples that the annotation describes, whether their frames are there or not."""
        source = self.source
        return tuple(self._sample(record, source) for record in self.census.read.records)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know about this copy."""
        return (*self.annotation.warnings, *self._joined.warnings)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands under every table: that clips of the database are missing, if they are."""
        annotated, found = len(self.annotation.records), len(self._joined.found)
        gone = annotated - found - sum(bool(record.unusable) for record in self.annotation.records)
        notes = list(self.annotation.notes)
        notes += [f"Partial copy of {self.key}: {gone} of {annotated} clips are missing"] if gone else []
        return tuple(notes)

    def read_clip(self, sample: Sample) -> Clip:
        """Read the frames from onset to offset, in grey."""
        from mer.media.frames import read_grey_frames, read_middle_grey_frame  # indexing opens no image

        record, folder, frames = self._by_sample[sample.sample_id]
        onset, apex, offset = sample.onset, sample.apex, sample.offset
        if onset is None or offset is None or self.root is None:
            raise DataError(f"{sample.sample_id} ({record.place}): its frames are not on disk.")
        if is_video(frames[onset]):
            return Clip(read_middle_grey_frame(self.root / folder / frames[onset]), 0, 0, 0, sample.fps)
        numbers = [number for number in frames if onset <= number <= offset]
        images = read_grey_frames([self.root / folder / frames[number] for number in numbers])
        at_apex = None if apex is None else numbers.index(apex)
        return Clip(images, 0, at_apex, len(numbers) - 1, sample.fps)

    @property
    def source(self) -> Source:
        """Whether the clips show real people."""
        return "stand_in" if self.tree.stand_in() else "real"

    @cached_property
    def _joined(self) -> Joined:
        return join(self.annotation, self.tree, allow_partial=self.allow_partial)

    @cached_property
    def _by_sample(self) -> Mapping[str, tuple[Record, str, Mapping[int, str]]]:
        return {
            f"{self.key}:{record.subject}:{record.clip}": (record, folder, frames)
            for record, folder, frames in self._joined.found
        }

    def _sample(self, record: Record, source: Source) -> Sample:
        return named_sample(
            self.name,
            database=self.key,
            subject=record.subject,
            clip=record.clip,
            emotion=record.emotion,
            source=source,
            person=record.person,
            onset=record.onset,
            apex=record.apex,
            offset=record.offset,
            fps=record.fps,
            action_units=record.action_units,
            objective_class=record.objective_class,
        )


def is_video(name: str) -> bool:
    """Tell whether a file is a video, of which the frame in the middle counts."""
    return name.casefold().endswith((".avi", ".mp4", ".mov"))


def _marks(record: Record) -> list[object]:
    return [record.subject, record.clip, record.onset, record.apex, record.offset, record.fps]


def _refuse_doubles(records: tuple[Record, ...], place: str) -> None:
    places: dict[tuple[str, str], list[str]] = {}
    for record in records:
        places.setdefault((record.subject, record.clip), []).append(record.place)
    doubled = [f"{s}/{c}: {' and '.join(p)}" for (s, c), p in places.items() if len(p) > 1]
    if doubled:
        raise DataError(listed(f"{place}: clips that are annotated twice. Keep one row of each:", doubled))
