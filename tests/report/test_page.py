"""The page as HTML: well-formed, complete in itself, the same for the same files, and hostile to markup in names."""

import base64
import hashlib
import json
import re
import subprocess
from html.parser import HTMLParser
from itertools import pairwise

import pytest

import mer.report.page
from mer.core.errors import DataError, IncompleteRunError
from mer.jobs import report
from mer.report import checkout
from mer.report.page import Anchors, page
from tests.report.conftest import NASTY, Variant, write_sweep

VOID = {"meta", "link", "input", "img", "br", "col", "hr"}


class Outline(HTMLParser):
    """Collects what the tests look at, and refuses elements that are closed out of order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID and not self.in_svg():
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert self.in_svg(), f"<{tag}/> outside of a drawing"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def in_svg(self):
        return "svg" in self.open

    def all(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]

    def headings(self):
        return [int(tag[1]) for tag, _ in self.elements if re.fullmatch("h[1-6]", tag)]

    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def _write_paper_table(results):
    for folder in ("mine/paper_tables", "published"):
        (results / folder).mkdir()
    (results / "mine/paper_tables/fr.html").write_text(
        '<table id="t"><caption>Table 2 of FR</caption></table>'
    )
    listed = json.loads((results / "mine/sweep.json").read_text())
    listed["paper_tables"] = ["results/mine/paper_tables/fr.html"]
    (results / "mine/sweep.json").write_text(json.dumps(listed))


def full(results):
    """Add everything that a page can hold."""
    (results / "mine/comparisons").mkdir()
    (results / "mine/comparisons/p.md").write_text(
        "# MEGC 2019 composite (p): every method against majority\n\n## UF1\n\n"
        "| Method | Difference |\n|:--|:--|\n| net [1] | +0.4700 |\n\n- [1] only 3 subjects\n"
    )
    (results / "mine/figures/p/figures.json").write_text(
        json.dumps([{"file": "confusion_net.png", "title": "Confusions", "caption": "Counts of net."}])
    )
    _write_paper_table(results)
    (results / "published/audit.csv").write_text(
        "paper,item,printed,recomputed,verdict,reason,weight\n"
        "fr,UAR of STSTNet,0.7605,0.7186,disagrees,it is macro-averaged precision,A\n"
        "fr,UF1 of FR,0.7838,0.7838,agrees,,\ntlcnn,Table 3,76.17,76.17,agrees,,\n"
    )
    listed = json.loads((results / "mine/sweep.json").read_text())
    listed["not_drawn"] = {"critical_difference": "one protocol is no sample"}
    (results / "mine/sweep.json").write_text(json.dumps(listed))
    write_sweep(results.parent, "other", "q", "stand_in")
    return page(results, ["mine", "other"])


def test_tables_of_papers_have_a_page_of_their_own(results):
    full(results)
    tables = [results / "mine/paper_tables/fr.html", results / "mine/paper_tables/more.html"]
    tables[1].write_text("<table id='t'><caption>Table\n 3 of FR, measured beside printed</caption></table>")
    text = mer.report.page.page_of_tables(tables, results / "published/audit.csv")
    outline = Outline(text)
    assert "The tables of the papers, measured beside printed." in text
    assert text.index("Table 2 of FR</caption>") < text.index("3 of FR, measured beside printed</caption>")
    links = {link["href"][1:] for link in outline.all("a") if link["href"].startswith("#")}
    assert links <= set(outline.ids())
    assert {"table-mine-fr-place", "table-mine-more-place", "audit"} <= links
    assert len(outline.ids()) == len(set(outline.ids()))
    assert "it is macro-averaged precision" in text
    assert "Leaderboard" not in text


@pytest.fixture
def outline(results):
    return Outline(full(results))


def test_names_of_elements_are_unique_and_links_lead_to_them(outline):
    ids = outline.ids()
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in outline.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    named = [
        attributes["aria-labelledby"] for _, attributes in outline.elements if "aria-labelledby" in attributes
    ]
    assert set(named) <= set(ids)
    assert len(named) > 20


def test_headings_skip_no_level(outline):
    levels = outline.headings()
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {2, 3, 4, 5} <= set(levels)


def test_there_is_one_of_each_landmark(outline):
    for tag in ("header", "nav", "main"):
        assert len(outline.all(tag)) == 1
    (html,) = outline.all("html")
    assert html["lang"] == "en"
    assert outline.elements[[tag for tag, _ in outline.elements].index("a")][1]["href"] == "#content"


def test_every_picture_says_what_it_shows_and_lies_in_the_page(outline):
    pictures = outline.all("img")
    # Four confusion matrices and a contact sheet in each of two sweeps.
    assert len(pictures) == 10
    for picture in pictures:
        assert picture["alt"]
        assert picture["src"].startswith("data:image/png;base64,")
        assert int(picture["width"]) > 0


def test_every_table_has_headers_and_every_leaderboard_a_caption(outline):
    headers = outline.all("th")
    assert headers
    assert all(header["scope"] in ("col", "row", "colgroup", "rowgroup") for header in headers)
    assert len(outline.all("caption")) >= 6


def test_nothing_is_taken_from_elsewhere(results):
    text = full(results)
    outline = Outline(text)
    for _, attributes in outline.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
        assert not any(name.startswith("on") for name in attributes)
        assert "style" not in attributes
    style, script = re.search("<style>(.*?)</style>.*<script>(.*?)</script>", text, re.DOTALL).groups()
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search("fetch|XMLHttp|import|http", script)


def test_the_policy_allows_the_pages_own_script_and_style_only(results):
    text = page(results, ["mine"])
    (policy,) = (m["content"] for m in Outline(text).all("meta") if m.get("http-equiv"))
    for kind in ("style", "script"):
        (own,) = re.findall(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_all_that_there_is_is_shown(outline):
    text = " ".join(" ".join(outline.text).split())
    for shown in (
        "MEGC 2019 composite (p): 442 clips, 68 subjects, 68 folds",
        "smic_hs has no annotated apex",
        "with the settings of its own release",
        "[0.6600, 0.7700]",  # the interval of net
        "+0.4700",
        "only 3 subjects",
        "Not drawn, critical difference: one protocol is no sample",
        "442 real clips of 68 people in 68 folds.",
        "samm: 133 clips of 28 people",
        "Table 2 of FR",
        "it is macro-averaged precision",
        "NVIDIA H200, cpu",
        "6 min 0 s",  # three seeds, two folds, a minute each
        "2.13.0",
        '"epochs": 500',
    ):
        assert shown in text, shown


def test_the_audit_counts_verdicts_and_shows_what_disagrees(outline):
    text = " ".join(" ".join(outline.text).split())
    assert "Paper agrees disagrees fr 1 1 tlcnn 1 0" in text
    assert (
        text.index("What does not add up") < text.index("UAR of STSTNet") < text.index("All other items (2)")
    )


def test_stand_ins_carry_a_banner_and_no_published_row(results):
    write_sweep(results.parent, "other", "q", "stand_in")
    real, synthetic = (page(results, [name]).split("</style>")[1] for name in ("mine", "other"))
    assert "Stand-in data" not in real
    assert '<p class="banner"><strong>Stand-in data.</strong>' in synthetic
    assert 'data-kind="published"' in real
    assert 'data-kind="published"' not in synthetic
    assert 'data-kind="cited"' not in synthetic


def test_the_same_files_give_the_same_page(results):
    text = full(results)
    assert text == page(results, ["mine", "other"])
    assert str(results.parent) not in text


def test_names_are_text_whatever_is_in_them(tmp_path):
    nasty = Variant(NASTY, {0: 0.5}, remark=NASTY, devices=(NASTY,))
    folder = write_sweep(tmp_path, variants={"net": nasty})
    (folder / "samples/samm.md").write_text(f"# {NASTY}\n\n- {NASTY}\n\n| {NASTY} |\n|---|\n| {NASTY} |\n")
    caption = [{"file": "confusion_net.png", "title": NASTY, "caption": NASTY}]
    (folder / "figures/p/figures.json").write_text(json.dumps(caption))
    _write_paper_table(tmp_path / "results")
    (tmp_path / "results/published/audit.csv").write_text(
        f'paper,item,printed,recomputed,verdict,reason\n"{NASTY.replace(chr(34), chr(34) * 2)}",i,1,2,disagrees,r\n'
    )
    outline = Outline(page(tmp_path / "results", ["mine"]))
    assert len(outline.all("script")) == 1
    assert not any("onerror" in attributes for _, attributes in outline.elements)
    assert " ".join(outline.text).count(NASTY) > 8


def test_anchors_are_unique_whatever_the_names():
    anchors = Anchors()
    made = [
        anchors("sweep", "a b"),
        anchors("sweep", "a-b"),
        anchors("sweep", "a-b-2"),
        anchors("sweep", "ä"),
    ]
    assert made[0] == "sweep--a-b"
    assert len(set(made)) == 4


def test_the_job_takes_all_finished_sweeps_or_those_named(results):
    write_sweep(results.parent, "other", "q")
    report.run(results, [], results / "report.html")
    both = (results / "report.html").read_text()
    report.run(results, ["other"], results / "report.html")
    one = (results / "report.html").read_text()
    assert "Sweep mine" in both
    assert "Sweep other" in both
    assert "Sweep mine" not in one


def test_without_a_finished_sweep_there_is_no_page(tmp_path):
    with pytest.raises(DataError, match="holds no finished sweep. Run 'snakemake' first."):
        report.run(tmp_path, [], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_a_page_is_never_silently_smaller(results):
    (results / "mine/figures/p/confusion_net.png").unlink()
    with pytest.raises(IncompleteRunError, match="confusion_net.png"):
        report.run(results, ["mine"], results / "report.html")
    assert not (results / "report.html").exists()


def git(folder, *arguments):
    command = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=e@x", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_is_that_of_the_checkout_of_the_package(tmp_path, monkeypatch):
    package = tmp_path / "mer"
    package.mkdir()
    (package / "__init__.py").write_text('"""A package."""\n')
    monkeypatch.setattr(checkout, "PACKAGE", package)
    assert checkout.commit() == "unknown"
    git(tmp_path, "init")
    # Installed inside somebody's repository, but no part of it.
    git(tmp_path, "commit", "--allow-empty", "-m", "theirs")
    assert checkout.commit() == "unknown"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "ours")
    assert checkout.commit() == git(tmp_path, "rev-parse", "HEAD")
    (package / "__init__.py").write_text('"""Another."""\n')
    assert checkout.commit().endswith(", with changes that are not committed")


def test_the_page_names_the_commit(results, monkeypatch):
    monkeypatch.setattr(mer.report.page, "commit", lambda: "0123abcd")
    assert "0123abcd" in page(results, ["mine"])
