"""Names of packs of folds, and of what is kept of them, inside the folder of a run."""

import re
from collections.abc import Sequence

# Folder of packs that are not written yet: rows of single folds, and checkpoints.
UNFINISHED = "unfinished"
# Folder of second names of packs that are written: Snakemake removes the first before it runs a job again.
FINISHED = "finished"
PACK = re.compile(r"s[0-9]+(-[0-9]+)*/[0-9]+-[0-9]+\.parquet")


def pack_name(seeds: Sequence[int], first: int, last: int) -> str:
    """Name the file of a pack of folds inside the folder of a variant's predictions.

    Examples
    --------
    >>> pack_name([0, 1], 0, 67)
    's0-1/000-067.parquet'
    """
    return f"s{'-'.join(map(str, seeds))}/{first:03d}-{last:03d}.parquet"


def read_pack_name(path: str) -> tuple[tuple[int, ...], int, int]:
    """Read seeds, first and last fold from the name of a pack's file.

    Examples
    --------
    >>> read_pack_name("s0-1/000-067.parquet")
    ((0, 1), 0, 67)
    """
    *_, seeds, folds = path.removesuffix(".parquet").split("/")
    first, last = map(int, folds.split("-"))
    return tuple(map(int, seeds.removeprefix("s").split("-"))), first, last
