"""How scopes and metrics are called in tables and figures."""

from collections.abc import Iterable

SCOPE_TITLES = {
    "composite": "Composite",
    "smic_hs": "SMIC-HS",
    "smic_vis": "SMIC-VIS",
    "smic_nir": "SMIC-NIR",
    "casme": "CASME",
    "casme2": "CASME II",
    "samm": "SAMM",
    "casme_squared": "CAS(ME)²",
    "casme3_a": "CAS(ME)³ A",
    "mmew": "MMEW",
    "fourdme": "4DME",
    "dfme": "DFME",
    "samm_lv": "SAMM-LV",
    "imagenet": "ImageNet",
}
# Numbers in files of scores that are no scores: the size of a network, and the time of a fold.
COSTS = ("params_millions", "exec_seconds")
METRIC_TITLES = {
    "uf1": "UF1",
    "uar": "UAR",
    "war": "WAR",
    "params_millions": "Parameters (million)",
    "exec_seconds": "Seconds per fold",
    "top1_error": "Top-1 error",
    "top5_error": "Top-5 error",
}


def score_column(name: str) -> tuple[str, str] | None:
    """Read scope and metric from the name of a column of scores; None if it is none.

    Examples
    --------
    >>> score_column("smic_hs_uf1"), score_column("composite_exec_seconds"), score_column("n_seeds")
    (('smic_hs', 'uf1'), ('composite', 'exec_seconds'), None)
    """
    for metric in METRIC_TITLES:
        if name.endswith(f"_{metric}"):
            return name.removesuffix(f"_{metric}"), metric
    return None


def ordered_scopes(scopes: Iterable[str]) -> list[str]:
    """Order scopes as the papers do: the composite, its databases, then others by name."""
    present = set(scopes)
    known = [scope for scope in SCOPE_TITLES if scope in present]
    return known + sorted(present - set(known))
