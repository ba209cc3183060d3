"""Tables written elsewhere: kept whole, or refused."""

import pytest

from mer.core.errors import DataError
from mer.report.fragments import read_fragment

TABLE = (
    '<table class="x" style="color: red"><caption>Table 2 &amp; more</caption><thead><tr>'
    '<th scope="col" onclick="run()">UF1</th></tr></thead><tbody><tr><td colspan="2">0.5'
    '<sup><a href="#n1">1</a></sup><br></td></tr></tbody></table><p id="n1">1: a &lt; b, '
    '<a href="javascript:run()">there</a>, <a href="https://doi.org/1">here</a></p>'
)


def written(tmp_path, text, name="fr table 2"):
    path = tmp_path / f"{name}.html"
    path.write_text(text)
    return path


def test_a_table_keeps_its_meaning_and_nothing_else(tmp_path):
    fragment = read_fragment(written(tmp_path, TABLE), "fr table 2")
    assert (fragment.title, fragment.anchor) == ("Table 2 & more", "table-fr-table-2-place")
    assert fragment.html == (
        "<table><caption>Table 2 &amp; more</caption><thead><tr>"
        '<th scope="col">UF1</th></tr></thead><tbody><tr><td colspan="2">0.5'
        '<sup><a href="#table-fr-table-2-n1">1</a></sup><br></td></tr></tbody></table>'
        '<p id="table-fr-table-2-n1">1: a &lt; b, <a>there</a>, <a href="https://doi.org/1">here</a></p>'
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<table></table>\n<script>run()</script>", "line 2: <script> is no part of a table"),
        ('<table><tr><td><img src="https://x"></td></tr></table>', "line 1: <img> is no part of a table"),
        ("<h2>Table</h2><table></table>", "line 1: <h2> is no part of a table"),
        ("<table><tr></table>", "</table> closes nothing that is open last"),
        ("<table><tbody>", "<tbody> is never closed"),
        ("<p>words</p>", "there is no <table>"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, problem):
    with pytest.raises(DataError, match="fr table 2.html: not a table that a page can hold") as caught:
        read_fragment(written(tmp_path, text), "fr")
    assert problem in str(caught.value)
