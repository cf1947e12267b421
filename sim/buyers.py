"""Buyers of metal goods: who they are, what they demand, and the gate in front of their list.

Seven kinds share one table and one interface. A kind's own facts are its row of the family ``buyer_``:

=========== ====================================================================================
households  walk-in custom orders from all local firms; pay at once
collectors  pengepul: volume, low price, quick cash, low gate
shops       many small shops: low gate, short terms
stores      big stores: gate of papers, volume, quality, fee and payment terms; few shelf slots
industry    vendor purchases of mills and other large firms: long qualification, partners first
government  the city's own purchases: certificate and papers, late payment, back-loaded year
home        the home market of each outside cluster
=========== ====================================================================================
"""

from __future__ import annotations

import math

from sim.core.compiled import compiled
from sim.core.state import RowAgent, RowView, column
from sim.core.streams import bell

__all__ = ["GATES", "KINDS", "Buyer", "Link", "Retailer", "demand_goods"]

KINDS = ("households", "collectors", "shops", "stores", "industry", "government", "home")
HOUSEHOLDS, COLLECTORS, SHOPS, STORES, INDUSTRY, GOVERNMENT, HOME = range(len(KINDS))
GATES = ("papers", "volume", "quality", "means", "history", "price")
PAPERS, VOLUME, QUALITY, MEANS, HISTORY, PRICE = range(len(GATES))
ADMITTED = -1


class Link(RowView):
    """A place on a buyer's list: the firm that holds it and what the buyer knows of it."""

    firm: int = column("number", "Row of the firm, or -1 when the place is free")
    open_list: bool = column("yes/no", "Place of an open list: every firm of a range of rows has one")
    local_only: bool = column("yes/no", "Place reserved for local firms by a shelf quota")
    reliability: float = column("share", "Share of orders delivered in full, as the buyer remembers", low=0)
    fit: float = column("log points", "Lasting liking of this buyer for this firm")
    weight: float = column("index", "Attraction this month", low=0)
    order_t: float = column("t", "Ordered in this round", low=0)


class Buyer(RowAgent):
    """A buyer of metal goods with a list of suppliers."""

    uid: int = column("count", "Identity")
    working: bool = column("yes/no", "Always true")
    kind: int = column("number", "Kind of buyer")
    cluster: int = column("number", "Cluster whose home market it is, or the city's")
    mill: int = column("number", "Mill whose purchases it makes, or -1")
    first_link: int = column("number", "First place of its list")
    last_link: int = column("number", "One past the last place of its list")
    slots: float = column("count", "Places it fills", low=0)
    quota_slots: float = column("count", "Further places kept for local firms by a policy", low=0)
    usual_t: float = column("t/month", "Usual demand", low=0)
    mood: float = column("log points", "Passing strength of its demand")
    demand_t: float = column("t/month", "Demand this month", low=0)
    unmet_t: float = column("t/month", "Still to be found", low=0)
    imported_t: float = column("t/month", "Bought from imports and factories this month", low=0)
    local_t: float = column("t/month", "Bought from local firms this month", low=0)
    external_t: float = column("t/month", "Bought from outside firms this month", low=0)
    end_active: int = column("number", "One past the end of its suppliers in the market's working list")
    listed: float = column("count", "Suppliers it may order from this month", low=0)
    listed_local: float = column("count", "Local ones among them", low=0)
    first_local_t: float = column("t/month", "First-round orders to local firms", low=0)
    first_external_t: float = column("t/month", "First-round orders to outside firms", low=0)
    trusted_local: float = column("share", "Sum of the reliability of its local suppliers", low=0)
    trusted_external: float = column("share", "Sum of the reliability of its outside suppliers", low=0)
    kept_local_t: float = column("t/month", "First-round deliveries of local firms", low=0)
    kept_external_t: float = column("t/month", "First-round deliveries of outside firms", low=0)
    short_t: float = column("t", "Ordered in this round and not delivered", low=0)
    freight_jt: float = column("jt/month", "Freight of this month's deliveries", low=0)
    payable_jt: float = column("jt", "Owed to suppliers", low=0)
    cash_jt: float = column("jt", "Money: fees and penalties less purchases")
    review_help: float = column("share", "Chance of a listing review that a policy adds this month", low=0)

    def demand(self, kind, season, index_share, z, o):
        """Work out the month's demand [t]: usual, season, passing mood, and the price of steel."""
        self.mood = o.demand_persistence * self.mood + o.demand_sd * z
        self.demand_t = self.usual_t * season * math.exp(self.mood) * index_share
        self.unmet_t = self.demand_t
        self.imported_t = 0.0
        self.local_t = 0.0
        self.external_t = 0.0

    def refusal(self, firm, kind, help_share, p):
        """Return the gate that refuses a firm, or -1. ``help_share`` of the listing fee is paid by a policy."""
        if kind.needs_papers > 0.0 and not firm.registered:
            return PAPERS
        if kind.needs_certificate > 0.0 and firm.certificate_months <= 0.0:
            return PAPERS
        if firm.capacity_t + firm.shared_volume_t < kind.min_volume_t:
            return VOLUME
        if firm.quality < kind.min_quality:
            return QUALITY
        share_t = self.usual_t / max(1.0, self.slots) * kind.announced_share
        waiting_jt = kind.terms_months * share_t * firm.price_jt_t
        means_jt = kind.listing_fee_jt * (1.0 - help_share) + waiting_jt * (1.0 - firm.financed_share)
        if firm.cash_jt < means_jt:
            return MEANS
        if firm.age_months < kind.min_age_months:
            return HISTORY
        return ADMITTED


class Retailer(Buyer):
    """A big store or a small shop."""


class Household(Buyer):
    """The walk-in customers of the city."""


class Collector(Buyer):
    """A large trader (pengepul)."""


class Industry(Buyer):
    """The vendor purchases of a mill or another large firm."""


class PublicBuyer(Buyer):
    """The city government's purchases of metal goods."""


class HomeMarket(Buyer):
    """The home market of an outside cluster."""


CLASSES = (Household, Collector, Retailer, Retailer, Industry, PublicBuyer, HomeMarket)

demand = compiled(Buyer.demand)


@compiled
def demand_goods(buyers, kinds, season, public_season, index_share, luck, outside):
    """Let every buyer work out what it needs this month."""
    o = outside[0]
    for b in range(buyers.size):
        buyer = buyers[b]
        timing = public_season if buyer.kind == GOVERNMENT else season
        demand(buyer, kinds[buyer.kind], timing, index_share, bell(luck, b), o)
