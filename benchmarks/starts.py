"""What a user waits for before the work begins: start times, as processes of their own."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Measure

__all__ = ["start_times"]

ROOT = Path(__file__).parent.parent
HELP_S, CACHED_S, COLD_S = 0.5, 2.5, 60.0


def _wait(arguments: list[str], **environment: str) -> float:
    """Return the seconds until a command of its own is done."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "sim", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def start_times(repeats: int = 5) -> list[Measure]:
    """Measure help, a short run with compiled rules at hand, and a run on a machine that has none."""
    with tempfile.TemporaryDirectory() as folder:
        run = ["run", "baseline", "--out", folder, "--months"]
        _wait([*run, "12"])
        helps = [_wait(["--help"]) for _ in range(repeats)]
        cached = [_wait([*run, "12"]) for _ in range(repeats)]
        cold = _wait([*run, "1"], XDG_CACHE_HOME=folder, NUMBA_CACHE_DIR="")
    return [
        Measure.of("kotabaja --help", "s", helps, target=HELP_S),
        Measure.of("kotabaja run, 12 months, rules compiled before", "s", cached, target=CACHED_S),
        Measure.of("kotabaja run, 1 month, all rules to compile", "s", [cold], target=COLD_S),
    ]
