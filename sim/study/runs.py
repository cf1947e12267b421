"""The one runner of all studies: many runs in, outcomes out in the same order, whatever happens to workers.

A run depends on its scenario and its seed alone, so the number of workers never shows in a result.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sized
from concurrent.futures import Executor
from functools import partial
from itertools import chain, islice
from typing import Any

from sim.study.pools import InProcess, WorkerPool, cores
from sim.study.simulate import Job, Summary, prepare, same_code, simulate
from sim.study.work_queue import Cost, Failure, Outcome, RunError, WorkQueue

__all__ = [
    "Cost",
    "Failure",
    "Job",
    "Outcome",
    "Progress",
    "RunError",
    "Summary",
    "default_workers",
    "run_all",
    "simulate",
]

Progress = Callable[[int, int], None]

RUNS_WORTH_A_POOL = 60
MOST_RUNS_A_TASK = 8
TASKS_A_WORKER = 2


def default_workers(runs: int | None) -> int:
    """Return how many workers pay for ``runs`` runs: few runs are done before a worker has started.

    Examples
    --------
    >>> default_workers(10)
    1
    """
    return 1 if runs is not None and runs < RUNS_WORTH_A_POOL else cores()


def run_all(
    jobs: Iterable[Any],
    *,
    work: Callable[[Any], Any] = simulate,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    batch: int | None = None,
    progress: Progress | None = None,
    ordered: bool = True,
    apart: bool = False,
) -> Generator[Outcome]:
    """Do every job and yield the outcomes, in the order of the jobs unless asked otherwise.

    Parameters
    ----------
    jobs
        What to run, one after the other; taken as needed, so a generator may be endless. For a :class:`Job`, a run
        of the model, workers load the model first, and refuse to run other code than this process.
    work
        A function of one job. It must be importable by name when there are several workers.
    workers
        How many processes. One works in this process. None chooses by the number of jobs and cores.
    executor
        Makes the executor to use instead of local processes, for example that of a cluster; it is called
        again when the executor breaks. ``workers`` then says how many it has.
    batch
        How many jobs are sent to a worker at a time.
    progress
        Called as ``progress(done, total)`` in this process; ``total`` is 0 when it is not known.
    ordered
        Whether outcomes come in the order of the jobs, or each as soon as it is there.
    apart
        Whether even a single worker has a process of its own, so that a run cannot end this one.

    Yields
    ------
    Outcome
        One a job. A run that fails yields its failure and stops nothing.

    Examples
    --------
    >>> [outcome.value for outcome in run_all([1, 2, 3], work=float)]
    [1.0, 2.0, 3.0]
    """
    total = len(jobs) if isinstance(jobs, Sized) else None
    workers = workers or default_workers(total)
    if executor is None:
        needs_main = getattr(work, "__module__", "") == "__main__"
        executor = InProcess if workers == 1 and not apart else partial(WorkerPool, workers, needs_main)
    in_process = executor is InProcess
    if batch is None:
        fair = MOST_RUNS_A_TASK if total is None else total // (4 * workers)
        batch = 1 if in_process else max(1, min(MOST_RUNS_A_TASK, fair))
    ready: Callable[[], None] = do_nothing
    jobs = iter(jobs)
    first = list(islice(jobs, 1))
    if not in_process and first and isinstance(first[0], Job):
        from sim.study.files import program

        prepare(first)  # so that the workers load what is compiled here, instead of all compiling at once
        work, ready = partial(same_code, work, program()), partial(prepare, [])
    jobs = chain(first, jobs)
    queue = WorkQueue(jobs, work, ready, executor, batch, most=1 if in_process else TASKS_A_WORKER * workers)
    following = 0
    try:
        while queue.advance():
            if progress:
                progress(queue.done, total or 0)
            while (number := following if ordered else next(iter(queue.finished), -1)) in queue.finished:
                yield queue.finished.pop(number)
                following += 1
        queue.leave()
    finally:
        queue.close()


def do_nothing() -> None:
    """Do nothing: what a worker does first when the work needs nothing loaded."""
