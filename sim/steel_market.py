"""The steel market: mills ration their allotment among small firms, distributors sell the rest.

A firm's steel type names its mill. Buying direct needs papers and a lot within reach, or a partnership, or a pool; the
order is prepaid, allotted by priority, delivered in steps, and lapses after some months. What is wanted now and not
delivered is bought from distributors at a mark-up, with stock-outs. ``p`` is the room ``firms``, ``s`` the room
``steel`` of the register.
"""

from __future__ import annotations

import math

from sim.accounts import (
    ALLOTTED,
    DEPOSITS_REFUNDED,
    DISTRIBUTED,
    DISTRIBUTORS_PURCHASES,
    STEEL_DEPOSITS,
    STEEL_DISTRIBUTED,
    STEEL_FROM_MILLS,
)
from sim.core.compiled import compiled
from sim.core.ledger import give, pay
from sim.core.streams import uniform
from sim.firms import credit_room_jt, hired_fte

SLIVER = 1e-9  # tonnes too small to mean anything

__all__ = ["buy_from_distributors", "deliver_allotment", "order_from_mills", "share_out"]


@compiled
def may_order_direct(firm, mill, expected_use_t, s):
    """Tell whether a firm may order at its mill: a partner, or registered and able to use up a lot in time."""
    if firm.partner:
        return True
    return firm.registered and mill.lot_t <= s.cover_limit_months * expected_use_t


@compiled
def priority(firm, s):
    """Return the weight with which the mill serves a firm: trust, size, partnership, and locality if it counts."""
    weight = s.priority_trust * firm.trust + s.priority_size * math.log(firm.capacity_t)
    if firm.partner:
        weight += s.priority_partner
    if firm.local:
        weight += s.priority_local
    return math.exp(weight)


@compiled
def order_from_mills(firms, producers, books, firms_p, steel_p):
    """Let firms that may do so order at their mill, prepaying a share; what has waited too long lapses."""
    p, s = firms_p[0], steel_p[0]
    for j in range(producers.size):
        producers[j].ordered_t = 0.0
    for i in range(firms.size):
        firm = firms[i]
        if not firm.working:
            continue
        mill = producers[firm.mill]
        if firm.backlog_t > 0.0:
            firm.backlog_months += 1.0
            if firm.backlog_months > s.backlog_months:
                refund_jt = firm.deposit_jt
                pay(books, DEPOSITS_REFUNDED, mill, firm, refund_jt)
                mill.deposits_jt -= refund_jt
                firm.deposit_jt = 0.0
                firm.backlog_t = 0.0
                firm.entitled_t = 0.0
        want_t = firm.wanted_steel_t - firm.backlog_t
        use_t = firm.material_t_t * firm.expected_t
        if want_t > s.reorder_share * use_t and may_order_direct(firm, mill, use_t, s):
            order_t = want_t if firm.partner else max(want_t, mill.lot_t)
            wages_jt = s.wage_reserve_share * hired_fte(firm, p) * firm.wage_jt_fte
            means_jt = max(0.0, firm.cash_jt - wages_jt)
            reach_t = means_jt / mill.price_jt_t
            if firm.partner:
                order_t = min(order_t, reach_t)
            if 0.0 < order_t <= reach_t:
                deposit_jt = s.prepaid_share * order_t * mill.price_jt_t
                pay(books, STEEL_DEPOSITS, firm, mill, deposit_jt)
                mill.deposits_jt += deposit_jt
                firm.deposit_jt += deposit_jt
                total_t = firm.backlog_t + order_t
                firm.ordered_jt_t = (firm.backlog_t * firm.ordered_jt_t + order_t * mill.price_jt_t) / total_t
                if firm.backlog_t <= 0.0:
                    firm.backlog_months = 0.0
                firm.backlog_t = total_t
        mill.ordered_t += firm.backlog_t - firm.entitled_t


@compiled
def share_out(firms, waiting, weights, count, offer_t, local_only):
    """Divide an offer among the waiting orders by exact water-filling; return what nobody can use.

    Each order gets ``min(order, theta * weight * order)`` with the theta at which the offer is used up or every order
    is met. Orders that reach their limit are filled first and the rest is divided again, which ends exactly.
    """
    left_t = offer_t
    while left_t > 0.0:
        total = 0.0
        for c in range(count):
            firm = firms[waiting[c]]
            if firm.local or not local_only:
                open_t = firm.backlog_t - firm.entitled_t
                if open_t > 0.0:
                    total += weights[c] * open_t
        if total <= 0.0:
            return left_t
        theta = left_t / total
        filled = False
        for c in range(count):
            firm = firms[waiting[c]]
            if firm.local or not local_only:
                open_t = firm.backlog_t - firm.entitled_t
                if open_t > 0.0 and theta * weights[c] >= 1.0:
                    firm.entitled_t = firm.backlog_t
                    left_t -= open_t
                    filled = True
        if not filled:
            for c in range(count):
                firm = firms[waiting[c]]
                if firm.local or not local_only:
                    open_t = firm.backlog_t - firm.entitled_t
                    if open_t > 0.0:
                        firm.entitled_t += theta * weights[c] * open_t
            return 0.0
    return 0.0


@compiled
def deliver_allotment(firms, producers, waiting, weights, counts, books, tonnes, steel_p):
    """Ration each mill's allotment, local reserve first, and deliver it in whole steps."""
    s = steel_p[0]
    counts[:] = 0
    for i in range(firms.size):
        firm = firms[i]
        if firm.working:
            firm.direct_t = 0.0
            if firm.backlog_t > 0.0:
                j = firm.mill
                waiting[j, counts[j]] = i
                weights[j, counts[j]] = priority(firm, s)
                counts[j] += 1
            else:
                firm.trust *= s.trust_idle_decay
    for j in range(producers.size):
        mill = producers[j]
        count = counts[j]
        rest_t = 0.0
        if mill.reserved_t > 0.0:
            rest_t = share_out(firms, waiting[j], weights[j], count, mill.reserved_t, True)
        share_out(firms, waiting[j], weights[j], count, mill.offered_t - mill.reserved_t + rest_t, False)
        for c in range(count):
            firm = firms[waiting[j, c]]
            steps = math.floor(firm.entitled_t / s.delivery_step_t + SLIVER)
            step_t = min(firm.backlog_t, steps * s.delivery_step_t)
            if firm.entitled_t >= firm.backlog_t - SLIVER:
                step_t = firm.backlog_t
            balance_jt_t = firm.ordered_jt_t - firm.deposit_jt / firm.backlog_t
            balance_jt = max(0.0, balance_jt_t * step_t)
            if balance_jt > max(0.0, firm.cash_jt):
                step_t = 0.0
            firm.trust = s.trust_decay * firm.trust + (1.0 - s.trust_decay) * min(1.0, step_t / firm.backlog_t)
            if step_t > 0.0:
                used_jt = firm.deposit_jt * (step_t / firm.backlog_t)
                pay(books, STEEL_FROM_MILLS, firm, mill, balance_jt)
                mill.deposits_jt -= used_jt
                firm.deposit_jt -= used_jt
                stored_t = firm.steel_t + step_t
                firm.steel_cost_jt_t = (firm.steel_t * firm.steel_cost_jt_t + used_jt + balance_jt) / stored_t
                firm.steel_t = stored_t
                firm.direct_t = step_t
                firm.backlog_t -= step_t
                firm.entitled_t = max(0.0, firm.entitled_t - step_t)
                if firm.backlog_t <= 0.0:
                    firm.entitled_t = 0.0
                mill.delivered_t += step_t
                tonnes[ALLOTTED, 1] += step_t
        tonnes[ALLOTTED, 0] += mill.delivered_t
        mill.elsewhere_t = mill.output_t - mill.contracts_t - mill.delivered_t


@compiled
def buy_from_distributors(firms, producers, distributors, luck, books, tonnes, firms_p, steel_p):
    """Let firms buy what is still missing from their cluster's distributors, within cash, credit and what is there."""
    p, s = firms_p[0], steel_p[0]
    for i in range(firms.size):
        firm = firms[i]
        firm.bought_t = 0.0
        firm.cash_cut = False
        if firm.working and firm.wanted_steel_t > firm.direct_t:
            dealer = distributors[firm.cluster]
            want_t = firm.wanted_steel_t - firm.direct_t
            if uniform(luck, i) < s.stock_out_share:
                want_t *= s.stock_out_fill
            price_jt_t = producers[firm.mill].price_jt_t * (1.0 + dealer.markup)
            wages_jt = s.wage_reserve_share * hired_fte(firm, p) * firm.wage_jt_fte
            means_jt = max(0.0, firm.cash_jt - wages_jt) + credit_room_jt(firm, p)
            reach_t = means_jt / price_jt_t
            if reach_t < want_t:
                want_t = reach_t
                firm.cash_cut = True
            firm.bought_t = want_t
            dealer.ordered_t += want_t
    for d in range(distributors.size):
        dealer = distributors[d]
        most_t = s.distributor_surge * dealer.usual_t
        dealer.sold_t = min(dealer.ordered_t, most_t)
    for i in range(firms.size):
        firm = firms[i]
        if firm.working and firm.bought_t > 0.0:
            dealer = distributors[firm.cluster]
            got_t = firm.bought_t * (dealer.sold_t / dealer.ordered_t)
            firm.bought_t = got_t
            if got_t <= 0.0:
                continue
            mill_jt_t = producers[firm.mill].price_jt_t
            cost_jt = got_t * mill_jt_t * (1.0 + dealer.markup)
            pay(books, STEEL_DISTRIBUTED, firm, dealer, cost_jt)
            give(books, DISTRIBUTORS_PURCHASES, dealer, got_t * mill_jt_t)
            stored_t = firm.steel_t + got_t
            firm.steel_cost_jt_t = (firm.steel_t * firm.steel_cost_jt_t + cost_jt) / stored_t
            firm.steel_t = stored_t
            tonnes[DISTRIBUTED, 1] += got_t
