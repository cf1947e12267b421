"""Indicators: the same columns everywhere, and identities that hold in every month of every town."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import MetalSupplyChain, Scenario
from sim.accounts import MONEY, TONNES
from sim.buyers import HOME, KINDS
from sim.indicators import catalogue
from sim.indicators.declare import DECLARED, share
from sim.policies import catalogue as policies
from sim.reckoning import gini_of
from sim.scenario import shipped_names
from tests.towns import run, town, with_every_policy

FACTORS = ("access", "depth", "conversion", "fill", "rescue")
TOWNS = {
    "usual": lambda: town(observed=24),
    "every policy": lambda: with_every_policy(town(observed=24)),
    "no demand": lambda: town("limits/no_demand"),
    "no steel": lambda: town("limits/no_steel"),
}
everywhere = pytest.mark.parametrize("name", TOWNS)


@functools.cache
def table_of(name):
    return run(TOWNS[name](), seed=3).indicators


# Columns


@everywhere
def test_the_columns_are_those_of_the_catalogue_in_its_order(name):
    columns = [column.column for column in catalogue(TOWNS[name]())]
    assert list(table_of(name).columns) == ["month", "warm_up", *columns]
    assert len(set(columns)) == len(columns)


def clusters_of(scenario):
    """Return each cluster of a scenario in order, and whether it is the town's own."""
    local = "cluster_{}.local"
    names = [
        address[8:-6]
        for address in scenario.parameters
        if address.startswith("cluster_") and address.endswith(".local")
    ]
    return {name: scenario.parameters[local.format(name)].value for name in names}


@pytest.mark.parametrize("name", shipped_names())
def test_the_columns_are_the_same_for_every_shipped_scenario_with_the_same_clusters(name):
    scenario, baseline = Scenario.load(name), Scenario.load("baseline")
    same = clusters_of(scenario) == clusters_of(baseline)
    assert (catalogue(scenario) == catalogue(baseline)) == same
    assert same or name == "tegal", "only the other district has clusters of its own"


def test_every_indicator_has_a_unit_a_direction_and_a_meaning():
    for one in DECLARED:
        assert one.better in {"higher", "lower", "none"}, one.name
        assert one.by in {"origin", "two", "city"}, one.name
        assert one.unit, one.name
        assert "\n" not in one.meaning, one.name
        assert one.meaning.endswith("."), one.name
    assert len({one.name for one in DECLARED}) == len(DECLARED)


def test_a_column_is_named_indicator_origin_unit():
    suffix = {"t": "_t", "jt": "_jt", "jt/t": "_jt_t", "fte": "_fte", "months": "_months"}
    clusters = town().family("cluster")
    for one in catalogue(town()):
        origin = f"_{one.origin}" if one.origin else ""
        assert one.column == one.indicator + origin + suffix.get(one.unit, "")
        assert one.origin in {"", "local", "external", *clusters}


def test_the_columns_that_other_tools_read_are_there():
    wanted = """demand_t sales_local_t sales_external_t imports_t market_share_local access_local depth_local
        conversion_local fill_local rescue_local firms_local firms_external jobs_local_fte output_local_t steel_local_t
        steel_stays_share bound_market_local bound_steel_local bound_capacity_local bound_labour_local bound_cash_local
        bound_none_local value_added_local_jt spending_jt shadow_cost_jt"""
    columns = {one.column for one in catalogue(town())}
    assert set(wanted.split()) <= columns
    assert {f"spending_{name}_jt" for name in policies()} <= columns


@everywhere
def test_months_count_from_one_and_the_warm_up_comes_first(name):
    table, scenario = table_of(name), TOWNS[name]()
    assert table["month"].tolist() == list(range(1, scenario.months + 1))
    warm_up = scenario["time.warm_up_months"]
    assert table["warm_up"].tolist() == [1] * warm_up + [0] * (scenario.months - warm_up)
    assert table["month"].dtype == table["warm_up"].dtype == np.int64


@everywhere
def test_every_indicator_is_a_finite_number(name):
    values = table_of(name)
    assert np.isfinite(values.to_numpy(float)).all()


@everywhere
def test_shares_and_counts_are_shares_and_counts(name):
    table = table_of(name)
    for one in catalogue(TOWNS[name]()):
        values = table[one.column]
        if one.unit == "count":
            assert (values >= 0).all(), one.column
            assert (values == values.round()).all(), one.column
        may_leave = ("steel_fill", "conversion", "margin", "markup", "depth")
        if one.unit == "share" and not one.indicator.startswith(may_leave):
            assert values.between(-1e-12, 1 + 1e-9).all(), one.column
        if one.unit in {"t", "fte", "jt/t"}:
            assert (values >= -1e-9).all(), one.column


# Identities


@everywhere
@pytest.mark.parametrize("households", ["", "_no_households"])
@pytest.mark.parametrize("origin", ["local", "external"])
def test_the_market_share_is_the_product_of_its_five_factors(name, households, origin):
    table = table_of(name)
    product = np.prod([table[f"{factor}{households}_{origin}"] for factor in FACTORS], axis=0)
    np.testing.assert_allclose(product, table[f"market_share{households}_{origin}"], rtol=1e-12, atol=1e-15)


def test_the_factors_of_a_share_of_nothing_are_zero():
    table = table_of("no demand")
    for factor in FACTORS:
        assert (table[f"{factor}_local"] == 0).all()
    assert share(np.array([1.0, 2.0]), np.array([0.0, 4.0])).tolist() == [0.0, 0.5]


def test_the_factors_really_vary():
    table = table_of("usual")
    for factor in FACTORS:
        assert table[f"{factor}_local"].nunique() > 1, factor
    assert (table["rescue_local"] >= 1.0 - 1e-12).all()
    assert table["fill_local"].between(0.0, 1.0 + 1e-12).all()
    assert table["access_local"].between(0.0, 1.0 + 1e-12).all()


@everywhere
@pytest.mark.parametrize("origin", ["local", "external", "tegal", "ceper", "sukabumi"])
def test_the_shares_of_firms_by_what_bound_them_sum_to_one(name, origin):
    table = table_of(name)
    bounds = ("market", "steel", "capacity", "labour", "cash", "none")
    together = sum(table[f"bound_{bound}_{origin}"] for bound in bounds)
    np.testing.assert_allclose(together, (table[f"firms_{origin}"] > 0).astype(float), rtol=0, atol=1e-12)


@everywhere
def test_what_local_firms_lose_others_gain(name):
    table = table_of(name)
    supplied = table["sales_local_t"] + table["sales_external_t"] + table["imports_t"]
    np.testing.assert_allclose(supplied, table["demand_t"], rtol=1e-12, atol=1e-12)
    shares = table["market_share_local"] + table["market_share_external"] + table["import_share"]
    np.testing.assert_allclose(shares, (table["demand_t"] > 0).astype(float), rtol=0, atol=1e-12)
    # so a difference of two towns splits without a rest
    change = table - table_of("usual")[: len(table)]
    moved = change["demand_t"] - change["sales_external_t"] - change["imports_t"]
    np.testing.assert_allclose(change["sales_local_t"], moved, rtol=0, atol=1e-9)


@everywhere
def test_parts_sum_to_the_whole(name):
    table, scenario = table_of(name), TOWNS[name]()
    outside = [cluster for cluster, facts in scenario.family("cluster").items() if not facts["local"]]
    for indicator, unit in (("sales", "_t"), ("firms", ""), ("jobs", "_fte"), ("output", "_t"), ("wages", "_jt")):
        parts = sum(table[f"{indicator}_{cluster}{unit}"] for cluster in outside)
        np.testing.assert_allclose(parts, table[f"{indicator}_external{unit}"], rtol=1e-12, atol=1e-9)
    channels = sum(table[f"sales_{kind}_local_t"] for kind in KINDS[:HOME])
    np.testing.assert_allclose(channels, table["sales_local_t"], rtol=1e-12, atol=1e-12)
    needed = sum(table[f"demand_{kind}_t"] for kind in KINDS[:HOME])
    np.testing.assert_allclose(needed, table["demand_t"], rtol=1e-12, atol=1e-12)
    steel = table["steel_direct_local_t"] + table["steel_distributor_local_t"]
    np.testing.assert_allclose(steel, table["steel_local_t"], rtol=1e-12, atol=1e-12)
    shipped = table["shipped_contracts_t"] + table["shipped_elsewhere_t"] + table["allotment_delivered_t"]
    np.testing.assert_allclose(shipped, table["mill_output_t"], rtol=1e-12)
    direct = table["steel_direct_local_t"] + table["steel_direct_external_t"]
    np.testing.assert_allclose(direct, table["allotment_delivered_t"], rtol=1e-12, atol=1e-9)
    spent = sum(table[f"spending_{policy}_jt"] for policy in policies())
    np.testing.assert_allclose(spent, table["spending_jt"], rtol=1e-12, atol=1e-12)
    main = sum(table[f"main_buyer_{kind}_local"] for kind in KINDS[:HOME])
    assert (main <= 1 + 1e-12).all()


def test_the_number_of_firms_follows_from_entries_and_exits():
    table = run(town(scale=0.3, observed=24), seed=1).indicators
    for origin in ("local", "external"):
        born, gone = table[f"entries_{origin}"], table[f"exits_{origin}"]
        firms = table[f"firms_{origin}"]
        np.testing.assert_array_equal(firms.diff()[1:], (born - gone)[1:])
        assert born.sum() > 0
        assert gone.sum() > 0


def test_what_a_policy_spends_is_zero_when_it_is_not_in_force():
    table = table_of("usual")
    for name in policies():
        assert (table[f"spending_{name}_jt"] == 0).all()
    assert (table_of("every policy")["spending_jt"].sum()) > 0


def gini(sales):
    return gini_of(np.array(sales, dtype=float), np.zeros(1024), np.zeros(1024))


def test_the_gini_coefficient_worked_by_hand():
    assert gini([]) == 0.0
    assert gini([0.0, 0.0]) == 0.0
    assert gini([2.0, 2.0, 2.0]) == pytest.approx(0.0, abs=1e-3)
    # one of four has everything: 1 - 1/4
    assert gini([0.0, 8.0, 0.0, 0.0]) == pytest.approx(0.75, abs=1e-3)
    # 1 and 3: the mean absolute difference is 1, half of it against the mean 2
    assert gini([3.0, 1.0]) == pytest.approx(0.25, abs=1e-3)


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=60))
def test_the_gini_coefficient_in_classes_is_close_to_the_exact_one(sales):
    values = np.sort(np.array(sales))
    if values.sum() > 0.0:
        rank = np.arange(1, values.size + 1)
        exact = 2.0 * (rank * values).sum() / (values.size * values.sum()) - (values.size + 1) / values.size
        assert gini(sales) == pytest.approx(exact, abs=2e-3)


# Indicators against the books


@everywhere
def test_what_indicators_say_is_paid_and_moved_is_what_the_books_say(name):
    model = MetalSupplyChain(TOWNS[name](), seed=3)
    booked = {"wages": [], "output": [], "distributed steel": [], "allotted steel": []}
    while model.running:
        model.step()
        for flows, books in ((MONEY, model.money.books), (TONNES, model.tonnes.books)):
            for flow, (amount, _) in zip(flows, books.tolist(), strict=True):
                if flow.name in booked:
                    booked[flow.name].append(amount)
    table = model.indicators
    for indicator, unit, flow in (
        ("wages", "_jt", "wages"),
        ("output", "_t", "output"),
        ("steel_direct", "_t", "allotted steel"),
        ("steel_distributor", "_t", "distributed steel"),
    ):
        told = table[f"{indicator}_local{unit}"] + table[f"{indicator}_external{unit}"]
        np.testing.assert_allclose(told, booked[flow], rtol=1e-9, atol=1e-9, err_msg=indicator)
