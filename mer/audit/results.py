"""The audit of a sweep's results: everything is counted again from the predictions."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from mer.audit.check import Check
from mer.audit.recount import check_variant, found, parts, score
from mer.audit.results_folder import Results, Variant, files_of, read_results, sweeps_in

_TOLERANCE = 1e-12
_LISTS = (
    "tables",
    "paper_tables",
    "comparisons",
    "samples",
    "audits",
    "figures",
    "contact_sheets",
    "predictions",
)


def audit_results(folder: Path) -> list[Check]:
    """Audit one sweep, or all sweeps inside a folder.

    Parameters
    ----------
    folder
        ``results/<sweep>``, or a folder of such folders.

    Returns
    -------
    list of Check
        ``paper`` is the name of the sweep.

    Raises
    ------
    DataError
        If there are no results, or a list of files is damaged.
    """
    checks: list[Check] = []
    for one in sweeps_in(folder):
        results = read_results(one)
        checks += _files(results)
        for variant in results.variants:
            checks += check_variant(results.name, variant)
        for protocol in dict.fromkeys(variant.protocol for variant in results.variants):
            group = [variant for variant in results.variants if variant.protocol == protocol]
            checks += _protocol(results, protocol, group)
    return checks


def _files(results: Results) -> Iterator[Check]:
    """Check that what is listed is there, and report what is not listed."""
    if results.listed is None:
        yield found(
            results.name,
            "sweep.json lists the files of the sweep",
            "sweep.json",
            ["there is no sweep.json: the sweep has not finished, or its list is lost"],
        )
        return
    names = [name for kind in _LISTS for name in results.listed.get(kind, [])]
    missing = [name for name in names if not results.path(name).is_file()]
    yield found(results.name, "listed files are there", f"{len(names)} files of sweep.json", missing)
    listed = {(variant.protocol, variant.name) for variant in results.variants}
    others = sorted(files_of(results.folder) - listed)
    if others:
        yield Check(
            results.name,
            "files of an earlier form of the sweep",
            "",
            f"{len(others)} variants are not in sweep.json",
            "derived",
            "not audited: " + ", ".join(" ".join(one) for one in others),
        )


def _protocol(results: Results, protocol: str, variants: list[Variant]) -> Iterator[Check]:
    """Compare the variants of one protocol with each other, and with their table."""
    known = [(variant, variant.rows) for variant in variants if variant.rows is not None]
    if known:
        yield _same_clips(results.name, protocol, known)
        sources = sorted({str(one) for _, rows in known for one in rows["source"].unique()})
        problems = [f"variants on {' and '.join(sources)} clips"] if len(sources) > 1 else []
        yield found(results.name, f"{protocol}: variants share a source", ", ".join(sources), problems)
    path = results.folder / "tables" / f"{protocol}.csv"
    if path.is_file():
        yield _table(results, protocol, path, [variant for variant, _ in known])


def _same_clips(sweep: str, protocol: str, known: list[tuple[Variant, pd.DataFrame]]) -> Check:
    """Check that variants predict the same clips with the same classes, but for those they leave out."""
    every = {name for variant, rows in known for name in (*rows["sample_id"], *variant.left_out)}
    labels: dict[str, str] = {}
    problems = []
    for variant, rows in known:
        missing = every - set(rows["sample_id"]) - set(variant.left_out)
        problems += [f"{variant.name} has no prediction of {name}" for name in sorted(missing)]
        own = rows.drop_duplicates("sample_id").set_index("sample_id")["true"]
        different = [name for name, true in own.items() if labels.setdefault(str(name), str(true)) != true]
        problems += [f"{variant.name} has another class for {name}" for name in different]
    printed = f"{len(known)} variants, {len(every)} clips"
    return found(sweep, f"{protocol}: variants share clips and classes", printed, problems)


def _table(results: Results, protocol: str, path: Path, variants: list[Variant]) -> Check:
    """Compare the measured rows of a table with means and deviations over seeds of recomputed scores."""
    table = pd.read_csv(path, keep_default_na=False, dtype=str)
    rows = {row["variant"]: row for row in table.to_dict("records") if row["variant"]}
    problems, n = [], 0
    for variant in variants:
        if variant.name not in rows:
            problems.append(f"no row of {variant.name}")
            continue
        for column, value in _expected(variant).items():
            # A table shows the metrics of its protocol; files of scores hold more.
            if column not in table.columns:
                continue
            n += 1
            cell = rows[variant.name].get(column, "")
            if not cell or abs(float(cell) - value) > _TOLERANCE:
                problems.append(
                    f"{variant.name} {column}: printed {cell or 'nothing'}, recomputed {value:.6f}"
                )
    item = f"{protocol}: the table is that of the predictions"
    return found(results.name, item, f"{n} numbers of {path.name}", problems)


def _expected(variant: Variant) -> dict[str, float]:
    """Recompute the cells of a variant's row, of those metrics that its scores have."""
    if variant.rows is None or variant.scores is None:
        return {}
    pooling = variant.split.pooling if variant.split is not None else "pooled"
    values: dict[str, list[float]] = {}
    for part in parts(variant.rows):
        for metric in dict.fromkeys(variant.scores["metric"]):
            value = score(part, variant.classes, str(metric), pooling)
            if value is not None:
                values.setdefault(f"{part.scope}_{metric}", []).append(value)
    cells = {column: float(pd.Series(one).mean()) for column, one in values.items()}
    spreads = {
        f"{column}_sd": float(pd.Series(one).std(ddof=1)) for column, one in values.items() if len(one) > 1
    }
    return cells | spreads
