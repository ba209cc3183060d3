"""Macro-expressions that a variant learns from as well: which, with which classes."""

from collections.abc import Mapping, Sequence

from mer.artefacts.macro_clips import MacroClips
from mer.core.digests import digest
from mer.core.parameters import Params
from mer.core.types import SampleIndex, Source
from mer.datasets.annotated import DatabaseParams, StillParams
from mer.datasets.base import DatasetSpec
from mer.methods import METHODS
from mer.methods.base import MethodSpec
from mer.sweep.splits import only_source
from mer.tasks.base import Task


def macro_problems(
    names: Sequence[str],
    method: MethodSpec | None,
    datasets: Mapping[str, tuple[DatasetSpec, Params]],
    protocols: Mapping[str, Sequence[str]],
) -> list[str]:
    """List the mistakes in the data sets of macro-expressions that a variant names.

    Parameters
    ----------
    names
        Of the data sets.
    method
        Of the variant; None where it is not known.
    datasets
        Entry and settings of the configured data sets that are valid.
    protocols
        Data sets of each protocol that the variant runs under.
    """
    if names and method is not None and method.macro_inputs is None:
        able = ", ".join(name for name, spec in METHODS.items() if spec.macro_inputs is not None)
        return [f"{method.title} learns from no macro-expressions. Methods that do: {able}"]
    problems = []
    for name in dict.fromkeys(names):
        tested = [protocol for protocol, used in protocols.items() if name in used]
        if tested:
            problems.append(
                f"'{name}' is a data set of the protocol {', '.join(tested)}. Give macro-expressions one of "
                "their own"
            )
        _, params = datasets.get(name, (None, None))
        expressions = getattr(params, "expressions", None)
        if expressions not in (None, "macro"):
            problems.append(f"'{name}' is read with 'expressions: {expressions}': set 'expressions: macro'")
        # A database holds micro-expressions; a set of posed ones, and a table of one's own, do not say so.
        if expressions is None and isinstance(params, DatabaseParams) and not isinstance(params, StillParams):
            problems.append(f"'{name}' holds micro-expressions, which belong to a protocol")
    return problems


def unfit_macro(name: str, index: SampleIndex, task: Task, source: Source, *, moving: bool) -> str:
    """Say why the clips of a data set cannot be learned from beside those of a protocol; blank if they can.

    Parameters
    ----------
    name
        Of the data set.
    index
        Its clips.
    task, source
        Of the protocol.
    moving
        Whether something must move from the first frame of a clip to another one.
    """
    if {sample.source for sample in index} - {source}:
        kind = source.replace("_", "-")
        return f"the macro-expressions of {name} must be {kind} clips, as those of the protocol are"
    labelled = task.label_macro(index.samples)
    if not labelled:
        return f"no clip of {name} has a class of task '{task.name}'"
    if moving and all(
        one.sample.onset is not None and one.sample.onset == one.sample.offset for one in labelled
    ):
        return f"clips of {name} are single images, in which nothing moves (CK+ has 'clips: sequences')"
    return ""


def label_macro(task: Task, indexes: Sequence[SampleIndex]) -> MacroClips:
    """Give the clips of macro-expression sets their class in a task; those without one are left out.

    Raises
    ------
    DataError
        If no clip has a class, or real and stand-in clips are mixed.
    """
    labelled = task.label_macro([sample for index in indexes for sample in index])
    ordered = sorted(labelled, key=lambda one: one.sample.sample_id)
    return MacroClips(
        classes=tuple(task.classes),
        source=only_source([one.sample for one in ordered]),
        samples={one.sample.sample_id: one.sample for one in ordered},
        labels={one.sample.sample_id: one.label for one in ordered},
    )


def macro_digest(clips: MacroClips) -> str:
    """Digest which clips are learned from beside the training samples, with which labels."""
    samples = [[i, clips.labels[i], sample.person, sample.dataset] for i, sample in clips.samples.items()]
    return digest([clips.classes, clips.source, samples])
