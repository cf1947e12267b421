"""What is read from the runs of a sweep: fans, and outcomes in the order of a plan."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from sim.errors import UserError
from sim.study.design_file import load_design
from sim.study.morris import analyse_morris
from sim.study.summary import fan, outcomes, read_runs
from tests.sweeps import COLUMNS, invented, sweep_in_threads, tiny


@pytest.fixture
def said():
    return []


@pytest.fixture
def invent(said):
    """Return a sweep of invented runs that starts no process."""
    return partial(sweep_in_threads, work=invented, columns=COLUMNS, say=said.append)


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


def failing(job):
    """Do the same as invented runs, but fail with seed 2."""
    if job.seed == 2:
        raise ZeroDivisionError
    return invented(job)


def test_failed_runs_do_not_count_in_a_fan(tmp_path, said):
    sweep_in_threads(tiny(tmp_path), tmp_path / "out", work=failing, columns=COLUMNS, say=said.append)
    assert fan(tmp_path / "out", ["demand_t"])["runs"].tolist() == [8]
    assert len(read_runs(tmp_path / "out", ["key"])) == 12


def counted(job):
    """Return what a study of its own might measure."""
    return {"twice": 2.0 * job.seed}


def test_own_measurements_have_runs_of_their_own(tmp_path, invent, said):
    design = tiny(tmp_path)
    invent(design, tmp_path / "out")
    own = replace(design, measured="twice the seed")
    sweep_in_threads(own, tmp_path / "out", work=counted, columns=["twice"], say=said.append)
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
    sweep_in_threads(design, tmp_path / "out", work=told, columns=["wear", "effect"], say=said.append)
    sweep_in_threads(design, tmp_path / "lame", work=lame, columns=["wear", "effect"], say=said.append)
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
