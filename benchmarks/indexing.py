"""How long it takes to index CASME II, from a cold start, and whether time grows with the clips."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.record import record
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write

SCALES = (0.25, 0.5, 1.0)
RUNS = 5
PROGRAM = """
import sys, time
started = time.perf_counter()
from pathlib import Path
from mer.core.location import Location
from mer.datasets import casme2
root = Path(sys.argv[1])
imported = time.perf_counter()
index = casme2.build(casme2.Casme2Params(), Location("casme2", root)).index()
print(len(index), imported - started, time.perf_counter() - imported)
"""


def forget_files() -> bool:
    """Empty the system's cache of files, where that is allowed."""
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
    except OSError:
        return False
    return True


def measure(root: Path) -> tuple[int, float, float]:
    """Index in new processes; returns clips and the medians of seconds for imports and index."""
    runs = []
    for _ in range(RUNS):
        forget_files()
        command = [sys.executable, "-c", PROGRAM, str(root)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        runs.append([float(word) for word in printed])
    clips, imports, index = (statistics.median(values) for values in zip(*runs, strict=True))
    return int(clips), imports, index


def main() -> None:
    """Write stand-ins of several scales with small frames, and index each."""
    cold = "emptied" if forget_files() else "not emptied (needs root)"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for scale in SCALES:
            root = Path(folder, str(scale))
            planned = plan("casme2", StandInParams(scale=scale, size=16))
            write(planned, root)
            frames = sum(len(clip.files) for clip in planned.clips)
            clips, imports, index = measure(root)
            rows.append(f"| {clips} | {frames} | {imports:.2f} | {index:.2f} | {1000 * index / clips:.2f} |")
    lines = [
        f"A new process each time, the system's cache of files {cold}, median of {RUNS}.",
        "",
        "| clips | frames | imports, s | index, s | index per clip, ms |",
        "|---|---|---|---|---|",
        *rows,
    ]
    record("Indexing CASME II", "python -m benchmarks.indexing", lines)


if __name__ == "__main__":
    main()
