from pathlib import Path

import pytest
import yaml

from mer.core.errors import ConfigError
from mer.sweep.config import parse
from mer.sweep.config_file import load, with_paths

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
    assert (config.seeds, config.folds_per_job, config.device) == ((0,), "auto", "auto")


def test_the_baseline_is_a_variant_that_is_a_result():
    assert parsed(VALID).baseline is None
    assert parsed(VALID, baseline="slow").baseline == "slow"
    assert problems(baseline="slwo") == [
        "baseline: Unknown variant 'slwo'. Did you mean 'slow'? Known variants: majority, slow."
    ]
    oracle = {"majority": None, "best": {"method": "ststnet", "selection": "oracle_test"}}
    assert problems(variants=oracle, baseline="best") == [
        "baseline: 'best' chooses epochs on the test clips, which is no result. Take another"
    ]
    assert problems(baseline=1) == ["baseline: Input should be a valid string. Got 1"]


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
        "baseline, costs, datasets, device, folds_per_job, name, paper_tables, paths, protocols, seeds, seeds_per_job, trial, variants, weights.",
        "datasets.demo.n_subjetcs: Unknown key 'n_subjetcs'. Did you mean 'n_subjects'? Known keys: "
        "amplitude_px, clips_per_class, height, n_subjects, noise, seed.",
        "protocols.first.protocol: Unknown protocol 'losso'. Did you mean 'loso'? "
        "Known protocols: cdmer, kfold, lodo, loso, lovo, megc2018_cde, megc2018_hde, megc2019_cde, "
        "smic_hs_nonmicro, tlcnn560.",
        "variants.net.lr: Input should be greater than 0. Got -1",
        "variants.net.epcohs: Unknown key 'epcohs'. Did you mean 'epochs'? Known keys: "
        "augmentation, balance, batch_size, clip_norm, dropout, epochs, flow_image, input_scaling, lr, "
        "members, mirror_scores, mixed_precision, momentum, optimiser, order, patience, preprocessing, schedule, schedule_epochs, "
        "schedule_factor, selection, weight_decay.",
        "variants.lbp.descriptor.block_row: Unknown key 'block_row'. Did you mean 'block_rows'? Known keys: "
        "block_columns, block_rows, neighbours, radius_t, radius_x, radius_y, sampling.",
        "protocols.second.datasets: Unknown dataset 'dmo'. Did you mean 'demo'? Known datasets: demo.",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Demo"}, "name: names take up to 60 small letters, digits and '_'"),
        ({"name": "artefacts"}, "name: 'artefacts' is a folder of results/"),
        ({"seeds": [1, 1]}, "seeds: give different numbers from 0 to 2147483647. Got [1, 1]"),
        ({"seeds": [-1]}, "seeds: give different numbers from 0"),
        ({"seeds": [2**31]}, "seeds: give different numbers from 0 to 2147483647"),
        ({"folds_per_job": True}, "folds_per_job: give 'auto', 'all' or a number from 1"),
        (
            {"variants": {"n": {"method": "ststnet", "epochs": "3"}}},
            "variants.n.epochs: Input should be a valid",
        ),
        (
            {"variants": {"n": {"method": "ststnet", "lr": float("inf")}}},
            "variants.n.lr: Input should be a finite",
        ),
        ({"variants": {"n": {"method": ["ststnet"]}}}, "variants.n.method: Unknown method '['ststnet']'"),
        ({"paths": {1: "/x"}}, "paths.1: Unknown dataset '1'"),
        ({"paths": {"demo": "/x"}}, "paths.demo: the data set 'demo' is made on demand and has no folder"),
        ({"folds_per_job": 0}, "folds_per_job: give 'auto', 'all' or a number from 1. Got '0'"),
        ({"folds_per_job": "some"}, "folds_per_job: give 'auto', 'all' or a number from 1. Got 'some'"),
        ({"device": "gpu"}, "device: Input should be 'auto', 'cuda' or 'cpu'. Got 'gpu'"),
        ({"variants": {}}, "variants: Dictionary should have at least 1 item"),
        ({"variants": {"a b": {"method": "majority"}}}, "variants.a b: names take up to 60 small letters"),
        ({"variants": {"majority": 3}}, "variants.majority: expected settings, got '3'"),
        ({"variants": {"net": None}}, "variants.net.method: Unknown method 'net'"),
        ({"datasets": "demo"}, "datasets: Input should be an object"),
        ({"protocols": None}, "protocols: Input should be an object"),
        ({"protocols": 5}, "protocols: Input should be an object"),
        ({"protocols": {"p": {"protocol": "loso", "datasets": [["demo"]]}}}, "protocols.p.datasets.0: Input"),
        (
            {"variants": {"emr": {"macro": [["demo"]]}}},
            "variants.emr.macro.0: Input should be a valid string",
        ),
        (
            {
                "datasets": {"demo": {}, "casme2": {"missing": "skip"}},
                "variants": {"majority": {"protocols": [["p"]]}},
            },
            "variants.majority.protocols.0: Input should be a valid string",
        ),
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


def test_values_of_another_type_are_no_numbers_and_homes_must_exist():
    assert "seeds.0: Input should be a valid integer. Got True" in problems(seeds=[True])
    datasets = {"demo": {}, "mine": {"dataset": "table"}}
    lines = problems(datasets=datasets, paths={"mine": "~nobody_of_this_name/x"})
    assert lines == ["paths: Could not determine home directory."]


def test_a_variant_may_be_called_by_a_number():
    config = parsed(VALID, variants={400: {"method": "ststnet", "epochs": 400}})
    assert list(config.variants) == ["400"]


def test_the_order_of_classes_is_the_configurations():
    text = VALID.replace(
        "first: {protocol: loso, datasets: [demo]}",
        "first: {protocol: loso, datasets: [demo], task: t, classes: {z: [negative], a: [positive]}}",
    )
    config = parsed(text)
    assert list(config.protocols["first"].params.classes) == ["z", "a"]


def test_missing_sections_are_named():
    assert problems("name: mine") == [
        "datasets: Field required",
        "protocols: Field required",
        "variants: Field required",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is not YAML"),
        ("- a", "must hold a mapping"),
        ("", "must hold a mapping"),
        ("a: {b: 1, c: 2, b: 3}", "the key 'b' occurs twice"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path, text, message):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(tmp_path / "c.yaml")
    with pytest.raises(ConfigError, match="does not exist"):
        load(tmp_path / "d.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_paths_come_from_their_file_and_the_command_line_wins(tmp_path):
    paths = tmp_path / "paths.yaml"
    raw = {"datasets": {"a": {}, "b": {}}}
    assert with_paths(raw, paths) == raw
    paths.write_text("# nothing yet\n")
    assert with_paths(raw, paths) == raw
    paths.write_text("a: /one\nb: /two\nother_sweeps: /three\n")
    assert with_paths(raw, paths)["paths"] == {"a": "/one", "b": "/two"}
    assert with_paths({**raw, "paths": {"b": "/mine"}}, paths)["paths"] == {"a": "/one", "b": "/mine"}


def test_relative_paths_start_at_the_base():
    datasets = {"demo": {}, "mine": {"dataset": "table"}}
    config = parsed(VALID, datasets=datasets, paths={"mine": "data"})
    assert config.paths["mine"] == Path("/base/data")


def test_mistakes_in_the_preprocessing_are_explained():
    text = """
name: mine
datasets: {demo: }
protocols:
  p: {protocol: loso, datasets: [demo]}
variants:
  one: {method: ststnet, preprocessing: {crop: {sise: 3}, landmarks: dlib}}
  two: {method: ststnet, preprocessing: {align: {eye_distance: 60}}}
  three: {method: ststnet, preprocessing: {landmarks: given}}
  four: {method: ststnet, preprocessing: {magnification: {method: phase}}}
  five: {method: ststnet, preprocessing: {apex: {spotting: ten_cells}}}
"""
    assert problems(text) == [
        "variants.one.preprocessing.crop.sise: Unknown key 'sise'. Did you mean 'size'? Known keys: "
        "around, forehead, margin, size.",
        "variants.two.preprocessing: 'align' needs landmarks: set 'landmarks' to given, dlib or face_alignment",
        "variants.three.preprocessing: 'landmarks' is set and no step uses them: set 'align' or 'crop', or leave "
        "it out",
        "variants.four.preprocessing.magnification: 'method: phase' needs 'band_hz: [lowest, highest]', and only "
        "it takes one",
        "variants.five.preprocessing: 'apex.spotting: ten_cells' needs landmarks: set 'landmarks' to given, "
        "dlib or face_alignment",
    ]


def test_paths_that_are_not_yaml_are_named(tmp_path):
    (tmp_path / "paths.yaml").write_text("casme2: /data: x\n")
    with pytest.raises(ConfigError, match="paths.yaml is not YAML"):
        with_paths({"datasets": {}}, tmp_path / "paths.yaml")


def test_the_folder_of_weights_may_stand_in_paths_yaml(tmp_path):
    (tmp_path / "paths.yaml").write_text("weights: nets\n")
    raw = with_paths({"datasets": {}}, tmp_path / "paths.yaml")
    assert raw == {"weights": "nets", "datasets": {}, "paths": {}}
    own = with_paths({"datasets": {}, "weights": "mine"}, tmp_path / "paths.yaml")
    assert own["weights"] == "mine"


def test_a_variant_says_where_it_runs_under_which_seeds_and_why_not_now():
    text = """
name: mine
datasets: {demo: }
protocols: {a: {protocol: loso, datasets: [demo]}, b: {protocol: lodo, datasets: [demo]}}
variants:
  majority: {protocols: [a], seeds: [3, 1]}
  ststnet: {skip: no GPU at hand, epochs: 2}
"""
    config = parse(yaml.safe_load(text), "mine.yaml", Path())
    assert config.variants["majority"].protocols == ("a",)
    assert config.variants["majority"].seeds == (3, 1)
    assert (config.variants["ststnet"].skip, config.variants["ststnet"].params.epochs) == (
        "no GPU at hand",
        2,
    )
    assert problems(text.replace("[a]", "[c]").replace("[3, 1]", "[3, 3]")) == [
        "variants.majority.seeds: give different numbers from 0 to 2147483647. Got [3, 3]",
    ]
    assert problems(text.replace("[a]", "[c]")) == [
        "variants.majority.protocols: Unknown protocol 'c'. Known protocols: a, b."
    ]
