"""Limits and symmetry as the card tries them: they hold, and each notices the fault it is there for."""

import pytest

from sim import Scenario
from sim.study import limits
from sim.study.limits import LIMITS, small, try_limits, with_numbers
from tests.towns import INTERPRETED, long_interpreted, town, with_policy

BASELINE = Scenario.load("baseline")


def test_the_baseline_keeps_every_limit(monkeypatch):
    if INTERPRETED:
        monkeypatch.setattr(limits, "SEEDS", 4)
    tried = small(BASELINE, 0.06 if INTERPRETED else limits.SCALE)
    assert [name for name, holds in LIMITS.items() if not holds(tried)] == []


@long_interpreted
def test_a_scenario_with_policies_is_tried_with_them(monkeypatch):
    monkeypatch.setattr(limits, "SEEDS", 4)
    assert try_limits(Scenario.load("both")) == dict.fromkeys(LIMITS, 1.0)


def test_numbers_may_leave_their_range_in_a_limit():
    changed = with_numbers(BASELINE, {"firms.wear": 0.9})
    assert changed["firms.wear"] == 0.9
    assert changed.parameters["firms.wear"].range[1] == 0.9


@long_interpreted
def test_clusters_that_differ_are_told_apart(monkeypatch):
    monkeypatch.setattr(limits, "with_numbers", lambda scenario, _numbers: scenario)
    assert not LIMITS["identical_clusters"](small(BASELINE))


def test_a_policy_that_acts_without_money_is_found(monkeypatch):
    usual = limits._months
    calls = []

    def months(scenario, seed=1):
        calls.append(scenario.policies)
        table = usual(scenario, seed)
        return table + 1e-12 if scenario.policies else table

    monkeypatch.setattr(limits, "_months", months)
    assert not LIMITS["no_money"](town())
    assert calls[0] == ()
    assert len(calls[1]) == 1


def test_a_threshold_in_rupiah_that_is_no_parameter_is_found(monkeypatch):
    kept = limits.in_other_money(town(), 2.0).changed({"firms.overhead_jt_t": BASELINE["firms.overhead_jt_t"]})
    monkeypatch.setattr(limits, "in_other_money", lambda _scenario, _factor: kept)
    assert not LIMITS["money_unit"](town())


@pytest.mark.parametrize(
    ("name", "forgotten"), [("no_demand", "buyer_shops.demand_t"), ("no_steel", "firms.start_steel")]
)
def test_a_limit_is_really_at_the_limit(name, forgotten, monkeypatch):
    usual = limits.with_numbers

    def all_but_one(scenario, numbers):
        return usual(scenario, {key: value for key, value in numbers.items() if key != forgotten})

    monkeypatch.setattr(limits, "with_numbers", all_but_one)
    assert not LIMITS[name](town())


def test_dearer_firms_that_sell_more_are_found(monkeypatch):
    monkeypatch.setattr(limits, "DEARER", 0.5)
    monkeypatch.setattr(limits, "SEEDS", 4)
    assert not LIMITS["dearer_sells_less"](town())


def test_seeds_that_change_nothing_and_seeds_that_are_not_kept_are_found(monkeypatch):
    usual = limits._months
    monkeypatch.setattr(limits, "_months", lambda scenario, seed=1: usual(scenario, 1))
    assert not LIMITS["seed_is_luck"](town())
    runs = iter(range(1, 9))
    monkeypatch.setattr(limits, "_months", lambda scenario, seed=1: usual(scenario, next(runs)))
    assert not LIMITS["seed_is_luck"](town())


def test_a_policy_in_force_stays_in_the_small_town():
    levers = {"budget_jt_year": 750, "firms_a_cohort": 25, "target": "lottery"}
    assert small(with_policy(BASELINE, "training", levers)).policies == ("training",)
