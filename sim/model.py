"""The town: who is in it, and its month.

:class:`MetalSupplyChain` is a ``mesa.Model``. Its agents are views of tables, made when somebody looks. ``step`` is one
calendar month, in the order in which things happen.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim import buyers, goods_market, listing, partnerships, population, producers, steel_market, workshops
from sim.accounts import MONEY, TONNES
from sim.audit import MONEY_HELD, TONNES_HELD, audit_month, open_books
from sim.cooperatives import shut_all
from sim.core.ledger import Ledger
from sim.core.parameters import month_number
from sim.core.rulebook import Rulebook
from sim.core.state import TableModel, seen
from sim.core.streams import Luck
from sim.dated import adopt
from sim.errors import UserError
from sim.government import Office
from sim.history import Collector, History
from sim.policies import named
from sim.reckoning import reckon_firms, reckon_market, reckon_mills
from sim.relief import places_for, relief_of
from sim.scenario import Scenario
from sim.shocks import Outside, seasons
from sim.tally import COUNTS, TALLY
from sim.town import build_tables, cluster_state, mills_of, open_town, usual_lengths
from sim.workspace import Workspace

__all__ = ["MetalSupplyChain"]

ROOMS = ("firms", "market", "steel")
YEAR = 12


def _checked_seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 1:
        message = (
            f"seed is {seed!r}; it must be a whole number from 1. (mesa.batch_run of Mesa 3.5 and later overwrites a "
            "'seed' among the parameters with None: pass rng=[1, 2, ...] to batch_run instead.)"
        )
        raise UserError(message)
    return int(seed)


class MetalSupplyChain(TableModel):
    """The local metal supply chain of one town, month by month.

    Parameters
    ----------
    scenario : Scenario, str or Path
        What the world is like and which policies are in force; a path or the name of a shipped scenario is loaded.
    seed : int
        All the luck of the run; from 1.
    months : int, optional
        Months to simulate, warm-up included; the scenario's own number when left out.
    relief : str, optional
        Name of one constraint of local firms to ease from the first observed month (see ``sim.relief``).

    Examples
    --------
    >>> from sim import MetalSupplyChain
    >>> model = MetalSupplyChain("baseline", seed=1, months=3).run()
    >>> len(model.indicators)
    3
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "baseline",
        seed: int = 1,
        months: int | None = None,
        relief: str | None = None,
    ) -> None:
        self.seed = _checked_seed(seed)
        super().__init__(self.seed)
        self.world = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
        self.months = int(months) if months is not None else self.world.months
        self.warm_up = int(self.world["time.warm_up_months"])
        self.month = 0
        self.next_uid = 1
        self.running = self.months > 0
        self.luck = Luck(self.seed)
        self.dated = self.world.dated()
        self._build(relief)

    def _build(self, relief: str | None) -> None:
        world = self.world
        self.scale = float(world["town.scale"])
        self.rulebook = Rulebook(
            clusters=world.table("cluster"),
            kinds=world.table("buyer"),
            mills=mills_of(world),
            **{f"{room}_p": world.record(room) for room in ROOMS},
        )
        self._read_rules()
        self.state = cluster_state(self.clusters, self.scale)
        self.local_cluster = int(np.flatnonzero(self.clusters["local"])[0])  # every register has exactly one
        self.local_rows = slice(*(int(self.state[end][self.local_cluster]) for end in ("first_row", "last_row")))
        self.relief_places = places_for(relief, self.state, self.clusters, self.kinds, self.scale)
        self.tables = build_tables(self, world, self.scale, self.clusters, self.state)
        self.links = self.tables.pop("links")
        lists = self.links.rows
        self.work = Workspace(self.tables["firms"].size, self.tables["buyers"].size, lists.size, self.mills.size)
        self.first_place = int(np.flatnonzero(~lists["open_list"])[0])
        self.money = Ledger(MONEY, set(MONEY_HELD), MONEY_HELD)
        self.tonnes = Ledger(TONNES, {"mills", "steel yards", "goods stocks", "buyers"}, TONNES_HELD)
        self.outside = Outside(world.room("outside"), world.room("market"))
        self.seasons = seasons(world.first_month, self.months, world.room("outside"))
        self.first_calendar = month_number(world.first_month)
        self.p_outside = world.record("outside")
        self.machine_jt_t = float(world["firms.machine_jt_t"])
        self.holiday_pay_share = float(world["firms.holiday_pay_share"])
        self.judged_by = b""  # the rules by which posted prices stand judged
        self.lapsing: list[tuple[str, Any, tuple[str, ...]]] = []  # set for this month: table, rows, columns
        self.stores = np.flatnonzero(self.tables["buyers"].rows["kind"] == buyers.STORES)
        self._see()
        open_town(self)
        self.lengths = usual_lengths(self.tables["buyers"].rows, self.clusters, self.scale)
        self.office = Office(
            self.tables["government"], self._policies(), world.room("government"), world.room("outside")
        )
        self.relief = relief_of(relief, self) if relief is not None else None
        self.history = History(self)
        self.datacollector = Collector(self.history)
        self.arg.tally, self.arg.counts = (
            seen(np.zeros(self.clusters.size, TALLY)),
            seen(np.zeros(self.clusters.size, COUNTS)),
        )
        self._count_firms()
        open_books(self)

    def _see(self) -> None:
        """Make the loops' view of every table: rows, or with the compiler off the Mesa agents themselves."""
        names = {name: table.arg for name, table in self.tables.items()}
        self.arg = SimpleNamespace(
            **names,
            links=self.links.arg,
            state=seen(self.state),
            outside_p=seen(self.p_outside),
            **{name: seen(rules) for name, rules in self.rulebook.now.items()},
        )

    def _read_rules(self) -> None:
        now = self.rulebook.now
        self.clusters, self.kinds, self.mills = now["clusters"], now["kinds"], now["mills"]
        self.p_firms, self.p_market, self.p_steel = now["firms_p"], now["market_p"], now["steel_p"]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a copy, which reads a rulebook of its own."""
        self.__dict__.update(state)
        self._read_rules()
        vars(self.arg).update({name: seen(rules) for name, rules in self.rulebook.now.items()})

    def _policies(self) -> list[Any]:
        offset = self.first_calendar - 1
        return [
            named(use.name)(month_number(use.first) - offset, month_number(use.last) - offset, **use.levers)
            for use in self.world.uses
        ]

    # The month

    def step(self) -> None:
        """One month, in the order in which things happen."""
        now, luck = self._begin_month(), self.luck
        t = self.arg
        w, month, books, tonnes = self.work, self.month, self.money.books, self.tonnes.books

        # This month's rules: what events and policies have set
        self._open_office()
        self._government_acts("set_rules")

        # Outside: the steel price, the season, what buyers need, what mills make
        self.outside.move(luck("outside.steel price", month))
        price_jt_t, demand_factor = self.outside.steel_price_jt_t, self.outside.demand_factor
        buyers.demand_goods(
            t.buyers, t.kinds, now.demand, self.public_season, demand_factor, luck("buyers.mood", month), t.outside_p
        )
        producers.make_and_price_steel(
            t.producers, t.distributors, t.mills, t.clusters, month, price_jt_t, t.steel_p
        )  # fmt: skip

        # Programmes of the government
        self._ease()
        listing.keep_quotas(t.buyers, t.links)
        self._government_acts("deliver")
        self._judge_anew()

        # Firms agree wages in January, and plan
        self._agree_wages()
        workshops.plan(
            t.firms, t.producers, t.distributors, t.cooperatives, t.clusters, now.last_demand, now.demand,
            luck("firms.taste", month), t.firms_p, t.market_p,
        )  # fmt: skip

        # Steel: allotted, ordered, rationed, and bought from distributors
        steel_market.trade_steel(
            t.firms, t.producers, t.mills, t.distributors, t.cooperatives, self.scale, w.waiting, w.weights,
            w.waiting_counts, luck("steel.stock out", month), books, tonnes, t.firms_p, t.steel_p,
        )  # fmt: skip

        # Goods: made, ordered, delivered; what is short is ordered twice more, then imported
        workshops.make_goods(t.firms, now.days, tonnes, t.firms_p)
        goods_market.trade_goods(
            t.buyers, t.kinds, t.links, w.active, t.firms, t.clusters, self.lengths, self.outside.import_utility,
            self.outside.import_price_jt_t, w.due_jt, w.owed_jt, w.sold_by_kind, month,
            luck("market.whims", month), luck("buyers.late payment", month), w.asked_t, w.filled, t.cooperatives,
            luck("cooperatives.turn", month), books, t.market_p,
        )  # fmt: skip
        reckon_market(t.buyers, self.chain, self.demand_by_kind)

        # Money: claims fall due and bills are paid
        population.pay_suppliers(t.buyers, w.owed_jt, w.heirs_jt, month, books)
        workshops.settle(t.firms, w.due_jt, month, now.holiday_share, books, t.firms_p)
        self._government_acts("look_back")

        # Change: learning, machines, workers, papers, partners, lists
        workshops.change(
            t.firms, t.clusters, t.producers, luck("firms.papers", month), luck("steel.parting", month),
            luck("firms.exit", month), w.leaving, w.qualified, w.ends, books, t.firms_p, t.steel_p,
        )  # fmt: skip
        partnerships.take_partners(
            t.firms, t.producers, w.candidates, w.scores, luck("steel.partners", month), t.steel_p
        )
        listing.review_lists(
            t.buyers, t.kinds, t.links, t.firms, t.clusters, w.qualified, w.ends, self.refused, self.admitted,
            luck("buyers.review", month), luck("market.fit"), w.candidates, books, t.firms_p, t.market_p,
        )  # fmt: skip

        # Exit and entry
        population.close_firms(
            t.firms, t.producers, t.cooperatives, t.links, self.first_place, w.leaving, w.ends, w.due_jt, w.heirs_jt,
            t.counts, t.tally, w.sold_by_kind, w.usual_sales, books, tonnes, t.firms_p,
        )  # fmt: skip
        self.next_uid = population.open_firms(
            t.firms, t.links, t.clusters, t.state, t.counts, t.mills, self.next_uid, luck("firms.entrants", month),
            luck("firms.entry", month), price_jt_t, books, t.firms_p, self.scale,
        )  # fmt: skip

        # Audit and indicators
        self._close_office()
        leak = self._count_firms()
        reckon_mills(t.producers, t.cooperatives, self.mill_sums, self.joint_sums)
        population.follow_margins(t.tally, t.state, YEAR < month <= self.warm_up, t.firms_p)
        audit_month(self, leak)
        self.history.close_month(self)
        self.running = month < self.months

    def run(self) -> MetalSupplyChain:
        """Run to the last month and return the model."""
        while self.running:
            self.step()
        return self

    def _begin_month(self) -> SimpleNamespace:
        """Turn the calendar, empty the books, and return the month's season."""
        if self.month >= self.months:
            message = f"The run ended with month {self.months}; build a new model, with more months if you need them."
            raise UserError(message)
        self.month += 1
        self.calendar_month = (self.first_calendar + self.month - 1) % YEAR + 1
        if self.month in self.dated:
            adopt(self, self.dated[self.month])
        season, last = self.seasons[self.month - 1], self.seasons[max(0, self.month - 2)]
        self.history.open_month(self)
        self.public_season = season.public
        return SimpleNamespace(
            demand=season.demand,
            last_demand=last.demand,
            days=season.days,
            holiday_share=season.holiday * self.holiday_pay_share,
        )

    def _open_office(self) -> None:
        """Let last month's rules lapse, release the month's public money, and begin the policies that start now."""
        if self.office.policies or self.relief is not None:
            self.rulebook.set_back()
            self._let_lapse()
        self.office.forget(self.work.leaving, int(self.work.ends[0]))  # closed with last month
        self.office.open_month(self.month, self.calendar_month, self.money.books)
        for policy in self.office.policies:
            if policy.first == self.month:
                policy.begin(self)

    def for_this_month(self, table: str, rows: Any, **values: Any) -> None:
        """Set columns of some rows of a table until the month ends: what a policy allows lapses by itself."""
        for column, value in values.items():
            self.tables[table][column][rows] = value
        self.lapses(table, rows, *values)

    def lapses(self, table: str, rows: Any, *columns: str) -> None:
        """Let columns that a rule has set in some rows of a table lapse with the month."""
        self.lapsing.append((table, rows, columns))

    def _let_lapse(self) -> None:
        for table, rows, columns in self.lapsing:
            for column in columns:
                self.tables[table][column][rows] = 0
        self.lapsing.clear()
        shut_all(self.arg.cooperatives)

    def _judge_anew(self) -> None:
        """Let no posted price stay judged by rules that have changed."""
        rules = self.clusters.tobytes() + self.p_market.tobytes()
        if rules != self.judged_by:
            self.tables["firms"].rows["judged_jt_t"] = 0.0
            self.judged_by = rules

    def _ease(self) -> None:
        """Ease the constraint that a study asks about, if any."""
        if self.relief is not None:
            self.relief.act(self)

    def _count_firms(self) -> int:
        """Add up the firms working now; return the row of one whose own books do not balance, or -1."""
        t, w = self.arg, self.work
        leak = reckon_firms(
            t.firms, t.tally, w.sold_by_kind, w.usual_sales, 1.0 / YEAR, w.sales_t, w.classes,
            w.class_sums, w.gini, self.machine_jt_t,
        )  # fmt: skip
        return int(leak)

    def _government_acts(self, moment: str) -> None:
        """Let every policy in force act at one moment of the month, in the scenario's order."""
        for policy in self.office.acting:
            getattr(policy, moment)(self)

    def _agree_wages(self) -> None:
        """Let firms agree the year's wages in January, and in the first month."""
        if self.calendar_month == 1 or self.month == 1:
            workshops.agree_wages(self.arg.firms, self.arg.clusters, self.arg.firms_p)

    def _close_office(self) -> None:
        """Let policies end, and unspent public money lapse when its time is over."""
        for policy in self.office.ending(self.month):
            policy.end(self)
        history, now = self.history, self.month - 1
        spent_jt, shadow_jt = history.spending[now], history.shadow[now]
        self.office.close_month(self.calendar_month, self.money.books, spent_jt, shadow_jt)

    # Looking

    @property
    def indicators(self) -> pd.DataFrame:
        """All indicators, one row a simulated month; columns are described by ``sim.indicators.catalogue``."""
        return self.history.indicators()

    def firms_frame(self) -> pd.DataFrame:
        """Return the firms now working, one row a firm, one column a state variable, with the cluster's name."""
        rows = self.tables["firms"].rows
        working = rows[rows["working"]]
        frame = pd.DataFrame({name: working[name] for name in working.dtype.names})
        names = list(self.world.family("cluster"))
        frame.insert(1, "cluster_name", [names[c] for c in working["cluster"]])
        return frame
