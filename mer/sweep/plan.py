"""From a configuration to samples, folds and runs: everything that is known before a job starts."""

from functools import cached_property

from mer.artefacts.folds import Split
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
from mer.sweep.parts import needs_annotated_apex, relevant
from mer.sweep.splits import make_split

# Long enough that starting a job costs nothing, short enough that losing one does not hurt.
_SECONDS_PER_JOB = 1800


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
        self._splits: dict[str, Split] = {}

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """Names of the data sets that some protocol uses."""
        used = {name for entry in self.config.protocols.values() for name in entry.params.datasets}
        return tuple(name for name in self.config.datasets if name in used)

    def dataset(self, name: str) -> Dataset:
        """Make the reader of a configured data set."""
        entry = self.config.datasets[name]
        return entry.spec.build(entry.params, Location(name, self.config.paths.get(name)))

    def index(self, name: str) -> SampleIndex:
        """List the samples of a configured data set."""
        if name not in self._indexes:
            self._indexes[name] = self.dataset(name).index()
        return self._indexes[name]

    def split(self, protocol: str) -> Split:
        """Make the folds of a configured protocol and check them.

        Raises
        ------
        DataError, LeakageError
            If the samples are not what the protocol is defined on or the folds leak.
        """
        if protocol not in self._splits:
            names = self.config.protocols[protocol].params.datasets
            indexes = [self.index(name) for name in names]
            self._splits[protocol] = make_split(protocol, self.protocol(protocol), indexes)
        return self._splits[protocol]

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
        reasons = {}
        for protocol in self.config.protocols:
            for name in self.asked(protocol):
                variant = self.config.variants[name]
                reason = variant.skip or self._incompatible(protocol, variant)
                if reason:
                    reasons[protocol, name] = reason
        return reasons

    def variants(self, protocol: str) -> list[str]:
        """Names of the variants that run under a protocol, in the configuration's order."""
        return [name for name in self.asked(protocol) if (protocol, name) not in self.skipped]

    def recipe(self, variant: str) -> Recipe | None:
        """Return the representation that a variant asks for."""
        chosen = self.config.variants[variant]
        asked = chosen.spec.inputs(chosen.params)
        return None if asked is None else relevant(asked)

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
        chosen = self.config.variants[variant]
        seconds = chosen.spec.fold_seconds(chosen.params, len(split.samples))
        return min(len(split.folds), max(1, int(_SECONDS_PER_JOB / max(seconds, 1e-9))))

    def check(self) -> None:
        """Make every index and every fold.

        Raises
        ------
        DataError, ConfigError
            Listing all that is wrong with data sets and protocols, or that nothing can run.
        """
        problems = []
        for make, names in ((self.index, self.datasets), (self.split, self.config.protocols)):
            for name in names:
                try:
                    make(name)
                except MerError as error:
                    problems.append(str(error))
        if problems:
            raise DataError("\n".join(dict.fromkeys(problems)))
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
        return next(filter(None, (self._unfit(protocol, name, recipe) for name in datasets)), "")

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
