"""Where firms, mills, buyers and the world outside meet: the rules worked by hand."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.buyers import ADMITTED, HISTORY, MEANS, PAPERS, QUALITY, VOLUME, Buyer
from sim.core.state import seen
from sim.core.streams import bell, draw_normal, normal, pick
from sim.deliveries import payment_delay_months
from sim.errors import UserError
from sim.firms import Firm
from sim.goods_market import inside_share, may_order_from
from sim.model import MetalSupplyChain
from sim.population import poisson
from sim.producers import Distributor, Producer
from sim.relief import RELIEFS
from sim.shocks import Outside, lebaran_near, public_share, seasons
from sim.steel_market import may_order_direct, priority, share_out
from sim.town import mills_of
from tests.rows import BASELINE, Row, member, room, rule, tables
from tests.towns import run, town, wide


def close(value):
    return pytest.approx(value, rel=1e-12, abs=1e-12)


# Rationing


def rationed(orders, weights, offer_t, local=None, *, local_only=False):
    """Return what each order is given out of an offer, and what is left."""
    local = local or [True] * len(orders)
    rows = [{"backlog_t": order_t, "local": own} for order_t, own in zip(orders, local, strict=True)]
    table, arg = tables(Firm, *rows)
    waiting = np.arange(len(orders))
    left_t = share_out(arg, waiting, np.array(weights, dtype=float), len(orders), offer_t, local_only)
    return table["entitled_t"].tolist(), left_t


@pytest.mark.parametrize(
    ("orders", "weights", "offer_t", "given", "left_t"),
    [
        ([10, 10], [1, 3], 12, [3, 9], 0),  # theta 0.3: neither order is filled
        ([10, 10], [1, 3], 16, [6, 10], 0),  # theta 0.4 fills the second; the rest goes to the first
        ([10, 10], [1, 3], 30, [10, 10], 10),  # enough for all
        ([10, 10], [1, 3], 20, [10, 10], 0),
        ([10, 10], [1, 1], 5, [2.5, 2.5], 0),
        ([2, 10, 10], [1, 1, 1], 11, [1, 5, 5], 0),  # in proportion to orders
        ([2, 10, 10], [9, 1, 1], 12, [2, 5, 5], 0),
        ([1, 4, 4], [8, 2, 1], 6, [1, 10 / 3, 5 / 3], 0),
        ([5], [1], 0, [0], 0),
        ([], [], 7, [], 7),
    ],
)
def test_steel_is_shared_out_by_water_filling(orders, weights, offer_t, given, left_t):
    got, left = rationed(orders, weights, float(offer_t))
    assert got == close(given)
    assert left == close(left_t)


def test_a_reserve_for_local_firms_serves_local_firms_and_returns_what_they_do_not_take():
    assert rationed([10, 4], [1, 1], 6.0, [False, True], local_only=True) == ([0, 4], 2.0)


@given(
    orders=st.lists(st.floats(0.01, 50), min_size=1, max_size=12),
    exponents=st.lists(st.floats(-3, 3), min_size=12, max_size=12),
    part=st.floats(0, 1.5),
)
def test_rationing_uses_the_offer_up_or_meets_every_order(orders, exponents, part):
    weights = [math.exp(value) for value in exponents[: len(orders)]]
    offer_t = part * sum(orders)
    got, left_t = rationed(orders, weights, offer_t)
    assert sum(got) + left_t == pytest.approx(offer_t, rel=1e-9)
    assert all(0 <= some <= order + 1e-12 for some, order in zip(got, orders, strict=True))
    # one theta for all: min(order, theta x weight x order)
    thetas = [some / (weight * order) for some, weight, order in zip(got, weights, orders, strict=True)]
    open_ = [theta for theta, some, order in zip(thetas, got, orders, strict=True) if some < order * (1 - 1e-9)]
    if open_:
        assert left_t == 0.0
        assert max(open_) == pytest.approx(min(open_), rel=1e-6)
        assert max(open_) >= max(thetas) * (1 - 1e-6)


def test_priority_is_trust_size_partnership_and_place():
    s = room("steel", priority_trust=1.2, priority_size=0.5, priority_partner=1.0, priority_local=-0.5)
    assert priority(Row(Firm, trust=0.5, log_size=0.0).arg, s) == close(math.exp(0.6))
    assert priority(Row(Firm, log_size=math.log(4.0)).arg, s) == close(2.0)
    assert priority(Row(Firm, partner=True).arg, s) == close(math.e)
    assert priority(Row(Firm, local=True).arg, s) == close(math.exp(-0.5))


@pytest.mark.parametrize(
    ("firm", "use_t", "may"),
    [
        ({"registered": True}, 1.0, True),  # a lot of 3 t is three months' use
        ({"registered": True}, 0.9, False),
        ({"registered": False}, 9.0, False),
        ({"partner": True}, 0.1, True),
    ],
)
def test_who_may_order_at_a_mill(firm, use_t, may):
    s = room("steel", cover_limit_months=3.0)
    assert may_order_direct(Row(Firm, **firm).arg, Row(Producer, lot_t=3.0).arg, use_t, s) == may


# Mills and distributors


def test_a_mill_makes_less_in_an_outage_and_sets_its_price():
    facts = mills_of(town())[:1]
    for name, value in {"utilisation": 0.5, "outage_from": 5, "outage_to": 7, "outage_loss": 0.6}.items():
        facts[name] = value
    for name, value in {"capacity_t": 1000.0, "price_ratio": 1.1, "lot_t": 2.0, "local_first": 0.25}.items():
        facts[name] = value
    facts["reserved_local_share"] = 0.1
    mill = Row(Producer, retained_share=0.9)
    for month, output_t in ((4, 500.0), (5, 200.0), (7, 200.0), (8, 500.0)):
        rule(Producer.make_steel)(mill.arg, seen(facts)[0], month, 10.0)
        assert mill.output_t == close(output_t)
    assert mill.price_jt_t == close(11.0)
    assert (mill.lot_t, mill.local_first, mill.reserved_share, mill.retained_share) == (2.0, 0.25, 0.1, 0.0)


def test_outages_are_on_their_dates():
    scenario = town(warm_up=12, observed=24)
    table = run(scenario).indicators
    assert table["mill_output_t"][10] > table["mill_output_t"][11], "the outage begins in May 2023, month 12"
    assert table["mill_output_t"][11:31].nunique() == 1, "and lasts to December 2024"
    assert table["mill_output_t"][31] == table["mill_output_t"][10]


def test_the_allotment_comes_first_then_contracts_then_everybody_else():
    mill = Row(Producer, output_t=1000.0, reserved_share=0.25, retained_share=0.01, delivered_t=7.0)
    rule(Producer.allot)(mill.arg, member("mill", allotment_share=0.002, contract_share=0.4), 2.0)
    assert mill.offered_t == close(14.0)
    assert mill.reserved_t == close(3.5)
    assert mill.contracts_t == close(400.0)
    assert mill.delivered_t == 0.0
    mill.retained_share = 0.8
    rule(Producer.allot)(mill.arg, member("mill", allotment_share=0.0, contract_share=0.4), 1.0)
    assert mill.contracts_t == close(200.0), "contracts can only have what is left"


def test_distributors_ask_more_when_there_is_a_queue():
    p = room("steel", queue_slope=0.35, queue_cap=1.0, distributor_speed=0.15, distributor_floor_t=1.0)
    dealer = Row(Distributor, usual_t=10.0, ordered_t=14.0, sold_t=12.0)
    rule(Distributor.quote)(dealer.arg, member("cluster", distributor_markup=0.2), p)
    assert dealer.markup == close(0.2 + 0.35 * 0.4)
    assert dealer.usual_t == close(10.0 + 0.15 * 2.0)
    assert dealer.ordered_t == dealer.sold_t == 0.0
    dealer.ordered_t = 99.0
    rule(Distributor.quote)(dealer.arg, member("cluster", distributor_markup=0.2), p)
    assert dealer.markup == close(0.55), "the queue counts up to its cap"
    dealer.usual_t, dealer.ordered_t = 1.0, 0.1
    rule(Distributor.quote)(dealer.arg, member("cluster", distributor_markup=0.2), p)
    assert dealer.markup == close(0.2), "no queue, no discount"
    assert dealer.usual_t == 1.0, "never below the floor"


# Buyers


def test_demand_follows_size_season_mood_and_price():
    buyer = Row(Buyer, usual_t=10.0, mood=0.5, imported_t=3.0, local_t=2.0, external_t=1.0)
    o = room("outside", demand_persistence=0.8, demand_sd=0.1)
    rule(Buyer.demand)(buyer.arg, member("buyer"), 1.1, 0.95, -1.0, o)
    assert buyer.mood == close(0.3)
    assert buyer.demand_t == close(10.0 * 1.1 * math.exp(0.3) * 0.95) == buyer.unmet_t
    assert buyer.imported_t == buyer.local_t == buyer.external_t == 0.0


GATE = {
    "needs_papers": 1.0,
    "needs_certificate": 1.0,
    "min_volume_t": 1.2,
    "min_quality": -0.3,
    "listing_fee_jt": 3.0,
    "announced_share": 0.5,
    "terms_months": 2.0,
    "min_age_months": 24.0,
}
# a place is worth 60 / 6 = 10 t, of which half is announced: two months of 5 t at 20 jt, and the fee
FIT = {
    "registered": True,
    "certificate_months": 1.0,
    "capacity_t": 1.2,
    "quality": -0.3,
    "price_jt_t": 20.0,
    "cash_jt": 203.0,
    "age_months": 24.0,
}


@pytest.mark.parametrize(
    ("flaw", "help_share", "gate"),
    [
        ({}, 0.0, ADMITTED),
        ({"registered": False}, 0.0, PAPERS),
        ({"certificate_months": 0.0}, 0.0, PAPERS),
        ({"capacity_t": 1.19}, 0.0, VOLUME),
        ({"quality": -0.31}, 0.0, QUALITY),
        ({"cash_jt": 202.9}, 0.0, MEANS),
        ({"cash_jt": 200.0}, 1.0, ADMITTED),
        ({"cash_jt": 201.4}, 0.5, MEANS),
        ({"age_months": 23.0}, 0.0, HISTORY),
        ({"registered": False, "capacity_t": 0.1, "quality": -9.0}, 0.0, PAPERS),
    ],
)
def test_the_gate_names_what_is_missing_first(flaw, help_share, gate):
    buyer = Row(Buyer, usual_t=60.0, slots=6.0)
    firm = Row(Firm, **(FIT | flaw))
    assert rule(Buyer.refusal)(buyer.arg, firm.arg, member("buyer", **GATE), help_share, room("firms")) == gate


@pytest.mark.parametrize(
    ("firm", "asks", "may"),
    [
        ({"working": True}, 0.0, True),
        ({"working": False}, 0.0, False),
        ({"working": True, "registered": True, "certificate_months": 1.0}, 1.0, True),
        ({"working": True, "registered": True}, 1.0, False),
        ({"working": True, "certificate_months": 1.0}, 1.0, False),
    ],
)
def test_government_orders_only_from_certified_firms_with_papers(firm, asks, may):
    assert may_order_from(Row(Firm, **firm).arg, member("buyer", needs_certificate=asks)) == may


CHOICE = {"nest": 0.5, "list_value": 0.3, "price_elasticity": 4.0}
EVEN = {"price_preference": 0.0, "import_pull": 0.0, "reserved_share": 0.0}


def inside(attraction=1.0, length=6, usual=6, imports=0.0, **kind):
    return inside_share(member("buyer", **(EVEN | kind)), attraction, length, usual, imports, room("market", **CHOICE))


def test_a_list_as_good_as_imports_gets_half():
    assert inside() == close(0.5)
    assert inside(attraction=math.exp(2.0)) == close(math.e / (1.0 + math.e))
    assert inside(imports=1.0) == close(1.0 / (1.0 + math.e))
    assert inside(import_pull=-1.0) == close(math.e / (1.0 + math.e))


def test_a_longer_list_is_worth_little_more():
    odds = 2.0**0.3
    assert inside(length=12) == close(odds / (1.0 + odds))


def test_a_reserve_and_a_preference_help_listed_firms():
    assert inside(reserved_share=0.4) == close(0.4 + 0.6 * 0.5)
    odds = 1.15**4
    assert inside(price_preference=0.15) == close(odds / (1.0 + odds))


@pytest.mark.parametrize(("u", "months"), [(0.5, 2), (0.21, 2), (0.19, 3), (0.061, 3), (0.059, 4)])
def test_payment_comes_by_the_terms_or_a_month_or_two_late(u, months):
    kind = member("buyer", terms_months=2.0, late_share=0.2, very_late_share=0.3)
    assert payment_delay_months(kind, u) == months


# Coming and going


@given(mean=st.floats(0.0, 20.0), u=st.floats(1e-9, 1 - 1e-9))
def test_openings_are_poisson(mean, u):
    count = poisson(mean, u)
    assert stats.poisson.cdf(count, mean) >= u * (1 - 1e-9)
    assert count == 0 or stats.poisson.cdf(count - 1, mean) <= u * (1 + 1e-9)


# Luck for loops


def test_a_pick_is_an_even_row_and_an_even_number():
    drawn = [pick(12345, k, 7) for k in range(7_000)]
    counts = np.bincount([row for row, _ in drawn], minlength=7)
    assert counts.size == 7
    assert stats.chisquare(counts).pvalue > 1e-6
    assert stats.kstest([u for _, u in drawn], "uniform").pvalue > 1e-6


def test_a_bell_has_mean_zero_variance_one_and_no_far_tails():
    drawn = np.array([bell(777, row) for row in range(8_000)])
    assert abs(drawn.mean()) < 0.06
    assert abs(drawn.var() - 1.0) < 0.08
    assert np.abs(drawn).max() <= 3.5
    four = np.random.default_rng(1).random((8_000, 4)).sum(axis=1)
    assert stats.ks_2samp(drawn, (four - 2.0) * math.sqrt(3.0)).pvalue > 1e-6


def test_normal_draws_of_a_table_are_those_of_its_rows():
    assert draw_normal(99, 50).tolist() == [normal(99, row) for row in range(50)]


# Outside


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


# Listing


def test_a_firm_that_qualifies_for_one_buyer_pays_no_fee_to_another():
    busy = {"buyer_industry.review_rate": 0.5, "buyer_industry.candidates": 12, "buyer_industry.min_quality": -3.0}
    never = wide({"firms.exit_rate": 0.0, "firms.exit_idle": 0.0})
    open_gate = {"buyer_industry.min_volume_t": 0.0, "buyer_industry.min_age_months": 0}
    model = MetalSupplyChain(town(scale=0.3, observed=18, settings=busy | open_gate | never), seed=1)
    firms = model.tables["firms"].rows
    begun, before = 0, firms["qualifying_for"].copy()
    while model.running:
        uid = firms["uid"].copy()
        model.step()
        same = firms["uid"] == uid
        # a firm begins to qualify when it is admitted; nobody is admitted for nothing
        begun += int((same & (firms["qualifying_for"] >= 0) & (firms["qualifying_for"] != before)).sum())
        before = firms["qualifying_for"].copy()
    table = model.indicators
    admitted = table["admitted_industry_local"].sum() + table["admitted_industry_external"].sum()
    closed = table["exits_local"].sum() + table["exits_external"].sum()
    assert begun > 10
    assert admitted <= begun + closed


# Relief


@pytest.mark.parametrize("name", RELIEFS)
def test_a_relief_eases_local_firms_from_the_first_observed_month(name):
    scenario = town(observed=18)
    eased = MetalSupplyChain(scenario, seed=1, relief=name).run()
    usual = run(scenario)
    assert eased.indicators[:12].equals(usual.indicators[:12])
    assert not eased.indicators.equals(usual.indicators)
    assert eased.relief.units > 0.0
    assert eased.relief.cost_jt > 0.0
    assert RELIEFS[name].unit
    assert RELIEFS[name].meaning


def test_an_unknown_relief_is_refused_with_those_there_are():
    with pytest.raises(UserError, match="must be one of"):
        MetalSupplyChain(town(), seed=1, relief="luck")
