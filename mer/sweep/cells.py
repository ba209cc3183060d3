"""The jobs of a sweep: their files, and the specification that each is given."""

from collections.abc import Sequence

from mer.artefacts.folds import Split
from mer.artefacts.macro_clips import MacroClips
from mer.core.digests import code_digest, digest
from mer.sweep.macro import macro_digest
from mer.sweep.plan import Sweep
from mer.sweep.preparing import RESULTS, PreparingJobs
from mer.sweep.specs.base import EntrySettings
from mer.sweep.specs.folds import AuditSpec, FoldsSpec
from mer.sweep.specs.macro import MacroSpec
from mer.sweep.specs.samples import SamplesSpec
from mer.sweep.specs.score import ScoreSpec, pack_name
from mer.sweep.specs.tables import FigureSpec, SummarySpec, TableRow, TableSpec
from mer.sweep.specs.train import TrainSpec
from mer.sweep.splits import index_digest, split_digest


class Jobs(PreparingJobs):
    """Paths and specifications of a sweep's jobs; what rules ask for.

    Parameters
    ----------
    sweep
        The sweep.
    """

    def __init__(self, sweep: Sweep) -> None:
        super().__init__(sweep)
        self.root = f"{RESULTS}/{sweep.config.name}"
        self._digests: dict[tuple[str, ...], str] = {}

    # Files

    def lists(self, protocol: str, variant: str) -> list[str]:
        """Name the lists of the prepared parts that a variant reads under a protocol."""
        return [
            f"{RESULTS}/artefacts/{self.artefact_folder(name)}/{recipe.key}/parts.json"
            for name, recipe in self.representations(protocol, variant)
        ]

    def macro_clips(self, protocol: str, variant: str) -> list[str]:
        """Name the list of macro-expressions that a variant learns from; none if it takes none."""
        macro = self.sweep.config.variants[variant].macro
        return [f"{self.root}/macro/{protocol}/{variant}.json"] if macro else []

    def predictions(self, protocol: str, variant: str) -> list[str]:
        """Name the predictions of all seeds and packs of a variant under a protocol."""
        folder = self.predictions_folder(protocol, variant)
        return [
            f"{folder}/{pack_name(seeds, first, last)}"
            for seeds in self.sweep.seed_groups(variant)
            for first, last in self.sweep.packs(protocol, variant)
        ]

    def predictions_folder(self, protocol: str, variant: str) -> str:
        """Name the folder of a variant's predictions; what an oracle is to choose from lies apart."""
        oracle = self.sweep.config.variants[variant].selection == "oracle_test"
        return f"{self.root}/{'oracle' if oracle else 'predictions'}/{protocol}/{variant}"

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
        spec = FoldsSpec(
            name=protocol,
            protocol=EntrySettings.of(entry.spec.name, entry.params),
            datasets={name: self._dataset(name) for name in entry.params.datasets},
            digest=self.split_digest(protocol),
            revision=digest([_marks(split), split.notes, code_digest("mer.artefacts.folds")]),
        )
        return spec.as_json()

    def macro_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that lists the macro-expressions of a variant."""
        entry = self.sweep.config.protocols[protocol]
        clips = self.sweep.macro_clips(protocol, variant)
        spec = MacroSpec(
            name=variant,
            protocol=EntrySettings.of(entry.spec.name, entry.params),
            datasets={name: self._dataset(name) for name in self.sweep.config.variants[variant].macro},
            digest=self._macro_digest(protocol, variant),
            revision=digest([_marks(clips) if clips else [], code_digest("mer.artefacts.macro_clips")]),
        )
        return spec.as_json()

    def samples_spec(self, name: str) -> str:
        """Specify the job that lists a data set's samples."""
        spec = SamplesSpec(
            name=name,
            dataset=self._dataset(name),
            digest=index_digest(self.sweep.index(name)),
            revision=code_digest("mer.jobs.samples"),
        )
        return spec.as_json()

    def audit_spec(self, protocol: str) -> str:
        """Specify the job that audits a protocol's folds."""
        revision = digest([self.split_digest(protocol), code_digest("mer.jobs.audit")])
        return AuditSpec(revision=revision).as_json()

    def train_spec(self, protocol: str, variant: str, seeds: Sequence[int], first: int, last: int) -> str:
        """Specify the job that trains and tests one pack of folds under some seeds."""
        chosen = self.sweep.config.variants[variant]
        spec = TrainSpec(
            variant=variant,
            method=EntrySettings.of(chosen.spec.name, chosen.params),
            selection=chosen.selection,
            first=first,
            last=last,
            recipes={seed: self.recipe(protocol, variant, seed) for seed in seeds},
        )
        return spec.as_json()

    def score_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that scores a variant."""
        spec = ScoreSpec(
            variant=variant,
            method=self.sweep.config.variants[variant].spec.name,
            selection=self.sweep.config.variants[variant].selection,
            seed_groups=tuple(self.sweep.seed_groups(variant)),
            packs=tuple(self.sweep.packs(protocol, variant)),
            recipes={seed: self.recipe(protocol, variant, seed) for seed in self.sweep.seeds(variant)},
            metrics=self.sweep.config.protocols[protocol].spec.metrics,
            costs=self.sweep.config.costs,
            revision=code_digest("mer.jobs.score"),
        )
        return spec.as_json()

    def table_spec(self, protocol: str) -> str:
        """Specify the job that makes a protocol's table."""
        entry = self.sweep.config.protocols[protocol]
        rows = tuple(
            TableRow(
                variant=name,
                method=variant.spec.title,
                published=variant.spec.published,
                remark=self._remark(protocol, name),
                skipped=self.sweep.skipped.get((protocol, name), ""),
            )
            for name in self.sweep.asked(protocol)
            for variant in [self.sweep.config.variants[name]]
        )
        scores = [self.score_spec(protocol, name) for name in self.sweep.variants(protocol)]
        spec = TableSpec(
            protocol=protocol,
            title=entry.spec.title,
            published=self._published(protocol),
            pooling=self.sweep.split(protocol).pooling,
            rows=rows,
            notes=(*self.sweep.split(protocol).notes, *self._macro_notes(protocol)),
            revision=digest([scores, code_digest("mer.jobs.table")]),
        )
        return spec.as_json()

    def figure_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that draws a variant's confusion matrices."""
        revision = digest([self.score_spec(protocol, variant), code_digest("mer.jobs.figure")])
        oracle = self.sweep.config.variants[variant].selection == "oracle_test"
        title = f"{variant} on {protocol}{' (oracle, no result)' if oracle else ''}"
        return FigureSpec(title=title, revision=revision).as_json()

    def summary_spec(self) -> str:
        """Specify the job that lists what belongs to the sweep."""
        runs = [(p, v) for p in self.sweep.config.protocols for v in self.sweep.variants(p)]
        spec = SummarySpec(
            name=self.sweep.config.name,
            tables=tuple(self.tables()),
            samples=tuple(self.samples()),
            audits=tuple(self.audits()),
            figures=tuple(self.figures()),
            contact_sheets=tuple(self.contact_sheets()),
            predictions=tuple(path for run in runs for path in self.predictions(*run)),
            skipped=tuple(f"{v} on {p}: {reason}" for (p, v), reason in self.sweep.skipped.items()),
        )
        return spec.as_json()

    # Digests

    def recipe(self, protocol: str, variant: str, seed: int) -> str:
        """Digest all that a variant's predictions under one seed are made of."""
        chosen = self.sweep.config.variants[variant]
        macro = self._macro_digest(protocol, variant)
        return digest(
            [
                EntrySettings.of(chosen.spec.name, chosen.params).model_dump(mode="json"),
                seed,
                self.split_digest(protocol),
                [self._preparing(*one) for one in self.representations(protocol, variant)],
                code_digest("mer.jobs.train", f"mer.methods.{chosen.spec.name}"),
                *([macro] if macro else []),
            ]
        )

    def split_digest(self, protocol: str) -> str:
        """Digest a protocol's samples, labels and folds, once."""
        if (protocol,) not in self._digests:
            self._digests[protocol,] = split_digest(self.sweep.split(protocol))
        return self._digests[protocol,]

    def _macro_digest(self, protocol: str, variant: str) -> str:
        """Digest the macro-expressions that a variant learns from, once; blank if it takes none."""
        if (protocol, variant) not in self._digests:
            clips = self.sweep.macro_clips(protocol, variant)
            self._digests[protocol, variant] = "" if clips is None else macro_digest(clips)
        return self._digests[protocol, variant]

    # How jobs run

    def n_gpus(self, variant: str) -> int:
        """Count the GPUs that a training job of a variant asks for."""
        wanted = self.sweep.config.variants[variant].spec.uses_gpu
        return int(wanted and self.sweep.config.device != "cpu")

    def n_cores(self, variant: str, seeds: Sequence[int], first: int, last: int) -> int:
        """Count the cores that a training job can use: one per fold, where folds take long.

        A job that is sure of its GPU trains one fold after the other and needs one core.
        """
        spec = self.sweep.config.variants[variant].spec
        if not spec.sample_ms or (spec.uses_gpu and self.sweep.config.device == "cuda"):
            return 1
        return min(8, len(seeds) * (last - first + 1))

    # Look-ups

    def _published(self, protocol: str) -> str | None:
        """Return the slug of a protocol's published numbers on its databases."""
        samples = self.sweep.split(protocol).samples.values()
        found = self.sweep.protocol(protocol).published(sorted({sample.database for sample in samples}))
        return found.slug if found else None

    def _macro_notes(self, protocol: str) -> tuple[str, ...]:
        """Return what tables must say about the macro-expressions that some variant learns from."""
        variants = [self.sweep.config.variants[name] for name in self.sweep.variants(protocol)]
        names = dict.fromkeys(name for variant in variants for name in variant.macro)
        return tuple(note for name in names for note in self.sweep.index(name).notes)

    def _remark(self, protocol: str, variant: str) -> str:
        """Return what a table must say about a variant; of one that does not run, nothing is known."""
        chosen = self.sweep.config.variants[variant]
        runs = (protocol, variant) not in self.sweep.skipped
        clips = self.sweep.macro_clips(protocol, variant) if runs else None
        if clips is None:
            return chosen.spec.remark
        learned = f"learns from {len(clips.samples)} macro-expressions of {', '.join(chosen.macro)} as well"
        return "; ".join(filter(None, [chosen.spec.remark, learned]))


def _marks(clips: Split | MacroClips) -> list[list[object]]:
    """List what files say of clips beyond what is learned from them."""
    return [[s.onset, s.apex, s.offset, s.fps, s.action_units] for s in clips.samples.values()]
