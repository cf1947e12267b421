"""Deliveries: firms hand goods over, buyers owe for them, remember, and fine what is short.

``m`` is the room ``market`` of the register.
"""

from __future__ import annotations

from sim.accounts import PENALTIES
from sim.buyers import HOME, INDUSTRY, STORES
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.core.streams import uniform

__all__ = ["deliver_first_round", "deliver_further_round", "hand_over", "payment_delay_months", "receive"]

DEMANDING = (STORES, INDUSTRY)


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
def hand_over(firm, price_factor, tonnes):
    """Move goods out of a firm's stock and enter the sale; return its value [jt]."""
    jt = tonnes * firm.price_jt_t * price_factor
    firm.goods_t -= tonnes
    firm.sold_t += tonnes
    firm.revenue_jt += jt
    return jt


@compiled
def receive(buyer, owed_jt, slot, local_t, external_t, jt, freight_jt):
    """Enter what a buyer got in a round and what it owes for it, due in the month of ``slot``."""
    buyer.local_t += local_t
    buyer.external_t += external_t
    buyer.unmet_t -= local_t + external_t
    buyer.payable_jt += jt
    buyer.freight_jt += freight_jt
    owed_jt[slot] += jt


@compiled
def deliver_first_round(
    buyers, kinds, links, active, firms, clusters, due_jt, owed_jt, sold_by_kind, month, luck, filled, books, market
):  # fmt: skip
    """Let firms fill first-round orders from stock, pro rata; buyers remember, and some fine what is short."""
    m = market[0]
    for i in range(firms.size):
        orders_t, goods_t = firms[i].orders_t, firms[i].goods_t
        filled[i] = goods_t / orders_t if goods_t < orders_t else 1.0
    for b in range(buyers.size):
        buyer = buyers[b]
        kind = kinds[buyer.kind]
        of_kind = buyer.kind
        home = of_kind == HOME
        demanding = buyer.kind in DEMANDING
        slot = (month + payment_delay_months(kind, uniform(luck, b))) % due_jt.shape[1]
        local_t, external_t, owed, freight, short_t = 0.0, 0.0, 0.0, 0.0, 0.0
        trusted_local, trusted_external = 0.0, 0.0
        for a in range(buyer.first_link, buyer.end_active):
            link = links[active[a]]
            i = link.firm
            firm = firms[i]
            fill = filled[i]
            order_t = link.order_t
            tonnes = min(fill * order_t, firm.goods_t)
            jt = hand_over(firm, kind.price_factor, tonnes)
            due_jt[i, slot] += jt
            sold_by_kind[i, of_kind] += tonnes
            owed += jt
            reliability = link.reliability
            reliability += m.reliability_speed * (fill - reliability)
            link.reliability = reliability
            if firm.local:
                local_t += tonnes
                trusted_local += reliability
            else:
                external_t += tonnes
                trusted_external += reliability
                if not home:
                    freight += tonnes * clusters[firm.cluster].freight_jt_t
            if fill < 1.0:
                link.order_t = order_t - tonnes
                short_t += link.order_t
                if kind.penalty_share > 0.0:
                    fine_jt = min(kind.penalty_share * link.order_t * firm.price_jt_t, max(0.0, firm.cash_jt))
                    pay(books, PENALTIES, firm, buyer, fine_jt)
                    firm.equity_jt -= fine_jt
                    firm.fined_jt += fine_jt
            if demanding:
                firm.demanding_t += tonnes
        buyer.short_t = short_t
        buyer.trusted_local = trusted_local
        buyer.trusted_external = trusted_external
        buyer.kept_local_t = local_t
        buyer.kept_external_t = external_t
        receive(buyer, owed_jt[b], slot, local_t, external_t, owed, freight)


@compiled
def deliver_further_round(
    buyers, kinds, links, active, firms, clusters, due_jt, owed_jt, sold_by_kind, month, luck, asked_t, filled, market
):  # fmt: skip
    """Let firms fill a further round from what stock is left, pro rata."""
    m = market[0]
    for i in range(asked_t.size):
        if asked_t[i] > 0.0:
            filled[i] = min(1.0, firms[i].goods_t / asked_t[i])
    for b in range(buyers.size):
        buyer = buyers[b]
        if buyer.short_t > m.chase_share * buyer.demand_t:
            kind = kinds[buyer.kind]
            slot = (month + payment_delay_months(kind, uniform(luck, b))) % due_jt.shape[1]
            local_t, external_t, owed, freight, short_t = 0.0, 0.0, 0.0, 0.0, 0.0
            for a in range(buyer.first_link, buyer.end_active):
                link = links[active[a]]
                order_t, i = link.order_t, link.firm
                if order_t > 0.0:
                    firm = firms[i]
                    tonnes = min(filled[i] * order_t, firm.goods_t)
                    jt = hand_over(firm, kind.price_factor, tonnes)
                    due_jt[i, slot] += jt
                    sold_by_kind[i, buyer.kind] += tonnes
                    owed += jt
                    if firm.local:
                        local_t += tonnes
                    else:
                        external_t += tonnes
                        if buyer.kind != HOME:
                            freight += tonnes * clusters[firm.cluster].freight_jt_t
                    short_t += order_t - tonnes
            buyer.short_t = short_t
            receive(buyer, owed_jt[b], slot, local_t, external_t, owed, freight)
