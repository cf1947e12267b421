"""Workers of a dask cluster that is already running, behind the same door as local processes.

Needs the extra ``kotabaja[cluster]``. Nothing here decides how runs are shared out, retried or recorded: that is the
work queue's, for a cluster as for local processes.
"""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from sim.errors import UserError

try:
    from distributed import Client
    from distributed.cfexecutor import ClientExecutor
except ModuleNotFoundError as missing:
    message = f"--cluster needs dask, which is not installed ({missing.name}). Do: pip install 'kotabaja[cluster]'"
    raise UserError(message) from missing

__all__ = ["ClusterPool", "connected"]

CONNECT_SECONDS = 10.0
SECONDS_BETWEEN_KNOCKS = 0.5
PATIENCE_SECONDS = 60.0


class ClusterPool(ClientExecutor):
    """The executor of a dask client, which says so when the cluster is gone instead of waiting for ever."""

    def __init__(self, client: Any) -> None:
        super().__init__(client, pure=False)
        self._seen = time.monotonic()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to the cluster."""
        if self._client.status != "running":
            raise _lost(self._client)
        future: Future[Any] = super().submit(fn, *args, **kwargs)
        return future

    def look(self) -> None:
        """Stop waiting when the scheduler does not answer, or when no worker has been there for a while."""
        if self._client.status != "running":
            raise _lost(self._client)
        if workers_of(self._client):
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > PATIENCE_SECONDS:
            raise _lost(self._client, f"has had no worker for {PATIENCE_SECONDS:.0f} s")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give up what is still under way, or wait for it; the cluster stays."""
        if self._client.status == "running":
            super().shutdown(wait=wait and not cancel_futures)


def workers_of(client: Any) -> int:
    """Return how many tasks the workers of a cluster do at the same time."""
    return sum(client.nthreads().values())


def _lost(client: Any, what: str = "does not answer any more") -> UserError:
    return UserError(
        f"The cluster {client.scheduler.address if client.scheduler else ''} {what}. "
        "Start it again; the same command then continues."
    )


@contextmanager
def connected(address: str) -> Iterator[tuple[Callable[[], ClusterPool], int]]:
    """Connect to a running scheduler; yields what makes executors of it, and how many runs it does at a time.

    Parameters
    ----------
    address
        Where the scheduler listens, for example ``tcp://127.0.0.1:8786``.

    Raises
    ------
    UserError
        If no scheduler answers, or it has no workers.
    """
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what a user must know, the pool says
    try:
        _knock(address)
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as problem:
        message = (
            f"--cluster {address}: no dask scheduler answers there ({problem}). Start one with `dask scheduler` and "
            "name its address, for example tcp://127.0.0.1:8786."
        )
        raise UserError(message) from problem
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
        except TimeoutError as problem:
            message = f"--cluster {address}: the scheduler has no workers. Start some: dask worker {address}"
            raise UserError(message) from problem
        yield (lambda: ClusterPool(client)), workers_of(client)
    finally:
        client.close(timeout=CONNECT_SECONDS)


def _knock(address: str) -> None:
    """Find out whether anything listens at an address, which may only just be starting."""
    parts = re.fullmatch(r"(?:tcp|tls)://(.+):(\d+)", address)
    if parts is None:
        message = "an address is written tcp://HOST:PORT"
        raise ValueError(message)
    place, end = (parts[1].strip("[]"), int(parts[2])), time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            socket.create_connection(place, timeout=CONNECT_SECONDS).close()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(SECONDS_BETWEEN_KNOCKS)
        else:
            return
