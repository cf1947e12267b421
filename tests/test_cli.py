"""The command: its contract, its messages, its exit codes."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import Scenario, __version__, cli
from sim.core.compiled import code_fingerprint
from sim.errors import AuditError, UserError
from sim.study.compare import EFFECT_COLUMNS
from sim.study.runs import RunError

COMMANDS = ["run", "check", "describe", "compare", "bind", "brief"]
COMPILING = "Compiling the rules for this machine (about a minute, only after a change) ...\n"
HEAVY = ["mesa", "numba", "pandas", "numpy", "scipy", "matplotlib", "pyarrow", "SALib", "networkx", "jinja2"]


def kotabaja(*words, **options):
    """Run the command as a user does."""
    command = [sys.executable, "-m", "sim", *map(str, words)]
    options = {"capture_output": True, "text": True} | options
    return subprocess.run(command, check=False, **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def call(capsys, *words):
    """Run the command in this process; return exit code, output and errors."""
    code = cli.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Help and usage


def test_help_comes_at_once_and_imports_nothing_heavy():
    code = (
        "import sys, time; begun = time.perf_counter()\n"
        "from sim.cli import main\n"
        "assert main(['--help']) == 0\n"
        f"print(time.perf_counter() - begun, [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *text, last = done.stdout.splitlines()
    assert all(any(line.strip().startswith(name) for line in text) for name in COMMANDS)
    seconds, heavy = last.split(" ", 1)
    assert float(seconds) < 0.5
    assert heavy == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys, command):
    code, out, err = call(capsys, command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: kotabaja {command}")


def test_no_command_shows_the_help(capsys):
    code, out, err = call(capsys)
    assert code in (0, 2)
    assert "compare" in out + err


def test_the_version_is_told(capsys):
    assert call(capsys, "--version") == (0, f"kotabaja {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["fly"], ["No such command", "fly"]),
        (["run"], ["Missing argument", "SCENARIO"]),
        (["compare"], ["Missing argument", "SCENARIO"]),
        (["run", "baseline", "--sed", "1"], ["No such option", "--sed"]),
        (["run", "baseline", "--seed", "0"], ["--seed", "1"]),
        (["run", "baseline", "--seed", "x"], ["--seed", "integer"]),
        (["run", "baseline", "--months", "0"], ["--months", "1"]),
        (["run", "baseline", "--months", "1201"], ["--months", "1200"]),
        (["compare", "both", "--seeds", "1"], ["--seeds", "2"]),
        (["compare", "both", "--workers", "65"], ["--workers", "64"]),
        (["bind", "--workers", "0"], ["--workers", "1"]),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_and_a_hint(capsys, words, parts):
    code, out, err = call(capsys, *words)
    assert (code, out) == (2, "")
    mistake, hint = err.splitlines()
    assert all(part in mistake for part in parts)
    assert hint.startswith("See kotabaja")
    assert hint.endswith("--help")


# Errors


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (UserError("a [bold]file[/bold].toml:9: room.name: wrong " + "x" * 200), 2, "{}\n"),
        (AuditError("2 t lost."), 1, "{}\nThis is a fault of the model, not of the scenario: report it.\n"),
        (RunError("Task 5: ValueError: no", "Traceback of the worker\n"), 1, "Traceback of the worker\n{}\n"),
    ],
)
def test_errors_are_said_in_plain_words(capsys, monkeypatch, error, code, text):
    def fail(_path):
        raise error

    monkeypatch.setattr(Scenario, "load", fail)
    assert call(capsys, "run", "baseline") == (code, "", text.format(error))


def test_ctrl_c_is_130(capsys, monkeypatch):
    def interrupt(_path):
        raise KeyboardInterrupt

    monkeypatch.setattr(Scenario, "load", interrupt)
    code, out, err = call(capsys, "run", "baseline")
    assert (code, out) == (130, "")
    assert err.startswith("Stopped.")


def test_check_reads_every_file_and_reports_every_fault(capsys, tmp_path):
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "broken.toml").write_text("[firms\n")
    code, out, err = call(capsys, "check", "baseline", tmp_path / "empty.toml", "both", tmp_path / "broken.toml")
    assert code == 2
    assert [line.split(":")[0] for line in out.splitlines()] == ["baseline", "both"]
    assert f"{tmp_path}/empty.toml" in err
    assert f"{tmp_path}/broken.toml:1" in err
    assert "Traceback" not in err


def test_check_is_content_with_what_is_shipped(capsys):
    code, out, err = call(capsys, "check", "baseline", "training_only", "access_only", "both")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 4
    assert "training" in out.splitlines()[1]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("firms.cover_months", "write KEY=VALUE"),
        ("no_room.nothing=1", "baseline (changed): no_room"),
        ("time.observed_months=-1", "baseline (changed): time.observed_months"),
        ("time.observed_months=nan", "baseline (changed): time.observed_months"),
        ("policies.flying.height=1", "baseline (changed): policies.flying"),
    ],
)
def test_set_is_checked_like_the_file(capsys, setting, message):
    code, out, err = call(capsys, "run", "baseline", "--set", setting)
    assert (code, out) == (2, "")
    assert message in err


def test_an_output_that_cannot_be_written_is_told_before_the_run(capsys, monkeypatch, elsewhere):
    monkeypatch.setattr("sim.model.MetalSupplyChain", None)  # a run would fail
    (elsewhere / "taken").write_text("a file")
    for words in (["run", "baseline"], ["compare", "both"], ["bind"], ["brief"]):
        code, out, err = call(capsys, *words, "--out", "taken")
        assert (code, out) == (2, "")
        assert err.startswith("taken: cannot be written: Not a directory.")


def test_a_pipe_that_closes_ends_the_command_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    done = kotabaja("describe", capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_output_without_space_is_told():
    with Path("/dev/full").open("w") as full:
        done = kotabaja("check", "baseline", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == "The output cannot be written: No space left on device\n"


# Results


def test_run_writes_all_that_the_contract_names(capsys, elsewhere):
    code, out, err = call(capsys, "run", "baseline", "--seed", 3, "--months", 70, "--out", "here")
    assert code == 0
    assert err in ("", COMPILING)
    here = elsewhere / "here"
    assert names(here) == [
        "firms.parquet",
        "indicators.csv",
        "indicators.parquet",
        "manifest.json",
    ]
    table = pd.read_parquet(here / "indicators.parquet")
    assert list(table["month"]) == list(range(1, 71))
    assert list(table["warm_up"]) == [1] * 60 + [0] * 10
    with (here / "indicators.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(table.columns)
    assert head[0] == "month"
    assert [row[:2] for row in rows] == [[str(month), str(int(month <= 60))] for month in range(1, 71)]
    written = np.array([[float(word or "nan") for word in row] for row in rows])
    assert np.array_equal(written, table.to_numpy(dtype=float), equal_nan=True)  # to the last bit
    assert len(pd.read_parquet(here / "firms.parquet")) > 0
    manifest = json.loads((here / "manifest.json").read_text())
    assert manifest["scenario"] == "baseline"
    assert manifest["scenario_fingerprint"] == Scenario.load("baseline").fingerprint
    assert (manifest["seed"], manifest["months"]) == (3, 70)
    assert manifest["code_fingerprint"] == code_fingerprint()
    assert manifest["versions"]["kotabaja"] == __version__
    lines = out.splitlines()
    assert lines[0] == "Scenario baseline, seed 3, 70 months"
    assert lines[1].split() == ["mean", "of", "months", "1-12", "59-70", "61-70"]
    assert lines[2].startswith("market_share_local ")
    assert lines[-1] == "Written to here"


def test_run_is_the_same_twice_and_another_with_another_seed(capsys, elsewhere):
    for place, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert call(capsys, "run", "baseline", "--months", 14, "--seed", seed, "--out", place)[0] == 0
    files = names(elsewhere / "a")
    same = [(elsewhere / "a" / one).read_bytes() == (elsewhere / "b" / one).read_bytes() for one in files]
    assert same == [True] * 4
    assert (elsewhere / "a" / "indicators.csv").read_bytes() != (elsewhere / "c" / "indicators.csv").read_bytes()


def test_results_have_a_folder_of_their_own(capsys, elsewhere):
    for words in ([], ["--seed", "2"], ["--set", "time.observed_months=2"]):
        assert call(capsys, "run", "baseline", "--months", 2, *words)[0] == 0
    folders = list((elsewhere / "results" / "baseline").iterdir())
    assert len(folders) == 3
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in folders]
    assert sorted(str(manifest["changed"]) for manifest in manifests) == [
        "{'time.observed_months': 2}",
        "{}",
        "{}",
    ]


def test_compare_is_the_same_with_one_worker_and_two(capsys, elsewhere):
    for workers in (1, 2):
        words = ["training_only", "both", "--seeds", 3, "--workers", workers, "--out", f"with_{workers}"]
        code, out, _ = call(capsys, "compare", *words)
        assert code == 0
        assert "market_share_local" in out
    for name in ("effects.csv", "manifest.json"):
        assert (elsewhere / "with_1" / name).read_bytes() == (elsewhere / "with_2" / name).read_bytes()
    table = pd.read_csv(elsewhere / "with_1" / "effects.csv")
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert list(dict.fromkeys(table["scenario"])) == ["training_only", "both"]
    assert set(table["better"]) <= {"higher", "lower", "none"}
    share = table[(table["indicator"] == "market_share") & (table["origin"] == "local")]
    assert len(share) == 2
    assert list(share["pairs"]) == [3, 3]
    manifest = json.loads((elsewhere / "with_1" / "manifest.json").read_text())
    assert list(manifest["scenarios"]) == ["training_only", "both"]


def test_compare_refuses_one_name_twice(capsys):
    code, out, err = call(capsys, "compare", "both", "training_only", "both")
    assert (code, out) == (2, "")
    assert err.startswith("Two scenarios are named both")


def test_bind_writes_one_row_a_constraint(capsys, elsewhere):
    code, out, _ = call(capsys, "bind", "--seeds", 2, "--out", "here")
    assert code == 0
    table = pd.read_csv(elsewhere / "here" / "bind.csv")
    assert list(table.columns) == ["constraint", "unit", "difference", "low", "high", "per_rp_1bn"]
    assert set(table["constraint"]) >= {"steel", "cash"}
    manifest = json.loads((elsewhere / "here" / "manifest.json").read_text())
    assert list(manifest["reliefs"]) == list(table["constraint"])
    assert "per Rp 1 bn" in out


def test_brief_hands_the_four_scenarios_to_the_page(capsys, monkeypatch, elsewhere):
    asked = {}

    def make_brief(scenarios, out, **options):
        options["progress"](1, 1)
        asked.update(options, names=[one.name for one in scenarios], out=out)
        return out / "brief.html"

    monkeypatch.setattr("sim.report.brief.make_brief", make_brief)
    code, out, err = call(capsys, "brief", "--seeds", 4, "--workers", 1)
    assert (code, out) == (0, f"{Path('results/brief/brief.html')}\n")
    assert err.endswith("Briefing: 1 of 1 runs done\n")
    assert asked["names"] == ["baseline", "training_only", "access_only", "both"]
    assert (asked["seeds"], asked["workers"]) == (4, 1)
    assert (elsewhere / "results" / "brief").is_dir()


def test_a_cold_compile_is_announced(capsys, monkeypatch, elsewhere):
    monkeypatch.setattr("sim.core.compiled.cold", lambda: True)
    code, _, err = call(capsys, "run", "baseline", "--months", 2)
    assert code == 0
    assert err == COMPILING


def test_ctrl_c_in_a_comparison_leaves_nothing_behind(elsewhere):
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = ["compare", "both", "--seeds", "5000", "--workers", "2", "--out", "here"]
    command = subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=surroundings,
    )
    end = time.monotonic() + 60
    while not (elsewhere / "here").exists() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(command.pid, signal.SIGINT)
    out, err = command.communicate(timeout=30)
    assert command.returncode == 130
    assert out == ""
    assert err.splitlines()[-1].startswith("Stopped.")
    assert "Traceback" not in err
    assert names(elsewhere / "here") == []
