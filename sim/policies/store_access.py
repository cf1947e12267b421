"""Store access (temu bisnis): meetings at which big stores look at local firms, fees paid, and a shelf quota.

Channel
    At a meeting each store looks at a few local firms that the office brings, puts each to its usual gate of papers,
    volume, quality and means (with part of the fee paid), and signs at most about two. A shelf quota opens further
    places that only local firms may hold, while it is in force and the stores are compensated. Orders follow or not.
Evidence
    One matching event signed two small suppliers a buyer (16 buyers, 32 firms; Astra, November 2022). Market access by
    experiment raised profits by 16-26 % and taught quality (Atkin, Khandelwal & Osman 2017, QJE): compared with, never
    tuned to. Listing fees of self-service stores are capped at Rp 10 million an item (Permendag 23/2021); space for
    local goods: 30 % of mall area (2021), 80 % domestic goods (2013).
Cost
    A store's part in a meeting, fees, and compensation for each reserved place. Where a store loses more by its
    reserved places than it is paid for (the change of its surplus as a logit buyer, times what it spends), the rest is
    a shadow cost; what other stores gain is not set against it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import FEES_PAID, LISTING_FEES, PROGRAMME
from sim.buyers import ADMITTED, STORES
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.core.streams import key_of, uniform
from sim.firms import MARKET
from sim.goods_market import attraction, list_worth, may_order_from
from sim.government import affordable, put_on, spend, take_staff
from sim.listing import judge, place, reserve_places
from sim.policies import Lever, Policy
from sim.policies._programme import help_given, take_up, times_held
from sim.policies._targeting import choose_lowest, rule_of, targeting
from sim.rolls import note_applications


@compiled
def meet(
    b, buyers, kinds, links, firms, clusters, invited, turn, step, most, fee_share, fit_luck, purse, office, signed,
    books, p, m,
):  # fmt: skip
    """Let one store look at every so-manyeth of the firms invited and sign some, the programme paying part of the fee.

    Returns
    -------
    int
        How many rows of firms were put into ``signed``.
    """
    buyer = buyers[b]
    kind = kinds[buyer.kind]
    help_jt = fee_share * kind.listing_fee_jt
    count, paid_jt, purse_jt = 0, 0.0, purse.left_jt
    for c in range(turn, invited.size, step):
        row = invited[c]
        if count < most and paid_jt + help_jt <= purse_jt:
            k, gate = judge(buyer, b, kind, links, firms, clusters, row, fit_luck, fee_share, p, m)
            if gate == ADMITTED:
                own_jt = kind.listing_fee_jt - help_jt
                pay(books, LISTING_FEES, firms[row], buyer, own_jt)
                firms[row].equity_jt -= own_jt
                place(buyer, b, kind, links, firms, row, k, fit_luck, m)
                signed[count] = row
                count += 1
                paid_jt += help_jt
    if paid_jt > 0.0:
        spend(purse, office, FEES_PAID, paid_jt, books)
        buyer.cash_jt += paid_jt
        books[FEES_PAID, 1] += paid_jt
    return count


@compiled
def bring(firms, entries, first, last, kinds, places, rule, eased, take_up_floor, applying, choosing, month):
    """Return the rows of the firms that the office brings, and the identities of those that first applied."""
    applicants = take_up(firms, find_fit(firms, first, last, kinds), take_up_floor, applying)
    new = note_applications(firms, entries, applicants, month)
    return choose_lowest(firms, entries, applicants, min(places, applicants.size), rule, eased, choosing), new


@compiled
def hold_meeting(
    stores, buyers, kinds, links, firms, clusters, invited, most, cost_jt_store, fee_share, fit_luck, turns, purses, k,
    government, books, firms_p, market_p,
):  # fmt: skip
    """Let one store after the other meet firms, as long as there is money and staff for it.

    Returns
    -------
    (rows, bool)
        The firms signed, and whether every store had its turn.
    """
    p, m, purse, office = firms_p[0], market_p[0], purses[k], government[0]
    signed, count, step, stores = np.empty(max(invited.size, 1), np.int64), 0, stores.size, first_come(stores, turns)
    for turn in range(step):
        if affordable(purse, cost_jt_store) < 1 or take_staff(office, 1) < 1:
            return signed[:count], False
        spend(purse, office, PROGRAMME, cost_jt_store, books)
        count += meet(
            int(stores[turn]), buyers, kinds, links, firms, clusters, invited, turn, step, most, fee_share, fit_luck,
            purse, office, signed[count:], books, p, m,
        )  # fmt: skip
    return signed[:count], True


@compiled
def find_fit(firms, first, last, kinds):
    """Return the rows of firms at work with the papers, volume and quality that stores ask for."""
    kind, found, count = kinds[STORES], np.empty(last - first, np.int64), 0
    for i in range(first, last):
        firm = firms[i]
        papers = firm.registered or kind.needs_papers <= 0.0
        volume_t = firm.capacity_t + firm.shared_volume_t
        if firm.working and papers and volume_t >= kind.min_volume_t and firm.quality >= kind.min_quality:
            found[count] = i
            count += 1
    return found[:count]


@compiled
def holds_reserved_place(buyer, links):
    """Tell whether a firm holds one of a store's reserved places."""
    held = False
    for k in range(buyer.first_link, buyer.last_link):
        held = held or (links[k].local_only and links[k].firm >= 0)
    return held


@compiled
def keep_shelf(stores, buyers, places, cost_jt, purses, k, government, books):
    """Keep places at stores for local firms, as long as there is money to pay for them; return these stores."""
    paid = stores[: affordable(purses[k], cost_jt)]
    if not spend(purses[k], government[0], FEES_PAID, cost_jt * paid.size, books):
        return paid[:0]
    for n in range(paid.size):
        buyers[paid[n]].cash_jt += cost_jt
        reserve_places(buyers[paid[n]], places)
    books[FEES_PAID, 1] += cost_jt * paid.size
    return paid


@compiled
def surplus(pulls, length, usual_length, kind, import_utility, m):
    """Return what a list is worth to a store beyond imports alone [utility a unit bought]."""
    if length == 0:
        return 0.0
    value = list_worth(pulls / length, length, usual_length, m)
    return math.log1p(math.exp(value - kind.import_pull - import_utility))


@compiled
def bear_shortfalls(
    stores, buyers, kinds, links, firms, usual_lengths, import_utility, import_price_jt_t, cost_jt_place, purses, k,
    government, market,
):  # fmt: skip
    """Enter what stores lose by the firms on their reserved places beyond what they are paid for these."""
    m, kind = market[0], kinds[STORES]
    missing_jt = 0.0
    for b in stores:
        buyer = buyers[b]
        if buyer.quota_slots > 0.0 and holds_reserved_place(buyer, links):
            usual, pulls, count, length = 0.0, 0.0, 0, 0
            for at in range(buyer.first_link, buyer.last_link):
                link = links[at]
                if link.firm >= 0 and may_order_from(firms[link.firm], kind):
                    pull = attraction(link, firms[link.firm], buyer, kind, m)
                    pulls += pull
                    length += 1
                    if not link.local_only:
                        usual += pull
                        count += 1
            before = surplus(usual, count, usual_lengths[b], kind, import_utility, m)
            now = surplus(pulls, length, usual_lengths[b], kind, import_utility, m)
            worse = (before - now) / m.price_elasticity
            lost_jt = worse * buyer.demand_t * import_price_jt_t
            missing_jt += max(0.0, lost_jt - cost_jt_place * buyer.quota_slots)
    put_on(purses, k, government, missing_jt)


@compiled
def first_come(stores, key):
    """Return the stores in the order in which they meet firms: by lot, so that short money favours none."""
    found, lots = np.empty(stores.size, np.int64), np.empty(stores.size)
    for n in range(stores.size):
        lot, at = uniform(key, stores[n]), n
        while at > 0 and lots[at - 1] > lot:
            found[at], lots[at] = found[at - 1], lots[at - 1]
            at -= 1
        found[at], lots[at] = stores[n], lot
    return found


class StoreAccess(Policy):
    """Business meetings with the big stores, part of the listing fee paid, and a shelf quota for local goods."""

    title_en = "Access to big stores"
    title_id = "Akses ke toko besar (temu bisnis)"
    in_report = True
    moves = "who is looked at by big stores, the fee at the gate, and places reserved for local goods"
    fades = "reserved places close with the quota; a place won at a meeting lasts until the store drops the firm"
    unit_costs = ("store_access.cost_jt_store", "store_access.cost_jt_place")
    eases = (MARKET,)
    evidence = "Link & Match 2022: two firms a buyer and meeting; Atkin et al. 2017: +16 to +26 % profit"

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    meetings_a_year = Lever("meetings/year", 0, 12, 0, "Meetings a year at which every store looks at local firms")
    fee_paid_share = Lever("share", 0, 1, 0, "Share of the listing fee that the programme pays")
    shelf_quota = Lever("places", 0, 4, 0, "Further places at each store that only local firms may hold")
    target = targeting()

    def set_rules(self, town: Any) -> None:
        """Keep the places of the shelf quota open this month, store by store as long as the money lasts.

        A store is compensated for each reserved place; a place that is not paid for is closed.
        """
        if self.shelf_quota <= 0.0:
            return
        places, cost_jt_place = float(self.shelf_quota), town.world["store_access.cost_jt_place"]
        stores = keep_shelf(
            town.stores, town.arg.buyers, places, float(places * cost_jt_place), *town.office.purse_of(self),
            town.money.books,
        )  # fmt: skip
        if stores.size > 0:
            town.lapses("buyers", stores, "quota_slots")

    def deliver(self, town: Any) -> None:
        """In a month with a meeting, let every store meet the firms that the office brings, and pay for it."""
        for meeting in range(times_held(self.meetings_a_year, town.calendar_month)):
            if not self._hold(town, self._invited(town), meeting):
                return

    def look_back(self, town: Any) -> None:
        """Bear what stores lose by reserved places beyond their compensation."""
        if self.shelf_quota <= 0.0:
            return
        t, outside = town.arg, town.outside
        bear_shortfalls(
            town.stores, t.buyers, t.kinds, t.links, t.firms, town.lengths, outside.import_utility,
            outside.import_price_jt_t, town.world["store_access.cost_jt_place"], *town.office.purse_of(self),
            t.market_p,
        )  # fmt: skip

    def _invited(self, town: Any) -> NDArray[np.int64]:
        """Return which firms the office brings: local, with papers, and of the size and quality that stores ask."""
        t, own, luck, month = town.arg, town.local_rows, town.luck, town.month
        roll, (rule, eased, lot_month) = town.office.roll(self, t.firms), rule_of(self, month)
        rows: NDArray[np.int64]
        rows, new = bring(
            t.firms, roll.entries.arg, own.start, own.stop, t.kinds,
            int(town.world["store_access.firms_per_store"]) * town.stores.size, rule, eased,
            float(town.world["help.take_up_floor"]), luck(f"policy.{self.name}.take up", month),
            luck(f"policy.{self.name}.lot", lot_month), month,
        )  # fmt: skip
        roll.know("applied", new, month)
        return rows

    def _hold(self, town: Any, invited: NDArray[np.int64], meeting: int) -> bool:
        """Let the stores meet the firms invited; tell whether there was money and staff for every one."""
        facts, t = town.world.room("store_access"), town.arg
        signed, complete = hold_meeting(
            town.stores, t.buyers, t.kinds, t.links, t.firms, t.clusters, invited, int(facts["signed_per_store"]),
            float(facts["cost_jt_store"]), float(self.fee_paid_share), town.luck("market.fit"),
            key_of(town.luck("policy.store_access", town.month), meeting), *town.office.purse_of(self),
            town.money.books, t.firms_p, t.market_p,
        )  # fmt: skip
        help_given(town, self, signed)
        return bool(complete)
