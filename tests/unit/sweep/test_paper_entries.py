from pathlib import Path

import yaml

from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from tests.unit.sweep.test_config import VALID, parsed, problems


def test_tables_are_named_by_paper_and_table():
    config = parsed(VALID, paper_tables=[{"paper": "fr", "table": "Table 1(a)"}])
    assert [entry.name for entry in config.paper_tables] == ["fr_table_1_a"]


def test_every_mistake_is_listed():
    tables = [
        {"paper": "fr", "table": "Table 22"},
        {"paper": "fx", "table": "Table 2"},
        {"paper": "fr", "table": "Table 2", "protocols": {"fist": "cde2019", "first": "cde2020"}},
        {"paper": "fr", "table": "Table 2"},
    ]
    lines = problems(paper_tables=tables)
    assert lines[0].startswith("paper_tables.0: Unknown table 'Table 22'. Did you mean 'Table 2'?")
    assert lines[1].startswith("paper_tables.1: Unknown paper 'fx'. Known papers: elrcn, fr,")
    assert lines[2].startswith("paper_tables.2.protocols: Unknown protocol 'fist'. Did you mean 'first'?")
    assert lines[3].startswith("paper_tables.2.protocols.first: Unknown published protocol 'cde2020'.")
    assert lines[4] == "paper_tables.3: Table 2 of fr is listed twice"


def test_a_variant_may_stand_for_another_published_method():
    config = parsed(VALID, variants={"r3": {"method": "lbp_top_svm", "published": "lbp-top-r3p8"}})
    assert config.variants["r3"].published == "lbp-top-r3p8"
    lines = problems(variants={"r3": {"method": "lbp_top_svm", "published": "lbp-top-r9p8"}})
    assert lines[0].startswith("variants.r3.published: Unknown published method 'lbp-top-r9p8'.")
    lines = problems(variants={"net": {"method": "ststnet", "published": "fr"}})
    assert lines == ["variants.net.published: 'fr' is fr, not ststnet"]


def test_a_part_of_a_protocol_is_nothing_that_a_protocol_can_stand_for():
    tables = [{"paper": "tlcnn", "table": "Table 3", "protocols": {"first": "tlcnn560-tim64-fold1"}}]
    lines = problems(paper_tables=tables)
    assert lines[0].startswith("paper_tables.0.protocols.first: Unknown published protocol")


def test_what_a_sweep_says_of_a_protocol_holds_for_all_its_tables():
    raw = yaml.safe_load(VALID)
    raw["paper_tables"] = [
        {"paper": "tlcnn", "table": "Table 3", "protocols": {"first": "tlcnn560-tim64-mean"}}
    ]
    jobs = Jobs(Sweep(parse(raw, "mine.yaml", Path.cwd())))
    assert jobs.published("first") == "tlcnn560-tim64-mean"
