"""Numbers of things in words."""


def counted(**numbers: int) -> str:
    """Write numbers of things.

    Examples
    --------
    >>> counted(clip=442, subject=1), counted(annotated_clip=1200)
    ('442 clips, 1 subject', '1200 annotated clips')
    """
    return ", ".join(
        f"{number} {what.replace('_', ' ')}{'' if number == 1 else 's'}" for what, number in numbers.items()
    )
