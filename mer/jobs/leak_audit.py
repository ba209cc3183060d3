"""Audit the folds of one protocol, as they will be trained on, and report it."""

from collections.abc import Iterator
from pathlib import Path

from mer.artefacts.folds import Split, read_folds
from mer.core.files import complete
from mer.protocols.audit import Audit, audit


def run(folds: Path, output: Path) -> None:
    """Check the folds in a file and write what was found.

    Raises
    ------
    LeakageError, DataError
        If they leak or do not test what they declare; nothing is trained then.
    """
    split = read_folds(folds)
    found = audit(
        list(split.samples.values()),
        split.folds,
        subject_disjoint=split.subject_disjoint,
        times_tested=split.times_tested,
    )
    with complete(output) as temporary:
        temporary.write_text("\n".join(report(split, found)) + "\n", encoding="utf-8")


def report(split: Split, found: Audit) -> Iterator[str]:
    """Say what was checked, in the words of a methods section."""
    yield f"# Leak audit of {split.protocol}"
    yield ""
    source = split.source.replace("_", "-")
    yield f"- {found.clips} {source} clips of {found.people} people in {found.folds} folds."
    yield "- No clip is in both the training and the test set of any fold."
    if split.subject_disjoint:
        yield "- No person is in both the training and the test set of any fold."
    else:
        n = len(found.shared_people)
        yield f"- **Not subject-disjoint**: {n} of {found.people} people are on both sides of some fold."
    for times, clips in found.times_tested.items():
        often = {0: "never", 1: "in exactly one fold"}.get(times, f"in {times} folds")
        yield f"- {clips} clips are tested {often}, as the protocol declares."
    if found.cameras:
        yield "- People who appear under several subjects, counted as one:"
        for person, subjects in found.cameras.items():
            yield f"    - {person}: {', '.join(subjects)}"
    for note in split.notes:
        yield f"- {note}."
    yield ""
    yield "| fold | training clips | test clips | people trained on | people tested |"
    yield "|---|---|---|---|---|"
    for fold in split.folds:
        people = [len({split.samples[i].person for i in side}) for side in (fold.train, fold.test)]
        yield f"| {fold.name} | {len(fold.train)} | {len(fold.test)} | {people[0]} | {people[1]} |"
