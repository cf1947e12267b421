"""Where runs are computed: in this process, or in worker processes that end with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from sim.errors import UserError

__all__ = ["InProcess", "WorkerPool", "cores", "end", "hands"]

Args = ParamSpec("Args")
Result = TypeVar("Result")

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
WATCH_SECONDS = 0.5


def cores() -> int:
    """Return how many processor cores this process may use.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class InProcess(Executor):
    """An executor that does each task at once, here, so that one worker follows the same path as many.

    Examples
    --------
    >>> InProcess().submit(pow, 2, 5).result()
    32
    """

    def submit(self, fn: Callable[Args, Result], /, *args: Args.args, **kwargs: Args.kwargs) -> Future[Result]:
        """Do the task and return its finished future; what it raises is raised here."""
        future: Future[Result] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class WorkerPool(ProcessPoolExecutor):
    """Worker processes with one thread each, deaf to Ctrl-C, that end when this process ends.

    Parameters
    ----------
    workers
        How many processes, at most; they start when there is work for them.
    needs_main
        True if the work is defined in the script that was started: only then do workers import that script
        again (which asks for ``if __name__ == "__main__":`` in it). Otherwise a notebook or a script from the
        standard input works too.
    """

    def __init__(self, workers: int, needs_main: bool = False) -> None:
        super().__init__(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=begin_worker,
            initargs=(os.getpid(),),
        )
        self._needs_main = needs_main

    def submit(self, fn: Callable[Args, Result], /, *args: Args.args, **kwargs: Args.kwargs) -> Future[Result]:
        """Hand the task to a worker, starting one if none is idle."""
        with _surroundings_of_a_worker(self._needs_main):
            return super().submit(fn, *args, **kwargs)


@contextmanager
def _surroundings_of_a_worker(needs_main: bool) -> Iterator[None]:
    """Set what a process started here inherits: one thread a library, Ctrl-C held back, no script."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    script = sys.modules["__main__"]
    origin = {} if needs_main else {"__spec__": None, "__file__": None}
    hidden: dict[str, Any] = {key: vars(script)[key] for key in origin if key in vars(script)}
    holds_signals = hasattr(signal, "pthread_sigmask")
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if holds_signals else set()
    vars(script).update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        vars(script).update(hidden)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if holds_signals:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)


@contextmanager
def hands(workers: int | None = None, cluster: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield who is to do the runs of a study, as options of ``run_all``: local processes, or a running dask cluster.

    Examples
    --------
    >>> with hands(workers=2) as options:
    ...     options
    {'workers': 2}
    """
    if cluster is None:
        yield {"workers": workers}
        return
    if workers is not None:
        message = "--workers and --cluster do not go together: a cluster has its own workers. Leave one out."
        raise UserError(message)
    from sim.study.cluster import connected

    with connected(cluster) as (executor, places):
        yield {"workers": places, "executor": executor}


def begin_worker(parent: int) -> None:
    """Prepare a new worker: the parent decides on Ctrl-C, and the worker never outlives its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when ``parent`` is no longer its parent (it was killed, and could not tell)."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def end(executor: Executor) -> None:
    """End an executor now; its worker processes are gone when this returns, whatever they were doing."""
    processes: list[Any] = list((getattr(executor, "_processes", None) or {}).values())
    waiting_work = getattr(executor, "_call_queue", None)
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    if waiting_work is not None:
        waiting_work.cancel_join_thread()  # nobody will ever fetch it: without this, Python could wait for that at exit
