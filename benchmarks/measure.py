"""Timing on one core, the machine it was done on, and how a measure stands to its target."""

import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["Measure", "clock", "machine", "seconds", "use_one_core"]


@dataclass(frozen=True)
class Measure:
    """Repeated measurements of one thing: their median counts, their lowest says what a quiet machine would do.

    ``target`` is the most it may be, or with ``at_least`` the least.
    """

    name: str
    unit: str
    median: float
    lowest: float
    highest: float
    repeats: int
    target: float | None = None
    at_least: bool = False

    @classmethod
    def of(cls, name: str, unit: str, values: Iterable[float], **target: Any) -> "Measure":
        """Return the measure of some values."""
        found = list(values)
        return cls(name, unit, statistics.median(found), min(found), max(found), len(found), **target)

    @property
    def verdict(self) -> str:
        """Say whether the median meets the target, and if not by what factor it misses it."""
        if self.target is None:
            return ""
        ratio = self.target / self.median if self.at_least else self.median / self.target
        return "met" if ratio <= 1.0 else f"missed by {ratio:.2f} x"

    def line(self) -> str:
        """Return the measure as a line of the printed table."""
        between = f"{self.lowest:>9.4g} .. {self.highest:<9.4g}"
        text = f"  {self.name:<56s}{self.median:>9.4g} {self.unit:<3s}{between}{self.repeats:>4d} x"
        if self.target is None:
            return text
        return f"{text}   {'at least' if self.at_least else 'at most'} {self.target:g}: {self.verdict}"

    def record(self) -> dict[str, Any]:
        """Return the measure for the file of results."""
        return asdict(self) | {"verdict": self.verdict}


def use_one_core() -> None:
    """Keep this process, and the processes it starts, on one core where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def clock() -> float:
    """Return this process's time on the processor [s]: moments in which another process had the core are left out."""
    return time.process_time()


def seconds(work: Callable[[], Any]) -> float:
    """Return the processor time that a piece of work takes in this process [s]."""
    start = clock()
    work()
    return clock() - start


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"model name\s*:\s*(.*)", cpuinfo.read_text())
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def machine() -> dict[str, Any]:
    """Return what the numbers were measured on and with, and how busy the machine was."""
    packages = ("numba", "mesa", "numpy", "pandas")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
