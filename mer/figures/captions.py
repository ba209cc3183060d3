"""What each figure shows, in words: titles, and sentences for people who cannot see it."""

from dataclasses import dataclass

from mer.tables.titles import METRIC_TITLES

# By the figure: its title, and what is to be seen; {metric} is the score's title.
_TEXTS = {
    "per_class": (
        "Recall and F1 of each class",
        "Bars for recall and F1 of each class and variant, from predictions pooled over all folds",
    ),
    "scores": (
        "{metric} with 95% subject-bootstrap intervals",
        "Dots for {metric} of each variant on all clips and on each database, with the interval within which "
        "it would vary with other subjects, sorted from the best to the worst",
    ),
    "subjects": (
        "Share of right clips of each subject",
        "Colours for the share of right clips of each subject and variant, the hardest subject of each "
        "database on top",
    ),
    "pairwise": (
        "Differences in {metric} between variants",
        "Colours for the difference in {metric} of each pair of variants, with p of swapping subjects; "
        "frames mark what stays significant at 0.05 when adjusted for all pairs (Holm)",
    ),
    "selection_gap": (
        "{metric} gained by choosing the epoch on the test clips",
        "Dots for {metric} of each method by how its epoch is chosen, and for what the oracle gains over "
        "honest choices, with 95% subject-bootstrap intervals",
    ),
    "training_curves": (
        "{metric} of test clips by epoch",
        "Lines for {metric} of the test clips of all folds after every epoch, which is no result, beside the "
        "score of the oracle that chooses an epoch for each fold",
    ),
    "parameter_sweep": (
        "{metric} by one setting",
        "Lines for {metric} of variants that differ in one number only, with 95% subject-bootstrap intervals",
    ),
    "fold_bars": (
        "Accuracy of each fold",
        "Bars for the share of right clips of each fold and variant, and a line at the mean of the folds",
    ),
    "confusion": (
        "Confusion matrices of {variant}",
        "Counts of clips by true and predicted class for {variant}, on all clips and on each database; "
        "colours for shares of the true class",
    ),
    "critical_difference": (
        "Mean ranks of variants over databases",
        "Mean rank in {metric} of each variant, 1 being the best; bars join variants that Nemenyi's test "
        "does not tell apart at 0.05",
    ),
    "features": (
        "Features that {variant} learns",
        "Two t-SNE maps of the features of clips, before and after refinement; colours are classes, marks "
        "are databases, clips that were held out have a dark edge",
    ),
}
# Figures that show oracles beside other variants.
_WITH_ORACLES = ("per_class", "scores", "subjects", "selection_gap", "fold_bars", "parameter_sweep")
ORACLE = "An oracle, no result: it chooses the epoch on the test clips."
ORACLES = "Hollow or so named are oracles, no results: they choose the epoch on the test clips."
STAND_INS = "Clips are synthetic stand-ins."


@dataclass(frozen=True)
class Facts:
    """What titles and sentences mention.

    Attributes
    ----------
    place
        Where the clips are from: the protocol, or the sweep.
    n
        How many clips, subjects, folds or tasks there are, in words.
    metric
        Name of the score that is shown; blank where none is.
    stand_in
        Whether clips are synthetic.
    oracles
        Whether some variant is an oracle, or the one that is shown.
    """

    place: str
    n: str
    metric: str = ""
    stand_in: bool = False
    oracles: bool = False


def title_of(name: str, facts: Facts) -> str:
    """Return the title of a figure by its name, such as ``per_class`` or ``confusion_fr``."""
    title, _, variant = _found(name)
    return f"{title.format(metric=METRIC_TITLES.get(facts.metric), variant=variant)}: {facts.place}"


def described(name: str, facts: Facts) -> dict[str, str]:
    """Describe a figure: its file, its title and what is to be seen."""
    _, sentence, variant = _found(name)
    shown = sentence.format(metric=METRIC_TITLES.get(facts.metric), variant=variant)
    remarks = [ORACLES] if facts.oracles and name in _WITH_ORACLES else []
    remarks += [ORACLE] if facts.oracles and variant else []
    remarks += [STAND_INS] if facts.stand_in else []
    return {
        "file": f"{name}.png",
        "title": title_of(name, facts),
        "caption": " ".join([f"{shown} (n: {facts.n}).", *remarks]),
    }


def _found(name: str) -> tuple[str, str, str]:
    """Return title, sentence and variant of a figure; the variant is blank where the figure shows several."""
    for kind in ("confusion", "features"):
        if name.startswith(f"{kind}_"):
            return *_TEXTS[kind], name.removeprefix(f"{kind}_")
    return *_TEXTS[name], ""
