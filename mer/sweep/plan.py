"""From a configuration to samples, folds and runs: everything that is known before a job starts."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial

from mer.artefacts.folds import Split
from mer.artefacts.macro_clips import MacroClips
from mer.core.errors import ConfigError, DataError, MerError, listed
from mer.core.location import Location
from mer.core.types import SampleIndex
from mer.datasets.base import Dataset
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.features.landmarks import check_finder
from mer.preprocessing.steps import Preprocessing
from mer.protocols.base import EvaluationProtocol
from mer.sweep.config import SweepConfig, Variant
from mer.sweep.macro import label_macro, unfit_macro
from mer.sweep.parts import needs_annotated_apex, relevant
from mer.sweep.remembered import remembered
from mer.sweep.resources import fold_seconds, folds_per_job
from mer.sweep.splits import make_split, refuse_doubles, refuse_doubtful_people


class Sweep:
    """What a configuration asks for.

    Reads annotations (never frames) when it is first asked for samples, and remembers them.

    Parameters
    ----------
    config
        A checked configuration.
    """

    def __init__(self, config: SweepConfig) -> None:
        self.config = config
        self._indexes: dict[str, SampleIndex] = {}

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """Names of the data sets that some protocol uses, or some variant that runs under one."""
        used = set(self._of_protocols)
        for name, variant in self.config.variants.items():
            if variant.macro and any(name in self.variants(protocol) for protocol in self.config.protocols):
                used.update(variant.macro)
        return tuple(name for name in self.config.datasets if name in used)

    @cached_property
    def _of_protocols(self) -> frozenset[str]:
        """Names of the data sets that some protocol uses."""
        return frozenset(name for one in self.config.protocols.values() for name in one.params.datasets)

    def dataset(self, name: str) -> Dataset:
        """Make the reader of a configured data set."""
        entry = self.config.datasets[name]
        return entry.spec.build(entry.params, Location(name, self.config.paths.get(name)))

    def index(self, name: str) -> SampleIndex:
        """List the samples of a configured data set."""
        if name not in self._indexes:
            self._indexes[name] = self.dataset(name).index()
        return self._indexes[name]

    @remembered
    def split(self, protocol: str) -> Split:
        """Make the folds of a configured protocol and check them.

        Raises
        ------
        DataError, LeakageError
            If the samples are not what the protocol is defined on or the folds leak.
        """
        names = self.config.protocols[protocol].params.datasets
        return make_split(protocol, self.protocol(protocol), [self.index(name) for name in names])

    @remembered
    def macro_clips(self, protocol: str, variant: str) -> MacroClips | None:
        """List the macro-expressions that a variant learns from under a protocol; None if it takes none.

        Raises
        ------
        DataError
            If a clip is in two data sets, or it is not sure who is who.
        """
        macro = self.config.variants[variant].macro
        if not macro:
            return None
        names = (*self.config.protocols[protocol].params.datasets, *macro)
        samples = [sample for name in names for sample in self.index(name)]
        try:
            refuse_doubles(samples)
            refuse_doubtful_people(samples)
        except DataError as error:
            raise DataError(f"variants.{variant}.macro under {protocol}: {error}") from error
        return label_macro(self.protocol(protocol).task, [self.index(name) for name in macro])

    def protocol(self, name: str) -> EvaluationProtocol:
        """Make a configured protocol."""
        entry = self.config.protocols[name]
        return entry.spec.build(entry.params)

    def asked(self, protocol: str) -> list[str]:
        """Names of the variants that shall run under a protocol, in the configuration's order."""
        return [
            name
            for name, variant in self.config.variants.items()
            if variant.protocols is None or protocol in variant.protocols
        ]

    @cached_property
    def skipped(self) -> dict[tuple[str, str], str]:
        """Why a variant that is asked for does not run under a protocol, for every such pair."""
        return {
            (protocol, name): reason
            for protocol in self.config.protocols
            for name, reason in self._skipped_under(protocol).items()
        }

    @remembered
    def _skipped_under(self, protocol: str) -> dict[str, str]:
        """Say why variants that are asked for do not run under a protocol; no other protocol is divided."""
        asked = {name: self.config.variants[name] for name in self.asked(protocol)}
        reasons = {name: one.skip or self._incompatible(protocol, one) for name, one in asked.items()}
        return {name: reason for name, reason in reasons.items() if reason}

    @remembered
    def variants(self, protocol: str) -> Sequence[str]:
        """Names of the variants that run under a protocol, in the configuration's order."""
        return [name for name in self.asked(protocol) if name not in self._skipped_under(protocol)]

    def runs(self) -> list[tuple[str, str]]:
        """Pair every protocol with each of the variants that run under it, by their names."""
        return [(protocol, name) for protocol in self.config.protocols for name in self.variants(protocol)]

    @remembered
    def recipe(self, variant: str) -> Recipe | None:
        """Return the representation that a variant asks for."""
        chosen = self.config.variants[variant]
        asked = chosen.spec.inputs(chosen.params)
        return None if asked is None else relevant(asked)

    @remembered
    def macro_recipe(self, variant: str) -> Recipe | None:
        """Return the representation of macro-expressions that a variant asks for; None if it takes none."""
        return _macro_recipe(self.config.variants[variant])

    def packs(self, protocol: str, variant: str) -> list[tuple[int, int]]:
        """First and last fold of every training job of a variant under one group of seeds."""
        n_folds = len(self.split(protocol).folds)
        size = self._pack_size(protocol, variant)
        return [(first, min(first + size, n_folds) - 1) for first in range(0, n_folds, size)]

    def seeds(self, variant: str) -> tuple[int, ...]:
        """Seeds of a variant."""
        return self.config.variants[variant].seeds or self.config.seeds

    def seed_groups(self, variant: str) -> list[tuple[int, ...]]:
        """Seeds of every training job of a variant, in the configuration's order."""
        seeds, size = self.seeds(variant), self.config.seeds_per_job
        return [seeds[first : first + size] for first in range(0, len(seeds), size)]

    def _pack_size(self, protocol: str, variant: str) -> int:
        """Choose how many folds a job trains; 'auto' asks nothing but the method and the folds."""
        size, split = self.config.folds_per_job, self.split(protocol)
        if isinstance(size, int):
            return size
        if size == "all":
            return len(split.folds)
        seconds = self.fold_seconds(protocol, variant, on_gpu=self.wants_gpu(variant))
        return folds_per_job(seconds, len(split.folds))

    def wants_gpu(self, variant: str) -> bool:
        """Whether a variant is trained on a GPU where there is one."""
        return self.config.device != "cpu" and self.config.variants[variant].spec.uses_gpu

    def prepares_on_gpu(self, recipe: Recipe) -> bool:
        """Whether a representation is computed on a GPU where there is one."""
        return self.config.device != "cpu" and FEATURES[recipe.feature].uses_gpu(recipe.params)

    @remembered
    def n_learned(self, protocol: str, variant: str) -> int:
        """Count the clips that a variant reads under a protocol, macro-expressions among them."""
        macro = self.macro_clips(protocol, variant)
        return len(self.split(protocol).samples) + (0 if macro is None else len(macro.samples))

    @remembered
    def fold_seconds(self, protocol: str, variant: str, *, on_gpu: bool) -> float:
        """Estimate how long one fold of a variant takes, on a GPU or on one core, by what is declared."""
        chosen = self.config.variants[variant]
        return fold_seconds(chosen.spec, chosen.params, self.n_learned(protocol, variant), on_gpu=on_gpu)

    def check(self) -> None:
        """Make every index and every fold.

        Raises
        ------
        DataError, ConfigError
            Listing all that is wrong with data sets and protocols, or that nothing can run.
        """
        wanted = {name for one in self.config.variants.values() if not one.skip for name in one.macro}
        wanted |= self._of_protocols
        named = [name for name in self.config.datasets if name in wanted]
        _try_all(
            [partial(self.index, n) for n in named] + [partial(self.split, n) for n in self.config.protocols]
        )
        _try_all([partial(self.macro_clips, *run) for run in self.runs()])
        recipes = [self.recipe(name) for name in self.config.variants]
        for by in sorted({r.preprocessing.landmarks for r in recipes if r and r.preprocessing.landmarks}):
            check_finder(by, self.config.weights)
        idle = [protocol for protocol in self.config.protocols if not self.variants(protocol)]
        if idle:
            reasons = [f"{v} on {p}: {why}" for (p, v), why in self.skipped.items() if p in idle]
            raise ConfigError(listed("No variant can run under some protocols:", reasons))

    def _incompatible(self, protocol: str, variant: Variant) -> str:
        """Say why a variant cannot run under a protocol; blank if it can."""
        asked = variant.spec.inputs(variant.params)
        if asked is None:
            return ""
        recipe = relevant(asked)
        if recipe.preprocessing.windows is not None and not variant.spec.takes_windows:
            return f"{variant.spec.title} takes one array per clip, not one per window"
        length, feature = recipe.preprocessing.length, FEATURES[recipe.feature]
        if length is not None and length.exact and not feature.takes_floats(recipe.params):
            return f"{feature.title} takes whole grey levels: leave out 'exact' in 'length'"
        if recipe.preprocessing.apex is None and feature.looks_at(recipe.params) == "onset_apex":
            return f"{feature.title} needs an apex frame: leave out 'apex: null'"
        datasets = self.config.protocols[protocol].params.datasets
        reasons = (self._unfit(protocol, name, recipe) for name in datasets)
        return next(filter(None, reasons), "") or self._macro_incompatible(protocol, variant)

    def _macro_incompatible(self, protocol: str, variant: Variant) -> str:
        """Say why a variant cannot learn from its macro-expressions under a protocol; blank if it can."""
        recipe = _macro_recipe(variant)
        if recipe is None:
            return ""
        split, task = self.split(protocol), self.protocol(protocol).task
        pair = FEATURES[recipe.feature].looks_at(recipe.params) == "onset_apex"
        for name in variant.macro:
            reason = self._unfit(protocol, name, recipe)
            reason = reason or unfit_macro(name, self.index(name), task, split.source, moving=pair)
            if reason:
                return reason
        return ""

    def _unfit(self, protocol: str, dataset: str, recipe: Recipe) -> str:
        """Say why a recipe cannot be made of a data set; blank if it can."""
        feature = FEATURES[recipe.feature]
        if self.config.datasets[dataset].spec.provides == "flow_images":
            if not feature.accepts_flow_images:
                return f"{feature.title} needs frames, {dataset} holds flow images only"
            # Whoever computed the images chose the apex frames.
            if recipe.preprocessing.model_copy(update={"apex": Preprocessing().apex}) != Preprocessing():
                return f"preprocessing needs frames, {dataset} holds finished flow images"
            return ""
        if recipe.preprocessing.landmarks == "given" and not self.index(dataset).gives_landmarks:
            return f"landmarks shall be given and {dataset} has no landmarks.csv (docs/preprocessing.md)"
        if needs_annotated_apex(recipe):
            clips = self.split(protocol).samples.values()
            without = sum(clip.apex is None for clip in clips if clip.dataset == dataset)
            if without:
                return f"{feature.title} needs an apex frame, {without} clips of {dataset} have none"
        return ""


def _macro_recipe(variant: Variant) -> Recipe | None:
    """Return the representation of macro-expressions that a variant asks for; None if it takes none."""
    make = variant.spec.macro_inputs
    return relevant(make(variant.params)) if variant.macro and make is not None else None


def _try_all(makes: Sequence[Callable[[], object]]) -> None:
    """Make everything, and refuse once whatever cannot be made."""
    problems = []
    for make in makes:
        try:
            make()
        except MerError as error:
            problems.append(str(error))
    if problems:
        raise DataError("\n".join(dict.fromkeys(problems)))
