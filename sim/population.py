"""Who closes and who opens.

A firm closes when it cannot pay for some months, or by a hazard that falls with age and rises with idleness. Its stock
is cleared, buyers' payments go to its creditors or owners, the rest is written off; a newcomer in the row inherits
nothing. Openings are Poisson at a rate tied to the cluster's usual number of firms and to its margin compared with its
own margin in the warm-up: never to today's number, which has no anchor.
"""

from __future__ import annotations

import math

from sim.accounts import (
    CLEARANCE,
    DEPOSITS_REFUNDED,
    ESTATES,
    GOODS_CLEARED,
    INVESTMENT,
    PAID_TO_HEIRS,
    PAYMENTS,
    REPAYMENTS,
    START_CAPITAL,
    STEEL_CLEARED,
    WRITTEN_OFF,
)
from sim.cooperatives import BUYING, forgive_advance
from sim.core.compiled import compiled
from sim.core.ledger import give, pay, take
from sim.core.streams import key_of, normal, uniform
from sim.firm_figures import hired_fte, skill_now
from sim.firms import NONE
from sim.reckoning import add_flows, add_sales

__all__ = ["close_firms", "follow_margins", "open_firms", "pay_suppliers"]


@compiled
def pay_suppliers(buyers, owed_jt, heirs_jt, month, books):
    """Let buyers pay what falls due, to firms and to the heirs and creditors of closed firms."""
    slot = month % owed_jt.shape[1]
    for b in range(buyers.size):
        due_jt = owed_jt[b, slot]
        owed_jt[b, slot] = 0.0
        buyers[b].payable_jt -= due_jt
        give(books, PAYMENTS, buyers[b], due_jt)
    late_jt = heirs_jt[slot]
    heirs_jt[slot] = 0.0
    books[PAYMENTS, 0] -= late_jt
    books[PAID_TO_HEIRS, 0] += late_jt


@compiled
def empty(firm):
    """Leave nothing in a row: no stock, claim, debt, order, partner or plan of the firm that had it."""
    firm.cash_jt = 0.0
    firm.debt_jt = 0.0
    firm.receivable_jt = 0.0
    firm.deposit_jt = 0.0
    firm.steel_t = 0.0
    firm.goods_t = 0.0
    firm.goods_value_jt = 0.0
    firm.equity_jt = 0.0
    firm.partner = False
    firm.qualifying_for = -1
    firm.visibility = 0.0
    firm.output_t = 0.0
    firm.sold_t = 0.0
    firm.orders_t = 0.0
    firm.direct_t = 0.0
    firm.bought_t = 0.0
    firm.backlog_t = 0.0
    firm.entitled_t = 0.0
    firm.judged_jt_t = 0.0
    firm.kur_jt = 0.0
    firm.advance_jt = 0.0
    firm.fined_jt = 0.0
    firm.buys_jointly = False
    firm.sells_jointly = False


@compiled
def wind_up(firm, i, mill, centre, due_jt, heirs_jt, counts, books, tonnes, p):
    """Close a firm: clear its stock, settle with the mill and the lenders, pass its claims on, write off the rest."""
    take(books, CLEARANCE, firm, p.clearance_share * (firm.steel_t * firm.steel_cost_jt_t + firm.goods_value_jt))
    tonnes[STEEL_CLEARED, 0] += firm.steel_t
    tonnes[GOODS_CLEARED, 0] += firm.goods_t
    if firm.deposit_jt > 0.0:
        mill.deposits_jt -= firm.deposit_jt
        pay(books, DEPOSITS_REFUNDED, mill, firm, firm.deposit_jt)
    if firm.advance_jt > 0.0:
        forgive_advance(firm, centre, books)
    if firm.debt_jt > 0.0:
        paid_jt = min(firm.debt_jt, max(0.0, firm.cash_jt))
        give(books, REPAYMENTS, firm, paid_jt)
        firm.debt_jt -= paid_jt
    if firm.cash_jt < 0.0:
        take(books, WRITTEN_OFF, firm, -firm.cash_jt)
    else:
        give(books, ESTATES, firm, firm.cash_jt)
    counts.defaulted_jt += firm.debt_jt
    counts.kur_defaulted_jt += min(firm.kur_jt, firm.debt_jt)  # other debts are paid first, as in settle
    counts.exits += 1.0
    for k in range(due_jt.shape[1]):
        heirs_jt[k] += due_jt[i, k]
        due_jt[i, k] = 0.0
    firm.working = False
    empty(firm)


@compiled
def close_firms(
    firms, producers, cooperatives, links, first_place, leaving, ends, due_jt, heirs_jt, counts, tally, sold_by_kind,
    usual_sales, books, tonnes, firms_p,
):  # fmt: skip
    """Close the firms that cannot go on, and free their places on lists."""
    p = firms_p[0]
    for c in range(ends[0]):
        i = leaving[c]
        firm = firms[i]
        add_flows(tally[firm.cluster], firm)
        add_sales(tally[firm.cluster], sold_by_kind, i)
        sold_by_kind[i] = 0.0
        usual_sales[i] = 0.0
        count = counts[firm.cluster]
        if firm.bad_months >= p.insolvency_months:
            count.insolvencies += 1.0
        wind_up(
            firm, i, producers[firm.mill], cooperatives[BUYING], due_jt, heirs_jt, count, books, tonnes, p
        )  # fmt: skip
    if ends[0] > 0:
        for k in range(first_place, links.size):
            link = links[k]
            if link.firm >= 0 and not firms[link.firm].working:
                link.firm = -1


@compiled
def poisson(mean, u):
    """Return the Poisson quantile of ``u`` by summing the distribution."""
    term = math.exp(-mean)
    total, count = term, 0
    while u > total and term > 0.0:
        count += 1
        term *= mean / count
        total += term
    return count


@compiled
def found(firm, i, uid, c, clusters, mills, luck, steel_jt_t, books, p):
    """Open a firm in a free row: drawn from its cluster, small, unknown, with its owner's capital."""
    cluster = clusters[c]
    capacity_t = cluster.capacity_t * math.exp(p.size_sd * normal(key_of(luck, 1), i) - 0.5 * p.size_sd * p.size_sd)
    capacity_t = max(p.capacity_floor_t, min(p.capacity_high_t, capacity_t))
    empty(firm)
    firm.uid = uid
    firm.working = True
    firm.local = cluster.local > 0.0
    firm.cluster = c
    share, total = uniform(key_of(luck, 2), i), 0.0
    firm.mill = mills.size - 1
    for j in range(mills.size):
        total += mills[j].ikm_share
        if share < total:
            firm.mill = j
            break
    firm.skill = max(p.skill_floor, cluster.skill + p.skill_sd * normal(key_of(luck, 3), i))
    firm.quality = cluster.quality + p.quality_sd * normal(key_of(luck, 4), i)
    firm.marketing = max(0.0, min(1.0, cluster.marketing + p.marketing_sd * normal(key_of(luck, 5), i)))
    firm.registered = uniform(key_of(luck, 6), i) < cluster.registered_share
    certified = uniform(key_of(luck, 7), i) < cluster.certified_share
    firm.certificate_months = p.certificate_months * uniform(key_of(luck, 8), i) if certified else 0.0
    firm.trust = cluster.trust * (1.0 + p.trust_spread * (2.0 * uniform(key_of(luck, 9), i) - 1.0))
    firm.taste = 0.0
    firm.motivation = p.motivation_start
    firm.capacity_t = capacity_t
    firm.use = p.usual_use
    firm.markup = p.markup_usual
    firm.skill_help = 0.0
    firm.expected_t = max(p.expected_floor_t, p.usual_use * capacity_t)
    firm.workers_fte = max(p.workers_floor_fte, firm.expected_t * p.labour_slack / (p.output_t_fte * skill_now(firm)))
    firm.wage_jt_fte = cluster.wage_jt_fte
    firm.steel_cost_jt_t = steel_jt_t
    firm.steel_price_jt_t = steel_jt_t
    firm.material_t_t = p.material_t_t + p.waste_t_t * (1.0 - min(firm.skill, p.skill_ceiling))
    firm.orders_t = firm.expected_t
    firm.revenue_jt = 0.0
    firm.cost_sold_jt = 0.0
    firm.wages_jt = 0.0
    firm.overhead_jt = 0.0
    firm.wanted_steel_t = 0.0
    firm.desired_t = 0.0
    firm.demanding_t = 0.0
    firm.ordered_jt_t = 0.0
    firm.hours_share = 0.0
    firm.bound = NONE
    firm.cash_cut = False
    firm.pull = 0.0
    firm.pull_home = 0.0
    firm.backlog_months = 0.0
    firm.bad_months = 0.0
    firm.age_months = 0.0
    firm.youth = 1.0
    firm.log_size = math.log(capacity_t)
    firm.partner_months = 0.0
    firm.qualifying_months = 0.0
    firm.visibility_help = 0.0
    firm.helped_months = -1.0
    firm.helped_times = 0.0
    firm.helped_expected_t = 0.0
    firm.help_trust = p.help_trust_start
    firm.waste_saved = 0.0
    firm.ban_months = 0.0
    firm.shared_volume_t = 0.0
    firm.financed_share = 0.0
    usual_jt_t = firm.material_t_t * steel_jt_t + p.energy_jt_t
    fixed_jt = hired_fte(firm, p) * cluster.wage_jt_fte + p.overhead_jt_t * capacity_t
    firm.unit_cost_jt_t = usual_jt_t + fixed_jt / firm.expected_t
    firm.price_jt_t = firm.unit_cost_jt_t * (1.0 + firm.markup)


@compiled
def open_firms(firms, links, clusters, state, counts, mills, uids, luck, month_luck, steel_jt_t, books, firms_p, scale):
    """Open new firms in each cluster; return the next free identity. A cluster without a free row turns them away."""
    p = firms_p[0]
    for c in range(clusters.size):
        cluster = clusters[c]
        ratio = state[c].margin / max(p.margin_floor, state[c].usual_margin)
        ratio = max(0.0, min(p.entry_cap, ratio))
        mean = (
            p.entry_rate * cluster.firms * scale * math.exp(p.entry_elasticity * math.log(max(p.margin_floor, ratio)))
        )
        wanted = poisson(mean, uniform(month_luck, c))
        row = int(state[c].first_row)
        while wanted > 0 and row < int(state[c].last_row):
            firm = firms[row]
            if not firm.working:
                found(firm, row, uids, c, clusters, mills, luck, steel_jt_t, books, p)
                firm.capacity_t = max(p.capacity_floor_t, p.start_size * firm.capacity_t)
                firm.log_size = math.log(firm.capacity_t)
                firm.expected_t = max(p.expected_floor_t, p.start_orders * firm.capacity_t)
                firm.orders_t = firm.expected_t
                firm.workers_fte = p.workers_floor_fte
                firm.skill = max(p.skill_floor, firm.skill - p.start_gap)
                firm.quality -= p.start_gap
                firm.marketing *= p.start_marketing
                firm.trust *= p.start_trust
                firm.certificate_months = 0.0
                firm.use = p.start_orders
                machines_jt = p.machine_jt_t * firm.capacity_t
                cash_jt = p.start_cash_jt + p.start_cash_jt_t * firm.capacity_t
                take(books, START_CAPITAL, firm, cash_jt + machines_jt)
                give(books, INVESTMENT, firm, machines_jt)
                firm.equity_jt = cash_jt + machines_jt
                counts[c].entries += 1.0
                uids += 1
                wanted -= 1
                links[int(state[c].own_list) + row - int(state[c].first_row)].reliability = p.start_reliability
                links[int(state[c].public_list) + row].reliability = p.start_reliability
            row += 1
        counts[c].turned_away += wanted
    return uids


@compiled
def follow_margins(tally, state, settling, firms_p):
    """Let each cluster's running margin follow this month's, and in the warm-up also what it takes as usual."""
    p = firms_p[0]
    for c in range(tally.size):
        row, own = tally[c], state[c]
        if row.revenue_jt > 0.0:
            profit_jt = row.revenue_jt - row.cost_sold_jt - row.wages_jt - row.overhead_jt
            margin = profit_jt / row.revenue_jt
            if own.margin_months <= 0.0:
                own.margin = margin
                own.usual_margin = margin
            own.margin += p.margin_speed * (margin - own.margin)
            if settling or own.margin_months <= 0.0:
                own.margin_months += 1.0
                own.usual_margin += (own.margin - own.usual_margin) / own.margin_months
