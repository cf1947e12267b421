"""The runner: outcomes in order, whatever happens to runs and workers; and a run as a job."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import count, islice
from multiprocessing import active_children, get_context
from pathlib import Path

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.errors import AuditError, UserError
from sim.study.compare import compare
from sim.study.pools import begin_worker, cores
from sim.study.runs import RunError, default_workers, run_all
from sim.study.simulate import EVERY_COLUMN, Job, prepare, same_code, simulate
from tests.small_work import Task, square
from tests.towns import town

TASKS = [Task(number) for number in range(40)]
SQUARES = [number**2 for number in range(40)]


# The runner


@pytest.mark.parametrize(("workers", "batch"), [(1, None), (2, None), (2, 1), (3, 7)])
def test_outcomes_come_in_the_order_of_the_jobs(workers, batch):
    outcomes = list(run_all(TASKS, work=square, workers=workers, batch=batch))
    assert [outcome.job for outcome in outcomes] == TASKS
    assert [outcome.result() for outcome in outcomes] == SQUARES


def test_any_executor_will_do():
    outcomes = run_all(TASKS, work=square, workers=2, executor=partial(ThreadPoolExecutor, 2))
    assert [outcome.result() for outcome in outcomes] == SQUARES


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("trouble", "error", "message"),
    [
        ("user", UserError, "Task 5: no such thing. Write another."),
        ("leak", AuditError, "Task 5: 2 t of steel vanished between mill and firm."),
        ("fault", RunError, "Task 5: ZeroDivisionError: integer division or modulo by zero"),
    ],
)
def test_a_run_that_fails_stops_no_other_and_says_which_it_is(workers, trouble, error, message):
    tasks = [Task(number, trouble if number == 5 else "") for number in range(10)]
    outcomes = list(run_all(tasks, work=square, workers=workers))
    assert [outcome.value for outcome in outcomes] == [n**2 if n != 5 else None for n in range(10)]
    with pytest.raises(error) as raised:
        outcomes[5].result()
    assert str(raised.value) == message
    assert ("small_work.py" in getattr(raised.value, "details", "")) == (error is RunError)


def test_runs_whose_worker_is_killed_are_done_again(tmp_path):
    tasks = [Task(number, "killed once" if number % 9 == 4 else "", str(tmp_path)) for number in range(30)]
    outcomes = list(run_all(tasks, work=square, workers=2, batch=3))
    assert [outcome.result() for outcome in outcomes] == [number**2 for number in range(30)]


def test_a_run_that_always_kills_its_worker_is_given_up_alone():
    tasks = [Task(number, "always killed" if number == 6 else "") for number in range(20)]
    outcomes = list(run_all(tasks, work=square, workers=2, batch=2))
    assert [outcome.value for outcome in outcomes] == [n**2 if n != 6 else None for n in range(20)]
    with pytest.raises(UserError, match="Task 6: this run ended its worker process 3 times while it ran alone"):
        outcomes[6].result()


@pytest.mark.long
def test_workers_killed_at_random_lose_no_run_and_double_none():
    tasks = [Task(number, "always killed" if number == 70 else "") for number in range(4000)]
    stop = threading.Event()
    killed = []

    def kill_now_and_then():
        while not stop.wait(1.5):
            for worker in active_children()[:1]:
                os.kill(worker.pid, signal.SIGKILL)
                killed.append(worker.pid)

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        outcomes = list(run_all(tasks, work=square, workers=2, batch=4))
    finally:
        stop.set()
        killer.join()
    assert [outcome.job for outcome in outcomes] == tasks
    assert [outcome.value for outcome in outcomes] == [n**2 if n != 70 else None for n in range(4000)]
    assert len(killed) >= 2


def test_a_result_that_cannot_be_sent_back_fails_alone():
    tasks = [Task(number, "unspeakable" if number == 2 else "") for number in range(6)]
    outcomes = list(run_all(tasks, work=square, workers=2, batch=3))
    assert [outcome.failure is None for outcome in outcomes] == [number != 2 for number in range(6)]


def test_workers_that_cannot_start_are_reported():
    hopeless = partial(ProcessPoolExecutor, 1, get_context("spawn"), os._exit, (1,))
    with pytest.raises(UserError, match="Worker processes end before they have done anything"):
        list(run_all(TASKS, work=square, workers=1, executor=hopeless))


def test_an_endless_study_takes_jobs_as_it_needs_them():
    taken = []

    def endless():
        for job in count():
            taken.append(job)
            yield Task(job)

    outcomes = run_all(endless(), work=square, workers=2)
    assert [outcome.result() for outcome in islice(outcomes, 50)] == [number**2 for number in range(50)]
    outcomes.close()
    assert len(taken) < 50 + 8 * 2 * 2 * 5


def test_outcomes_that_wait_for_a_slow_run_do_not_pile_up():
    taken = []

    def endless():
        for job in count():
            taken.append(job)
            yield 0.6 if job == 0 else 0.0

    outcomes = run_all(endless(), work=time.sleep, workers=2, batch=1)
    next(outcomes)
    outcomes.close()
    assert len(taken) <= 4 * 4 + 4


def test_progress_is_told_to_the_end():
    told = []
    list(run_all(TASKS, work=square, workers=2, progress=lambda done, total: told.append((done, total))))
    assert told[-1] == (40, 40)
    assert told == sorted(told)


def test_few_runs_do_not_wait_for_workers():
    assert default_workers(10) == 1
    assert default_workers(1000) == default_workers(None) == cores()


def test_workers_use_one_thread_and_the_surroundings_stay():
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
    before = dict(os.environ)
    found = [outcome.value for outcome in run_all(names, work=os.getenv, workers=2)]
    assert found == ["1", "1", "1"]
    assert dict(os.environ) == before


SCRIPT = """
from sim.study.runs import run_all
from tests.small_work import Task, rest, square
"""


def started(code, **options):
    # Tests that run in the background were started deaf to Ctrl-C; what they start must hear it.
    hears = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    return subprocess.Popen([sys.executable, "-c", SCRIPT + code], text=True, preexec_fn=hears, **options)


def gone(process_id):
    """Tell whether a process has ended (one that waits to be collected by its parent has)."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_a_script_needs_no_guard_for_its_workers(tmp_path):
    code = SCRIPT + "print([o.result() for o in run_all([Task(3), Task(4)], work=square, workers=2)])"
    (tmp_path / "script.py").write_text(code)
    surroundings = os.environ | {"PYTHONPATH": str(Path.cwd())}
    for how in ([str(tmp_path / "script.py")], ["-"]):
        command = [sys.executable, *how]
        done = subprocess.run(command, input=code, capture_output=True, text=True, env=surroundings, check=False)
        assert (done.stdout, done.stderr) == ("[9, 16]\n", "")


def test_work_of_the_script_itself_needs_one(tmp_path):
    code = (
        "from sim.study.runs import run_all\n"
        "def half(n): return n / 2\n"
        "if __name__ == '__main__': print([o.result() for o in run_all([3, 4], work=half, workers=2)])\n"
    )
    (tmp_path / "script.py").write_text(code)
    surroundings = os.environ | {"PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, str(tmp_path / "script.py")]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=False)
    assert (done.stdout, done.stderr) == ("[1.5, 2.0]\n", "")


def test_workers_end_when_their_parent_is_killed(tmp_path):
    parent = started(f"list(run_all([{str(tmp_path)!r}] * 2, work=rest, workers=2))")
    wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
    parent.kill()
    parent.wait()
    wait_until(lambda: all(gone(file.name) for file in tmp_path.iterdir()))


def test_ctrl_c_ends_workers_at_once_and_without_their_voices(tmp_path):
    code = f"list(run_all([{str(tmp_path)!r}] * 2, work=rest, workers=2))"
    parent = started(code, start_new_session=True, stderr=subprocess.PIPE)
    wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
    os.killpg(parent.pid, signal.SIGINT)  # as a terminal does: to the parent and to all its workers
    _, errors = parent.communicate(timeout=20)
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert all(gone(file.name) for file in tmp_path.iterdir())


def test_a_worker_is_deaf_to_ctrl_c():
    before = signal.getsignal(signal.SIGINT)
    try:
        begin_worker(os.getppid())
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


# A run as a job


@pytest.fixture(scope="module")
def short():
    """A small town with a short warm-up and few months."""
    return town(scale=0.06, warm_up=3, observed=4)


def test_a_job_returns_the_means_of_a_run(short):
    table = MetalSupplyChain(short, seed=2).run().indicators
    summary = simulate(Job(short, 2, keep=("market_share_local", "demand_t")))
    assert list(summary.columns) == [name for name in table.columns if name not in ("month", "warm_up")]
    np.testing.assert_allclose(summary.means, table[list(summary.columns)].iloc[3:].mean(), rtol=1e-12)
    assert list(summary.months.columns) == ["month", "warm_up", "market_share_local", "demand_t"]
    assert list(simulate(Job(short, 2, keep=EVERY_COLUMN)).months.columns) == list(table.columns)
    assert (summary.relief_units, summary.relief_cost_jt) == (0.0, 0.0)


def test_a_relief_counts_what_it_gives(short):
    eased = simulate(Job(short, 2, relief="cash"))
    assert eased.relief_units > 0.0
    assert eased.relief_cost_jt > 0.0
    assert not np.array_equal(eased.means, simulate(Job(short, 2)).means, equal_nan=True)


def test_a_run_without_observed_months_is_refused(short):
    (outcome,) = run_all([Job(short, 4, months=3)])
    with pytest.raises(UserError, match=r"^Scenario baseline, seed 4: no month is left after the warm-up\."):
        outcome.result()
    assert str(Job(short, 4, relief="cash")) == "Scenario baseline, cash eased, seed 4"


def test_a_worker_that_reads_edited_files_refuses(short):
    with pytest.raises(UserError, match="files were changed while the study ran"):
        same_code(simulate, "of before the edit", Job(short, 1))


def test_a_cold_start_compiles_once_before_the_workers(short, monkeypatch):
    monkeypatch.setattr("sim.core.compiled.cold", lambda: True)
    prepare([Job(short, 1)])
    prepare([])


def test_records_are_the_observed_months(short):
    found = compare([short], short, seeds=2, keep=("demand_t",))
    assert list(found.records.columns) == ["scenario", "seed", "month", "demand_t"]
    assert list(found.records["month"]) == [4, 5, 6, 7] * 2
    assert list(found.records["seed"]) == [1] * 4 + [2] * 4
    assert found.months("baseline", "demand_t").shape == (2, 7)
    observed = found.months("baseline", "demand_t")[:, 3:].mean(axis=1)
    np.testing.assert_allclose(observed, found.values("baseline", "demand_t"), rtol=1e-12)
