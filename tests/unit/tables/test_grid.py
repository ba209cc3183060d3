from html.parser import HTMLParser

import pytest

from mer.tables.grid import Grid, Notes


@pytest.fixture
def grid():
    notes = Notes()
    body = [
        ["A & <b>" + notes.mark("odd <i>"), "0.5" + notes.mark("odd <i>", "", "other_1"), ""],
        ["B", "−0.1", ""],
    ]
    return Grid("T & t", [("", "Method"), ("SAMM", "UF1"), ("SAMM", "UAR")], body, notes, ["pooled"])


class Tags(HTMLParser):
    """Collects tags with their attributes and text, and checks that they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.opened, self.found, self.words = [], [], []
        self.feed(text)
        assert self.opened == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_remarks_are_numbered_where_they_are_first_referred_to():
    notes = Notes()
    marks = [notes.mark("one"), notes.mark("two", "one"), notes.mark(""), notes.mark("two", "two")]
    assert [mark.strip("\x02\x03") for mark in marks] == ["1", "2,1", "", "2"]
    assert notes.texts == ["one", "two"]


def test_markdown_shows_marks_in_brackets(grid):
    lines = grid.as_markdown().splitlines()
    assert lines[0] == "# T & t"
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == ["Method", "SAMM UF1", "SAMM UAR"]
    assert [cell.strip() for cell in lines[4].strip("|").split("|")] == ["A & <b> [1]", "0.5 [1,2]", ""]
    assert lines[-3:] == ["- [1] odd <i>", "- [2] other_1", "- pooled"]


def test_latex_escapes_text_and_raises_marks(grid):
    text = grid.as_latex()
    assert r"A \& <b>\textsuperscript{1} & 0.5\textsuperscript{1,2} &" in text
    assert r"B & $-$0.1" in text
    assert r"\textsuperscript{2} other\_1.\\" in text
    assert r"\toprule" in text
    assert text.index("pooled") > text.index(r"\end{tabular}")


def test_latex_of_free_text_ends_no_document():
    notes = Notes()
    body = [["cost $5, x^2, {open ~ and 50 %" + notes.mark("a_b#c")]]
    text = Grid("t", [("", "Method")], body, notes).as_latex()
    assert r"cost \$5, x\textasciicircum 2, \{open \textasciitilde  and 50 \%\textsuperscript{1}" in text
    assert r"a\_b\#c" in text


def test_html_is_a_table_with_caption_whose_marks_lead_to_its_notes(grid):
    tags = Tags(grid.as_html("t_1"))
    assert ("caption", {}) in tags.found
    links = [attributes["href"] for tag, attributes in tags.found if tag == "a"]
    identifiers = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert links == ["#t_1-note-1", "#t_1-note-1", "#t_1-note-2"]
    assert len(set(identifiers)) == len(identifiers)
    assert {link.removeprefix("#") for link in links} <= set(identifiers)
    assert {"T & t", "A & <b>", "odd <i>", "pooled"} <= set(tags.words)
    assert {attributes.get("scope") for tag, attributes in tags.found if tag == "th"} == {"col", "colgroup"}
