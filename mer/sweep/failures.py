"""Why jobs failed, told by their logs, in a few lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mer.core.counted import counted
from mer.sweep.cells import Jobs
from mer.sweep.listing import Listing
from mer.sweep.logs import log_of
from mer.sweep.progress import Job, State, Watch
from mer.sweep.records import FOLDER, Records
from mer.sweep.start import short

# The end of a log that is read for the reason.
_TAIL = 65536
_TIME = r"(?:\d\d:\d\d:\d\d )?"
_ERROR = re.compile(rf"^{_TIME}((?:[\w.]*(?:Error|Exception|Interrupt)\b|.*: error: ).*)", re.MULTILINE)
_SLURM = re.compile(r"slurmstepd: error: (.*)")
# What differs between jobs that failed for one reason: numbers, and names in quotes.
_VARYING = re.compile(r"'[^']*'|\d+(?:\.\d+)?")
_LONGEST = 240
KILLED = "killed (no error in the log): out of memory, time limit, node, or stopped by hand"


@dataclass(frozen=True)
class Failures:
    """Jobs that failed for one reason.

    Attributes
    ----------
    reason
        That of the first.
    logs
        Of all of them.
    """

    reason: str
    logs: Sequence[str]


def grouped(jobs: Iterable[Job], root: Path = Path()) -> list[Failures]:
    """Put failed jobs together that failed for one reason, most frequent first.

    Parameters
    ----------
    jobs
        Jobs that failed.
    root
        Folder that their paths are relative to.
    """
    reasons: dict[str, str] = {}
    logs: dict[str, list[str]] = {}
    for job in jobs:
        reason = reason_of(job, root)
        alike = _VARYING.sub("#", reason)
        reasons.setdefault(alike, reason)
        logs.setdefault(alike, []).append(job.log)
    found = [Failures(reasons[alike], paths) for alike, paths in logs.items()]
    return sorted(found, key=lambda one: -len(one.logs))


def reason_of(job: Job, root: Path = Path()) -> str:
    """Tell why a job failed: the last error in its log, else what SLURM says, else that nothing is said."""
    text = _tail(root / job.log)
    lines = list(_ERROR.finditer(text))
    if lines:
        # A list of problems is indented below its title; the first says more than the title.
        below = re.match(r"\n  +(\S.*)", text[lines[-1].end() :])
        return _short(f"{lines[-1][1]} {below[1] if below else ''}".strip())
    folder = _slurm_folder(job.output)
    said = [_SLURM.findall(_tail(path)) for path in _newest(root / folder)] if folder else []
    if said and said[0]:
        return _short(f"killed by SLURM: {said[0][-1].strip('* ')}")
    where = next((str(path) for path in (folder, FOLDER / "log") if path and (root / path).is_dir()), "")
    return f"{KILLED}; see {where}/" if where else KILLED


def described(failures: Sequence[Failures], *, most: int = 8, logs: int = 3) -> list[str]:
    """Write lines about failures, short even where hundreds failed.

    Parameters
    ----------
    failures
        By their reasons.
    most
        Reasons that are shown.
    logs
        Paths that are shown of each.
    """
    n_jobs = sum(len(one.logs) for one in failures)
    if not n_jobs:
        return []
    lines = [f"{counted(job=n_jobs)} failed:"]
    for one in failures[:most]:
        lines.append(f"  {len(one.logs)} of them: {one.reason}" if n_jobs > 1 else f"  {one.reason}")
        lines += [f"      {log}" for log in one.logs[:logs]]
        if len(one.logs) > logs:
            lines.append(f"      and {len(one.logs) - logs} more")
    if len(failures) > most:
        rest = sum(len(one.logs) for one in failures[most:])
        lines.append(f"  {rest} of them for {len(failures) - most} other reasons")
    return lines


def at_the_end(sweeps: Iterable[Jobs], configs: Iterable[Path], log: str) -> str:
    """Write what a run of Snakemake says in the end that did not complete.

    Parameters
    ----------
    sweeps
        That it ran; looked at if it has no lock, which names what it was to make.
    configs
        Their files as they were given; none for the default.
    log
        Snakemake's own log, for failures that no job's log tells of.
    """
    records = Records()
    watch = Watch(records, Listing())
    if records.lock is None:
        made = {job.output for jobs in sweeps for job in watch.progress(jobs).jobs}
    else:  # also what belongs to other sweeps, as the tables of all papers do
        made = set(records.lock.outputs)
    # A job that makes several files has one log.
    outputs = {log_of(path): path for path in sorted(made, reverse=True)}
    jobs = [Job(path, one, watch.state(path, one)) for one, path in sorted(outputs.items())]
    failed = [job for job in jobs if job.state is State.FAILED]
    trial = ["--trial"] if any(one.sweep.config.trial for one in sweeps) else []
    status = " ".join(["mer status", *trial, *map(short, configs)])
    said = described(grouped(failed)) or [f"No job's log tells what failed; see above, and {log}"]
    said.append("What is finished is kept: mend the cause, and run the same command again.")
    said.append(f"How far it is, and this list again: {status}")
    return "\n".join(["", *said])


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def _newest(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)[-1:]


def _slurm_folder(output: str) -> Path | None:
    """Name the folder of what SLURM says about the jobs of a pack or a part: its rule and its wildcards."""
    kind, *names = PurePosixPath(output).with_suffix("").parts[1:]
    if kind in ("runs", "oracles") and len(names) == 4:
        split, run, seeds, folds = names
        rule, wildcards = "train", [kind, split, run, seeds.removeprefix("s"), *folds.split("-")]
    elif kind == "artefacts" and output.endswith(".safetensors"):
        rule, wildcards = "prepare", names
    else:
        return None
    return FOLDER / "slurm_logs" / f"rule_{rule}" / "_".join(wildcards)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
