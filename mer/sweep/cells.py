"""The jobs of a sweep: their files, and the specification that each is given."""

from functools import cached_property

from mer.artefacts.folds import Split
from mer.core.digests import canonical, code_digest, digest
from mer.core.types import Sample
from mer.features.base import Recipe
from mer.sweep.parts import part_digest, parts, preparing_digest
from mer.sweep.plan import Sweep
from mer.sweep.specs import (
    DatasetSettings,
    FigureSpec,
    FoldsSpec,
    ListSpec,
    PrepareSpec,
    ScoreSpec,
    Spec,
    TableRow,
    TableSpec,
    TrainSpec,
)

RESULTS = "results"


class Jobs:
    """Paths and specifications of a sweep's jobs; what rules ask for.

    Parameters
    ----------
    sweep
        The sweep.
    """

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.root = f"{RESULTS}/{sweep.config.name}"

    # Files

    def folds_file(self, protocol: str) -> str:
        """Folds of a protocol."""
        return f"{self.root}/folds/{protocol}.json"

    def artefact_folder(self, dataset: str) -> str:
        """Name of the folder that all representations of a data set share."""
        return f"{dataset}-{self.sweep.index(dataset).fingerprint[:8]}"

    def lists(self, protocol: str, variant: str) -> list[str]:
        """Name the lists of the prepared parts that a variant reads under a protocol."""
        recipe = self.sweep.recipe(variant)
        if recipe is None:
            return []
        datasets = self.sweep.config.protocols[protocol].params.datasets
        return [
            f"{RESULTS}/artefacts/{self.artefact_folder(name)}/{recipe.key}/parts.json" for name in datasets
        ]

    def parts(self, folder: str) -> list[str]:
        """Names of the parts of a data set, by its artefact folder."""
        return list(self._parts(self._datasets[folder]))

    def predictions(self, protocol: str, variant: str) -> list[str]:
        """Predictions of all seeds and packs of a variant under a protocol."""
        folder = f"{self.root}/predictions/{protocol}/{variant}"
        return [
            f"{folder}/s{seed}/{first:03d}-{last:03d}.parquet"
            for seed in self.sweep.config.seeds
            for first, last in self.sweep.packs(protocol)
        ]

    def scores(self, protocol: str) -> list[str]:
        """Scores of all variants that run under a protocol."""
        return [f"{self.root}/scores/{protocol}/{name}.csv" for name in self.sweep.variants(protocol)]

    def targets(self) -> list[str]:
        """Everything that a person opens: tables and figures of the sweep."""
        files = []
        for protocol in self.sweep.config.protocols:
            files += [f"{self.root}/tables/{protocol}.{suffix}" for suffix in ("csv", "md", "tex")]
            for name in self.sweep.variants(protocol):
                files += [f"{self.root}/figures/{protocol}/confusion_{name}.{s}" for s in ("png", "pdf")]
        return files

    # Specifications

    def folds_spec(self, protocol: str) -> str:
        """Specify the job that writes a protocol's folds."""
        entry = self.sweep.config.protocols[protocol]
        spec = FoldsSpec(
            protocol=protocol,
            kind=entry.spec.name,
            settings=entry.params.model_dump(mode="json"),
            datasets={name: self._dataset(name) for name in entry.params.datasets},
            digest=folds_digest(self.sweep.split(protocol)),
        )
        return _json(spec)

    def prepare_spec(self, folder: str, recipe_key: str, part: str) -> str:
        """Specify the job that prepares one part of a data set."""
        name = self._datasets[folder]
        entry = self.sweep.config.datasets[name]
        recipe = self._recipes[recipe_key]
        spec = PrepareSpec(
            name=name,
            dataset=entry.spec.name,
            settings=entry.params.model_dump(mode="json"),
            feature=recipe.feature,
            feature_settings=recipe.params.model_dump(mode="json"),
            part=part,
            digest=part_digest(
                self._parts(name)[part], entry.spec.name, self.sweep.index(name).fingerprint, recipe
            ),
        )
        return _json(spec)

    def list_spec(self, folder: str) -> str:
        """Specify the job that lists the parts of a data set."""
        return _json(ListSpec(parts=tuple(self.parts(folder))))

    def train_spec(self, protocol: str, variant: str, seed: int, first: int, last: int) -> str:
        """Specify the job that trains and tests one pack of folds."""
        chosen = self.sweep.config.variants[variant]
        settings = chosen.params.model_dump(mode="json")
        recipe = [
            chosen.spec.name,
            settings,
            chosen.selection,
            seed,
            folds_digest(self.sweep.split(protocol)),
            self._inputs(protocol, variant),
            code_digest("mer.jobs.train", f"mer.methods.{chosen.spec.name}"),
        ]
        spec = TrainSpec(
            variant=variant,
            method=chosen.spec.name,
            settings=settings,
            selection=chosen.selection,
            seed=seed,
            first=first,
            last=last,
            recipe=digest(recipe),
        )
        return _json(spec)

    def score_spec(self, variant: str) -> str:
        """Specify the job that scores a variant."""
        revision = code_digest("mer.jobs.score")
        return _json(ScoreSpec(variant=variant, seeds=self.sweep.config.seeds, revision=revision))

    def table_spec(self, protocol: str) -> str:
        """Specify the job that makes a protocol's table."""
        entry = self.sweep.config.protocols[protocol]
        rows = tuple(
            TableRow(
                variant=name,
                method=variant.spec.title,
                published=variant.spec.published,
                skipped=self.sweep.skipped.get((protocol, name), ""),
            )
            for name, variant in self.sweep.config.variants.items()
        )
        spec = TableSpec(
            protocol=protocol,
            title=entry.spec.title,
            published=entry.spec.published,
            rows=rows,
            partial=entry.params.allow_partial,
            revision=code_digest("mer.jobs.table"),
        )
        return _json(spec)

    def figure_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that draws a variant's confusion matrices."""
        title = f"{variant} on {protocol}"
        return _json(FigureSpec(title=title, revision=code_digest("mer.jobs.figure")))

    # How jobs run

    def execution(self, threads: int) -> str:
        """Tell a job how to run; never compared with the last run."""
        roots = {name: str(path) for name, path in self.sweep.config.paths.items()}
        return canonical({"device": self.sweep.config.device, "threads": threads, "roots": roots})

    def n_gpus(self, variant: str) -> int:
        """Count the GPUs that a training job of a variant asks for."""
        wanted = self.sweep.config.variants[variant].spec.uses_gpu
        return int(wanted and self.sweep.config.device != "cpu")

    def n_cores(self, variant: str, first: int, last: int) -> int:
        """Count the cores that a training job can use: one per fold, for methods that take long."""
        wanted = self.sweep.config.variants[variant].spec.uses_gpu
        return min(8, last - first + 1) if wanted else 1

    # Look-ups

    @cached_property
    def _datasets(self) -> dict[str, str]:
        """Configured data sets by their artefact folder."""
        return {self.artefact_folder(name): name for name in self.sweep.config.datasets}

    @cached_property
    def _recipes(self) -> dict[str, Recipe]:
        """Representations that some variant asks for, by their key."""
        asked = [self.sweep.recipe(name) for name in self.sweep.config.variants]
        return {recipe.key: recipe for recipe in asked if recipe is not None}

    def _parts(self, dataset: str) -> dict[str, tuple[Sample, ...]]:
        return parts(self.sweep.index(dataset).samples, self.sweep.config.datasets[dataset].spec.provides)

    def _dataset(self, name: str) -> DatasetSettings:
        entry = self.sweep.config.datasets[name]
        return DatasetSettings(dataset=entry.spec.name, settings=entry.params.model_dump(mode="json"))

    def _inputs(self, protocol: str, variant: str) -> list[str]:
        recipe = self.sweep.recipe(variant)
        if recipe is None:
            return []
        datasets = self.sweep.config.protocols[protocol].params.datasets
        return [
            preparing_digest(
                self.sweep.config.datasets[name].spec.name, self.sweep.index(name).fingerprint, recipe
            )
            for name in datasets
        ]


def folds_digest(split: Split) -> str:
    """Digest who is trained and tested on, with which labels."""
    samples = [[i, split.labels[i], s.person, s.dataset] for i, s in split.samples.items()]
    folds = [[fold.name, fold.train, fold.test] for fold in split.folds]
    return digest([split.task, split.classes, split.source, samples, folds])


def _json(spec: Spec) -> str:
    return canonical(spec.model_dump(mode="json"))
