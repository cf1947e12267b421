"""The still town: without shocks, seasons, newcomers or policy, the town settles and then nothing moves."""

import numpy as np
import pytest

from sim.shocks import MONTH_NAMES
from tests.towns import INTERPRETED, SCALE, long_interpreted, run, town, wide

NEVER = {
    **{f"outside.season_{name}": 1.0 for name in MONTH_NAMES},
    "outside.steel_price_sd": 0.0,
    "outside.demand_sd": 0.0,
    "outside.lebaran_demand_loss": 0.0,
    "outside.lebaran_work_loss": 0.0,
    "outside.rebound_share": 0.0,
    "outside.spent_by_may": 5 / 12,
    "outside.spent_by_june": 6 / 12,
    "steel.stock_out_share": 0.0,
    "market.taste_sd": 0.0,
    "firms.holiday_pay_share": 0.0,
    "firms.exit_rate": 0.0,
    "firms.exit_idle": 0.0,
    "firms.entry_rate": 0.0,
    "firms.registration_rate": 0.0,
    "firms.certificate_rate": 0.0,
}
# Lots, delivery steps and menu costs make the buying and pricing of a single firm go up and down for ever. And
# what takes decades to settle is made quick here: it is the rest that is in question, not the way to it.
SETTLED = {
    "firms.menu_cost": 0.0,
    "firms.learning": 0.5,
    "firms.quality_learning": 0.0,
    "firms.quality_drift": 0.0,
    "firms.marketing_drift": 0.1,
    "firms.cash_target_months": 1.0,
}
ALMOST_NOTHING = 1e-5  # a month, of the size of what moves


def still_town(months, settings=None, scale=0.05 if INTERPRETED else SCALE):
    """Return a town in which nothing comes from outside and no firm buys at a mill."""
    usual = town(scale=scale)
    numbers = dict(NEVER)
    for kind in usual.family("buyer"):
        for name in ("review_rate", "late_share", "lump_sd"):
            numbers[f"buyer_{kind}.{name}"] = 0.0
    for cluster in usual.family("cluster"):
        numbers[f"cluster_{cluster}.registered_share"] = 0.0
    for mill in usual.family("mill"):
        numbers[f"mill_{mill}.partner_slots"] = 0
        numbers[f"mill_{mill}.outage_loss"] = 0.0
    open_gates = {f"buyer_{kind}.needs_papers": False for kind in usual.family("buyer")}
    life = {"time.warm_up_months": 0, "time.observed_months.value": months, "time.first_observed.value": "1950-01"}
    ranges = {"time.observed_months": [1, 1200], "time.first_observed": ["1950-01", "2040-12"]}
    for address, limits in ranges.items():
        life |= {f"{address}.range": limits, f"{address}.source": "a test"}
    return usual.changed({**wide(numbers | (settings or {})), **open_gates, **life})


def movement(model):
    """Return by column the largest change between two of the last twelve months, against the column's size."""
    table = model.indicators.drop(columns=["month", "warm_up"])[-13:]
    change = np.abs(table.diff()[1:]).max()
    return change / (table.abs().max() + 1e-9)


@long_interpreted
def test_the_still_town_settles_and_then_nothing_moves():
    model = run(still_town(1000, SETTLED))
    table = model.indicators
    at_work = ["sales_local_t", "output_local_t", "firms_local", "firms_external", "sales_home_external_t"]
    assert (table[at_work].iloc[-1] > 0).all()
    moved = movement(model)
    assert moved[moved > ALMOST_NOTHING].to_dict() == {}


def test_a_shock_moves_the_town_that_was_still():
    model = run(still_town(40, SETTLED | {"outside.demand_sd": 0.08}))
    assert movement(model)["sales_local_t"] > 0.01


@pytest.mark.long
def test_the_still_town_with_menu_costs_and_slow_learning_comes_almost_to_rest():
    moved = movement(run(still_town(800, scale=1.0)))
    # a firm at the edge of its capacity may be counted now on this side, now on that
    whole = [name for name in moved.index if ("_local" in name or "_external" in name) and "bound" not in name]
    assert moved[whole][moved[whole] > 0.02].to_dict() == {}


def test_the_still_town_is_really_without_luck():
    one, other = (run(still_town(24), seed).indicators for seed in (1, 2))
    # seeds differ in who the first firms are, and in nothing that happens to them afterwards
    assert one["demand_t"].nunique() == other["demand_t"].nunique() == 1
    assert one["steel_price_jt_t"].nunique() == 1
    assert one["exits_local"].sum() == one["insolvencies_local"].sum()
    assert one["entries_local"].sum() == one["entries_external"].sum() == 0
