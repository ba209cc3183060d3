"""Jobs that prepare arrays: what they are named, what they need, and what makes them stale."""

import json
from pathlib import Path

import pytest

from mer.core import digests
from mer.jobs.datasets import build_recipe
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.prepare import PrepareSpec

TINY = {"n_subjects": 3, "clips_per_class": 1, "height": 48}
CROPPED = {"landmarks": "dlib", "crop": {}}


def jobs(**changes):
    raw = {
        "name": "mine",
        "datasets": {"demo": TINY},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"ststnet": {}},
        **changes,
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", Path.cwd())))


def of(preprocessing, method="ststnet", **changes):
    return jobs(variants={"net": {"method": method, "preprocessing": preprocessing}}, **changes)


def place(made, dataset="demo", variant="net"):
    """Artefact folder of a data set and key of what a variant asks for."""
    return made.artefact_folder(dataset), made.sweep.recipe(variant).key


def sheet(made, dataset, variant):
    folder, key = place(made, dataset, variant)
    return [f"results/figures/preprocessing/{folder}/{key}.{suffix}" for suffix in ("png", "md")]


def spec(made, part="demo.s01"):
    return json.loads(made.prepare_spec(*place(made), part))


def test_every_data_set_and_recipe_has_one_sheet_however_often_it_is_asked_for():
    protocols = {
        "p": {"protocol": "loso", "datasets": ["demo"]},
        "q": {"protocol": "loso", "datasets": ["demo", "small"]},
    }
    made = jobs(
        datasets={"demo": TINY, "small": {"dataset": "demo", **TINY, "seed": 1}},
        protocols=protocols,
        variants={
            "majority": {},
            "a": {"method": "ststnet"},
            "b": {"method": "ststnet", "epochs": 1},
            "c": {"method": "ststnet", "preprocessing": CROPPED},
        },
    )
    wanted = [
        path for name in ("demo", "small") for variant in ("a", "c") for path in sheet(made, name, variant)
    ]
    assert sorted(made.contact_sheets()) == sorted(wanted)
    assert len(set(wanted)) == 8


def test_landmarks_alone_have_no_sheet():
    assert not any("/landmarks-" in path for path in of(CROPPED).contact_sheets())


def test_finished_flow_images_have_no_sheet(flow_table):
    made = jobs(
        datasets={"demo": TINY, "flow": {"dataset": "flow_images"}},
        protocols={name: {"protocol": "loso", "datasets": [name]} for name in ("demo", "flow")},
        paths={"flow": str(flow_table())},
    )
    assert made.lists("flow", "ststnet")
    assert made.contact_sheets() == sheet(made, "demo", "ststnet")


def test_what_does_not_run_has_no_sheet():
    made = jobs(
        datasets={"demo": TINY, "smic_hs": {"stand_in": {"scale": 0.05, "size": 32}}},
        protocols={name: {"protocol": "loso", "datasets": [name]} for name in ("demo", "smic_hs")},
        variants={
            "majority": {},
            "net": {"method": "ststnet", "preprocessing": {"apex": {"spotting": "refuse"}}},
        },
    )
    assert list(made.sweep.skipped) == [("smic_hs", "net")]  # no apex is annotated there
    assert made.contact_sheets() == sheet(made, "demo", "net")


def test_a_sheet_is_stale_when_its_parts_are():
    def sheet_spec(made):
        return made.contact_sheet_spec(*place(made))

    other_data = {"datasets": {"demo": {**TINY, "seed": 1}}}
    assert sheet_spec(of(CROPPED, name="other", device="cpu")) == sheet_spec(of(CROPPED))
    assert sheet_spec(of(CROPPED, **other_data)) != sheet_spec(of(CROPPED))
    parts = json.loads(sheet_spec(of(CROPPED)))["parts"]
    assert parts == {name: spec(of(CROPPED), name)["digest"] for name in ("demo.s01", "demo.s02", "demo.s03")}


@pytest.mark.parametrize("by", ["dlib", "face_alignment"])
def test_a_recipe_that_looks_for_faces_needs_the_landmarks_of_its_part(by):
    made = of({"landmarks": by, "crop": {}})
    folder, key = place(made)
    (landmarks,) = [name for name in made.recipes if name.startswith("landmarks-")]
    assert made.recipes[landmarks].params.by == by
    path = f"results/artefacts/{folder}/{landmarks}/demo.s02.safetensors"
    assert made.landmarks(folder, key, "demo.s02.safetensors") == [path]
    assert made.parts(folder, landmarks) == made.parts(folder, key) == ["demo.s01", "demo.s02", "demo.s03"]
    needed = json.loads(made.prepare_spec(folder, landmarks, "demo.s02"))
    assert spec(made, "demo.s02")["landmarks"] == needed["digest"]
    assert made.landmarks(folder, landmarks, "demo.s02.safetensors") == []
    assert needed["landmarks"] == ""


@pytest.mark.parametrize(
    "preprocessing",
    [{}, {"landmarks": "given", "crop": {}}],
    ids=["no face needed", "landmarks of the database"],
)
def test_a_recipe_that_looks_for_no_faces_needs_no_landmarks(preprocessing):
    made = of(preprocessing)
    assert made.landmarks(*place(made), "demo.s02.safetensors") == []
    assert set(made.recipes) == {made.sweep.recipe("net").key}
    assert spec(made)["landmarks"] == ""


def test_recipes_share_landmarks_unless_someone_else_finds_them():
    variants = {
        "a": {"landmarks": "dlib", "crop": {}},
        "b": {"landmarks": "dlib", "crop": {"margin": 0.2}, "without_face": "drop"},
        "c": {"landmarks": "dlib", "align": {"eye_distance": 20}},
        "d": {"landmarks": "face_alignment", "crop": {}},
    }
    made = jobs(
        variants={name: {"method": "ststnet", "preprocessing": steps} for name, steps in variants.items()}
    )
    files = {name: made.landmarks(*place(made, variant=name), "parts.json") for name in variants}
    assert files["a"] == files["b"] == files["c"] != files["d"]
    assert len(made.recipes) == 4 + 2


def test_an_apex_that_nobody_looks_at_needs_no_landmarks():
    by_landmarks = {"landmarks": "dlib", "apex": {"source": "spotted", "spotting": "ten_cells"}}
    made, plain = of(by_landmarks, "lbp_top_svm"), of({}, "lbp_top_svm")
    assert place(made) == place(plain)
    assert len(made.recipes) == 1
    assert spec(made) == spec(plain)
    build_recipe(PrepareSpec.model_validate(spec(made)))
    assert len(of(by_landmarks).recipes) == 2  # flow images look at it
    cropped = of({**by_landmarks, "crop": {}}, "lbp_top_svm")
    assert len(cropped.recipes) == 2
    assert place(cropped) == place(of(CROPPED, "lbp_top_svm"))


@pytest.mark.parametrize(
    ("settings", "device", "by_recipe"),
    [
        ({"flow": "tvl1_opencv", "landmarks": "dlib"}, "auto", {"flow_image": 0, "landmarks": 0}),
        ({"flow": "tvl1_torch", "landmarks": "dlib"}, "auto", {"flow_image": 1, "landmarks": 0}),
        ({"flow": "dis", "landmarks": "face_alignment"}, "cuda", {"flow_image": 0, "landmarks": 1}),
        ({"flow": "tvl1_torch", "landmarks": "face_alignment"}, "cpu", {"flow_image": 0, "landmarks": 0}),
    ],
    ids=["none", "flow", "faces", "both on the CPU"],
)
def test_a_gpu_is_asked_for_where_one_helps(settings, device, by_recipe):
    net = {
        "method": "ststnet",
        "flow_image": {"flow": settings["flow"]},
        "preprocessing": {"landmarks": settings["landmarks"], "crop": {}},
    }
    made = jobs(variants={"net": net}, device=device)
    assert {key.split("-")[0]: made.n_preparing_gpus(key) for key in made.recipes} == by_recipe


def test_only_who_asks_for_faces_depends_on_the_code_that_finds_them():
    def finders(*modules):
        return {name for name in digests._closure(modules) if name.endswith("_faces")}

    assert finders("mer.jobs.prepare", "mer.media.clips", "mer.features.flow_image") == set()
    assert finders("mer.jobs.train", "mer.methods.ststnet") == set()
    assert "mer.media.dlib_faces" in finders("mer.features.landmarks")
