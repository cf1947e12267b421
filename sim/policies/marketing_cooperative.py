"""Marketing cooperative (koperasi pemasaran): firms that sell to big stores together, and carry fines together.

Channel
    At a gate that asks for volume, a member counts its part of the spare capacity that the others have pledged. The
    cooperative shows its members to buyers. What a member leaves short at a big store others fill from stock, before
    the store looks elsewhere, for a margin; fines are carried by all members alike (tanggung renteng). What the
    cooperative earns beyond a reserve is paid out in December by business done with it, as Law 25/1992 asks.
Evidence
    Metal makers of Tegal founded a producers' cooperative because large orders exceed what one firm can make and pay
    for (SM Pantura, 29 April 2025). In the foundry cooperative of Ceper 171 of 224 members were active (2012). Modern
    stores ask for volume and fine short delivery (Permendag 23/2021). No controlled study was found.
Cost
    Joining, and the running cost as far as the margin does not pay it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.accounts import CAPITAL_RETURNED, COOPERATIVE_FEES, COOPERATIVE_PAYOUTS
from sim.buyers import STORES
from sim.cooperatives import SELLING, sell_jointly
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.core.sums import sum_in_pairs
from sim.firms import MARKET
from sim.policies import Lever, Policy
from sim.policies._cooperative import free_places, open_doors, take_members
from sim.policies._programme import rested_firms
from sim.policies._targeting import targeting

DECEMBER = 12


@compiled
def pledge(firms, rows, pledged_share, visibility_gain):
    """Show the members to buyers, each with its part of the capacity that the others have to spare.

    A member pledges a share of its own spare capacity to joint offers, and each tonne is promised once.
    """
    spare_t = np.empty(rows.size)
    for k in range(rows.size):
        firm = firms[rows[k]]
        firm.visibility_help += visibility_gain
        spare_t[k] = pledged_share * max(0.0, firm.capacity_t - firm.expected_t)
    all_t = sum_in_pairs(spare_t)
    for k in range(rows.size):
        sell_jointly(firms[rows[k]], (all_t - spare_t[k]) / max(1, rows.size - 1))


@compiled
def find_selling(firms, rows):
    """Return those rows of members that sell jointly this month: who has just joined begins with the next."""
    found, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        if firms[rows[k]].sells_jointly:
            found[count] = rows[k]
            count += 1
    return found[:count]


@compiled
def share_fines(firms, members, share, cooperatives, books):
    """Level a part of the members' fines: those fined less than the mean pay, as far as they can, those fined more.

    Nothing happens while the cooperative is closed.
    """
    cooperative, mean_jt, owed_jt, paid_jt = cooperatives[SELLING], 0.0, 0.0, 0.0
    if not cooperative.working:
        return
    rows = find_selling(firms, members)
    for k in range(rows.size):
        mean_jt += share * firms[rows[k]].fined_jt / rows.size
    for k in range(rows.size):
        firm = firms[rows[k]]
        gap_jt = mean_jt - share * firm.fined_jt
        if gap_jt > 0.0:
            jt = min(gap_jt, max(0.0, firm.cash_jt))
            pay(books, COOPERATIVE_FEES, firm, cooperative, jt)
            firm.equity_jt -= jt
            paid_jt += jt
        else:
            owed_jt -= gap_jt
    for k in range(rows.size):
        firm = firms[rows[k]]
        gap_jt = mean_jt - share * firm.fined_jt
        if gap_jt < 0.0:
            jt = paid_jt * (-gap_jt / owed_jt)
            pay(books, COOPERATIVE_PAYOUTS, cooperative, firm, jt)
            firm.equity_jt += jt


class MarketingCooperative(Policy):
    """A cooperative through which local firms meet big stores together."""

    title_en = "Marketing cooperative"
    title_id = "Koperasi pemasaran bersama"
    moves = "volume at the gate, visibility, short deliveries at big stores, and who bears fines"
    fades = "at once when it closes; a place won on a list stays until the buyer drops the firm"
    evidence = "Tegal, April 2025: makers founded one for large orders (SM Pantura); no experiment found"
    unit_costs = ("marketing_cooperative.cost_jt_month", "marketing_cooperative.cost_jt_firm")
    eases = (MARKET,)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    members = Lever("firms", 0, 500, 0, "Members the cooperative takes at most")
    fee_share = Lever("share", 0, 0.15, 0, "Margin of the cooperative on goods that members deliver for one another")
    pledged_share = Lever("share", 0, 1, 0, "Part of their spare capacity that members pledge to joint offers")
    fines_shared = Lever("share", 0, 1, 0, "Part of the fines for short deliveries that all members carry alike")
    target = targeting()

    def set_rules(self, town: Any) -> None:
        """Open the cooperative for this month, if it has members and its running cost is paid, by its margin first."""
        facts = town.world.room("marketing_cooperative")
        rows = open_doors(town, self, SELLING, self.fee_share, facts["cost_jt_month"])
        if rows.size > 0:
            pledge(town.arg.firms, rows, float(self.pledged_share), float(facts["visibility_gain"]))
            town.lapses("firms", rows, "sells_jointly", "shared_volume_t")

    def deliver(self, town: Any) -> None:
        """Take new members at the end of a quarter."""
        cost_jt = town.world["marketing_cooperative.cost_jt_firm"]
        places = free_places(town, self, self.members, cost_jt)
        if places > 0:
            take_members(town, self, rested_firms(town, self), places, cost_jt)

    def look_back(self, town: Any) -> None:
        """Share the month's fines among members, and in December pay out what is left beyond the reserve."""
        t, members = town.arg, town.office.roll(self, town.arg.firms).running
        if members.size > 0:
            share_fines(t.firms, members, float(self.fines_shared), t.cooperatives, town.money.books)
        row = town.tables["cooperatives"].rows[SELLING]
        if town.calendar_month == DECEMBER and row["working"]:
            facts = town.world.room("marketing_cooperative")
            self._pay_out(town, row["cash_jt"] - facts["reserve_months"] * facts["cost_jt_month"])

    def _pay_out(self, town: Any, surplus_jt: float) -> None:
        """Pay a surplus out to members, in proportion to what each sold to big stores in the last year."""
        firms, row, books = town.tables["firms"].rows, town.tables["cooperatives"].rows[SELLING], town.money.books
        rows = town.office.roll(self, firms).running
        business_t = town.work.usual_sales[rows, STORES]
        if surplus_jt <= 0.0 or business_t.sum() <= 0.0:
            return
        jt = surplus_jt * business_t / business_t.sum()
        firms["cash_jt"][rows] += jt
        firms["equity_jt"][rows] += jt
        row["cash_jt"] -= jt.sum()
        books[COOPERATIVE_PAYOUTS] += jt.sum()

    def end(self, town: Any) -> None:
        """Close the cooperative: pay out what it has, to the treasury if no member did business, and dissolve it."""
        rows, books = town.tables["cooperatives"].rows, town.money.books
        self._pay_out(town, rows["cash_jt"][SELLING])
        books[CAPITAL_RETURNED, 0] += rows["cash_jt"][SELLING]
        rows["cash_jt"][SELLING] = 0.0
        town.office.roll(self, town.tables["firms"].rows).stop()
