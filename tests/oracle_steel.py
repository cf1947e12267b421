"""The oracle's mills and steel distributors (see ``tests/oracle.py``)."""

from itertools import accumulate

import mesa


class Mill(mesa.Agent):
    """A steel producer."""

    def __init__(self, town, facts, state):
        super().__init__(town)
        self.facts, self.queue = facts, []
        self.cash_jt, self.deposits_jt = state["cash_jt"], state["deposits_jt"]

    def make_steel(self):
        facts, town = self.facts, self.model
        stopped = facts.outage_from <= town.month <= facts.outage_to
        output_t = facts.capacity_t * facts.utilisation * (1 - facts.outage_loss if stopped else 1)
        self.price_jt_t = facts.price_ratio * town.steel_jt_t
        self.offer_t = output_t * min(1.0, facts.allotment_share * town.scale)

    def deliver(self):
        """Ration the allotment, what is reserved for local firms first, and hand it over."""
        reserve_t = self.facts.reserved_local_share * self.offer_t
        left_t = ration([firm for firm in self.queue if firm.local], reserve_t) if reserve_t > 0 else 0.0
        ration(self.queue, self.offer_t - reserve_t + left_t)
        for firm in self.queue:
            firm.take_delivery()
        self.queue = []


def ration(queue, offer_t):
    """Give each waiting firm min(order, theta x weight x order), theta exhausting the offer; return what is left.

    Sorted by breaking point: the firm with the largest weight is the first that theta fills.
    """
    waiting = [(firm.priority(), firm.backlog_t - firm.entitled_t, firm) for firm in queue]
    waiting = sorted((case for case in waiting if case[1] > 0), key=lambda case: -case[0])
    still = list(accumulate(weight * order_t for weight, order_t, _ in reversed(waiting)))[::-1]
    for number, (weight, order_t, firm) in enumerate(waiting):
        theta = offer_t / still[number]
        if theta * weight < 1:
            for w, t, other in waiting[number:]:
                other.entitled_t += theta * w * t
            return 0.0
        firm.entitled_t = firm.backlog_t
        offer_t -= order_t
    return offer_t


class Dealer(mesa.Agent):
    """The steel distributors of one cluster."""

    def __init__(self, town, facts, state):
        super().__init__(town)
        self.facts = facts
        self.usual_t, self.ordered_t, self.sold_t = state["usual_t"], state["ordered_t"], state["sold_t"]

    def quote(self):
        s = self.model.steel
        longer = min(s.queue_cap, max(0.0, self.ordered_t / self.usual_t - 1))
        self.markup = self.facts.distributor_markup + s.queue_slope * longer
        moved_t = (1 - s.distributor_speed) * self.usual_t + s.distributor_speed * self.sold_t
        self.usual_t = max(s.distributor_floor_t, moved_t)
        self.ordered_t = self.sold_t = 0.0

    def open_shop(self):
        self.sold_t = min(self.ordered_t, self.model.steel.distributor_surge * self.usual_t)
