"""Joint sales: members of the marketing cooperative fill one another's short deliveries to big stores.

``m`` is the room ``market`` of the register.
"""

from __future__ import annotations

from sim.accounts import COOPERATIVE_FEES, PENALTIES
from sim.buyers import STORES
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.core.streams import uniform
from sim.deliveries import hand_over, payment_delay_months, receive

__all__ = ["fill_together"]


@compiled
def save_order(link, seller, buyer, saved_t, fill, kind, books, m):
    """Give a member whose order others saved its fine back; the buyer remembers the order as delivered."""
    forgiven_jt = min(seller.fined_jt, kind.penalty_share * saved_t * seller.price_jt_t)
    pay(books, PENALTIES, seller, buyer, -forgiven_jt)
    seller.equity_jt += forgiven_jt
    seller.fined_jt -= forgiven_jt
    ordered_t = (link.order_t + saved_t) / (1.0 - fill)
    better = m.reliability_speed * saved_t / ordered_t
    link.reliability += better
    buyer.trusted_local += better


@compiled
def fill_together(
    buyers, kinds, links, active, firms, cooperative, due_jt, owed_jt, sold_by_kind, month, late, turns, filled, books,
    market,
):  # fmt: skip
    """Fill what members left short at big stores from other members' stock, before the stores look elsewhere.

    Members give in turn, from a row drawn by lot (``turns``); the cooperative keeps a margin on what is sold so.
    """
    m, kind = market[0], kinds[STORES]
    cooperative.handled_t = 0.0
    at, looked = int(uniform(turns, 0) * firms.size), 0
    for b in range(buyers.size):
        buyer = buyers[b]
        if buyer.kind == STORES and buyer.short_t > 0.0:
            slot = (month + payment_delay_months(kind, uniform(late, b))) % due_jt.shape[1]
            for a in range(buyer.first_link, buyer.end_active):
                link = links[active[a]]
                seller, fill = firms[link.firm], filled[link.firm]
                if seller.sells_jointly and fill < 1.0 and link.order_t > 0.0:
                    saved_t = 0.0
                    while link.order_t > 0.0 and looked < firms.size:
                        giver = firms[at]
                        if giver.working and giver.sells_jointly and giver.goods_t > 0.0 and at != link.firm:
                            tonnes = min(link.order_t, giver.goods_t)
                            jt = hand_over(giver, kind.price_factor, tonnes)
                            due_jt[at, slot] += jt
                            sold_by_kind[at, STORES] += tonnes
                            receive(buyer, owed_jt[b], slot, tonnes, 0.0, jt, 0.0)
                            margin_jt = cooperative.fee_share * jt
                            pay(books, COOPERATIVE_FEES, giver, cooperative, margin_jt)
                            giver.equity_jt -= margin_jt
                            link.order_t -= tonnes
                            saved_t += tonnes
                        if link.order_t > 0.0:
                            at = at + 1 if at + 1 < firms.size else 0
                            looked += 1
                    if saved_t > 0.0:
                        save_order(link, seller, buyer, saved_t, fill, kind, books, m)
                        buyer.short_t = max(0.0, buyer.short_t - saved_t)
                        buyer.kept_local_t += saved_t
                        cooperative.handled_t += saved_t
