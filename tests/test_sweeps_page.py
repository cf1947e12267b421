"""The page on sweeps: every key of a design stands there, and what it shows runs as it stands."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sim.study.design_file import KEYS, METHODS
from sim.study.design_inputs import SPREADS, WORDS
from tests.commands import call
from tests.sweeps import runs_of

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
SURROUNDINGS = os.environ | {"PYTHONPATH": str(ROOT)}
MORRIS = """
reason = "A test."
method = "morris"
scenarios = ["baseline", "access_only"]
points = 4
replications = 2
[fixed]
town.scale = 0.06
time = { warm_up_months = 3, observed_months = 4 }
[inputs.firms.wear]
[inputs.buyer_stores.slots]
"""


def rows_of(head):
    """Return the cells of the page's table whose first column has a heading."""
    lines = PAGE.split(f"| {head} |", 1)[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def coded(text):
    """Return the names that are set as code."""
    return re.findall(r"`([a-z_]+)`", text)


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Work in a folder with the page's own design and nothing else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(blocks("toml")[0])
    return tmp_path


def test_every_method_and_every_key_of_a_design_stands_on_the_page():
    assert sorted(coded(row[0])[0] for row in rows_of("`method`")) == sorted(METHODS)
    page = {}
    for name, of, _ in rows_of("key | of"):
        named = tuple(coded(of))
        known = METHODS if of == "all" else tuple(one for one in METHODS if one not in named)
        page[coded(name)[0]] = known if of.startswith("all") else named  # "all", "all but ...", or a list
    assert {key: set(methods) for key, methods in page.items()} == {key: set(known) for key, known in KEYS.items()}


def test_every_key_of_an_input_and_every_spread_stands_on_the_page():
    rows = rows_of("key | what it says")
    assert sorted(key for row in rows for key in coded(row[0])) == sorted(WORDS)
    (spreads,) = (row[1] for row in rows if row[0] == "`dist`")
    assert set(re.findall(r'`"([a-z]+)"`', spreads)) == set(SPREADS)


def test_the_design_and_the_programs_of_the_page_run_as_they_stand(elsewhere, capsys):
    assert call(capsys, *["sweep", "mine.toml", "--out", "results/mine", "--workers", "2"])[0] == 0
    assert call(capsys, *["sweep", "results/mine", "--status"])[0] == 0
    assert len(pd.read_parquet("results/mine/runs")) == 16
    program = "".join(blocks("python")) + "assert {row[0] for row in runs.fetchall()} == {'baseline', 'both'}\n"
    done = subprocess.run(
        [sys.executable, "-c", program], env=SURROUNDINGS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def shims(folder):
    """Return surroundings in which `kotabaja` and `dask` are the programs of this environment and this source."""
    for name, module in (("kotabaja", "sim"), ("dask", "dask")):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (folder / name).chmod(0o755)
    return SURROUNDINGS | {"PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.long
def test_the_commands_for_a_cluster_run_as_they_stand_and_the_results_are_those_of_processes(elsewhere):
    (elsewhere / "bin").mkdir()
    surroundings = shims(elsewhere / "bin")
    (elsewhere / "morris.toml").write_text(MORRIS)
    (commands,) = (block for block in blocks("sh") if "dask scheduler" in block)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    (start, study) = commands.replace("8786", port).split("kotabaja", 1)
    asked = "kotabaja sensitivity morris.toml --of jobs_local_fte --out results/morris"
    study = f"kotabaja{study}{asked}_on_cluster --cluster tcp://127.0.0.1:{port}\n"
    alone = f"kotabaja sweep mine.toml --out results/mine --workers 2\n{asked} --workers 1\n"
    with (elsewhere / "said").open("w") as said:
        shell = subprocess.Popen(
            ["bash", "-ec", start + study + alone], env=surroundings, stdout=said, stderr=said, start_new_session=True
        )
        try:
            assert shell.wait(timeout=110) == 0, (elsewhere / "said").read_text()
        finally:
            os.killpg(shell.pid, signal.SIGTERM)  # the scheduler and its workers
    results = elsewhere / "results"
    assert runs_of(results / "on_cluster").to_csv() == runs_of(results / "mine").to_csv()
    assert runs_of(results / "morris_on_cluster").to_csv() == runs_of(results / "morris").to_csv()
    written = {path.name for path in (results / "morris").iterdir() if path.is_file() and path.name != ".lock"}
    assert {"indices.csv", "convergence.csv", "morris_jobs_local_fte.png"} <= written
    for name in written:
        assert (results / "morris_on_cluster" / name).read_bytes() == (results / "morris" / name).read_bytes(), name
