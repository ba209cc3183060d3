"""Specification of the job that scores."""

from collections.abc import Sequence
from typing import Literal

from mer.sweep.specs.base import Spec


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


class ScoreSpec(Spec):
    """Score one variant under one protocol.

    Attributes
    ----------
    variant, method
        Name in the configuration, and in the catalogue.
    selection
        Which epoch counts; for an oracle, files hold scores after every epoch.
    seed_groups
        Seeds of every file of predictions.
    packs
        First and last fold of every file of predictions.
    recipes
        Recipe of the predictions, by seed.
    costs
        Whether the parameters of networks and the seconds per fold are reported as well.
    revision
        Of the code that scores.
    """

    variant: str
    method: str
    selection: Literal["last", "inner_val", "oracle_test"]
    seed_groups: tuple[tuple[int, ...], ...]
    packs: tuple[tuple[int, int], ...]
    recipes: dict[int, str]
    costs: bool = False
    revision: str
