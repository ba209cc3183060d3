"""Run Snakemake in this process and write down what that costs: time, memory, and whose code it is.

``python -m benchmarks.controller REPORT ARGUMENTS`` runs ``snakemake ARGUMENTS`` and writes a JSON file.
Every hundredth of a second of CPU time, the innermost function of Snakemake or of this project is noted;
what libraries do counts for whoever calls them. A profiler that follows every call would slow down small
functions, of which this project has many.
"""

import json
import re
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from snakemake.cli import main as snakemake

_ROOT = Path(__file__).resolve().parents[1]
_OURS = tuple(str(_ROOT / part) for part in ("mer/", "workflow/", "Snakefile"))
_EVERY = 0.01
_IMPORTS = "imports"


def owner(frame: FrameType | None) -> str:
    """Return the innermost function of this project on the stack, blank if Snakemake or nothing is inside.

    What it imports, libraries or modules of this project, is told apart.
    """
    importing = False
    while frame is not None:
        file = frame.f_code.co_filename
        importing |= frame.f_code.co_name == "_find_and_load"
        if file.startswith(_OURS):
            return _IMPORTS if importing else f"{Path(file).relative_to(_ROOT)}: {frame.f_code.co_name}"
        if "/snakemake/" in file:
            return ""
        frame = frame.f_back
    return ""


def peak_memory() -> float:
    """Read the most memory that this process had, in MiB, without that of the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (kib,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, flags=re.MULTILINE)
    return int(kib) / 1024


def main() -> None:
    """Run Snakemake under a sampling profiler."""
    report, *arguments = sys.argv[1:]
    samples: Counter[str] = Counter()
    signal.signal(signal.SIGPROF, lambda _, frame: samples.update([owner(frame)]))
    started = time.perf_counter()
    signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
    try:
        snakemake(arguments)
    except SystemExit as end:
        code = end.code
    signal.setitimer(signal.ITIMER_PROF, 0)
    n_samples = max(1, samples.total())
    usage = resource.getrusage(resource.RUSAGE_SELF)
    measured = {
        "wall": time.perf_counter() - started,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": peak_memory(),
        "imports": samples.pop(_IMPORTS, 0) / n_samples,
        "own_share": 1 - samples.pop("", 0) / n_samples,
        "own": [[name, n / n_samples] for name, n in samples.most_common(16)],
    }
    Path(report).write_text(json.dumps(measured, indent=1), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main()
