"""Studies: the runner that survives, and paired comparisons worked by hand."""

import io
import math
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
from types import SimpleNamespace

import numpy as np
import pytest

from sim import MetalSupplyChain, Scenario
from sim.errors import AuditError, UserError
from sim.study.bind import BIND_COLUMNS, bind
from sim.study.compare import EFFECT_COLUMNS, compare
from sim.study.intervals import interaction, interval, paired
from sim.study.pools import begin_worker, cores
from sim.study.runs import RunError, default_workers, run_all
from sim.study.screen import binding_table, effects_table, number, progress_bar
from sim.study.simulate import EVERY_COLUMN, Job, prepare, simulate
from tests.small_work import Named, Task, invented_run, square

TASKS = [Task(number) for number in range(40)]
SQUARES = [number**2 for number in range(40)]
BASELINE, TRAINING, ACCESS, BOTH = map(Named, ("baseline", "training", "access", "both"))
RELIEFS = {
    "steel": SimpleNamespace(unit="t", meaning="steel at the mill's price"),
    "cash": SimpleNamespace(unit="jt", meaning="30 jt of cash"),
}


def entry(column, indicator, origin, unit, better):
    return SimpleNamespace(column=column, indicator=indicator, origin=origin, unit=unit, better=better)


CATALOGUE = [
    entry("market_share_local", "market_share", "local", "share", "higher"),
    entry("value_added_local_jt", "value_added", "local", "jt", "higher"),
    entry("spending_jt", "spending", "", "jt", "lower"),
    entry("absent_t", "absent", "", "t", "none"),
]


@pytest.fixture
def invented(monkeypatch):
    """Let three columns be all indicators there are."""
    monkeypatch.setattr("sim.indicators.catalogue", lambda _scenario: CATALOGUE)


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
        while not stop.wait(0.7):
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
    assert len(killed) >= 3


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
    return subprocess.Popen([sys.executable, "-c", SCRIPT + code], text=True, **options)


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
    """The baseline with a short warm-up and few months."""
    return Scenario.load("baseline").changed({"time.warm_up_months": 3, "time.observed_months": 4})


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
        simulate(Job(short, 1), code="of before the edit")


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


# Intervals


def test_an_interval_is_student_s():
    # By hand: mean 5, variance 10/3 of four values, t(3) = 3.1824463
    found = interval([3.0, 4.0, 6.0, 7.0])
    assert found.mean == 5.0
    assert found.high - found.mean == pytest.approx(3.182446305284 * math.sqrt(10 / 3 / 4), rel=1e-10)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)
    assert found.pairs == 4
    assert found.excludes_zero
    assert not interval([-1.0, 1.0]).excludes_zero


def test_pairs_without_a_value_do_not_count():
    found, ratio = paired([1.0, math.nan, 3.0, 5.0], [0.0, 1.0, math.nan, 3.0])
    assert (found.mean, found.pairs) == (1.5, 2)
    assert ratio == (8.0 + 4.5) / 0.5
    nothing, ratio = paired([math.nan, math.nan], [1.0, 2.0])
    assert nothing.pairs == 0
    assert all(map(math.isnan, (nothing.mean, nothing.low, nothing.high, ratio)))


def test_differences_that_are_all_equal_have_no_ratio():
    luck = np.array([0.1, 0.2, 0.7])
    found, ratio = paired(luck + 80.0, luck)  # equal but for rounding
    assert found.low == found.mean == found.high == pytest.approx(80.0)
    assert math.isnan(ratio)
    same, ratio = paired(luck, luck)
    assert (same.low, same.mean, same.high) == (0.0, 0.0, 0.0)
    assert math.isnan(ratio)


def test_an_interaction_is_what_both_do_beyond_the_sum():
    found = interaction(both=[9.0, 11.0], first=[6.0, 7.0], second=[7.0, 7.0], baseline=[5.0, 5.0])
    assert (found.mean, found.pairs) == (1.5, 2)


# Comparison


def test_effects_are_paired_by_seed(invented):
    table = compare([TRAINING, ACCESS], BASELINE, seeds=3, work=invented_run).effects
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert list(table["scenario"]) == ["training"] * 3 + ["access"] * 3
    share = table.iloc[0]
    assert list(share.iloc[1:5]) == ["market_share", "local", "share", "higher"]
    # Differences 0.011, 0.012, 0.013; variance 0.01² without, 0.011² with, 0.001² between; t(2) = 4.30
    assert share["baseline"] == pytest.approx(0.22)
    assert share["value"] == pytest.approx(0.232)
    assert share["difference"] == pytest.approx(0.012)
    assert share["high"] - share["difference"] == pytest.approx(4.302652729911 * 0.001 / math.sqrt(3))
    assert share["pairs"] == 3
    assert share["variance_ratio"] == pytest.approx(1.0 + 121.0 * 1.0 + 99.0)
    spending = table.iloc[2]
    assert list(spending[["difference", "low", "high"]]) == [80.0, 80.0, 80.0]
    assert math.isnan(spending["variance_ratio"])


def test_one_worker_and_two_give_the_same_bytes(invented):
    tables = [
        compare([TRAINING, BOTH], BASELINE, seeds=20, workers=workers, work=invented_run).effects.to_csv()
        for workers in (1, 2)
    ]
    assert tables[0] == tables[1]


def test_a_comparison_keeps_every_seed(invented):
    found = compare([TRAINING, ACCESS, BOTH], BASELINE, seeds=4, work=invented_run)
    frame = found.by_seed
    assert list(frame.columns) == ["scenario", "seed", "column", "value"]
    assert len(frame) == 4 * 4 * 3
    one = frame[(frame["scenario"] == "access") & (frame["seed"] == 2) & (frame["column"] == "market_share_local")]
    assert one["value"].item() == found.values("access", "market_share_local")[1] == pytest.approx(0.242)
    together = found.interaction("both", "training", "access", "market_share_local")
    assert together.mean == pytest.approx(0.05 - 0.03 - 0.0025)
    assert found.effect("both", "spending_jt").mean == 80.0
    text = effects_table(found)
    assert text.count("market_share_local") == 3
    assert "absent" not in text


def test_a_scenario_may_be_compared_with_itself(invented):
    table = compare([BASELINE], BASELINE, seeds=2, work=invented_run).effects
    assert set(table["difference"]) == {0.0}


@pytest.mark.parametrize(
    "scenarios", [[TRAINING, ACCESS, TRAINING], [TRAINING, Named("training", "1")], [Named("baseline", "1")]]
)
def test_two_scenarios_of_one_name_are_refused(scenarios):
    with pytest.raises(UserError, match=r"Two scenarios are named (training|baseline)\."):
        compare(scenarios, BASELINE, work=invented_run)


@pytest.mark.parametrize("ask", [partial(compare, [TRAINING], BASELINE), partial(bind, BASELINE, reliefs=RELIEFS)])
def test_one_seed_gives_no_interval(ask):
    with pytest.raises(UserError, match="Seeds: 1 is too few"):
        ask(seeds=1, work=invented_run)


# What binds


def test_each_constraint_is_eased_alone_and_paired():
    binding = bind(BASELINE, seeds=3, reliefs=RELIEFS, work=invented_run)
    table = binding.table
    assert tuple(table.columns) == BIND_COLUMNS
    assert list(table["constraint"]) == ["steel", "cash"]
    assert list(table["unit"]) == ["t", "jt"]
    # Steel: 30.5, 31, 31.5 more; 60 t eased at 15 jt a month
    assert table["difference"][0] == pytest.approx(31.0)
    assert table["high"][0] == pytest.approx(31.0 + 4.302652729911 * 0.5 / math.sqrt(3))
    assert table["per_rp_1bn"][0] == pytest.approx(31.0 / 15.0 * 1000.0)
    assert math.isnan(table["per_rp_1bn"][1])
    assert binding.details["steel"]["per_unit_jt_month"] == pytest.approx(31.0 / 60.0)
    assert binding.details["cash"]["per_unit_jt_month"] is None
    assert binding.value_added.mean == 200.0
    assert "steel" in binding_table(binding)


# On the screen


def test_numbers_are_short_for_a_person():
    assert [number(value) for value in (0.0, 0.123456, 999.94, 1000.0, -2e6, math.inf)] == [
        *("0", "0.1235", "999.9", "1,000", "-2,000,000", "inf"),
    ]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with progress_bar("Comparing", screen) as progress:
        progress(0, 0)
        progress(5, 10)
        progress(10, 10)
    text = screen.getvalue()
    assert "Comparing" in text
    assert "10/10" in text
    assert "runs/s" in text


def test_progress_is_plain_lines_elsewhere(monkeypatch, capsys):
    moments = iter([0.0, 1.0, 6.0, 12.0, 13.0, 14.0])
    monkeypatch.setattr("sim.study.screen.time.monotonic", lambda: next(moments))
    with progress_bar("Comparing", sys.stdout) as progress:
        progress(1, 40)
        progress(12, 40)
        progress(30, 0)
        progress(40, 40)
        progress(40, 40)
    assert capsys.readouterr().out.splitlines() == [
        "Comparing: 12 of 40 runs, 2 runs/s, about 14 s left",
        "Comparing: 30 runs, 2.5 runs/s",
        "Comparing: 40 of 40 runs done",
    ]
