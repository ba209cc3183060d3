"""Where the rules of the workflow write what a job says, by the file that it makes."""

from pathlib import PurePosixPath

from mer.sweep.figures import ALWAYS

# Folders in results/ that all sweeps share and that have their logs in results/logs/.
SHARED = ("artefacts", "runs", "oracles", "standins")
# Rules whose log is called otherwise than the folder of their files.
_RULES = {
    "comparisons": "comparison",
    "confusions": "score",
    "intervals": "comparison",
    "paper_tables": "paper_table",
    "predictions": "score",
    "samples": "samples",
    "scores": "score",
    "tables": "table",
}


def log_of(output: str) -> str:
    """Name the log of the job that makes a file.

    Parameters
    ----------
    output
        A file of the workflow, relative to the working folder: ``results/...``.

    Examples
    --------
    >>> log_of("results/runs/p-0123abcd/net-0123abcd/s0/000-002.parquet")
    'results/logs/runs/p-0123abcd/net-0123abcd/s0/000-002.log'
    >>> log_of("results/demo/figures/p/confusion_net.png")
    'results/demo/logs/figure/p/confusion_net.log'
    """
    root, first, *rest = PurePosixPath(output).parts
    if first in ("standins", "published"):
        return f"{root}/logs/{first}/{rest[0] if first == 'standins' else 'audit'}.log"
    if not rest:
        return _log(root, "logs", first)
    if first in SHARED:
        return _log(root, "logs", first, *rest)
    if first == "figures":
        return _log(root, "logs", "contact_sheets", *rest[1:])
    if rest == ["sweep.json"]:
        return f"{root}/{first}/logs/summary.log"
    return _log(root, first, "logs", *_of_sweep(*rest))


def _of_sweep(kind: str, *names: str) -> tuple[str, ...]:
    """Return the folder and the name of a log among those of a sweep."""
    if kind != "figures":
        return _RULES.get(kind, kind), *names
    if len(names) == 1:
        return "figures", "critical_difference"
    if names[1].startswith("confusion_"):
        return "figure", *names
    return "figures", names[0], "figures" if names[1].split(".")[0] in ALWAYS else names[1]


def _log(*names: str) -> str:
    return str(PurePosixPath(*names).with_suffix(".log"))
