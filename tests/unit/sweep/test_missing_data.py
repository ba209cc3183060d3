import pytest
import yaml

from mer.core.errors import ConfigError
from mer.sweep.missing_data import why_none_runs
from tests.unit.sweep.test_config import parsed, problems

TEXT = """
name: mine
datasets:
  flows: {dataset: flow_images, missing: skip}
  smic_hs: {stand_in: {scale: 0.1}, missing: stand_in}
protocols:
  real: {protocol: loso, datasets: [flows]}
  p: {protocol: loso, datasets: [smic_hs]}
variants:
  majority:
  both: {method: majority, protocols: [real, p]}
  only: {method: majority, protocols: [real]}
paper_tables:
  - {paper: fr, table: Table 2}
"""


def test_without_folders_protocols_are_left_out_and_stand_ins_taken():
    config = parsed(TEXT)
    assert list(config.protocols) == ["p"]
    assert dict(config.missing) == {"real": "no folder for flows in paths.yaml"}
    assert config.datasets["smic_hs"].params.stand_in.scale == 0.1
    assert config.variants["both"].protocols == ("p",)
    assert list(config.variants) == ["majority", "both"]


def test_a_folder_takes_the_place_of_the_stand_in():
    config = parsed(TEXT, paths={"flows": "/f", "smic_hs": "/s"})
    assert list(config.protocols) == ["real", "p"]
    assert config.missing == {}
    assert config.datasets["smic_hs"].params.stand_in is None
    assert list(config.variants) == ["majority", "both", "only"]


def test_a_stand_in_must_be_described():
    lines = problems(TEXT.replace("stand_in: {scale: 0.1}, ", ""))
    assert lines == ["datasets.smic_hs.missing: say which stand-in, as in 'stand_in: {scale: 0.3}'"]


def test_unknown_words_are_refused():
    assert problems(TEXT.replace("missing: skip", "missing: leave"))[0].startswith(
        "datasets.flows.missing: Input should be 'error', 'stand_in' or 'skip'. Got 'leave'"
    )


def test_a_sweep_without_any_data_says_so():
    text = TEXT.replace("  p: {protocol: loso, datasets: [smic_hs]}\n", "").replace("[real, p]", "[real]")
    with pytest.raises(ConfigError, match="protocols: none can run, no folder for flows in paths.yaml"):
        parsed(text)


@pytest.mark.parametrize("paths", [{}, {"flows": "/f"}])
def test_a_sweep_of_which_something_runs_is_told_from_one_of_which_nothing_does(paths):
    raw = {**yaml.safe_load(TEXT), "paths": paths}
    assert why_none_runs(raw) == ""
    only = {**raw, "protocols": {"real": raw["protocols"]["real"]}}
    assert why_none_runs(only) == ("" if paths else "no folder for flows in paths.yaml")
    assert why_none_runs({}) == ""


def test_own_copies_and_stand_ins_do_not_meet_in_a_protocol():
    text = TEXT.replace(
        "protocols:\n", "  samm: {stand_in: {scale: 0.1}, missing: stand_in}\nprotocols:\n", 1
    )
    text = text.replace("  p: {", "  both: {protocol: loso, datasets: [smic_hs, samm]}\n  p: {")
    config = parsed(text, paths={"smic_hs": "/s"})
    assert list(config.protocols) == ["p"]
    assert config.missing["both"] == (
        "no folder for samm in paths.yaml, and stand-ins cannot meet real clips of smic_hs"
    )


def test_a_baseline_that_is_left_out_is_none():
    config = parsed(TEXT, baseline="only")
    assert config.baseline is None
    assert parsed(TEXT, baseline="only", paths={"flows": "/f"}).baseline == "only"


def test_variants_without_their_macro_expressions_are_skipped_with_the_reason():
    text = TEXT.replace("  both:", "  emr: {macro: [flows]}\n  both:")
    variant = parsed(text).variants["emr"]
    assert (variant.macro, variant.skip) == ((), "no folder for flows in paths.yaml")
