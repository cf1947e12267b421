"""What ``kotabaja new`` and ``kotabaja schema`` write works as it stands."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from sim import Scenario, cli
from sim.errors import UserError
from sim.scenario import check, shipped, shipped_names
from sim.schema import schema
from sim.starters import new_policy, new_scenario
from tests.towns import ROOT


def test_a_new_scenario_is_correct_and_so_is_what_its_comments_offer(tmp_path):
    path = new_scenario("my_town", "baseline.toml", tmp_path)
    assert check(path) == []
    lines = path.read_text(encoding="utf-8").splitlines()
    offered = [re.sub(r"^# (?=\[|[a-z_]+ =)", "", line) for line in lines]
    assert offered != lines
    path.write_text("\n".join(offered), encoding="utf-8")
    assert check(path) == []
    assert Scenario.load(path).policies == ("training",)


def test_a_name_that_is_none_and_a_file_that_is_there_are_refused(tmp_path):
    with pytest.raises(UserError, match="is no name"):
        new_scenario("My Town", "baseline.toml", tmp_path)
    new_scenario("town", "baseline.toml", tmp_path)
    with pytest.raises(UserError, match="is there already"):
        new_scenario("town", "baseline.toml", tmp_path)
    with pytest.raises(UserError, match="is no checkout"):
        new_policy("grant", tmp_path)


def test_a_new_policy_runs_in_a_copy_of_the_program(tmp_path):
    for part in ("sim", "scenarios"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    written = new_policy("soft_loan", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "sim/policies/soft_loan.py",
        "scenarios/policies/soft_loan.toml",
        "scenarios/baseline.toml",
    ]
    small = ["--set", "town.scale=0.06", "--set", "time.warm_up_months=0", "--months", "3"]
    command = [sys.executable, "-m", "sim", "run", "policies/soft_loan", *small, "--out", "results/new"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    table = (tmp_path / "results" / "new" / "indicators.csv").read_text(encoding="utf-8")
    assert "spending_soft_loan_jt" in table
    with pytest.raises(UserError, match="already"):
        new_policy("soft_loan", tmp_path)


def test_the_schema_accepts_every_shipped_scenario_and_refuses_a_misspelt_key():
    validator = jsonschema.Draft202012Validator(schema())
    jsonschema.Draft202012Validator.check_schema(schema())
    for name in shipped_names():
        path = shipped(name)
        if "sweeps" not in Path(name).parts:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            assert [error.message for error in validator.iter_errors(tables)] == [], name
    wrong = {"base": "baseline.toml", "reason": "a test", "firms": {"waer": {"value": 1}}}
    assert len(list(validator.iter_errors(wrong))) == 1
    assert "is not of type" in next(validator.iter_errors({"reason": 1})).message


def test_the_command_prints_the_schema(capsys):
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Kotabaja scenario"
    assert len(schema()["properties"]) > len(Scenario.load("baseline").parameters) / 100
