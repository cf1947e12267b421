"""Small work for workers, importable by name in a worker process."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.errors import AuditError, UserError
from sim.study.simulate import Summary


@dataclass(frozen=True)
class Named:
    """All that a study asks of a scenario itself."""

    name: str
    fingerprint: str = "0"


@dataclass(frozen=True)
class Task:
    """A number to square, and what happens on the way."""

    number: int
    trouble: str = ""
    folder: str = ""

    def __str__(self) -> str:
        return f"Task {self.number}"


def square(task: Task) -> int:
    """Return the square, later for some tasks than for others; or fail, or end this process."""
    time.sleep(0.002 * (task.number % 3))
    if task.trouble == "user":
        message = "no such thing. Write another."
        raise UserError(message)
    if task.trouble == "leak":
        message = "2 t of steel vanished between mill and firm."
        raise AuditError(message)
    if task.trouble == "fault":
        return 1 // 0
    if task.trouble == "killed once" and _first_time(task):
        os.kill(os.getpid(), signal.SIGKILL)
    if task.trouble == "always killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.trouble == "unspeakable":
        return lambda: 0  # type: ignore[return-value]  # cannot be sent back to the parent
    return task.number**2


def _first_time(task: Task) -> bool:
    mark = Path(task.folder) / str(task.number)
    if mark.exists():
        return False
    mark.touch()
    return True


def rest(folder: str) -> None:
    """Tell the process id, then do nothing for a long time."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


COLUMNS = ("market_share_local", "value_added_local_jt", "spending_jt")
GAIN = {"baseline": 0.0, "training": 0.01, "access": 0.02, "both": 0.05}


def invented_run(job) -> Summary:
    """Return means by hand: luck of the seed, a gain by scenario, a little luck of the pair, spending."""
    share = 0.2 + 0.01 * job.seed + GAIN[job.scenario.name] + (0.001 * job.seed if GAIN[job.scenario.name] else 0)
    eased = {"steel": 30.0, "cash": -2.0, None: 0.0}[job.relief]
    spending = 80.0 if GAIN[job.scenario.name] else 0.0
    means = np.array([share, 100.0 * job.seed + eased + (0.5 * job.seed if job.relief else 0.0), spending])
    relief = {"relief_units": 60.0, "relief_cost_jt": 15.0} if job.relief == "steel" else {}
    return Summary(COLUMNS, means, **relief)
