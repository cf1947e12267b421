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
from sim.firms import CASH, MARKET
from sim.policies import Lever, Policy

SURE = 1.0 - 1e-9  # no share that is chosen freely comes closer to all or nothing


def loss(value: float, reserved_share: float, liking: float, pull: float, local_share: float, nest: float) -> float:
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

    def set_rules(self, town: Any) -> None:
        """Set the rules of this month's purchases where they go beyond the usual ones, which are kept in mind."""
        kind = town.kinds[GOVERNMENT]
        self.usual = kind.copy()
        kind["reserved_share"] = max(kind["reserved_share"], self.reserved_share)
        kind["price_preference"] = max(kind["price_preference"], self.price_preference)
        kind["local_pull"] += town.p_market["price_elasticity"][0] * math.log1p(self.local_preference)
        kind["terms_months"] = min(kind["terms_months"], self.pays_within_months)
        kind["late_share"] *= 1.0 - self.late_cut
        town.public_season += self.evenness * (1.0 - town.public_season)

    def look_back(self, town: Any) -> None:
        """Bear what the city loses as a buyer, and what it forgoes on money that it pays earlier."""
        kind, usual = town.kinds[GOVERNMENT], self.usual
        ruled = any(kind[name] != usual[name] for name in ("reserved_share", "price_preference", "local_pull"))
        buyers = town.tables["buyers"].rows
        city = buyers[int(np.argmax(buyers["kind"] == GOVERNMENT))]  # there is one
        lost_jt = self._lost_jt(town, city) if ruled else 0.0
        sooner = int(usual["terms_months"]) - int(kind["terms_months"])
        sooner += (usual["late_share"] - kind["late_share"]) * (1.0 + usual["very_late_share"])
        if sooner > 0.0:
            places = town.work.active[city["first_link"] : city["end_active"]]
            rows = town.links.rows["firm"][places]
            price_jt_t = town.tables["firms"].rows["price_jt_t"][rows] * kind["price_factor"]
            owed_jt = float((town.work.sold_by_kind[rows, GOVERNMENT] * price_jt_t).sum())
            lost_jt += sooner * town.world["procurement.cash_rate"] * owed_jt
        town.office.bear(self, float(lost_jt))

    def _lost_jt(self, town: Any, buyer: Any) -> float:
        """Return the loss of the city as a buyer this month, read from the orders that it placed."""
        kind, usual, m = town.kinds[GOVERNMENT], self.usual, town.p_market[0]
        ordered_t = buyer["first_local_t"] + buyer["first_external_t"]
        if ordered_t <= 0.0:
            return 0.0
        inside = ordered_t / buyer["demand_t"]
        chosen = (inside - kind["reserved_share"]) / (1.0 - kind["reserved_share"])
        chosen = min(SURE, max(1.0 - SURE, chosen))
        pull = kind["local_pull"] - usual["local_pull"]
        odds_local = buyer["first_local_t"] * math.exp(-pull / m["nest"])
        local_share = odds_local / (odds_local + buyer["first_external_t"])
        grown = local_share * math.exp(pull / m["nest"]) + 1.0 - local_share
        liking, usual_liking = (
            m["price_elasticity"] * math.log1p(rules["price_preference"]) for rules in (kind, usual)
        )
        value = math.log(chosen / (1.0 - chosen)) - liking - m["nest"] * math.log(grown)
        lost = loss(value, kind["reserved_share"], liking, pull, local_share, m["nest"])
        lost -= loss(value, usual["reserved_share"], usual_liking, 0.0, local_share, m["nest"])
        return float(lost / m["price_elasticity"] * buyer["demand_t"] * town.outside.import_price_jt_t)
