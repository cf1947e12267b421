"""A dask cluster on this machine for the tests: a scheduler, and two workers that a nanny starts again."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60


def _started(folder, *words):
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "dask", *map(str, words), "--no-dashboard"]
    with (folder / f"{words[0]}.log").open("w") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder, env=surroundings)


@contextmanager
def cluster(folder, workers=2):
    """Yield the address of a scheduler on the loopback device, and the processes of scheduler and nannies."""
    file = folder / "scheduler.json"
    processes = [_started(folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)]
    try:
        end = time.monotonic() + PATIENCE_S
        while not file.exists() or not file.read_text().endswith("}"):
            assert time.monotonic() < end, (folder / "scheduler.log").read_text()
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        if workers:
            options = ["--nworkers", workers, "--nthreads", 1, "--local-directory", folder]
            processes.append(_started(folder, "worker", address, *options))
            log = folder / "worker.log"
            while log.read_text().count("Registered to") < workers:
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
        yield address, processes
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(timeout=PATIENCE_S)
