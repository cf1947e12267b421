"""The sums that a month leaves behind, by name: what indicators are made of."""

from __future__ import annotations

import numpy as np

from sim.buyers import KINDS
from sim.firms import BOUNDS

__all__ = ["CHAIN", "COOPERATIVE_FIELDS", "COUNTS", "HELD", "MILL_FIELDS", "STATE", "TALLY"]


def _sums(names: str) -> np.dtype[np.void]:
    return np.dtype([(name, "f8") for name in names.split()])


# Sums over the firms of a cluster.
TALLY = _sums(
    "firms output_t capacity_t workers_fte wages_jt overhead_jt revenue_jt cost_sold_jt sold_t orders_t goods_t "
    "steel_t direct_t bought_t wanted_t ordered_direct debt_jt kur_jt cash_jt receivable_jt deposit_jt advance_jt "
    "equity_jt price_jt_t "
    "unit_cost_jt_t markup skill quality motivation use sales_squared registered certified partners at_stores "
    "at_industry helped largest_fte idle "
    + " ".join(
        [
            *(f"bound_{name}" for name in BOUNDS),
            *(f"sold_{kind}_t" for kind in KINDS),
            *(f"main_{kind}" for kind in KINDS),
            "main_none",
        ]
    )
)
# Firms of a cluster that came and went.
COUNTS = _sums("exits insolvencies entries turned_away defaulted_jt kur_defaulted_jt")
# A cluster's range of rows, its first places on open lists, and its running margins.
STATE = _sums("first_row last_row own_list public_list margin usual_margin margin_months")
# What access, depth, conversion, fill and rescue are made of.
CHAIN = ("reached_t", "depth_t", "first_t", "first_delivered_t", "delivered_t", "demand_t")
REACHED, DEPTH, FIRST, FIRST_DELIVERED, DELIVERED, DEMAND = range(len(CHAIN))
COOPERATIVE_FIELDS = ("members", "handled_t")
MILL_FIELDS = ("output_t", "contracts_t", "elsewhere_t", "offered_t", "delivered_t", "ordered_t")
# What everybody holds, and both ends of the month's deliveries, for the audit.
HELD = (
    "cash_firms",
    "cash_mills",
    "cash_distributors",
    "cash_buyers",
    "cash_government",
    "cash_cooperatives",
    "steel",
    "goods",
    "workshops",
    "users",
    "receivables",
    "debt",
    "deposits",
    "deposits_mills",
    "payables",
    "sold",
    "received",
    "imported",
    "met",
    "defaulted",
    "heirs",
    "advances",
    "advances_cooperatives",
)
