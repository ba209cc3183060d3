import pandas as pd
import pytest

from mer.core.errors import ConfigError
from mer.methods import METHODS
from mer.protocols import PROTOCOLS
from mer.published.catalogue import published_methods, published_protocols
from mer.published.tables import Column, published_table, published_tables, table_name


def printed(repository):
    return pd.read_csv(repository / "mer/published/results.csv", keep_default_na=False, dtype=str)


def test_every_printed_cell_is_in_one_place_of_one_table(repository):
    found = {
        (paper, table, column.protocol, column.scope, row.slug, column.metric): cell.printed
        for paper, table in published_tables()
        for row in published_table(paper, table).rows
        for column, cell in row.cells.items()
    }
    rows = printed(repository)
    keys = zip(
        *(rows[c] for c in ("paper", "table", "protocol", "dataset_scope", "method_slug", "metric")),
        strict=True,
    )
    assert found == dict(zip(keys, rows["reported_as"], strict=True))
    assert len(found) == 970


def test_rows_and_columns_have_the_papers_order():
    table = published_table("fr", "Table 2")
    assert [row.slug for row in table.rows][:3] == ["lbp-top", "bi-woof", "alexnet"]
    assert table.columns[:3] == (
        Column("cde2019", "composite", "uf1"),
        Column("cde2019", "composite", "uar"),
        Column("cde2019", "smic-hs", "uf1"),
    )
    assert table.rows[0].cells[Column("cde2019", "smic-hs", "uf1")].value == 0.2
    assert "at least 0.398" in table.rows[0].cells[Column("cde2019", "smic-hs", "uf1")].remark


def test_names_of_files_are_different():
    names = [table_name(*one) for one in published_tables()]
    assert len(set(names)) == len(names) == 25


def test_an_unknown_table_is_named_with_the_nearest():
    with pytest.raises(ConfigError, match=r"Unknown table 'Table 1\(d\)'\. Did you mean 'Table 1"):
        published_table("fr", "Table 1(d)")


def test_the_mapping_leaves_no_published_method_or_protocol_out(repository):
    rows = printed(repository)
    protocols = pd.read_csv(repository / "mer/published/protocols.csv")["protocol"]
    assert set(published_methods()) == set(rows["method_slug"])
    assert set(published_protocols()) == set(rows["protocol"]) | set(protocols)


def test_the_mapping_agrees_with_the_catalogues():
    for name in published_methods().values():
        assert (name.status == "catalogue") <= (name.key in METHODS), name
        assert (name.status == "cited only") == (name.key == ""), name
        assert name.key or name.remark, name
    for name in published_protocols().values():
        assert (name.status == "catalogue") == (name.key in PROTOCOLS), name
        assert name.title, name
        assert name.key or name.remark, name
    for key, spec in METHODS.items():
        if spec.published:
            assert published_methods()[spec.published].key == key


def test_parts_are_of_protocols_that_are_whole():
    protocols = published_protocols()
    for name in protocols.values():
        assert bool(name.of) == bool(name.part), name
        assert all(protocols[one].part == "" for one in name.of), name
        assert name.part in ("", "scope", "mean") or name.part.startswith("fold "), name
