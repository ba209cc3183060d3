"""What training a method, and computing a representation, takes of a machine.

No part of a method's module: what is there is digested into recipes, and a better estimate of a job's time
must make nothing stale. Whether a GPU is of use is declared in the catalogues (``uses_gpu``).
`python -m benchmarks.needs` measures beside what is declared here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingNeeds:
    """What training on one fold takes.

    Attributes
    ----------
    core_ms
        Milliseconds that a core takes to train on one sample once.
    memory_mb
        Peak memory of the process that trains a fold, in MB, beside the samples themselves.
    weights_mb
        Size of one network's weights in MB, where those of many folds are trained together on a GPU.
    """

    core_ms: float = 20.0
    memory_mb: int = 1500
    weights_mb: float = 0.0


@dataclass(frozen=True)
class PreparingNeeds:
    """What computing a representation of one clip takes.

    Attributes
    ----------
    core_ms
        Milliseconds that a core takes for one clip of a few dozen frames.
    memory_mb
        Peak memory of the process, in MB.
    kilobytes
        Size of one clip's array.
    side
        Of the pictures that this holds for, in pixels; 0 where size plays no role.
    """

    core_ms: float = 1000.0
    memory_mb: int = 3000
    kilobytes: float = 1000.0
    side: int = 0


TRAINING: Mapping[str, TrainingNeeds] = {
    "majority": TrainingNeeds(0.01, 500),
    "flow_svm": TrainingNeeds(0.1, 500),
    "flow_ensemble": TrainingNeeds(60.0, 500),
    "lbp_top_svm": TrainingNeeds(2.0, 500),
    "ststnet": TrainingNeeds(0.13, 600, 0.01),
    "off_apexnet": TrainingNeeds(0.9, 600, 10.7),
    "sssnet": TrainingNeeds(2.8, 800, 5.4),
    "rcn_a": TrainingNeeds(10.0, 1100, 0.2),
    "rcn_s": TrainingNeeds(13.0, 1100, 0.4),
    "rcn_w": TrainingNeeds(3.0, 800, 0.2),
    "dual_inception": TrainingNeeds(12.0, 700, 25.8),
    "basic_inception": TrainingNeeds(2.4, 700, 25.8),
    "fr": TrainingNeeds(3.0, 700, 41.0),
    "fr_fc": TrainingNeeds(3.3, 700, 41.0),
    "fr_concatenated": TrainingNeeds(3.4, 700, 43.1),
    "htnet": TrainingNeeds(35.0, 3000),
    "alexnet": TrainingNeeds(60.0, 2200),
    "googlenet": TrainingNeeds(150.0, 3200),
    "vgg16": TrainingNeeds(1200.0, 8000),
    "capsulenet": TrainingNeeds(500.0, 4000),
    "emr": TrainingNeeds(150.0, 2500),
    "mmnet": TrainingNeeds(600.0, 6500),
}

PREPARING: Mapping[str, PreparingNeeds] = {
    "flow_image": PreparingNeeds(500.0, 1500, 3.0, 28),
    "flow_hsv": PreparingNeeds(500.0, 1500, 150.0, 224),
    "flow_sequence": PreparingNeeds(10_000.0, 3000, 100.0, 28),
    "frames": PreparingNeeds(200.0, 2000, 600.0, 224),
    "landmarks": PreparingNeeds(3000.0, 4000, 20.0),
    "lbp_top": PreparingNeeds(200.0, 2000, 40.0),
}


def training_needs(method: str) -> TrainingNeeds:
    """Return what a method declares; a method of one's own without an entry gets a cautious one."""
    return TRAINING.get(method, TrainingNeeds())


def preparing_needs(feature: str) -> PreparingNeeds:
    """Return what a representation declares; one of one's own without an entry gets a cautious one."""
    return PREPARING.get(feature, PreparingNeeds())
