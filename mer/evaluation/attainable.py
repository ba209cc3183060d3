"""The smallest p-value that a test can give: with few pairs no outcome is significant."""


def smallest_two_sided_p(n: int) -> float:
    """Return the smallest two-sided p of a test that flips n signs: Wilcoxon, sign or swap test.

    The two outcomes in which all signs agree have ``2 / 2**n`` together.

    Parameters
    ----------
    n
        Pairs that differ.

    Examples
    --------
    Five folds can never be significant at 0.05.

    >>> smallest_two_sided_p(5), smallest_two_sided_p(6), smallest_two_sided_p(0)
    (0.0625, 0.03125, 1.0)
    """
    return min(1.0, 2.0 ** (1 - n))
