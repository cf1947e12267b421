"""Steel producers and the distributors of small lots: what they are, what they offer, at what price.

``p`` is the room ``steel`` of the register; a mill's own facts are its row of the family ``mill_``.
"""

from __future__ import annotations

from sim.core.compiled import compiled
from sim.core.state import RowAgent, column

__all__ = ["Distributor", "Producer", "make_and_price_steel", "set_allotments"]


class Producer(RowAgent):
    """A steel mill: makes steel, ships most of it away, and allots a small part to small firms."""

    uid: int = column("count", "Identity")
    working: bool = column("yes/no", "Always true")
    output_t: float = column("t/month", "Steel made this month", low=0)
    contracts_t: float = column("t/month", "Shipped on long-term contracts", low=0)
    elsewhere_t: float = column("t/month", "Shipped out to other buyers", low=0)
    offered_t: float = column("t/month", "Allotment (jatah) offered to small firms", low=0)
    reserved_t: float = column("t/month", "Part of the offer that local firms are served from first", low=0)
    delivered_t: float = column("t/month", "Allotment delivered to small firms", low=0)
    delivered_local_t: float = column("t/month", "Allotment delivered to local firms", low=0)
    short_outside_t: float = column("t", "What outside firms still wait for after this month's deliveries", low=0)
    due_local: float = column("share", "Local firms' part of this month's orders, weighed by priority alone", low=0)
    ordered_t: float = column("t", "Orders of small firms outstanding", low=0)
    price_jt_t: float = column("jt/t", "Price at the mill", low=0)
    lot_t: float = column("t", "Smallest order", low=0)
    cash_jt: float = column("jt", "Money received from small firms")
    deposits_jt: float = column("jt", "Prepayments held", low=0)
    partners: float = column("count", "Small firms it mentors", low=0)
    usual_slots: float = column("count", "Small firms it is ready to mentor by itself", low=0)
    slots: float = column("count", "Small firms it is ready to mentor this month", low=0)
    local_first: float = column("share", "Share of free partner slots offered to local firms first", low=0)
    reserved_share: float = column("share", "Share of the allotment reserved for local firms this month", low=0)
    retained_share: float = column("share", "Share of output added to the allotment this month", low=0)

    def make_steel(self, mill, month, price_jt_t):
        """Make steel, cut by an outage on its dates, and set the price and the smallest order."""
        share = mill.utilisation
        if mill.outage_from <= month <= mill.outage_to:
            share *= 1.0 - mill.outage_loss
        self.output_t = mill.capacity_t * share
        self.price_jt_t = mill.price_ratio * price_jt_t
        self.lot_t = mill.lot_t
        self.local_first = mill.local_first
        self.reserved_share = mill.reserved_local_share
        self.retained_share = mill.retained_share
        self.slots = self.usual_slots + mill.added_slots

    def allot(self, mill, scale):
        """Set the allotment for small firms; contracts come next, and the rest is shipped elsewhere."""
        share = min(1.0, mill.allotment_share * scale + self.retained_share)
        self.offered_t = share * self.output_t
        self.reserved_t = self.reserved_share * self.offered_t
        self.contracts_t = min(mill.contract_share * self.output_t, self.output_t - self.offered_t)
        self.delivered_t = 0.0


class Distributor(RowAgent):
    """The distributors of one cluster: small lots at a mark-up that rises with the queue, and stock-outs."""

    uid: int = column("count", "Identity")
    working: bool = column("yes/no", "Always true")
    cluster: int = column("number", "Cluster it serves")
    markup: float = column("share", "Mark-up on the mill price this month", low=0)
    usual_t: float = column("t/month", "Usual monthly sales", low=0)
    ordered_t: float = column("t/month", "Ordered this month", low=0)
    sold_t: float = column("t/month", "Sold this month", low=0)
    cash_jt: float = column("jt", "Money: sales less purchases")

    def quote(self, cluster, p):
        """Set the mark-up from last month's queue, and let the usual sales follow."""
        queue = self.ordered_t / self.usual_t - 1.0
        rise = p.queue_slope * max(0.0, min(p.queue_cap, queue))
        self.markup = cluster.distributor_markup + rise
        self.usual_t += p.distributor_speed * (self.sold_t - self.usual_t)
        self.usual_t = max(p.distributor_floor_t, self.usual_t)
        self.ordered_t = 0.0
        self.sold_t = 0.0


make_steel = compiled(Producer.make_steel)
allot = compiled(Producer.allot)
quote = compiled(Distributor.quote)


@compiled
def make_and_price_steel(producers, distributors, mills, clusters, month, price_jt_t, steel_p):
    """Let the mills make steel and set prices, and the distributors their mark-ups."""
    for j in range(producers.size):
        make_steel(producers[j], mills[j], month, price_jt_t)
    for d in range(distributors.size):
        quote(distributors[d], clusters[distributors[d].cluster], steel_p[0])


@compiled
def set_allotments(producers, mills, scale):
    """Let each mill set aside its allotment for small firms."""
    for j in range(producers.size):
        allot(producers[j], mills[j], scale)
