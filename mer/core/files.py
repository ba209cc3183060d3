"""Files that are either complete or not there."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def complete(path: Path) -> Iterator[Path]:
    """Write a file under a temporary name and give it its own when all went well.

    Parameters
    ----------
    path
        Where the file shall appear; its folder is made if need be.

    Yields
    ------
    Path
        Where to write, in the same folder and with the same suffix. If the block raises, the
        file is removed and ``path`` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
