"""Makes jobs of a project misbehave, without a change of its code or of what its jobs compute."""

import shlex

# Python runs a module of this name before anything else; jobs inherit the project's PYTHONPATH.
MODULE = "sitecustomize.py"
CODE = """\
import sys

if "mer.cli" in sys.orig_argv and "--output" in sys.orig_argv:
    import pathlib, time

    output = sys.orig_argv[sys.orig_argv.index("--output") + 1]
    script = pathlib.Path("faults", output.replace("/", "_"))
    if script.exists():
        exec(script.read_text())
"""


class Faults:
    """Scripts that jobs of a project run before they begin, by the file that they are to make."""

    def __init__(self, project):
        self.project = project
        self.folder = project.root / "faults"
        self.folder.mkdir()
        (project.root / MODULE).write_text(CODE)

    def script(self, output, code):
        """Run code in every job that makes a file."""
        (self.folder / output.replace("/", "_")).write_text(code)

    def sleep(self, output, seconds):
        """Let jobs that make a file last longer."""
        self.script(output, f"time.sleep({seconds})")

    def sleep_once(self, output, seconds):
        """Let the first job that makes a file last longer."""
        self.script(output, f"script.unlink(); time.sleep({seconds})")

    def begun(self, output):
        """Whether the job that lasts longer once has begun to."""
        return not (self.folder / output.replace("/", "_")).exists()

    def hold(self, output, megabytes):
        """Let jobs that make a file take memory, for long enough that SLURM notices."""
        self.script(output, f"held = bytearray({megabytes} * 2**20); time.sleep(8)")


def slurm_options(*targets, retries=3):
    """Arguments of Snakemake that make files on the cluster, asking often how jobs are."""
    return shlex.split(
        f"{' '.join(targets)} --profile profiles/slurm --configfile tiny.yaml --retries {retries} "
        "--default-resources slurm_partition=cpu --latency-wait 20 --slurm-status-command squeue "
        "--slurm-init-seconds-before-status-checks 5 --max-status-checks-per-second 10 --slurm-no-requeue"
    )
