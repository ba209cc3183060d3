"""Small data that several tests share."""

from pathlib import Path

import numpy as np
import pytest

from mer.core.location import Location
from mer.core.types import LabelledSamples
from mer.datasets import DATASETS

REPOSITORY = Path(__file__).resolve().parents[1]
CLASSES = ("negative", "positive", "surprise")
TINY = {"n_subjects": 3, "clips_per_class": 2, "height": 48}


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def tiny_demo():
    """Reader of a demo corpus of 18 small clips."""
    spec = DATASETS["demo"]
    return spec.build(spec.params(**TINY), Location("demo", None))


@pytest.fixture(scope="session")
def make_samples():
    """Make labelled samples around an array of shape (N, ...)."""

    def make(data, labels, subjects=None, classes=CLASSES):
        n = len(data)
        return LabelledSamples(
            sample_ids=tuple(f"demo:s{i:02d}:c" for i in range(n)),
            data=np.asarray(data),
            subjects=tuple(subjects or (f"demo:s{i % 4:02d}" for i in range(n))),
            labels=np.asarray(labels),
            classes=classes,
        )

    return make


@pytest.fixture
def flow_table(tmp_path):
    """Write flow images of six subjects in three databases, in the sample-table layout."""

    def write(rows=None, images=None, root=tmp_path / "flow"):
        root.mkdir(exist_ok=True)
        if rows is None:
            rows = [
                (database, subject, f"c{number}", label)
                for database, subjects in {
                    "casme2": ("sub01", "sub02"),
                    "samm": ("006", "007"),
                    "smic_hs": ("s01", "s02"),
                }.items()
                for subject in subjects
                for number, label in enumerate(CLASSES)
            ]
        if images is None:
            images = np.random.default_rng(0).integers(0, 256, (len(rows), 28, 28, 3), dtype=np.uint8)
        lines = ["row,database,subject,clip,label"]
        lines += [",".join([str(number), *row]) for number, row in enumerate(rows)]
        (root / "samples.csv").write_text("\n".join(lines) + "\n")
        np.savez_compressed(root / "flow.npz", images=images)
        return root

    return write


def pytest_addoption(parser):
    parser.addoption("--write-golden", action="store_true", help="record golden scores")
    parser.addoption(
        "--slurm", action="store_true", help="run tests/slurm as well, on a SLURM that they start"
    )
