"""The world outside: Lebaran, seasons, public money, the steel price and imports, worked by hand."""

import datetime as dt
import math

from sim.core.streams import normal
from sim.shocks import Outside, lebaran_near, public_share, seasons
from tests.rows import BASELINE, close
from tests.towns import town


def test_lebaran_is_on_the_days_of_the_hijri_calendar():
    # Umm al-Qura: 1 Syawal 1444 = 21 April 2023, 1445 = 10 April 2024, 1446 = 30 March 2025
    assert lebaran_near(2023, 4) == (dt.date(2023, 4, 21),)
    assert dt.date(2024, 4, 10) in lebaran_near(2024, 4)
    assert dt.date(2025, 3, 30) in lebaran_near(2025, 3)
    assert lebaran_near(2023, 9) == ()


def test_lebaran_empties_its_month_and_fills_the_next():
    o = BASELINE.room("outside")
    year = seasons("2023-01", 12, o)
    # 21 April 2023: closed from 15 April to 3 May, on 16 of the 30 days of April
    assert (o["lebaran_days_before"], o["lebaran_days_after"]) == (6, 12)
    assert year[3].demand == close(o["season_april"] * (1.0 - o["lebaran_demand_loss"] * 16 / 30))
    assert year[3].days == close(1.0 - o["lebaran_work_loss"] * 16 / 30)
    assert year[3].demand < 0.8 * year[2].demand
    assert year[4].demand > year[3].demand
    assert [month.holiday for month in year] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert year[6].demand == close(o["season_july"])
    assert year[0].demand == close(o["season_january"])


def test_public_money_is_spent_late_in_the_year_and_all_of_it_in_a_year():
    o = BASELINE.room("outside")
    year = [public_share(month, o) for month in range(1, 13)]
    assert sum(year) == close(1.0)
    assert sum(year[:5]) == close(o["spent_by_may"])
    assert sum(year[:6]) == close(o["spent_by_june"])


def test_the_steel_price_returns_to_its_usual_level_and_moves_by_its_shock():
    o = BASELINE.room("outside") | {"steel_price_reversion": 0.5, "steel_price_sd": 0.0, "steel_price_jt_t": 8.0}
    outside = Outside(o, BASELINE.room("market"))
    outside.gap = math.log(2.0 / 8.0)
    outside.move(1)
    assert outside.steel_price_jt_t == close(4.0)
    outside.o = o | {"steel_price_sd": 0.1}
    outside.move(5)
    assert outside.steel_price_jt_t == close(math.sqrt(4.0 * 8.0) * math.exp(0.1 * normal(5, 0)))


def test_imports_and_demand_follow_the_steel_price_in_part():
    o = BASELINE.room("outside") | {"pass_through": 0.5, "demand_elasticity": 2.0, "import_price_jt_t": 26.0}
    outside = Outside(o, {"price_reference_jt_t": 13.0, "price_elasticity": 3.0})
    outside.gap = math.log(4.0)
    assert outside.index == close(2.0)
    assert outside.import_price_jt_t == close(52.0)
    assert outside.demand_factor == close(0.25)
    assert outside.import_utility == close(-3.0 * math.log(4.0))


def test_the_longest_run_of_the_latest_date_is_within_the_calendar():
    latest = {"time.first_observed": "2040-12", "time.warm_up_months": 0, "time.observed_months": 420}
    scenario = town(settings=latest)
    assert len(seasons(scenario.first_month, scenario.months, scenario.room("outside"))) == 421


def test_what_is_spent_by_june_includes_what_is_spent_by_may():
    may, june = (BASELINE.parameters[f"outside.spent_by_{month}"].range for month in ("may", "june"))
    assert may[1] <= june[0]
