"""Durations, for people."""


def duration(seconds: float) -> str:
    """Write a duration for people.

    Examples
    --------
    >>> duration(0.34), duration(42), duration(200), duration(9000), duration(540_000)
    ('0.3 s', '42 s', '3 min 20 s', '2 h 30 min', '150 h')
    """
    if 0.05 <= seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 100 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 3600:,} h"
