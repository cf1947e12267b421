"""Brokered partnerships over time: slots beside the usual ones, who keeps them, and what ends with the programme."""

import numpy as np
import pytest

from sim import MetalSupplyChain
from tests.towns import long_interpreted, town, with_policy

LEVERS = {"budget_jt_year": 5_000, "firms_a_year": 60, "introductions": 1, "target": "lottery"}
SOON = {
    "partnership.qualification_months": 6,
    "partnership.quality_short": 0.5,
    "partnership.capacity_short_share": 0.5,
}


def brokering(last="2040-12", scale=0.5, observed=36, settings=None):
    scenario = town(scale=scale, observed=observed, settings=SOON | (settings or {}))
    return MetalSupplyChain(with_policy(scenario, "partnership", LEVERS, last=last), seed=1)


@pytest.fixture(scope="module")
def months():
    """Return what was seen in each month of a town in which the office brokers."""
    model, seen = brokering(), []
    while model.running:
        model.step()
        firms, mills = model.tables["firms"].rows, model.tables["producers"].rows
        brokered = model.office.rolls.get("partnership.brokered")
        rows = brokered.running if brokered is not None else np.zeros(0, np.int64)
        partners = np.bincount(firms["mill"][firms["working"] & firms["partner"]], minlength=mills.size)
        seen.append(
            {
                "usual": mills["usual_slots"].copy(),
                "slots": mills["slots"].copy(),
                "counted": mills["partners"].copy(),
                "partners": partners,
                "brokered": np.bincount(firms["mill"][rows], minlength=mills.size),
                "brokered_local": bool(firms["local"][rows].all()),
            }
        )
    return seen


@long_interpreted
def test_brokered_partners_come_on_slots_beside_the_usual_ones(months):
    assert sum(month["brokered"].sum() for month in months) > 0
    for month in months:
        np.testing.assert_array_equal(month["slots"], month["usual"] + month["brokered"])
        assert month["brokered_local"]


@long_interpreted
def test_mills_take_nobody_beyond_their_slots_while_the_office_brokers(months):
    for month in months:
        # who follows a brokered partner in the month in which it parts is one too many until another parts
        assert (month["counted"] - month["slots"]).max() <= 1
        assert (month["partners"] <= month["counted"]).all()  # a firm that closes leaves its slot next month


@long_interpreted
def test_what_runs_stops_with_the_programme_and_partners_stay():
    model, ongoing = brokering(last="2024-12"), brokering()
    [policy] = model.office.policies
    while model.month < policy.last:
        model.step()
        ongoing.step()
    roll, brokered = (model.office.rolls[name] for name in ("partnership", "partnership.brokered"))
    assert ongoing.office.rolls["partnership"].running.size > 0
    assert roll.running.size == brokered.running.size == 0
    partners = model.indicators["partners_local"]
    assert partners.iloc[-1] == ongoing.indicators["partners_local"].iloc[-1] > 0
    while model.running:
        model.step()
        mills = model.tables["producers"].rows
        np.testing.assert_array_equal(mills["slots"], mills["usual_slots"])
    assert model.indicators["spending_jt"][policy.last :].sum() == 0.0


@long_interpreted
def test_introductions_are_what_brings_firms_onto_the_lists_of_large_industry():
    without = MetalSupplyChain(
        with_policy(town(scale=0.5, observed=36, settings=SOON), "partnership", LEVERS | {"introductions": 0}), seed=1
    ).run()
    many = MetalSupplyChain(
        with_policy(town(scale=0.5, observed=36, settings=SOON), "partnership", LEVERS | {"introductions": 6}), seed=1
    ).run()
    sold = [model.indicators["at_industry_local"][-12:].mean() for model in (without, many)]
    assert sold[1] > sold[0]
