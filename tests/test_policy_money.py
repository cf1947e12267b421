"""Every policy keeps its purse, the office keeps its staff, and every rupiah has a receiver."""

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.accounts import CITY_BUDGET, LAPSED, MONEY, PROGRAMME
from sim.core.parameters import month_number
from tests.each_policy import (
    BUDGET,
    DECEMBER,
    LONG,
    POLICIES,
    every_budget,
    every_other_option,
    every_policy,
    in_force,
    month_by_month,
)
from tests.towns import everything, run, town, unlike, wide, with_every_policy


@every_other_option
@pytest.mark.parametrize("budget_jt", [0.0, 300.0, 20_000.0])
def test_every_form_of_a_policy_keeps_its_budget_and_the_books(name, lever, option, budget_jt):
    money = {BUDGET: budget_jt} if BUDGET in POLICIES[name].levers else {}
    model = run(in_force(name, 0.5, **money, **{lever: option}))  # the audit of every month is part of the run
    assert model.indicators["spending_jt"].sum() <= budget_jt * 3
    if budget_jt == 0.0 and money:
        assert unlike(everything(model), everything(run(town(**LONG)))) == []


@every_budget
@pytest.mark.parametrize("budget_jt", [5.0, 60.0, 400.0, 20_000.0])
def test_a_policy_never_spends_more_than_its_budget(name, budget_jt):
    scenario = in_force(name, 1.0, first="2023-08", last="2025-03", **{BUDGET: budget_jt})
    allowed_jt = budget_jt * scenario["government.realised_share"]
    spent_jt, released_jt, by_year = 0.0, 0.0, {}
    for model in month_by_month(scenario):
        books = model.money.books
        released_jt += books[CITY_BUDGET, 1] - books[LAPSED, 0]
        spent_jt += model.office.purses[name].spent_jt
        assert spent_jt <= released_jt + books[LAPSED, 0] + 1e-9
        assert model.office.purses[name].left_jt >= 0.0
        year = (month_number(scenario.first_month) + model.month - 1) // 12
        by_year[year] = by_year.get(year, 0.0) + model.office.purses[name].spent_jt
        assert by_year[year] <= allowed_jt * (1 + 1e-12)
        if model.calendar_month == DECEMBER:
            assert model.office.purses[name].left_jt == 0.0, "unspent money lapses at the year's end"
    assert spent_jt > 0.0 or budget_jt < 100.0


@every_budget
def test_a_purse_pays_all_or_nothing(name):
    model = MetalSupplyChain(in_force(name, first="2023-06", **{BUDGET: 1_000.0}), seed=1)
    [policy] = model.office.policies
    model.month = policy.first
    books = np.zeros((len(MONEY), 2))
    model.office.open_month(policy.first, 6, books)
    purse, row = model.office.purses[name], model.tables["government"].rows
    left_jt = purse.left_jt
    assert left_jt == row["cash_jt"][0] == books[CITY_BUDGET, 1] > 10.0
    assert not model.office.spend(policy, PROGRAMME, left_jt * 1.001, books)
    assert (purse.left_jt, row["cash_jt"][0], purse.spent_jt, books[PROGRAMME, 0]) == (left_jt, left_jt, 0.0, 0.0)
    assert model.office.affordable(policy, left_jt / 3) == 3
    assert model.office.affordable(policy, 1e-308) >= 1_000_000
    assert model.office.affordable(policy, left_jt / 2.9) == 2
    assert model.office.spend(policy, PROGRAMME, left_jt, books)
    assert (purse.left_jt, row["cash_jt"][0], purse.spent_jt, books[PROGRAMME, 0]) == (0.0, 0.0, left_jt, left_jt)
    assert not model.office.spend(policy, PROGRAMME, 0.001, books)


@every_policy
def test_a_policy_without_a_budget_spends_nothing(name):
    spent = run(in_force(name, 1.0)).indicators["spending_jt"].sum()
    assert (spent > 0.0) == (BUDGET in POLICIES[name].levers)


def test_every_rupiah_that_is_spent_has_a_receiver():
    scenario = with_every_policy(town(**LONG), 0.4)
    from_office = [i for i, flow in enumerate(MONEY) if flow.giver == "government" and i != LAPSED]
    took = []
    for model in month_by_month(scenario):
        given, taken = model.money.books[from_office].T
        np.testing.assert_allclose(given, taken, rtol=1e-12, atol=1e-12)
        took.append(taken.sum())
    table = model.indicators
    np.testing.assert_allclose(table["spending_jt"], took, rtol=1e-12, atol=1e-9)
    assert table["spending_jt"].sum() > 0.0


@every_policy
def test_what_a_policy_spends_is_its_own_column(name):
    table = run(in_force(name, 1.0)).indicators
    assert table[f"spending_{name}_jt"].equals(table["spending_jt"].rename(f"spending_{name}_jt"))


@pytest.mark.parametrize("staff", [10, 40])
def test_the_staff_handles_no_more_firms_than_it_can(staff):
    scenario = with_every_policy(town(**LONG, settings={"government.staff_firms_month": staff}), 1.0)
    before, busiest = None, 0
    for model in month_by_month(scenario):
        assert 0 <= model.tables["government"].rows["staff_left"][0] <= staff
        firms = model.tables["firms"].rows
        now = dict(zip(firms["uid"].tolist(), firms["helped_times"].tolist(), strict=True))
        if before is not None:
            helped = sum(now[uid] - times for uid, times in before.items() if uid in now)
            assert helped <= staff * 2  # a store that is met is one case for the staff, and signs a few firms
            busiest = max(busiest, staff - model.tables["government"].rows["staff_left"][0])
        before = now
    assert 0 < busiest <= staff


@every_budget
def test_without_staff_no_firm_is_helped(name):
    none = wide({"government.staff_firms_month": 0})
    table = run(in_force(name, 1.0, settings=none)).indicators
    assert (table["helped_local"] == 0).all()


@every_policy
def test_two_policies_do_not_share_a_purse(name):
    others = [other for other in POLICIES if other != name]
    scenario = with_every_policy(town(**LONG), 0.4)
    poor = scenario
    for other in others:
        if BUDGET in POLICIES[other].levers:
            poor = poor.changed({f"policies.{other}.{BUDGET}": 0.0})
    spent = run(poor).indicators
    for other in others:
        assert (spent[f"spending_{other}_jt"] == 0).all(), other
