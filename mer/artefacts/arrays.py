"""Arrays of one representation: one file per part of a data set, and a list of the parts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mer.core.digests import canonical
from mer.core.errors import DataError, listed
from mer.core.files import complete
from mer.core.types import Array

_TENSOR, _ABOUT = "data", "about"


@dataclass(frozen=True)
class Part:
    """What a file of arrays says about itself.

    Attributes
    ----------
    sample_ids
        Names of the rows of the array.
    recipe
        Data set, representation and settings, as JSON.
    digest
        Digest of the recipe, the code and the samples that it was computed with.
    """

    sample_ids: tuple[str, ...]
    recipe: str
    digest: str


def write_part(path: Path, data: Array, part: Part) -> None:
    """Write arrays of shape (N, ...) for the N samples of a part.

    Raises
    ------
    DataError
        If there are not as many rows as samples, or a value is no finite number.
    """
    if len(data) != len(part.sample_ids):
        raise DataError(f"{path}: {len(data)} rows for {len(part.sample_ids)} samples.")
    if data.dtype.kind == "f" and not np.isfinite(data).all():
        bad = [name for name, row in zip(part.sample_ids, data, strict=True) if not np.isfinite(row).all()]
        raise DataError(listed(f"{path}: values that are no finite numbers in:", bad))
    # One entry, because safetensors writes several in an order that changes from call to call.
    about = {_ABOUT: canonical(asdict(part))}
    with complete(path) as temporary:
        save_file({_TENSOR: np.ascontiguousarray(data)}, temporary, about)


def read_part(path: Path) -> tuple[Part, Array]:
    """Read the arrays of a part and what the file says about itself.

    Raises
    ------
    DataError
        If the file is missing, damaged or not of this kind.
    """
    try:
        with safe_open(path, framework="np") as file:
            about = json.loads((file.metadata() or {})[_ABOUT])
            part = Part(tuple(about["sample_ids"]), about["recipe"], about["digest"])
            data = file.get_tensor(_TENSOR)
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist.") from None
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise DataError(f"{path}: not a complete file of arrays ({error}).") from error
    if len(data) != len(part.sample_ids):
        raise DataError(f"{path}: {len(data)} rows for {len(part.sample_ids)} samples.")
    return part, data


def write_parts(path: Path, parts: Mapping[str, str]) -> None:
    """Write the list of the parts that lie beside it: the digest of each by its name."""
    with complete(path) as temporary:
        temporary.write_text(json.dumps(parts, indent=1) + "\n", encoding="utf-8")


def part_file(parts: Path, name: str) -> Path:
    """Return the file of a part by the list that it stands in."""
    return parts.with_name(f"{name}.safetensors")


def read_arrays(lists: Sequence[Path], sample_ids: Sequence[str]) -> Array:
    """Read the arrays of some samples, joined by name.

    Parameters
    ----------
    lists
        Lists of parts, one per data set.
    sample_ids
        N samples, in the order wanted.

    Returns
    -------
    ndarray of shape (N, ...)

    Raises
    ------
    DataError
        If a part is missing, damaged or not the one that its list means, a sample is in no part or
        in two, or parts differ in shape.
    """
    rows: dict[str, Array] = {}
    for parts in lists:
        for sample_id, row in _rows(parts):
            if sample_id in rows:
                raise DataError(f"{parts}: sample {sample_id} occurs in two parts.")
            rows[sample_id] = row
    missing = [sample_id for sample_id in sample_ids if sample_id not in rows]
    if missing:
        raise DataError(listed("No array was prepared for these samples:", missing))
    shapes = {rows[sample_id].shape for sample_id in sample_ids}
    if len(shapes) > 1:
        raise DataError(f"Samples differ in shape: {', '.join(map(str, sorted(shapes)))}.")
    return np.stack([rows[sample_id] for sample_id in sample_ids])


def _rows(parts: Path) -> Iterator[tuple[str, Array]]:
    """Read all samples of a list of parts.

    The list is what training depends on, not each part: without it Snakemake looks for them anew.
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
        yield from zip(part.sample_ids, data, strict=True)
