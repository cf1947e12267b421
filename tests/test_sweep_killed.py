"""Sweeps that are disturbed: workers and the command itself are killed, and the table is the same all the same."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.dask_cluster import cluster
from tests.sweeps import everything_of, left_in, runs_of

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
RUNS = 6 * 2 * 8
PATIENCE_S = 600
HANDS = ["1", "2", "dask"]


def start(out, hands, address):
    words = [str(out), "0", address] if hands == "dask" else [str(out), hands]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.sweeps", *words]
    with (Path(out).parent / "said").open("w") as said:
        return subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=said)


def _status(process_id):
    """Return the state, the parent and the command line of a process, or nothing when it has ended."""
    place = Path(f"/proc/{process_id}")
    try:
        state, parent = (place / "stat").read_text().rpartition(")")[2].split()[:2]
        return state, int(parent), (place / "cmdline").read_text()
    except OSError:
        return None


def workers_of(parent):
    """Return the worker processes below a process, at any depth."""
    found = {int(path.name): _status(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    below, found = {parent}, {one: status for one, status in found.items() if status}
    for _ in range(3):
        below |= {one for one, (_, above, _) in found.items() if above in below}
    return sorted(one for one in below - {parent} if "spawn_main" in found[one][2] and found[one][0] != "Z")


def at_work(process_id):
    """Tell whether a process is past its start: a nanny gives up if its worker is killed before that."""
    try:
        times = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return False
    return sum(map(int, times)) > 2.0 * os.sysconf("SC_CLK_TCK")


def gone(process_id):
    status = _status(process_id)
    return status is None or status[0] == "Z"


def wait_until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def newest(out):
    return max((path.name for path in out.glob("runs/part-*")), default="")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The table of a sweep that nobody disturbs."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert start(out, "2", "").wait(PATIENCE_S) == 0
    return runs_of(out)


@pytest.fixture
def place(request, tmp_path):
    """Where runs are done: the number of workers or dask, its address, and the process that workers descend from."""
    hands = request.param
    with cluster(tmp_path) if hands == "dask" else nullcontext(("", [])) as (address, processes):
        yield hands, address, processes[1].pid if processes else None


def check(out, undisturbed):
    """No run is lost or doubled, none but the poisoned one has failed, and nothing else lies about."""
    runs = everything_of(out)
    assert len(runs) == RUNS
    assert runs["key"].is_unique
    bad = runs[runs["status"] != "ok"]
    assert bad[["scenario", "row", "seed", "status"]].to_numpy().tolist() == [["both", 2, 5, "crashed"]]
    assert runs_of(out).to_csv() == undisturbed.to_csv()
    assert left_in(out) == []


@pytest.mark.parametrize("place", HANDS, indirect=True)
def test_workers_killed_at_random_change_nothing(tmp_path, undisturbed, place):
    hands, address, nanny = place
    luck = random.Random(1)
    command = start(tmp_path / "out", hands, address)
    killed, seen = 0, set()
    while command.poll() is None:
        time.sleep(luck.uniform(1.0, 4.0))
        workers = workers_of(nanny or command.pid)
        seen |= set(workers)
        candidates = list(filter(at_work, workers)) if hands == "dask" else workers
        if candidates and killed < 4:
            os.kill(luck.choice(candidates), signal.SIGKILL)
            killed += 1
    assert command.returncode == 0
    assert killed >= 2
    check(tmp_path / "out", undisturbed)
    if hands != "dask":
        assert all(map(gone, seen))


@pytest.mark.parametrize("place", HANDS, indirect=True)
def test_the_same_command_continues_after_it_was_killed(tmp_path, undisturbed, place):
    hands, address, _ = place
    out = tmp_path / "out"
    for times in (1, 2):
        command = start(out, hands, address)
        before = newest(out)
        wait_until(lambda before=before: newest(out) > before)
        time.sleep(0.7 * times)
        workers = [] if hands == "dask" else workers_of(command.pid)
        command.kill()
        command.wait()
        wait_until(lambda orphans=workers: all(map(gone, orphans)))
        assert 0 < len(runs_of(out)) < RUNS
    command = start(out, hands, address)
    assert command.wait(PATIENCE_S) == 0
    assert "runs stand already." in (tmp_path / "said").read_text()
    check(out, undisturbed)
