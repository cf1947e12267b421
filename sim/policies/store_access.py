"""Store access (temu bisnis): meetings at which big stores look at local firms, fees paid, and a shelf quota.

Channel
    At a meeting each store looks at a few local firms, drawn by visibility, puts each to its usual gate of papers,
    volume, quality and means (with part of the fee paid), and signs at most about two. A shelf quota opens further
    places that only local firms may hold, while it is in force and the stores are compensated. Orders follow or not.
Evidence
    One matching event signed two small suppliers a buyer (16 buyers, 32 firms; Astra, November 2022). Market access by
    experiment raised profits by 16-26 % and taught quality (Atkin, Khandelwal & Osman 2017, QJE): compared with, never
    tuned to. Listing fees of self-service stores are capped at Rp 10 million an item (Permendag 23/2021); space for
    local goods: 30 % of mall area (2021), 80 % domestic goods (2013).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import FEES_PAID, LISTING_FEES, PROGRAMME
from sim.buyers import ADMITTED, STORES
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.core.streams import draw_uniform, key_of
from sim.listing import judge, place, propose
from sim.policies import Lever, Policy


@compiled
def meet(
    buyer, b, kinds, links, firms, clusters, candidates, most, purse_jt, fee_share, luck, fit_luck, found, books,
    firms_p, market_p,
):  # fmt: skip
    """Let one store look at local firms and sign some; return the fees that the programme pays [jt]."""
    p, m = firms_p[0], market_p[0]
    kind = kinds[buyer.kind]
    count = propose(firms, candidates, True, luck, p, found)
    signed, paid_jt = 0, 0.0
    for c in range(count):
        firm = firms[found[c]]
        help_jt = fee_share * kind.listing_fee_jt
        if signed < most and paid_jt + help_jt <= purse_jt:
            k, gate = judge(buyer, b, kind, links, firms, clusters, found[c], fit_luck, fee_share, p, m)
            if gate == ADMITTED:
                own_jt = kind.listing_fee_jt - help_jt
                pay(books, LISTING_FEES, firm, buyer, own_jt)
                firm.equity_jt -= own_jt
                place(buyer, b, kind, links, firms, found[c], k, fit_luck, m)
                firm.helped_times += 1.0
                firm.helped_months = 0.0
                signed += 1
                paid_jt += help_jt
    return paid_jt


def first_come(stores: NDArray[np.int64], key: int) -> list[int]:
    """Return the stores in the order in which they meet firms: by lot, so that short money favours none."""
    lot = draw_uniform(key, int(stores.max()) + 1)[stores] if stores.size else np.zeros(0)
    return [int(b) for b in stores[np.argsort(lot, kind="stable")]]


class StoreAccess(Policy):
    """Business meetings with the big stores, part of the listing fee paid, and a shelf quota for local goods."""

    title_en = "Access to big stores"
    title_id = "Akses ke toko besar (temu bisnis)"
    in_report = True
    moves = "who is looked at by big stores, the fee at the gate, and places reserved for local goods"
    evidence = "Link & Match 2022: two firms a buyer and meeting; Atkin et al. 2017: +16 to +26 % profit"

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    meetings_a_year = Lever("meetings/year", 0, 12, 0, "Meetings a year at which every store looks at local firms")
    fee_paid_share = Lever("share", 0, 1, 0, "Share of the listing fee that the programme pays")
    shelf_quota = Lever("places", 0, 4, 0, "Further places at each store that only local firms may hold")

    def set_rules(self, town: Any) -> None:
        """Keep the places of the shelf quota open this month, store by store as long as the money lasts.

        A store is compensated for each reserved place; a place that is not paid for is closed.
        """
        if self.shelf_quota <= 0.0:
            return
        buyers, books = town.tables["buyers"].rows, town.money.books
        cost_jt = float(self.shelf_quota * town.world["store_access.cost_jt_place"])
        for b in np.flatnonzero(buyers["kind"] == STORES).tolist():
            if not town.office.spend(self, FEES_PAID, cost_jt, books):
                return
            buyers["cash_jt"][b] += cost_jt
            books[FEES_PAID, 1] += cost_jt
            buyers["quota_slots"][b] += self.shelf_quota

    def deliver(self, town: Any) -> None:
        """In a month with a meeting, let every store meet local firms, and pay for it."""
        month_of_year = town.calendar_month
        held = int(self.meetings_a_year * month_of_year / 12) - int(self.meetings_a_year * (month_of_year - 1) / 12)
        facts, office, t = town.world.room("store_access"), town.office, town.arg
        books, buyers = town.money.books, town.tables["buyers"].rows
        for meeting in range(held):
            key = key_of(town.luck("policy.store_access", town.month), meeting)
            for b in first_come(np.flatnonzero(buyers["kind"] == STORES), key):
                if office.affordable(self, facts["cost_jt_store"]) < 1 or office.take_staff(1) < 1:
                    return
                office.spend(self, PROGRAMME, facts["cost_jt_store"], books)
                fees_jt = meet(
                    t.buyers[b], b, t.kinds, t.links, t.firms, t.clusters, int(facts["firms_per_store"]),
                    int(facts["signed_per_store"]), office.purses[self.name].left_jt, float(self.fee_paid_share),
                    key_of(key, b), town.luck("market.fit"), town.work.candidates, books, t.firms_p, t.market_p,
                )  # fmt: skip
                if fees_jt > 0.0:
                    office.spend(self, FEES_PAID, fees_jt, books)
                    buyers["cash_jt"][b] += fees_jt
                    books[FEES_PAID, 1] += fees_jt
