"""What tells trials of sweeps from sweeps: the endings of their names and titles."""

NAME_ENDS = "_trial"
TITLE_ENDS = " (trial)"


def is_trial(name: str) -> bool:
    """Tell by its name whether a sweep is a trial; others cannot be called like that.

    Examples
    --------
    >>> is_trial("demo_trial"), is_trial("demo")
    (True, False)
    """
    return name.endswith(NAME_ENDS)
