"""Tables that are written as HTML elsewhere: taken over if they hold nothing but a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from markupsafe import Markup, escape

from mer.core.errors import DataError, listed

_VOID = ("br", "col")
_ELEMENTS = frozenset(
    (
        *("table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "th", "td", *_VOID),
        *("p", "div", "section", "ol", "ul", "li", "dl", "dt", "dd"),
        *("a", "abbr", "b", "cite", "code", "em", "i", "small", "span", "strong", "sub", "sup"),
    )
)
_KEPT = ("colspan", "rowspan", "span", "scope", "abbr", "title", "lang")
# These name an element; names of several files must not meet on one page.
_NAMES = ("id", "headers", "aria-describedby", "aria-labelledby")


@dataclass(frozen=True)
class Fragment:
    """A table with its caption and footnotes; ``title`` is the caption, ``anchor`` a name for links."""

    title: str
    anchor: str
    html: Markup


def read_fragment(path: Path, prefix: str) -> Fragment:
    """Read a table with its caption and footnotes.

    Attributes that say how it looks or what it does are dropped; names of elements are prefixed, and of
    links only those stay that lead to such a name or to an ``https`` address.

    Raises
    ------
    DataError
        If it holds something that is no part of a table: a script, an image, a heading.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}).") from error
    reader = _Reader(prefix)
    reader.feed(text)
    reader.close()
    problems = [*reader.problems, *(f"<{name}> is never closed" for name in reader.open)]
    if "table" not in reader.seen:
        problems.append("there is no <table>")
    if problems:
        raise DataError(listed(f"{path}: not a table that a page can hold:", problems))
    title = " ".join("".join(reader.caption).split())
    return Fragment(title or path.stem, f"{reader.prefix}-place", Markup("").join(reader.parts))


class _Reader(HTMLParser):
    """Writes again what it reads, as far as it belongs to a table."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.prefix = "table-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in name)
        self.parts: list[Markup] = []
        self.problems: list[str] = []
        self.open: list[str] = []
        self.caption: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        if tag not in _ELEMENTS:
            self.problems.append(f"line {line}: <{tag}> is no part of a table")
            return
        self.seen.add(tag)
        if tag not in _VOID:
            self.open.append(tag)
        kept = [Markup(' {}="{}"').format(name, value) for name, value in self._kept(attrs)]
        self.parts.append(Markup("<{}{}>").format(tag, Markup("").join(kept)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _ELEMENTS and tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ELEMENTS or tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"line {self.getpos()[0]}: </{tag}> closes nothing that is open last")
            return
        self.open.pop()
        self.parts.append(Markup("</{}>").format(tag))

    def handle_data(self, data: str) -> None:
        self.parts.append(escape(data))
        if "caption" in self.open:
            self.caption.append(data)

    def _kept(self, attrs: list[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
        for name, given in attrs:
            value = given or ""
            if name in _KEPT:
                yield name, value
            elif name in _NAMES:
                yield name, " ".join(f"{self.prefix}-{one}" for one in value.split())
            elif name == "href" and value.startswith("#"):
                yield name, f"#{self.prefix}-{value[1:]}"
            elif name == "href" and value.startswith("https://"):
                yield name, value
