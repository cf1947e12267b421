"""What commands offer to scripts and shells: --quiet, --json, completion; and words as wide as the screen."""

import json
import os
import pty
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from sim import Scenario
from sim.cli.completion import scenarios, settings
from sim.scenario import shipped_names
from tests.commands import call, kotabaja, names
from tests.test_cli_results import SMALL

QUICK = {"check": ["both"], "policies": [], "schema": [], "describe": []}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Work in a folder with one small scenario and nothing else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    return tmp_path


# Scripts


@pytest.mark.parametrize("name", QUICK)
def test_quiet_commands_say_nothing(capsys, name):
    assert call(capsys, name, *QUICK[name], "--quiet") == (0, "", "")


def test_a_quiet_command_still_says_what_is_wrong(capsys):
    code, out, err = call(capsys, "run", "nowhere", "--quiet")
    assert (code, out) == (2, "")
    assert err.startswith("nowhere: no such file")


def test_a_quiet_study_shows_no_progress_and_writes_all(capsys, elsewhere):
    assert call(capsys, "bind", "small.toml", "--seeds", 2, "-q", "--out", "here") == (0, "", "")
    assert names(elsewhere / "here") == ["bind.csv", "manifest.json"]


def test_json_holds_what_the_files_hold(capsys, elsewhere):
    code, out, _ = call(capsys, "bind", "small.toml", "--seeds", 2, "--json", "--out", "here")
    told = json.loads(out)
    assert (code, told["folder"], told["scenario"], told["pairs"]) == (0, "here", "small", 2)
    table = pd.read_csv("here/bind.csv")
    assert [one["constraint"] for one in told["constraints"]] == list(table["constraint"])
    assert [one["difference"] for one in told["constraints"]] == list(table["difference"])
    assert [one["per_rp_1bn"] is None for one in told["constraints"]] == list(table["per_rp_1bn"].isna())


def test_json_of_a_run_and_of_a_comparison(capsys, elsewhere):
    (elsewhere / "worn.toml").write_text('base = "small.toml"\nreason = "A test."\n[firms.wear]\nvalue = 0.02\n')
    told = json.loads(call(capsys, "run", "small.toml", "--json", "--out", "here")[1])
    table = pd.read_csv("here/indicators.csv")
    assert told["means"]["1-12"]["firms_local"] == pytest.approx(table["firms_local"][:12].mean(), rel=1e-12)
    words = ["--against", "small.toml", "--seeds", 2, "--json", "--out", "there"]
    told = json.loads(call(capsys, "compare", "worn.toml", *words)[1])
    assert (told["ranking"], told["seeds"]) == (["worn"], 2)
    effects = pd.read_csv("there/effects.csv")
    share = effects[(effects["indicator"] == "market_share") & (effects["origin"] == "local")]
    assert told["effects"][0]["indicator"] == "market_share_local"
    assert told["effects"][0]["difference"] == share["difference"].item()


def test_json_of_a_check_tells_the_problems_of_every_file(capsys, tmp_path):
    (tmp_path / "wrong.toml").write_text('base = "baseline.toml"\nreason = "A test."\n[firms.waer]\nvalue = 1\n')
    code, out, err = call(capsys, "check", "both", tmp_path / "wrong.toml", "--json")
    right, wrong = json.loads(out)
    assert code == 2
    assert (right["correct"], right["policies"]) == (True, ["training", "store_access"])
    assert not wrong["correct"]
    assert "firms.waer" in wrong["problems"][0]
    assert wrong["problems"] == err.splitlines()


def test_every_policy_is_in_the_json(capsys):
    rows = json.loads(call(capsys, "policies", "--json")[1])
    assert "training" in [row["name"] for row in rows]
    assert all(row["levers"] for row in rows)


# Words on a screen


@pytest.mark.parametrize("name", ["check", "policies", "describe"])
@pytest.mark.parametrize("wide", [80, 120])
def test_words_are_as_wide_as_the_screen(capsys, monkeypatch, name, wide):
    monkeypatch.setenv("COLUMNS", str(wide))
    code, out, _ = call(capsys, name, *QUICK[name])
    assert code == 0
    longest = max(map(len, out.splitlines()))
    assert longest <= max(wide, 88 if name == "check" else 0)


def test_the_help_fits_80_columns_and_no_command_is_cut_short(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = call(capsys, "--help")[1]
    assert max(map(len, out.splitlines())) <= 80
    assert out.count("...") == 1  # of the usage


def test_a_message_on_a_terminal_is_wrapped_between_words(tmp_path):
    name = "a scenario with a name.toml"
    (tmp_path / name).write_text('base = "baseline.toml"\nreason = "A test."\n[firms.wear]\nvalue = 9\n')
    ours, theirs = pty.openpty()
    options = {"capture_output": False, "stdout": subprocess.DEVNULL, "stderr": theirs, "cwd": tmp_path}
    environment = {**os.environ, "COLUMNS": "60"}
    done = kotabaja("check", name, **options, env=environment)
    os.close(theirs)
    said = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    assert done.returncode == 2
    assert said[0].startswith(f"{name}:4: firms.wear: ")
    assert len(said) > 1
    assert all(len(line) <= 60 and line.startswith("  ") for line in said[1:])
    assert "per month" in " ".join(line.strip() for line in said)


def test_a_group_without_a_command_shows_its_help(capsys):
    code, _, err = call(capsys, "new")
    assert code == 2
    assert [line.split()[0] for line in err.splitlines()[-2:]] == ["scenario", "policy"]


# Shells


def test_every_scenario_argument_is_completed(elsewhere):
    (elsewhere / "folder").mkdir()
    (elsewhere / "notes.txt").write_text("")
    assert list(scenarios("f")) == ["full_city", "folder/"]
    assert list(scenarios("s")) == ["small.toml"]
    assert set(scenarios("")) == {*shipped_names(), "small.toml", "folder/"}
    assert list(scenarios("nowhere/x")) == []


@pytest.mark.parametrize("name", ["run", "check", "bind", "validate", "compare", "app"])
def test_the_shell_is_offered_scenarios_where_a_scenario_stands(name):
    assert "no_outage" in complete("fish", f"kotabaja {name} no_o", _TYPER_COMPLETE_FISH_ACTION="get-args")


def test_what_can_be_set_is_completed_with_its_meaning():
    assert dict(settings("firms.wea")) == {
        "firms.wear=": f"{Scenario.load('baseline')['firms.wear']} per month: "
        + Scenario.load("baseline").parameters["firms.wear"].meaning
    }
    assert "policies.training.budget_jt_year=" in dict(settings("policies.training."))


def complete(shell, line, **environment):
    """Return what the command tells a shell that asks, in the shell's own way."""
    words = {"_KOTABAJA_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line} | environment
    done = kotabaja(env={**os.environ, **words})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_zsh_and_fish_are_offered_names_with_meanings():
    assert '"training_only"' in complete("zsh", "kotabaja run train")
    said = complete("fish", "kotabaja run both --set firms.we", _TYPER_COMPLETE_FISH_ACTION="get-args")
    assert said.startswith("firms.wear=\t")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_commands_options_and_scenarios(tmp_path):
    program = tmp_path / "kotabaja"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sim "$@"\n')
    program.chmod(0o755)
    script = """
        eval "$(kotabaja --show-completion bash)"
        for words in "kotabaja val" "kotabaja run full" "kotabaja run both --see"; do
            COMP_WORDS=($words); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kotabaja_completion kotabaja
            echo ${COMPREPLY[@]}
        done
    """
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["validate", "full_city", "--seed"], done.stderr
