"""What a sweep costs beside its runs, what a second worker brings, and how long a large table takes to summarise.

``python -m benchmarks.sweeps`` prints these alone; with a number, it sweeps the baseline so many times on two workers.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from benchmarks.measure import Measure
from sim.indicators import catalogue
from sim.scenario import Scenario
from sim.study.design import Design
from sim.study.design_file import load_design
from sim.study.store import part_options
from sim.study.summary import read_runs
from sim.study.sweep import sweep

__all__ = ["sweep_costs"]

SPEED_UP, OVERHEAD, TEN_THOUSAND_MIN, FAN_S, FAN_MB = 1.8, 0.05, 6.0, 2.0, 500.0
FEW, MANY = 100, 500  # runs; what starting costs is in both, and so in neither's difference
ROWS, PARTS = 100_000, 100
DESIGN = 'reason = "To measure."\nmethod = "list"\nscenarios = ["baseline"]\nseeds = {seeds}\n'
FAN = """
import resource, sys, time
from sim.study.summary import fan
start = time.perf_counter()
found = fan(sys.argv[1], ["market_share_local"])
assert len(found) == 4 and found["runs"].sum() == int(sys.argv[2])
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _design(folder: str, seeds: int) -> Design:
    """Return a design of the baseline alone."""
    path = Path(folder) / f"runs_{seeds}.toml"
    path.write_text(DESIGN.format(seeds=seeds), encoding="utf-8")
    return load_design(path)


def _processor_s() -> float:
    """Return the processor time of this process and of those it has seen end [s]."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _sweep(folder: str, seeds: int, workers: int) -> np.ndarray:
    """Sweep the baseline; return the seconds by the clock, on the processor, and on the processor in runs alone."""
    out = Path(folder) / f"{workers}_{seeds}"
    design, clock_s, processor_s = _design(folder, seeds), time.perf_counter(), _processor_s()
    sweep(design, out, workers=workers, say=lambda _: None)
    spent = time.perf_counter() - clock_s, _processor_s() - processor_s
    return np.array([*spent, read_runs(out, ["cpu_s"])["cpu_s"].sum()])


@contextmanager
def _cores(number: int) -> Iterator[None]:
    """Let processes started here use so many cores, where the system allows it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:number])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _large_table(folder: Path) -> None:
    """Write a table as a sweep of four scenarios would leave it: every indicator of the baseline, in parts."""
    (folder / "runs").mkdir(parents=True)
    luck = np.random.default_rng(1)
    size = ROWS // PARTS
    names = [entry.column for entry in catalogue(Scenario.load("baseline"))]
    for part in range(PARTS):
        seed = np.arange(part * size, (part + 1) * size) // 4
        labels = {
            "key": [f"{one:032x}" for one in range(part * size, (part + 1) * size)],
            "scenario": [f"scenario_{one}" for one in range(4)] * (size // 4),
            "row": np.zeros(size, dtype=np.int64),
            "seed": seed,
            "status": ["ok"] * size,
            "error": pa.nulls(size, pa.string()),
        }
        table = pa.table(labels | dict(zip(names, luck.random((len(names), size)), strict=True)))
        parquet.write_table(table, folder / "runs" / f"part-{part + 1:06d}.parquet", **part_options(table))


def sweep_costs(repeats: int = 3) -> list[Measure]:
    """Measure sweeps of the baseline on one worker and on two, and a summary of 100,000 runs."""
    with tempfile.TemporaryDirectory() as folder:
        per_run = {}
        for workers in (1, 2):
            with _cores(workers):
                few, many = (_sweep(folder, seeds, workers) for seeds in (FEW, MANY))
            per_run[workers] = (many - few) / (MANY - FEW)
        clock_s, processor_s, runs_s = per_run[2]
        large = Path(folder) / "large"
        _large_table(large)
        command = [sys.executable, "-c", FAN, str(large), str(ROWS)]
        told = [
            subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(repeats)
        ]
        fan_s, fan_mb = np.array(told, dtype=float).T
    return [
        Measure.of(
            "runs a second on two workers against one", "x", [per_run[1][0] / clock_s], target=SPEED_UP, at_least=True
        ),
        Measure.of("what the runner adds to the runs' processor time", "", [processor_s / runs_s - 1], target=OVERHEAD),
        Measure.of("10,000 runs of the baseline, two workers, by the clock", "min", [1e4 * clock_s / 60],
                   target=TEN_THOUSAND_MIN),
        Measure.of("  the same by processor time on two cores", "min", [1e4 * processor_s / 2 / 60]),
        Measure.of("fan quantiles of 100,000 runs by scenario", "s", fan_s, target=FAN_S),
        Measure.of("  its memory", "MB", fan_mb, target=FAN_MB),
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as place:
            clock, processor, in_runs = _sweep(place, int(sys.argv[1]), 2)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[1]} runs: {clock:.1f} s by the clock, {processor:.1f} s of processor ({in_runs:.1f} in runs)")
        print(f"most memory of the coordinator: {peak_mb:.0f} MB")
    else:
        for measure in sweep_costs():
            print(measure.line())
