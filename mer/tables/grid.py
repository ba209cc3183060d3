"""A grid of text with numbered notes, as Markdown, LaTeX (booktabs) and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape

import jinja2
import pandas as pd

# Around the number of a note inside a cell; each format shows it in its own way.
_OPEN, _CLOSE = "\x02", "\x03"


@dataclass
class Notes:
    """Remarks below a grid, numbered in the order in which they are first referred to."""

    texts: list[str] = field(default_factory=list)

    def mark(self, *remarks: str) -> str:
        """Return the marks that refer to some remarks, blank ones left out."""
        numbers = []
        for remark in dict.fromkeys(filter(None, remarks)):
            if remark not in self.texts:
                self.texts.append(remark)
            numbers.append(str(self.texts.index(remark) + 1))
        return f"{_OPEN}{','.join(numbers)}{_CLOSE}" if numbers else ""


@dataclass(frozen=True)
class Grid:
    """Text in rows and columns.

    Attributes
    ----------
    title
        What the grid shows.
    headers
        Two lines of header for each column; equal first lines of neighbours are joined.
    body
        One text for each column, by row.
    notes
        What marks in cells refer to.
    remarks
        Lines below that hold for all of it.
    """

    title: str
    headers: Sequence[tuple[str, str]]
    body: Sequence[Sequence[str]]
    notes: Notes
    remarks: Sequence[str] = ()

    def as_markdown(self) -> str:
        """Write the grid for reading in a terminal or a repository."""
        headers = [" ".join(filter(None, header)) for header in self.headers]
        table = pd.DataFrame(list(self.body), columns=headers).to_markdown(index=False, disable_numparse=True)
        numbered = [f"[{number}] {text}" for number, text in enumerate(self.notes.texts, start=1)]
        below = "\n".join(f"- {line}" for line in [*numbered, *self.remarks])
        text = f"# {self.title}\n\n{table}\n\n{below}\n"
        return text.replace(_OPEN, " [").replace(_CLOSE, "]")

    def as_latex(self) -> str:
        """Write a booktabs table for a paper."""
        styler = self._frame().style.hide(axis="index").format(_latex).format_index(_latex, axis=1)
        table = styler.to_latex(
            hrules=True,
            caption=_latex(self.title),
            position="t",
            position_float="centering",
            multicol_align="c",
            column_format="l" * len(self.headers),
        )
        numbered = [f"{_OPEN}{n}{_CLOSE} {text}" for n, text in enumerate(self.notes.texts, start=1)]
        below = [_latex(line) for line in [*numbered, *self.remarks]]
        under = "\n".join([r"\par\smallskip\footnotesize", *(f"{line}.\\\\" for line in below)])
        return str(table).replace(r"\end{tabular}", f"\\end{{tabular}}\n{under}", 1)

    def as_html(self, name: str) -> str:
        """Write a table with its notes as a fragment of a page; ``name`` begins its identifiers."""
        styler = self._frame().style.hide(axis="index").format(partial(_html, name=name))
        styler = styler.format_index(escape="html", axis=1).set_caption(escape(self.title))
        table = styler.to_html(table_uuid=name, exclude_styles=True, sparse_columns=True)
        # The Styler leaves out what screen readers go by.
        table = table.replace("<th >", '<th scope="col">').replace(
            "<th colspan", '<th scope="colgroup" colspan'
        )
        return str(_FRAGMENT.render(name=name, table=table, notes=self.notes.texts, remarks=self.remarks))

    def _frame(self) -> pd.DataFrame:
        return pd.DataFrame(list(self.body), columns=pd.MultiIndex.from_tuples(list(self.headers)))


_ENVIRONMENT = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_FRAGMENT = _ENVIRONMENT.from_string(
    """<div class="scores-table" id="{{ name }}">
{{ table | safe }}
{% if notes %}
<ol class="notes">
{% for note in notes %}
<li id="{{ name }}-note-{{ loop.index }}">{{ note }}</li>
{% endfor %}
</ol>
{% endif %}
{% if remarks %}
<ul class="remarks">
{% for remark in remarks %}
<li>{{ remark }}</li>
{% endfor %}
</ul>
{% endif %}
</div>
"""
)


def _html(text: object, name: str) -> str:
    """Escape a cell and turn its marks into links to the notes of the table of that name."""
    before, *marked = escape(str(text)).split(_OPEN)
    for part in marked:
        numbers, after = part.split(_CLOSE, 1)
        links = ", ".join(f'<a href="#{name}-note-{n}">{n}</a>' for n in numbers.split(","))
        before += f"<sup>{links}</sup>{after}"
    return before


def _latex(text: object) -> str:
    """Escape text for LaTeX and set marks as superscripts."""
    escaped = str(text)
    for character, replacement in (
        ("\\", r"\textbackslash "),
        ("&", r"\&"),
        ("%", r"\%"),
        ("_", r"\_"),
        ("#", r"\#"),
        ("{", r"\{"),
        ("}", r"\}"),
        ("$", r"\$"),
        ("^", r"\textasciicircum "),
        ("~", r"\textasciitilde "),
        ("±", r"$\pm$"),
        ("−", r"$-$"),
        ("–", "--"),
        ("²", r"\textsuperscript{2}"),
        ("³", r"\textsuperscript{3}"),
        (_OPEN, r"\textsuperscript{"),
        (_CLOSE, "}"),
    ):
        escaped = escaped.replace(character, replacement)
    return escaped
