"""Figures as text, so that a page holds them itself."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from mer.core.errors import DataError, IncompleteRunError, listed

# Pixels per inch of a page, whatever the screen.
_PAGE_DPI = 96


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes
    ----------
    source
        The whole file, as a data address.
    width, height
        On the page, in pixels; the figure's own size where it says one.
    title
        A few words; may be blank.
    caption
        What is to be seen, without a full stop; also read aloud in place of the figure.
    file
        Where it lies, seen from the folder that holds the results.
    """

    source: str
    width: int
    height: int
    title: str
    caption: str
    file: str

    @property
    def is_confusion(self) -> bool:
        """Whether it shows confusion matrices, of which there is one figure per variant."""
        return Path(self.file).name.startswith("confusion_")


def read_picture(path: Path, root: Path, title: str, caption: str) -> Picture:
    """Read a PNG file somewhere below a folder, which a page does not mention.

    Raises
    ------
    DataError
        If it is missing, damaged or no PNG.
    """
    try:
        content = path.read_bytes()
        with Image.open(path, formats=["PNG"]) as image:
            width, height = image.size
            dpi = float(image.info.get("dpi", (_PAGE_DPI, _PAGE_DPI))[0]) or _PAGE_DPI
            image.verify()
    except (OSError, SyntaxError) as error:  # the latter is what Pillow raises for a broken PNG
        raise DataError(f"{path}: not a complete PNG file ({error}). Delete it and run again.") from error
    scale = _PAGE_DPI / dpi
    return Picture(
        source="data:image/png;base64," + base64.b64encode(content).decode("ascii"),
        width=max(1, round(width * scale)),
        height=max(1, round(height * scale)),
        title=title.rstrip("."),
        caption=caption.rstrip("."),
        file=str(path.relative_to(root)),
    )


def read_figures(folder: Path, root: Path, drawn: Sequence[Path]) -> list[Picture]:
    """Read the figures of a protocol: those that ``figures.json`` describes, then the others.

    Parameters
    ----------
    folder
        Of the protocol's figures; ``figures.json`` in it lists file, title and caption of some.
    root
        Folder that holds the results.
    drawn
        PNG files that belong to the sweep; anything else in the folder may be of an earlier form of it.

    Raises
    ------
    DataError, IncompleteRunError
        If the list or a file is damaged, or a listed file is not there.
    """
    names = {path.name for path in drawn}
    described = {name: words for name, words in _described(folder / "figures.json").items() if name in names}
    pictures = [read_picture(folder / name, root, *words) for name, words in described.items()]
    pictures += [
        read_picture(path, root, "", _told_by_name(path)) for path in drawn if path.name not in described
    ]
    return pictures


def _described(path: Path) -> Mapping[str, tuple[str, str]]:
    if not path.exists():
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        words = {
            str(entry["file"]): (str(entry["title"]), str(entry["caption"] or entry["title"]))
            for entry in entries
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a list of figures ({error!r}). Run the workflow again.") from error
    missing = [name for name in words if not (path.parent / name).is_file()]
    if missing:
        raise IncompleteRunError(
            listed(f"{path} names figures that are not there. Run the workflow again.", missing)
        )
    return {name: told for name, told in words.items() if name.endswith(".png")}


def _told_by_name(path: Path) -> str:
    """Say what a figure shows that nobody described."""
    kind, _, variant = path.stem.partition("_")
    if kind == "confusion" and variant:
        return f"Confusion matrices of {variant}: counts, and the share of each true class as colour"
    return path.stem.replace("_", " ")
