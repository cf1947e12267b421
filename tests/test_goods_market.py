"""What buyers demand, whom they admit, from whom they order and when they pay, worked by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.buyers import ADMITTED, HISTORY, MEANS, PAPERS, QUALITY, VOLUME, Buyer
from sim.deliveries import payment_delay_months
from sim.firms import Firm
from sim.goods_market import inside_share, may_order_from
from sim.model import MetalSupplyChain
from sim.population import poisson
from tests.rows import Row, close, member, room, rule
from tests.towns import town, wide

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
