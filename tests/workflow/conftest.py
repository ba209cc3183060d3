"""Snakemake on copies of the project, so that sources can be edited."""

import json
import os
import re
import shutil
import subprocess
import sys
import zlib

import pytest
import yaml
from filelock import FileLock

TINY_SWEEP = {
    "name": "tiny",
    "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {
        "majority": {},
        "lbp_top_svm": {},
        "net": {"method": "ststnet", "epochs": 2},
    },
    "device": "cpu",
}


class Project:
    """A copy of the project in a folder of its own; ``variables`` are added to the environment."""

    def __init__(self, root, variables=None):
        self.root = root
        self.variables = variables or {}

    def snakemake(self, *arguments, ok=True):
        """Run Snakemake; returns what it printed."""
        environment = {**os.environ, **self.variables, "PYTHONPATH": str(self.root)}
        for name in ("SNAKEMAKE_PROFILE", "CUDA_VISIBLE_DEVICES"):
            environment.pop(name, None)
        return self._python("snakemake", arguments, environment, ok)

    def mer(self, *arguments, ok=True):
        """Run a command of the package; returns what it printed."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "COLUMNS": "500"}
        return self._python("mer.cli", arguments, environment, ok)

    def _python(self, module, arguments, environment, ok):
        result = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert (result.returncode == 0) == ok, result.stdout[-5000:]
        return result.stdout

    def run(self, sweep, *targets):
        """Run a sweep to its end, or to some files."""
        options = ("--cores", "2", "--quiet", "rules", "--configfile", self.write(sweep))
        return self.snakemake(*targets, *options)

    def planned(self, sweep, *arguments):
        """Plan a sweep; returns the outputs of all jobs that would run."""
        # A file of its own: other processes read that of the sweep as it is.
        name = f"planned_{zlib.crc32(json.dumps(sweep).encode())}.yaml"
        printed = self.snakemake("-n", "--configfile", self.write(sweep, name), *arguments)
        outputs = re.findall(r"^    output: (.*)$", printed, flags=re.MULTILINE)
        assert outputs or "Nothing to be done" in printed
        return {path for line in outputs for path in line.split(", ")}

    def packs(self, sweep, variant, protocol="p"):
        """Files of a variant's packs of folds and seeds in a finished sweep."""
        listed = json.loads((self.root / f"results/{sweep}/sweep.json").read_text())
        return sorted((self.root / listed["runs"][protocol][variant]).glob("s*/*.parquet"))

    def forget(self, *packs):
        """Remove the runs of some packs with all that is kept of them, so that they are trained again."""
        for run in {(self.root / pack).parents[1] for pack in packs}:
            shutil.rmtree(run)

    def write(self, sweep, name=None):
        """Write a sweep file, by default under the sweep's name; returns its name."""
        path = self.root / (name or f"{sweep['name']}.yaml")
        path.write_text(yaml.safe_dump(sweep, sort_keys=False))
        return path.name

    def edit(self, path, old, new):
        """Replace text of a source file once."""
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new, 1))


class SharedProject(Project):
    """A project that all processes that test read at once: a file that is there stays as it is."""

    def write(self, sweep, name=None):
        path = self.root / (name or f"{sweep['name']}.yaml")
        there = yaml.safe_load(path.read_text()) if path.exists() else sweep
        assert there == sweep, f"Others read {path.name} at the same time; write a file of another name"
        return super().write(sweep, name)


def runs_of(plan):
    """Methods and packs of planned predictions, without the digests in their names."""
    shared = ("results/runs/", "results/oracles/")
    paths = [path.split("/") for path in plan if path.startswith(shared) and path.endswith(".parquet")]
    return {f"{path[3].rpartition('-')[0]}/{'/'.join(path[4:])}" for path in paths}


@pytest.fixture(scope="session")
def copy_project(repository):
    def copy(root, variables=None):
        root.mkdir(exist_ok=True)
        for name in ("Snakefile", "config.yaml", "workflow", "profiles", "slurm", "envs", "mer"):
            source = repository / name
            if source.is_symlink():
                (root / name).symlink_to(source.readlink())
            elif source.is_dir():
                shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, root / name)
        return Project(root, variables)

    return copy


@pytest.fixture(scope="session")
def finished(copy_project, tmp_path_factory):
    """A project with the finished tiny sweep; not to be changed. All processes that test share it."""
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "finished"
    with FileLock(f"{root}.lock"):
        if not (root / "done").exists():
            copy_project(root).run(TINY_SWEEP)
            (root / "done").touch()
    return SharedProject(root)


@pytest.fixture
def project(finished, tmp_path):
    """A copy of the finished project, to be changed."""
    shutil.copytree(finished.root, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")
