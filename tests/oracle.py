"""The oracle: the town written a second time, from its description, as plain Mesa, to check the fast model by.

Ordinary ``mesa.Agent`` objects with ordinary attributes, lists and dictionaries. No rule of ``sim`` is imported: only
its luck (``sim.core.streams``: named draws, shared on purpose) and the numbers of a scenario. It starts from the state
of a :class:`sim.MetalSupplyChain` on its first morning, and is written in another way wherever there is one: powers
for exponentials, claims by due month, rationing by sorting breaking points, one minimum of a list of limits.

Covered: demand and the steel price; wages of the year, expectation, output wanted, mark-up and price; steel (allotment
with a local reserve, lots, prepayment, backlog, lapse, priority, exact rationing, steps, trust; distributors, queue,
surge, stock-outs, cash cuts); production and what bound it; the goods market (nested logit, whims, two further rounds,
reliability, fines, imports); claims by due month and late payment, wages, holiday pay, overhead, interest, loans,
repayment, draw; learning, quality, workers, investment and machine loans, wear, papers and certificates.
Left out, and switched off in the fast model by :func:`without_change`: entry, exit, listing reviews, new and ended
partnerships, shelf quotas, policies. Left out because no rule covered reads it: the books, net worth, motivation,
marketing, visibility. Taken as given: the calendar of seasons.
"""

import math
from types import SimpleNamespace

import mesa

from sim.core.streams import Luck, normal
from tests.oracle_firm import Firm
from tests.oracle_goods import Buyer, Place
from tests.oracle_steel import Dealer, Mill

FURTHER_ROUNDS = 2


def without_change(scenario):
    """Return the scenario as a town where nobody comes, goes or changes partners, through its register alone."""
    never = 1e9
    values = {
        "firms.entry_rate": 0.0, "firms.exit_rate": 0.0, "firms.exit_idle": 0.0, "firms.insolvency_months": 10**6,
        "steel.partnership_end_rate": 0.0, "steel.partner_capacity_t": never, "market.switching_cost": never,
    }  # fmt: skip
    for kind in scenario.family("buyer"):
        values |= {f"buyer_{kind}.score_floor": never, f"buyer_{kind}.drop_below": 0.0}
    texts = {f"{address}.source": "the oracle leaves this out" for address in values}
    return scenario.changed({**values, **texts, **{f"{address}.range": [0, never] for address in values}})


def plain(row):
    """Return a row of a table as a dictionary of Python numbers."""
    return dict(zip(row.dtype.names, row.item(), strict=True))


class Town(mesa.Model):
    """The town of a fast model that has not begun, as plain agents."""

    def __init__(self, fast):
        super().__init__(rng=fast.seed)
        world, tables = fast.world, {name: table.rows for name, table in fast.tables.items()}
        self.o, self.p, self.m, self.steel = (
            SimpleNamespace(**world.room(room)) for room in ("outside", "firms", "market", "steel")
        )
        self.kinds = [SimpleNamespace(**facts) for facts in world.family("buyer").values()]
        self.scale, self.seasons, self.first = world["town.scale"], fast.seasons, fast.first_calendar
        self.luck, self.keys, self.month = Luck(fast.seed), {}, 0
        self.steel_jt_t = self.o.steel_price_jt_t
        self.mills = [
            Mill(self, SimpleNamespace(**plain(facts)), plain(row))
            for facts, row in zip(fast.mills, tables["producers"], strict=True)
        ]
        self.dealers = [
            Dealer(self, SimpleNamespace(**facts), plain(row))
            for facts, row in zip(world.family("cluster").values(), tables["distributors"], strict=True)
        ]
        firms = {row: Firm(self, row, plain(state)) for row, state in enumerate(tables["firms"]) if state["working"]}
        for row, buyer in enumerate(tables["buyers"]):
            links = fast.links.rows[buyer["first_link"] : buyer["last_link"]]
            places = [
                Place(firms[link["firm"]], float(link["reliability"]), float(link["fit"]))
                for link in links
                if link["firm"] in firms
            ]
            Buyer(self, row, plain(buyer), float(fast.lengths[row]), places)
        self.firms, self.buyers = self.agents_by_type[Firm], self.agents_by_type[Buyer]

    def draw(self, process):
        """Return the key of a process of luck in this month."""
        if process not in self.keys:
            self.keys[process] = self.luck(process, self.month)
        return self.keys[process]

    def step(self):
        self.keys, self.month = {}, self.month + 1
        self.season, self.last_season = self.seasons[self.month - 1], self.seasons[max(0, self.month - 2)]
        o, mills, dealers = self.o, self.agents_by_type[Mill], self.agents_by_type[Dealer]
        pull, luck = o.steel_price_reversion, normal(self.draw("outside.steel price"), 0)
        usual, now = math.log(o.steel_price_jt_t), math.log(self.steel_jt_t)
        self.steel_jt_t = math.exp(now + pull * (usual - now) + o.steel_price_sd * luck)
        self.buyers.do("demand")
        mills.do("make_steel")
        dealers.do("quote")
        january = (self.first + self.month - 1) % 12 == 0
        if january or self.month == 1:
            self.firms.do("agree_wage")
        self.firms.do("plan")
        self.firms.do("order_from_mill")
        mills.do("deliver")
        self.firms.do("ask_dealer")
        dealers.do("open_shop")
        self.firms.do("fetch_steel")
        self.firms.do("produce")
        self.trade_goods()
        self.buyers.do("pay")
        self.firms.do("settle")
        self.firms.do("change")

    def trade_goods(self):
        """A round of orders, then up to two more for what buyers still miss."""
        self.buyers.do("order")
        for firm in self.firms:
            firm.fill = min(1.0, firm.goods_t / firm.orders_t) if firm.orders_t > 0 else 1.0
        self.buyers.do("receive")
        for _ in range(FURTHER_ROUNDS):
            self.firms.set("asked_t", 0.0)
            self.buyers.do("ask_again")
            for firm in self.firms.select(lambda firm: firm.asked_t > 0):
                firm.fill = min(1.0, firm.goods_t / firm.asked_t)
            self.buyers.do("receive_again")
