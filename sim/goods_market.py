"""The goods market: buyers order from their listed suppliers, firms deliver, the rest is imported.

A nested logit (McFadden 1978; the nest parameter decides who is displaced): within a list the split follows
attraction; between the list and the outside good it follows the list's value, in which the length of the list counts
with the exponent chi (``list_value``), so that a further listing does not take demand from imports by construction.

Orders are lumpy: each pair has a passing whim a month. Whims split a buyer's orders; they do not create demand.
``m`` is the room ``market`` of the register, ``whim`` the key of the month's pair luck.
"""

from __future__ import annotations

import math

from sim.accounts import FREIGHT, IMPORTS
from sim.buyers import HOME
from sim.cooperatives import SELLING
from sim.core.compiled import compiled
from sim.core.ledger import give
from sim.core.streams import bell, key_of
from sim.deliveries import deliver_first_round, deliver_further_round
from sim.joint_sales import fill_together

__all__ = ["trade_goods"]

FURTHER_ROUNDS = 2


@compiled
def may_order_from(firm, kind):
    """Tell whether a listed firm can be ordered from: open, and certified where the buyer must ask for it."""
    if not firm.working:
        return False
    if kind.needs_certificate > 0.0:
        return firm.certificate_months > 0.0 and firm.registered
    return True


@compiled
def attraction(link, firm, buyer, kind, m):
    """Return a supplier's attraction to this buyer, before the month's whim."""
    liking = m.reliability_weight * (link.reliability - 1.0) + link.fit
    if firm.local:
        liking += kind.local_pull
    if firm.partner and firm.mill == buyer.mill:
        liking += kind.partner_pull
    pull = firm.pull_home if buyer.kind == HOME else firm.pull
    return pull * math.exp(liking / m.nest)


@compiled
def list_worth(mean_attraction, length, usual_length, m):
    """Return what a list is worth to its buyer [utility]: the attraction of its members, and its length."""
    value = m.nest * math.log(mean_attraction)
    if length != usual_length:
        value += m.list_value * math.log(length / usual_length)
    return value


@compiled
def inside_share(kind, mean_attraction, length, usual_length, import_utility, m):
    """Return the share of demand that goes to the list rather than to imports and factory goods."""
    value = list_worth(mean_attraction, length, usual_length, m)
    preference = 0.0
    if kind.price_preference > 0.0:
        preference = m.price_elasticity * math.log(1.0 + kind.price_preference)
    odds = math.exp(value + preference - kind.import_pull - import_utility)
    share = odds / (1.0 + odds)
    return kind.reserved_share + (1.0 - kind.reserved_share) * share


@compiled
def order_first_round(buyers, kinds, links, active, firms, usual_lengths, import_utility, luck, market):
    """Let every buyer split its demand over its list and the outside good."""
    m = market[0]
    for b in range(buyers.size):
        buyer = buyers[b]
        kind = kinds[buyer.kind]
        whim = key_of(luck, b)
        steady, total, local, end = 0.0, 0.0, 0.0, buyer.first_link
        for k in range(buyer.first_link, buyer.last_link):
            link = links[k]
            if link.firm >= 0:
                firm = firms[link.firm]
                if may_order_from(firm, kind):
                    pull = attraction(link, firm, buyer, kind, m)
                    steady += pull
                    if kind.lump_sd > 0.0:
                        pull *= math.exp(kind.lump_sd * bell(whim, link.firm))
                    link.weight = pull
                    total += pull
                    active[end] = k
                    end += 1
                    if firm.local:
                        local += 1.0
        buyer.end_active = end
        length = float(end - buyer.first_link)
        buyer.listed = length
        buyer.listed_local = local
        local_t, external_t = 0.0, 0.0
        if length > 0.0:
            share = inside_share(kind, steady / length, length, usual_lengths[b], import_utility, m)
            per_weight_t = buyer.demand_t * share / total
            for a in range(buyer.first_link, end):
                link = links[active[a]]
                order_t = per_weight_t * link.weight
                link.order_t = order_t
                firm = firms[link.firm]
                firm.orders_t += order_t
                if firm.local:
                    local_t += order_t
                else:
                    external_t += order_t
        buyer.first_local_t = local_t
        buyer.first_external_t = external_t


@compiled
def order_further_round(buyers, links, active, asked_t, filled, market):
    """Let buyers that are still well short order again from listed suppliers with stock; return the tonnes ordered."""
    m = market[0]
    for i in range(asked_t.size):
        asked_t[i] = 0.0
    ordered_t = 0.0
    for b in range(buyers.size):
        buyer = buyers[b]
        if buyer.short_t > m.chase_share * buyer.demand_t:
            total = 0.0
            for a in range(buyer.first_link, buyer.end_active):
                link = links[active[a]]
                weight = link.weight
                total += weight if filled[link.firm] >= 1.0 else 0.0
            if total > 0.0:
                ordered_t += buyer.short_t
                per_weight_t = buyer.short_t / total
                for a in range(buyer.first_link, buyer.end_active):
                    link = links[active[a]]
                    order_t = per_weight_t * link.weight
                    order_t = order_t if filled[link.firm] >= 1.0 else 0.0
                    link.order_t = order_t
                    asked_t[link.firm] += order_t
            else:
                buyer.short_t = 0.0
    return ordered_t


@compiled
def buy_imports(buyers, import_price_jt_t, books):
    """Let buyers cover what is left from imports and factory goods, and pay freight."""
    for b in range(buyers.size):
        buyer = buyers[b]
        buyer.imported_t = max(0.0, buyer.unmet_t)
        buyer.unmet_t -= buyer.imported_t
        give(books, IMPORTS, buyer, buyer.imported_t * import_price_jt_t)
        give(books, FREIGHT, buyer, buyer.freight_jt)
        buyer.freight_jt = 0.0


@compiled
def trade_goods(
    buyers, kinds, links, active, firms, clusters, usual_lengths, import_utility, import_price_jt_t, due_jt, owed_jt,
    sold_by_kind, month, whims, late, asked_t, filled, cooperatives, turns, books, market,
):  # fmt: skip
    """Run the month's market: a first round, two more for what was short, and imports for the rest."""
    order_first_round(buyers, kinds, links, active, firms, usual_lengths, import_utility, whims, market)
    deliver_first_round(
        buyers, kinds, links, active, firms, clusters, due_jt, owed_jt, sold_by_kind, month, late, filled, books, market
    )  # fmt: skip
    if cooperatives[SELLING].working:
        fill_together(
            buyers, kinds, links, active, firms, cooperatives[SELLING], due_jt, owed_jt, sold_by_kind, month, late,
            turns, filled, books, market,
        )  # fmt: skip
    for _ in range(FURTHER_ROUNDS):
        if order_further_round(buyers, links, active, asked_t, filled, market) <= 0.0:
            break
        deliver_further_round(
            buyers, kinds, links, active, firms, clusters, due_jt, owed_jt, sold_by_kind, month, late, asked_t, filled,
            market,
        )  # fmt: skip
    buy_imports(buyers, import_price_jt_t, books)
