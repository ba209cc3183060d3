"""The page of the audit, and that of the documentation."""

from mer.audit.check import Check
from mer.audit.report import counts, markdown


def test_the_page_of_the_documentation_is_what_the_command_writes(checks, repository):
    page = (repository / "docs" / "audit_published.md").read_text(encoding="utf-8")
    assert page == markdown(checks, "Audit of published numbers"), (
        "Write it again: mer audit --md docs/audit_published.md"
    )


def test_disagreements_are_listed_by_weight_and_remarks_apart():
    made = [
        Check("x", "last", "0.1", "0.2", "disagrees", weight="C"),
        Check("x", "first | one", "0.1", "0.5", "disagrees", "why", weight="A"),
        Check("x", "fine", "0.1", "0.1", "agrees"),
        Check("y", "words", "a", "b", "not computable"),
    ]
    page = markdown(made, "T")
    assert page.index("| A | first \\| one | 0.1 | 0.5 | why |") < page.index("| C | last |")
    assert "| fine |" not in page
    assert "## y: what disagrees" not in page
    assert page.index("## Remarks that nothing computes") < page.index("| y | words | a | b |  |")
    assert counts(made) == [("x", [1, 2, 0, 0]), ("y", [0, 0, 0, 1]), ("all", [1, 2, 0, 1])]
