"""Published scores, and what is known to be wrong with them."""

from pathlib import Path

import pandas as pd

from mer.core.types import COMPOSITE
from mer.published.remarks import remark_on

_FOLDER = Path(__file__).parent
# The papers' word for a quantity that we call otherwise.
_SAME_METRIC = {"acc": "war"}


def published_results(protocol: str) -> pd.DataFrame:
    """Read the published scores of one protocol.

    Parameters
    ----------
    protocol
        Protocol slug of the published numbers, for example ``cde2019``.

    Returns
    -------
    DataFrame
        One row per number: paper, table, method, method_slug, scope, metric, value, source_kind and
        remark, in the papers' order. A number that a paper prints in several tables occurs once,
        from the table that has most numbers of its method. Remarks say what is known to be wrong.
    """
    results = pd.read_csv(_FOLDER / "results.csv", keep_default_na=False)
    results = results[(results["protocol"] == protocol) & (results["value"] != "")].copy()
    results["value"] = results["value"].astype(float)
    results["metric"] = results["metric"].replace(_SAME_METRIC)
    results["remark"] = [
        remark_on(protocol, *key)
        for key in zip(results["method_slug"], results["dataset_scope"], results["metric"], strict=True)
    ]
    # A mean over folds that are databases is the composite's score here.
    results["scope"] = results["dataset_scope"].str.replace("-", "_").replace("average", COMPOSITE)
    return _without_repeats(results)


def _without_repeats(results: pd.DataFrame) -> pd.DataFrame:
    size = results.groupby(["paper", "method_slug", "table"])["value"].transform("size")
    key = ["paper", "method_slug", "scope", "metric"]
    kept = results.assign(size=-size).sort_values("size", kind="stable").drop_duplicates(key)
    columns = ["paper", "table", "method", "method_slug", "scope", "metric", "value", "source_kind", "remark"]
    return kept.sort_index()[columns].reset_index(drop=True)
