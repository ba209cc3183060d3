"""Frames of a folder by the numbers in their names."""

import os
import re
from collections.abc import Iterable

from mer.core.errors import DataError

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})


def number_frames(names: Iterable[str], place: str) -> dict[int, str]:
    """Order image files by the last number in their names, whatever its padding; other files are ignored.

    Raises
    ------
    DataError
        If two images carry one number.
    """
    frames: dict[int, str] = {}
    for name in sorted(names):
        stem, suffix = os.path.splitext(name)  # noqa: PTH122  # a name, of which there are many
        numbers = re.findall(r"\d+", stem)
        if name.startswith(".") or suffix.lower() not in IMAGE_SUFFIXES or not numbers:
            continue
        number = int(numbers[-1])
        if number in frames:
            raise DataError(f"{place}: '{frames[number]}' and '{name}' are both frame {number}.")
        frames[number] = name
    return dict(sorted(frames.items()))
