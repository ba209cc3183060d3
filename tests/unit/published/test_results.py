import pytest

from mer.methods import METHODS
from mer.published.papers import citation
from mer.published.results import published_results
from tests.contract.conftest import EXAMPLES

SLUGS = {
    found.slug
    for protocol in EXAMPLES.values()
    if (found := protocol.published(sorted(protocol.params.datasets)))
}


def test_numbers_of_the_composite_with_their_sources():
    results = published_results("cde2019")
    chosen = results[(results["method_slug"] == "ststnet") & (results["scope"] == "composite")]
    assert chosen.set_index("metric")["value"].to_dict() == {"uf1": 0.7353, "uar": 0.7605}
    assert set(chosen["table"]) == {"Table 2"}
    assert "macro-averaged precision" in chosen.set_index("metric")["remark"]["uar"]


def test_a_number_printed_in_several_tables_occurs_once_from_the_fullest():
    results = published_results("cde2019")
    assert not results.duplicated(["paper", "method_slug", "scope", "metric"]).any()
    fr = results[(results["method_slug"] == "fr") & (results["metric"] == "uf1")]
    assert set(fr["table"]) == {"Table 2"}
    assert len(fr) == 4
    basic = results[results["method_slug"] == "fr-fc"]
    assert set(basic["table"]) == {"Table 1(b)"}


def test_accuracy_is_named_war_and_scopes_like_databases():
    results = published_results("cde2019")
    assert set(results["metric"]) == {"uf1", "uar", "war"}
    assert set(results["scope"]) == {"composite", "smic_hs", "casme2", "samm"}


def test_a_mean_of_folds_that_are_databases_is_the_composite():
    results = published_results("hde2018-mean")
    assert set(results["scope"]) == {"composite"}
    assert set(results["metric"]) == {"war", "uar", "f1"}


def test_every_paper_is_cited():
    assert "Pattern Recognition" in citation("fr")
    for slug in SLUGS:
        results = published_results(slug)
        assert len(results) > 0
        assert all(citation(paper) for paper in set(results["paper"]))


@pytest.mark.parametrize("name", [name for name, spec in METHODS.items() if spec.published])
def test_every_methods_slug_is_a_published_one(name):
    known = {method for slug in SLUGS for method in published_results(slug)["method_slug"]}
    assert METHODS[name].published in known
