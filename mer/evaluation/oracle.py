"""Choosing the epoch on the test samples: what many published programs do, and no result."""

from mer.core.types import FloatArray, IntArray


def oracle_epoch(scores: FloatArray, true: IntArray) -> int:
    """Choose the epoch in which most test samples of a fold are right; the first of several.

    This is the rule of the released programs of CapsuleNet, HTNet and MMNet: after each epoch the left-out
    subject is scored and the best accuracy is kept. It uses test labels, so that its score says nothing
    about clips whose labels are not known.

    Parameters
    ----------
    scores
        Shape (E, N, K), epoch by epoch.
    true
        Classes of the N samples.

    Returns
    -------
    int
        Position of the epoch, from 0.

    Examples
    --------
    >>> import numpy as np
    >>> right, wrong = [0.9, 0.1], [0.1, 0.9]
    >>> oracle_epoch(np.array([[wrong, wrong], [right, wrong], [wrong, right]]), np.array([0, 0]))
    1
    """
    return int((scores.argmax(axis=2) == true).sum(axis=1).argmax())
