"""Procurement (pengadaan): the city buys more of its metal goods from certified small firms, and pays on time.

Channel
    The reserved share and the price preference move demand of the city government to firms with a valid certificate
    and papers, wherever they are; the local preference moves it to local ones among them. Earlier payment frees their
    cash. An evener year lets them work in the months in which public orders usually fail.
Evidence
    37.6 % of public spending went to small firms and cooperatives by October 2023, against a duty of 40 % (LKPP);
    a certified good may be dearer by 25 % times its local content (Perpres 12/2021, article 67); payment takes 90-120
    days (a vendor's account, 2023); 25 % of Cilegon's budget was spent by late May 2025. No experiment was found.
Cost
    No budget. Its shadow cost is what the city loses as a buyer against a free choice (the change of its surplus as a
    logit buyer, times what it spends), beyond what the usual rules cost it, and what it forgoes on money that it pays
    earlier (``procurement.cash_rate``). An evener year is taken to cost nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.buyers import GOVERNMENT
from sim.core.compiled import compiled
from sim.core.state import seen
from sim.firms import CASH, MARKET
from sim.policies import Lever, Policy

SURE = 1.0 - 1e-9  # no share that is chosen freely comes closer to all or nothing


@compiled
def loss(value, reserved_share, liking, pull, local_share, nest):
    """Return how much worse a buyer is off under a rule than with a free choice [utility a unit bought].

    A reserved part of demand is bought from the list whatever it is worth; the rest follows utilities that the rule
    has raised, by ``liking`` for every firm listed and by ``pull`` for local ones, and what was raised is not enjoyed.

    Parameters
    ----------
    value : float
        What the list is worth against the outside good without the rule (log of the odds).
    local_share : float
        Part of the list's orders that local firms get without the pull.

    Examples
    --------
    >>> loss(0.0, 0.0, 0.0, 0.0, 0.5, 0.8)
    0.0
    >>> round(loss(0.0, 0.5, 0.0, 0.0, 0.5, 0.8), 4)  # half of the choices lost: 0.5 * ln 2
    0.3466
    """
    grown = local_share * math.exp(pull / nest) + 1.0 - local_share
    raised = value + liking + nest * math.log(grown)
    unreal = liking + pull * local_share * math.exp(pull / nest) / grown
    free = math.log1p(math.exp(value))
    chosen = math.log1p(math.exp(raised))
    odds = math.exp(raised)
    of_reserved = free - (raised - unreal)
    of_rest = free - (chosen - unreal * odds / (1.0 + odds))
    return reserved_share * of_reserved + (1.0 - reserved_share) * of_rest


@compiled
def set_purchases(
    kinds, usual, reserved_share, price_preference, local_preference, pays_within_months, late_cut, market
):
    """Set the rules of the month's purchases where they go beyond the usual ones, which are kept in ``usual``."""
    kind, before = kinds[GOVERNMENT], usual[0]
    before.reserved_share = kind.reserved_share
    before.price_preference = kind.price_preference
    before.local_pull = kind.local_pull
    before.terms_months = kind.terms_months
    before.late_share = kind.late_share
    before.very_late_share = kind.very_late_share
    kind.reserved_share = max(kind.reserved_share, reserved_share)
    kind.price_preference = max(kind.price_preference, price_preference)
    kind.local_pull += market[0].price_elasticity * math.log1p(local_preference)
    kind.terms_months = min(kind.terms_months, pays_within_months)
    kind.late_share *= 1.0 - late_cut


@compiled
def months_sooner(kinds, usual):
    """Return how many months sooner the city pays than by its usual rules."""
    kind, before = kinds[GOVERNMENT], usual[0]
    sooner = float(int(before.terms_months) - int(kind.terms_months))
    return sooner + (before.late_share - kind.late_share) * (1.0 + before.very_late_share)


@compiled
def bills_jt(buyers, kinds, links, active, firms, sold_by_kind):
    """Return what each of the city's suppliers sold to it this month [jt]."""
    b = 0
    while buyers[b].kind != GOVERNMENT:  # there is one
        b += 1
    first, count = buyers[b].first_link, buyers[b].end_active - buyers[b].first_link
    owed_jt = np.empty(count)
    for n in range(count):
        row = links[active[first + n]].firm
        owed_jt[n] = sold_by_kind[row, GOVERNMENT] * (firms[row].price_jt_t * kinds[GOVERNMENT].price_factor)
    return owed_jt


@compiled
def lost_as_buyer_jt(buyers, kinds, usual, import_price_jt_t, market):
    """Return the loss of the city as a buyer this month, read from the orders that it placed [jt]."""
    kind, before, m, b = kinds[GOVERNMENT], usual[0], market[0], 0
    while buyers[b].kind != GOVERNMENT:
        b += 1
    buyer = buyers[b]
    ordered_t = buyer.first_local_t + buyer.first_external_t
    pull = kind.local_pull - before.local_pull
    same = kind.reserved_share == before.reserved_share and kind.price_preference == before.price_preference
    if ordered_t <= 0.0 or (same and pull == 0.0):
        return 0.0
    inside = ordered_t / buyer.demand_t
    chosen = (inside - kind.reserved_share) / (1.0 - kind.reserved_share)
    chosen = min(SURE, max(1.0 - SURE, chosen))
    odds_local = buyer.first_local_t * math.exp(-pull / m.nest)
    local_share = odds_local / (odds_local + buyer.first_external_t)
    grown = local_share * math.exp(pull / m.nest) + 1.0 - local_share
    liking = m.price_elasticity * math.log1p(kind.price_preference)
    usual_liking = m.price_elasticity * math.log1p(before.price_preference)
    value = math.log(chosen / (1.0 - chosen)) - liking - m.nest * math.log(grown)
    lost = loss(value, kind.reserved_share, liking, pull, local_share, m.nest)
    lost -= loss(value, before.reserved_share, usual_liking, 0.0, local_share, m.nest)
    return lost / m.price_elasticity * buyer.demand_t * import_price_jt_t


class Procurement(Policy):
    """The city's own purchases: a reserved share, price preferences, payment on time, an even year."""

    title_en = "Public procurement for small firms"
    title_id = "Pengadaan pemerintah untuk IKM"
    moves = "what part of the city's purchases goes to certified and to local firms, when, and when they are paid"
    fades = "at once: the rules hold only while in force; what firms have learnt and earned by then stays"
    evidence = "LKPP 2023: 37.6 % of spending with small firms; Perpres 12/2021; no experiment found"
    eases = (MARKET, CASH)

    reserved_share = Lever("share", 0, 0.9, 0, "Share of the city's purchases reserved for listed small firms")
    price_preference = Lever("share", 0, 0.25, 0, "How much dearer a certified small firm may be than imports")
    local_preference = Lever("share", 0, 0.25, 0, "How much dearer a local firm may be than an outside one")
    pays_within_months = Lever("months", 0, 4, 4, "Months within which the city has to pay")
    late_cut = Lever("share", 0, 1, 0, "Part of the city's late payments that come on time instead")
    evenness = Lever("share", 0, 1, 0, "How far purchases are spread evenly over the year; 1 is the same every month")

    def __init__(self, first: int, last: int, **levers: Any) -> None:
        """Take dates and levers; the usual rules are noted when the policy first acts."""
        super().__init__(first, last, **levers)
        self.usual: Any = None

    def set_rules(self, town: Any) -> None:
        """Set the rules of this month's purchases where they go beyond the usual ones, which are kept in mind."""
        t = town.arg
        if self.usual is None:
            self.usual = seen(np.zeros(1, town.kinds.dtype))
        set_purchases(
            t.kinds, self.usual, float(self.reserved_share), float(self.price_preference), float(self.local_preference),
            float(self.pays_within_months), float(self.late_cut), t.market_p,
        )  # fmt: skip
        town.public_season += self.evenness * (1.0 - town.public_season)

    def look_back(self, town: Any) -> None:
        """Bear what the city loses as a buyer, and what it forgoes on money that it pays earlier."""
        t, w = town.arg, town.work
        lost_jt = lost_as_buyer_jt(t.buyers, t.kinds, self.usual, town.outside.import_price_jt_t, t.market_p)
        sooner = months_sooner(t.kinds, self.usual)
        if sooner > 0.0:
            owed_jt = float(bills_jt(t.buyers, t.kinds, t.links, w.active, t.firms, w.sold_by_kind).sum())
            lost_jt += sooner * town.world["procurement.cash_rate"] * owed_jt
        town.office.bear(self, float(lost_jt))
