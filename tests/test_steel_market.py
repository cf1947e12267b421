"""How steel is made, allotted, shared out and sold on, worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core.state import seen
from sim.firms import Firm
from sim.producers import Distributor, Producer
from sim.steel_market import may_order_direct, priority, share_out
from sim.town import mills_of
from tests.rows import Row, close, member, room, rule, tables
from tests.towns import run, town

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
