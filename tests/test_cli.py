"""The command: its help, its messages, its exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import Scenario, __version__, exits
from sim.errors import AuditError, UserError
from sim.study.runs import RunError
from tests.commands import call, kotabaja

COMMANDS = ["run", "check", "describe", "compare", "bind", "brief", "verify"]
HEAVY = ["mesa", "numba", "pandas", "numpy", "scipy", "matplotlib", "pyarrow", "SALib", "networkx", "jinja2"]


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
    assert done.stderr == "The output: cannot be read or written: No space left on device\n"


def test_a_cache_that_cannot_be_kept_is_told_and_nothing_is_written_beside_the_source(tmp_path):
    (tmp_path / "file").write_text("")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "file")}
    for name in ("NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT"):
        environment.pop(name, None)
    before = sorted((Path(exits.__file__).parent / "__pycache__").glob("*.nb?"))
    done = kotabaja("run", "baseline", "--months", "1", env=environment, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    said = "the compiled rules cannot be kept here: Not a directory. Name another folder in the environment: XDG_CACHE"
    assert f": {said}" in done.stderr
    assert sorted((Path(exits.__file__).parent / "__pycache__").glob("*.nb?")) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["new", "scenario", "baseline"], "baseline.toml: would stand on itself"),
        (["new", "scenario", "town", "--out", "/dev/full"], "/dev/full: cannot be written"),
        (["describe", "--document", "x.md"], "--document goes with --odd"),
        (["describe", "--odd", "--document", "junk.md"], "junk.md: cannot be read (it is not text in UTF-8)"),
    ],
)
def test_a_start_or_a_document_that_cannot_be_is_refused(capsys, elsewhere, words, message):
    (elsewhere / "junk.md").write_bytes(bytes(range(256)))
    code, out, err = call(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert [path.name for path in elsewhere.iterdir()] == ["junk.md"]
