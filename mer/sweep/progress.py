"""How far a sweep is, told by the files that are there."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mer.sweep.cells import Jobs
from mer.sweep.listing import Listing
from mer.sweep.logs import log_of
from mer.sweep.outputs import outputs_by_rule, part_files, representations
from mer.sweep.records import Lock, Records
from mer.sweep.specs.packs import UNFINISHED
from mer.sweep.training import Pack

# The log of a job on this machine may be opened a moment before the job is noted down as started.
_AT_ONCE = 2.0
# Rows of a cell in the folder ``unfinished`` of its run; checkpoints lie beside them.
KEPT = re.compile(r"s(?P<seed>[0-9]+)-(?P<fold>[0-9]+)\.parquet")
# What starting a job costs beside its folds.
_SECONDS_TO_START = 5.0


class State(StrEnum):
    """Where a job stands."""

    DONE = "done"
    RUNNING = "running"
    QUEUED = "in the queue"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    TO_DO = "to do"


@dataclass(frozen=True)
class Job:
    """A job that makes a file.

    Attributes
    ----------
    output
        The file, or the first of several.
    log
        Where it writes what it does.
    state
        Where it stands.
    n_cells
        Folds that it trains, times seeds; 0 for a job that trains nothing.
    n_kept
        Cells of a pack that is not done which need not be trained again.
    """

    output: str
    log: str
    state: State
    n_cells: int = 0
    n_kept: int = 0

    @property
    def n_cells_done(self) -> int:
        """Cells that are done: all, or those that are kept."""
        return self.n_cells if self.state is State.DONE else self.n_kept


@dataclass(frozen=True)
class Group:
    """Jobs that belong together: packs of a variant, or parts of a representation.

    Attributes
    ----------
    place
        Protocol, or data set; blank for what all of a sweep shares.
    name
        Variant, or representation.
    jobs
        What there is to be done.
    seconds
        How long a cell takes on the machine that the method's figures are of.
    """

    place: str
    name: str
    jobs: Sequence[Job]
    seconds: float = 0.0

    @property
    def counts(self) -> Counter[State]:
        """Number of jobs in each state."""
        return Counter(job.state for job in self.jobs)

    @property
    def cells(self) -> tuple[int, int]:
        """Cells that are done, of how many."""
        return sum(job.n_cells_done for job in self.jobs), sum(job.n_cells for job in self.jobs)


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    name
        Of the sweep.
    training
        Packs, by protocol and variant.
    preparing
        Parts, by data set and representation.
    further
        Everything else that the sweep makes.
    """

    name: str
    training: Sequence[Group]
    preparing: Sequence[Group]
    further: Group

    @cached_property
    def packs(self) -> tuple[Job, ...]:
        """Packs of all variants; those that two variants share count once."""
        return tuple({job.output: job for group in self.training for job in group.jobs}.values())

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs."""
        parts = [job for group in self.preparing for job in group.jobs]
        return (*parts, *self.packs, *self.further.jobs)

    def of_state(self, state: State) -> list[Job]:
        """Return the jobs in a state."""
        return [job for job in self.jobs if job.state is state]

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        return all(job.state is State.DONE for job in self.jobs)

    def share_made(self, lock: Lock) -> tuple[float, float]:
        """Weigh what the run that holds a lock has trained, and what is left of it.

        In seconds that methods declare, which are right only among each other.
        """
        made = left = 0.0
        weights = {
            job.output: (job, group.seconds)
            for group in self.training
            for job in group.jobs
            if job.output in lock.outputs
        }
        for job, seconds in weights.values():
            weight = _SECONDS_TO_START + job.n_cells * seconds
            done = job.n_cells_done / job.n_cells
            made, left = made + done * weight, left + (1 - done) * weight
        return made, left


class Watch:
    """Tells where jobs stand.

    Parameters
    ----------
    records
        What Snakemake has noted.
    listing
        Which files there are.
    """

    def __init__(self, records: Records, listing: Listing) -> None:
        self.records, self.listing = records, listing
        self._kept: dict[str, set[tuple[int, int]]] = {}

    def progress(self, jobs: Jobs) -> Progress:
        """Tell how far a sweep is."""
        sweep = jobs.sweep
        return Progress(
            name=sweep.config.name,
            training=[self._training(jobs, *run) for run in sweep.runs()],
            preparing=self._preparing(jobs),
            further=Group("", "", [self._job(path) for path in further_files(jobs)]),
        )

    def state(self, output: str, log: str) -> State:
        """Tell where the job stands that makes a file and writes a log."""
        started = self.records.started.get(output)
        if started is None:
            if self.listing.has(output):
                return State.DONE
            return State.FAILED if self._has_failed(output, log) else State.TO_DO
        written = self.listing.changed(output)
        if written is not None and written >= started:
            return State.DONE
        lock = self.records.lock
        if lock is None or started < lock.since - _AT_ONCE:
            return State.INTERRUPTED
        logged = self.listing.changed(log)
        began = logged is not None and logged >= started - _AT_ONCE
        return State.RUNNING if began else State.QUEUED

    def _has_failed(self, output: str, log: str) -> bool:
        """Tell whether a job without an output has run; one that will be tried again has not, this time."""
        if not self.listing.has(log):
            return False
        lock = self.records.lock
        if lock is None or output not in lock.outputs:
            return True
        logged = self.listing.changed(log)
        return logged is not None and logged >= lock.since - _AT_ONCE

    def _job(self, output: str) -> Job:
        log = log_of(output)
        return Job(output, log, self.state(output, log))

    def _training(self, jobs: Jobs, protocol: str, variant: str) -> Group:
        sweep, folder = jobs.sweep, jobs.run_folder(protocol, variant)
        packs = []
        for pack in jobs.cut(protocol, variant):
            log = log_of(pack.output)
            state = self.state(pack.output, log)
            kept = 0 if state is State.DONE else self._n_kept(folder, pack)
            packs.append(Job(pack.output, log, state, pack.n_cells, kept))
        return Group(
            protocol, variant, packs, sweep.fold_seconds(protocol, variant, on_gpu=sweep.wants_gpu(variant))
        )

    def _n_kept(self, folder: str, pack: Pack) -> int:
        """Count the cells of a pack that a job has done which runs, or was killed."""
        if folder not in self._kept:
            found = map(KEPT.match, self.listing.names(f"{folder}/{UNFINISHED}"))
            self._kept[folder] = {(int(one["seed"]), int(one["fold"])) for one in found if one}
        kept = self._kept[folder]
        if not kept:
            return 0
        return sum((seed, fold) in kept for seed in pack.seeds for fold in range(pack.first, pack.last + 1))

    def _preparing(self, jobs: Jobs) -> list[Group]:
        groups = []
        for dataset, recipe in representations(jobs):
            paths = part_files(jobs, dataset, recipe)
            groups.append(Group(dataset, recipe, [self._job(path) for path in paths]))
        return groups


def further_files(jobs: Jobs) -> list[str]:
    """Name a file of every job of a sweep that neither prepares a part nor trains, in the order of work."""
    outputs = outputs_by_rule(jobs)
    return [path for rule, paths in outputs.items() if rule not in ("prepare", "train") for path in paths]
