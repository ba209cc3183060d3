"""The files of finished sweeps, written by hand through the writers that the workflow uses."""

import json
import shutil
from dataclasses import dataclass, field

import pandas as pd
import pytest
from PIL import Image

from mer.artefacts.predictions import write_predictions
from mer.artefacts.scores import SCORE_COLUMNS, write_rows
from mer.jobs import table
from mer.sweep.specs.tables import TableRow, TableSpec
from mer.sweep.specs.train import TrainSpec

CLASSES = ("negative", "positive", "surprise")
SCOPES = ("composite", "smic_hs", "casme2", "samm")
NASTY = "<script>alert('a&b')</script>\"><img src=x onerror=alert(1)>"


@dataclass
class Variant:
    """A row of a table: title, UF1 of each seed, and where its published numbers stand."""

    title: str
    uf1: dict[int, float] = field(default_factory=dict)
    published: str | None = None
    selection: str = "last"
    skipped: str = ""
    remark: str = ""
    devices: tuple[str, ...] = ("cpu",)


VARIANTS = {
    "majority": Variant("Majority class", {0: 0.25, 1: 0.25, 2: 0.25}),
    "net": Variant(
        "STSTNet", {0: 0.70, 1: 0.72, 2: 0.74}, published="ststnet", devices=("cpu", "NVIDIA H200")
    ),
    "better": Variant("RCN-A", {0: 0.75, 1: 0.75, 2: 0.78}, remark="with the settings of its own release"),
    "oracle": Variant("STSTNet", {0: 0.90, 1: 0.91, 2: 0.92}, published="ststnet", selection="oracle_test"),
    "apexless": Variant("OFF-ApexNet", skipped="smic_hs has no annotated apex"),
}


def recipe(variant, seed):
    """A recipe as it looks: 16 hexadecimal digits."""
    return f"{abs(hash_of(variant)) % 16**12:012x}{seed:04x}"


def hash_of(text):
    return sum((place + 1) * ord(letter) ** 3 for place, letter in enumerate(text))


def write_sweep(
    project, name="mine", protocol="p", source="real", variants=None, n_clips=442, intervals=True
):
    """Write a finished sweep below ``project/results``; returns its folder."""
    variants = VARIANTS if variants is None else variants
    running = {key: one for key, one in variants.items() if not one.skipped}
    folder = project / "results" / name
    split = project / "results/runs" / f"{protocol}-0a1b2c3d"
    for key, one in running.items():
        _write_scores(folder, protocol, source, n_clips, key, one)
        _write_predictions(folder, split, protocol, source, key, one)
        _write_picture(folder / f"figures/{protocol}/confusion_{key}.png", (560, 540), dpi=200)
    spec = TableSpec(
        protocol=protocol,
        title="MEGC 2019 composite",
        published="cde2019",
        pooling="pooled",
        metrics=("uf1", "uar", "war"),
        rows=tuple(
            TableRow(
                variant=key, method=one.title, published=one.published, skipped=one.skipped, remark=one.remark
            )
            for key, one in variants.items()
        ),
        notes=(),
        revision="",
    )
    scores = [folder / f"scores/{protocol}/{key}.csv" for key in running]
    table.run(spec, scores, [folder / f"tables/{protocol}.{kind}" for kind in ("csv", "md", "tex")])
    if intervals:
        _write_intervals(folder / f"intervals/{protocol}.csv", protocol, running, n_clips)
    _write_texts(folder, split, protocol, n_clips)
    sheet = project / "results/figures/preprocessing/smic_hs-0a1b2c3d/flow_image-bc1eb041"
    _write_picture(sheet.with_suffix(".png"), (1400, 900), dpi=200)
    sheet.with_suffix(".md").write_text(
        '# flow_image on smic_hs\n\n- 164 clips\n\n```json\n{"size": 28}\n```\n'
    )
    _write_summary(project, folder, split, protocol, running, sheet)
    return folder


def _write_scores(folder, protocol, source, n_clips, key, one):
    rows = [
        {
            "protocol": protocol, "task": "three_class", "variant": key, "selection": one.selection,
            "method": "ststnet", "source": source, "seed": seed, "scope": scope, "metric": metric,
            "value": min(1.0, uf1 + 0.01 * SCOPES.index(scope) + (0.02 if metric == "uar" else 0)),
            "n_clips": n_clips if scope == "composite" else 100, "n_subjects": 68, "n_folds": 68, "n_left_out": 0,
        }
        for seed, uf1 in one.uf1.items() for scope in SCOPES for metric in ("uf1", "uar")
    ]  # fmt: skip
    write_rows(folder / f"scores/{protocol}/{key}.csv", pd.DataFrame(rows), SCORE_COLUMNS)


def _write_predictions(folder, split, protocol, source, key, one):
    """Two folds of one clip each, 60 seconds a fold; all seeds in one pack."""
    rows = pd.DataFrame(
        [
            {
                "protocol": protocol, "task": "three_class", "method": "ststnet", "variant": key,
                "selection": one.selection, "seed": seed, "fold": fold, "database": "samm",
                "subject": f"samm:{fold:03d}", "person": f"samm:{fold:03d}", "clip": f"c{clip}",
                "sample_id": f"samm:{fold:03d}:c{clip}", "source": source, "true": "negative",
                "predicted": "negative", "score_negative": 0.8, "score_positive": 0.1, "score_surprise": 0.1,
                "recipe": recipe(key, seed), "device": one.devices[fold % len(one.devices)], "seconds": 60.0,
            }
            for seed in one.uf1 for fold in (0, 1) for clip in (0, 1)
        ]
    )  # fmt: skip
    write_predictions(folder / f"predictions/{protocol}/{key}.parquet", rows, CLASSES, {})
    spec = TrainSpec(
        run=f"ststnet-{key}",
        method={"key": "ststnet", "settings": {"epochs": 500, "lr": 5e-05}},
        selection=one.selection,
        first=0,
        last=1,
        recipes={seed: recipe(key, seed) for seed in one.uf1},
    )
    about = {"spec": spec.model_dump_json(), "version_torch": "2.13.0", "version_python": "3.11.7"}
    write_predictions(split / f"ststnet-{key}/s0-1-2/000-001.parquet", rows, CLASSES, about)


def _write_intervals(path, protocol, running, n_clips):
    path.parent.mkdir(parents=True)
    rows = []
    for key, one in running.items():
        value = sum(one.uf1.values()) / len(one.uf1)
        rows.append(
            {
                "protocol": protocol, "variant": key, "selection": one.selection, "scope": "composite",
                "metric": "uf1", "value": value, "low": value - 0.06, "high": value + 0.05,
                "standard_error": 0.03, "n_subjects": 68, "n_seeds": len(one.uf1),
            }
        )  # fmt: skip
    pd.DataFrame(rows).to_csv(path, index=False)


def _write_picture(path, size, dpi):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (200, 210, 220)).save(path, dpi=(dpi, dpi))


def _write_texts(folder, split, protocol, n_clips):
    (split / "audit.md").write_text(
        f"# Leak audit of {protocol}\n\n- {n_clips} real clips of 68 people in 68 folds.\n"
        "- People who appear under several subjects, counted as one:\n    - smic:s1: smic_hs:s1, smic_vis:s1\n\n"
        "| fold | training clips | test clips |\n|---|---|---|\n| samm:000 | 440 | 2 |\n| samm:001 | 440 | 2 |\n"
    )
    (folder / "samples").mkdir()
    (folder / "samples/samm.csv").write_text("sample_id\nsamm:000:c0\n")
    (folder / "samples/samm.md").write_text(
        "# samm: 133 clips of 28 people\n\n- Reader: samm; source: real.\n"
    )


def _write_summary(project, folder, split, protocol, running, sheet):
    def short(*paths):
        return [str(path.relative_to(project)) for path in paths]

    listed = {
        "name": folder.name,
        "tables": short(*(folder / f"tables/{protocol}.{kind}" for kind in ("csv", "md", "tex"))),
        "paper_tables": [],
        "samples": short(folder / "samples/samm.csv", folder / "samples/samm.md"),
        "audits": short(split / "audit.md"),
        "figures": short(*(folder / f"figures/{protocol}/confusion_{key}.png" for key in running)),
        "contact_sheets": short(sheet.with_suffix(".png"), sheet.with_suffix(".md")),
        "predictions": short(*(folder / f"predictions/{protocol}/{key}.parquet" for key in running)),
        "runs": {protocol: {key: short(split / f"ststnet-{key}")[0] for key in running}},
        "skipped": [],
    }
    (folder / "sweep.json").write_text(json.dumps(listed, indent=1))


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """A project with the finished sweep ``mine``; not to be changed."""
    project = tmp_path_factory.mktemp("written")
    write_sweep(project)
    return project


@pytest.fixture
def results(written, tmp_path):
    """Folder of results with the finished sweep ``mine``."""
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return tmp_path / "results"
