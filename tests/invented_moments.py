"""Moments by hand, for the tests of calibration; importable by name in a worker process."""

from __future__ import annotations

import os
from pathlib import Path

from sim.core.streams import Luck, draw_normal

MOMENTS = ("exits_local", "mean_size")


def invented(job):
    """Return exits that follow the rate of exit, and a size that follows output a worker, each with some luck."""
    first, second = draw_normal(Luck(job.seed)("invented"), 2).tolist()
    return {
        "exits_local": 12.0 * job.scenario["firms.exit_rate"] + 0.002 * first,
        "mean_size": 2.0 / job.scenario["firms.output_t_fte"] + 0.05 * second,
    }


def counted(job):
    """Do the same, and leave a file for each run in the folder that the environment names."""
    place = Path(os.environ["KOTABAJA_TEST_RUNS"]) / f"{job.scenario.fingerprint}-{job.seed}"
    place.with_name(f"{place.name}-{len(list(place.parent.glob(f'{place.name}-*')))}").touch()
    return invented(job)
