"""Listing: how a firm comes onto a buyer's list, and off it.

In a month a buyer may review its list: it looks at a few candidates, drawn in proportion to their visibility, puts
each to its gate (the gate that refuses is recorded), and takes one that beats its worst supplier by a switching cost,
or that fills a free place. The draw proposes rows at random and accepts each with probability visibility / ceiling:
weighted sampling without replacement in which a change of one firm's visibility moves that firm's chances and no one
else's luck. Reviews score no size.
"""

from __future__ import annotations

import math

from sim.accounts import LISTING_FEES
from sim.buyers import ADMITTED, PRICE, STORES, Buyer
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.core.streams import key_of, normal, pick, uniform

__all__ = ["judge", "keep_quotas", "lasting_fit", "place", "propose", "reserve_places", "review_lists"]

refusal = compiled(Buyer.refusal)


@compiled
def lasting_fit(b, firm_row, fit_luck, m):
    """Return a buyer's lasting liking for a firm [log points]: the luck of the pair, whatever the place on the list."""
    return m.fit_sd * normal(key_of(fit_luck, b), firm_row)


@compiled
def score(firm, buyer, freight_jt_t, reliability, fit, kind, m):
    """Return what a buyer thinks of a supplier at a review: price, quality, reliability, liking; never size."""
    price = math.log((firm.price_jt_t + freight_jt_t) / m.price_reference_jt_t)
    liking = m.quality_weight * firm.quality + m.reliability_weight * (reliability - 1.0) + fit
    if firm.local:
        liking += kind.local_pull
    if firm.partner and firm.mill == buyer.mill:
        liking += kind.partner_pull
    return liking - m.price_elasticity * price


@compiled
def reserve_places(buyer, places):
    """Keep further places at a store for local firms."""
    buyer.quota_slots += places


@compiled
def keep_quotas(buyers, links):
    """Clear the places of shelf quotas that are no longer in force."""
    for b in range(buyers.size):
        buyer = buyers[b]
        if buyer.kind == STORES:
            kept = buyer.quota_slots
            for k in range(buyer.first_link, buyer.last_link):
                if links[k].local_only:
                    kept -= 1.0
                    if kept < 0.0:
                        links[k].firm = -1


@compiled
def find_place(buyer, links, firm_row, local):
    """Return (a free place or -1, whether the firm is already listed)."""
    free = -1
    held, quota = 0.0, 0.0
    for k in range(buyer.first_link, buyer.last_link):
        link = links[k]
        if link.firm == firm_row:
            return -1, True
        if link.firm >= 0 and not link.local_only:
            held += 1.0
    for k in range(buyer.first_link, buyer.last_link):
        link = links[k]
        if link.firm < 0:
            if link.local_only:
                quota += 1.0
                if local and quota <= buyer.quota_slots:
                    return k, False
            elif held < buyer.slots and free < 0:
                free = k
        elif link.local_only:
            quota += 1.0
    return free, False


@compiled
def judge(buyer, b, kind, links, firms, clusters, firm_row, fit_luck, help_share, p, m):
    """Put a candidate to the gate and compare it with the list.

    Returns
    -------
    (place, gate)
        The place it gets and -1; or -1 and the gate that refused it; or (-1, -2) when it is listed already.
    """
    firm = firms[firm_row]
    free, listed = find_place(buyer, links, firm_row, firm.local)
    if listed or firm.qualifying_for == b:
        return -1, -2
    gate = refusal(buyer, firm, kind, help_share, p)
    if gate != ADMITTED:
        return -1, gate
    fit = lasting_fit(b, firm_row, fit_luck, m)
    own = score(firm, buyer, clusters[firm.cluster].freight_jt_t, m.reliability_start, fit, kind, m)
    if free >= 0:
        return (free, ADMITTED) if own > kind.score_floor else (-1, PRICE)
    worst, place_found = own - m.switching_cost, -1
    for k in range(buyer.first_link, buyer.last_link):
        link = links[k]
        if link.firm >= 0 and not link.local_only:
            other = firms[link.firm]
            its = score(other, buyer, clusters[other.cluster].freight_jt_t, link.reliability, link.fit, kind, m)
            if its < worst:
                worst, place_found = its, k
    return (place_found, ADMITTED) if place_found >= 0 else (-1, PRICE)


@compiled
def place(buyer, b, kind, links, firms, firm_row, k, fit_luck, m):
    """Give a firm a place on the list; it expects part of the volume that the buyer announces."""
    link = links[k]
    firm = firms[firm_row]
    link.firm = firm_row
    link.reliability = m.reliability_start
    link.fit = lasting_fit(b, firm_row, fit_luck, m)
    firm.expected_t += kind.announced_share * buyer.usual_t / max(1.0, buyer.slots)


@compiled
def begin_to_qualify(firm, buyer, b, kind):
    """Let a firm begin its qualification; a partner of the buyer's mill is spared part of it."""
    firm.qualifying_for = b
    firm.qualifying_months = kind.qualification_months
    if firm.partner and firm.mill == buyer.mill:
        firm.qualifying_months *= 1.0 - kind.partner_qualified_share


@compiled
def propose(firms, candidates, local_only, luck, p, found):
    """Draw up to ``candidates`` rows in proportion to visibility into ``found``; return how many were found.

    One hash an attempt: its upper half proposes a row, its lower half accepts it.
    """
    count = 0
    for attempt in range(int(p.review_attempts)):
        if count >= candidates:
            break
        row, u = pick(luck, attempt, firms.size)
        firm = firms[row]
        if u * p.visibility_ceiling < firm.visibility and (firm.local or not local_only):
            fresh = True
            for c in range(count):
                if found[c] == row:
                    fresh = False
            if fresh:
                found[count] = row
                count += 1
    return count


@compiled
def review_lists(
    buyers,
    kinds,
    links,
    firms,
    clusters,
    qualified,
    ends,
    refused,
    admitted,
    luck,
    fit_luck,
    found,
    books,
    firms_p,
    market,
):
    """Let some buyers review their lists and drop suppliers that deliver badly; list who has qualified."""
    p, m = firms_p[0], market[0]
    list_qualified(buyers, kinds, links, firms, clusters, qualified, ends[1], fit_luck, p, m)
    for b in range(buyers.size):
        buyer = buyers[b]
        kind = kinds[buyer.kind]
        if kind.review_rate <= 0.0:
            continue
        if kind.drop_below > 0.0:
            for k in range(buyer.first_link, buyer.last_link):
                if links[k].firm >= 0 and links[k].reliability < kind.drop_below:
                    links[k].firm = -1
        own = key_of(luck, b)
        if uniform(own, -1) < kind.review_rate + buyer.review_help:
            count = propose(firms, int(kind.candidates), False, own, p, found)
            for c in range(count):
                firm = firms[found[c]]
                k, gate = judge(buyer, b, kind, links, firms, clusters, found[c], fit_luck, 0.0, p, m)
                origin = 0 if firm.local else 1
                if gate >= 0:
                    refused[buyer.kind, origin, gate] += 1.0
                elif gate == ADMITTED and not (kind.qualification_months > 0.0 and firm.qualifying_for >= 0):
                    admitted[buyer.kind, origin] += 1.0
                    pay(books, LISTING_FEES, firm, buyer, kind.listing_fee_jt)
                    firm.equity_jt -= kind.listing_fee_jt
                    if kind.qualification_months > 0.0:
                        begin_to_qualify(firm, buyer, b, kind)
                    else:
                        place(buyer, b, kind, links, firms, found[c], k, fit_luck, m)


@compiled
def list_qualified(buyers, kinds, links, firms, clusters, qualified, count, fit_luck, p, m):
    """List the firms whose qualification is through, if they still pass the gate."""
    for c in range(count):
        firm = firms[qualified[c]]
        b = firm.qualifying_for
        firm.qualifying_for = -1
        kind = kinds[buyers[b].kind]
        k, gate = judge(buyers[b], b, kind, links, firms, clusters, qualified[c], fit_luck, 0.0, p, m)
        if gate == ADMITTED:
            place(buyers[b], b, kind, links, firms, qualified[c], k, fit_luck, m)
