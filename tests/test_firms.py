"""The rules of a small firm, worked by hand with round numbers. What a rule must not read is not a number."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import firm_figures, workshops
from sim.accounts import DRAW, HOLIDAY_PAY, INTEREST, LOANS, MONEY, OVERHEAD, PAYMENTS, REPAYMENTS, WAGES
from sim.core.state import seen
from sim.firms import CAPACITY, CASH, LABOUR, MARKET, NONE, STEEL, Firm
from sim.model import MetalSupplyChain
from tests.rows import BASELINE, Row, member, room, rule, tables
from tests.towns import town


def close(value):
    return pytest.approx(value, rel=1e-12, abs=1e-12)


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


# Learning, people and machines


def learnt(**values):
    p = room(
        "firms", usual_use=0.6, learning=0.01, frontier_gap=0.05, skill_floor=0.4, forgetting=0.006, idle_use=0.3,
        help_fading=0.015, quality_learning=0.01, quality_frontier=0.8, mentoring=0.02, quality_drift=0.002,
        motivation_floor=0.2, motivation_use=0.6, motivation_speed=0.05, marketing_drift=0.005,
    )  # fmt: skip
    usual = {"use": 0.6, "skill": 0.75, "quality": 0.2, "motivation": 0.4, "marketing": 0.3}
    firm = Row(Firm, **(usual | values))
    rule(Firm.learn)(firm.arg, member("cluster", skill=0.8, quality=0.2, marketing=0.5), p)
    return firm


def test_skill_is_learnt_by_doing_toward_the_frontier():
    assert learnt().skill == close(0.75 + 0.01 * 0.1)
    assert learnt(use=0.3).skill == close(0.75 + 0.01 * 0.5 * 0.1), "half the practice, half the learning"
    assert learnt(skill=0.9).skill == 0.9, "nobody to learn from beyond the frontier"


def test_skill_is_forgotten_when_idle_but_never_below_the_floor():
    assert learnt(use=0.0).skill == close(0.75 - 0.006 * 0.3)
    assert learnt(use=0.0, skill=0.4).skill == 0.4


def test_help_fades_twice_as_fast_without_practice():
    assert learnt(skill_help=0.1).skill_help == close(0.1 * (1 - 0.015))
    assert learnt(skill_help=0.1, use=0.0).skill_help == close(0.1 * (1 - 0.03))


def test_demanding_buyers_and_mentors_teach_quality():
    assert learnt().quality == close(0.2)
    assert learnt(demanding_t=0.1).quality == close(0.2 + 0.01 * 0.6 - 0.002 * 0.006)
    mentored = learnt(partner=True)
    assert mentored.quality == close(0.212 - 0.002 * 0.012)
    assert mentored.skill == close(0.751 + 0.02 * (0.85 - 0.751))


def test_motivation_follows_work_and_marketing_the_cluster():
    firm = learnt(use=0.5)
    assert firm.motivation == close(0.4 + 0.05 * (0.5 - 0.4))
    assert firm.marketing == close(0.3 + 0.005 * 0.2)


def test_workers_are_hired_and_let_go_slowly():
    p = room("firms", labour_slack=1.25, output_t_fte=0.5, workers_floor_fte=1.2, hiring_speed=0.15)
    firm = Row(Firm, expected_t=2.0, skill=1.0, workers_fte=3.0)
    rule(Firm.adjust_workers)(firm.arg, p)
    assert firm.workers_fte == close(3.0 + 0.15 * (5.0 - 3.0))
    firm.expected_t = 0.1
    rule(Firm.adjust_workers)(firm.arg, p)
    assert firm.workers_fte == close(3.3 + 0.15 * (1.2 - 3.3))


def test_machines_are_bought_toward_what_is_needed_as_far_as_spare_cash_goes():
    p = room(
        "firms", capacity_floor_t=0.5, capacity_cover=1.6, investment_speed=0.15, investment_cap=0.04,
        machine_jt_t=18.0, energy_jt_t=1.0, overhead_jt_t=0.2, family_fte=1.0,
    )  # fmt: skip
    cost_jt = 11.0 * 2.0 + 2.0 + 0.6
    firm = Row(
        Firm, expected_t=2.0, capacity_t=3.0, material_t_t=1.1, steel_price_jt_t=10.0, workers_fte=1.0, cash_jt=1000.0
    )
    assert rule(Firm.invest_t)(firm.arg, p) == close(0.15 * 0.2)
    firm.capacity_t = 2.0
    assert rule(Firm.invest_t)(firm.arg, p) == close(0.04 * 2.0), "no faster than the cap"
    firm.capacity_t, firm.cash_jt = 3.0, cost_jt + 0.18
    assert rule(Firm.invest_t)(firm.arg, p) == close(0.01), "the spare 0.18 jt buy 0.01 t"
    firm.cash_jt = cost_jt - 5.0
    assert rule(Firm.invest_t)(firm.arg, p) == 0.0
    firm.cash_jt, firm.capacity_t = 1000.0, 4.0
    assert rule(Firm.invest_t)(firm.arg, p) == 0.0


def test_young_and_idle_firms_close_more_often():
    p = room("firms", exit_rate=0.006, exit_old=0.5, exit_young=1.2, exit_idle=0.02, exit_idle_use=0.12)
    assert rule(Firm.hazard)(Row(Firm, use=0.5, youth=0.0).arg, p) == close(0.003)
    assert rule(Firm.hazard)(Row(Firm, use=0.5, youth=1.0).arg, p) == close(0.006 * 1.7)
    assert rule(Firm.hazard)(Row(Firm, use=0.1, youth=0.0).arg, p) == close(0.023)


def test_a_firm_gets_its_papers_first_and_then_a_certificate():
    p = room("firms", registration_rate=0.003, certificate_rate=0.002, certificate_months=36)
    firm = Row(Firm)
    rule(Firm.get_papers)(firm.arg, 0.0029, p)
    assert firm.registered
    assert firm.certificate_months == 0.0
    rule(Firm.get_papers)(firm.arg, 0.0021, p)
    assert firm.certificate_months == 0.0
    rule(Firm.get_papers)(firm.arg, 0.0019, p)
    assert firm.certificate_months == 36.0
    unlucky = Row(Firm)
    rule(Firm.get_papers)(unlucky.arg, 0.0031, p)
    assert not unlucky.registered


def test_visibility_is_marketing_effort_size_and_help_within_reach():
    p = room("firms", visibility_floor=0.3, visibility_size=0.2, visibility_ceiling=2.5)
    firm = Row(Firm, capacity_t=1.0, marketing=0.5, motivation=0.5, visibility_help=0.2)
    rule(Firm.show_itself)(firm.arg, member("cluster", reach=0.5), p)
    assert firm.visibility == close((0.5 * 0.8 + 0.2) * 0.5)
    assert firm.visibility_help == 0.0, "help lasts a month"
    firm.capacity_t = 32.0
    rule(Firm.show_itself)(firm.arg, member("cluster", reach=1.0), p)
    assert firm.visibility == close(0.4 * 2.0)
    firm.visibility_help = 9.0
    rule(Firm.show_itself)(firm.arg, member("cluster", reach=1.0), p)
    assert firm.visibility == 2.5


def test_a_month_passes():
    p = room("firms", exit_age_months=50.0)
    firm = Row(Firm, age_months=5.0, youth=0.5, certificate_months=0.5, partner=True, helped_months=-1.0)
    rule(Firm.grow_older)(firm.arg, p)
    assert (firm.age_months, firm.certificate_months, firm.partner_months, firm.helped_months) == (6, 0, 1, -1)
    assert firm.youth == close(0.5 * 0.98)
    firm.helped_months = 0.0
    rule(Firm.grow_older)(firm.arg, p)
    assert firm.helped_months == 1.0


# Money


def settled(received_jt=10.0, holiday_share=0.0, **values):
    """Return a firm, its books and its claims after the money of month 3."""
    record = BASELINE.record("firms")
    numbers = {
        "family_fte": 1.0,
        "interest_bank": 0.01,
        "interest_informal": 0.03,
        "interest_kur": 0.005,
        "kur_repaid_share": 0.04,
        "bank_history_months": 24,
        "energy_jt_t": 1.0,
        "overhead_jt_t": 0.2,
        "loan_cash_months": 0.5,
        "credit_limit_informal_months": 1.0,
        "credit_limit_bank_months": 2.0,
        "repayment_share": 0.5,
        "repayment_reserve_months": 1.0,
        "draw_reserve_months": 0.5,
        "draw_wages": 1.5,
        "draw_share": 0.4,
        "cash_target_months": 2.0,
        "arrears_jt": 0.5,
    }
    for name in record.dtype.names:
        record[name] = numbers.get(name, np.nan)
    usual = {
        "working": True,
        "workers_fte": 3.0,
        "wage_jt_fte": 2.0,
        "wages_jt": 3.0,
        "overhead_jt": 1.5,
        "material_t_t": 1.0,
        "expected_t": 1.0,
        "steel_price_jt_t": 12.0,
        "capacity_t": 5.0,
        "price_jt_t": 20.0,
        "receivable_jt": 10.0,
        "cash_jt": 20.0,
    }
    table, arg = tables(Firm, usual | values, {"working": False, "cash_jt": 7.0})
    due_jt = np.zeros((2, 8))
    due_jt[0, 3], due_jt[0, 4] = received_jt, 6.0
    books = np.zeros((len(MONEY), 2))
    workshops.settle(arg, due_jt, 3, holiday_share, books, seen(record))
    assert table["cash_jt"][1] == 7.0, "a closed firm neither gets nor pays"
    assert due_jt[0].tolist() == [0, 0, 0, 0, 6, 0, 0, 0]
    before = dict(usual | values)
    firm = table[0]
    change = books[:, 1].sum() - books[:, 0].sum()
    assert firm["cash_jt"] == close(before["cash_jt"] + change)
    return firm, books


def test_what_falls_due_arrives_and_bills_are_paid():
    firm, books = settled()
    # a usual month costs steel 12, wages 4, energy 1, overhead 1: 18 jt
    assert books[PAYMENTS, 1] == 10.0
    assert books[WAGES, 0] == 3.0
    assert books[OVERHEAD, 0] == 1.5
    assert books[HOLIDAY_PAY, 0] == books[INTEREST, 0] == 0.0
    # 25.5 jt are left: more than half a month's costs, less than two
    assert books[DRAW, 0] == 3.0
    assert firm["cash_jt"] == close(22.5)
    assert firm["receivable_jt"] == 0.0
    assert firm["equity_jt"] == close(-3.0 - 1.5 - 3.0)


def test_the_owner_draws_part_of_what_is_above_target():
    _, books = settled(cash_jt=60.0)
    # 65.5 - 3 is 26.5 above the target of two months (36)
    assert books[DRAW, 0] == close(3.0 + 0.4 * (65.5 - 3.0 - 36.0))


def test_the_owner_of_a_firm_without_cash_draws_nothing_and_borrows():
    firm, books = settled(cash_jt=-4.0)
    # 1.5 jt are left, half a month's costs are 9: a loan of 7.5, which the limit of a month's sales (20) allows
    assert books[LOANS, 1] == close(7.5)
    assert firm["debt_jt"] == close(7.5)
    assert firm["cash_jt"] == close(9.0)
    assert books[DRAW, 0] == 0.0


def test_a_loan_ends_at_the_limit_and_then_the_months_are_counted():
    firm, books = settled(cash_jt=-20.0, debt_jt=19.0, bad_months=1.0)
    assert books[INTEREST, 0] == close(0.57)
    assert books[LOANS, 1] == close(1.0)
    assert firm["debt_jt"] == 20.0
    assert firm["bad_months"] == 2.0
    solvent, _ = settled(bad_months=2.0)
    assert solvent["bad_months"] == 0.0


def test_debt_is_repaid_from_spare_cash():
    firm, books = settled(cash_jt=30.0, debt_jt=4.0, registered=True, age_months=30.0)
    assert books[INTEREST, 0] == close(0.04)
    # 35.46 jt: half of what is above a month's costs (18) is more than the debt
    assert books[REPAYMENTS, 0] == 4.0
    assert firm["debt_jt"] == 0.0
    _, books = settled(cash_jt=16.0, debt_jt=15.0, registered=True, age_months=30.0)
    assert books[REPAYMENTS, 0] == close(0.5 * (21.5 - 0.15 - 18.0))


def test_the_holiday_wage_is_paid_to_hired_workers():
    _, books = settled(holiday_share=0.5)
    assert books[HOLIDAY_PAY, 0] == close(0.5 * 2.0 * 2.0)


def test_goods_sold_leave_the_stock_at_their_cost():
    firm, _ = settled(sold_t=3.0, goods_t=1.0, goods_value_jt=40.0, revenue_jt=60.0)
    assert firm["cost_sold_jt"] == 30.0
    assert firm["goods_value_jt"] == 10.0
    assert firm["receivable_jt"] == 60.0
    assert firm["equity_jt"] == close(60.0 - 30.0 - 4.5 - 3.0)


@given(
    cash_jt=st.floats(-200, 500),
    debt_jt=st.floats(0, 100),
    received_jt=st.floats(0, 300),
    registered=st.booleans(),
    revenue_jt=st.floats(0, 200),
)
def test_however_poor_or_rich_net_worth_is_assets_less_debt(cash_jt, debt_jt, received_jt, registered, revenue_jt):
    before = {"cash_jt": cash_jt, "debt_jt": debt_jt, "receivable_jt": 300.0, "equity_jt": cash_jt + 300.0 - debt_jt}
    firm, _ = settled(received_jt=received_jt, registered=registered, age_months=99, revenue_jt=revenue_jt, **before)
    worth_jt = firm["cash_jt"] + firm["receivable_jt"] + firm["goods_value_jt"] - firm["debt_jt"]
    assert worth_jt == pytest.approx(firm["equity_jt"], abs=1e-9)
    assert firm["debt_jt"] >= 0.0
    limit_jt = (2.0 if registered else 1.0) * 20.0
    assert firm["debt_jt"] <= max(debt_jt, limit_jt) + 1e-9


# Coming and going


def test_a_newcomer_in_the_row_of_a_closed_firm_inherits_nothing():
    lively = {"firms.exit_rate": 0.012, "firms.exit_young": 3.0, "firms.entry_rate": 0.015}
    model = MetalSupplyChain(town(scale=0.3, observed=36, settings=lively), seed=1)
    rows = model.tables["firms"].rows
    flows = [name for name, column in Firm.columns.items() if column.unit.endswith("/month")]
    flows = [name for name in flows if name not in {"orders_t", "expected_t", "capacity_t", "wage_jt_fte"}]
    seen_before, newcomers, reused = rows["uid"].copy(), 0, 0
    while model.running:
        model.step()
        for row in np.flatnonzero(rows["uid"] != seen_before).tolist():
            if rows["working"][row]:
                newcomers += 1
                reused += seen_before[row] != 0
                left = {name: rows[name][row].item() for name in flows if rows[name][row] != 0.0}
                assert left == {}, row
                assert rows["bound"][row] == NONE
                holds = ("debt_jt", "receivable_jt", "deposit_jt", "steel_t", "goods_t", "backlog_t", "entitled_t")
                assert not any(rows[name][row] for name in holds)
                assert not rows["partner"][row]
                assert (rows["age_months"][row], rows["qualifying_for"][row]) == (0, -1)
                lists = model.links.rows
                held = lists["firm"][~lists["open_list"]]
                assert row not in held, "a place on a list is not inherited either"
        seen_before = rows["uid"].copy()
    assert newcomers > 10
    assert reused > 5
