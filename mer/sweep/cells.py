"""The jobs of a sweep: their files, and the specification that each is given."""

import shlex
from functools import cached_property

from mer.annotations.tree import STAND_IN
from mer.core.digests import canonical, code_digest, digest
from mer.core.parameters import Params
from mer.core.types import Sample
from mer.datasets.annotated import DatabaseParams
from mer.features.base import Recipe
from mer.standins.plan import StandInParams
from mer.standins.planned import stand_in_folder
from mer.sweep.parts import parts, preparing_digest, samples_digest
from mer.sweep.plan import Sweep
from mer.sweep.specs.base import EntrySettings, Spec
from mer.sweep.specs.folds import AuditSpec, FoldsSpec
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec
from mer.sweep.specs.samples import SamplesSpec
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import FigureSpec, SummarySpec, TableRow, TableSpec
from mer.sweep.specs.train import TrainSpec
from mer.sweep.splits import index_digest, split_digest

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
        self._digests: dict[str, str] = {}

    # Files

    def artefact_folder(self, dataset: str) -> str:
        """Name the folder that all representations of a data set share."""
        return f"{dataset}-{self.sweep.index(dataset).fingerprint[:8]}"

    def lists(self, protocol: str, variant: str) -> list[str]:
        """Name the lists of the prepared parts that a variant reads under a protocol."""
        recipe = self.sweep.recipe(variant)
        if recipe is None:
            return []
        folders = [self.artefact_folder(name) for name in self._datasets_of(protocol)]
        return [f"{RESULTS}/artefacts/{folder}/{recipe.key}/parts.json" for folder in folders]

    def stand_in(self, folder: str) -> list[str]:
        """Name the file that says that a data set's stand-in is written; none for a real one."""
        key, settings = self._stand_in(self.datasets[folder])
        return [] if settings is None else [f"{stand_in_folder(key, settings)}/{STAND_IN}"]

    @cached_property
    def stand_ins(self) -> dict[str, str]:
        """Arguments of the command that writes each stand-in, by the name of its folder."""
        found = {}
        for name in self.sweep.datasets:
            key, settings = self._stand_in(name)
            if settings is not None:
                chosen = {"dataset": key, **settings.model_dump()}
                options = [f"--{option}={value}" for option, value in chosen.items() if value != ""]
                found[stand_in_folder(key, settings).name] = shlex.join(["--force", *options])
        return found

    def parts(self, folder: str, recipe_key: str) -> list[str]:
        """Name the parts of a representation of a data set, by its artefact folder."""
        return list(self._parts(self.datasets[folder], self.recipes[recipe_key]))

    def predictions(self, protocol: str, variant: str) -> list[str]:
        """Name the predictions of all seeds and packs of a variant under a protocol."""
        folder = f"{self.root}/predictions/{protocol}/{variant}"
        return [
            f"{folder}/s{seed}/{first:03d}-{last:03d}.parquet"
            for seed in self.sweep.config.seeds
            for first, last in self.sweep.packs(protocol)
        ]

    def scores(self, protocol: str) -> list[str]:
        """Name the scores of all variants that run under a protocol."""
        return [f"{self.root}/scores/{protocol}/{name}.csv" for name in self.sweep.variants(protocol)]

    def samples(self) -> list[str]:
        """Name the lists of samples and the reports on how they were read."""
        return [
            f"{self.root}/samples/{name}.{suffix}" for name in self.sweep.datasets for suffix in ("csv", "md")
        ]

    def audits(self) -> list[str]:
        """Name the reports on the folds."""
        return [f"{self.root}/audits/{protocol}.md" for protocol in self.sweep.config.protocols]

    def tables(self) -> list[str]:
        """Name all tables."""
        protocols = self.sweep.config.protocols
        return [
            f"{self.root}/tables/{name}.{suffix}" for name in protocols for suffix in ("csv", "md", "tex")
        ]

    def figures(self) -> list[str]:
        """Name all figures."""
        return [
            f"{self.root}/figures/{protocol}/confusion_{name}.{suffix}"
            for protocol in self.sweep.config.protocols
            for name in self.sweep.variants(protocol)
            for suffix in ("png", "pdf")
        ]

    # Specifications

    def folds_spec(self, protocol: str) -> str:
        """Specify the job that writes a protocol's folds."""
        entry = self.sweep.config.protocols[protocol]
        split = self.sweep.split(protocol)
        marks = [[s.onset, s.apex, s.offset, s.fps, s.action_units] for s in split.samples.values()]
        spec = FoldsSpec(
            name=protocol,
            protocol=_entry(entry.spec.name, entry.params),
            datasets={name: self._dataset(name) for name in entry.params.datasets},
            digest=self.split_digest(protocol),
            revision=digest([marks, split.notes, code_digest("mer.artefacts.folds")]),
        )
        return _json(spec)

    def samples_spec(self, name: str) -> str:
        """Specify the job that lists a data set's samples."""
        spec = SamplesSpec(
            name=name,
            dataset=self._dataset(name),
            digest=index_digest(self.sweep.index(name)),
            revision=code_digest("mer.jobs.samples"),
        )
        return _json(spec)

    def audit_spec(self, protocol: str) -> str:
        """Specify the job that audits a protocol's folds."""
        return _json(AuditSpec(revision=digest([self.split_digest(protocol), code_digest("mer.jobs.audit")])))

    def prepare_spec(self, folder: str, recipe_key: str, part: str) -> str:
        """Specify the job that prepares one part of a data set."""
        name = self.datasets[folder]
        recipe = self.recipes[recipe_key]
        samples = samples_digest(self._parts(name, recipe)[part], self.sweep.index(name).fingerprint)
        spec = PrepareSpec(
            name=name,
            dataset=self._dataset(name),
            feature=_entry(recipe.feature, recipe.params),
            part=part,
            samples=samples,
            digest=digest([samples, self._preparing(name, recipe)]),
        )
        return _json(spec)

    def parts_spec(self, folder: str, recipe_key: str) -> str:
        """Specify the job that lists the parts of a data set."""
        name = self.datasets[folder]
        recipe = self.recipes[recipe_key]
        preparing = self._preparing(name, recipe)
        fingerprint = self.sweep.index(name).fingerprint
        digests = {
            part: digest([samples_digest(samples, fingerprint), preparing])
            for part, samples in self._parts(name, recipe).items()
        }
        return _json(PartsSpec(parts=digests))

    def train_spec(self, protocol: str, variant: str, seed: int, first: int, last: int) -> str:
        """Specify the job that trains and tests one pack of folds."""
        chosen = self.sweep.config.variants[variant]
        spec = TrainSpec(
            variant=variant,
            method=_entry(chosen.spec.name, chosen.params),
            selection=chosen.selection,
            seed=seed,
            first=first,
            last=last,
            recipe=self.recipe(protocol, variant, seed),
        )
        return _json(spec)

    def score_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that scores a variant."""
        spec = ScoreSpec(
            variant=variant,
            packs=tuple(self.sweep.packs(protocol)),
            recipes={seed: self.recipe(protocol, variant, seed) for seed in self.sweep.config.seeds},
            metrics=self.sweep.config.protocols[protocol].spec.metrics,
            revision=code_digest("mer.jobs.score"),
        )
        return _json(spec)

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
        scores = [self.score_spec(protocol, name) for name in self.sweep.variants(protocol)]
        spec = TableSpec(
            protocol=protocol,
            title=entry.spec.title,
            published=self._published(protocol),
            pooling=self.sweep.split(protocol).pooling,
            rows=rows,
            notes=self.sweep.split(protocol).notes,
            revision=digest([scores, code_digest("mer.jobs.table")]),
        )
        return _json(spec)

    def figure_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that draws a variant's confusion matrices."""
        revision = digest([self.score_spec(protocol, variant), code_digest("mer.jobs.figure")])
        return _json(FigureSpec(title=f"{variant} on {protocol}", revision=revision))

    def summary_spec(self) -> str:
        """Specify the job that lists what belongs to the sweep."""
        runs = [(p, v) for p in self.sweep.config.protocols for v in self.sweep.variants(p)]
        spec = SummarySpec(
            name=self.sweep.config.name,
            tables=tuple(self.tables()),
            samples=tuple(self.samples()),
            audits=tuple(self.audits()),
            figures=tuple(self.figures()),
            predictions=tuple(path for run in runs for path in self.predictions(*run)),
            skipped=tuple(f"{v} on {p}: {reason}" for (p, v), reason in self.sweep.skipped.items()),
        )
        return _json(spec)

    # Digests

    def recipe(self, protocol: str, variant: str, seed: int) -> str:
        """Digest all that a variant's predictions under one seed are made of."""
        chosen = self.sweep.config.variants[variant]
        asked = self.sweep.recipe(variant)
        datasets = [] if asked is None else self._datasets_of(protocol)
        return digest(
            [
                _entry(chosen.spec.name, chosen.params).model_dump(mode="json"),
                chosen.selection,
                seed,
                self.split_digest(protocol),
                [self._preparing(name, asked) for name in datasets if asked is not None],
                code_digest("mer.jobs.train", f"mer.methods.{chosen.spec.name}"),
            ]
        )

    def split_digest(self, protocol: str) -> str:
        """Digest a protocol's samples, labels and folds, once."""
        if protocol not in self._digests:
            self._digests[protocol] = split_digest(self.sweep.split(protocol))
        return self._digests[protocol]

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
        """Count the cores that a training job can use: one per fold, where folds take long.

        A job that is sure of its GPU trains one fold after the other and needs one core.
        """
        if self.sweep.config.device == "cuda" or not self.sweep.config.variants[variant].spec.uses_gpu:
            return 1
        return min(8, last - first + 1)

    # Look-ups

    @cached_property
    def datasets(self) -> dict[str, str]:
        """Data sets by their artefact folder."""
        return {self.artefact_folder(name): name for name in self.sweep.datasets}

    @cached_property
    def recipes(self) -> dict[str, Recipe]:
        """Representations that some variant asks for, by their key."""
        asked = [self.sweep.recipe(name) for name in self.sweep.config.variants]
        return {recipe.key: recipe for recipe in asked if recipe is not None}

    def _published(self, protocol: str) -> str | None:
        """Return the slug of a protocol's published numbers on its databases."""
        samples = self.sweep.split(protocol).samples.values()
        found = self.sweep.protocol(protocol).published(sorted({sample.database for sample in samples}))
        return found.slug if found else None

    def _stand_in(self, name: str) -> tuple[str, StandInParams | None]:
        """Return a data set's key, and the settings of its stand-in if it is one."""
        entry = self.sweep.config.datasets[name]
        settings = entry.params.stand_in if isinstance(entry.params, DatabaseParams) else None
        return entry.spec.name, settings

    def _datasets_of(self, protocol: str) -> tuple[str, ...]:
        return self.sweep.config.protocols[protocol].params.datasets

    def _parts(self, dataset: str, recipe: Recipe) -> dict[str, tuple[Sample, ...]]:
        provides = self.sweep.config.datasets[dataset].spec.provides
        return parts(self.sweep.index(dataset).samples, provides, recipe)

    def _dataset(self, name: str) -> EntrySettings:
        entry = self.sweep.config.datasets[name]
        return _entry(entry.spec.name, entry.params)

    def _preparing(self, dataset: str, recipe: Recipe) -> str:
        spec = self.sweep.config.datasets[dataset].spec
        # What an annotated database is made of is in its fingerprint; reading frames is the same for all.
        annotated = issubclass(spec.params, DatabaseParams)
        reader = "mer.media.clips" if annotated else f"mer.datasets.{spec.name}"
        return preparing_digest(reader, self.sweep.index(dataset).fingerprint, recipe)


def _entry(key: str, params: Params) -> EntrySettings:
    return EntrySettings(key=key, settings=params.model_dump(mode="json"))


def _json(spec: Spec) -> str:
    return canonical(spec.model_dump(mode="json"))
