"""The jobs of a sweep, up to its tables: their files, and the specification that each is given."""

from mer.core.digests import code_digest, digest
from mer.core.trials import NAME_ENDS, TITLE_ENDS
from mer.sweep.baseline import choose_baseline
from mer.sweep.figures import FigureJobs
from mer.sweep.plan import Sweep
from mer.sweep.preparing import RESULTS
from mer.sweep.remembered import remembered
from mer.sweep.specs.comparison import ComparisonSpec
from mer.sweep.specs.samples import SamplesSpec
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import FigureSpec, SummarySpec, TableRow, TableSpec
from mer.sweep.splits import index_digest
from mer.sweep.trial import REMARK as TRIAL_REMARK
from mer.training.settings import TrainingParams


class Jobs(FigureJobs):
    """Paths and specifications of a sweep's jobs; what rules ask for.

    Parameters
    ----------
    sweep
        The sweep.
    """

    def __init__(self, sweep: Sweep) -> None:
        super().__init__(sweep)
        self.root = f"{RESULTS}/{sweep.config.name}"

    # Files

    def page(self, name: str) -> str:
        """Name a page about several sweeps; trials have their own."""
        return f"{RESULTS}/{name}{NAME_ENDS if self.sweep.config.trial else ''}.html"

    def predictions(self, protocol: str) -> list[str]:
        """Name the pooled predictions of all variants that run under a protocol."""
        names = self.sweep.variants(protocol)
        return [f"{self.root}/predictions/{protocol}/{name}.parquet" for name in names]

    def scores(self, protocol: str) -> list[str]:
        """Name the scores of all variants that run under a protocol."""
        return [f"{self.root}/scores/{protocol}/{name}.csv" for name in self.sweep.variants(protocol)]

    def samples(self) -> list[str]:
        """Name the lists of samples and the reports on how they were read."""
        return [
            f"{self.root}/samples/{name}.{suffix}" for name in self.sweep.datasets for suffix in ("csv", "md")
        ]

    def tables(self) -> list[str]:
        """Name all tables."""
        protocols = self.sweep.config.protocols
        return [
            f"{self.root}/tables/{name}.{suffix}" for name in protocols for suffix in ("csv", "md", "tex")
        ]

    def comparisons(self) -> list[str]:
        """Name the comparisons with the baseline, and the intervals of scores."""
        return [
            f"{self.root}/{path}"
            for name in self.sweep.config.protocols
            for path in (f"comparisons/{name}.csv", f"comparisons/{name}.md", f"intervals/{name}.csv")
        ]

    def paper_tables(self) -> list[str]:
        """Name the tables of papers that are made of the sweep."""
        names = [entry.name for entry in self.sweep.config.paper_tables]
        suffixes = ("csv", "md", "tex", "html")
        return [f"{self.root}/paper_tables/{name}.{suffix}" for name in names for suffix in suffixes]

    def published(self, protocol: str) -> str | None:
        """Return the slug of a protocol's published numbers: what the sweep says, else by its databases."""
        for entry in self.sweep.config.paper_tables:
            if protocol in entry.protocols:
                return entry.protocols[protocol]
        samples = self.sweep.split(protocol).samples.values()
        found = self.sweep.protocol(protocol).published(sorted({sample.database for sample in samples}))
        return found.slug if found else None

    # Specifications

    def samples_spec(self, name: str) -> str:
        """Specify the job that lists a data set's samples."""
        spec = SamplesSpec(
            name=name,
            dataset=self._dataset(name),
            digest=index_digest(self.sweep.index(name)),
            revision=code_digest("mer.jobs.samples"),
        )
        return spec.as_json()

    @remembered
    def score_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that scores a variant."""
        spec = ScoreSpec(
            variant=variant,
            method=self.sweep.config.variants[variant].spec.name,
            selection=self.sweep.config.variants[variant].selection,
            seed_groups=tuple(self.sweep.seed_groups(variant)),
            packs=tuple(self.sweep.packs(protocol, variant)),
            recipes={seed: self.recipe(protocol, variant, seed) for seed in self.sweep.seeds(variant)},
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
                remark=self.remark(protocol, name),
                skipped=self.sweep.skipped.get((protocol, name), ""),
            )
            for name in self.sweep.asked(protocol)
            for variant in [self.sweep.config.variants[name]]
        )
        scores = [self.score_spec(protocol, name) for name in self.sweep.variants(protocol)]
        spec = TableSpec(
            protocol=protocol,
            title=self.title(protocol),
            published=self.published(protocol),
            pooling=self.sweep.split(protocol).pooling,
            metrics=entry.spec.metrics,
            rows=rows,
            notes=(*self.sweep.split(protocol).notes, *self.macro_notes(protocol)),
            revision=digest([scores, code_digest("mer.jobs.table")]),
        )
        return spec.as_json()

    def comparison_spec(self, protocol: str) -> str:
        """Specify the job that compares a protocol's variants with the baseline."""
        config, names = self.sweep.config, self.sweep.variants(protocol)
        baseline, notes = choose_baseline(config.baseline, config.variants, names)
        made_of = [[self.score_spec(protocol, name) for name in names], code_digest("mer.jobs.comparison")]
        spec = ComparisonSpec(
            protocol=protocol,
            title=self.title(protocol),
            baseline=baseline,
            variants=tuple(names),
            notes=notes,
            revision=digest(made_of),
        )
        return spec.as_json()

    def figure_spec(self, protocol: str, variant: str) -> str:
        """Specify the job that draws a variant's confusion matrices."""
        revision = digest([self.score_spec(protocol, variant), code_digest("mer.jobs.figure")])
        oracle = self.sweep.config.variants[variant].selection == "oracle_test"
        title = f"{variant} on {protocol}{' (oracle, no result)' if oracle else ''}"
        title += TITLE_ENDS if self.sweep.config.trial else ""
        stand_in = self.sweep.split(protocol).source == "stand_in"
        return FigureSpec(title=title, stand_in=stand_in, revision=revision).as_json()

    def summary_spec(self) -> str:
        """Specify the job that lists what belongs to the sweep."""
        protocols = self.sweep.config.protocols
        runs = {
            one: {name: self.run_folder(one, name) for name in self.sweep.variants(one)} for one in protocols
        }
        spec = SummarySpec(
            name=self.sweep.config.name,
            tables=tuple(self.tables()),
            paper_tables=tuple(self.paper_tables()),
            samples=tuple(self.samples()),
            audits=tuple(self.audits()),
            figures=tuple(self.figures()),
            comparisons=tuple(self.comparisons()),
            contact_sheets=tuple(self.contact_sheets()),
            predictions=tuple(path for one in protocols for path in self.predictions(one)),
            runs=runs,
            not_drawn={"critical_difference": self.no_ranks} if self.no_ranks else {},
            skipped=(
                *(f"{protocol}: {reason}" for protocol, reason in self.sweep.config.missing.items()),
                *(f"{v} on {p}: {reason}" for (p, v), reason in self.sweep.skipped.items()),
            ),
        )
        return spec.as_json()

    # Look-ups

    def macro_notes(self, protocol: str) -> tuple[str, ...]:
        """Return what tables must say about the macro-expressions that some variant learns from."""
        variants = [self.sweep.config.variants[name] for name in self.sweep.variants(protocol)]
        names = dict.fromkeys(name for variant in variants for name in variant.macro)
        return tuple(note for name in names for note in self.sweep.index(name).notes)

    def remark(self, protocol: str, variant: str) -> str:
        """Return what a table must say about a variant; of one that does not run, nothing is known."""
        chosen = self.sweep.config.variants[variant]
        runs = (protocol, variant) not in self.sweep.skipped
        clips = self.sweep.macro_clips(protocol, variant) if runs else None
        tried = runs and self.sweep.config.trial and isinstance(chosen.params, TrainingParams)
        remarks = [TRIAL_REMARK] if tried else []
        remarks += filter(None, [chosen.note, chosen.spec.remark])
        if clips is not None:
            sets = ", ".join(chosen.macro)
            remarks.append(f"learns from {len(clips.samples)} macro-expressions of {sets} as well")
        return "; ".join(remarks)
