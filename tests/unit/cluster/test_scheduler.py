"""How often Snakemake looks at jobs that wait."""

import inspect
import threading
import time

import pytest
from snakemake.scheduling.job_scheduler import JobRateLimiter, JobScheduler
from snakemake.settings.types import MaxJobsPerTimespan

from mer.cluster.scheduler import look_only_where_held_back


class Scheduler:
    """What Snakemake's has, with its own limiter."""

    def __init__(self, limit):
        self.job_rate_limiter = JobRateLimiter(MaxJobsPerTimespan.parse_choice(limit))
        self._open_jobs = threading.Semaphore(0)

    def _schedule_reevalutation(self, delay):
        raise AssertionError("the timer of Snakemake")

    def look(self, n_ready, n_slots, delay=0.05):
        """Look at the jobs that are ready as Snakemake does; returns how many are submitted."""
        free = self.job_rate_limiter.get_free_jobs()
        chosen = min(free, n_ready, n_slots)
        if free:
            self.job_rate_limiter.register_jobs(chosen)
        if n_ready:
            self._schedule_reevalutation(delay)
        return chosen

    def n_looks(self, seconds=0.3):
        time.sleep(seconds)
        count = 0
        while self._open_jobs.acquire(blocking=False):
            count += 1
        return count


@pytest.fixture
def scheduler():
    made = Scheduler("3/60s")
    assert look_only_where_held_back(made)
    return made


def test_jobs_that_wait_for_slots_are_not_looked_at_again(scheduler):
    assert scheduler.look(n_ready=10, n_slots=2) == 2
    assert scheduler.look(n_ready=8, n_slots=0) == 0
    assert scheduler.n_looks() == 0


def test_jobs_that_the_limit_holds_back_are_looked_at_once_however_often_jobs_end(scheduler):
    assert scheduler.look(n_ready=10, n_slots=10) == 3
    assert [scheduler.look(n_ready=7, n_slots=7) for _ in range(20)] == [0] * 20
    assert scheduler.n_looks() == 1
    scheduler.look(n_ready=7, n_slots=7)
    assert scheduler.n_looks() == 1


def test_a_limit_that_is_used_up_counts_though_its_time_is_over_when_the_timer_is_set():
    """Submitting takes a while; what was held back then must be looked at all the same."""
    scheduler = Scheduler("3/100ms")
    look_only_where_held_back(scheduler)
    later = scheduler._schedule_reevalutation
    scheduler._schedule_reevalutation = lambda delay: (time.sleep(0.2), later(delay))
    assert scheduler.look(n_ready=10, n_slots=10) == 3
    assert scheduler.n_looks() == 1


def test_without_a_limit_nothing_is_changed(scheduler):
    scheduler.job_rate_limiter = None
    before = scheduler._schedule_reevalutation
    assert not look_only_where_held_back(scheduler)
    assert scheduler._schedule_reevalutation == before
    assert not look_only_where_held_back(object())


def test_snakemake_is_still_built_like_that():
    """If not, its timers are as they were: look whether they still multiply."""
    made = inspect.getsource(JobScheduler.__init__)
    assert "self.job_rate_limiter" in made
    assert "self._open_jobs" in made
    assert "delay" in inspect.signature(JobScheduler._schedule_reevalutation).parameters
    assert "_schedule_reevalutation(self.job_rate_limiter.timespan)" in inspect.getsource(
        JobScheduler.schedule
    )
