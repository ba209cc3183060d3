"""Read the Markdown that the workflow's jobs write: headings, lists, tables, code, paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from markupsafe import Markup, escape

# Digits, signs, and the words between the ends of an interval.
_NUMBERS = re.compile(r"(?:[-+<±–.\d\s%]|to)*")

Kind = Literal["heading", "list", "table", "code", "text"]


@dataclass(frozen=True)
class Item:
    """One item of a list, with those below it."""

    text: str
    children: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """Lines that belong together.

    Attributes
    ----------
    kind
        What they are.
    text
        Of a heading, a paragraph or code.
    items
        Of a list.
    header, rows
        Of a table.
    """

    kind: Kind
    text: str = ""
    items: tuple[Item, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def is_number(self, column: int) -> bool:
        """Whether a column of a table holds numbers, intervals and dashes only."""
        cells = [row[column] for row in self.rows if column < len(row)]
        return any(re.search(r"\d", cell) for cell in cells) and all(map(_NUMBERS.fullmatch, cells))


def read_blocks(text: str) -> tuple[str, list[Block]]:
    r"""Divide a text into blocks; returns the first heading apart from all others.

    Examples
    --------
    >>> title, blocks = read_blocks("# Leak audit\n\n- 9 clips.\n- No clip on both sides.\n")
    >>> title, [item.text for item in blocks[0].items]
    ('Leak audit', ['9 clips.', 'No clip on both sides.'])
    """
    blocks = []
    for kind, group in groupby(_kinds(text), key=lambda pair: pair[0]):
        lines = [line for _, line in group]
        if kind == "heading":
            blocks += [Block("heading", line.lstrip("#").strip()) for line in lines]
        elif kind == "list":
            blocks.append(Block("list", items=_items(lines)))
        elif kind == "table":
            header, *rows = [_cells(line) for line in lines]
            kept = [row for row in rows if not all(re.fullmatch(":?-+:?", cell) for cell in row)]
            blocks.append(Block("table", header=header, rows=tuple(kept)))
        elif kind != "blank":
            blocks.append(Block(kind, "\n".join(lines)))
    title = blocks.pop(0).text if blocks and blocks[0].kind == "heading" else ""
    return title, blocks


def inline(text: str) -> Markup:
    """Escape a text, in which only what stands between double asterisks is set in bold.

    Examples
    --------
    >>> str(inline("**Not disjoint**: a < b"))
    '<strong>Not disjoint</strong>: a &lt; b'
    """
    parts = [escape(part) for part in re.split(r"\*\*(.+?)\*\*", text)]
    parts[1::2] = [Markup("<strong>{}</strong>").format(part) for part in parts[1::2]]
    return Markup("").join(parts)


def _kinds(text: str) -> Iterator[tuple[Kind | Literal["blank"], str]]:
    """Tell what each line is; the fences around code are dropped."""
    in_code = False
    for line in text.splitlines():
        if line.startswith("```"):
            in_code = not in_code
            yield "blank", ""
        elif in_code:
            yield "code", line
        else:
            yield _kind(line), line


def _kind(line: str) -> Kind | Literal["blank"]:
    starts: tuple[tuple[str, Kind], ...] = (("#", "heading"), ("- ", "list"), ("|", "table"))
    for start, kind in starts:
        if line.lstrip().startswith(start):
            return kind
    return "text" if line.strip() else "blank"


def _items(lines: list[str]) -> tuple[Item, ...]:
    """Put indented items below the item before them."""
    items: list[tuple[str, list[str]]] = []
    for line in lines:
        told = line.strip().removeprefix("- ")
        if line.startswith(" ") and items:
            items[-1][1].append(told)
        else:
            items.append((told, []))
    return tuple(Item(told, tuple(children)) for told, children in items)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
