"""Named random streams: the only source of randomness."""

import hashlib

import numpy as np


def stream(*names: str | int) -> np.random.Generator:
    """Return the random stream of these names.

    Two computations share a stream exactly when they give the same names in the same order.

    Parameters
    ----------
    *names
        What the stream depends on, for example the seed, the method and the fold.

    Examples
    --------
    >>> bool(stream(0, "ststnet", "s01").integers(100) == stream(0, "ststnet", "s01").integers(100))
    True
    """
    text = "\x1f".join(f"{type(name).__name__}:{name}" for name in names)
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()))
