"""Sweeps: what is kept of every run, and what the command says."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest

from sim.core.compiled import code_fingerprint
from sim.indicators import catalogue
from sim.study.simulate import simulate
from sim.study.standing import standing
from sim.study.sweep import sweep
from tests.commands import COMPILING, call
from tests.sweeps import COLUMNS, COSTS, everything_of, invented, left_in, runs_of, sweep_in_threads, tiny, troubled
from tests.towns import long_interpreted


@pytest.fixture
def said():
    return []


@pytest.fixture
def invent(said):
    """Return a sweep of invented runs that starts no process."""
    return partial(sweep_in_threads, work=invented, columns=COLUMNS, say=said.append)


@pytest.fixture(scope="module")
def bad_sweep(tmp_path_factory):
    """A sweep in which runs fail and one kills its worker: its design, its folder, how many failed."""
    place = tmp_path_factory.mktemp("bad")
    design = tiny(place)
    return design, place / "out", sweep(design, place / "out", workers=2, work=troubled, columns=COLUMNS)


# What is kept


def test_a_sweep_keeps_every_run_with_its_labels_inputs_means_and_costs(tmp_path):
    design = tiny(tmp_path, seeds=2)
    assert sweep(design, tmp_path / "out", workers=1) == 0
    runs = everything_of(tmp_path / "out")
    indicators = [entry.column for entry in catalogue(design.scenarios[0])]
    inputs = ["firms.wear", "firms.insolvency_months"]
    labels = ["key", "scenario", "row", "seed", "status", "error"]
    assert list(runs.columns) == [*labels, *inputs, *indicators, *COSTS]
    assert sorted(zip(runs["row"], runs["seed"], strict=True)) == [(row, seed) for row in range(4) for seed in (1, 2)]
    assert sorted(runs["key"]) == sorted(run.key for run in design.runs())
    assert set(runs["status"]) == {"ok"}
    assert runs["error"].isna().all()
    run = next(design.runs())
    kept = runs[runs["key"] == run.key].iloc[0]
    assert kept[["firms.wear", "firms.insolvency_months"]].tolist() == [0.006, 4.0]
    means = simulate(run).means
    assert kept[indicators].to_numpy(dtype=float).tobytes() == means.tobytes()  # to the last bit
    assert (runs["cpu_s"] > 0).all()
    assert (runs["wall_s"] >= runs["cpu_s"] * 0.5).all()
    assert runs["host"].str.len().min() > 0
    made = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert made["design_fingerprint"] == design.fingerprint
    assert made["code_fingerprint"] == code_fingerprint()
    assert made["versions"]["numpy"] == np.__version__
    assert left_in(tmp_path / "out") == []


@long_interpreted
def test_one_worker_and_two_keep_the_same(tmp_path):
    design = tiny(tmp_path, seeds=4)
    for workers in (1, 2):
        sweep(design, tmp_path / f"with_{workers}", workers=workers)
    one, two = (runs_of(tmp_path / f"with_{workers}") for workers in (1, 2))
    assert one.to_csv() == two.to_csv()
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_runs_that_fail_are_kept_with_their_error_and_stop_nothing(bad_sweep):
    _, out, failed = bad_sweep
    runs = everything_of(out).set_index(["row", "seed"]).sort_index()
    assert failed == 5
    assert len(runs) == 12
    bad = runs[runs["status"] != "ok"]
    assert bad["status"].to_dict() == {
        (0, 2): "error",
        (1, 2): "error",
        (1, 3): "crashed",
        (2, 2): "error",
        (3, 2): "error",
    }
    assert bad.loc[(3, 2), "error"] == "ZeroDivisionError: nothing to divide in row 3"
    assert bad.loc[(1, 3), "error"].startswith("this run ended its worker process 3 times while it ran alone.")
    assert bad["demand_t"].isna().all()
    assert runs.loc[(2, 3), "demand_t"] == 203.0
    assert np.isnan(runs.loc[(2, 1), "fill_local"])


def test_failed_runs_are_tried_again_by_the_next_call(tmp_path, bad_sweep, invent, said):
    design, bad, _ = bad_sweep
    copytree(bad, tmp_path / "out")
    assert invent(design, tmp_path / "out") == 0
    assert said == ["7 of 12 runs stand already."]
    invent(design, tmp_path / "undisturbed")
    assert runs_of(tmp_path / "out").to_csv() == runs_of(tmp_path / "undisturbed").to_csv()


# The command


def test_the_command_sweeps_says_how_it_stands_and_continues(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny(tmp_path, seeds=2)
    words = ["sweep", "tiny.toml", "--workers", 2]
    code, out, err = call(capsys, *words)
    assert code == 0
    assert err.endswith("Sweeping: 8 of 8 runs done\n")
    first, *_, last = out.splitlines()
    assert first == "Design tiny (grid): 4 rows x 1 scenarios x 2 seeds = 8 runs"
    assert last == f"Written to {Path('results/sweep/tiny')}"
    assert "8 runs: 8 done, 0 failed, 0 left" in out
    assert "market_share_local" in out
    code, out, _ = call(capsys, *words)
    assert "8 of 8 runs stand already." in out
    code, again, err = call(capsys, "sweep", "results/sweep/tiny", "--status")
    assert (code, err) == (0, "")
    assert again.splitlines()[0] == "Design tiny: grid, 4 rows, seeds 2, scenarios baseline"


def test_the_status_names_errors_and_how_to_see_one(bad_sweep):
    text = standing(bad_sweep[1])
    assert "12 runs: 7 done, 5 failed, 0 left" in text
    command = (
        "for example row 1: kotabaja run baseline --seed 3 --set town.scale=0.06 --set time.warm_up_months=3 "
        "--set time.observed_months=4 --set firms.wear=0.006 --set firms.insolvency_months=6.0"
    )
    assert command in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing", "--status"], "nothing: holds no sweep. Start one: kotabaja sweep DESIGN --out nothing\n"),
        (
            ["00_small", "--workers", "2", "--cluster", "tcp://127.0.0.1:1"],
            "--workers and --cluster do not go together",
        ),
        (["00_small", "--cluster", "here"], "--cluster here: no dask scheduler answers there (an address is written"),
        (["00_small", "--cluster", "tcp://127.0.0.1:1"], "--cluster tcp://127.0.0.1:1: no dask scheduler answers"),
        (["nosuch"], "nosuch: no such file."),
    ],
)
def test_mistakes_are_told(capsys, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.study.cluster.CONNECT_SECONDS", 0.1)
    code, _, err = call(capsys, "sweep", *words)
    assert code == 2
    assert err.replace(COMPILING, "").startswith(told)


def test_without_dask_the_way_to_it_is_told(tmp_path):
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "from sim.cli import main\nsys.exit(main(['sweep', '00_small', '--cluster', 'tcp://127.0.0.1:1']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'kotabaja[cluster]'" in done.stderr
