"""Which tables of the papers a sweep makes."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from mer.core.errors import ConfigError, unknown_name
from mer.core.parameters import Params
from mer.published.catalogue import published_methods, published_protocols
from mer.published.tables import published_table, table_name


class PaperTableEntry(Params):
    """A table of a paper."""

    paper: str = Field(
        description="Short name of the paper: tlcnn, fr, vggface2-lstm, resnet10-macro, elrcn."
    )
    table: str = Field(description="The table as the paper calls it, for example 'Table 2'.")
    protocols: dict[str, str] = Field(
        default_factory=dict,
        description="Slugs of published protocols by the names of protocols here, where a protocol stands "
        "for another one than it says itself (for example another number of frames).",
    )

    @property
    def name(self) -> str:
        """Name of its files."""
        return table_name(self.paper, self.table)


def paper_problems(entries: Sequence[PaperTableEntry], protocols: Iterable[str]) -> list[str]:
    """List what is wrong with the tables that a sweep asks for."""
    known, problems, seen = list(protocols), [], set()
    for number, entry in enumerate(entries):
        place = f"paper_tables.{number}"
        try:
            published_table(entry.paper, entry.table)
        except ConfigError as error:
            problems.append(f"{place}: {error}")
        if entry.name in seen:
            problems.append(f"{place}: {entry.table} of {entry.paper} is listed twice")
        seen.add(entry.name)
        for name, slug in entry.protocols.items():
            if name not in known:
                problems.append(f"{place}.protocols: {unknown_name('protocol', name, known)}")
            whole = [one.slug for one in published_protocols().values() if not one.part]
            if slug not in whole:
                found = unknown_name("published protocol", slug, whole)
                problems.append(f"{place}.protocols.{name}: {found}")
    return problems


def published_problems(published: Mapping[str, str | None], methods: Mapping[str, str]) -> list[str]:
    """List variants that stand for another method's published numbers.

    Parameters
    ----------
    published
        Slug that each variant gives, by its name; None where it gives none.
    methods
        Method of each variant.
    """
    wrong = []
    for name, slug in published.items():
        if slug is None or name not in methods:
            continue
        key = published_methods()[slug].key
        if key != methods[name]:
            wrong.append(f"variants.{name}.published: '{slug}' is {key or 'only cited'}, not {methods[name]}")
    return wrong
