"""From the samples of a protocol's data sets to its folds."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from mer.artefacts.folds import Split
from mer.core.digests import digest
from mer.core.errors import DataError, MerError, listed
from mer.core.types import Fold, Sample, SampleIndex, Source
from mer.protocols.audit import audit
from mer.protocols.base import EvaluationProtocol, require_expected
from mer.tasks.base import LabelledSample


def make_split(name: str, protocol: EvaluationProtocol, indexes: Sequence[SampleIndex]) -> Split:
    """Label the samples, make the folds and check them.

    Parameters
    ----------
    name
        Of the protocol in the configuration.
    protocol
        Divides them.
    indexes
        Of all its data sets.

    Raises
    ------
    DataError, LeakageError
        If the samples are not what the protocol is defined on or the folds leak.
    """
    samples = [sample for index in indexes for sample in index]
    unusable = [sample for index in indexes for sample in index.unusable]
    notes = [note for index in indexes for note in index.notes]
    try:
        refuse_doubles(samples)
        refuse_doubtful_people(samples)
        labelled = protocol.select(protocol.task.label(samples))
        everything = labelled
        if unusable:
            everything = protocol.select(protocol.task.label([*samples, *unusable]))
        chosen = [one.sample for one in labelled]
        source = only_source(chosen)
        differing = require_expected(protocol, everything, real=source == "real")
        _refuse_empty_classes(protocol, labelled)
        folds = protocol.folds(labelled)
        times = protocol.times_tested(labelled)
        audit(chosen, folds, subject_disjoint=protocol.subject_disjoint, times_tested=times)
        _refuse_other_folds(protocol, labelled, len(folds))
        return Split(
            protocol=name,
            task=protocol.task.name,
            classes=tuple(protocol.task.classes),
            source=source,
            samples={sample.sample_id: sample for sample in chosen},
            labels={one.sample.sample_id: one.label for one in labelled},
            folds=folds,
            subject_disjoint=protocol.subject_disjoint,
            pooling=protocol.pooling,
            times_tested=times,
            notes=(*_notes(protocol, samples, labelled), *_not_learned(labelled, folds), *differing, *notes),
        )
    except MerError as error:
        raise type(error)(f"protocols.{name}: {error}") from error


def _refuse_empty_classes(protocol: EvaluationProtocol, labelled: Sequence[LabelledSample]) -> None:
    empty = sorted(set(protocol.task.classes) - {one.label for one in labelled})
    if empty:
        raise DataError(listed("Classes without a clip, which would score zero:", empty))


def _refuse_other_folds(
    protocol: EvaluationProtocol, samples: Sequence[LabelledSample], n_folds: int
) -> None:
    """Refuse folds that are not as many as declared for exactly these clips."""
    # 0 where the number of people is not known, and with it that of folds.
    declared = {one.folds for one in protocol.expected(samples) if one.folds and not one.differences(samples)}
    if declared and n_folds not in declared:
        numbers = " or ".join(map(str, sorted(declared)))
        raise DataError(f"{n_folds} folds of these clips, where the protocol declares {numbers}.")


def _notes(
    protocol: EvaluationProtocol, samples: Sequence[Sample], labelled: Sequence[LabelledSample]
) -> list[str]:
    """Say what tables must tell about the protocol on these samples."""
    notes = [*_not_disjoint(protocol), *protocol.notes(labelled)]
    without = len(protocol.task.without_label(samples))
    notes += (
        [f"{without} clips without a label of task '{protocol.task.name}' are left out"] if without else []
    )
    notes += _without_classes(protocol, labelled)
    published = protocol.published(sorted({one.sample.database for one in labelled}))
    real = all(one.sample.source == "real" for one in labelled)
    if real and published and published.clips not in (None, len(labelled)):
        notes.append(f"The published numbers are on {published.clips} clips, these are {len(labelled)}")
    return notes


def _without_classes(protocol: EvaluationProtocol, labelled: Sequence[LabelledSample]) -> Iterator[str]:
    """Say which databases cannot reach the highest scores, as a class that they do not have scores zero."""
    classes = protocol.task.classes
    found: dict[str, set[str]] = {one.sample.database: set() for one in labelled}
    for one in labelled:
        found[one.sample.database].add(one.label)
    for database, present in sorted(found.items()):
        absent = [name for name in classes if name not in present]
        if absent:
            most = f"{len(present) / len(classes):.4g}"
            yield f"{database} has no clip of {', '.join(absent)}: its UF1 and UAR cannot exceed {most}"


def _not_learned(labelled: Sequence[LabelledSample], folds: Sequence[Fold]) -> Iterator[str]:
    """Say which folds train without a clip of a class that the protocol has."""
    label = {one.sample.sample_id: one.label for one in labelled}
    folds_of: dict[str, list[str]] = defaultdict(list)
    for fold in folds:
        for name in sorted(set(label.values()) - {label[i] for i in fold.train}):
            folds_of[name].append(fold.name)
    for name, without in folds_of.items():
        shown = ", ".join(without[:3]) + (", …" if len(without) > 3 else "")
        yield (
            f"{len(without)} of {len(folds)} folds train without a clip of {name}, which they cannot "
            f"recognise unless macro-expressions show it: {shown}"
        )


def _not_disjoint(protocol: EvaluationProtocol) -> tuple[str, ...]:
    if protocol.subject_disjoint:
        return ()
    return ("NOT subject-disjoint: people who are tested also train, so scores are optimistic",)


def only_source(samples: Sequence[Sample]) -> Source:
    """Return the source that all samples share.

    Raises
    ------
    DataError
        If there is none, or real and stand-in samples are mixed.
    """
    by_source = defaultdict(set)
    for sample in samples:
        by_source[sample.source].add(sample.dataset)
    if not by_source:
        raise DataError("no clip has a class of the task.")
    if len(by_source) > 1:
        names = "; ".join(
            f"{source}: {', '.join(sorted(sets))}" for source, sets in sorted(by_source.items())
        )
        raise DataError(
            f"Real and stand-in clips cannot meet in one protocol ({names}). Make two protocols of them."
        )
    return next(iter(by_source))


def split_digest(split: Split) -> str:
    """Digest who is trained and tested on, with which labels."""
    samples = [[i, split.labels[i], s.person, s.dataset] for i, s in split.samples.items()]
    folds = [[fold.name, fold.train, fold.test] for fold in split.folds]
    return digest([split.task, split.classes, split.source, samples, folds, split.pooling])


def index_digest(index: SampleIndex) -> str:
    """Digest everything that an index says."""
    samples = [asdict(sample) for sample in index]
    return digest([index.fingerprint, index.version, index.warnings, index.notes, samples])


def refuse_doubles(samples: Sequence[Sample]) -> None:
    """Refuse clips that two data sets hold.

    Raises
    ------
    DataError
        Naming each with its data sets.
    """
    datasets = defaultdict(list)
    for sample in samples:
        datasets[sample.sample_id].append(sample.dataset)
    doubled = [f"{i} in {' and '.join(names)}" for i, names in sorted(datasets.items()) if len(names) > 1]
    if doubled:
        raise DataError(listed("Clips occur in two data sets:", doubled))


def refuse_doubtful_people(samples: Sequence[Sample]) -> None:
    """Refuse what would put one person on both sides of a fold, or looks as if it would.

    Raises
    ------
    DataError
        Naming subjects that are several persons, and persons whose names are nearly the same.
    """
    persons = defaultdict(set)
    spellings = defaultdict(set)
    for sample in samples:
        persons[sample.subject].add(sample.person)
        spellings[_plain(sample.person)].add(sample.person)
    split = [f"{subject}: {', '.join(sorted(names))}" for subject, names in persons.items() if len(names) > 1]
    if split:
        raise DataError(listed("Subjects that are several persons. Give every clip of them one:", split))
    alike = [" and ".join(sorted(names)) for names in spellings.values() if len(names) > 1]
    if alike:
        raise DataError(
            listed(
                "Persons whose names differ only in case, accents' encoding or leading zeros. "
                "Write one person's name in one way, or tell two apart by more:",
                sorted(alike),
            )
        )


def _plain(person: str) -> str:
    text = unicodedata.normalize("NFKC", person).casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", text)
