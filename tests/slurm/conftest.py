"""One SLURM for all tests in this folder. They run only when asked for: make test-slurm."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, missing
from tests.workflow.conftest import copy_project

__all__ = ["copy_project"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    reason = missing() if config.getoption("--slurm") else "not asked for: make test-slurm, or pytest --slurm"
    for item in items:
        if reason and HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=f"SLURM: {reason}"))


@pytest.fixture(scope="session")
def cluster():
    """SLURM with three nodes of two fake GPUs each."""
    # Not below pytest's own folder: sockets need a short path.
    folder = tempfile.mkdtemp(prefix="slurm-")
    running = Cluster(folder)
    running.start()
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _whole_cluster(cluster):
    """No test leaves a job or a broken cluster to the next."""
    yield
    cluster.restore()


@pytest.fixture
def cluster_project(copy_project, cluster, tmp_path):
    """A fresh copy of the project whose Snakemake finds the cluster."""
    return copy_project(tmp_path / "project", cluster.environment)
