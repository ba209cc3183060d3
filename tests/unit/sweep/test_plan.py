from dataclasses import replace
from pathlib import Path

import pytest

from mer.core.errors import ConfigError, DataError, LeakageError
from mer.core.types import Sample
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.preprocessing.steps import Preprocessing
from mer.sweep.config import parse
from mer.sweep.needs import TRAINING, TrainingNeeds
from mer.sweep.parts import parts, preparing_digest, samples_digest
from mer.sweep.plan import Sweep

TINY = {"n_subjects": 3, "clips_per_class": 1, "height": 48}

# Takes clips with and without an apex.
RECIPE = Recipe("lbp_top", FEATURES["lbp_top"].params())


def sweep(**changes):
    raw = {
        "name": "mine",
        "datasets": {"demo": TINY},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"majority": {}, "ststnet": {}, "lbp_top_svm": {}},
        **changes,
    }
    return Sweep(parse(raw, "mine.yaml", Path.cwd()))


def test_a_split_holds_samples_labels_and_folds():
    split = sweep().split("p")
    assert (split.protocol, split.task, split.source) == ("p", "three_class", "stand_in")
    assert len(split.samples) == len(split.labels) == 9
    assert [fold.name for fold in split.folds] == ["demo:s01", "demo:s02", "demo:s03"]


@pytest.mark.parametrize(
    ("size", "packs"),
    [("all", [(0, 2)]), (1, [(0, 0), (1, 1), (2, 2)]), (2, [(0, 1), (2, 2)]), (7, [(0, 2)])],
)
def test_packs_cover_all_folds(size, packs):
    assert sweep(folds_per_job=size).packs("p", "majority") == packs


@pytest.mark.parametrize(("device", "core_ms"), [("cpu", 1_500_000), ("auto", 150_000_000)])
def test_auto_packs_as_many_folds_as_fifty_minutes_hold_and_asks_nobody_else(monkeypatch, device, core_ms):
    """An epoch of 1500 s on a core, or on a GPU that is worth 100: two folds go into 3000 s."""
    planned = sweep(variants={"ststnet": {"epochs": 1}, "majority": {}}, device=device)
    needs = TrainingNeeds(core_ms / len(planned.split("p").samples))
    monkeypatch.setitem(TRAINING, "ststnet", needs)
    assert planned.packs("p", "ststnet") == [(0, 1), (2, 2)]
    assert planned.packs("p", "majority") == [(0, 2)]


def test_seeds_are_cut_into_groups():
    assert sweep(seeds=[4, 2, 9], seeds_per_job=2).seed_groups("majority") == [(4, 2), (9,)]
    assert sweep(seeds=[4, 2]).seed_groups("majority") == [(4,), (2,)]


def test_pairs_that_cannot_run_are_skipped_with_their_reason(flow_table):
    planned = sweep(
        datasets={"flow": {"dataset": "flow_images"}},
        protocols={"p": {"protocol": "loso", "datasets": ["flow"]}},
        paths={"flow": str(flow_table())},
    )
    assert planned.skipped == {("p", "lbp_top_svm"): "LBP-TOP needs frames, flow holds flow images only"}
    assert planned.variants("p") == ["majority", "ststnet"]
    planned.check()


def test_a_protocol_that_nothing_can_run_under_is_an_error(flow_table):
    planned = sweep(
        datasets={"flow": {"dataset": "flow_images"}},
        protocols={"p": {"protocol": "loso", "datasets": ["flow"]}},
        variants={"lbp_top_svm": {}},
        paths={"flow": str(flow_table())},
    )
    with pytest.raises(ConfigError, match="lbp_top_svm on p: LBP-TOP needs frames"):
        planned.check()


def sweep_on_a_table(folder, variants):
    """A sweep on two clips without an apex and without landmarks."""
    for clip in ("c1", "c2"):
        (folder / clip).mkdir()
    rows = ["clip,subject,label,onset,offset", "c1,anna,positive,1,5", "c2,ben,negative,1,5"]
    (folder / "clips.csv").write_text("\n".join(rows) + "\n")
    two = {"task": "two", "classes": {"positive": ["positive"], "rest": ["negative"]}}
    return sweep(
        datasets={"mine": {"dataset": "table"}},
        protocols={"p": {"protocol": "loso", "datasets": ["mine"], **two}},
        variants=variants,
        paths={"mine": str(folder)},
    )


def test_a_missing_apex_is_a_reason(tmp_path):
    variants = {"ststnet": {"preprocessing": {"apex": {"spotting": "refuse"}}}}
    planned = sweep_on_a_table(tmp_path, variants)
    assert planned.skipped == {
        ("p", "ststnet"): "Flow image, onset to apex needs an apex frame, 2 clips of mine have none"
    }


def test_all_data_sets_that_cannot_be_read_are_listed(tmp_path):
    planned = sweep(
        datasets={"one": {"dataset": "table"}, "two": {"dataset": "flow_images"}},
        protocols={"p": {"protocol": "loso", "datasets": ["one", "two"]}},
        paths={"two": str(tmp_path / "gone")},
    )
    with pytest.raises(DataError) as caught:
        planned.check()
    assert "one: no folder is configured" in str(caught.value)
    assert "two: the folder" in str(caught.value)


def test_a_protocols_errors_name_the_protocol(flow_table):
    planned = sweep(
        datasets={"flow": {"dataset": "flow_images"}},
        protocols={"cde": {"protocol": "megc2019_cde", "datasets": ["flow"]}},
        paths={"flow": str(flow_table())},
    )
    with pytest.raises(DataError, match="protocols.cde: the clips are not the 442"):
        planned.check()


def sample(subject, clip="c", emotion="positive", apex=None):
    key = f"mine:{subject}"
    return Sample(f"{key}:{clip}", "mine", "mine", key, key, clip, emotion, "real", apex=apex)


def test_clips_are_divided_by_subject_and_names_are_fit_for_files():
    divided = parts(
        [sample("s1"), sample("s1", "d"), sample("Müller, A."), sample("Muller, A.")], "clips", RECIPE
    )
    assert len(divided) == 3
    assert [s.clip for s in divided["mine.s1"]] == ["c", "d"]
    assert all(name.isascii() and not set(name) & set("/:, ") for name in divided)
    assert list(parts([sample("s1"), sample("s2")], "flow_images", RECIPE)) == ["all"]


def test_no_two_subjects_share_a_part():
    odd = [
        replace(sample("x"), subject=key) for key in ("x:b_c", "x_b:c", "x.b:c", "x:b.c", "x:b-c", "x:b:c")
    ]
    assert len(parts(odd, "clips", RECIPE)) == len(odd)


def test_a_part_depends_on_marks_and_fingerprint_but_not_on_labels():
    before = samples_digest([sample("s1")], "f")
    assert samples_digest([sample("s1", emotion="negative")], "f") == before
    assert samples_digest([sample("s1", apex=3)], "f") != before
    assert samples_digest([sample("s1")], "g") != before


def test_preparing_depends_on_reader_fingerprint_and_recipe():
    recipes = [sweep().recipe(name) for name in ("ststnet", "lbp_top_svm")]
    digests = {
        preparing_digest(reader, fingerprint, recipe)
        for reader in ("mer.datasets.table", "mer.datasets.demo") for fingerprint in "fg" for recipe in recipes
    }  # fmt: skip
    assert len(digests) == 8


def test_the_checks_of_folds_are_wired_in(monkeypatch):
    """A protocol that leaks is refused when a sweep is planned, not only when asked."""
    from mer.protocols.loso import Loso

    honest = Loso.folds

    def leaky(self, samples):
        first, *rest = honest(self, samples)
        return (replace(first, train=(*first.train, first.test[0])), *rest)

    monkeypatch.setattr(Loso, "folds", leaky)
    with pytest.raises(LeakageError, match="protocols.p: The folds leak:"):
        sweep().split("p")


def test_real_and_stand_in_clips_are_refused_in_one_protocol(flow_table):
    planned = sweep(
        datasets={"demo": TINY, "flow": {"dataset": "flow_images"}},
        protocols={"p": {"protocol": "loso", "datasets": ["demo", "flow"]}},
        paths={"flow": str(flow_table())},
    )
    with pytest.raises(DataError, match="Real and stand-in clips cannot meet in one protocol"):
        planned.split("p")


def test_a_data_set_that_no_protocol_uses_is_not_read(tmp_path):
    planned = sweep(
        datasets={"demo": TINY, "gone": {"dataset": "flow_images"}}, paths={"gone": str(tmp_path / "no")}
    )
    planned.check()
    assert planned.datasets == ("demo",)


def test_weights_that_must_be_fetched_are_asked_for_before_anything_runs(tmp_path):
    face = {"preprocessing": {"landmarks": "face_alignment", "crop": {}}}
    variants = {"ststnet": face}
    with pytest.raises(ConfigError, match="as 'weights' in paths.yaml"):
        sweep(variants=variants).check()
    sweep(variants=variants, weights=str(tmp_path)).check()


def test_finished_flow_images_cannot_be_preprocessed(flow_table, tmp_path):
    planned = sweep(
        datasets={"demo": {}, "flows": {"dataset": "flow_images"}},
        protocols={"p": {"protocol": "loso", "datasets": ["flows"]}},
        variants={"ststnet": {"preprocessing": {"length": {"n_frames": 5}}}},
        paths={"flows": str(tmp_path)},
    )
    assert planned.skipped == {
        ("p", "ststnet"): "preprocessing needs frames, flows holds finished flow images"
    }


def test_settings_that_change_nothing_make_no_other_recipe():
    apex = {"preprocessing": {"apex": {"source": "spotted", "spotting": "difference"}}}
    planned = sweep(
        variants={
            "lbp_top_svm": {},
            "lbp_spotted": {"method": "lbp_top_svm", **apex},
            "ststnet": {},
            "ststnet_spotted": {"method": "ststnet", **apex},
        }
    )
    assert planned.skipped == {}
    keys = {name: planned.recipe(name).key for name in planned.config.variants}
    assert keys["lbp_top_svm"] == keys["lbp_spotted"]
    assert keys["ststnet"] != keys["ststnet_spotted"]


def test_methods_that_take_one_array_per_clip_refuse_windows():
    windows = {"preprocessing": {"windows": {"n_frames": 12}}}
    planned = sweep(variants={"majority": {}, "lbp_top_svm": windows})
    assert planned.skipped == {
        ("p", "lbp_top_svm"): "LBP-TOP + SVM takes one array per clip, not one per window"
    }


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        (
            {"method": "lbp_top_svm", "preprocessing": {"length": {"n_frames": 12, "exact": True}}},
            "LBP-TOP takes whole grey levels: leave out 'exact' in 'length'",
        ),
        (
            {
                "method": "ststnet",
                "flow_image": {"flow": "dis"},
                "preprocessing": {"length": {"n_frames": 12, "exact": True}},
            },
            "Flow image, onset to apex takes whole grey levels: leave out 'exact' in 'length'",
        ),
        (
            {"method": "ststnet", "preprocessing": {"apex": None}},
            "Flow image, onset to apex needs an apex frame: leave out 'apex: null'",
        ),
    ],
)
def test_settings_that_cannot_be_met_are_a_reason_not_to_run(variant, reason):
    assert sweep(variants={"majority": {}, "one": variant}).skipped == {("p", "one"): reason}


def test_landmarks_that_are_not_given_are_a_reason_not_to_run(tmp_path):
    given = {"method": "ststnet", "preprocessing": {"landmarks": "given", "crop": {}}}
    planned = sweep_on_a_table(tmp_path, {"majority": {}, "one": given})
    assert planned.skipped == {
        ("p", "one"): "landmarks shall be given and mine has no landmarks.csv (docs/preprocessing.md)"
    }


def test_what_the_catalogue_of_steps_decides_makes_arrays_stale(monkeypatch):
    recipe = Recipe(
        "lbp_top", FEATURES["lbp_top"].params(), Preprocessing.from_plain({"length": {"n_frames": 5}})
    )
    before = preparing_digest("mer.media.clips", "f", recipe)
    monkeypatch.setattr("mer.sweep.parts.LOCATING", ("align",))
    assert preparing_digest("mer.media.clips", "f", recipe) != before


def test_without_landmarks_it_does_not_matter_what_a_missing_face_does():
    drop = {"method": "ststnet", "preprocessing": {"without_face": "drop"}}
    planned = sweep(variants={"ststnet": {}, "drop": drop})
    assert planned.recipe("drop") == planned.recipe("ststnet")


def test_what_is_not_asked_for_is_in_no_table_and_what_is_skipped_keeps_its_row():
    planned = sweep(
        protocols={name: {"protocol": "loso", "datasets": ["demo"]} for name in ("p", "q")},
        variants={
            "majority": {"protocols": ["q"], "seeds": [7]},
            "ststnet": {"skip": "no GPU"},
            "lbp_top_svm": {},
        },
    )
    assert planned.asked("p") == ["ststnet", "lbp_top_svm"]
    assert planned.variants("p") == ["lbp_top_svm"]
    assert planned.variants("q") == ["majority", "lbp_top_svm"]
    assert planned.skipped == {("p", "ststnet"): "no GPU", ("q", "ststnet"): "no GPU"}
    assert (planned.seeds("majority"), planned.seeds("ststnet")) == ((7,), (0,))
