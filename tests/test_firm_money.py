"""The money of a small firm, worked by hand with round numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import workshops
from sim.accounts import DRAW, HOLIDAY_PAY, INTEREST, LOANS, MONEY, OVERHEAD, PAYMENTS, REPAYMENTS, WAGES
from sim.core.state import seen
from sim.firms import Firm
from tests.rows import BASELINE, close, tables


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
