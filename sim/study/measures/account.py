"""The report's own account, main buyers and partners."""

from __future__ import annotations

from sim.study.measures.declare import measure
from sim.study.watch import Watched, divided

LARGE_TRADERS, MANUFACTURERS = "collectors", "industry"


@measure
def steel_stays(run: Watched) -> float:
    """Share of the mills' output that the city's small firms work."""
    return run.mean("steel_stays_share")


@measure
def allotment_outside(run: Watched) -> float:
    """Outside firms' share of the allotment delivered."""
    return run.ratio("steel_direct_external_t", "allotment_delivered_t")


@measure
def mentored_outside(run: Watched) -> float:
    """Outside firms' share of the mills' partners."""
    return run.mean("partner_slots_share_external")


@measure
def mill_orders_outside(run: Watched) -> float:
    """Outside firms' share of the tonnes ordered at the mills: delivered in the month or still waiting."""
    ordered_t = run.firms["backlog_t"] + run.firms["direct_t"]
    return divided(float(ordered_t[~run.firms["local"]].sum()), float(ordered_t.sum()))


@measure
def leftovers(run: Watched) -> float:
    """Share of their steel that local firms get from the allotment, against the same share of outside firms."""
    local = run.ratio("steel_direct_local_t", "steel_local_t")
    return divided(local, run.ratio("steel_direct_external_t", "steel_external_t"))


@measure
def enough_steel(run: Watched) -> float:
    """Steel that local firms receive against the steel they want."""
    return run.ratio("steel_local_t", "steel_wanted_local_t")


@measure
def store_suppliers(run: Watched) -> float:
    """Share of local firms that deliver to a big store in a month."""
    return run.ratio("at_stores_local", "firms_local")


# Buyers and partners


@measure
def main_buyer_households(run: Watched) -> float:
    """Share of local firms whose main buyer of the last year is households."""
    return run.mean("main_buyer_households_local")


@measure
def main_buyer_traders(run: Watched) -> float:
    """Share of local firms whose main buyer of the last year is collectors."""
    return run.mean(f"main_buyer_{LARGE_TRADERS}_local")


@measure
def main_buyer_industry(run: Watched) -> float:
    """Share of local firms whose main buyer of the last year is large industry."""
    return run.mean(f"main_buyer_{MANUFACTURERS}_local")


@measure
def in_partnership(run: Watched) -> float:
    """Share of all firms that are a mill's partner."""
    partners = run.values("partners_local") + run.values("partners_external")
    firms = run.values("firms_local") + run.values("firms_external")
    return divided(float(partners.sum()), float(firms.sum()))


@measure
def sales_area(run: Watched) -> float:
    """Share of firms with sales whose main buyers of the last year are of their own place."""
    local = float(run.values("firms_local").sum())
    outside = float((run.values("firms_outside") - run.values("main_none_outside")).sum())
    return divided(local + float(run.values("main_home_outside").sum()), local + outside)
