"""Every exception that is raised on purpose.

A message says where, what was found, what was expected and what to do. The command line prints
it and exits with 1; any other exception is a bug and keeps its traceback.
"""

import difflib
from collections.abc import Iterable, Sequence


class MerError(Exception):
    """Base of all errors that a user can act on."""


class ConfigError(MerError):
    """The configuration is not valid."""


class DataError(MerError):
    """A file is missing, damaged, or does not hold what it should."""


class NoFaceError(DataError):
    """No face was found in a clip, or it has no landmarks; what to do about it is for settings to say."""


class LeakageError(MerError):
    """A protocol lets training see what it will be tested on."""


class IncompleteRunError(MerError):
    """A result that a table needs is missing or doubled."""


class DeviceError(MerError):
    """The device that was asked for cannot be used."""


class TrainingError(MerError):
    """A model could not be trained to a usable state."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is unknown, and what it may have been meant to be.

    Examples
    --------
    >>> unknown_name("method", "lbptop", ["majority", "lbp_top"])
    "Unknown method 'lbptop'. Did you mean 'lbp_top'? Known methods: lbp_top, majority."
    """
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    plural = f"{kind}es" if kind.endswith("s") else f"{kind}s"
    return f"Unknown {kind} '{name}'.{hint} Known {plural}: {', '.join(choices) or 'none'}."


def listed(title: str, problems: Sequence[str]) -> str:
    """Put all problems of one kind under one title, one per line.

    Examples
    --------
    >>> print(listed("samples.csv is not usable:", ["row 3: no label", "row 7: no label"]))
    samples.csv is not usable:
      row 3: no label
      row 7: no label
    """
    shown = problems if len(problems) <= 20 else [*problems[:20], f"and {len(problems) - 20} more"]
    return "\n  ".join([title, *shown])
