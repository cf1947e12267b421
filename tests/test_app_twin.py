"""The page's towns: they run as any run does, on the same luck, and the page remembers what they did."""

import numpy as np
import pandas as pd
import pytest

from sim import MetalSupplyChain
from sim.app.network import differing, flows, flows_of_firm
from sim.app.twin import Twin, without_programmes
from sim.buyers import KINDS
from sim.errors import UserError
from tests.towns import town


@pytest.fixture(scope="module")
def twin():
    world = town("both")
    towns = Twin(world, without_programmes(world), seed=3)
    while towns.running:
        towns.step()
    return towns


def test_a_town_of_the_page_is_the_run_that_anybody_else_would_get(twin):
    plain = MetalSupplyChain(town("both"), seed=3).run()
    pd.testing.assert_frame_equal(twin.town.indicators, plain.indicators)


def test_both_towns_are_the_same_until_a_programme_acts_and_differ_after(twin):
    gap = twin.difference()
    before = gap[gap["month"] <= twin.warm_up].drop(columns=["month", "warm_up"])
    assert (before.fillna(0.0) == 0.0).all(axis=None)
    assert gap["spending_jt"].iloc[-1] > 0
    assert (gap["market_share_local"].iloc[twin.warm_up :] != 0).any()
    assert not twin.same


def test_a_town_beside_itself_never_differs():
    world = town()
    towns = Twin(world, without_programmes(world))
    towns.step()
    towns.step()
    assert towns.same
    assert towns.month == 2
    assert (towns.difference().drop(columns=["month", "warm_up"]).fillna(0.0) == 0.0).all(axis=None)


def test_a_town_alone_has_nothing_to_be_compared_with():
    alone = Twin(town())
    alone.step()
    assert len(alone.towns) == 1
    with pytest.raises(UserError, match="no other town"):
        alone.difference()


def test_towns_of_other_months_or_places_are_refused():
    with pytest.raises(UserError, match="do not simulate the same months"):
        Twin(town(), town(observed=11))


def test_what_firms_sold_by_kind_of_buyer_adds_up_to_what_the_run_counted(twin):
    model, memory = twin.town.model, twin.town.memory
    counted = np.stack([model.history.tally[f"sold_{kind}_t"][:, model.history.local].sum(axis=1) for kind in KINDS], 1)
    remembered = memory.firms["sold_by_kind_t"].sum(axis=1)
    closed = model.history.counts["exits"][:, model.history.local].sum(axis=1) > 0  # their last sales go with them
    assert counted.sum() > 0
    np.testing.assert_allclose(remembered[~closed], counted[~closed], rtol=1e-4, atol=1e-4)
    assert (remembered <= counted + 1e-3).all()


def test_what_mills_delivered_adds_up_to_what_the_run_counted(twin):
    by_cluster = twin.town.memory.mill_steel_t.sum(axis=1)
    counted = twin.town.model.history.tally["direct_t"]
    closed = twin.town.model.history.counts["exits"] > 0
    assert counted.sum() > 0
    np.testing.assert_allclose(by_cluster[~closed], counted[~closed], rtol=1e-9, atol=1e-9)


def test_a_firm_is_remembered_month_by_month(twin):
    memory = twin.town.memory
    uid = memory.uids(twin.months)[0]
    months = memory.firm(uid)
    firms = twin.town.model.tables["firms"].rows
    row = firms[firms["uid"] == uid][0]
    last = months.iloc[-1]
    assert last["month"] == twin.months
    for name in ("sold_t", "cash_jt", "workers_fte"):
        assert last[name] == pytest.approx(row[name], rel=1e-6)
    assert last["skill"] == pytest.approx(row["skill"] + row["skill_help"], rel=1e-6)
    assert last["bound"] == row["bound"]
    assert sum(last[f"sold_{kind}_t"] for kind in KINDS) == pytest.approx(last["sold_t"], rel=1e-3, abs=1e-4)


def test_a_firm_that_never_was_has_no_history(twin):
    assert twin.town.memory.firm(-5).empty
    assert flows_of_firm(twin.town, -5, 3).empty


def test_flows_of_a_month_are_those_of_the_run(twin):
    month = twin.months
    table = flows(twin.town, month)
    sales = twin.town.indicators["sales_local_t"].iloc[month - 1]
    city = table[(table["kind"] == "local") & (table["target"] != "buyer:home")]
    assert city["tonnes"].sum() == pytest.approx(sales)
    imports = table[table["source"] == "imports"]["tonnes"].sum()
    assert imports == pytest.approx(twin.town.indicators["imports_t"].iloc[month - 1])


def test_differing_flows_are_one_town_less_the_other(twin):
    here, there = flows(twin.town, twin.months), flows(twin.other, twin.months)
    gap = differing(here, there)
    assert len(gap) == len(here) == len(there)
    assert gap["tonnes"].sum() == pytest.approx(here["tonnes"].sum() - there["tonnes"].sum())


def test_a_firm_s_flows_lead_from_its_suppliers_to_its_buyers(twin):
    memory = twin.town.memory
    uid = memory.uids(twin.months)[0]
    table = flows_of_firm(twin.town, uid, twin.months)
    assert set(table["target"]) >= {"firm", "buyer:stores"}
    sold = table[table["source"] == "firm"]["tonnes"].sum()
    assert sold == pytest.approx(memory.firm(uid)["sold_t"].iloc[-1], rel=1e-3, abs=1e-4)
