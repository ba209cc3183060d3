"""What Snakemake's scheduler does too often: looking at the jobs that wait."""

import threading
from collections.abc import Callable
from typing import Any, Protocol


class _Limiter(Protocol):
    """Snakemake's count of submissions."""

    get_free_jobs: Callable[[], int]
    register_jobs: Callable[[int], None]


# What is used of Snakemake (9.19 to 9.27) beyond what it documents.
_SCHEDULER = ("job_rate_limiter", "_open_jobs", "_schedule_reevalutation")
_LIMITER = ("get_free_jobs", "register_jobs")


def look_only_where_held_back(scheduler: Any) -> bool:  # noqa: ANN401  # a class of Snakemake
    """Let a scheduler look again at jobs that wait where its limit of submissions holds them back, and once.

    With a limit, Snakemake sets a timer after every look at the jobs that wait, whatever they wait for, and
    looks again after every job that ends. Each timer leads to a look and so to the next timer: after some
    hundred jobs there are some hundred looks a second, for as long as any job waits, and the controller does
    little else. Jobs that wait for cores or slots need none of these looks, as the end of a job is one.

    Parameters
    ----------
    scheduler
        Snakemake's, before its first look.

    Returns
    -------
    bool
        Whether it was changed: one without a limit is not, nor that of a Snakemake that is built otherwise.
    """
    if not all(hasattr(scheduler, name) for name in _SCHEDULER):
        return False
    if not all(hasattr(scheduler.job_rate_limiter, name) for name in _LIMITER):
        return False
    limiter: _Limiter = scheduler.job_rate_limiter
    looks = _Looks(limiter, scheduler._open_jobs.release)
    limiter.get_free_jobs, limiter.register_jobs = looks.get_free_jobs, looks.register_jobs
    scheduler._schedule_reevalutation = looks.later
    return True


class _Looks:
    """Remembers whether the last look was held back by the limit, and keeps at most one timer."""

    def __init__(self, limiter: _Limiter, look: Callable[[], None]) -> None:
        self._get_free_jobs, self._register_jobs = limiter.get_free_jobs, limiter.register_jobs
        self._look = look
        self._free = 0
        self._is_set = threading.Event()

    def get_free_jobs(self) -> int:
        """Ask how many jobs may be submitted now."""
        self._free = self._get_free_jobs()
        return self._free

    def register_jobs(self, n_jobs: int) -> None:
        """Count jobs that are submitted."""
        self._free -= n_jobs
        self._register_jobs(n_jobs)

    def later(self, delay: float) -> None:
        """Look again after some seconds, if the last look left jobs for no other reason than the limit."""
        if self._free > 0 or self._is_set.is_set():
            return
        self._is_set.set()
        timer = threading.Timer(delay, self._now)
        timer.daemon = True
        timer.start()

    def _now(self) -> None:
        self._is_set.clear()
        self._look()
