"""A database with an annotation and folders of frames: index and frames of its clips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mer.annotations.census import Census, recognise
from mer.annotations.landmarks import LANDMARKS_FILE, read_landmarks, stray_landmarks
from mer.annotations.records import Annotation, Joined, Record, Unversioned, join
from mer.annotations.tree import Tree
from mer.core.digests import digest
from mer.core.errors import DataError, listed
from mer.core.samples import named_sample, sorted_unique
from mer.core.types import Choice, Clip, FloatArray, Sample, SampleIndex, Source, whole_clip


@dataclass(frozen=True)
class AnnotatedDatabase:
    """A database on disk, or one that a stand-in plans.

    The fingerprint covers the marks of every clip, the names of its frames, the sizes of the onset,
    apex and offset frame, and the landmarks that come with a copy. A frame between these that is
    overwritten in place is not noticed: the database's folder counts as read-only.

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
    settings
        Settings that change what is read, for notes under tables.
    """

    name: str
    key: str
    tree: Tree
    root: Path | None
    read: Callable[[Tree], Unversioned]
    allow_partial: bool
    settings: tuple[str, ...] = ()

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
        described = [self._described(*found) for found in joined.found]
        landmarks = [[*clip, points.tolist()] for clip, points in self._given_landmarks.items()]
        version = self.annotation.version
        fingerprint = digest([self.key, version, self.tree.stand_in(), described, *landmarks])
        unusable = tuple(self._sample(record, source) for record in joined.unusable)
        given = source == "stand_in" or bool(self._landmarks)
        return SampleIndex(samples, fingerprint, version, self.warnings, self.notes, unusable, given)

    def _described(self, record: Record, folder: str, frames: Mapping[int, str]) -> list[object]:
        """Describe what a clip's frames are, without opening one."""
        marks = (record.onset, record.apex, record.offset)
        names = [name for number, name in frames.items() if _within(record, number)]
        # A stand-in says what it is made of; its frames may still have to be written.
        real = self.source == "real"
        there = [mark for mark in marks if mark is not None and mark in frames and real]
        sizes = [self.tree.size(f"{folder}/{frames[mark]}") for mark in there]
        return [record.subject, record.clip, *marks, record.fps, folder, names, sizes]

    def annotated_samples(self) -> tuple[Sample, ...]:
        """List the samples that the annotation describes, whether their frames are there or not."""
        source = self.source
        return tuple(self._sample(record, source) for record in self.census.read.records)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know about this copy."""
        found = (*self.annotation.warnings, *self._joined.warnings, *self._stray_landmarks())
        return tuple(warning.replace(self.tree.name, self.key) for warning in found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands under every table: the version, settings, and what is missing."""
        about = ", ".join([self.annotation.version, *self.settings])
        annotated, gone = len(self.annotation.records), self._joined.missing
        notes = [f"{self.key}: {about}", *self.annotation.notes]
        notes += [f"Partial copy of {self.key}: {gone} of {annotated} clips are missing"] if gone else []
        n_unusable = len(self._joined.unusable)
        notes += [f"{self.key}: {n_unusable} annotated clips cannot be used"] if n_unusable else []
        return tuple(notes)

    def read_clip(self, sample: Sample, *, colour: bool = False, choose: Choice = whole_clip) -> Clip:
        """Read the frames from onset to offset, or a choice of them."""
        from mer.media.clips import read_marked_clip  # indexing opens no image

        record, folder, frames = self._by_sample[sample.sample_id]
        if self.root is None:
            raise DataError(f"{sample.sample_id} ({record.place}): its frames are not on disk.")
        chosen = {number: name for number, name in frames.items() if _within(record, number)}
        clip = read_marked_clip(self.root / folder, chosen, sample, colour=colour, choose=choose)
        return replace(clip, landmarks=self._landmarks.get((record.subject, record.clip)))

    @property
    def source(self) -> Source:
        """Whether the clips show real people."""
        return "stand_in" if self.tree.stand_in() else "real"

    @cached_property
    def _joined(self) -> Joined:
        return join(self.annotation, self.tree, allow_partial=self.allow_partial)

    @cached_property
    def _landmarks(self) -> Mapping[tuple[str, str], FloatArray]:
        """Landmarks that come with the database, by subject and clip."""
        path = None if self.root is None else self.root / LANDMARKS_FILE
        return read_landmarks(path) if path is not None and path.is_file() else {}

    @property
    def _given_landmarks(self) -> Mapping[tuple[str, str], FloatArray]:
        """Landmarks that someone put into a copy."""
        # Those of a stand-in follow from what it says of itself, and may still have to be written.
        return {} if self.source == "stand_in" else self._landmarks

    def _stray_landmarks(self) -> tuple[str, ...]:
        """Warn of landmarks of clips that are not in the annotation."""
        known = {(record.subject, record.clip) for record in self.annotation.records}
        return stray_landmarks(self._given_landmarks, known)

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
            onset=record.onset,
            apex=record.apex,
            offset=record.offset,
            fps=record.fps,
            action_units=record.action_units,
            objective_class=record.objective_class,
        )


def _within(record: Record, number: int) -> bool:
    """Tell whether a frame lies between a clip's onset and offset, both included."""
    low, high = record.onset, record.offset
    return (low is None or low <= number) and (high is None or number <= high)


def _refuse_doubles(records: tuple[Record, ...], place: str) -> None:
    places: dict[tuple[str, str], list[str]] = {}
    for record in records:
        places.setdefault((record.subject, record.clip), []).append(record.place)
    doubled = [f"{s}/{c}: {' and '.join(p)}" for (s, c), p in places.items() if len(p) > 1]
    if doubled:
        raise DataError(listed(f"{place}: clips that are annotated twice. Keep one row of each:", doubled))
