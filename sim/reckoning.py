"""The month's reckoning: one pass over buyers and one over firms adds up what indicators are made of.

Nothing here is an indicator; those are declared in ``sim/indicators`` as functions of these sums. The pass over firms
also checks that every firm's assets equal its debt and its own net worth.
"""

from __future__ import annotations

from sim.buyers import COLLECTORS, GOVERNMENT, HOME, HOUSEHOLDS, INDUSTRY, KINDS, SHOPS, STORES
from sim.core.compiled import compiled
from sim.firm_figures import skill_now
from sim.firms import CAPACITY, CASH, LABOUR, MARKET, STEEL
from sim.tally import DELIVERED, DEMAND, DEPTH, FIRST, FIRST_DELIVERED, REACHED

__all__ = ["add_flows", "add_sales", "reckon_firms", "reckon_holdings", "reckon_market", "reckon_mills"]

KIND_COUNT = len(KINDS)
NET_WORTH_TOLERANCE = 1e-7  # relative; rounding of 240 months stays far below


@compiled
def add_to_chain(chain, listed_share, first_t, first_delivered_t, delivered_t, demand_t):
    """Add a buyer to the sums from which access, depth, conversion, fill and rescue follow."""
    chain[DEMAND] += demand_t
    if listed_share > 0.0:
        chain[REACHED] += demand_t
        chain[DEPTH] += demand_t * listed_share
    chain[FIRST] += first_t
    chain[FIRST_DELIVERED] += first_delivered_t
    chain[DELIVERED] += delivered_t


@compiled
def reckon_market(buyers, chain, demand_by_kind):
    """Add up the buyers: what they needed, whom they listed, ordered from and got, by origin and kind of buyer.

    ``chain`` has shape (local or external, with or without households, 6); ``demand_by_kind`` (kinds, 8) holds demand,
    imports, local and external deliveries, local and external listings, and the sums of their reliability.
    """
    chain[:] = 0.0
    demand_by_kind[:] = 0.0
    for b in range(buyers.size):
        buyer = buyers[b]
        demand_by_kind[buyer.kind, 0] += buyer.demand_t
        demand_by_kind[buyer.kind, 1] += buyer.imported_t
        demand_by_kind[buyer.kind, 2] += buyer.local_t
        demand_by_kind[buyer.kind, 3] += buyer.external_t
        demand_by_kind[buyer.kind, 4] += buyer.listed_local
        demand_by_kind[buyer.kind, 5] += buyer.listed - buyer.listed_local
        demand_by_kind[buyer.kind, 6] += buyer.trusted_local
        demand_by_kind[buyer.kind, 7] += buyer.trusted_external
        if buyer.kind != HOME:
            local = buyer.listed_local / buyer.listed if buyer.listed > 0.0 else 0.0
            other = 1.0 - local if buyer.listed > 0.0 else 0.0
            for part in range(2):
                if part == 0 or buyer.kind != HOUSEHOLDS:
                    need_t = buyer.demand_t
                    add_to_chain(chain[0, part], local, buyer.first_local_t, buyer.kept_local_t, buyer.local_t, need_t)
                    add_to_chain(
                        chain[1, part], other, buyer.first_external_t, buyer.kept_external_t, buyer.external_t, need_t
                    )


@compiled
def add_sales(row, sold_by_kind, i):
    """Add a firm's deliveries by kind of buyer."""
    row.sold_households_t += sold_by_kind[i, HOUSEHOLDS]
    row.sold_collectors_t += sold_by_kind[i, COLLECTORS]
    row.sold_shops_t += sold_by_kind[i, SHOPS]
    row.sold_stores_t += sold_by_kind[i, STORES]
    row.sold_industry_t += sold_by_kind[i, INDUSTRY]
    row.sold_government_t += sold_by_kind[i, GOVERNMENT]
    row.sold_home_t += sold_by_kind[i, HOME]


@compiled
def add_main_buyer(row, kind):
    """Count a firm under its main kind of buyer."""
    if kind == HOUSEHOLDS:
        row.main_households += 1.0
    elif kind == COLLECTORS:
        row.main_collectors += 1.0
    elif kind == SHOPS:
        row.main_shops += 1.0
    elif kind == STORES:
        row.main_stores += 1.0
    elif kind == INDUSTRY:
        row.main_industry += 1.0
    elif kind == GOVERNMENT:
        row.main_government += 1.0
    elif kind == HOME:
        row.main_home += 1.0
    else:
        row.main_none += 1.0


@compiled
def gini_of(sales_t, heads, sums):
    """Return the Gini coefficient of sales, by sorting them into fine classes.

    Classes are equal steps of x / (x + mean); within a class firms count as equal, which understates the coefficient
    by less than 0.001 with 1,024 classes (tested against the exact value).
    """
    count, total = sales_t.size, 0.0
    for i in range(count):
        total += sales_t[i]
    if total <= 0.0:
        return 0.0
    mean = total / count
    for k in range(heads.size):
        heads[k] = 0.0
        sums[k] = 0.0
    for i in range(count):
        k = int(heads.size * (sales_t[i] / (sales_t[i] + mean)))
        heads[k] += 1.0
        sums[k] += sales_t[i]
    below, area = 0.0, 0.0
    for k in range(heads.size):
        area += heads[k] * (2.0 * below + sums[k])
        below += sums[k]
    return 1.0 - area / (count * total)


@compiled
def net_worth_gap_jt(firm, machine_jt_t):
    """Return assets less debt less the net worth that the income account says [jt]; zero but for rounding."""
    stock_jt = firm.steel_t * firm.steel_cost_jt_t + firm.goods_value_jt
    assets_jt = firm.cash_jt + firm.receivable_jt + firm.deposit_jt + stock_jt + machine_jt_t * firm.capacity_t
    return assets_jt - firm.debt_jt - firm.advance_jt - firm.equity_jt


@compiled
def add_flows(row, firm):
    """Add what a firm made, bought, sold and paid this month."""
    row.output_t += firm.output_t
    row.wages_jt += firm.wages_jt
    row.overhead_jt += firm.overhead_jt
    row.revenue_jt += firm.revenue_jt
    row.cost_sold_jt += firm.cost_sold_jt
    row.sold_t += firm.sold_t
    row.orders_t += firm.orders_t
    row.direct_t += firm.direct_t
    row.bought_t += firm.bought_t
    row.wanted_t += firm.wanted_steel_t
    row.sales_squared += firm.sold_t * firm.sold_t


@compiled
def add_state(row, firm):
    """Count a firm and add what it is and has at the month's end."""
    row.firms += 1.0
    row.capacity_t += firm.capacity_t
    row.workers_fte += firm.workers_fte
    row.largest_fte = max(row.largest_fte, firm.workers_fte)
    row.goods_t += firm.goods_t
    row.steel_t += firm.steel_t
    row.debt_jt += firm.debt_jt
    row.kur_jt += firm.kur_jt
    row.cash_jt += firm.cash_jt
    row.receivable_jt += firm.receivable_jt
    row.deposit_jt += firm.deposit_jt
    row.advance_jt += firm.advance_jt
    row.equity_jt += firm.equity_jt
    row.price_jt_t += firm.price_jt_t
    row.unit_cost_jt_t += firm.unit_cost_jt_t
    row.markup += firm.markup
    row.skill += skill_now(firm)
    row.quality += firm.quality
    row.motivation += firm.motivation
    row.use += firm.use
    if firm.backlog_t > 0.0 or firm.direct_t > 0.0:
        row.ordered_direct += 1.0
    if firm.registered:
        row.registered += 1.0
    if firm.certificate_months > 0.0:
        row.certified += 1.0
    if firm.partner:
        row.partners += 1.0
    if firm.helped_times > 0.0:
        row.helped += 1.0
    if firm.output_t <= 0.0:
        row.idle += 1.0


@compiled
def add_bound(row, bound):
    """Count a firm under the constraint that bound it."""
    if bound == MARKET:
        row.bound_market += 1.0
    elif bound == STEEL:
        row.bound_steel += 1.0
    elif bound == CAPACITY:
        row.bound_capacity += 1.0
    elif bound == LABOUR:
        row.bound_labour += 1.0
    elif bound == CASH:
        row.bound_cash += 1.0
    else:
        row.bound_none += 1.0


@compiled
def main_buyer(sold_by_kind, usual_sales, i, memory):
    """Let the running yearly mean of a firm's sales follow this month's, and return its main kind of buyer, or -1."""
    best, best_t = -1, 0.0
    for k in range(KIND_COUNT):
        usual_t = usual_sales[i, k] + memory * (sold_by_kind[i, k] - usual_sales[i, k])
        usual_sales[i, k] = usual_t
        better = usual_t > best_t
        best = k if better else best
        best_t = usual_t if better else best_t
    return best


@compiled
def reckon_firms(firms, tally, sold_by_kind, usual_sales, memory, sales_t, classes, class_sums, gini, machine_jt_t):
    """Add up every firm working at the month's end, by cluster, and work out how unequal sales are.

    Returns
    -------
    int
        The row of a firm whose assets do not equal its debt and net worth, or -1.
    """
    front, back, leak = 0, sales_t.size, -1
    for i in range(firms.size):
        firm = firms[i]
        if firm.working:
            if firm.local:
                sales_t[front] = firm.sold_t
                front += 1
            else:
                back -= 1
                sales_t[back] = firm.sold_t
            row = tally[firm.cluster]
            add_flows(row, firm)
            add_state(row, firm)
            add_bound(row, firm.bound)
            add_sales(row, sold_by_kind, i)
            add_main_buyer(row, main_buyer(sold_by_kind, usual_sales, i, memory))
            if sold_by_kind[i, STORES] > 0.0:
                row.at_stores += 1.0
            if sold_by_kind[i, INDUSTRY] > 0.0:
                row.at_industry += 1.0
            scale_jt = 1.0 + abs(firm.equity_jt) + firm.debt_jt + abs(firm.cash_jt)
            if not abs(net_worth_gap_jt(firm, machine_jt_t)) <= NET_WORTH_TOLERANCE * scale_jt:
                leak = i
    sold_by_kind[:] = 0.0
    gini[0] = gini_of(sales_t[:front], classes, class_sums)
    gini[1] = gini_of(sales_t[back:], classes, class_sums)
    return leak


@compiled
def reckon_holdings(tally, counts, producers, distributors, buyers, government, cooperatives, heirs_jt, held):
    """Add up what everybody holds, and both ends of the month's deliveries, into ``held`` in the order of ``HELD``."""
    for k in range(held.size):
        held[k] = 0.0
    for c in range(tally.size):
        row = tally[c]
        held[0] += row.cash_jt
        held[6] += row.steel_t
        held[7] += row.goods_t
        held[10] += row.receivable_jt
        held[11] += row.debt_jt
        held[12] += row.deposit_jt
        held[15] += row.sold_t
        held[19] += counts[c].defaulted_jt
        held[21] += row.advance_jt
    for j in range(producers.size):
        held[1] += producers[j].cash_jt
        held[13] += producers[j].deposits_jt
    for d in range(distributors.size):
        held[2] += distributors[d].cash_jt
    for b in range(buyers.size):
        buyer = buyers[b]
        held[3] += buyer.cash_jt
        held[14] += buyer.payable_jt
        held[16] += buyer.local_t + buyer.external_t
        held[17] += buyer.imported_t
        held[18] += buyer.demand_t - buyer.unmet_t
    for g in range(government.size):
        held[4] += government[g].cash_jt
    for k in range(cooperatives.size):
        held[5] += cooperatives[k].cash_jt
        held[22] += cooperatives[k].advances_jt
    for k in range(heirs_jt.size):
        held[20] += heirs_jt[k]


@compiled
def reckon_mills(producers, cooperatives, sums, joint):
    """Add up the mills, in the order of ``MILL_FIELDS``; note each cooperative, in that of ``COOPERATIVE_FIELDS``."""
    for k in range(cooperatives.size):
        joint[0, k] = cooperatives[k].members
        joint[1, k] = cooperatives[k].handled_t
    sums[:] = 0.0
    for j in range(producers.size):
        mill = producers[j]
        sums[0] += mill.output_t
        sums[1] += mill.contracts_t
        sums[2] += mill.elsewhere_t
        sums[3] += mill.offered_t
        sums[4] += mill.delivered_t
        sums[5] += mill.ordered_t
