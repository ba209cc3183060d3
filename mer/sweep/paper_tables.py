"""The jobs that make tables of the papers: their files, and the specification that each is given."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import mer.published
from mer.core.digests import code_digest, digest
from mer.published.catalogue import published_protocols
from mer.published.tables import PublishedTable, published_table
from mer.sweep.campaign import report_revision
from mer.sweep.cells import Jobs
from mer.sweep.paper_entries import PaperTableEntry
from mer.sweep.specs.paper_table import (
    PaperPageSpec,
    PaperSource,
    PaperTableSpec,
    PaperVariant,
    PublishedAuditSpec,
)


def paper_inputs(jobs: Jobs, table: str) -> list[str]:
    """Name the predictions of everything that a table shows, and their scores."""
    protocols = [source.protocol for source in _sources(jobs, _entry(jobs, table))]
    return [path for one in protocols for path in (*jobs.predictions(one), *jobs.scores(one))]


def paper_table_spec(jobs: Jobs, table: str) -> str:
    """Specify the job that makes a table."""
    entry = _entry(jobs, table)
    sources = _sources(jobs, entry)
    protocols = [source.protocol for source in sources]
    variants = tuple(
        variant
        for name in jobs.sweep.config.variants
        for variant in [_variant(jobs, name, protocols)]
        if variant.protocols or variant.skipped
    )
    scores = [jobs.score_spec(protocol, one.variant) for one in variants for protocol in one.protocols]
    spec = PaperTableSpec(
        paper=entry.paper,
        table=entry.table,
        sources=sources,
        variants=variants,
        missing=dict(jobs.sweep.config.missing),
        trial=jobs.sweep.config.trial,
        revision=digest([scores, published_audit_spec(), code_digest("mer.jobs.paper_table")]),
    )
    return spec.as_json()


def published_audit_spec() -> str:
    """Specify the job that audits published numbers, once for all sweeps."""
    revision = digest([_published_digest(), code_digest("mer.jobs.published_audit")])
    return PublishedAuditSpec(revision=revision).as_json()


def paper_page_spec() -> str:
    """Specify the job that puts the tables of all sweeps on one page."""
    return PaperPageSpec(revision=digest([report_revision(), code_digest("mer.jobs.paper_page")])).as_json()


@cache
def _published_digest() -> str:
    """Digest all published data: the audit and the tables read most of it."""
    folder = Path(mer.published.__path__[0])
    return digest([[path.name, path.read_text(encoding="utf-8")] for path in sorted(folder.glob("*.csv"))])


def _entry(jobs: Jobs, table: str) -> PaperTableEntry:
    return next(entry for entry in jobs.sweep.config.paper_tables if entry.name == table)


def _sources(jobs: Jobs, entry: PaperTableEntry) -> tuple[PaperSource, ...]:
    """List the protocols that measure columns of a table."""
    wanted = _slugs(published_table(entry.paper, entry.table))
    sources: list[PaperSource] = []
    for protocol in jobs.sweep.config.protocols:
        slug = entry.protocols.get(protocol) or jobs.published(protocol)
        if slug is None or slug not in wanted:
            continue
        split = jobs.sweep.split(protocol)
        sources.append(
            PaperSource(
                protocol=protocol,
                slug=slug,
                source=split.source,
                pooling=split.pooling,
                subject_disjoint=jobs.sweep.protocol(protocol).subject_disjoint,
                notes=(*split.notes, *jobs.macro_notes(protocol)),
            )
        )
    return tuple(sources)


def _slugs(table: PublishedTable) -> set[str]:
    """List the published protocols that a table's columns are, or are parts of."""
    names = [published_protocols()[column.protocol] for column in table.columns]
    return {slug for name in names for slug in name.of or (name.slug,)}


def _variant(jobs: Jobs, name: str, protocols: Sequence[str]) -> PaperVariant:
    chosen = jobs.sweep.config.variants[name]
    skipped = {
        protocol: jobs.sweep.skipped[protocol, name]
        for protocol in protocols
        if (protocol, name) in jobs.sweep.skipped
    }
    return PaperVariant(
        variant=name,
        method=chosen.spec.title,
        slug=chosen.published or chosen.spec.published,
        selection=chosen.selection,
        protocols=tuple(one for one in protocols if name in jobs.sweep.variants(one)),
        skipped=skipped,
        remarks={one: jobs.remark(one, name) for one in protocols if name in jobs.sweep.variants(one)},
    )
