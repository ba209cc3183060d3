"""Specifications of the jobs that draw figures."""

from mer.core.parameters import Params
from mer.sweep.specs.base import Spec
from mer.sweep.specs.train import TrainSpec


class SelectionGroup(Params):
    """Variants that differ in nothing but which epoch counts.

    Attributes
    ----------
    name
        What the group is called.
    variants
        By ``selection``.
    """

    name: str
    variants: dict[str, str]


class SettingSeries(Params):
    """Variants that differ in one number only.

    Attributes
    ----------
    name
        What the series is called.
    setting
        The setting, with those that it lies in before it: ``flow_image.size``.
    numbers
        Its value by variant, rising.
    """

    name: str
    setting: str
    numbers: dict[str, float]


class Trajectories(Params):
    """Where the scores after every epoch of an oracle's variant are.

    Attributes
    ----------
    variant
        Name in the configuration.
    folder
        Of the packs.
    seed_groups, packs
        Seeds, and first and last fold, of every pack.
    """

    variant: str
    folder: str
    seed_groups: tuple[tuple[int, ...], ...]
    packs: tuple[tuple[int, int], ...]


class ProtocolFiguresSpec(Spec):
    """Draw figures of one protocol, and say what each of them shows.

    Attributes
    ----------
    protocol, title
        Name in the configuration, and of the catalogue entry.
    metric
        Score that figures show.
    baseline
        Variant that others are compared with; blank if there is none.
    variants
        Those that run, in the order of the configuration.
    names
        Of all figures of the protocol but confusion matrices.
    groups, series, trajectories
        What figures of epochs and settings are made of.
    revision
        Of the predictions and of the code that draws.
    """

    protocol: str
    title: str
    metric: str
    baseline: str
    variants: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[SelectionGroup, ...]
    series: tuple[SettingSeries, ...]
    trajectories: tuple[Trajectories, ...]
    revision: str


class RanksSpec(Spec):
    """Rank the methods of a sweep over its protocols' databases.

    Attributes
    ----------
    sweep
        Its name.
    metric
        Score that methods are ranked by.
    baseline
        Variant to mark; blank if there is none.
    variants
        That run under every protocol and are results.
    tasks
        Databases of each protocol, scopes of its scores.
    revision
        Of the scores and of the code that draws.
    """

    sweep: str
    metric: str
    baseline: str
    variants: tuple[str, ...]
    tasks: dict[str, tuple[str, ...]]
    revision: str


class FeaturesSpec(Spec):
    """Train a variant on one fold, and draw its features before and after a module.

    Attributes
    ----------
    variant, protocol
        Names in the configuration.
    train
        Of the job that trained the fold.
    before, after
        Module whose output is shown first, and module whose input is shown next to it.
    panels
        What the two are called.
    revision
        Of the code that draws.
    """

    variant: str
    protocol: str
    train: TrainSpec
    before: str
    after: str
    panels: tuple[str, str]
    revision: str
