"""The goods market: buyers order from their listed suppliers, firms deliver, the rest is imported.

A nested logit (McFadden 1978; the nest parameter decides who is displaced): within a list the split follows
attraction; between the list and the outside good it follows the list's value, in which the length of the list counts
with the exponent chi (``list_value``), so that a further listing does not take demand from imports by construction.

Orders are lumpy: each pair has a passing whim a month. Whims split a buyer's orders; they do not create demand.
``m`` is the room ``market`` of the register, ``whim`` the key of the month's pair luck.
"""

from __future__ import annotations

import math
from typing import Any

from sim.accounts import FREIGHT, IMPORTS, PENALTIES
from sim.buyers import HOME, INDUSTRY, STORES
from sim.core.compiled import compiled
from sim.core.ledger import give, pay
from sim.core.streams import key_of, normal, uniform

__all__ = ["buy_imports", "deliver_first_round", "deliver_further_round", "order_first_round", "order_further_round", "trade"]

SLIVER = 1e-9  # tonnes too small to mean anything
FURTHER_ROUNDS = 2


@compiled
def may_order_from(firm, kind):
    """Tell whether a listed firm can be ordered from: open, and certified where the buyer must ask for it."""
    if not firm.working:
        return False
    if kind.needs_certificate > 0.0:
        return firm.registered and firm.certificate_months > 0.0
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
def inside_share(kind, mean_attraction, length, usual_length, import_utility, m):
    """Return the share of demand that goes to the list rather than to imports and factory goods."""
    value = m.nest * math.log(mean_attraction) + m.list_value * math.log(length / usual_length)
    preference = m.price_elasticity * math.log(1.0 + kind.price_preference)
    odds = math.exp(value + preference - kind.import_pull - import_utility)
    share = odds / (1.0 + odds)
    return kind.reserved_share + (1.0 - kind.reserved_share) * share


@compiled
def order_first_round(buyers, kinds, links, firms, usual_lengths, import_utility, luck, market):
    """Let every buyer split its demand over its list and the outside good."""
    m = market[0]
    for i in range(firms.size):
        firms[i].orders_t = 0.0
        firms[i].sold_t = 0.0
        firms[i].revenue_jt = 0.0
        firms[i].demanding_t = 0.0
        firms[i].listings = 0.0
    for b in range(buyers.size):
        buyer = buyers[b]
        kind = kinds[buyer.kind]
        whim = key_of(luck, b)
        steady, total, length = 0.0, 0.0, 0.0
        for k in range(buyer.first_link, buyer.last_link):
            link = links[k]
            link.listed = False
            link.first_t = 0.0
            link.delivered_t = 0.0
            if link.firm >= 0:
                firm = firms[link.firm]
                if may_order_from(firm, kind):
                    pull = attraction(link, firm, buyer, kind, m)
                    link.listed = True
                    link.weight = pull
                    if kind.lump_sd > 0.0:
                        link.weight *= math.exp(kind.lump_sd * normal(whim, link.firm))
                    steady += pull
                    total += link.weight
                    length += 1.0
        buyer.listed = length
        if length > 0.0:
            share = inside_share(kind, steady / length, length, usual_lengths[b], import_utility, m)
            per_weight_t = buyer.demand_t * share / total
            for k in range(buyer.first_link, buyer.last_link):
                link = links[k]
                if link.listed:
                    link.first_t = per_weight_t * link.weight
                    link.order_t = link.first_t
                    firm = firms[link.firm]
                    firm.orders_t += link.first_t
                    firm.listings += 1.0


@compiled
def payment_delay_months(kind, u):
    """Return the months until deliveries are paid: the terms, and one or two more when luck is bad."""
    delay = int(kind.terms_months)
    if u < kind.late_share:
        delay += 1
        if u < kind.late_share * kind.very_late_share:
            delay += 1
    return delay


@compiled
def hand_over(link, firm, buyer, kind, freight_jt_t, tonnes, due_jt, owed_jt, slot):
    """Deliver goods to a buyer; the firm gets a claim that falls due in the month of ``slot``."""
    jt = tonnes * firm.price_jt_t * kind.price_factor
    firm.goods_t -= tonnes
    firm.sold_t += tonnes
    firm.revenue_jt += jt
    due_jt[link.firm, slot] += jt
    owed_jt[slot] += jt
    buyer.payable_jt += jt
    buyer.freight_jt += tonnes * freight_jt_t
    buyer.unmet_t -= tonnes
    if firm.local:
        buyer.local_t += tonnes
    else:
        buyer.external_t += tonnes
    link.delivered_t += tonnes


@compiled
def deliver_first_round(buyers, kinds, links, firms, clusters, due_jt, owed_jt, month, luck, filled, books, market):
    """Let firms fill first-round orders from stock, pro rata; buyers remember, and some fine what is short."""
    m = market[0]
    for i in range(firms.size):
        orders_t = firms[i].orders_t
        filled[i] = min(1.0, firms[i].goods_t / orders_t) if orders_t > 0.0 else 1.0
    for b in range(buyers.size):
        buyer = buyers[b]
        kind = kinds[buyer.kind]
        slot = (month + payment_delay_months(kind, uniform(luck, b))) % due_jt.shape[1]
        buyer.short_t = 0.0
        for k in range(buyer.first_link, buyer.last_link):
            link = links[k]
            if link.listed:
                firm = firms[link.firm]
                fill = filled[link.firm]
                tonnes = min(fill * link.first_t, firm.goods_t)
                freight_jt_t = 0.0 if buyer.kind == HOME else clusters[firm.cluster].freight_jt_t
                hand_over(link, firm, buyer, kind, freight_jt_t, tonnes, due_jt, owed_jt[b], slot)
                link.first_delivered_t = tonnes
                link.order_t -= tonnes
                buyer.short_t += link.order_t
                link.reliability += m.reliability_speed * (fill - link.reliability)
                if fill < 1.0 and kind.penalty_share > 0.0:
                    fine_jt = kind.penalty_share * link.order_t * firm.price_jt_t
                    fine_jt = min(fine_jt, max(0.0, firm.cash_jt))
                    pay(books, PENALTIES, firm, buyer, fine_jt)
                    firm.equity_jt -= fine_jt
                if buyer.kind == STORES or buyer.kind == INDUSTRY:
                    firm.demanding_t += tonnes


@compiled
def order_further_round(buyers, links, firms, asked_t):
    """Let buyers order what was short from listed suppliers that still have stock; return the tonnes ordered."""
    for i in range(asked_t.size):
        asked_t[i] = 0.0
    ordered_t = 0.0
    for b in range(buyers.size):
        buyer = buyers[b]
        if buyer.short_t > SLIVER * buyer.demand_t:
            total = 0.0
            for k in range(buyer.first_link, buyer.last_link):
                link = links[k]
                link.order_t = 0.0
                if link.listed and firms[link.firm].goods_t > SLIVER:
                    total += link.weight
            if total > 0.0:
                ordered_t += buyer.short_t
                for k in range(buyer.first_link, buyer.last_link):
                    link = links[k]
                    if link.listed and firms[link.firm].goods_t > SLIVER:
                        link.order_t = buyer.short_t * link.weight / total
                        asked_t[link.firm] += link.order_t
            else:
                buyer.short_t = 0.0
    return ordered_t


@compiled
def deliver_further_round(buyers, kinds, links, firms, clusters, due_jt, owed_jt, month, luck, asked_t, filled):
    """Let firms fill a further round from what stock is left, pro rata."""
    for i in range(asked_t.size):
        if asked_t[i] > 0.0:
            filled[i] = min(1.0, firms[i].goods_t / asked_t[i])
    for b in range(buyers.size):
        buyer = buyers[b]
        if buyer.short_t > SLIVER * buyer.demand_t:
            kind = kinds[buyer.kind]
            slot = (month + payment_delay_months(kind, uniform(luck, b))) % due_jt.shape[1]
            buyer.short_t = 0.0
            for k in range(buyer.first_link, buyer.last_link):
                link = links[k]
                if link.listed and link.order_t > 0.0:
                    firm = firms[link.firm]
                    tonnes = min(filled[link.firm] * link.order_t, firm.goods_t)
                    freight_jt_t = 0.0 if buyer.kind == HOME else clusters[firm.cluster].freight_jt_t
                    hand_over(link, firm, buyer, kind, freight_jt_t, tonnes, due_jt, owed_jt[b], slot)
                    buyer.short_t += link.order_t - tonnes


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


def trade(model: Any, month: int) -> None:
    """Run the month's market: a first round, two more for what was short, and imports for the rest."""
    t, p = model.arg, model.arg
    late, whims = model.luck("buyers.late payment", month), model.luck("market.whims", month)
    import_utility = -model.elasticity * math.log(model.outside.import_price_jt_t / model.price_reference_jt_t)
    claims = (t.clusters, model.due_jt, model.owed_jt, month, late)
    order_first_round(t.buyers, t.kinds, t.links, t.firms, model.lengths, import_utility, whims, p.market_p)
    deliver_first_round(t.buyers, t.kinds, t.links, t.firms, *claims, model.filled, model.money.books, p.market_p)
    for _ in range(FURTHER_ROUNDS):
        if order_further_round(t.buyers, t.links, t.firms, model.asked_t) <= 0.0:
            break
        deliver_further_round(t.buyers, t.kinds, t.links, t.firms, *claims, model.asked_t, model.filled)
    buy_imports(t.buyers, model.outside.import_price_jt_t, model.money.books)
