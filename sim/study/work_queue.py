"""Jobs waiting, under way and finished: what keeps a study going when runs fail and workers are killed.

A run that fails is reported with its scenario and seed. When a worker is killed, the runs that were under way
are done again one by one; only a run that is alone under way is blamed for the end of its worker, and after
three times it is given up. A run that tells of a worker with other code stops the whole study.
"""

from __future__ import annotations

import socket
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sim.errors import AuditError, UserError
from sim.study.pools import InProcess, end

__all__ = ["ENDED", "Cost", "Failure", "OtherCodeError", "Outcome", "RunError", "WorkQueue"]

Numbered = tuple[int, Any]
Results = list[tuple[int, Any, "Failure | None", "Cost | None"]]

CRASHES_ALLOWED = 3
STARTS_ALLOWED = 25
SECONDS_BETWEEN_LOOKS = 5.0
ENDED = "WorkerEnded"  # the kind of failure of a run that ended its worker
ALWAYS_ENDS = (
    f"this run ended its worker process {CRASHES_ALLOWED} times while it ran alone. Is there enough memory? "
    "Do it by itself with kotabaja run to see."
)


class OtherCodeError(UserError):
    """A worker runs other code than the command that asks: nothing that it returns can be used."""


class RunError(Exception):
    """A run that failed through a fault of the program; ``details`` holds the report of the worker."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


@dataclass(frozen=True)
class Failure:
    """What went wrong in a run: the kind of error, its message and the report with line numbers."""

    kind: str
    message: str
    details: str = ""


@dataclass(frozen=True)
class Cost:
    """What a run took: processor and clock seconds, and the machine it ran on."""

    cpu_s: float
    wall_s: float
    host: str


@dataclass(frozen=True)
class Outcome:
    """A job with what came of it: either ``value`` or ``failure``; and its cost, unless it ended its worker."""

    job: Any
    value: Any = None
    failure: Failure | None = None
    cost: Cost | None = None

    def result(self) -> Any:
        """Return the value, or raise the error of the run with its scenario and seed.

        Examples
        --------
        >>> Outcome("baseline, seed 1", value=3.0).result()
        3.0
        >>> Outcome("baseline, seed 1", failure=Failure("UserError", "no demand.")).result()
        Traceback (most recent call last):
        ...
        sim.errors.UserError: baseline, seed 1: no demand.
        """
        if self.failure is None:
            return self.value
        message = f"{self.job}: {self.failure.message}"
        if self.failure.kind in ("UserError", ENDED):
            raise UserError(message)
        if self.failure.kind == "AuditError":
            raise AuditError(message)
        message = f"{self.job}: {self.failure.kind}: {self.failure.message}"
        raise RunError(message, self.failure.details)


def _do(work: Callable[[Any], Any], batch: Sequence[Numbered]) -> Results:
    """Do some jobs, in a worker; an error of a run becomes its failure."""
    done: Results = []
    for number, job in batch:
        value, failure = None, None
        cpu_s, wall_s = time.thread_time(), time.perf_counter()
        try:
            value = work(job)
        except Exception as error:  # whatever a run raises belongs to that run
            failure = Failure(type(error).__name__, str(error), traceback.format_exc())
        cost = Cost(time.thread_time() - cpu_s, time.perf_counter() - wall_s, socket.gethostname())
        done.append((number, value, failure, cost))
    return done


def _error_of(future: Future[Any]) -> BaseException | None:
    """Return the error of a task that has ended, if any; one taken away from its worker counts as one."""
    return CancelledError() if future.cancelled() else future.exception()


def _ends_a_worker(error: BaseException) -> bool:
    """Tell whether an error of an executor means that a worker, or the way to it, was lost."""
    of_cluster = type(error).__module__.partition(".")[0] == "distributed"
    return of_cluster or isinstance(error, (BrokenExecutor, CancelledError))


@dataclass
class WorkQueue:
    """Jobs waiting, under way and finished.

    ``ready`` loads in a worker what ``work`` needs, so that a run is blamed only for what happens in it.
    """

    jobs: Iterable[Any]
    work: Callable[[Any], Any]
    ready: Callable[[], None]
    executor: Callable[[], Executor]
    batch: int
    most: int
    finished: dict[int, Outcome] = field(default_factory=dict)
    done: int = 0

    def __post_init__(self) -> None:
        self._waiting = enumerate(self.jobs)
        self._live: dict[Future[Results], list[Numbered]] = {}
        self._suspects: deque[Numbered] = deque()
        self._crashes: Counter[int] = Counter()
        self._failed_starts = 0
        self._pool: Executor | None = None

    def advance(self) -> bool:
        """Keep workers busy until at least one task has ended; return False when no job is left."""
        if self._suspects and not self._live:
            self._retry(self._suspects.popleft())
            return True
        # The outcomes that wait for a slow run before them are bounded, or memory would grow with the study.
        most_waiting = 4 * self.most * self.batch
        while not self._suspects and len(self._live) < self.most and len(self.finished) < most_waiting:
            batch = list(islice(self._waiting, self.batch))
            if not batch:
                break
            self._submit(batch)
            if isinstance(self._pool, InProcess):
                break
        if not self._live:
            return bool(self._suspects)
        broken = None
        for future in self._ended(self._live):
            batch = self._live.pop(future)
            error = _error_of(future)
            if error is None:
                self._record(batch, future.result())
            else:
                self._suspects.extend(batch)
                broken = broken or error
        if isinstance(broken, BrokenExecutor):
            self._replace()
        return True

    def _submit(self, batch: list[Numbered]) -> None:
        """Hand some jobs to the executor."""
        self._pool = self._pool or self.executor()
        try:
            self._live[self._pool.submit(_do, self.work, batch)] = batch
        except BrokenExecutor:
            self._suspects.extend(batch)
            self._replace()

    def _ended(self, futures: Collection[Future[Any]]) -> set[Future[Any]]:
        """Wait for the first tasks that end; now and then let the executor look whether it has workers at all."""
        look = getattr(self._pool, "look", None)
        while not (ended := wait(futures, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED).done):
            if look is not None:
                look()
        return ended

    def _retry(self, suspect: Numbered) -> None:
        """Do one job that was under way when a worker ended, alone, and blame it if that happens again."""
        number = suspect[0]
        _, error = self._alone(self.ready)
        if error is not None:
            self._suspects.append(suspect)
            self._count_failed_start(error)
            return
        self._failed_starts = 0
        results, error = self._alone(_do, self.work, [suspect])
        if error is None:
            self._record([suspect], results)
            return
        failure = Failure(type(error).__name__, str(error))  # for example a result that cannot be sent back
        if _ends_a_worker(error):
            # a cluster tries several workers of its own accord before it says so
            self._crashes[number] += 1 + getattr(error, "allowed_failures", 0)
            if self._crashes[number] < CRASHES_ALLOWED:
                self._suspects.append(suspect)
                return
            failure = Failure(ENDED, ALWAYS_ENDS)
        self._record([suspect], [(number, None, failure, None)])

    def _alone(self, work: Callable[..., Any], *given: Any) -> tuple[Any, BaseException | None]:
        """Have one thing done while no worker has anything else to do; return the result and the error, if any."""
        self._pool = self._pool or self.executor()
        try:
            future = self._pool.submit(work, *given)
            self._ended([future])
            error = _error_of(future)
        except BrokenExecutor as broken:
            error = broken
        if isinstance(error, BrokenExecutor):
            self._replace()
        return (None if error else future.result()), error

    def _count_failed_start(self, error: BaseException) -> None:
        """Stop a study whose workers never get as far as a run."""
        self._failed_starts += 1
        if _ends_a_worker(error) and self._failed_starts < STARTS_ALLOWED:
            return
        message = (
            f"Worker processes end before they have done anything ({type(error).__name__}: {error}). "
            "Is there enough memory, and is Kotabaja installed where they run?"
        )
        raise UserError(message) from error

    def _record(self, batch: list[Numbered], results: Results) -> None:
        """Keep the outcomes of one task."""
        jobs = dict(batch)
        for number, value, failure, cost in results:
            if failure is not None and failure.kind == OtherCodeError.__name__:
                raise OtherCodeError(failure.message)
            self.finished[number] = Outcome(jobs[number], value, failure, cost)
        self.done += len(results)

    def _replace(self) -> None:
        """Give up an executor that broke; what was under way in it is done again, one by one."""
        for future, batch in self._live.items():
            if future.done() and _error_of(future) is None:
                self._record(batch, future.result())
            else:
                self._suspects.extend(batch)
        self._live.clear()
        self.close()

    def leave(self) -> None:
        """Let workers that have nothing left to do end in their own time."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None

    def close(self) -> None:
        """End the executor and its workers now, whatever they are doing."""
        if self._pool is not None:
            end(self._pool)
            self._pool = None
