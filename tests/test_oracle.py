"""The fast model against the oracle: the same town, written twice, month by month, firm by firm.

Tolerance 1e-12 of the value (of 1 t or 1 jt where it is near nothing), not bit for bit: the oracle is written in
another way on purpose (powers for exponentials, other orders of sums), so each step may differ by a last bit; two
years of them add up to about 1e-13.
"""

import numpy as np
import pytest

from sim import MetalSupplyChain, Scenario
from sim.accounts import MONEY
from sim.firms import BOUNDS
from tests.oracle import Town, without_change

MONTHS = 24
TOLERANCE = 1e-12
# A small town in which everything happens: a mill stops, reserves steel for local firms and takes part of the price
# on delivery; money is short. Its yards are fuller than its shelves: equal buffers make steel and orders the same
# limit for a firm that has sold out, and then the last bit decides which of the two is recorded.
RICH = {
    "town.scale": 0.1,
    "mill_krakatau_steel.outage_from": "2018-10",
    "mill_krakatau_steel.outage_to": "2019-03",
    "mill_krakatau_steel.reserved_local_share": 0.3,
    "steel.prepaid_share": 0.7,
    "steel.priority_local": 0.4,
    "steel.backlog_months": 2,
    "firms.steel_buffer": 0.45,
    "firms.town_cash_jt_t": 15.0,
    "firms.registration_rate": 0.02,
    "firms.certificate_rate": 0.02,
    "firms.revocation_rate": 0.01,
    "cluster_cilegon.certified_share": 0.6,
}
FIRM = (  # columns
    "expected_t desired_t price_jt_t unit_cost_jt_t markup taste pull pull_home steel_t steel_cost_jt_t wanted_steel_t "
    "backlog_t entitled_t backlog_months deposit_jt direct_t bought_t trust output_t goods_t sold_t orders_t "
    "demanding_t cash_jt debt_jt wages_jt overhead_jt wage_jt_fte workers_fte capacity_t skill skill_help quality use "
    "certificate_months ban_months"
)
EXACT = ("bound", "cash_cut", "registered", "partner")
BUYER = ("demand_t", "local_t", "external_t", "imported_t", "payable_jt")
NEVER_HERE = (
    "start capital", "clearance sales", "estates", "debts written off", "payments to heirs", "city budget",
    "budget lapsed", "programme costs", "grants to firms", "fees paid for firms", "relief", "listing fees",
    "subsidies to lenders", "invoices financed", "cooperative capital", "cooperative capital returned",
    "cooperative advances", "cooperative advances repaid", "cooperative fees", "cooperative payouts",
    "cooperative costs",
)  # fmt: skip


def side_by_side(seed, months=MONTHS, settings=None):
    """Yield both towns after each month."""
    scenario = without_change(Scenario.load("baseline").changed(RICH).changed(settings or {}))
    fast = MetalSupplyChain(scenario, seed=seed, months=months)
    fast.tables["firms"].rows["skill_help"][::3] = 0.1  # a programme has been there
    oracle = Town(fast)
    for _ in range(months):
        fast.step()
        oracle.step()
        yield fast, oracle


def differences(fast, oracle):
    """Return the names of what differs, with both values where they differ most."""
    apart = {}
    for table, agents, names in (("firms", oracle.firms, [*FIRM.split(), *EXACT]), ("buyers", oracle.buyers, BUYER)):
        rows = fast.tables[table].rows[[agent.row for agent in agents]]
        for name in names:
            ours, theirs = rows[name].astype(float), np.array([float(getattr(agent, name)) for agent in agents])
            allowed = 0.0 if name in EXACT else TOLERANCE * np.maximum(1.0, np.abs(theirs))
            wrong = ~(np.abs(ours - theirs) <= allowed)
            if wrong.any():
                worst = int(np.argmax(np.abs(ours - theirs)))
                apart[f"{table}.{name}"] = (agents[worst].row, ours[worst], theirs[worst])
    return apart


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fast_model_agrees_with_the_oracle_firm_by_firm(seed):
    for fast, oracle in side_by_side(seed):
        assert differences(fast, oracle) == {}, f"month {fast.month}"
    assert len(oracle.firms) == 60


def test_the_towns_compared_leave_nothing_out():
    flowed, bound = np.zeros(len(MONEY)), set()
    for seed in (1, 2, 3):
        for month in side_by_side(seed):
            fast, oracle = month
            bound |= {firm.bound for firm in oracle.firms}
        flowed += fast.history.money[:, :, 0].sum(axis=0)
        table = fast.indicators
        assert (table[["exits_local", "entries_local", "exits_external", "entries_external"]] == 0).all(axis=None)
    still = {flow.name for flow, jt in zip(MONEY, flowed, strict=True) if jt == 0.0}
    assert still == set(NEVER_HERE)
    assert {BOUNDS[number] for number in bound} == set(BOUNDS)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"firms.menu_cost": 0.0515}, "firms.price_jt_t"),
        ({"steel.priority_size": 0.31}, "firms.direct_t"),
        ({"market.nest": 0.81}, "buyers.local_t"),
        ({"firms.draw_share": 0.41}, "firms.cash_jt"),
    ],
)
def test_a_rule_that_reads_another_number_is_found_out(change, what):
    found = {}
    scenario = without_change(Scenario.load("baseline").changed(RICH))
    fast = MetalSupplyChain(scenario, seed=1, months=MONTHS)
    other = Town(MetalSupplyChain(scenario.changed(change), seed=1, months=MONTHS))
    for _ in range(MONTHS):
        fast.step()
        other.step()
        found |= differences(fast, other)
    assert what in found
