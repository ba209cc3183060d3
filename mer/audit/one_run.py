"""Whether all printed scores of a method on a composite come from one set of predictions."""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

from mer.audit.check import Check, verdict_of
from mer.audit.matrices import Matrix, matrices
from mer.audit.pairs import Pair, pairs
from mer.audit.printed import Printed
from mer.audit.published import TITLES, Published
from mer.audit.reachable import correct_with_uar, uf1_span
from mer.core.types import IntArray

_PAPER, _TABLE, _PROTOCOL, _SLUG = "fr", "Table 2", "cde2019", "fr"


def check_one_run(published: Published) -> Iterator[Check]:
    """Search for integer recalls per database that fit the matrix, the scores and the accuracies of FR.

    The paper says that its results are averages of at least ten rounds. Every combination of correct
    counts per class and database is tried: UAR and UF1 of each database and any printed accuracy must
    come out, and the sums over databases must be the diagonal of the printed confusion matrix.
    """
    parts = {
        one.uf1.cell.dataset_scope: one
        for one in pairs(published, (_TABLE,), "uar")
        if one.uf1.cell.method_slug == _SLUG
    }
    composite = [
        one
        for one in matrices(published)
        if (one.paper, one.protocol, one.method_slug) == (_PAPER, _PROTOCOL, _SLUG)
    ]
    databases = [scope for scope in parts if scope != "composite"]
    if not composite or composite[0].counts is None or not databases:
        return
    diagonal = np.diagonal(composite[0].counts)
    options = {scope: _options(published, parts[scope]) for scope in databases}
    found = [
        dict(zip(databases, chosen, strict=True))
        for chosen in product(*options.values())
        if np.array_equal(np.sum(chosen, axis=0), diagonal)
    ]
    yield _one_run(composite[0], parts, found)
    if len(found) == 1:
        yield from _accuracies(parts, found[0])


def _options(published: Published, pair: Pair) -> list[tuple[int, ...]]:
    """List the correct counts per class that a database's printed scores allow."""
    uf1, uar = pair.uf1.printed, pair.other.printed
    if uf1 is None or uar is None:
        return []
    correct = correct_with_uar(pair.sizes, uar)
    accuracies = published.numbers(
        paper=_PAPER,
        protocol=_PROTOCOL,
        dataset_scope=pair.uf1.cell.dataset_scope,
        method_slug=_SLUG,
        metric="acc",
    )
    for accuracy in accuracies:
        if accuracy.printed:
            correct = _with_accuracy(correct, accuracy.printed, sum(pair.sizes))
    return [tuple(map(int, row)) for row in correct if uf1_span(pair.sizes, row[None], uf1).is_reached]


def _with_accuracy(correct: IntArray, accuracy: Printed, total: int) -> IntArray:
    count = accuracy.of(total)
    return correct[correct.sum(axis=1) == (-1 if count is None else count)]


def _one_run(matrix: Matrix, parts: Mapping[str, Pair], found: list[dict[str, tuple[int, ...]]]) -> Check:
    if len(found) == 1:
        recalls = {
            scope: " ".join(f"{t}/{n}" for t, n in zip(correct, parts[scope].sizes, strict=True))
            for scope, correct in found[0].items()
        }
        text = ", ".join(f"{TITLES[scope]} {recall}" for scope, recall in recalls.items())
        text = f"exactly one set of integer recalls fits all of them: {text} ({', '.join(matrix.classes)})"
    else:
        text = f"{len(found)} sets of integer recalls fit all of them"
    note = "said to be an average of at least ten rounds, but one set of predictions gives all printed scores"
    numbers = [one for pair in parts.values() for one in (pair.uf1, pair.other)]
    return Check(
        _PAPER,
        f"{_TABLE} FR row, {matrix.figure} and printed accuracies together: an average of rounds?",
        "'average of at least ten rounds'",
        text,
        verdict_of(not found),
        "an average of ten rounds would not fit one set of predictions" if found else "no single run fits",
        "A" if found else "",
        tuple(number.noted(note) for number in numbers),
    )


def _accuracies(parts: Mapping[str, Pair], correct: Mapping[str, tuple[int, ...]]) -> Iterator[Check]:
    counts = {scope: (sum(one), sum(parts[scope].sizes)) for scope, one in correct.items()}
    all_right, all_clips = (sum(one[side] for one in counts.values()) for side in (0, 1))
    counts = {"composite": (all_right, all_clips), **counts}
    for scope, (right, total) in counts.items():
        yield Check(
            _PAPER,
            f"{_TABLE} FR accuracy on {TITLES[scope]} (not printed)",
            "",
            f"{right}/{total} = {right / total:.4f}",
            "derived",
            "from the only integer solution",
        )
