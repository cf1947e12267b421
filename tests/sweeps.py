"""Sweeps for the tests: a tiny design, invented runs that go wrong on purpose, and the table that is left.

``python -m tests.sweeps OUT WORKERS [ADDRESS]`` does the sweep in a process of its own, for the tests that kill it.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from sim.scenario import designs
from sim.study.design_file import load_design
from sim.study.pools import hands
from sim.study.simulate import Summary, simulate
from sim.study.sweep import sweep

TINY = """
reason = "A test."
method = "grid"
seeds = {seeds}
[fixed]
town.scale = 0.06
time = {{ warm_up_months = 3, observed_months = 4 }}
[inputs.firms]
wear = {wear}
insolvency_months = [4, 6]
"""
COSTS = ["cpu_s", "wall_s", "host"]
COLUMNS = ("demand_t", "fill_local")


def tiny(folder, *, seeds=3, wear="[0.006, 0.01]", name="tiny", more=""):
    """Return a design of few and short runs, and write its file."""
    path = Path(folder) / f"{name}.toml"
    path.write_text(TINY.format(seeds=seeds, wear=wear) + more)
    return load_design(path)


def invented(job):
    """Return means by hand: of the row and the seed."""
    return Summary(COLUMNS, np.array([100.0 * job.row + job.seed, np.nan if job.seed == 1 else 0.5]))


def troubled(job):
    """Do the same, but fail in some rows: seed 2 by a fault, seed 3 of row 1 by ending the worker."""
    if job.seed == 2:
        message = f"nothing to divide in row {job.row}"
        raise ZeroDivisionError(message)
    if (job.row, job.seed) == (1, 3):
        os.kill(os.getpid(), signal.SIGKILL)
    return invented(job)


def poisoned(job):
    """Run the model, but end the worker in one run."""
    if (job.scenario.name, job.row, job.seed) == ("both", 2, 5):
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(job)


def sweep_in_threads(*given, **options):
    """Sweep without starting a process."""
    return sweep(*given, executor=partial(ThreadPoolExecutor, 2), workers=2, **options)


def runs_of(folder):
    """Return what a sweep has kept, sorted by key, without what differs between two equal sweeps."""
    return everything_of(folder).drop(columns=COSTS)


def everything_of(folder):
    """Return what a sweep has kept, sorted by key."""
    return pd.read_parquet(Path(folder) / "runs").sort_values("key", ignore_index=True)


def left_in(folder):
    """Return the names of all files that are neither runs nor known."""
    known = {"manifest.json", ".lock"}
    return [
        path.relative_to(folder).as_posix()
        for path in Path(folder).rglob("*")
        if path.is_file() and path.name not in known and not path.name.startswith("part-")
    ]


def small(folder):
    """Return the shipped small design with few seeds."""
    path = Path(folder) / "small.toml"
    text = (designs() / "00_small.toml").read_text()
    path.write_text(re.sub(r"seeds = \d+", "seeds = 8", text))
    return load_design(path)


def _main(out, workers, address=""):
    with hands(None if address else int(workers), address or None) as chosen:
        sweep(small(Path(out).parent), out, work=poisoned, **chosen)


if __name__ == "__main__":
    _main(*sys.argv[1:])
