"""What jobs ask of a machine: cores, memory, time; and how many folds go into one.

All of it follows from what is declared (:mod:`mer.sweep.needs`), nothing from what was measured: packs of
folds are never cut anew because a machine was faster. What a job asks for is no part of a recipe.
"""

import math
import os

from mer.core.errors import ConfigError
from mer.core.parameters import Params
from mer.features.base import Recipe
from mer.methods.base import MethodSpec
from mer.sweep.needs import preparing_needs, training_needs

# Long enough that starting a job costs nothing, short enough that losing one does not hurt.
JOB_SECONDS = 3000
# How many cores a GPU is taken to be worth: 6 TFLOPS for VGG16, where a core was measured to reach 0.06.
GPU_SPEEDUP = 100
_MAX_CORES = 8
# What stands around a job's work: two Snakemake processes and the job's own, before it loads anything.
_AROUND_MB = 1000
# The host side of a CUDA context with its libraries.
_CUDA_MB = 4000
# What a stack of folds holds of each outside the GPU: samples as they are and as numbers of four bytes;
# weights before and after training, and on their way back from an interruption.
_STACKED_SAMPLES, _STACKED_WEIGHTS = 5, 3
# A job that takes longer than declared is not killed at once, and starting one may take minutes.
_SLACK = 3
# A job that asks for more than every partition's limit, most often a day, is refused or waits for ever;
# training that takes longer goes on from its checkpoint in the next attempt.
_LEAST_MINUTES, _A_DAY = 30, 24 * 60
# Environment variables for the limits of a site.
MOST_MINUTES, MOST_MB = "MER_MOST_MINUTES", "MER_MOST_MB"


def fold_seconds(spec: MethodSpec, params: Params, n_samples: int, *, on_gpu: bool) -> float:
    """Estimate how long training on one fold takes.

    Parameters
    ----------
    spec, params
        The method and its settings; ``epochs`` and ``members`` of a network count.
    n_samples
        That are learned from.
    on_gpu
        Whether on a GPU, else on one core.
    """
    runs = int(getattr(params, "epochs", 1)) * int(getattr(params, "members", 1))
    return training_needs(spec.name).core_ms / 1000 * n_samples * runs / (GPU_SPEEDUP if on_gpu else 1)


def folds_per_job(seconds: float, n_folds: int) -> int:
    """Choose how many folds of so many seconds each go into a job: at least one, at most all.

    Examples
    --------
    >>> folds_per_job(1000.0, 68), folds_per_job(9000.0, 68), folds_per_job(0.0, 68)
    (3, 1, 68)
    """
    return min(n_folds, max(1, int(JOB_SECONDS / max(seconds, 1e-9))))


def training_cores(seconds: float, n_cells: int) -> int:
    """Count the cores that a pack can use: one per fold, where folds take long on a core."""
    return 1 if seconds * n_cells < 10 else min(_MAX_CORES, n_cells)


def training_mb(
    spec: MethodSpec, data_mb: float, n_workers: int, *, n_networks: int, gpu: bool, attempt: int
) -> int:
    """Count the memory that a training job asks for, in MB; every further attempt asks for twice as much.

    Parameters
    ----------
    spec
        The method.
    data_mb
        Size of all samples.
    n_workers
        Processes that train a fold each.
    n_networks
        Folds times seeds times members; on a GPU those of a small network are all held at once.
    gpu
        Whether the job holds a GPU.
    attempt
        1 for the first.
    """
    needs = training_needs(spec.name)
    each = needs.memory_mb + data_mb
    wanted = _AROUND_MB + data_mb + each * n_workers + (_CUDA_MB if gpu else 0)
    if gpu and spec.stackable:
        wanted += (_STACKED_SAMPLES * data_mb + _STACKED_WEIGHTS * needs.weights_mb) * n_networks
    return at_most(MOST_MB, math.ceil(wanted) * 2 ** (attempt - 1))


def preparing_mb(feature: str, *, gpu: bool, attempt: int) -> int:
    """Count the memory that a preparing job asks for, in MB; every further attempt asks for twice as much."""
    wanted = _AROUND_MB + preparing_needs(feature).memory_mb + (_CUDA_MB if gpu else 0)
    return at_most(MOST_MB, wanted * 2 ** (attempt - 1))


def array_kilobytes(recipe: Recipe | None) -> float:
    """Estimate the size of one clip's array, in KB; none where a method looks at none."""
    if recipe is None:
        return 0.0
    needs = preparing_needs(recipe.feature)
    side = getattr(recipe.params, "size", needs.side)
    return needs.kilobytes * ((side / needs.side) ** 2 if needs.side else 1)


def minutes(seconds: float, attempt: int) -> int:
    """Turn what a job is estimated to take into the time to ask for, doubled by every attempt, up to a day.

    Examples
    --------
    >>> minutes(1.0, 1), minutes(3000.0, 1), minutes(3000.0, 3), minutes(3000.0, 5)
    (30, 160, 640, 1440)
    """
    wanted = max(_LEAST_MINUTES, math.ceil(10 + _SLACK * seconds / 60)) * 2 ** (attempt - 1)
    return at_most(MOST_MINUTES, wanted, _A_DAY)


def at_most(variable: str, wanted: int, usual: int | None = None) -> int:
    """Limit what a job asks for by an environment variable, or by what is usual where it is not set.

    Raises
    ------
    ConfigError
        If the variable holds no whole number above 0.
    """
    given = os.environ.get(variable, "")
    if not given:
        return wanted if usual is None else min(wanted, usual)
    if not given.isdigit() or int(given) < 1:
        raise ConfigError(f"{variable} is '{given}'. Give a whole number above 0.")
    return min(wanted, int(given))
