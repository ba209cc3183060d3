"""Macro-expressions that variants learn from as well: configuration, plan, recipes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mer.core.errors import ConfigError, DataError
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.needs import TRAINING, TrainingNeeds
from mer.sweep.plan import Sweep

SEQUENCES = {"dataset": "ckplus", "clips": "sequences", "stand_in": {"scale": 0.03, "size": 32}}
TWO = {"task": "two", "classes": {"bad": ["negative"], "good": ["positive"]}, "drop": ["surprise"]}


def raw(**changes):
    return {
        "name": "mine",
        "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48}, "posed": SEQUENCES},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"emr": {"macro": ["posed"]}, "plain": {"method": "emr"}, "ststnet": {}},
        "folds_per_job": "all",
        **changes,
    }


def jobs(**changes):
    return Jobs(Sweep(parse(raw(**changes), "mine.yaml", Path.cwd())))


def recipe(made, variant):
    return json.loads(made.train_spec("p", variant, [0], 0, 2))["recipes"]["0"]


def squared(**settings):
    return {"dataset": "casme_squared", "stand_in": {"scale": 0.1, "size": 32}, **settings}


# Configuration


def mistakes(macro, **changes):
    variants = {"emr": {"macro": macro}, **changes.pop("variants", {})}
    with pytest.raises(ConfigError) as caught:
        jobs(variants=variants, **changes)
    return str(caught.value).split("\n  ")[1:]


def test_mistakes_are_listed_together_with_the_nearest_name():
    assert mistakes(
        ["poses", "posed", "posed", "demo"],
        variants={"ststnet": {"macro": ["posed"]}, "majority": {"macro": 3}},
    ) == [
        "variants.majority.macro: Input should be a valid array. Got 3",
        "variants.emr.macro: Unknown dataset 'poses'. Did you mean 'posed'? Known datasets: demo, posed.",
        "variants.emr.macro: 'posed' is listed twice",
        "variants.emr.macro: 'demo' is a data set of the protocol p. Give macro-expressions one of their own",
        "variants.ststnet.macro: STSTNet learns from no macro-expressions. Methods that do: emr",
    ]


def test_a_data_set_of_a_protocol_that_the_variant_does_not_run_under_will_do():
    protocols = {
        "p": {"protocol": "loso", "datasets": ["demo"]},
        "q": {"protocol": "loso", "datasets": ["posed"]},
    }
    made = jobs(
        protocols=protocols, variants={"emr": {"macro": ["posed"], "protocols": ["p"]}, "majority": {}}
    )
    assert made.sweep.config.variants["emr"].macro == ("posed",)
    assert made.sweep.config.variants["majority"].macro == ()
    assert mistakes(["posed"], protocols=protocols) == [
        "variants.emr.macro: 'posed' is a data set of the protocol q. Give macro-expressions one of their own"
    ]


@pytest.mark.parametrize("expressions", ["micro", "all"])
def test_databases_of_both_kinds_must_be_read_for_their_macro_expressions(expressions):
    datasets = {"demo": {}, "both": squared(expressions=expressions)}
    assert mistakes(["both"], datasets=datasets) == [
        f"variants.emr.macro: 'both' is read with 'expressions: {expressions}': set 'expressions: macro'"
    ]


def test_databases_of_micro_expressions_are_refused():
    datasets = {"demo": {}, "micro": {"dataset": "casme2", "stand_in": {"scale": 0.03, "size": 32}}}
    assert mistakes(["micro"], datasets=datasets) == [
        "variants.emr.macro: 'micro' holds micro-expressions, which belong to a protocol"
    ]


# Plan


def test_macro_expressions_with_a_class_are_listed():
    made = jobs()
    made.sweep.check()
    clips = made.sweep.macro_clips("p", "emr")
    assert (clips.classes, clips.source) == (("negative", "positive", "surprise"), "stand_in")
    assert list(clips.samples) == sorted(clips.labels)
    assert {clips.labels[i] for i, s in clips.samples.items() if s.emotion == "happiness"} == {"positive"}
    # Two sequences of each of seven emotions, those without a label not counted.
    assert len(clips.samples) == 14
    assert made.sweep.macro_clips("p", "plain") is None
    assert not set(clips.samples) & set(made.sweep.split("p").samples)


def test_micro_and_macro_expressions_of_one_database_go_together():
    """CAS(ME)² is read twice; its clips of other emotions have no class."""
    made = jobs(
        datasets={"micro": squared(), "macro": squared(expressions="macro")},
        protocols={"p": {"protocol": "loso", "datasets": ["micro"], **TWO, "drop": ["surprise", "others"]}},
        variants={"emr": {"macro": ["macro"]}},
    )
    made.sweep.check()
    assert made.sweep.skipped == {}
    found = made.sweep.macro_clips("p", "emr")
    assert {found.samples[i].emotion for i in found.labels} == {"negative", "positive"}
    assert set(found.labels.values()) == {"bad", "good"}
    people = {sample.person for sample in made.sweep.split("p").samples.values()}
    assert people & {sample.person for sample in found.samples.values()}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"datasets": {**raw()["datasets"], "posed": {**SEQUENCES, "clips": "images"}}},
            "clips of posed are single images, in which nothing moves (CK+ has 'clips: sequences')",
        ),
        (
            {"protocols": {"p": {"protocol": "loso", "datasets": ["demo"], **TWO}}},
            "no clip of posed has a class of task 'two'",
        ),
    ],
)
def test_what_cannot_be_learned_from_is_a_reason(changes, reason):
    made = jobs(**changes)
    assert made.sweep.skipped == {("p", "emr"): reason}
    # What nobody uses is neither listed nor prepared.
    assert made.sweep.datasets == ("demo",)
    assert made.stand_ins == {}
    assert "macro" not in made.table_spec("p").replace(reason, "")


def test_stand_ins_do_not_join_real_clips(tmp_path):
    for clip in ("c1", "c2"):
        (tmp_path / clip).mkdir()
    rows = ["clip,subject,label,onset,offset", "c1,anna,positive,1,5", "c2,ben,negative,1,5"]
    (tmp_path / "clips.csv").write_text("\n".join(rows) + "\n")
    made = jobs(
        datasets={"mine": {"dataset": "table"}, "posed": SEQUENCES},
        protocols={"p": {"protocol": "loso", "datasets": ["mine"], **TWO}},
        variants={"emr": {"macro": ["posed"]}},
        paths={"mine": str(tmp_path)},
    )
    reason = "the macro-expressions of posed must be real clips, as those of the protocol are"
    assert made.sweep.skipped == {("p", "emr"): reason}


def test_a_clip_in_two_data_sets_is_an_error():
    datasets = {**raw()["datasets"], "again": SEQUENCES}
    made = jobs(datasets=datasets, variants={"emr": {"macro": ["posed", "again"]}})
    with pytest.raises(
        DataError, match=r"variants.emr.macro under p: Clips occur in two data sets:\n  ckplus:"
    ):
        made.sweep.check()


def test_a_pack_counts_macro_expressions(monkeypatch):
    """9 clips alone, 23 with macro-expressions, at 150 seconds each and 50 minutes a job."""
    monkeypatch.setitem(TRAINING, "emr", TrainingNeeds(150_000))
    settings = {"method": "emr", "epochs": 1}
    variants = {"emr": {**settings, "macro": ["posed"]}, "plain": settings}
    made = jobs(folds_per_job="auto", device="cpu", variants=variants).sweep
    assert made.packs("p", "plain") == [(0, 1), (2, 2)]
    assert made.packs("p", "emr") == [(0, 0), (1, 1), (2, 2)]


# Jobs


def test_the_training_job_reads_both_kinds_and_the_list():
    made = jobs()
    plain, emr = made.lists("p", "plain"), made.lists("p", "emr")
    assert emr[:1] == plain
    assert [path.split("/")[2].partition("-")[0] for path in emr] == ["demo", "posed"]
    assert emr[0].split("/")[3] != emr[1].split("/")[3]  # macro-expressions are prepared otherwise
    assert made.macro_clips("p", "emr") == [f"{made.run_folder('p', 'emr')}/macro.json"]
    assert made.macro_clips("p", "plain") == []
    (listed,) = made.macro_clips("p", "emr")
    spec = {"folds": made.folds("p"), "lists": emr, "macro": listed}
    assert json.loads(made.inputs_spec("p", "emr")) == spec
    (folder,) = [folder for folder, name in made.datasets.items() if name == "posed"]
    assert made.stand_in(folder)
    assert json.loads(made.parts_spec(folder, emr[1].split("/")[3]))["parts"].keys() >= {"ckplus.S005"}
    assert f"results/figures/preprocessing/{folder}/{emr[1].split('/')[3]}.png" in made.contact_sheets()
    assert "results/mine/samples/posed.csv" in made.samples()


def test_a_variant_that_is_skipped_asks_for_nothing():
    made = jobs(variants={"emr": {"macro": ["posed"], "skip": "takes a GPU"}, "ststnet": {}})
    made.sweep.check()
    assert made.sweep.datasets == ("demo",)
    assert "posed" not in made.table_spec("p")


def test_the_table_says_what_was_learned_from():
    spec = json.loads(jobs().table_spec("p"))
    assert [row["remark"] for row in spec["rows"]] == [
        "learns from 14 macro-expressions of posed as well", "", ""
    ]  # fmt: skip
    assert any(note.startswith("ckplus: stand-in of published") for note in spec["notes"])


@pytest.mark.parametrize("change", ["label", "person", "fewer"])
def test_a_change_of_the_macro_expressions_changes_this_recipe_alone(change):
    """Neither a plain variant nor one of another method notices that there are any."""
    before, after = jobs(), jobs()
    index = after.sweep.index("posed")
    first, *others = index.samples
    changed = {
        "label": (replace(first, emotion="surprise"), *others),
        "person": (replace(first, subject="ckplus:S999", person="ckplus:S999"), *others),
        "fewer": tuple(others),
    }[change]
    assert first.emotion == "anger"
    after.sweep._indexes["posed"] = replace(index, samples=changed)
    assert recipe(after, "emr") != recipe(before, "emr")
    alone = jobs(
        variants={"plain": {"method": "emr"}, "ststnet": {}}, datasets={"demo": raw()["datasets"]["demo"]}
    )
    for variant in ("plain", "ststnet"):
        assert recipe(after, variant) == recipe(before, variant) == recipe(alone, variant)
    assert recipe(before, "emr") != recipe(before, "plain")


def test_a_change_of_how_they_are_prepared_changes_the_recipe(monkeypatch):
    before, after = jobs(), jobs()
    index = after.sweep.index("posed")
    after.sweep._indexes["posed"] = replace(index, fingerprint="another")
    assert recipe(after, "emr") != recipe(before, "emr")
    assert recipe(after, "plain") == recipe(before, "plain")
