"""Adjusting p-values of several comparisons. Say which comparisons make up the family."""

from collections.abc import Sequence

from statsmodels.stats.multitest import multipletests


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Adjust for the chance of any false rejection in the family (Holm 1979).

    Examples
    --------
    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    return _adjusted(p, "holm")


def benjamini_hochberg(p: Sequence[float]) -> tuple[float, ...]:
    """Adjust for the share of false rejections among rejections (Benjamini and Hochberg 1995).

    It takes p-values that are independent or depend positively on each other.

    Examples
    --------
    >>> [round(value, 3) for value in benjamini_hochberg([0.01, 0.04, 0.03])]
    [0.03, 0.04, 0.04]
    """
    return _adjusted(p, "fdr_bh")


def _adjusted(p: Sequence[float], method: str) -> tuple[float, ...]:
    if not len(p):
        return ()
    return tuple(float(value) for value in multipletests(p, method=method)[1])
