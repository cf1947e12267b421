"""The oracle's buyers and their lists (see ``tests/oracle.py``)."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import mesa

from sim.core.streams import bell, key_of, uniform

STORES, INDUSTRY, GOVERNMENT, HOME = 3, 4, 5, 6


@dataclass(slots=True)
class Place:
    """A firm's place on a buyer's list, and what the buyer knows of the firm."""

    firm: Any
    reliability: float
    fit: float
    weight: float = 0.0
    short_t: float = 0.0


class Buyer(mesa.Agent):
    """A buyer of metal goods with a list of suppliers."""

    def __init__(self, town, row, state, usual_length, places):
        super().__init__(town)
        self.row, self.kind_number = row, state["kind"]
        self.kind = town.kinds[self.kind_number]
        self.mill = town.mills[state["mill"]] if state["mill"] >= 0 else None
        self.usual_t, self.mood = state["usual_t"], state["mood"]
        self.usual_length, self.places = usual_length, places
        self.owed_jt = defaultdict(float)  # month -> what it will pay then

    def demand(self):
        town, o = self.model, self.model.o
        self.mood = o.demand_persistence * self.mood + o.demand_sd * bell(town.draw("buyers.mood"), self.row)
        season = town.season.public if self.kind_number == GOVERNMENT else town.season.demand
        dearer = (town.steel_jt_t / o.steel_price_jt_t) ** (-o.pass_through * o.demand_elasticity)
        self.demand_t = self.usual_t * season * dearer * math.exp(self.mood)
        self.local_t = self.external_t = 0.0

    def attraction(self, place):
        """Return the attraction of a supplier to this buyer in a usual month."""
        m, kind, firm = self.model.m, self.kind, place.firm
        liking = place.fit - m.reliability_weight * (1 - place.reliability)
        if firm.local:
            liking += kind.local_pull
        if firm.partner and firm.mill is self.mill:
            liking += kind.partner_pull
        return (firm.pull_home if self.kind_number == HOME else firm.pull) * math.exp(liking / m.nest)

    def list_share(self, mean_attraction, length):
        """Return the share of demand that the list gets, imports and factory goods getting the rest."""
        m, kind, o = self.model.m, self.kind, self.model.o
        steel = (self.model.steel_jt_t / o.steel_price_jt_t) ** o.pass_through
        inside = mean_attraction**m.nest * (length / self.usual_length) ** m.list_value
        inside *= (1 + kind.price_preference) ** m.price_elasticity
        outside = (
            math.exp(kind.import_pull) * (m.price_reference_jt_t / (o.import_price_jt_t * steel)) ** m.price_elasticity
        )
        return kind.reserved_share + (1 - kind.reserved_share) * inside / (inside + outside)

    def order(self):
        """First round: divide demand over the list and the outside good."""
        kind, whims = self.kind, key_of(self.model.draw("market.whims"), self.row)
        self.served = [place for place in self.places if not kind.needs_certificate or place.firm.certified()]
        if not self.served:
            return
        usual = 0.0
        for place in self.served:
            pull = self.attraction(place)
            usual += pull
            place.weight = pull * math.exp(kind.lump_sd * bell(whims, place.firm.row))
        length = len(self.served)
        ordered_t = self.demand_t * self.list_share(usual / length, length)
        total = sum(place.weight for place in self.served)
        for place in self.served:
            place.short_t = ordered_t * place.weight / total
            place.firm.orders_t += place.short_t

    def pay_month(self):
        """Return the month in which this month's deliveries are paid."""
        kind, luck = self.kind, uniform(self.model.draw("buyers.late payment"), self.row)
        late = (luck < kind.late_share) + (luck < kind.late_share * kind.very_late_share)
        return self.model.month + int(kind.terms_months) + late

    def receive(self):
        """First round: take what firms deliver, remember how reliable they are, fine what is short."""
        kind, due, speed = self.kind, self.pay_month(), self.model.m.reliability_speed
        for place in self.served:
            firm = place.firm
            got_t = firm.sell(self, firm.fill * place.short_t, due)
            place.reliability = (1 - speed) * place.reliability + speed * firm.fill
            place.short_t = place.short_t - got_t if firm.fill < 1 else 0.0
            if place.short_t > 0 and kind.penalty_share > 0:
                firm.cash_jt -= min(kind.penalty_share * place.short_t * firm.price_jt_t, max(0.0, firm.cash_jt))
            if self.kind_number in (STORES, INDUSTRY):
                firm.demanding_t += got_t
        self.short_t = sum(place.short_t for place in self.served)

    def ask_again(self):
        """Further round: divide what is short over the suppliers that had enough so far."""
        self.asking = {}
        if self.short_t > self.model.m.chase_share * self.demand_t:
            able = [place for place in self.served if place.firm.fill == 1]
            total = sum(place.weight for place in able)
            for place in able:
                self.asking[place.firm] = self.short_t * place.weight / total
                place.firm.asked_t += self.asking[place.firm]
            if not able:
                self.short_t = 0.0

    def receive_again(self):
        if self.asking:
            due = self.pay_month()
            self.short_t = sum(t - firm.sell(self, firm.fill * t, due) for firm, t in self.asking.items())

    def pay(self):
        self.paid_jt = self.owed_jt.pop(self.model.month, 0.0)
        self.payable_jt = sum(self.owed_jt.values())
        self.imported_t = max(0.0, self.demand_t - self.local_t - self.external_t)
