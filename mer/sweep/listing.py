"""Which files there are: every folder is listed once, however many of its files are asked for."""

from pathlib import Path


class Listing:
    """Files by their paths relative to a folder.

    Asking for every file by itself takes a network file system a thousand times as long.

    Parameters
    ----------
    root
        The folder.
    """

    def __init__(self, root: Path = Path()) -> None:
        self.root = root
        self._names: dict[str, frozenset[str]] = {}

    def names(self, folder: str) -> frozenset[str]:
        """Return the names of what a folder holds; none if it is not there."""
        if folder not in self._names:
            try:
                found = frozenset(path.name for path in (self.root / folder).iterdir())
            except (FileNotFoundError, NotADirectoryError):
                found = frozenset()
            self._names[folder] = found
        return self._names[folder]

    def has(self, path: str) -> bool:
        """Tell whether there is a file."""
        folder, _, name = path.rpartition("/")
        return name in self.names(folder)

    def changed(self, path: str) -> float | None:
        """Return when a file was last written, in seconds of the epoch; None if there is none."""
        if not self.has(path):
            return None
        try:
            return (self.root / path).stat().st_mtime
        except FileNotFoundError:  # it has just been removed
            return None
