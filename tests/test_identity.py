"""The same run, to the last bit: compiled or interpreted, in one process or many, beside another, or resumed."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sim import MetalSupplyChain, Scenario
from sim.policies import catalogue
from sim.scenario import shipped_names
from sim.study.runs import Job, run_all
from sim.study.simulate import EVERY_COLUMN
from tests.test_conservation import changes
from tests.towns import (
    FIRST_OBSERVED,
    INTERPRETED,
    ROOT,
    elsewhere,
    everything,
    levers,
    run,
    town,
    unlike,
    with_every_policy,
    with_policy,
)
from tests.twins import outcomes

OTHER_WAY = {"NUMBA_DISABLE_JIT": "0" if INTERPRETED else "1"}
WITH_POLICIES = [name for name in shipped_names() if Scenario.load(name).uses]
BUDGETS = [name for name, policy in catalogue().items() if "budget_jt_year" in policy.levers]
BUSY = with_every_policy(town(), part=0.4)


def month_by_month(model):
    while model.running:
        model.step()
    return everything(model)


# Compiled or interpreted


def test_compiled_and_interpreted_runs_are_the_same_to_the_last_bit(tmp_path):
    small = {"town.scale": 0.06, "time.warm_up_months": 6, "time.observed_months": 9}
    turbulent = {
        "market.taste_sd": 0.25,
        "firms.exit_rate": 0.012,
        "firms.entry_rate": 0.015,
        "buyer_stores.review_rate": 0.5,
        "buyer_industry.qualification_months": 2,
        "steel.stock_out_share": 0.25,
        "buyer_shops.penalty_share": 0.5,
        "mill_krakatau_osaka.local_first": 0.5,
    }
    jobs = [
        (BUSY.changed(small), 3, None),
        (BUSY.changed(small | turbulent), 4, None),
        (town("limits/no_steel").changed(small), 5, None),
    ]
    for job, theirs in zip(jobs, elsewhere(jobs, tmp_path, **OTHER_WAY), strict=True):
        assert unlike(everything(run(*job)), theirs) == []


def test_every_rule_gives_the_same_compiled_and_interpreted_to_the_last_bit(tmp_path):
    file = tmp_path / "outcomes.pickle"
    command = [sys.executable, "-m", "tests.twins", str(file)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **OTHER_WAY}, check=True)
    here, there = outcomes(), pickle.loads(file.read_bytes())
    assert len(here) > 15
    assert [name for name, outcome in here.items() if there[name] != outcome] == []
    assert [name for name, (_, _, does_something) in here.items() if not does_something] == []


@pytest.mark.long
def test_odd_towns_are_the_same_compiled_and_interpreted_to_the_last_bit(tmp_path):
    jobs = []

    @settings(max_examples=40, phases=[Phase.generate])
    @given(changed=changes(most=60), seed=st.integers(1, 2**62))
    def collect(changed, seed):
        jobs.append((Scenario.load("baseline").changed(changed | {"town.scale": 0.06}), seed, 10))

    collect()
    for job, theirs in zip(jobs, elsewhere(jobs, tmp_path, **OTHER_WAY), strict=True):
        assert unlike(everything(run(*job)), theirs) == [], job[0].changes


@pytest.mark.long
@pytest.mark.parametrize("name", ["baseline", "both"])
def test_compiled_and_interpreted_runs_are_the_same_in_the_whole_town(name, tmp_path):
    job = (town(name, scale=1.0, warm_up=12, observed=24), 7, None)
    [theirs] = elsewhere([job], tmp_path, **OTHER_WAY)
    assert unlike(everything(run(*job)), theirs) == []


# In one process or many, and beside another model


def test_another_process_gives_the_same_run(tmp_path):
    job = (BUSY, 5, 15)
    assert unlike(everything(run(*job)), elsewhere([job], tmp_path)[0]) == []


def test_one_worker_and_two_give_the_same_runs():
    jobs = [Job(BUSY, seed, months=15, keep=EVERY_COLUMN) for seed in (1, 2, 3)]
    alone = [outcome.value for outcome in run_all(jobs, workers=1)]
    together = [outcome.value for outcome in run_all(jobs, workers=2, batch=1)]
    for one, other in zip(alone, together, strict=True):
        assert one.means.tobytes() == other.means.tobytes()
        assert one.months.equals(other.months)


def test_two_models_in_one_process_do_not_touch_each_other():
    scenarios = [(BUSY, 1), (town(), 1), (BUSY, 2)]
    alone = [everything(run(scenario, seed)) for scenario, seed in scenarios]
    models = [MetalSupplyChain(scenario, seed=seed) for scenario, seed in scenarios]
    while any(model.running for model in models):
        for model in models:
            model.step()
            assert len(model.agents) > 0  # looking at one model must not move another
    for model, expected in zip(models, alone, strict=True):
        assert unlike(everything(model), expected) == []


def test_a_scenario_is_not_changed_by_its_run():
    before = BUSY.fingerprint
    run(BUSY)
    assert BUSY.fingerprint == before
    assert BUSY.room("firms") == pickle.loads(pickle.dumps(BUSY)).room("firms")


@pytest.mark.parametrize(
    "twin",
    [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["deepcopy", "pickle"],
)
@pytest.mark.parametrize("looked_at", [False, True], ids=["unseen", "looked at"])
def test_a_copy_made_in_the_middle_goes_on_as_the_original_does(twin, looked_at):
    whole = everything(run(BUSY))
    model = MetalSupplyChain(BUSY, seed=1)
    for _ in range(14):
        model.step()
    if looked_at:
        assert len(model.agents) > 0
    other = twin(model)
    assert unlike(everything(other), everything(model)) == []
    assert unlike(month_by_month(other), whole) == []
    assert model.month == 14
    assert unlike(month_by_month(model), whole) == []


# Nothing done changes nothing


def baseline_of(scenario):
    """Return the same world with no policy at all."""
    return Scenario(scenario.name, scenario.path, scenario.reason, scenario.parameters, (), scenario.changes)


@pytest.mark.parametrize("name", WITH_POLICIES)
def test_a_shipped_scenario_at_rest_is_the_baseline_to_the_last_bit(name):
    scenario = town(name, observed=18)
    assert scenario.at_rest().policies == scenario.policies != ()
    assert unlike(everything(run(scenario.at_rest())), everything(run(baseline_of(scenario)))) == []


@pytest.mark.parametrize("name", WITH_POLICIES)
def test_a_shipped_scenario_not_at_rest_moves_something(name):
    scenario = town(name, observed=18)
    assert unlike(everything(run(scenario)), everything(run(baseline_of(scenario)))) != []


@pytest.mark.parametrize("name", BUDGETS)
def test_a_policy_without_money_does_nothing(name):
    idle = with_policy(town(observed=18), name, levers(name, 0.5) | {"budget_jt_year": 0.0})
    assert unlike(everything(run(idle)), everything(run(town(observed=18)))) == []


def test_a_regulation_with_share_zero_changes_nothing():
    idle = with_policy(town(observed=18), "local_allotment", {"reserved_share": 0.0})
    assert unlike(everything(run(idle)), everything(run(town(observed=18)))) == []


def test_a_policy_before_its_first_month_changes_nothing():
    late = with_policy(town(observed=18), "training", levers("training"), first="2024-06")
    early, usual = run(late).indicators, run(town(observed=18)).indicators
    starts = 12 + 12  # the month of the run before 2024-06
    assert early[:starts].equals(usual[:starts])
    assert not early.equals(usual)


# Luck


def test_the_same_seed_is_the_same_run():
    assert unlike(everything(run(BUSY, 9)), everything(run(BUSY, 9))) == []


def test_another_seed_is_another_run():
    one, other = run(BUSY, 1).indicators, run(BUSY, 2).indicators
    assert (one["market_share_local"] != other["market_share_local"]).all()


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    short, long = run(BUSY, 1, months=10).indicators, run(BUSY, 1, months=20).indicators
    assert short.equals(long[:10])


def test_looking_at_a_run_does_not_move_it():
    unseen = everything(run(BUSY))
    model = MetalSupplyChain(BUSY, seed=1)
    while model.running:
        model.step()
        assert len(model.agents) > 0
        assert np.isfinite(model.indicators["market_share_local"]).all()
    assert unlike(everything(model), unseen) == []


def test_every_policy_of_the_tests_is_really_at_work():
    assert (run(BUSY).indicators["spending_jt"] > 0).any()
    assert BUSY["time.first_observed"] == FIRST_OBSERVED
