"""Sweeps: what is kept, what continues, what is said when design or code change, and what happens without a disk."""

import errno
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest

from sim.core.compiled import code_fingerprint
from sim.errors import UserError
from sim.indicators import catalogue
from sim.study.design_file import load_design
from sim.study.morris import analyse_morris
from sim.study.standing import standing
from sim.study.summary import fan, outcomes, read_runs
from sim.study.sweep import sweep
from tests.commands import COMPILING, call
from tests.sweeps import COLUMNS, COSTS, everything_of, invented, left_in, runs_of, tiny, troubled

THREADS = {"executor": partial(ThreadPoolExecutor, 2), "workers": 2}


@pytest.fixture
def said():
    return []


@pytest.fixture
def invent(said):
    """Return a sweep of invented runs that starts no process."""
    return partial(sweep, work=invented, columns=COLUMNS, say=said.append, **THREADS)


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
    from sim.study.simulate import simulate

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


# What continues


def stop_after(count):
    """Return a progress that stops the sweep as Ctrl-C does."""

    def progress(done, _total):
        if done >= count:
            raise KeyboardInterrupt

    return progress


def test_the_same_call_continues_what_was_stopped(tmp_path, invent, said):
    design = tiny(tmp_path, seeds=50)
    with pytest.raises(KeyboardInterrupt):
        invent(design, tmp_path / "out", progress=stop_after(60))
    before = len(runs_of(tmp_path / "out"))
    assert 0 < before < 200
    told = []
    invent(design, tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    assert said == [f"{before} of 200 runs stand already."]
    assert told[-1] == (200 - before, 200 - before)
    invent(design, tmp_path / "undisturbed")
    assert runs_of(tmp_path / "out").to_csv() == runs_of(tmp_path / "undisturbed").to_csv()
    invent(design, tmp_path / "out")
    assert said[-1] == "200 of 200 runs stand already."


@pytest.mark.parametrize("more", [{"seeds": 5}, {"wear": "[0.005, 0.006, 0.007, 0.01]"}, {"seeds": [9, 2, 3, 1]}])
def test_more_seeds_or_rows_only_add(tmp_path, invent, said, more):
    invent(tiny(tmp_path), tmp_path / "out")
    larger = tiny(tmp_path, **more)
    invent(larger, tmp_path / "out")
    assert said == ["The design changed since the last call.", f"12 of {len(larger)} runs stand already."]
    runs = everything_of(tmp_path / "out")
    assert len(runs) == len(larger)
    labels = {run.key: (run.row, run.seed, run.scenario["firms.wear"]) for run in larger.runs()}
    found = runs.set_index("key")[["row", "seed", "firms.wear"]].apply(tuple, axis=1).to_dict()
    assert found == labels


def test_runs_of_an_earlier_design_stay_aside_and_come_back(tmp_path, invent, said):
    large, small = tiny(tmp_path, seeds=5, name="large"), tiny(tmp_path, seeds=2, name="small")
    invent(large, tmp_path / "out")
    everything = everything_of(tmp_path / "out").to_csv()
    invent(small, tmp_path / "out")
    assert said == [
        "The design (large then, small now) changed since the last call.",
        "8 of 8 runs stand already.",
        f"12 runs of an earlier design or code are kept in {tmp_path / 'out' / 'earlier'} and are not counted.",
    ]
    assert len(everything_of(tmp_path / "out")) == 8
    said.clear()
    invent(large, tmp_path / "out")
    assert said == ["The design (small then, large now) changed since the last call.", "20 of 20 runs stand already."]
    assert everything_of(tmp_path / "out").to_csv() == everything  # not even run again
    assert list((tmp_path / "out" / "earlier").glob("part-*")) == []


def test_other_inputs_label_the_runs_that_stand_anew(tmp_path, invent, said):
    invent(tiny(tmp_path), tmp_path / "out")
    only = tiny(tmp_path, name="only", more="")
    text = (tmp_path / "only.toml").read_text().replace("wear = [0.006, 0.01]\n", "")
    (tmp_path / "only.toml").write_text(text.replace("[inputs", "firms.wear = 0.01\n[inputs"))
    only = load_design(tmp_path / "only.toml")
    invent(only, tmp_path / "out")
    assert said[1] == "6 of 6 runs stand already."
    runs = everything_of(tmp_path / "out")
    assert "firms.wear" not in runs.columns
    assert sorted(runs["row"]) == [0, 0, 0, 1, 1, 1]


def test_other_code_does_every_run_anew(tmp_path, invent, said, monkeypatch):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    keys = set(runs_of(tmp_path / "out")["key"])
    monkeypatch.setattr("sim.core.compiled.code_fingerprint", lambda: "another")
    assert "code of the model has changed since" in standing(tmp_path / "out")
    invent(design, tmp_path / "out")
    assert said[:2] == ["The code of the model changed since the last call.", "0 of 12 runs stand already."]
    assert "12 runs of an earlier design or code" in said[2]
    assert not keys & set(runs_of(tmp_path / "out")["key"])
    earlier = pd.read_parquet(tmp_path / "out" / "earlier")
    assert set(earlier["key"]) == keys


def test_other_versions_are_told(tmp_path, invent, said):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    path.write_text(path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    invent(design, tmp_path / "out")
    assert said[1] == f"Other versions than last time (numpy 1.0 then, {np.__version__} now): last digits may differ."


def test_what_a_killed_call_left_is_put_right(tmp_path, invent):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    kept = everything_of(tmp_path / "out")
    part = next((tmp_path / "out" / "runs").glob("part-*"))
    (part.parent / ".part-000009.parquet.0badc0de.unfinished").write_bytes(part.read_bytes()[:1000])
    (part.parent / "part-000007.parquet").write_bytes(part.read_bytes())  # rows that stand twice
    invent(design, tmp_path / "out")
    assert everything_of(tmp_path / "out").to_csv() == kept.to_csv()
    assert left_in(tmp_path / "out") == []


def test_a_broken_part_is_named(tmp_path, invent):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    part = next((tmp_path / "out" / "runs").glob("part-*"))
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"part-000001\.parquet: cannot be read .* Delete this file"):
        invent(design, tmp_path / "out")
    part.unlink()
    invent(design, tmp_path / "out")
    assert len(runs_of(tmp_path / "out")) == 12


# What cannot be written


def fail_after(monkeypatch, writes, error):
    """Let the disk fail after some parts were written."""
    from sim.study import files

    settle, left = files._settle, [writes]

    def failing(file, content):
        if "part-" in str(file.name):
            left[0] -= 1
            if left[0] < 0:
                file.write(content[:10])
                raise OSError(error, "the disk failed")
        settle(file, content)

    monkeypatch.setattr(files, "_settle", failing)


@pytest.mark.parametrize(
    ("error", "advice"),
    [(errno.ENOSPC, "Free some space"), (errno.EROFS, "allow writing"), (errno.EIO, "Choose another")],
)
def test_a_disk_that_fails_stops_the_sweep_and_loses_nothing(tmp_path, invent, said, monkeypatch, error, advice):
    monkeypatch.setattr("sim.study.store.SHORTEST_S", 0.0)
    monkeypatch.setattr("sim.study.store.PART_OF_ELAPSED", 0.0)
    design = tiny(tmp_path, seeds=20)
    with monkeypatch.context() as broken:
        fail_after(broken, 3, error)
        with pytest.raises(UserError) as told:
            invent(design, tmp_path / "out")
    assert "part-000004.parquet: cannot be written: the disk failed" in str(told.value)
    assert advice in str(told.value)
    assert str(told.value).endswith("What was written before is kept: the same command continues from there.")
    assert left_in(tmp_path / "out") == []
    before = len(runs_of(tmp_path / "out"))
    assert before > 0
    invent(design, tmp_path / "out")
    assert said == [f"{before} of 80 runs stand already."]
    invent(design, tmp_path / "undisturbed")
    assert runs_of(tmp_path / "out").to_csv() == runs_of(tmp_path / "undisturbed").to_csv()


def test_a_folder_that_cannot_be_written_is_told_before_the_first_run(tmp_path, capsys):
    tiny(tmp_path)
    code, _, err = call(capsys, "sweep", tmp_path / "tiny.toml", "--out", "/dev/null/out")
    assert code == 2
    assert err.replace(COMPILING, "").startswith("/dev/null/out: cannot be written: Not a directory.")


def test_two_sweeps_never_write_into_one_folder(tmp_path, invent):
    design = tiny(tmp_path)

    def second(_done, _total):
        with pytest.raises(UserError, match="another sweep is writing there"):
            invent(design, tmp_path / "out")

    invent(design, tmp_path / "out", progress=second)
    assert len(runs_of(tmp_path / "out")) == 12


def test_a_folder_of_other_results_is_refused(tmp_path, invent):
    (tmp_path / "manifest.json").write_text('{"command": "compare"}')
    with pytest.raises(UserError, match="holds other results than those of a sweep"):
        invent(tiny(tmp_path), tmp_path)


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


# Summaries


def test_a_fan_is_told_by_hand(tmp_path, invent):
    invent(tiny(tmp_path, seeds=5), tmp_path / "out")
    found = fan(tmp_path / "out", ["demand_t", "fill_local"], by="firms.wear", quantiles=(0.0, 0.5, 1.0))
    # rows 0 and 1 have little wear, 2 and 3 much; demand is 100 a row and 1 a seed; seed 1 has no fill
    assert found.to_dict("list") == {
        "firms.wear": [0.006, 0.006, 0.01, 0.01],
        "indicator": ["demand_t", "fill_local"] * 2,
        "runs": [10, 8, 10, 8],
        "mean": [53.0, 0.5, 253.0, 0.5],
        "0": [1.0, 0.5, 201.0, 0.5],
        "0.5": [53.0, 0.5, 253.0, 0.5],
        "1": [105.0, 0.5, 305.0, 0.5],
    }


def test_failed_runs_do_not_count_in_a_fan(bad_sweep):
    assert fan(bad_sweep[1], ["demand_t"])["runs"].tolist() == [7]
    assert len(read_runs(bad_sweep[1], ["key"])) == 12


def counted(job):
    """Return what a study of its own might measure."""
    return {"twice": 2.0 * job.seed}


def test_own_measurements_have_runs_of_their_own(tmp_path, invent, said):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    own = replace(design, measured="twice the seed")
    sweep(own, tmp_path / "out", work=counted, columns=["twice"], say=said.append, **THREADS)
    assert said[:2] == ["The design changed since the last call.", "0 of 12 runs stand already."]
    assert outcomes(tmp_path / "out", own, "twice").tolist() == [[[2.0, 4.0, 6.0]] * 4]
    assert not {run.key for run in own.runs()} & {run.key for run in design.runs()}


def test_outcomes_come_in_the_order_of_the_plan(tmp_path, said):
    path = tmp_path / "morris.toml"
    path.write_text(
        'reason = "A test."\nmethod = "morris"\npoints = 6\nreplications = 2\nscenarios = ["baseline", "both"]\n'
        "[fixed]\ntown.scale = 0.06\n[inputs.firms.wear]\n[inputs.buyer_stores.needs_papers]\nweights = [9, 1]\n"
    )
    design = load_design(path)
    assert design.rows < len(design.plan.unit)
    sweep(design, tmp_path / "out", work=told, columns=["wear", "effect"], say=said.append, **THREADS)
    sweep(design, tmp_path / "lame", work=lame, columns=["wear", "effect"], say=said.append, **THREADS)
    wear = outcomes(tmp_path / "out", design, "wear")
    assert wear.shape == (2, *design.plan.seeds.shape)
    low, high = design.inputs[0].spread.support()
    expected = low + design.plan.unit[:, 0] * (high - low)
    assert wear[0].tolist() == pytest.approx(np.repeat(expected[:, None], 2, axis=1))
    without, with_policies = outcomes(tmp_path / "out", design, "effect")
    effects = analyse_morris(design.plan, with_policies - without)
    assert effects["mu"].tolist() == pytest.approx([high - low, 0.0]), "the same luck in both is gone"
    with pytest.raises(UserError, match=r"runs have no effect: in rows 0, 1"):
        outcomes(tmp_path / "lame", design, "effect")


def told(job):
    """Return an input, and an outcome in which policies add the input and luck adds the seed."""
    wear = job.scenario["firms.wear"]
    return {"wear": wear, "effect": job.seed % 7 + (wear if job.scenario.name == "both" else 0.0)}


def lame(job):
    """Return the same, but without an effect on seeds that are even."""
    return told(job) if job.seed % 2 else {"wear": 1.0}
