"""The steel market: mills ration their allotment among small firms, distributors sell the rest.

A firm's steel type names its mill. Buying direct needs papers and a lot within reach, or a partnership; the
order is prepaid, allotted by priority, delivered in steps, and lapses after some months. What is wanted now and not
delivered is bought from distributors at a mark-up, with stock-outs. ``p`` is the room ``firms``, ``s`` the room
``steel`` of the register.
"""

from __future__ import annotations

import math

import numpy as np

from sim.accounts import (
    ALLOTTED,
    COOPERATIVE_FEES,
    DEPOSITS_REFUNDED,
    DISTRIBUTED,
    DISTRIBUTORS_PURCHASES,
    STEEL_DEPOSITS,
    STEEL_DISTRIBUTED,
    STEEL_FROM_MILLS,
)
from sim.cooperatives import BUYING, advance, bundle, repay_advance
from sim.core.compiled import compiled
from sim.core.ledger import give, pay
from sim.core.streams import uniform
from sim.firm_figures import credit_room_jt, steel_means_jt
from sim.producers import set_allotments

SLIVER = 1e-9  # tonnes too small to mean anything

__all__ = ["share_out", "trade_steel"]


@compiled
def may_order_direct(firm, mill, expected_use_t, s):
    """Tell whether a firm may order at its mill: a partner, or registered and able to use up a lot in time."""
    return firm.partner | (firm.registered & (mill.lot_t <= s.cover_limit_months * expected_use_t))


@compiled
def priority(firm, s):
    """Return the weight with which the mill serves a firm: trust, size, partnership, and locality if it counts."""
    weight = s.priority_trust * firm.trust + s.priority_size * firm.log_size
    if firm.partner:
        weight += s.priority_partner
    if firm.local:
        weight += s.priority_local
    return math.exp(weight)


@compiled
def lapse(firm, mill, centre, books):
    """Give up what has waited too long at the mill, and get the deposit back; an advance goes back too."""
    pay(books, DEPOSITS_REFUNDED, mill, firm, firm.deposit_jt)
    mill.deposits_jt -= firm.deposit_jt
    firm.deposit_jt = 0.0
    firm.backlog_t = 0.0
    firm.entitled_t = 0.0
    if firm.advance_jt > 0.0:
        repay_advance(firm, centre, firm.advance_jt, books)


@compiled
def order_direct(firm, mill, order_t, books, s):
    """Order at the mill and prepay a share; return the deposit [jt]."""
    deposit_jt = s.prepaid_share * order_t * mill.price_jt_t
    pay(books, STEEL_DEPOSITS, firm, mill, deposit_jt)
    mill.deposits_jt += deposit_jt
    firm.deposit_jt += deposit_jt
    total_t = firm.backlog_t + order_t
    firm.ordered_jt_t = (firm.backlog_t * firm.ordered_jt_t + order_t * mill.price_jt_t) / total_t
    if firm.backlog_t <= 0.0:
        firm.backlog_months = 0.0
    firm.backlog_t = total_t
    return deposit_jt


@compiled
def order_from_mills(firms, producers, cooperatives, waiting, weights, counts, books, firms_p, steel_p):
    """Let firms that may do so order at their mill, and put those that wait in its queue with their priority."""
    p, s = firms_p[0], steel_p[0]
    centre, bundled_t = cooperatives[BUYING], np.zeros(producers.size)
    if centre.working:
        bundle(firms, producers, centre, bundled_t, p, s)
    for j in range(producers.size):
        producers[j].ordered_t = 0.0
        counts[j] = 0
    for i in range(firms.size):
        firm = firms[i]
        if not firm.working:
            continue
        j = firm.mill
        mill = producers[j]
        if firm.backlog_t > 0.0:
            firm.backlog_months += 1.0
            if firm.backlog_months > s.backlog_months:
                lapse(firm, mill, centre, books)
        want_t = firm.wanted_steel_t - firm.backlog_t
        use_t = firm.material_t_t * firm.expected_t
        bundled = centre.working & firm.buys_jointly & (bundled_t[j] >= mill.lot_t)
        if (want_t > s.reorder_share * use_t) & (bundled | may_order_direct(firm, mill, use_t, s)):
            reach_t = steel_means_jt(firm, p, s) / mill.price_jt_t
            order_t = min(want_t, reach_t) if firm.partner | bundled else max(want_t, mill.lot_t)
            if 0.0 < order_t <= reach_t:
                deposit_jt = order_direct(firm, mill, order_t, books, s)
                if bundled:
                    advance(firm, centre, deposit_jt, books)
        firm.direct_t = 0.0
        if firm.backlog_t > 0.0:
            waiting[j, counts[j]] = i
            weights[j, counts[j]] = priority(firm, s)
            counts[j] += 1
            mill.ordered_t += firm.backlog_t - firm.entitled_t
        else:
            firm.trust *= s.trust_idle_decay


@compiled
def share_out(firms, waiting, weights, count, offer_t, local_only):
    """Divide an offer among the waiting orders by exact water-filling; return what nobody can use.

    Each order gets ``min(order, theta * weight * order)`` with the theta at which the offer is used up or every order
    is met. Orders that reach their limit are filled first and the rest is divided again, which ends exactly.
    """
    rows, missing_t, weight, still = np.empty(count, np.int64), np.empty(count), np.empty(count), 0
    for c in range(count):
        firm = firms[waiting[c]]
        open_t = firm.backlog_t - firm.entitled_t
        if open_t > 0.0 and (firm.local or not local_only):
            rows[still], missing_t[still], weight[still] = waiting[c], open_t, weights[c]
            still += 1
    left_t = offer_t
    while left_t > 0.0 and still > 0:
        total = 0.0
        for c in range(still):
            total += weight[c] * missing_t[c]
        theta, kept = left_t / total, 0
        for c in range(still):
            if theta * weight[c] >= 1.0:
                firms[rows[c]].entitled_t = firms[rows[c]].backlog_t
                left_t -= missing_t[c]
            else:
                rows[kept], missing_t[kept], weight[kept] = rows[c], missing_t[c], weight[c]
                kept += 1
        if kept == still:
            for c in range(still):
                firms[rows[c]].entitled_t += theta * weight[c] * missing_t[c]
            return 0.0
        still = kept
    return max(0.0, left_t)


@compiled
def take_delivery(firm, mill, centre, books, s):
    """Deliver what a firm is entitled to in whole steps, against the rest of the price; trust follows.

    A member of the material centre pays its advance back in proportion, and the centre's fee.
    """
    steps = math.floor(firm.entitled_t / s.delivery_step_t + SLIVER)
    step_t = min(firm.backlog_t, steps * s.delivery_step_t)
    if firm.entitled_t >= firm.backlog_t - SLIVER:
        step_t = firm.backlog_t
    if step_t <= 0.0:
        firm.trust *= s.trust_decay
        return 0.0
    part = step_t / firm.backlog_t
    used_jt = firm.deposit_jt * part
    balance_jt = max(0.0, step_t * firm.ordered_jt_t - used_jt)
    back_jt = firm.advance_jt * part
    fee_jt = centre.fee_share * step_t * firm.ordered_jt_t if centre.working & firm.buys_jointly else 0.0
    if balance_jt + back_jt + fee_jt > max(0.0, firm.cash_jt) + SLIVER * step_t * firm.ordered_jt_t:
        step_t, part = 0.0, 0.0
    firm.trust = s.trust_decay * firm.trust + (1.0 - s.trust_decay) * part
    if step_t > 0.0:
        pay(books, STEEL_FROM_MILLS, firm, mill, balance_jt)
        mill.deposits_jt -= used_jt
        firm.deposit_jt -= used_jt
        if back_jt > 0.0:
            repay_advance(firm, centre, back_jt, books)
        if fee_jt > 0.0:
            pay(books, COOPERATIVE_FEES, firm, centre, fee_jt)
            centre.handled_t += step_t
        store(firm, step_t, used_jt + balance_jt + fee_jt)
        firm.direct_t = step_t
        firm.backlog_t -= step_t
        firm.entitled_t = max(0.0, firm.entitled_t - step_t) if firm.backlog_t > 0.0 else 0.0
        mill.delivered_t += step_t
    return step_t


@compiled
def store(firm, tonnes, cost_jt):
    """Put steel into the yard at its cost."""
    stored_t = firm.steel_t + tonnes
    firm.steel_cost_jt_t = (firm.steel_t * firm.steel_cost_jt_t + cost_jt) / stored_t
    firm.steel_t = stored_t


@compiled
def deliver_allotment(firms, producers, centre, waiting, weights, counts, books, tonnes, steel_p):
    """Ration each mill's allotment, local reserve first, and deliver it in whole steps."""
    s = steel_p[0]
    for j in range(producers.size):
        mill = producers[j]
        count = counts[j]
        rest_t = 0.0
        if mill.reserved_t > 0.0:
            rest_t = share_out(firms, waiting[j], weights[j], count, mill.reserved_t, True)
        share_out(firms, waiting[j], weights[j], count, mill.offered_t - mill.reserved_t + rest_t, False)
        weighed, weighed_local, mill.delivered_local_t, mill.short_outside_t = 0.0, 0.0, 0.0, 0.0
        for c in range(count):
            firm = firms[waiting[j, c]]
            weight = weights[j, c] * firm.backlog_t
            step_t = take_delivery(firm, mill, centre, books, s)
            tonnes[ALLOTTED, 1] += step_t
            weighed += weight
            if firm.local:
                weighed_local += weight
                mill.delivered_local_t += step_t
            else:
                mill.short_outside_t += firm.backlog_t
        mill.due_local = weighed_local / weighed if weighed > 0.0 else 0.0
        tonnes[ALLOTTED, 0] += mill.delivered_t
        mill.elsewhere_t = mill.output_t - mill.contracts_t - mill.delivered_t


@compiled
def ask_distributors(firms, producers, distributors, luck, firms_p, steel_p):
    """Let firms ask their cluster's distributors for what is still missing, within cash, credit and what is there."""
    p, s = firms_p[0], steel_p[0]
    for i in range(firms.size):
        firm = firms[i]
        firm.bought_t = 0.0
        firm.cash_cut = False
        want_t = firm.wanted_steel_t - firm.direct_t
        if firm.working & (want_t > 0.0):
            dealer = distributors[firm.cluster]
            if uniform(luck, i) < s.stock_out_share:
                want_t *= s.stock_out_fill
            means_jt = steel_means_jt(firm, p, s) + credit_room_jt(firm, p)
            cost_jt = want_t * producers[firm.mill].price_jt_t * (1.0 + dealer.markup)
            if cost_jt > means_jt:
                want_t *= means_jt / cost_jt
                firm.cash_cut = True
            firm.bought_t = want_t
            dealer.ordered_t += want_t
    for d in range(distributors.size):
        dealer = distributors[d]
        dealer.sold_t = min(dealer.ordered_t, s.distributor_surge * dealer.usual_t)


@compiled
def buy_steel(firm, mill, dealer, books, tonnes):
    """Buy from the distributors the firm's part of what they have, and pay."""
    got_t = firm.bought_t * (dealer.sold_t / dealer.ordered_t)
    firm.bought_t = got_t
    if got_t > 0.0:
        bill_jt = got_t * mill.price_jt_t
        cost_jt = bill_jt * (1.0 + dealer.markup)
        pay(books, STEEL_DISTRIBUTED, firm, dealer, cost_jt)
        give(books, DISTRIBUTORS_PURCHASES, dealer, bill_jt)
        store(firm, got_t, cost_jt)
        tonnes[DISTRIBUTED, 1] += got_t


@compiled
def fetch_steel(firms, producers, distributors, books, tonnes):
    """Let firms fetch and pay what their distributors have for them."""
    for i in range(firms.size):
        firm = firms[i]
        if firm.working & (firm.bought_t > 0.0):
            buy_steel(firm, producers[firm.mill], distributors[firm.cluster], books, tonnes)


@compiled
def trade_steel(
    firms, producers, mills, distributors, cooperatives, scale, waiting, weights, counts, luck, books, tonnes, firms_p,
    steel_p,
):  # fmt: skip
    """Run the month's steel market: allotments, orders at the mills, rationing, and what distributors sell."""
    set_allotments(producers, mills, scale)
    order_from_mills(firms, producers, cooperatives, waiting, weights, counts, books, firms_p, steel_p)
    deliver_allotment(firms, producers, cooperatives[BUYING], waiting, weights, counts, books, tonnes, steel_p)
    ask_distributors(firms, producers, distributors, luck, firms_p, steel_p)
    fetch_steel(firms, producers, distributors, books, tonnes)
