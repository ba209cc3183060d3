from pathlib import Path

import pytest
import yaml

from mer.core.errors import ConfigError
from mer.sweep.config import load, parse, with_paths

VALID = """
name: mine
datasets:
  demo:
protocols:
  first: {protocol: loso, datasets: [demo]}
variants:
  majority:
  slow: {method: ststnet, epochs: 400}
"""


def parsed(text, **changes):
    return parse({**yaml.safe_load(text), **changes}, "mine.yaml", Path("/base"))


def problems(text=VALID, **changes):
    with pytest.raises(ConfigError) as caught:
        parsed(text, **changes)
    title, *lines = str(caught.value).split("\n  ")
    assert title == "mine.yaml is not valid:"
    return lines


def test_names_choose_their_entry_and_settings_their_types():
    config = parsed(VALID)
    assert config.datasets["demo"].spec.name == "demo"
    assert config.variants["majority"].spec.name == "majority"
    assert config.variants["slow"].params.epochs == 400
    assert config.variants["slow"].params.lr == 5e-5
    assert config.protocols["first"].params.datasets == ("demo",)
    assert (config.seeds, config.folds_per_job, config.device) == ((0,), "all", "auto")


def test_the_demo_and_every_sweep_file_are_valid(repository):
    for path in [repository / "config.yaml", *sorted((repository / "workflow" / "sweeps").glob("*.yaml"))]:
        config = parse(load(path), str(path), repository)
        assert config.name == ("demo" if path.name == "config.yaml" else path.stem)


def test_every_mistake_is_listed_at_once_with_the_nearest_name():
    text = """
name: mine
datasets:
  demo: {n_subjetcs: 4}
protocols:
  first: {protocol: losso, datasets: [demo]}
  second: {protocol: loso, datasets: [dmo]}
variants:
  net: {method: ststnet, epcohs: 3, lr: -1}
  lbp: {method: lbp_top_svm, descriptor: {block_row: 1}}
sedes: [1]
"""
    assert problems(text) == [
        "sedes: Unknown key 'sedes'. Did you mean 'seeds'? Known keys: "
        "datasets, device, folds_per_job, name, paths, protocols, seeds, variants.",
        "datasets.demo.n_subjetcs: Unknown key 'n_subjetcs'. Did you mean 'n_subjects'? Known keys: "
        "amplitude_px, clips_per_class, height, n_subjects, noise, seed.",
        "protocols.first.protocol: Unknown protocol 'losso'. Did you mean 'loso'? "
        "Known protocols: loso, megc2019_cde.",
        "variants.net.lr: Input should be greater than 0. Got -1",
        "variants.net.epcohs: Unknown key 'epcohs'. Did you mean 'epochs'? Known keys: "
        "batch_size, dropout, epochs, flow_image, lr, order, weight_decay.",
        "variants.lbp.descriptor.block_row: Unknown key 'block_row'. Did you mean 'block_rows'? Known keys: "
        "block_columns, block_rows, neighbours, radius_t, radius_x, radius_y, sampling.",
        "protocols.second.datasets: Unknown dataset 'dmo'. Did you mean 'demo'? Known datasets: demo.",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Demo"}, "name: names take small letters, digits and '_'"),
        ({"name": "artefacts"}, "name: 'artefacts' is a folder of results/"),
        ({"seeds": [1, 1]}, "seeds: give different numbers from 0. Got [1, 1]"),
        ({"seeds": [-1]}, "seeds: give different numbers from 0"),
        ({"folds_per_job": 0}, "folds_per_job: give 'all' or a number from 1. Got '0'"),
        ({"folds_per_job": "some"}, "folds_per_job: give 'all' or a number from 1. Got 'some'"),
        ({"device": "gpu"}, "device: Input should be 'auto', 'cuda' or 'cpu'. Got 'gpu'"),
        ({"variants": {}}, "variants: Dictionary should have at least 1 item"),
        ({"variants": {"a b": {"method": "majority"}}}, "variants.a b: names take small letters"),
        ({"variants": {"majority": 3}}, "variants.majority: expected settings, got '3'"),
        ({"variants": {"net": None}}, "variants.net.method: Unknown method 'net'"),
        ({"datasets": "demo"}, "datasets: Input should be a valid dictionary"),
        ({"paths": {"casme": "/x"}}, "paths.casme: Unknown dataset 'casme'. Known datasets: demo."),
        (
            {"protocols": {"p": {"protocol": "loso", "datasets": ["dmo"]}}},
            "protocols.p.datasets: Unknown dataset 'dmo'. Did you mean 'demo'?",
        ),
        (
            {"protocols": {"p": {"protocol": "loso", "datasets": ["demo", "demo"]}}},
            "protocols.p.datasets: 'demo' is listed twice",
        ),
        ({"protocols": {"p": {"protocol": "loso"}}}, "protocols.p.datasets: Field required"),
        (
            {"variants": {"n": {"method": "ststnet", "flow_image": {"size": 30}}}},
            "variants.n.flow_image: STSTNet takes flow images of size 28, not 30",
        ),
    ],
)
def test_each_mistake_names_its_place(changes, message):
    lines = problems(**changes)
    assert len(lines) == 1
    assert lines[0].startswith(message)


def test_missing_sections_are_named():
    assert problems("name: mine") == [
        "datasets: Field required",
        "protocols: Field required",
        "variants: Field required",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: [", "is not YAML"), ("- a", "must hold a mapping"), ("", "must hold a mapping")],
)
def test_what_is_no_mapping_is_refused(tmp_path, text, message):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(tmp_path / "c.yaml")
    with pytest.raises(ConfigError, match="does not exist"):
        load(tmp_path / "d.yaml")


def test_paths_come_from_their_file_and_the_command_line_wins(tmp_path):
    paths = tmp_path / "paths.yaml"
    raw = {"datasets": {"a": {}, "b": {}}}
    assert with_paths(raw, paths) == raw
    paths.write_text("a: /one\nb: /two\nother_sweeps: /three\n")
    assert with_paths(raw, paths)["paths"] == {"a": "/one", "b": "/two"}
    assert with_paths({**raw, "paths": {"b": "/mine"}}, paths)["paths"] == {"a": "/one", "b": "/mine"}


def test_relative_paths_start_at_the_base():
    config = parsed(VALID, paths={"demo": "data"})
    assert config.paths["demo"] == Path("/base/data")
