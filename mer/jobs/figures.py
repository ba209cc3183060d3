"""Draw the figures of one protocol, and say what each of them shows."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mer.artefacts.comparisons import INTERVAL_COLUMNS
from mer.artefacts.folds import Split, read_folds
from mer.artefacts.predictions import read_left_out, read_predictions
from mer.artefacts.scores import read_rows
from mer.artefacts.trajectories import read_trajectories
from mer.core.counted import counted
from mer.core.errors import IncompleteRunError
from mer.core.files import complete
from mer.core.seeds import stream
from mer.core.types import COMPOSITE
from mer.evaluation.comparison import ORACLE, Predicted
from mer.evaluation.design import Design
from mer.figures.captions import Facts, described, title_of
from mer.figures.class_bars import class_bars
from mer.figures.comparisons import pair_comparisons, selection_gaps
from mer.figures.figure_file import save_figure
from mer.figures.fold_bars import fold_bars
from mer.figures.numbers import accuracies, class_scores, epoch_scores, oracle_choices
from mer.figures.pairwise import pairwise
from mer.figures.parameter_sweep import parameter_sweep
from mer.figures.score_intervals import score_intervals
from mer.figures.selection_gap import selection_gap
from mer.figures.subject_difficulty import subject_difficulty
from mer.figures.training_curves import training_curves
from mer.sweep.specs.figures import ProtocolFiguresSpec, Trajectories
from mer.sweep.specs.packs import pack_name


def run(
    spec: ProtocolFiguresSpec,
    folds: Path,
    intervals: Path,
    predictions: Sequence[Path],
    outputs: Sequence[Path],
) -> None:
    """Draw the figures that are asked for, each in the format of its suffix.

    Parameters
    ----------
    spec
        Which variants and figures there are.
    folds
        Of the protocol.
    intervals
        Scores of all variants with their intervals.
    predictions
        Pooled ones of each variant, in the specification's order.
    outputs
        Figures, by their names; and a JSON file, where what all figures of the protocol show is asked for.
    """
    material = Material(spec, read_folds(folds), intervals, tuple(predictions))
    drawn: dict[str, Figure] = {}
    for path in outputs:
        if path.suffix == ".json":
            captions = [described(name, material.facts_of(name)) for name in material.all_names]
            write_captions(path, captions)
            continue
        if path.stem not in drawn:
            drawn[path.stem] = DRAWN[path.stem](material)
        save_figure(drawn[path.stem], path)


def write_captions(path: Path, captions: Sequence[Mapping[str, str]]) -> None:
    """Write what figures show: for each the file, its title and a sentence."""
    text = json.dumps(list(captions), indent=1, ensure_ascii=False)
    with complete(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Material:
    """What the figures of one protocol are made of, read when it is first looked at.

    Attributes
    ----------
    spec
        Which variants and figures there are.
    split
        Folds of the protocol.
    interval_file, prediction_files
        Scores with their intervals; pooled predictions of each variant.
    """

    spec: ProtocolFiguresSpec
    split: Split
    interval_file: Path
    prediction_files: tuple[Path, ...]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Predictions of all variants, in their order."""
        rows = read_predictions(self.prediction_files, self.split.classes)
        found = list(dict.fromkeys(rows["variant"]))
        if found != list(self.spec.variants):
            raise IncompleteRunError(
                f"{self.spec.protocol}: predictions of {', '.join(found)} were given, expected are those of "
                f"{', '.join(self.spec.variants)}. Run the workflow again."
            )
        return rows

    @cached_property
    def predicted(self) -> dict[str, Predicted]:
        """Predictions by variant."""
        parts = self.rows.groupby("variant", sort=False)
        files = zip(self.spec.variants, self.prediction_files, strict=True)
        return {name: _predicted(name, parts.get_group(name), path) for name, path in files}

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """Scores with intervals in the metric that is shown."""
        rows = read_rows([self.interval_file], INTERVAL_COLUMNS)
        rows = rows[rows["metric"] == self.spec.metric]
        # Ends are blank where no interval could be made.
        return rows.assign(**{end: pd.to_numeric(rows[end], errors="coerce") for end in ("low", "high")})

    @property
    def design(self) -> Design:
        """How predictions are scored and compared."""
        return Design(self.split.classes, self.split.pooling)

    @property
    def all_names(self) -> list[str]:
        """Names of all figures of the protocol."""
        return [*(f"confusion_{name}" for name in self.spec.variants), *self.spec.names]

    @cached_property
    def facts(self) -> Facts:
        """What titles and captions mention."""
        rows = self.rows
        return Facts(
            f"{self.spec.title} ({self.spec.protocol})",
            _sizes(rows),
            self.spec.metric,
            stand_in=self.split.source == "stand_in",
            oracles=bool((rows["selection"] == ORACLE).any()),
        )

    def facts_of(self, name: str) -> Facts:
        """Return what the caption of a figure mentions; a confusion matrix is of one variant."""
        kind, _, variant = name.partition("_")
        if kind != "confusion":
            return self.facts
        one = self.predicted[variant]
        return replace(self.facts, n=_sizes(one.rows), oracles=one.selection == ORACLE)

    def styled(self, name: str) -> dict[str, Any]:
        """Return what all figures are told: their title, and whether clips are synthetic."""
        return {"title": title_of(name, self.facts), "stand_in": self.facts.stand_in}

    def random(self, name: str) -> Any:  # noqa: ANN401  # a numpy generator
        """Return the random stream of a name, that of the comparisons with the baseline."""
        return stream("comparison", self.spec.protocol, name)


def _sizes(rows: pd.DataFrame) -> str:
    """Say of how many clips, subjects, folds and seeds predictions are."""
    seeds = rows.groupby("variant")["seed"].nunique()
    n = counted(
        clip=rows["sample_id"].nunique(), subject=rows["person"].nunique(), fold=rows["fold"].nunique()
    )
    most = counted(seed=int(seeds.max()))
    return f"{n}, {most if seeds.min() == seeds.max() else f'{seeds.min()} to {most}'}"


def _predicted(name: str, rows: pd.DataFrame, path: Path) -> Predicted:
    return Predicted(name, str(rows["selection"].iloc[0]), rows, read_left_out([path]))


def _per_class(made: Material) -> Figure:
    scores = class_scores(made.rows, made.split.classes)
    return class_bars(scores, baseline=made.spec.baseline, **made.styled("per_class"))


def _scores(made: Material) -> Figure:
    return score_intervals(made.intervals, baseline=made.spec.baseline, **made.styled("scores"))


def _subjects(made: Material) -> Figure:
    shares = accuracies(made.rows, "database", "subject")
    return subject_difficulty(shares, baseline=made.spec.baseline, **made.styled("subjects"))


def _pairwise(made: Material) -> Figure:
    results = [one for one in made.predicted.values() if one.selection != ORACLE]
    pairs = pair_comparisons(results, made.spec.metric, made.design, made.random)
    return pairwise(pairs, baseline=made.spec.baseline, **made.styled("pairwise"))


def _selection_gap(made: Material) -> Figure:
    groups = {
        group.name: {kind: made.predicted[name] for kind, name in group.variants.items()}
        for group in made.spec.groups
    }
    tables = selection_gaps(groups, made.spec.metric, made.design, made.random)
    return selection_gap(*tables, **made.styled("selection_gap"))


def _training_curves(made: Material) -> Figure:
    classes, metric = made.split.classes, made.spec.metric
    labels = pd.Series({name: classes.index(label) for name, label in made.split.labels.items()})
    curves, choices = [], []
    for one in made.spec.trajectories:
        rows = read_trajectories(_packs(one), classes)
        scores = epoch_scores(rows, labels, len(classes), metric, made.split.pooling)
        curves.append(scores.assign(variant=one.variant, metric=metric))
        choices.append(oracle_choices(rows, labels).assign(variant=one.variant))
    whole = made.intervals[made.intervals["scope"] == _first_scope(made.intervals)]
    tables = (pd.concat(curves), pd.concat(choices), whole[["variant", "value"]])
    return training_curves(*tables, **made.styled("training_curves"))


def _packs(one: Trajectories) -> list[Path]:
    folder = Path(one.folder)
    return [folder / pack_name(seeds, *pack) for seeds in one.seed_groups for pack in one.packs]


def _first_scope(intervals: pd.DataFrame) -> str:
    """Return the scope of all clips: the composite, or the only database."""
    scopes = list(dict.fromkeys(intervals["scope"]))
    return COMPOSITE if COMPOSITE in scopes else str(scopes[0])


def _parameter_sweep(made: Material) -> Figure:
    whole = made.intervals[made.intervals["scope"] == _first_scope(made.intervals)].set_index("variant")
    points = [
        whole.loc[list(one.numbers)].assign(
            series=one.name, setting=one.setting, number=list(one.numbers.values())
        )
        for one in made.spec.series
    ]
    return parameter_sweep(pd.concat(points), **made.styled("parameter_sweep"))


def _fold_bars(made: Material) -> Figure:
    of_folds = accuracies(made.rows, "fold")
    return fold_bars(of_folds, baseline=made.spec.baseline, **made.styled("fold_bars"))


DRAWN: Mapping[str, Callable[[Material], Figure]] = MappingProxyType(
    {
        "per_class": _per_class,
        "scores": _scores,
        "subjects": _subjects,
        "pairwise": _pairwise,
        "selection_gap": _selection_gap,
        "training_curves": _training_curves,
        "parameter_sweep": _parameter_sweep,
        "fold_bars": _fold_bars,
    }
)
