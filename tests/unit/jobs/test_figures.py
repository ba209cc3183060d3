"""All figures of a protocol, from files as the workflow writes them; predictions are made up."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mer.artefacts.folds import read_folds, write_folds
from mer.artefacts.predictions import write_predictions
from mer.artefacts.rows import prediction_rows, trajectory_rows
from mer.artefacts.scores import SCORE_COLUMNS, write_rows
from mer.artefacts.trajectories import write_trajectories
from mer.core.errors import DataError, IncompleteRunError
from mer.jobs import comparison, figures, ranks
from mer.jobs.figures import Material
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.figures import SOMETIMES
from mer.sweep.plan import Sweep
from mer.sweep.specs.comparison import ComparisonSpec
from mer.sweep.specs.figures import ProtocolFiguresSpec, RanksSpec
from mer.sweep.specs.packs import pack_name

EPOCHS = 4
RAW = {
    "name": "mine",
    "datasets": {"demo": {"n_subjects": 4, "clips_per_class": 2, "height": 48}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {
        "majority": {},
        "net": {"method": "ststnet", "epochs": EPOCHS},
        "longer": {"method": "ststnet", "epochs": 6},
        "longest": {"method": "ststnet", "epochs": 8},
        "held": {"method": "ststnet", "epochs": EPOCHS, "selection": "inner_val"},
        "best": {"method": "ststnet", "epochs": EPOCHS, "selection": "oracle_test"},
    },
    "seeds": [0, 1],
}


def scores_of(n, true, rng, skill):
    """Scores (N, 3) that favour the true class with some probability."""
    chosen = np.where(rng.random(n) < skill, true, rng.integers(0, 3, n))
    scores = np.full((n, 3), 0.1)
    scores[np.arange(n), chosen] = 0.8
    return scores


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Files of a sweep whose predictions are made up."""
    root = tmp_path_factory.mktemp("sweep")
    jobs = Jobs(Sweep(parse(RAW, "mine.yaml", root)))
    split = jobs.sweep.split("p")
    write_folds(root / "folds.json", split)
    rng = np.random.default_rng(0)
    true = {name: split.classes.index(label) for name, label in split.labels.items()}
    pooled = []
    for place, name in enumerate(RAW["variants"]):
        selection = jobs.sweep.config.variants[name].selection
        rows, about = [], {"recipe": "r", "device": "cpu", "seconds": 1.0}
        for seed in (0, 1):
            epochs = []
            for number, fold in enumerate(split.folds):
                labels = np.array([true[one] for one in fold.test])
                where = {**about, "seed": seed, "fold": number}
                of_epochs = [scores_of(len(labels), labels, rng, 0.2 * epoch) for epoch in range(EPOCHS)]
                epochs.append(trajectory_rows(split, fold.test, of_epochs, where))
                where |= {"method": "m", "variant": name, "selection": selection}
                own = scores_of(len(labels), labels, rng, 0.15 * (place + 1))
                rows.append(prediction_rows(split, fold.test, own, where))
            if selection == "oracle_test":
                path = root / jobs.run_folder("p", name) / pack_name([seed], 0, len(split.folds) - 1)
                write_trajectories(path, pd.concat(epochs), split.classes, {}, {})
        pooled.append(root / f"{name}.parquet")
        write_predictions(pooled[-1], pd.concat(rows), split.classes, {})
    spec = ComparisonSpec.model_validate_json(jobs.comparison_spec("p"))
    written = [root / name for name in ("comparisons.csv", "comparisons.md", "intervals.csv")]
    comparison.run(spec, root / "folds.json", pooled, *written)
    spec = ProtocolFiguresSpec.model_validate_json(jobs.figures_spec("p"))
    return SimpleNamespace(
        root=root, spec=spec, folds=root / "folds.json", intervals=written[2], pooled=pooled
    )


def draw(made, folder, names, spec=None):
    outputs = [folder / name for name in names]
    figures.run(spec or made.spec, made.folds, made.intervals, made.pooled, outputs)
    return outputs


def test_the_sweep_has_every_figure(made):
    assert set(made.spec.names) == {*figures.DRAWN}
    assert set(SOMETIMES) < set(figures.DRAWN)


@pytest.mark.parametrize("name", sorted(figures.DRAWN))
def test_each_figure_is_drawn_in_both_formats(made, name, tmp_path, monkeypatch):
    monkeypatch.chdir(made.root)  # folders of packs are given from there
    png, pdf = draw(made, tmp_path, [f"{name}.png", f"{name}.pdf"])
    with Image.open(png) as image:
        assert image.width >= 1000
        assert len(image.convert("L").getcolors()) > 10
    assert pdf.read_bytes().startswith(b"%PDF")


def test_what_figures_show_is_written_for_all_of_them(made, tmp_path):
    (path,) = draw(made, tmp_path, ["figures.json"])
    captions = json.loads(path.read_text())
    names = [*(f"confusion_{name}" for name in RAW["variants"]), *made.spec.names]
    assert [one["file"] for one in captions] == [f"{name}.png" for name in names]
    for one in captions:
        assert set(one) == {"file", "title", "caption"}
        assert one["title"].endswith("(p)")
        assert "(n: 24 clips, 4 subjects, 4 folds, 2 seeds)" in one["caption"]
        assert "synthetic stand-ins" in one["caption"]
    (scores,) = [one for one in captions if one["file"] == "scores.png"]
    assert "are oracles, no results" in scores["caption"]


def material(made, **changes):
    spec = made.spec.model_copy(update=changes)
    return Material(spec, read_folds(made.folds), made.intervals, tuple(made.pooled))


def test_figures_say_the_same_as_the_comparisons_with_the_baseline(made, monkeypatch):
    """The same streams of random numbers: nobody should wonder why p differs in the third decimal."""
    found = {}
    monkeypatch.setattr("mer.jobs.figures.pairwise", lambda pairs, **_: found.update(pairs=pairs))
    figures.DRAWN["pairwise"](material(made))
    pairs = found["pairs"].set_index(["first", "second"])
    compared = pd.read_csv(made.root / "comparisons.csv").query("metric == 'uf1'").set_index("variant")
    assert "best" not in pairs.index.get_level_values("second")
    for name in ("net", "longer", "held"):
        assert pairs.loc[("majority", name), "p"] == compared.loc[name, "p_swap"]
        assert -pairs.loc[("majority", name), "difference"] == pytest.approx(compared.loc[name, "difference"])


def test_curves_end_where_the_last_epoch_is_and_oracles_are_at_least_as_good_in_accuracy(made, monkeypatch):
    monkeypatch.chdir(made.root)
    found = {}
    monkeypatch.setattr("mer.jobs.figures.training_curves", lambda *tables, **_: found.update(tables=tables))
    figures.DRAWN["training_curves"](material(made, metric="war"))
    curves, choices, oracles = found["tables"]
    assert curves["epoch"].max() == EPOCHS
    assert len(curves) == 2 * EPOCHS
    assert len(choices) == 2 * 4
    assert set(curves["variant"]) == {"best"}
    intervals = pd.read_csv(made.intervals).query("metric == 'war'").set_index("variant")["value"]
    assert oracles.set_index("variant")["value"].to_dict() == pytest.approx(intervals.to_dict())


def test_a_series_takes_its_scores_from_the_intervals(made, monkeypatch):
    found = {}
    monkeypatch.setattr("mer.jobs.figures.parameter_sweep", lambda points, **_: found.update(points=points))
    figures.DRAWN["parameter_sweep"](material(made))
    points = found["points"]
    assert points["number"].tolist() == [4, 6, 8]
    assert points.index.tolist() == ["net", "longer", "longest"]
    expected = pd.read_csv(made.intervals).query("metric == 'uf1'").set_index("variant")
    assert points["value"].tolist() == expected.loc[points.index, "value"].tolist()


def test_blank_ends_of_intervals_are_no_numbers(made, tmp_path):
    text = pd.read_csv(made.intervals)
    text.loc[0, ["low", "high", "standard_error"]] = np.nan
    blank = tmp_path / "intervals.csv"
    text.to_csv(blank, index=False)
    rows = Material(made.spec, read_folds(made.folds), blank, tuple(made.pooled)).intervals
    assert rows["low"].isna().sum() == 1
    assert rows["low"].dtype == rows["high"].dtype == float


def test_predictions_of_other_variants_are_refused(made, tmp_path):
    spec = made.spec.model_copy(update={"variants": (*made.spec.variants, "late")})
    with pytest.raises(
        IncompleteRunError, match="p: predictions of majority, net, .* were given, expected are"
    ):
        draw(made, tmp_path, ["per_class.png"], spec)
    assert not list(tmp_path.iterdir())


def test_files_of_other_columns_are_refused(made, tmp_path):
    (tmp_path / "intervals.csv").write_text("a,b\n1,2\n")
    other = Material(made.spec, read_folds(made.folds), tmp_path / "intervals.csv", tuple(made.pooled))
    with pytest.raises(DataError, match="intervals.csv: expected the columns protocol, source, variant"):
        figures.DRAWN["scores"](other)


DATABASES = ("casme2", "samm", "smic_hs", "smic_vis", "mmew", "casme")


@pytest.fixture
def ranked(tmp_path):
    """Scores of three variants on five databases under two protocols, two seeds each."""
    spec = RanksSpec(
        sweep="mine", metric="uf1", baseline="b", variants=("b", "a", "c"),
        tasks={"p": DATABASES[:3], "q": DATABASES[2:]}, revision="",
    )  # fmt: skip
    paths = []
    for protocol in spec.tasks:
        for place, variant in enumerate(spec.variants):
            rows = [
                {"protocol": protocol, "variant": variant, "seed": seed, "scope": scope, "metric": metric,
                 "value": 0.1 * place + 0.01 * seed + 0.02 * (scope == "smic_vis"), "source": "stand_in"}
                for seed in (0, 1) for scope in ("composite", *DATABASES) for metric in ("uf1", "war")
            ]  # fmt: skip
            path = tmp_path / protocol / f"{variant}.csv"
            write_rows(path, pd.DataFrame(rows).reindex(columns=list(SCORE_COLUMNS)), SCORE_COLUMNS)
            paths.append(path)
    return spec, paths


def test_ranks_are_of_means_over_seeds_on_databases(ranked, tmp_path):
    spec, paths = ranked
    rows = pd.concat([pd.read_csv(path) for path in paths])
    table = ranks.task_scores(spec, rows)
    assert list(table.columns) == ["b", "a", "c"]
    assert list(table.index) == ["casme2", "samm", "smic", "mmew", "casme"]
    # Of SMIC under one protocol filmed by one camera, under the other by both: the mean of three.
    more = [[0], [0], [0.02 / 3], [0], [0]]
    np.testing.assert_allclose(table, np.array([[0.005, 0.105, 0.205]] * 5) + more)
    png, pdf, captions = (tmp_path / f"critical_difference.{suffix}" for suffix in ("png", "pdf", "json"))
    ranks.run(spec, paths, [png, pdf, captions])
    with Image.open(png) as image:
        assert image.width > 1000
    (one,) = json.loads(captions.read_text())
    assert one["file"] == "critical_difference.png"
    assert "(n: 3 variants, 5 databases, few for tests of ranks)" in one["caption"]
    assert "stand-ins" in one["caption"]


def test_a_missing_score_is_named(ranked):
    spec, paths = ranked
    rows = pd.concat([pd.read_csv(path) for path in paths[1:]])
    with pytest.raises(
        IncompleteRunError, match="are missing. Run the workflow again.\n  b on casme2 under p"
    ):
        ranks.task_scores(spec, rows)
