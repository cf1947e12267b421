"""Jobs waiting, under way and finished: what keeps a study going when runs fail and workers are killed.

A run that fails is reported with its scenario and seed. When a worker is killed, the runs that were under way
are done again one by one; only a run that is alone under way is blamed for the end of its worker, and after
three times it is given up.
"""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sim.errors import AuditError, UserError
from sim.study.pools import InProcess, end

__all__ = ["Failure", "Outcome", "RunError", "WorkQueue"]

Numbered = tuple[int, Any]
Results = list[tuple[int, Any, "Failure | None"]]

CRASHES_ALLOWED = 3
STARTS_ALLOWED = 10


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
class Outcome:
    """A job with what came of it: either ``value`` or ``failure``."""

    job: Any
    value: Any = None
    failure: Failure | None = None

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
        if self.failure.kind == "UserError":
            raise UserError(message)
        if self.failure.kind == "AuditError":
            raise AuditError(message)
        message = f"{self.job}: {self.failure.kind}: {self.failure.message}"
        raise RunError(message, self.failure.details)


def _do(work: Callable[[Any], Any], batch: Sequence[Numbered]) -> Results:
    """Do some jobs, in a worker; an error of a run becomes its failure."""
    done: Results = []
    for number, job in batch:
        try:
            done.append((number, work(job), None))
        except Exception as error:  # whatever a run raises belongs to that run
            done.append((number, None, Failure(type(error).__name__, str(error), traceback.format_exc())))
    return done


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
        for future in wait(self._live, return_when=FIRST_COMPLETED).done:
            batch = self._live.pop(future)
            try:
                self._record(batch, future.result())
            except Exception as error:  # the end of a worker has another name in each executor
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

    def _retry(self, suspect: Numbered) -> None:
        """Do one job that was under way when a worker ended, alone, and blame it if that happens again."""
        number = suspect[0]
        self._pool = self._pool or self.executor()
        try:
            self._pool.submit(self.ready).result()
        except BrokenExecutor as error:
            self._suspects.append(suspect)
            self._replace()
            self._failed_starts += 1
            if self._failed_starts == STARTS_ALLOWED:
                message = (
                    f"Worker processes end before they have done anything ({error}). "
                    "Is there enough memory? Use --workers 1 to run without them."
                )
                raise UserError(message) from error
            return
        self._failed_starts = 0
        try:
            self._record([suspect], self._pool.submit(_do, self.work, [suspect]).result())
        except Exception as error:
            if isinstance(error, BrokenExecutor):
                self._replace()
            self._crashes[number] += 1
            if self._crashes[number] < CRASHES_ALLOWED:
                self._suspects.append(suspect)
                return
            message = (
                f"this run ended its worker process {CRASHES_ALLOWED} times while it ran alone ({error}). "
                "Is there enough memory? Use --workers 1 to see the run itself."
            )
            self._record([suspect], [(number, None, Failure("UserError", message))])

    def _record(self, batch: list[Numbered], results: Results) -> None:
        """Keep the outcomes of one task."""
        jobs = dict(batch)
        for number, value, failure in results:
            self.finished[number] = Outcome(jobs[number], value, failure)
        self.done += len(results)

    def _replace(self) -> None:
        """Give up an executor that broke; what was under way in it is done again, one by one."""
        for future, batch in self._live.items():
            if future.done() and not future.cancelled() and future.exception() is None:
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
