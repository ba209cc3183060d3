"""Finished onset-to-apex flow images, as the STSTNet authors distribute them.

Two layouts are told apart by what lies in the folder:

- a sample table: ``samples.csv`` with the columns ``database``, ``subject``, ``clip``, ``label`` and,
  optionally, ``row``, beside ``flow.npz`` with the array ``images`` of shape (N, H, W, 3), uint8;
- a folder per subject: ``<subject>/u_train|u_test/<class>/<subject>_<clip> .png`` with the classes
  0 negative, 1 positive, 2 surprise (circulating copies have a blank before the dot). Only
  ``u_test`` is indexed; ``u_train`` must hold the clips of all other subjects.

Channels are horizontal flow u, vertical flow v and optical strain, each rescaled by its publisher
to span 0 to 255 in every image: amplitude and the zero level are gone.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import Field

from mer.core.digests import digest
from mer.core.errors import DataError, listed, unknown_name
from mer.core.location import Location, existing_root
from mer.core.parameters import Params
from mer.core.samples import named_sample, sorted_unique
from mer.core.tabular import read_rows
from mer.core.types import Sample, SampleIndex, UInt8Array
from mer.datasets.base import Dataset, DatasetSpec

EMOTIONS = ("negative", "positive", "surprise")
_TABLE, _IMAGES = "samples.csv", "flow.npz"
# How the three databases of MEGC 2019 name their subjects.
_DATABASES = {r"sub\d{2}": "casme2", r"\d{3}": "samm", r"s\d{2}": "smic_hs"}


class FlowImagesParams(Params):
    """Settings of a set of flow images."""

    size: int = Field(default=28, ge=8, le=512, description="Height and width of the images in pixels.")


@dataclass(frozen=True)
class FlowTable:
    """Flow images listed in a sample table."""

    params: FlowImagesParams
    name: str
    root: Path

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``."""
        samples = sorted_unique(list(self._rows), str(self.root / _TABLE))
        content = hashlib.sha256((self.root / _IMAGES).read_bytes()).hexdigest()
        order = [[sample.sample_id, row] for sample, row in self._rows.items()]
        return SampleIndex(samples, digest([content, order]))

    def read_flow_images(self, samples: Sequence[Sample]) -> UInt8Array:
        """Read flow images in the order asked for, shape (N, 3, H, W)."""
        images = self._images[[self._rows[sample] for sample in samples]]
        return np.ascontiguousarray(images.transpose(0, 3, 1, 2))

    @cached_property
    def _rows(self) -> Mapping[Sample, int]:
        """Position in the array of every sample."""
        table = self.root / _TABLE
        rows = read_rows(table, ("database", "subject", "clip", "label"), ("row",))
        problems = [
            f"line {row.line}: {unknown_name('class', row['label'], EMOTIONS)}"
            for row in rows
            if row["label"] not in EMOTIONS
        ]
        if problems:
            raise DataError(listed(f"{table} is not usable:", problems))
        samples = [
            named_sample(
                self.name,
                database=row["database"],
                subject=row["subject"],
                clip=row["clip"],
                emotion=row["label"],
                source="real",
            )
            for row in rows
        ]
        sorted_unique(samples, str(table))
        positions = self._positions([row["row"] for row in rows])
        if len(self._images) != len(samples):
            raise DataError(
                f"{self.root / _IMAGES} holds {len(self._images)} images, "
                f"{table} lists {len(samples)} clips. Both must come from one copy."
            )
        return dict(zip(samples, positions, strict=True))

    def _positions(self, cells: Sequence[str]) -> list[int]:
        """Turn the optional column ``row`` into positions."""
        if not any(cells):
            return list(range(len(cells)))
        if sorted(cells) != sorted(str(number) for number in range(len(cells))):
            raise DataError(
                f"{self.root / _TABLE}: 'row' must hold each number from 0 to {len(cells) - 1} once. "
                "Remove the column if the rows are in the order of the images."
            )
        return [int(cell) for cell in cells]

    @cached_property
    def _images(self) -> UInt8Array:
        path = self.root / _IMAGES
        expected = f"an array 'images' of uint8, shape (N, {self.params.size}, {self.params.size}, 3)"
        try:
            with path.open("rb") as content:
                file = np.load(content, allow_pickle=False)
                images: UInt8Array = file["images"]
        except FileNotFoundError:
            raise DataError(f"{path}: the file does not exist. Expected {expected}.") from None
        except (KeyError, IndexError):
            raise DataError(f"{path}: no array 'images' in it. Expected {expected}.") from None
        except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError(f"{path} is damaged ({error}). Copy it again from the original.") from error
        if images.dtype != np.uint8 or images.shape[1:] != (self.params.size, self.params.size, 3):
            raise DataError(
                f"{path}: images are {images.dtype} of shape {images.shape}. Expected {expected}. "
                "If they have another size, set 'size' of the data set."
            )
        return images


@dataclass(frozen=True)
class FlowFolders:
    """Flow images in one folder per subject."""

    params: FlowImagesParams
    name: str
    root: Path

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``."""
        self._check_complement()
        samples = sorted_unique(list(self._files), str(self.root))
        described = [[s.sample_id, hashlib.sha256(self._files[s].read_bytes()).hexdigest()] for s in samples]
        return SampleIndex(samples, digest(described))

    def read_flow_images(self, samples: Sequence[Sample]) -> UInt8Array:
        """Read flow images in the order asked for, shape (N, 3, H, W)."""
        from mer.media.frames import read_colour  # planning does without

        side = self.params.size
        images = np.empty((len(samples), 3, side, side), dtype=np.uint8)
        for position, sample in enumerate(samples):
            path = self._files[sample]
            image = read_colour(path)
            if image.shape != (side, side, 3):
                raise DataError(
                    f"{path}: the image is {image.shape[1]}x{image.shape[0]} pixels, expected {side}x{side}. "
                    "If all have another size, set 'size' of the data set."
                )
            images[position] = image.transpose(2, 0, 1)
        return images

    @cached_property
    def _subjects(self) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in self.root.iterdir() if (path / "u_test").is_dir()))

    @cached_property
    def _files(self) -> Mapping[Sample, Path]:
        """File of every sample."""
        problems = []
        files = {}
        for subject in self._subjects:
            for (emotion, stem), path in _images_below(self.root / subject / "u_test").items():
                if not stem.startswith(f"{subject}_"):
                    problems.append(f"{path}: the name of a test image must start with '{subject}_'")
                    continue
                sample = named_sample(
                    self.name,
                    database=_database_of(subject, self.root),
                    subject=subject,
                    clip=stem.removeprefix(f"{subject}_"),
                    emotion=emotion,
                    source="real",
                )
                files[sample] = path
        if problems:
            raise DataError(listed(f"{self.root} is not usable:", problems))
        return files

    def _check_complement(self) -> None:
        """Check that what a subject trains on is what all others are tested on."""
        tested = {subject: set(_images_below(self.root / subject / "u_test")) for subject in self._subjects}
        everything = set().union(*tested.values())
        problems = []
        for subject in self._subjects:
            train = set(_images_below(self.root / subject / "u_train"))
            expected = everything - tested[subject]
            for what, clips in (("is missing", expected - train), ("is in no u_test", train - everything)):
                problems += [
                    f"{subject}/u_train: '{stem}' ({emotion}) {what}" for emotion, stem in sorted(clips)
                ]
            for emotion, stem in sorted(train & tested[subject]):
                problems.append(f"{subject}/u_train: '{stem}' ({emotion}) is also in its u_test")
        if problems:
            remedy = "A clip in no u_test belongs to a subject that no fold tests. Copy the folders again."
            raise DataError(
                listed(f"{self.root}: u_train is not the complement of u_test. {remedy}", problems)
            )


def _images_below(folder: Path) -> dict[tuple[str, str], Path]:
    """Find the images of a side by emotion and name without suffix and trailing blank."""
    if not folder.is_dir():
        raise DataError(f"{folder}: the folder does not exist. Every subject needs u_train and u_test.")
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() == ".png" and not path.name.startswith("."):
            if path.parent.name not in ("0", "1", "2"):
                known = "0 (negative), 1 (positive), 2 (surprise)"
                raise DataError(f"{path.parent}: unknown class '{path.parent.name}'. Known classes: {known}.")
            key = EMOTIONS[int(path.parent.name)], path.stem.strip()
            if key in found:
                raise DataError(f"{path} and '{found[key].name}' are one clip. Keep one of them.")
            found[key] = path
    return found


def _database_of(subject: str, root: Path) -> str:
    for pattern, database in _DATABASES.items():
        if re.fullmatch(pattern, subject):
            return database
    raise DataError(
        f"{root / subject}: cannot tell the database from the subject's name. Known forms: sub01 (CASME II), "
        f"006 (SAMM), s01 (SMIC). Use a sample table ({_TABLE} with {_IMAGES}) for other names."
    )


def build(params: FlowImagesParams, location: Location) -> Dataset:
    """Make the reader for the layout that is there.

    Raises
    ------
    DataError
        If the folder is missing or holds neither layout.
    """
    root = existing_root(location)
    if (root / _TABLE).exists() or (root / _IMAGES).exists():
        return FlowTable(params, location.name, root)
    if any(root.glob("*/u_test")):
        return FlowFolders(params, location.name, root)
    raise DataError(
        f"{root}: neither a sample table ({_TABLE} with {_IMAGES}) nor folders <subject>/u_test. "
        f"Check the path of '{location.name}'."
    )


SPEC = DatasetSpec(
    name="flow_images",
    title="Flow images",
    summary="Onset-to-apex flow images (u, v, strain) with a sample table or in one folder per subject.",
    provides="flow_images",
    needs_root=True,
    params=FlowImagesParams,
    build=build,
)
