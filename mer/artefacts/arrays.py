"""Arrays of one representation: one file per part of a data set, and a list of the parts."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mer.core.digests import canonical
from mer.core.errors import DataError, listed
from mer.core.files import complete
from mer.core.types import Array

_TENSOR, _ABOUT = "data", "about"
# Of what representations are made of, as safetensors names them.
_DTYPES = {"U8": np.uint8, "I64": np.int64, "F32": np.float32, "F64": np.float64}


@dataclass(frozen=True)
class Part:
    """What a file of arrays says about itself.

    Attributes
    ----------
    sample_ids
        Names of the rows of the array.
    recipe
        Representation and settings, as JSON.
    digest
        Digest of the recipe, the code and the samples that it was computed with.
    left_out
        Samples that have no row, and why: no face was found and the recipe drops such clips.
    taken_whole
        Samples whose frames are neither aligned nor cropped, and why: no face was found and the recipe
        takes such clips as they are.
    apexes
        Position of each row's apex frame from the onset, None where none was looked at.
    annotated
        Position of the apex frame that is annotated, None where none is.
    counts
        Arrays of each sample where it has several, one per window; empty where it has one.
    """

    sample_ids: tuple[str, ...]
    recipe: str
    digest: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    taken_whole: Mapping[str, str] = field(default_factory=dict)
    apexes: tuple[int | None, ...] = ()
    annotated: tuple[int | None, ...] = ()
    counts: tuple[int, ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows of the array that the file holds."""
        return sum(self.counts) if self.counts else len(self.sample_ids)

    def rows(self, data: Array) -> Iterator[tuple[str, Array]]:
        """Pair each sample with its array, or with its several arrays (M, ...)."""
        ends = np.cumsum(self.counts)[:-1]
        return zip(self.sample_ids, np.split(data, ends) if self.counts else data, strict=True)


def write_part(path: Path, data: Array, part: Part) -> None:
    """Write arrays of shape (N, ...) for the N samples of a part, or for all windows of these.

    Raises
    ------
    DataError
        If there are not as many rows as samples, or a value is no finite number.
    """
    if len(data) != part.n_rows:
        raise DataError(f"{path}: {len(data)} rows for {part.n_rows} samples or windows.")
    if data.dtype.kind == "f" and not np.isfinite(data).all():
        bad = [name for name, row in part.rows(data) if not np.isfinite(row).all()]
        raise DataError(listed(f"{path}: values that are no finite numbers in:", bad))
    # One entry, because safetensors writes several in an order that changes from call to call.
    about = {_ABOUT: canonical(asdict(part))}
    with complete(path) as temporary:
        try:
            save_file({_TENSOR: np.ascontiguousarray(data)}, temporary, about)
        except SafetensorError as error:
            raise DataError(f"{path}: cannot be written ({error}). Is the disk full?") from error


def read_part(path: Path) -> tuple[Part, Array]:
    """Map the arrays of a part into memory, and read what the file says about itself.

    Rows are read from the disk when they are looked at; the array cannot be written to.

    Raises
    ------
    DataError
        If the file is missing, damaged or not of this kind.
    """
    try:
        with safe_open(path, framework="np") as file:  # checks that the file is whole
            about = json.loads((file.metadata() or {})[_ABOUT])
            part = Part(
                tuple(about["sample_ids"]),
                about["recipe"],
                about["digest"],
                about["left_out"],
                about["taken_whole"],
                tuple(about["apexes"]),
                tuple(about["annotated"]),
                tuple(about["counts"]),
            )
            tensor = file.get_slice(_TENSOR)
            data = _mapped(path, tuple(tensor.get_shape()), tensor.get_dtype())
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist.") from None
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise DataError(f"{path}: not a complete file of arrays ({error}).") from error
    if len(data) != part.n_rows:
        raise DataError(f"{path}: {len(data)} rows for {part.n_rows} samples or windows.")
    return part, data


def _mapped(path: Path, shape: tuple[int, ...], dtype: str) -> Array:
    """Map the only array of a file of safetensors, which follows its header, into memory."""
    if 0 in shape:
        return np.empty(shape, _DTYPES[dtype])  # nothing cannot be mapped
    with path.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
    return np.memmap(path, _DTYPES[dtype], mode="r", offset=8 + header, shape=shape)


def write_parts(path: Path, parts: Mapping[str, str]) -> None:
    """Write the list of the parts that lie beside it: the digest of each by its name."""
    with complete(path) as temporary:
        temporary.write_text(json.dumps(parts, indent=1) + "\n", encoding="utf-8")


def part_file(parts: Path, name: str) -> Path:
    """Return the file of a part by the list that it stands in."""
    return parts.with_name(f"{name}.safetensors")


@dataclass(frozen=True)
class Arrays:
    """Prepared samples: a row each, or the reason why there is none.

    Attributes
    ----------
    data
        Shape (N, ...); where samples have several arrays, N objects of shape (M, ...).
    rows
        Position in ``data`` by sample.
    left_out
        Reason by sample.
    """

    data: Array
    rows: Mapping[str, int]
    left_out: Mapping[str, str]

    def take(self, sample_ids: Sequence[str]) -> Array:
        """Return the rows of some samples, in the order asked for."""
        return self.data[np.array([self.rows[sample_id] for sample_id in sample_ids], dtype=int)]

    def digest(self) -> str:
        """Digest samples, values and reasons: the same recipe on other arrays is another experiment."""
        hashed = hashlib.sha256(canonical([dict(self.rows), dict(self.left_out)]).encode())
        for row in self.data:
            hashed.update(f"{row.dtype} {row.shape}".encode())
            hashed.update(row.tobytes())
        return hashed.hexdigest()[:16]

    def kept(self, sample_ids: Sequence[str]) -> tuple[str, ...]:
        """Return the samples that have a row, in the order given."""
        return tuple(sample_id for sample_id in sample_ids if sample_id in self.rows)


def read_arrays(lists: Sequence[Path], sample_ids: Sequence[str]) -> Arrays:
    """Read the arrays of some samples, joined by name.

    Parameters
    ----------
    lists
        Lists of parts, one per data set.
    sample_ids
        N samples, in the order wanted.

    Raises
    ------
    DataError
        If a part is missing, damaged or not the one that its list means, a sample is in no part or
        in two, parts differ in shape, or all samples are left out.
    """
    found: dict[str, Array] = {}
    left_out: dict[str, str] = {}
    several = False
    for parts in lists:
        for part, data in listed_parts(parts):
            doubled = [
                name for name in (*part.sample_ids, *part.left_out) if name in found or name in left_out
            ]
            if doubled:
                raise DataError(f"{parts}: sample {doubled[0]} occurs in two parts.")
            found.update(part.rows(data))
            left_out.update(part.left_out)
            several |= bool(part.counts)
    missing = [sample_id for sample_id in sample_ids if sample_id not in found and sample_id not in left_out]
    if missing:
        raise DataError(listed("No array was prepared for these samples:", missing))
    kept = [sample_id for sample_id in sample_ids if sample_id in found]
    if not kept:
        raise DataError("All samples are left out: " + listed("reasons:", sorted(set(left_out.values()))))
    return Arrays(
        _apart(found, kept) if several else _stacked(found, kept),
        {sample_id: row for row, sample_id in enumerate(kept)},
        {sample_id: left_out[sample_id] for sample_id in sample_ids if sample_id in left_out},
    )


def joined(arrays: Mapping[str, Array], *, several: bool) -> tuple[Array, tuple[int, ...]]:
    """Put the arrays of samples under each other, and count how many each has where it has several.

    Raises
    ------
    DataError
        If they differ in shape, naming a sample of each.
    """
    if not arrays:
        return np.empty((0,), np.float32), ()
    if not several:
        return _stacked(arrays, list(arrays)), ()
    first = {name: rows[0] for name, rows in arrays.items()}
    _stacked(first, list(first))  # windows of one clip have one shape
    return np.concatenate(list(arrays.values())), tuple(map(len, arrays.values()))


def _stacked(arrays: Mapping[str, Array], sample_ids: Sequence[str]) -> Array:
    by_shape: dict[tuple[int, ...], str] = {}
    for sample_id in sample_ids:
        by_shape.setdefault(arrays[sample_id].shape, sample_id)
    if len(by_shape) > 1:
        shapes = [f"{shape} in {name}" for shape, name in sorted(by_shape.items())]
        remedy = "Where they differ in frames, set 'length' in the preprocessing."
        raise DataError(listed(f"Samples differ in shape. {remedy}", shapes))
    return np.stack([arrays[sample_id] for sample_id in sample_ids])


def _apart(arrays: Mapping[str, Array], sample_ids: Sequence[str]) -> Array:
    """Put arrays of several windows, of which no two clips have equally many, beside each other."""
    objects = np.empty(len(sample_ids), dtype=object)
    for row, sample_id in enumerate(sample_ids):
        objects[row] = arrays[sample_id]
    return objects


def listed_parts(parts: Path) -> Iterator[tuple[Part, Array]]:
    """Read all parts of a list, each of which must be the one that the list means.

    The list is what other jobs depend on, not each part: without it Snakemake looks for them anew.

    Raises
    ------
    DataError
        If the list or a part is missing, damaged or made otherwise.
    """
    remedy = f"Delete {parts} and the named part, if it is there, and run the workflow again."
    try:
        digests = json.loads(parts.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{parts}: not a list of parts ({error}). Delete it and run again.") from error
    for name, expected in digests.items():
        path = part_file(parts, name)
        try:
            part, data = read_part(path)
        except DataError as error:
            raise DataError(f"{error} {remedy}") from error
        if part.digest != expected:
            raise DataError(f"{path} is not the part that the list means: it was made otherwise. {remedy}")
        yield part, data
