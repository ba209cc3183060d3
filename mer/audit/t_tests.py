"""Claims of significance from fold scores, tried with every t-test that they may mean."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mer.audit.check import Check, verdict_of
from mer.audit.published import Published
from mer.core.types import FloatArray

_TIMS = ("tim32", "tim64")
# Which folds a claim may be about, and how that is called.
_FOLDS: Mapping[str, Sequence[str]] = {
    "TIM32, 5 folds": ("tim32",),
    "TIM64, 5 folds": ("tim64",),
    "TIM32 and TIM64 together, 10 values": _TIMS,
}


@dataclass(frozen=True)
class Variant:
    """A test of one claim: its t, p, whether that is in the claimed interval, and the mean difference."""

    name: str
    t: float
    df: int
    p: float
    is_in: bool
    difference: float


def check_t_tests(published: Published) -> Iterator[Check]:
    """Recompute every claimed p-value, paired and unpaired, per setting and over both settings."""
    claims = published.claims[published.claims["kind"] == "t_test"]
    for (paper, place), group in claims.groupby(["paper", "place"], sort=False):
        tried: dict[str, list[Variant]] = {}
        for row in group.to_dict("records"):
            claim = {str(name): str(text) for name, text in row.items()}
            tried[claim["item"]] = []
            for variant in _variants(published, claim):
                tried[claim["item"]].append(variant)
                yield _claim(claim, variant)
        if tried:
            yield _as_a_set(str(paper), str(place), tried)


def interval(claim: str) -> tuple[float, float]:
    """Read an interval of p.

    Examples
    --------
    >>> interval("0.05 < p < 0.1"), interval("p > 0.2")
    ((0.05, 0.1), (0.2, 1.0))
    """
    found = re.fullmatch(r"(?:([\d.]+) < )?p(?: ([<>]) ([\d.]+))?", claim)
    if found is None:
        raise ValueError(f"'{claim}' is no interval of p")
    low, sign, bound = found.groups()
    if sign == ">":
        return float(bound), 1.0
    return float(low or 0), float(bound or 1)


def _variants(published: Published, claim: Mapping[str, str]) -> Iterator[Variant]:
    low, high = interval(claim["printed"])
    for folds, tims in _FOLDS.items():
        a, b = _fold_scores(published, claim, tims)
        for name, test in (("paired", stats.ttest_rel), ("unpaired", stats.ttest_ind)):
            result = test(a, b)
            p = float(result.pvalue)
            yield Variant(
                name=f"{name} two-sided t-test, {folds}",
                t=float(result.statistic),
                df=int(result.df),
                p=p,
                is_in=low < p < high,
                difference=float((a - b).mean()),
            )


def _fold_scores(
    published: Published, claim: Mapping[str, str], tims: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Return the printed accuracies of both methods, in points, of the folds that both have."""
    protocols = [f"tlcnn560-{tim}-fold{fold}" for tim in tims for fold in range(1, 6)]
    scores = [
        {
            one.cell.protocol: 100 * float(one.printed.value)
            for one in published.numbers(
                paper=claim["paper"], protocol=protocols, method_slug=claim[side], metric="acc"
            )
            if one.printed
        }
        for side in ("left", "right")
    ]
    common = [name for name in protocols if all(name in one for one in scores)]
    a, b = (np.array([one[name] for name in common]) for one in scores)
    return a, b


def _claim(claim: Mapping[str, str], variant: Variant) -> Check:
    return Check(
        claim["paper"],
        f"{claim['item']}, {variant.name}",
        claim["printed"],
        f"t({variant.df}) = {variant.t:.3f}, p = {variant.p:.4f}",
        verdict_of(variant.is_in),
        f"mean difference {variant.difference:.3f} points; the paper does not say which t-test was used",
        "",
    )


def _as_a_set(paper: str, place: str, tried: Mapping[str, Sequence[Variant]]) -> Check:
    """Ask whether one test gives all claims; a reader cannot know which test was meant."""
    names = list(dict.fromkeys(one.name for variants in tried.values() for one in variants))
    reproduced = {
        name: sum(one.is_in for variants in tried.values() for one in variants if one.name == name)
        for name in names
    }
    best = max(names, key=reproduced.__getitem__)
    never = [item for item, variants in tried.items() if not any(one.is_in for one in variants)]
    right = reproduced[best] == len(tried)
    counts = ", ".join(f"{reproduced[name]} by the {name}" for name in names)
    return Check(
        paper,
        f"{place} claims as a set",
        f"{len(tried)} claims",
        f"{reproduced[best]} of {len(tried)} reproduced by the {best}"
        + (f"; by none of the tests: {', '.join(never)}" if never else ""),
        verdict_of(right),
        f"of the claims are reproduced: {counts}",
        "" if right else "A",
    )
