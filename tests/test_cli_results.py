"""The command: what it writes, as the contract names it."""

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

from sim import Scenario, __version__
from sim.core.compiled import code_fingerprint
from sim.study.compare import EFFECT_COLUMNS
from sim.study.pairs import PAIR_COLUMNS
from tests.commands import COMPILING, call, names
from tests.towns import levers, long_interpreted

SMALL = """
base = "baseline.toml"
reason = "A small town with a short life, for a test."
[town.scale]
value = 0.06
[time.warm_up_months]
value = 3
[time.observed_months]
value = 11
"""


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Work in a folder with three small scenarios and nothing else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    for name in ("training", "store_access"):
        chosen = {"from": "2023-06", "to": "2024-04", **levers(name)}
        lines = [f"{key} = {value!r}".replace("'", '"') for key, value in chosen.items()]
        words = ['base = "small.toml"', 'reason = "A test."', f"[[policies.{name}]]", *lines]
        (tmp_path / f"{name}.toml").write_text("\n".join(words))
    return tmp_path


def test_run_writes_all_that_the_contract_names(capsys, elsewhere):
    code, out, err = call(capsys, "run", "small.toml", "--seed", 3, "--months", 13, "--out", "here")
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
    assert list(table["month"]) == list(range(1, 14))
    assert list(table["warm_up"]) == [1] * 3 + [0] * 10
    with (here / "indicators.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(table.columns)
    assert head[0] == "month"
    assert [row[:2] for row in rows] == [[str(month), str(int(month <= 3))] for month in range(1, 14)]
    written = np.array([[float(word or "nan") for word in row] for row in rows])
    assert np.array_equal(written, table.to_numpy(dtype=float), equal_nan=True)  # to the last bit
    assert len(pd.read_parquet(here / "firms.parquet")) > 0
    manifest = json.loads((here / "manifest.json").read_text())
    assert manifest["scenario"] == "small"
    assert manifest["scenario_fingerprint"] == Scenario.load("small.toml").fingerprint
    assert (manifest["seed"], manifest["months"]) == (3, 13)
    assert manifest["code_fingerprint"] == code_fingerprint()
    assert manifest["versions"]["kotabaja"] == __version__
    lines = out.splitlines()
    assert lines[0] == "Scenario small, seed 3, 13 months"
    assert lines[1].split() == ["mean", "of", "months", "1-12", "2-13", "4-13"]
    assert lines[2].startswith("market_share_local ")
    assert lines[-1] == "Written to here"


def test_run_is_the_same_twice_and_another_with_another_seed(capsys, elsewhere):
    for place, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert call(capsys, "run", "small.toml", "--seed", seed, "--out", place)[0] == 0
    files = names(elsewhere / "a")
    same = [(elsewhere / "a" / one).read_bytes() == (elsewhere / "b" / one).read_bytes() for one in files]
    assert same == [True] * 4
    assert (elsewhere / "a" / "indicators.csv").read_bytes() != (elsewhere / "c" / "indicators.csv").read_bytes()


def test_results_have_a_folder_of_their_own(capsys, elsewhere):
    for words in ([], ["--seed", "2"], ["--set", "time.observed_months=2"]):
        assert call(capsys, "run", "small.toml", "--months", 2, *words)[0] == 0
    folders = list((elsewhere / "results" / "small").iterdir())
    assert len(folders) == 3
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in folders]
    assert sorted(str(manifest["changed"]) for manifest in manifests) == [
        "{'time.observed_months': 2}",
        "{}",
        "{}",
    ]


@long_interpreted
def test_compare_is_the_same_with_one_worker_and_two(capsys, elsewhere):
    for workers in (1, 2):
        words = ["--against", "small.toml", "--seeds", 3, "--workers", workers, "--out", f"with_{workers}"]
        code, out, _ = call(capsys, "compare", "training.toml", "store_access.toml", *words)
        assert code == 0
        head, *ranked = out.splitlines()[1:4]
        assert head.split()[:3] == ["scenario", "local", "share,"]
        assert {line.split()[0] for line in ranked} == {"training", "store_access"}
        assert "market_share_local" in out
    files = ["additionality.csv", "chances.csv", "displacement.csv", "effects.csv", "manifest.json"]
    files += ["simultaneous.csv", "spending.csv", "who.csv"]
    assert names(elsewhere / "with_1") == files
    for name in files:
        assert (elsewhere / "with_1" / name).read_bytes() == (elsewhere / "with_2" / name).read_bytes()
        assert name == "manifest.json" or len(pd.read_csv(elsewhere / "with_1" / name)) > 0
    table = pd.read_csv(elsewhere / "with_1" / "effects.csv")
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert list(dict.fromkeys(table["scenario"])) == ["training", "store_access"]
    assert set(table["better"]) <= {"higher", "lower", "none"}
    share = table[(table["indicator"] == "market_share") & (table["origin"] == "local")]
    assert len(share) == 2
    assert list(share["pairs"]) == [3, 3]
    manifest = json.loads((elsewhere / "with_1" / "manifest.json").read_text())
    assert list(manifest["scenarios"]) == ["training", "store_access"]


@long_interpreted
def test_pairs_are_the_same_with_one_worker_and_two(capsys, elsewhere):
    for workers in (1, 2):
        words = ["--pairs", "--against", "small.toml", "--seeds", 2, "--workers", workers, "--out", f"with_{workers}"]
        code, out, _ = call(capsys, "compare", "training.toml", "store_access.toml", *words)
        assert code == 0
        assert ["together", "with", "alone", "training", "store_access"] in [line.split() for line in out.splitlines()]
    files = ["effects.csv", "manifest.json", "pairs.csv"]
    assert names(elsewhere / "with_1") == files
    for name in files:
        assert (elsewhere / "with_1" / name).read_bytes() == (elsewhere / "with_2" / name).read_bytes()
    table = pd.read_csv(elsewhere / "with_1" / "pairs.csv")
    assert tuple(table.columns) == PAIR_COLUMNS
    assert set(zip(table["first"], table["second"], strict=True)) == {("training", "store_access")}
    sums = table["both"] - table["first_alone"] - table["second_alone"]
    assert np.allclose(table["interaction"], sums)


def test_compare_sets_effects_beside_what_experiments_found(capsys, elsewhere):
    words = ["--evidence", "--against", "small.toml", "--seeds", 2, "--out", "here"]
    code, out, _ = call(capsys, "compare", "[ts]*o*.toml", *words)
    assert code == 0
    assert "Beside what experiments found, never a target" in out
    assert set(pd.read_csv(elsewhere / "here" / "evidence.csv")["policy"]) == {"store_access"}


def test_pairs_and_evidence_are_asked_one_after_the_other(capsys):
    code, out, err = call(capsys, "compare", "--pairs", "--evidence")
    assert (code, out) == (2, "")
    mistake, hint = err.splitlines()
    assert mistake == "--pairs, --evidence and --ensemble are questions of their own. Ask one after the other."
    assert hint == "See kotabaja compare --help"


@long_interpreted
def test_compare_runs_until_effects_are_precise(capsys, elsewhere):
    words = ["--against", "small.toml", "--precision", 0.1, "--floor", 1.0, "--workers", 1, "--out", "here"]
    code, out, _ = call(capsys, "compare", "training.toml", *words)
    assert code == 0
    assert "within the floor of 1" in out or "within 10 % of the effect" in out
    assert "Surely on one side of zero, all together" in out
    effects = pd.read_csv(elsewhere / "here" / "effects.csv")
    assert set(effects.loc[effects["indicator"] == "market_share", "pairs"]) == {12}
    manifest = json.loads((elsewhere / "here" / "manifest.json").read_text())
    assert (manifest["seeds"], manifest["precision"]["most"], manifest["precision"]["fewest"]) == (12, 200, 10)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--floor", 0.1], "--floor and --precision-of go with --precision. Add --precision 0.1, say."),
        (
            ["--precision", 0.1, "--pairs"],
            "--precision goes with neither --pairs nor --ensemble. Ask for a number of --seeds.",
        ),
        (
            ["--precision", 0.1, "--seeds", 5],
            "Precision: 10 to 5 pairs must be a range from 10 up: fewer stop by luck.",
        ),
        (
            ["--precision", 0.1, "--precision-of", "job_local_fte"],
            '--precision-of: job_local_fte is no column of scenario both. Did you mean "jobs_local_fte"? indicators.csv'
            " of any run has them all.",
        ),
    ],
)
def test_a_precision_that_cannot_be_is_refused_before_the_first_run(capsys, words, message):
    code, out, err = call(capsys, "compare", "both", *words)
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_compare_refuses_one_name_twice(capsys):
    code, out, err = call(capsys, "compare", "both", "training_only", "both")
    assert (code, out) == (2, "")
    assert err.startswith("Two scenarios are named both")


def test_bind_writes_one_row_a_constraint(capsys, elsewhere):
    code, out, _ = call(capsys, "bind", "small.toml", "--seeds", 2, "--out", "here")
    assert code == 0
    table = pd.read_csv(elsewhere / "here" / "bind.csv")
    assert list(table.columns) == ["constraint", "unit", "difference", "low", "high", "per_rp_1bn"]
    assert set(table["constraint"]) >= {"steel", "cash"}
    manifest = json.loads((elsewhere / "here" / "manifest.json").read_text())
    assert list(manifest["reliefs"]) == list(table["constraint"])
    assert "per Rp 1 bn" in out


def test_brief_hands_its_plan_to_the_page_and_says_why_there_is_no_pdf(capsys, monkeypatch, elsewhere):
    asked = {}

    def make_brief(plan, out, **options):
        options["progress"](1, 1)
        asked.update(options, plan=plan, out=out)
        return out / "brief.html", "No PDF: Pango is missing."

    monkeypatch.setattr("sim.report.brief.make_brief", make_brief)
    code, out, err = call(capsys, "brief", "--seeds", 4, "--workers", 1, "--lang", "id")
    assert (code, out) == (0, f"{Path('results/brief_id/brief.html')}\n")
    assert err.endswith("Briefing: 1 of 1 runs done\nNo PDF: Pango is missing.\n")
    names = [one.name for one in asked["plan"].worlds]
    assert names[:4] == ["baseline", "training_only", "access_only", "both"]
    assert len(names) == 17
    assert (asked["plan"].seeds, asked["workers"], asked["language"]) == (4, 1, "id")
    assert (elsewhere / "results" / "brief_id").is_dir()


def test_verify_ends_with_1_and_names_what_was_changed(capsys, monkeypatch, elsewhere):
    from sim.report.verify import Check

    found = [Check((), 3, 2, ("A note.",)), Check(("effects.csv: was changed",), 3, 2)]
    monkeypatch.setattr("sim.report.verify.verify", lambda *_, **__: found.pop(0))
    code, out, _ = call(capsys, "verify", "here")
    assert (code, out.splitlines()[0]) == (0, "A note.")
    assert "as it was made. 3 files, all numbers of the page, and 2 runs were checked." in out
    code, _, err = call(capsys, "verify", "here", "--all")
    assert code == 1
    assert "effects.csv: was changed\nhere: NOT as it was made: 1 problem" in err


def test_a_cold_compile_is_announced(capsys, monkeypatch, elsewhere):
    monkeypatch.setattr("sim.core.compiled.cold", lambda: True)
    code, _, err = call(capsys, "run", "small.toml", "--months", 2)
    assert code == 0
    assert err == COMPILING


def hear_ctrl_c():
    """Let a command hear Ctrl-C even where the tests run in the background, and so were started deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_in_a_comparison_leaves_nothing_behind(elsewhere):
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = ["compare", "both", "--seeds", "5000", "--workers", "2", "--out", "here"]
    command = subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_ctrl_c,
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
