"""Tonnes and rupiah: nothing appears and nothing vanishes, in any town; a leak stops the run and is named."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import MetalSupplyChain, Scenario
from sim.accounts import DELIVERIES, LISTING_FEES, MONEY, TONNES, WAGES
from sim.errors import AuditError
from sim.policies import Lever, catalogue
from tests.towns import INTERPRETED, SCALE, Planted, town, with_every_policy

BASELINE = Scenario.load("baseline")
FIXED = {"town.scale", "time.warm_up_months", "time.observed_months", "time.first_observed"}
NUMBERS = [
    address
    for address, entry in BASELINE.parameters.items()
    if entry.unit not in {"yes/no", "month"} and address not in FIXED
]
PARTS = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))


def between(entry, part):
    low, high = entry.range
    value = low + part * (high - low)
    whole = entry.unit == "count" or (entry.unit == "months" and isinstance(entry.value, int))
    return min(max(round(value) if whole else value, low), high)


def lever_between(lever, part):
    if isinstance(lever, Lever):
        return lever.low + part * (lever.high - lever.low)
    return lever.options[round(part * (len(lever.options) - 1))]


@st.composite
def changes(draw, most):
    """Return what makes another small town: numbers anywhere in their ranges, and some policies in force."""
    parts = draw(st.dictionaries(st.sampled_from(NUMBERS), PARTS, max_size=most))
    changed = {address: between(BASELINE.parameters[address], part) for address, part in parts.items()}
    may, june = "outside.spent_by_may", "outside.spent_by_june"
    if changed.get(may, 0.0) > changed.get(june, BASELINE[june]):
        changed[june] = changed[may]  # what is spent by the end of June includes what is spent by May
    changed["time.warm_up_months"] = draw(st.integers(0, 12))
    changed["time.observed_months"] = draw(st.integers(1, 6 if INTERPRETED else 24))
    first = changed["time.first_observed"] = draw(st.sampled_from(["2023-06", "2024-01", "2019-12"]))
    changed["town.scale"] = draw(st.floats(0.05, SCALE))
    for name in draw(st.lists(st.sampled_from(sorted(catalogue())), unique=True)):
        chosen = {key: lever_between(lever, draw(PARTS)) for key, lever in catalogue()[name].levers.items()}
        dates = {"from": first, "to": "2040-12"}
        changed |= {f"policies.{name}.{key}": value for key, value in (chosen | dates).items()}
    return changed


def check_books(changed, seed):
    """Run month by month; what the audit checks by flow and sector is checked again here from the far end."""
    model = MetalSupplyChain(BASELINE.changed(changed), seed=seed)
    while model.running:
        before = holdings(model)
        model.step()  # the audit stops the run if anything leaks
        after = holdings(model)
        money = dict(zip((flow.name for flow in MONEY), model.money.books[:, 0].tolist(), strict=True))
        tonnes = dict(zip((flow.name for flow in TONNES), model.tonnes.books[:, 0].tolist(), strict=True))
        for kind, flows, declared in (("cash", money, MONEY), ("steel", tonnes, TONNES), ("goods", tonnes, TONNES)):
            sector = {"cash": "firms", "steel": "steel yards", "goods": "goods stocks"}[kind]
            came = sum(flows[flow.name] for flow in declared if flow.taker == sector)
            went = sum(flows[flow.name] for flow in declared if flow.giver == sector)
            turnover = 1.0 + sum(abs(value) for value in flows.values()) + abs(before[kind]) + abs(after[kind])
            assert math.isclose(after[kind] - before[kind], came - went, abs_tol=1e-9 * turnover), kind
        mills = model.tables["producers"].rows
        shipped = mills["contracts_t"] + mills["elsewhere_t"] + mills["delivered_t"]
        np.testing.assert_allclose(shipped, mills["output_t"], rtol=1e-12)
    table = model.indicators
    assert np.isfinite(table.to_numpy(float)).all(), list(table.columns[~np.isfinite(table).all()])
    found = table["sales_local_t"] + table["sales_external_t"] + table["imports_t"]
    np.testing.assert_allclose(found, table["demand_t"], rtol=1e-9, atol=1e-9)


def holdings(model):
    firms = model.tables["firms"].rows
    firms = firms[firms["working"]]
    return {kind: float(firms[column].sum()) for kind, column in
            (("cash", "cash_jt"), ("steel", "steel_t"), ("goods", "goods_t"))}  # fmt: skip


@given(changed=changes(most=8), seed=st.integers(1, 2**31))
def test_no_town_loses_or_makes_a_tonne_or_a_rupiah(changed, seed):
    check_books(changed, seed)


@pytest.mark.long
@settings(max_examples=1500)
@given(changed=changes(most=120), seed=st.integers(1, 2**62))
def test_no_town_however_odd_loses_or_makes_a_tonne_or_a_rupiah(changed, seed):
    check_books(changed, seed)


@pytest.mark.parametrize("table", ["firms", "buyers", "producers", "distributors", "government"])
def test_no_state_variable_falls_below_its_lowest_sensible_value(table):
    model = MetalSupplyChain(with_every_policy(town(observed=24)), seed=2)
    low = {name: column.low for name, column in model.tables[table].cls.columns.items() if column.low is not None}
    assert low
    lowest = dict.fromkeys(low, math.inf)
    while model.running:
        model.step()
        for name in low:
            lowest[name] = min(lowest[name], float(model.tables[table].rows[name].min()))
    assert {name: value for name, value in lowest.items() if value < low[name] - 1e-9} == {}


# A leak planted on purpose


def cash_from_nowhere(town):
    town.tables["firms"].rows["cash_jt"][0] += 5.0


def cash_that_the_income_account_knows(town):
    firms = town.tables["firms"].rows
    firms["cash_jt"][0] += 5.0
    firms["equity_jt"][0] += 5.0


def steel_from_nowhere(town):
    firms = town.tables["firms"].rows
    firms["steel_t"][0] += 1.0
    firms["equity_jt"][0] += firms["steel_cost_jt_t"][0]


def goods_from_nowhere(town):
    town.tables["firms"].rows["goods_t"][0] += 1.0


def steel_without_worth(town):
    town.tables["firms"].rows["steel_t"][0] += 1.0


def machines_from_nowhere(town):
    town.tables["firms"].rows["capacity_t"][0] += 0.5


def a_sale_without_a_buyer(town):
    town.tables["buyers"].rows["local_t"][0] += 1.0


def a_delivery_with_one_end(town):
    town.tonnes.books[DELIVERIES, 0] += 0.5


def a_fee_with_one_end(town):
    town.money.books[LISTING_FEES, 0] += 1.0


def a_wage_never_paid(town):
    town.money.books[WAGES, 0] += 1.0


def a_claim_with_one_end(town):
    firms = town.tables["firms"].rows
    firms["receivable_jt"][0] += 2.0
    firms["equity_jt"][0] += 2.0


def a_debt_with_one_end(town):
    firms = town.tables["firms"].rows
    firms["debt_jt"][0] += 2.0
    firms["equity_jt"][0] -= 2.0


def a_deposit_with_one_end(town):
    town.tables["producers"].rows["deposits_jt"][0] += 2.0


def cash_of_a_mill(town):
    town.tables["producers"].rows["cash_jt"][0] += 2.0


def cash_of_a_dealer(town):
    town.tables["distributors"].rows["cash_jt"][0] += 2.0


def cash_of_a_buyer(town):
    town.tables["buyers"].rows["cash_jt"][0] -= 2.0


def cash_of_the_office(town):
    town.office.purses["training"].left_jt += 3.0
    town.office.row.rows["cash_jt"][0] += 3.0


def nothing_that_is_a_number(town):
    town.tables["firms"].rows["cash_jt"][0] = math.nan


LEAKS = [
    (cash_from_nowhere, "books of firm {uid} (row 0) do not balance"),
    (steel_without_worth, "books of firm {uid} (row 0) do not balance"),
    (machines_from_nowhere, "books of firm {uid} (row 0) do not balance"),
    (nothing_that_is_a_number, "books of firm {uid} (row 0) do not balance"),
    (cash_that_the_income_account_knows, "what firms hold changed"),
    (steel_from_nowhere, "what steel yards hold changed"),
    (goods_from_nowhere, "what goods stocks hold changed"),
    (a_sale_without_a_buyer, "the flow 'deliveries' leaks: goods stocks gave"),
    (a_delivery_with_one_end, "the flow 'deliveries' leaks: goods stocks gave"),
    (a_fee_with_one_end, "the flow 'listing fees' leaks: firms gave"),
    (a_wage_never_paid, "what firms hold changed"),
    (a_claim_with_one_end, "and buyers' payables differ"),
    (a_debt_with_one_end, "firms' debt and lenders' claims differ"),
    (a_deposit_with_one_end, "firms' deposits and what mills hold differ"),
    (cash_of_a_mill, "what mills hold changed"),
    (cash_of_a_dealer, "what distributors hold changed"),
    (cash_of_a_buyer, "what buyers hold changed"),
    (cash_of_the_office, "what government hold changed"),
]


@pytest.mark.parametrize(("fault", "message"), LEAKS, ids=[fault.__name__ for fault, _ in LEAKS])
def test_a_planted_leak_stops_the_run_in_its_month_and_is_named(fault, message):
    model = MetalSupplyChain(with_every_policy(town(warm_up=1)), seed=1)
    for _ in range(2):
        model.step()
    Planted(model, "look_back", fault)
    uid = int(model.tables["firms"].rows["uid"][0])
    with pytest.raises(AuditError) as caught:
        model.step()
    assert str(caught.value).startswith("Month 3: ")
    assert message.format(uid=uid) in str(caught.value)


def test_a_leak_of_a_millionth_of_the_turnover_is_found():
    model = MetalSupplyChain(with_every_policy(town()), seed=1)
    model.step()
    turnover_jt = float(np.abs(model.money.books[:, 0]).sum())

    def drip(town):
        town.money.books[LISTING_FEES, 1] += 1e-6 * turnover_jt

    Planted(model, "look_back", drip)
    with pytest.raises(AuditError, match="'listing fees' leaks"):
        model.step()


def test_a_policy_that_does_nothing_stops_no_run():
    model = MetalSupplyChain(with_every_policy(town()), seed=1)
    done = []
    Planted(model, "look_back", lambda town: done.append(town.month))
    model.run()
    assert done == list(range(1, model.months + 1))
