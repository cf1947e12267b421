"""The facts of the validation card: each has a target, a reason and a weight, and its verdict follows from distance."""

import math

import pytest

from sim.policies import catalogue
from sim.study.card import Score
from sim.study.intervals import interval
from sim.study.limits import LIMITS
from sim.study.measures import MEASURES
from sim.study.patterns import LIMITS_KIND, PROGRAMMES_KIND, Pattern, comparisons, left_out, patterns

BY_KEY = {one.key: one for one in patterns()}
POINTS = {"H": 3.0, "M": 2.0, "L": 1.0}
SCORED = [one for one in patterns() if one.kind != LIMITS_KIND]


def test_every_pattern_is_measured_and_every_measure_has_a_pattern():
    assert [one.key for one in SCORED] == list(MEASURES)
    assert [one.key for one in patterns() if one.kind == LIMITS_KIND] == list(LIMITS)


@pytest.mark.parametrize("one", patterns(), ids=lambda one: one.key)
def test_every_fact_has_a_target_a_tolerance_a_source_and_a_reason(one):
    assert one.low <= one.high
    assert math.isfinite(one.low) or math.isfinite(one.high)
    assert one.tolerance > 0.0
    assert all((one.name, one.meaning, one.unit, one.source, one.year, one.why))
    assert one.confidence in POINTS
    assert one.use in ("calibration", "held out")


@pytest.mark.parametrize("one", SCORED, ids=lambda one: one.key)
def test_no_pattern_weighs_more_than_its_source_allows_and_says_why(one):
    assert 0.0 < one.weight <= POINTS[one.confidence]
    words = ("Tolerance:", "Weight:", "Held out:" if one.held_out else "Calibration:")
    told = [word for word in words if word in one.why or (word == "Tolerance:" and one.why.startswith("Target:"))]
    # a direction that passes for itself needs no word on its weight where it weighs all that its source allows
    assert set(words) - set(told) <= ({"Weight:"} if one.weight == POINTS[one.confidence] else set())


def test_limits_weigh_nothing():
    assert {one.weight for one in patterns() if one.kind == LIMITS_KIND} == {0.0}


def test_at_least_a_third_of_the_weight_is_held_out_in_every_kind_that_is_not_given_from_outside():
    total, held = {}, {}
    for one in SCORED:
        total[one.kind] = total.get(one.kind, 0.0) + one.weight
        held[one.kind] = held.get(one.kind, 0.0) + one.weight * one.held_out
    assert sum(held.values()) >= sum(total.values()) / 3
    # the one fact of programmes set two shares of the register
    assert set(held) - {PROGRAMMES_KIND} == {kind for kind, weight in held.items() if weight > 0.0}
    assert {kind for kind in total if held[kind] < total[kind] / 3} == {"swings", PROGRAMMES_KIND}


def test_what_binds_firms_is_never_calibrated_to():
    assert all(one.held_out for one in SCORED if one.kind == "difficulties")


def test_no_pattern_speaks_of_a_policy():
    told = " ".join(f"{one.key} {one.meaning} {one.source}" for one in SCORED).lower()
    facts_of_the_same_name = {"partnership", "credit", "marketing"}  # what firms have without any policy
    names = set(catalogue()) - facts_of_the_same_name
    assert not [name for name in names if name.replace("_", " ") in told]


def test_what_is_not_scored_has_a_reason():
    assert len(left_out()) > 0
    assert all(reason.endswith(".") for reason in left_out().values())
    assert all(fact["finding"] and fact["source"] for fact in comparisons().values())


# The distance and the verdict


@pytest.mark.parametrize(
    ("key", "value", "distance", "verdict"),
    [
        ("exits_local", 0.083, 0.0, "pass"),
        ("exits_local", 0.103, 1.0, "pass"),
        ("exits_local", 0.053, -1.5, "near"),
        ("exits_local", 0.143, 3.0, "miss"),
        ("use_local", 0.7, 0.0, "pass"),
        ("use_local", 0.7375, 1.5, "near"),
        ("use_local", 0.4, -2.0, "near"),
        ("allotment_outside", 1.0, 0.0, "pass"),
        ("allotment_outside", 0.35, -3.0, "miss"),
        ("store_suppliers", 0.0, 0.0, "pass"),
        ("store_suppliers", 0.145, 1.5, "near"),
        ("lebaran", math.nan, math.nan, "unknown"),
        ("no_steel", 1.0, 0.0, "pass"),
        ("no_steel", 0.0, -4.0, "miss"),
    ],
)
def test_a_verdict_counts_tolerances_from_the_target_or_the_nearer_end(key, value, distance, verdict):
    found = Score(BY_KEY[key], interval([value - 1e-12, value + 1e-12]))
    assert found.distance == pytest.approx(distance, abs=1e-9, nan_ok=True)
    assert found.verdict == verdict


def test_a_pattern_is_what_the_file_says():
    assert isinstance(BY_KEY["wage"], Pattern)
    assert BY_KEY["largest_firm"].low == BY_KEY["largest_firm"].high == 80.0
