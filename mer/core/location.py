"""Where a data set lies."""

from dataclasses import dataclass
from pathlib import Path

from mer.core.errors import DataError


@dataclass(frozen=True)
class Location:
    """How a configuration calls a data set, and where it lies.

    Attributes
    ----------
    name
        Key in the configuration.
    root
        Folder on disk; None for a data set that is made on demand.
    """

    name: str
    root: Path | None


def existing_root(location: Location) -> Path:
    """Return the folder of a data set.

    Raises
    ------
    DataError
        If no folder is configured or it is not there.
    """
    remedy = (
        f"Write '{location.name}: /your/folder' into paths.yaml, "
        f"or pass --config paths='{{{location.name}: /your/folder}}'."
    )
    if location.root is None:
        raise DataError(f"{location.name}: no folder is configured. {remedy}")
    if not location.root.is_dir():
        raise DataError(f"{location.name}: the folder '{location.root}' does not exist. {remedy}")
    return location.root
