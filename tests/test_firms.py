"""The rules of a small firm, worked by hand with round numbers. What a rule must not read is not a number."""

import math

import numpy as np
import pytest

from sim import firm_figures
from sim.firms import CAPACITY, CASH, LABOUR, MARKET, NONE, STEEL, Firm
from tests.rows import Row, close, member, room, rule

# What a firm has


def test_skill_at_work_is_what_was_learnt_and_what_help_has_left():
    assert firm_figures.skill_now(Row(Firm, skill=0.8, skill_help=0.06).arg) == close(0.86)


def test_owner_and_family_are_not_hired():
    p = room("firms", family_fte=1.3)
    assert firm_figures.hired_fte(Row(Firm, workers_fte=4.3).arg, p) == close(3.0)
    assert firm_figures.hired_fte(Row(Firm, workers_fte=1.2).arg, p) == 0.0


def test_wages_are_part_fixed_and_part_by_the_hours():
    p = room("firms", family_fte=1.0, wage_fixed_share=0.35)
    firm = Row(Firm, workers_fte=3.0, wage_jt_fte=2.0)
    assert firm_figures.wage_bill_jt(firm.arg, 0.0, p) == close(4.0 * 0.35)
    assert firm_figures.wage_bill_jt(firm.arg, 1.0, p) == close(4.0)
    assert firm_figures.wage_bill_jt(firm.arg, 0.5, p) == close(4.0 * 0.675)


@pytest.mark.parametrize(("registered", "age_months", "months"), [(True, 25, 2.0), (True, 24, 0.8), (False, 100, 0.8)])
def test_a_bank_lends_to_a_firm_with_papers_and_a_history(registered, age_months, months):
    p = room("firms", bank_history_months=24, credit_limit_bank_months=2.0, credit_limit_informal_months=0.8)
    firm = Row(Firm, registered=registered, age_months=age_months, expected_t=1.5, price_jt_t=20.0, debt_jt=10.0)
    assert firm_figures.bankable(firm.arg, p) == (months == 2.0)
    assert firm_figures.credit_limit_jt(firm.arg, p) == close(30.0 * months)
    assert firm_figures.credit_room_jt(firm.arg, p) == close(30.0 * months - 10.0)
    firm.debt_jt = 100.0
    assert firm_figures.credit_room_jt(firm.arg, p) == 0.0


def test_a_month_costs_steel_wages_and_overhead():
    p = room("firms", family_fte=1.0, energy_jt_t=1.0, overhead_jt_t=0.2)
    firm = Row(Firm, material_t_t=1.1, expected_t=2.0, steel_price_jt_t=10.0, workers_fte=3.0, wage_jt_fte=2.0)
    firm.capacity_t = 5.0
    assert firm_figures.working_cost_jt(firm.arg, p) == close(22.0 + 4.0 + 2.0 + 1.0)


# Planning


PLANS = {"expectation_speed": 0.3, "expected_floor_t": 0.02, "goods_buffer": 0.35, "steel_buffer": 0.25}
MATERIAL = {"material_t_t": 1.05, "waste_t_t": 0.12, "skill_ceiling": 1.15}


def test_a_firm_learns_from_orders_or_sales_whichever_was_more():
    p = room("firms", **PLANS, **MATERIAL)
    firm = Row(Firm, expected_t=2.0, orders_t=1.0, sold_t=1.2, goods_t=0.5, skill=0.8, skill_help=0.1)
    rule(Firm.expect)(firm.arg, 0.8, 1.1, p)
    # last month's 1.2 t in a season of 0.8 are 1.5 t of a usual month
    assert firm.expected_t == close(2.0 + 0.3 * (1.5 - 2.0))
    assert firm.desired_t == close(1.85 * (1.1 + 0.35) - 0.5)
    assert firm.material_t_t == close(1.05 + 0.12 * 0.1)


def test_a_firm_with_enough_goods_makes_none_and_never_expects_less_than_the_floor():
    p = room("firms", **PLANS, **MATERIAL)
    firm = Row(Firm, expected_t=0.02, orders_t=0.0, goods_t=3.0, skill=1.4)
    rule(Firm.expect)(firm.arg, 1.0, 1.0, p)
    assert firm.expected_t == 0.02
    assert firm.desired_t == 0.0
    assert firm.material_t_t == close(1.05 - 0.12 * 0.15), "skill beyond the ceiling saves no more steel"


def test_a_firm_wants_steel_for_the_month_and_a_buffer():
    p = room("firms", **PLANS)
    firm = Row(Firm, expected_t=2.0, material_t_t=1.1, steel_t=0.4)
    rule(Firm.want_steel)(firm.arg, 0.95, 11.0, p)
    assert firm.steel_price_jt_t == 11.0
    assert firm.wanted_steel_t == close(2.2 * (0.95 + 0.25) - 0.4)
    firm.steel_t = 5.0
    rule(Firm.want_steel)(firm.arg, 0.95, 11.0, p)
    assert firm.wanted_steel_t == 0.0


def test_the_wage_rises_with_the_size_of_the_firm():
    p = room("firms", wage_size=0.25, wage_size_fte=4.0)
    firm = Row(Firm, workers_fte=4.0)
    rule(Firm.agree_wage)(firm.arg, member("cluster", wage_jt_fte=2.3), p)
    assert firm.wage_jt_fte == close(2.3)
    firm.workers_fte = 64.0
    rule(Firm.agree_wage)(firm.arg, member("cluster", wage_jt_fte=2.3), p)
    assert firm.wage_jt_fte == close(2.3 * 2.0)


PRICE = {
    "usual_use": 0.6,
    "expected_floor_t": 0.02,
    "output_t_fte": 0.5,
    "family_fte": 1.0,
    "wage_fixed_share": 0.4,
    "overhead_jt_t": 0.2,
    "energy_jt_t": 1.0,
    "replacement_share": 0.5,
    "goods_buffer": 0.5,
    "markup_speed": 0.02,
    "markup_pull": 0.1,
    "markup_usual": 0.2,
    "markup_low": 0.02,
    "markup_high": 0.6,
    "menu_cost": 0.05,
}


def price_of(**values):
    firm = Row(
        Firm, capacity_t=5.0, workers_fte=8.0, skill=1.0, wage_jt_fte=2.0, material_t_t=1.1, steel_cost_jt_t=10.0,
        steel_price_jt_t=12.0, expected_t=3.0, goods_t=1.5, markup=0.2, price_jt_t=20.0,
    )  # fmt: skip
    for name, value in values.items():
        setattr(firm, name, value)
    rule(Firm.post_price)(firm.arg, room("firms", **PRICE))
    return firm


def test_the_price_is_normal_unit_cost_and_a_markup():
    firm = price_of()
    # usual output 3 t of 4 t that 8 people could make: 75 % of the hours. Wages 7 x 2 x (0.4 + 0.6 x 0.75) = 11.9,
    # overhead 1.0: 4.3 a tonne. Steel half at 12 and half at 10: 1.1 x 11 = 12.1. Energy 1.
    assert firm.unit_cost_jt_t == close(12.1 + 1.0 + 12.9 / 3.0)
    assert firm.markup == close(0.2), "stock is as wanted and the mark-up as usual: it stays"
    assert firm.price_jt_t == 20.0, "20.88 jt a tonne is within the menu cost of what is posted"


def test_the_posted_price_changes_only_when_it_is_off_by_more_than_the_menu_cost():
    wanted_jt_t = 17.4 * 1.2
    for posted in (wanted_jt_t / 1.04, wanted_jt_t * 1.04):
        assert price_of(price_jt_t=posted).price_jt_t == posted
    for posted in (wanted_jt_t / 1.06, wanted_jt_t * 1.06):
        assert price_of(price_jt_t=posted).price_jt_t == close(wanted_jt_t)


def test_the_markup_rises_when_stocks_are_short_and_falls_when_they_pile_up():
    buffer_t, floor_t = 1.5, 0.02
    assert price_of(goods_t=0.0).markup == close(0.2 + 0.02 * buffer_t / (buffer_t + floor_t))
    assert price_of(goods_t=9.0).markup == close(0.2 - 0.02), "the gap is cut at -1"
    assert price_of(markup=0.3).markup == close(0.3 - 0.1 * 0.1), "pulled back to the usual one"
    assert price_of(markup=0.9).markup == 0.6
    assert price_of(markup=-0.9).markup == 0.02


LOGIT = {
    "taste_persistence": 0.9,
    "taste_sd": 0.1,
    "quality_weight": 0.5,
    "size_weight": 0.25,
    "price_elasticity": 4.0,
    "price_reference_jt_t": 20.0,
    "nest": 0.5,
}


def attracted(freight_jt_t=0.0, z=0.0, **values):
    usual = {"quality": 0.0, "taste": 0.0, "log_size": math.log(2.0), "price_jt_t": 20.0}
    firm = Row(Firm, **(usual | values))
    rule(Firm.attract)(firm.arg, freight_jt_t, z, room("market", **LOGIT))
    return firm


def test_attraction_rises_with_quality_taste_and_size_and_falls_with_price():
    usual = attracted().pull
    assert attracted(z=1.0).pull / usual == close(math.exp(0.1 / 0.5))
    assert attracted(quality=0.4).pull / usual == close(math.exp(0.5 * 0.4 / 0.5))
    assert attracted(price_jt_t=22.0).pull / usual == close(1.1 ** (-4.0 / 0.5))
    assert attracted(log_size=math.log(4.0)).pull / usual == close(2.0 ** (0.25 / 0.5))


def test_freight_makes_a_firm_dearer_in_the_city_and_not_at_home():
    near, far = attracted(freight_jt_t=0.0), attracted(freight_jt_t=2.0)
    assert near.pull == near.pull_home == far.pull_home
    assert far.pull / far.pull_home == close(1.1 ** (-4.0 / 0.5))


def test_taste_passes():
    assert attracted(taste=1.0, z=-1.0).taste == close(0.9 - 0.1)


# Production


WORK = {
    "output_t_fte": 0.5,
    "overtime": 1.1,
    "family_fte": 1.0,
    "wage_fixed_share": 0.4,
    "overhead_jt_t": 0.2,
    "energy_jt_t": 1.0,
    "use_speed": 0.1,
    "bank_history_months": 24,
    "credit_limit_bank_months": 2.0,
    "credit_limit_informal_months": 0.0,
}


def produced(days_share=1.0, **values):
    """Return a firm of 8 people, 5 t of machines, plenty of steel and cash, that wants to make 3 t."""
    usual = {
        "desired_t": 3.0,
        "capacity_t": 5.0,
        "workers_fte": 8.0,
        "skill": 1.0,
        "wage_jt_fte": 2.0,
        "use": 0.5,
        "material_t_t": 1.25,
        "steel_t": 100.0,
        "cash_jt": 500.0,
        "expected_t": 3.0,
        "price_jt_t": 20.0,
    }
    firm = Row(Firm, **(usual | values))
    made_t = rule(Firm.produce)(firm.arg, days_share, room("firms", **WORK))
    assert made_t == firm.output_t
    assert firm.use == close(0.5 + 0.1 * (made_t / 5.0 - 0.5))
    return firm


@pytest.mark.parametrize(
    ("values", "made_t", "bound"),
    [
        ({}, 3.0, MARKET),
        ({"desired_t": 0.0}, 0.0, NONE),
        ({"steel_t": 2.5}, 2.0, STEEL),
        ({"steel_t": 2.5, "cash_cut": True}, 2.0, CASH),
        ({"desired_t": 9.0, "workers_fte": 20.0}, 5.0, CAPACITY),
        ({"desired_t": 9.0, "workers_fte": 4.0}, 4.0 * 0.5 * 1.1, LABOUR),
        ({"desired_t": 9.0, "steel_t": 5.0}, 4.0, STEEL),
        # means 9.6, fixed costs 7 x 2 x 0.4 + 1.0 = 6.6, an hour costs 1 + 14 / 4.4 a tonne
        ({"cash_jt": 9.6}, 3.0 / (1.0 + 14.0 / 4.4), CASH),
        ({"cash_jt": 2.0}, 0.0, CASH),
    ],
)
def test_output_is_the_least_of_what_is_wanted_and_every_limit_and_the_limit_is_recorded(values, made_t, bound):
    firm = produced(**values)
    assert firm.output_t == close(made_t)
    assert firm.bound == bound
    assert firm.hours_share == close(min(1.0, made_t / (firm.workers_fte * 0.5 * 1.1)))


def test_a_bank_pays_wages_that_cash_does_not():
    firm = produced(cash_jt=2.0, registered=True, age_months=30)
    assert firm.output_t == close(3.0)
    assert firm.bound == MARKET


def test_fewer_working_days_make_less():
    assert produced(days_share=0.4, desired_t=9.0, workers_fte=20.0).output_t == close(2.0)
    assert produced(days_share=0.4, desired_t=9.0, workers_fte=4.0).output_t == close(4.0 * 0.5 * 1.1 * 0.4)


def test_steel_that_suffices_to_the_gram_does_not_bind():
    """Steel is bought for what is wanted: rounding must not decide what is recorded."""
    for wanted_t in np.linspace(0.1, 7.0, 200):
        firm = Row(
            Firm, desired_t=wanted_t, capacity_t=50.0, workers_fte=200.0, skill=1.0, wage_jt_fte=2.0, use=0.5,
            material_t_t=1.1, steel_t=wanted_t * 1.1 * (1.0 - 4e-16), cash_jt=5000.0, price_jt_t=20.0, expected_t=3.0,
        )  # fmt: skip
        rule(Firm.produce)(firm.arg, 1.0, room("firms", **WORK))
        assert firm.bound == MARKET, wanted_t
