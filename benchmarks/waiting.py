"""What the controller does while jobs run and others wait: CPU time that waiting alone costs.

Some jobs end at once, then one holds all cores for a while and as many others wait for it. Measured with and
without ``mer.cluster.scheduler``, each with and without the while; the difference is the cost of waiting.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.record import record

SECONDS = 30
CORES = 8
SNAKEFILE = """
from mer.cluster.scheduler import look_only_where_held_back

onstart:
    if {changed}:
        assert look_only_where_held_back(workflow.scheduler)

rule all:
    input: expand("{{when}}/{{i}}", when=["first", "last"], i=range({jobs})), "long"

rule quick:
    output: "first/{{i}}"
    priority: 2
    shell: "touch {{output}}"

rule long:
    input: expand("first/{{i}}", i=range({jobs}))
    output: "long"
    threads: {cores}
    priority: 1
    shell: "sleep {seconds}; touch {{output}}"

rule other:
    output: "last/{{i}}"
    shell: "touch {{output}}"
"""


def cpu(jobs: int, *, changed: bool, seconds: int) -> float:
    """Measure the CPU time of the controller of one run, in seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = SNAKEFILE.format(jobs=jobs, changed=changed, cores=CORES, seconds=seconds)
        (folder / "Snakefile").write_text(text, encoding="utf-8")
        options = ("--cores", str(CORES), "--scheduler", "greedy", "--quiet", "all", "--directory", name)
        command = [sys.executable, "-m", "benchmarks.controller", str(folder / "report.json"), *options]
        subprocess.run([*command, "--snakefile", str(folder / "Snakefile")], check=True, capture_output=True)
        return float(json.loads((folder / "report.json").read_text(encoding="utf-8"))["cpu"])


def main() -> None:
    """Measure and write the figures down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, nargs="*", default=[100, 400])
    arguments = parser.parse_args()
    lines = [
        f"Share of a core that the controller takes while a job runs for {SECONDS} s and others wait for it.",
        "Differences of two runs each; beside other programs some percent are noise.",
        "",
        "| jobs that ended, and that wait | Snakemake's timers | one, where its limit holds back |",
        "|---|---|---|",
    ]
    for jobs in arguments.jobs:
        shares = []
        for changed in (False, True):
            costs = [cpu(jobs, changed=changed, seconds=seconds) for seconds in (0, SECONDS)]
            shares.append((costs[1] - costs[0]) / SECONDS)
        lines.append(f"| {jobs} | {shares[0]:.1%} | {shares[1]:.1%} |")
        print(lines[-1], flush=True)
    record("A controller that waits", " ".join(["python -m benchmarks.waiting", *sys.argv[1:]]), lines)


if __name__ == "__main__":
    main()
