"""What is measured of a run, on towns made by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from sim import Scenario
from sim.firms import CAPACITY, CASH, MARKET, NONE, STEEL
from sim.study.measures import MEASURES
from sim.study.measures.difficulties import troubled_months
from sim.study.measures.firms import yearly_growth
from sim.study.watch import FIRM_COLUMNS, Watched


def town(months=60, **columns):
    """Return a watched run whose indicators are given, one number or one a month, from June 2023."""
    number = 2023 * 12 + 5 + np.arange(months)
    table = {"year": number // 12, "calendar": number % 12 + 1, **columns}
    return Watched(Scenario.load("baseline"), pd.DataFrame(table), pd.DataFrame(columns=["month", *FIRM_COLUMNS]))


def with_firms(**columns):
    """Return a watched run whose firms are given; all are local unless said."""
    table = pd.DataFrame({"local": True, "month": 0, **columns})
    return Watched(Scenario.load("baseline"), pd.DataFrame(), table)


def test_exits_are_counted_by_the_year():
    run = town(exits_local=[1.0, 0.0] * 30, firms_local=100.0)
    assert MEASURES["exits_local"](run) == pytest.approx(0.06)


def test_net_change_is_that_of_yearly_means():
    run = town(firms_local=np.repeat(100.0 * 0.97 ** np.arange(5), 12))
    assert MEASURES["net_change_local"](run) == pytest.approx(-0.03)
    assert math.isnan(MEASURES["net_change_local"](town(months=23, firms_local=100.0)))


def test_the_number_of_firms_is_compared_with_the_register():
    run = town(firms_local=165.0, firms_external=405.0)
    assert MEASURES["firms_local"](run) == pytest.approx(1.1)
    assert MEASURES["firms_outside"](run) == pytest.approx(0.9)


def test_partnership_is_of_all_firms():
    run = town(partners_local=3.0, partners_external=40.0, firms_local=150.0, firms_external=450.0)
    assert MEASURES["in_partnership"](run) == pytest.approx(43 / 600)


def test_leftovers_compare_two_shares():
    run = town(steel_direct_local_t=10.0, steel_local_t=50.0, steel_direct_external_t=40.0, steel_external_t=100.0)
    assert MEASURES["leftovers"](run) == pytest.approx(0.5)


def test_orders_at_the_mills_are_what_came_and_what_waits():
    run = with_firms(local=[True, False, False], backlog_t=[1.0, 2.0, 0.0], direct_t=[0.0, 0.0, 1.0])
    assert MEASURES["mill_orders_outside"](run) == pytest.approx(0.75)


def test_the_lebaran_month_is_found_through_the_hijri_calendar():
    # Lebaran: 10 April 2024, 31 March 2025 (spread over two months), 20 March 2026, 10 March 2027, 27 February 2028
    demand_t = np.full(60, 100.0)
    for month in (10, 33, 45):  # from 0 at June 2023: April 2024, March 2026, March 2027
        demand_t[month] = 70.0
    demand_t[[21, 22]] = 1.0
    assert MEASURES["lebaran"](town(demand_t=demand_t)) == pytest.approx(-0.3)
    assert math.isnan(MEASURES["lebaran"](town(demand_t=0.0)))


def test_the_building_season_leaves_lebaran_out():
    calendar = town().months["calendar"].to_numpy()
    demand_t = np.where((calendar >= 7) & (calendar <= 10), 108.0, 100.0)
    demand_t[[10, 21, 22, 33, 45, 56, 57]] = 1.0
    assert MEASURES["building_season"](town(demand_t=demand_t)) == pytest.approx(0.08)


def test_public_purchases_are_counted_over_full_calendar_years():
    calendar = town().months["calendar"].to_numpy()
    demand_t = np.select([calendar <= 5, calendar == 6], [5.0, 15.0], 10.0)
    demand_t[:7] = 1000.0  # 2023 is not seen whole
    run = town(demand_government_t=demand_t)
    assert MEASURES["spent_by_may"](run) == pytest.approx(25 / 100)
    assert MEASURES["spent_by_june"](run) == pytest.approx(40 / 100)


def test_a_gap_in_the_middle_is_seen():
    smooth = with_firms(month=11, workers_fte=[1.5] * 50 + [3.0] * 30 + [6.0] * 15 + [12.0] * 5)
    gap = with_firms(month=11, workers_fte=[1.5] * 50 + [3.0] * 30 + [6.0] * 5 + [12.0] * 15)
    assert MEASURES["no_gap"](smooth) == 0.0
    assert MEASURES["no_gap"](gap) == pytest.approx(0.1)
    assert math.isnan(MEASURES["no_gap"](with_firms(month=[10], workers_fte=[3.0])))


def growing(growth, first_t=1.0):
    """Return firms that sell ``first_t`` a month in the first year and grow by ``growth`` (logs) in the second."""
    firms = np.arange(len(growth))
    uid, month = np.tile(firms, 24), np.repeat(np.arange(24), len(growth))
    sold_t = np.where(month < 12, 1.0, np.exp(np.asarray(growth))[uid])
    sold_t *= np.broadcast_to(first_t, len(growth))[uid]
    return with_firms(uid=uid, month=month, sold_t=sold_t)


def test_the_shape_of_growth_tells_laplace_from_normal():
    rng = np.random.default_rng(1)
    assert MEASURES["growth_tent"](growing(rng.laplace(0.3, 0.1, 4000))) > 5.0
    assert MEASURES["growth_tent"](growing(rng.normal(-0.2, 0.1, 4000))) < -5.0
    assert math.isnan(MEASURES["growth_tent"](growing(np.full(50, 0.1))))


def test_a_firm_that_was_not_there_two_whole_years_does_not_count():
    run = growing([0.0] * 20 + [0.1, -0.1] * 10)
    late = run.firms.index[(run.firms["uid"] == 0) & (run.firms["month"] == 3)]
    fewer = Watched(run.scenario, run.months, run.firms.drop(late))
    assert len(yearly_growth(fewer)) == len(yearly_growth(run)) - 1


def test_the_spread_of_growth_by_size_is_a_slope_of_logs():
    rng = np.random.default_rng(1)
    size_t = np.exp(rng.uniform(0.0, 4.0, 8000))
    falling = growing(rng.normal(0.0, 0.3, 8000) * size_t**-0.2, size_t)
    even = growing(rng.normal(0.0, 0.3, 8000), size_t)
    assert MEASURES["growth_by_size"](falling) == pytest.approx(-0.2, abs=0.03)
    assert MEASURES["growth_by_size"](even) == pytest.approx(0.0, abs=0.03)
    assert math.isnan(MEASURES["growth_by_size"](growing([0.1, -0.1, 0.2])))


def test_a_long_tail_of_sizes_is_seen():
    rng = np.random.default_rng(1)
    long, short = 1.2 + rng.lognormal(1.0, 0.8, 2000), 1.2 + rng.exponential(3.0, 2000)
    assert MEASURES["size_tail"](with_firms(month=11, workers_fte=long)) > 1.96
    assert MEASURES["size_tail"](with_firms(month=11, workers_fte=short)) < -1.96


def test_bad_loans_are_those_of_bankable_firms_that_cannot_pay():
    run = with_firms(
        registered=[True, True, True, False],
        age_months=[60.0, 60.0, 12.0, 60.0],
        debt_jt=[30.0, 10.0, 100.0, 100.0],
        bad_months=[0.0, 2.0, 2.0, 2.0],
    )
    assert MEASURES["bad_loans"](run) == pytest.approx(0.25)


def test_the_wage_is_that_of_hired_workers():
    run = with_firms(workers_fte=[1.0, 2.3, 4.3], wage_jt_fte=[9.0, 2.0, 3.0])
    assert MEASURES["wage"](run) == pytest.approx((1.0 * 2.0 + 3.0 * 3.0) / 4.0)


# Difficulties


def year_of(*months):
    """Return one local firm through a year; each entry is a number of months and what is recorded of them."""
    usual = {"bound": MARKET, "use": 0.9, "places": 1, "cash_cut": False, "bad_months": 0.0, "expected_t": 0.5}
    rows = [usual | {"capacity_t": 1.0} | recorded for count, recorded in months for _ in range(count)]
    return with_firms(uid=1, month=np.arange(len(rows)), **pd.DataFrame(rows).to_dict("list"))


SLACK = {"use": 0.3}


@pytest.mark.parametrize(
    ("months", "name"),
    [
        ([(12, {"use": 0.9})], None),
        ([(7, {}), (5, SLACK)], "competition"),
        ([(7, SLACK | {"places": 0}), (5, SLACK)], "marketing"),
        ([(11, {"bound": CAPACITY}), (1, {"bound": STEEL})], "raw_material"),
        ([(6, {"bound": STEEL}), (6, SLACK)], "raw_material"),
        ([(11, {"bound": NONE}), (1, {"bound": CASH})], "capital"),
        ([(11, {}), (1, {"cash_cut": True})], "capital"),
        ([(10, {}), (2, {"bad_months": 1.0}), (0, {})], "capital"),
    ],
)
def test_the_main_difficulty_is_the_one_of_most_months(months, name):
    run = year_of(*months)
    for one in ("marketing", "capital", "competition", "raw_material"):
        assert MEASURES[f"named_{one}"](run) == (one == name)
    assert MEASURES["in_difficulty"](run) == (name is not None)
    assert MEASURES["capital_at_all"](run) == (name == "capital")


def test_machines_that_are_wanted_and_not_bought_are_want_of_capital():
    wear = float(Scenario.load("baseline")["firms.wear"])
    worn = [(1, {"expected_t": 5.0, "capacity_t": (1.0 - wear) ** month}) for month in range(12)]
    grown = [(1, {"expected_t": 5.0, "capacity_t": 1.01**month}) for month in range(12)]
    enough = [(1, {"expected_t": 0.1, "capacity_t": (1.0 - wear) ** month}) for month in range(12)]
    assert [MEASURES["named_capital"](year_of(*months)) for months in (worn, grown, enough)] == [1.0, 0.0, 0.0]


def test_a_firm_of_half_a_year_is_not_asked():
    assert troubled_months(year_of((6, SLACK))).empty
    assert math.isnan(MEASURES["named_competition"](year_of((6, SLACK))))
    assert math.isnan(MEASURES["in_difficulty"](year_of((6, SLACK))))


# Coming and going


def living(first, last, ends=120):
    """Return a run of which only the lives of its firms are known."""
    lives = pd.DataFrame({"first": first, "last": last})
    return Watched(Scenario.load("baseline"), pd.DataFrame(), pd.DataFrame(), lives, ends)


def test_the_stock_is_followed_to_the_end():
    # at work in month 60: the first four; of these two are left, and one closed in the last month but one
    run = living(first=[1, 1, 1, 60, 61], last=[120, 80, 118, 120, 120])
    assert MEASURES["survival_five"](run) == 0.5
    # in month 48: the first three
    assert MEASURES["survival_six"](run) == pytest.approx(1 / 3)


def test_survival_is_not_known_of_a_short_run_or_an_empty_town():
    assert math.isnan(MEASURES["survival_five"](living([1], [60], ends=60)))
    assert math.isnan(MEASURES["survival_five"](living([110], [120])))
    assert MEASURES["survival_five"](living([1, 1], [120, 120])) == 1.0


def ageing(*firms, months=24):
    """Return local firms, each (age at the start, last month at work, sales a month)."""
    rows = [
        {"uid": uid, "month": month, "age_months": age + month, "revenue_jt": sales, "workers_fte": 1.0}
        for uid, (age, last, sales) in enumerate(firms)
        for month in range(min(last, months - 1) + 1)
    ]
    return with_firms(**pd.DataFrame(rows).to_dict("list"))


def test_exits_by_age_compare_rates():
    run = ageing((0, 11, 1.0), (0, 23, 1.0), (100, 23, 1.0), (100, 11, 1.0))
    assert MEASURES["exits_young"](run) == pytest.approx(1.0)
    younger = ageing((0, 5, 1.0), (0, 5, 1.0), (100, 23, 1.0), (100, 11, 1.0))
    assert MEASURES["exits_young"](younger) == pytest.approx((2 / 12) / (1 / 35))
    assert math.isnan(MEASURES["exits_young"](ageing((0, 23, 1.0), (100, 23, 1.0))))


def test_exits_of_the_less_productive_half_follow_in_the_year_after():
    run = ageing((9, 23, 4.0), (9, 15, 3.0), (9, 14, 2.0), (9, 22, 1.0), (9, 23, 0.5))
    # lower half with the median: 2.0, 1.0, 0.5; two of three close; of the other half one of two
    assert MEASURES["exits_unproductive"](run) == pytest.approx((2 / 3) / (1 / 2))
    assert math.isnan(MEASURES["exits_unproductive"](ageing((9, 11, 1.0), months=12)))


# Prices and output


def test_the_spread_of_prices_is_over_all_firms_in_a_month():
    run = with_firms(local=[True, False, True, False], month=[0, 0, 1, 1], price_jt_t=[1.0, math.e, 5.0, 5.0 * math.e])
    assert MEASURES["price_spread"](run) == pytest.approx(math.sqrt(0.5))


def test_price_changes_are_counted_by_firm_and_year():
    run = with_firms(uid=[1] * 12 + [2] * 12, price_jt_t=[1.0] * 6 + [1.1] * 6 + [2.0] * 12)
    assert MEASURES["price_changes"](run) == pytest.approx(12 / 22)


def test_the_pass_through_is_a_slope_of_yearly_changes():
    steel = 10.0 * np.exp(0.1 * np.random.default_rng(1).normal(size=60).cumsum())
    assert MEASURES["pass_through"](town(steel_price_jt_t=steel, price_local_jt_t=steel**0.6)) == pytest.approx(0.6)
    assert math.isnan(MEASURES["pass_through"](town(steel_price_jt_t=10.0, price_local_jt_t=steel)))


def test_output_swings_are_those_of_quarters_a_year_apart():
    quarters = np.tile([1.0, 2.0, 3.0, 4.0], 5) * np.repeat([1.0, 1.1, 1.0, 1.1, 1.0], 4)
    wanted = math.sqrt((0.1**2 + (1 / 1.1 - 1) ** 2) / 2)
    assert MEASURES["output_swing"](town(output_local_t=np.repeat(quarters, 3))) == pytest.approx(wanted)
    assert math.isnan(MEASURES["output_swing"](town(output_local_t=0.0)))


def test_the_sales_area_counts_all_firms():
    run = town(firms_local=90.0, firms_outside=110.0, main_none_outside=10.0, main_home_outside=80.0)
    assert MEASURES["sales_area"](run) == pytest.approx(170 / 190)


def test_value_added_a_worker_is_by_the_year():
    run = town(value_added_local_jt=209.58, jobs_local_fte=120.0)
    assert MEASURES["productivity_gap"](run) == pytest.approx(0.1)
