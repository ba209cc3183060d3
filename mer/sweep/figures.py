"""The jobs that draw figures: their files, and the specification that each is given."""

from abc import ABC, abstractmethod
from types import MappingProxyType

from mer.core.digests import code_digest, digest
from mer.core.errors import ConfigError
from mer.core.samples import people_of
from mer.core.trials import TITLE_ENDS
from mer.sweep.alike import ORACLE, selection_groups, setting_series
from mer.sweep.baseline import choose_baseline
from mer.sweep.config import Variant
from mer.sweep.remembered import remembered
from mer.sweep.specs.figures import (
    FeaturesSpec,
    ProtocolFiguresSpec,
    RanksSpec,
    SelectionGroup,
    SettingSeries,
    Trajectories,
)
from mer.sweep.specs.train import TrainSpec
from mer.sweep.training import TrainingJobs

# Figures of every protocol, drawn by one job; and those of some, each drawn by a job of its own.
ALWAYS = ("per_class", "scores", "subjects")
SOMETIMES = ("pairwise", "selection_gap", "training_curves", "parameter_sweep", "fold_bars")
_SUFFIXES = ("png", "pdf")
# More folds cannot be told apart as bars, and ranks over fewer tasks or methods tell nothing.
_MOST_FOLDS, _FEWEST_TASKS, _FEWEST_RANKED = 12, 5, 3
# Of methods that refine a feature: module that makes it, module that is given the refined one.
_REFINING = MappingProxyType(dict.fromkeys(("fr", "fr_concatenated", "fr_fc"), ("backbone", "classifier")))
_PANELS = ("shared feature z", "refined feature z'")


class FigureJobs(TrainingJobs, ABC):
    """Paths and specifications of the jobs that draw figures.

    Which figures there are is known from the configuration.

    Parameters
    ----------
    sweep
        The sweep.
    """

    root: str

    @abstractmethod
    def score_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that scores a variant."""

    # Files

    def figures(self) -> list[str]:
        """Name all figures, and the files that say what they show."""
        paths = []
        for protocol in self.sweep.config.protocols:
            confusions = [f"confusion_{name}" for name in self.sweep.variants(protocol)]
            folder = f"{self.root}/figures/{protocol}"
            names = [*confusions, *self.figure_names(protocol)]
            paths += [f"{folder}/{name}.{suffix}" for name in names for suffix in _SUFFIXES]
            paths.append(f"{folder}/figures.json")
        if not self.no_ranks:
            ranks = f"{self.root}/figures"
            paths += [f"{ranks}/critical_difference.{suffix}" for suffix in _SUFFIXES]
            paths.append(f"{ranks}/figures.json")
        return paths

    def figure_names(self, protocol: str) -> tuple[str, ...]:
        """Name the figures of a protocol, but for confusion matrices and those on demand."""
        variants = self._running(protocol)
        oracles = [name for name, variant in variants.items() if variant.selection == ORACLE]
        groups, series = self._alike(tuple(variants))
        drawn = {
            "pairwise": len(variants) - len(oracles) >= 2,
            "selection_gap": bool(groups),
            "training_curves": bool(oracles),
            "parameter_sweep": bool(series),
            "fold_bars": 2 <= len(self.sweep.split(protocol).folds) <= _MOST_FOLDS,
        }
        return (*ALWAYS, *(name for name in SOMETIMES if drawn[name]))

    def oracle_packs(self, protocol: str) -> list[str]:
        """Name the scores after every epoch that oracles choose from under a protocol."""
        variants = self._running(protocol).items()
        oracles = [name for name, variant in variants if variant.selection == ORACLE]
        return [path for name in oracles for path in self.packs(protocol, name)]

    def intervals(self, protocol: str) -> str:
        """Name the scores of a protocol's variants with their intervals."""
        return f"{self.root}/intervals/{protocol}.csv"

    def ranked_scores(self) -> list[str]:
        """Name the scores that methods are ranked by."""
        return [
            f"{self.root}/scores/{protocol}/{name}.csv"
            for protocol in self.sweep.config.protocols
            for name in self._ranked()
        ]

    # Specifications

    def title(self, protocol: str) -> str:
        """Return what tables and figures call a protocol."""
        title = self.sweep.config.protocols[protocol].spec.title
        return f"{title}{TITLE_ENDS}" if self.sweep.config.trial else title

    @remembered
    def figures_spec(self, protocol: str) -> str:
        """Specify the jobs that draw a protocol's figures."""
        variants, config = self._running(protocol), self.sweep.config
        scores = [self.score_spec(protocol, name) for name in variants]
        groups, series = self._alike(tuple(variants))
        spec = ProtocolFiguresSpec(
            protocol=protocol,
            title=self.title(protocol),
            metric=self._shown_metric(protocol),
            baseline=choose_baseline(config.baseline, config.variants, list(variants))[0],
            variants=tuple(variants),
            names=self.figure_names(protocol),
            groups=tuple(groups),
            series=tuple(series),
            trajectories=tuple(
                self._trajectories(protocol, name)
                for name, variant in variants.items()
                if variant.selection == ORACLE
            ),
            revision=digest([scores, code_digest("mer.jobs.figures")]),
        )
        return spec.as_json()

    def ranks_spec(self) -> str:
        """Specify the job that ranks the sweep's methods over its protocols' databases."""
        tasks, ranked, config = self._tasks(), self._ranked(), self.sweep.config
        scores = [self.score_spec(protocol, name) for protocol in tasks for name in ranked]
        spec = RanksSpec(
            sweep=self.sweep.config.name,
            metric=self._shown_metric(*tasks),
            baseline=choose_baseline(config.baseline, config.variants, ranked)[0],
            variants=tuple(ranked),
            tasks=tasks,
            revision=digest([scores, code_digest("mer.jobs.ranks")]),
        )
        return spec.as_json()

    def features_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that shows what a variant learns on the first fold of a protocol.

        Raises
        ------
        ConfigError
            If the variant does not run there, or does not refine features.
        """
        chosen = self._running(protocol).get(variant)
        if chosen is None or chosen.spec.name not in _REFINING:
            able = [name for name, one in self._running(protocol).items() if one.spec.name in _REFINING]
            raise ConfigError(
                f"Features of '{variant}' on '{protocol}' cannot be drawn. Variants of methods that refine "
                f"features ({', '.join(sorted(_REFINING))}) that run there: {', '.join(able) or 'none'}."
            )
        before, after = _REFINING[chosen.spec.name]
        seed = self.sweep.seeds(variant)[0]
        spec = FeaturesSpec(
            variant=variant,
            protocol=protocol,
            train=TrainSpec.model_validate_json(self.train_spec(protocol, variant, [seed], 0, 0)),
            before=before,
            after=after,
            panels=_PANELS,
            revision=code_digest("mer.jobs.features"),
        )
        return spec.as_json()

    # Look-ups

    @property
    def no_ranks(self) -> str:
        """Why methods are not ranked over tasks; blank if they are."""
        n_tasks, n_ranked = len(self._ranked_people()), len(self._ranked())
        sources = {self.sweep.split(protocol).source for protocol in self.sweep.config.protocols}
        if n_tasks < _FEWEST_TASKS:
            return (
                f"ranks take at least {_FEWEST_TASKS} databases with people of their own, these are {n_tasks}"
            )
        if n_ranked < _FEWEST_RANKED:
            return (
                f"ranks take at least {_FEWEST_RANKED} variants, no oracles, that run under every protocol, "
                f"these are {n_ranked}"
            )
        return "real and stand-in clips cannot share ranks" if len(sources) > 1 else ""

    @remembered
    def _alike(self, names: tuple[str, ...]) -> tuple[list[SelectionGroup], list[SettingSeries]]:
        """Find variants that differ in one setting, once for all protocols under which the same ones run."""
        variants = {name: self.sweep.config.variants[name] for name in names}
        return selection_groups(variants), setting_series(variants)

    def _running(self, protocol: str) -> dict[str, Variant]:
        return {name: self.sweep.config.variants[name] for name in self.sweep.variants(protocol)}

    @remembered
    def _tasks(self) -> dict[str, tuple[str, ...]]:
        """List the databases of each protocol, each of which is a task."""
        found = {}
        for protocol in self.sweep.config.protocols:
            split = self.sweep.split(protocol)
            tested = [split.samples[name].database for name, times in split.times_tested.items() if times]
            found[protocol] = tuple(sorted(set(tested)))
        return found

    def _ranked_people(self) -> set[str]:
        """Name whose faces are tested under any protocol."""
        return {people_of(database) for found in self._tasks().values() for database in found}

    @remembered
    def _ranked(self) -> list[str]:
        """Name the variants that run under every protocol and are results."""
        protocols = self.sweep.config.protocols
        return [
            name
            for name, variant in self.sweep.config.variants.items()
            if variant.selection != ORACLE and all(name in self.sweep.variants(one) for one in protocols)
        ]

    def _shown_metric(self, *protocols: str) -> str:
        """Choose UF1 where all protocols report it, else the unweighted recall."""
        reported = [self.sweep.config.protocols[name].spec.metrics for name in protocols]
        return "uf1" if all("uf1" in metrics for metrics in reported) else "uar"

    def _trajectories(self, protocol: str, variant: str) -> Trajectories:
        return Trajectories(
            variant=variant,
            folder=self.run_folder(protocol, variant),
            seed_groups=tuple(self.sweep.seed_groups(variant)),
            packs=tuple(self.sweep.packs(protocol, variant)),
        )
