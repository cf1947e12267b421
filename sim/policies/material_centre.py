"""Material centre (pusat bahan baku): small firms' orders bundled to a mill's lot, with the centre's working capital.

Channel
    Members that cannot order a mill's lot alone order through the centre: if their wants together reach the lot, each
    gets what it can pay for at the mill's price and the centre's fee. The centre's money advances the prepayment
    until the steel comes. It changes who may order at the mill and when steel is paid, not how much steel there is.
Evidence
    The material centre of Tegal has served more than 100 firms with 1,400 t of plate from 2019 to May 2023, about
    3.5 t a firm and year (SM Pantura, 10 May 2023). Compared with, never tuned to; no controlled study was found.
    Makers there say that mill steel must be ordered in bulk (Disperinnaker Tegal, 21 December 2015); a coil weighs
    23 t, a trader's lot 5 t, plates 2 t.
Cost
    Joining, the running cost as far as fees do not pay it, and working capital, which comes back when it closes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.accounts import CAPITAL_RETURNED, COOPERATIVE_CAPITAL
from sim.cooperatives import BUYING
from sim.core.compiled import compiled
from sim.firms import STEEL
from sim.government import spend
from sim.policies import Lever, Policy
from sim.policies._cooperative import free_places, open_doors, take_members
from sim.policies._programme import rested_firms
from sim.policies._targeting import targeting
from sim.steel_market import lapse, may_order_direct


@compiled
def find_unable(firms, producers, rows, steel_p):
    """Return those rows of firms that cannot order a lot at their mill alone."""
    found, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        firm = firms[rows[k]]
        if not may_order_direct(firm, producers[firm.mill], firm.material_t_t * firm.expected_t, steel_p[0]):
            found[count] = rows[k]
            count += 1
    return found[:count]


@compiled
def give_up_orders(firms, producers, centre, books):
    """Give up what was ordered with the centre's money and has not come: the mills refund it, members pay it back."""
    for i in range(firms.size):
        firm = firms[i]
        if firm.advance_jt > 0.0:
            lapse(firm, producers[firm.mill], centre, books)


@compiled
def pay_in(cooperatives, most_jt, kept_jt, purses, k, government, books):
    """Pay working capital into an open centre, up to a sum; a month's running cost is kept in the purse."""
    centre, purse = cooperatives[BUYING], purses[k]
    jt = min(most_jt - centre.capital_jt, purse.left_jt - kept_jt)
    if centre.working and jt > 0.0 and spend(purse, government[0], COOPERATIVE_CAPITAL, jt, books):
        centre.cash_jt += jt
        centre.capital_jt += jt
        books[COOPERATIVE_CAPITAL, 1] += jt


class MaterialCentre(Policy):
    """A centre that orders steel for its members together, with working capital of its own, for a fee."""

    title_en = "Material centre"
    title_id = "Pusat bahan baku (material center)"
    moves = "which firms can order at the mill (lots), when the steel is paid, and the price of that steel"
    fades = "at once when it closes: orders not yet delivered are given up, its money goes back to the treasury"
    evidence = "Tegal 2019-2023: 1,400 t for more than 100 firms, 3.5 t a firm and year (SM Pantura, 10 May 2023)"
    unit_costs = ("material_centre.cost_jt_month", "material_centre.cost_jt_firm")
    eases = (STEEL,)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    members = Lever("firms", 0, 500, 0, "Members the centre takes at most")
    capital_jt = Lever("jt", 0, 5_000, 0, "Working capital paid into the centre, as money comes in")
    fee_share = Lever("share", 0, 0.15, 0, "Fee on the value of members' steel, at the mill's price")
    target = targeting()

    def set_rules(self, town: Any) -> None:
        """Open the centre for this month, if it has members and its running cost is paid, by fees first."""
        rows = open_doors(town, self, BUYING, self.fee_share, town.world["material_centre.cost_jt_month"])
        if rows.size > 0:
            town.for_this_month("firms", rows, buys_jointly=True)

    def deliver(self, town: Any) -> None:
        """Take new members at the end of a quarter, and pay working capital in."""
        facts = town.world.room("material_centre")
        places = free_places(town, self, self.members, facts["cost_jt_firm"])
        if places > 0:
            unable = find_unable(town.arg.firms, town.arg.producers, rested_firms(town, self), town.arg.steel_p)
            take_members(town, self, unable, places, facts["cost_jt_firm"])
        pay_in(
            town.arg.cooperatives, float(self.capital_jt), float(facts["cost_jt_month"]),
            *town.office.purse_of(self), town.money.books,
        )  # fmt: skip

    def end(self, town: Any) -> None:
        """Close the centre: give up open orders, let the members go, and return its money to the treasury."""
        rows, books = town.tables["cooperatives"].rows, town.money.books
        give_up_orders(town.arg.firms, town.arg.producers, town.arg.cooperatives[BUYING], books)
        books[CAPITAL_RETURNED, 0] += rows["cash_jt"][BUYING]
        rows["cash_jt"][BUYING] = rows["capital_jt"][BUYING] = 0.0
        town.office.roll(self, town.tables["firms"].rows).stop()
