"""Relief: one constraint of every local firm eased at a time, to see what it is worth (relaxation values).

Because output wanted follows from orders, the constraint that bound a firm says "market" almost by construction. What
really binds is answered by the paired change when one constraint alone is eased from the first observed month. A
relief is no policy: it has no purse and no gate. What it would cost is its units at the register's price (room
``relief``), so that reliefs can be compared per rupiah.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.accounts import RELIEF
from sim.buyers import STORES
from sim.core.streams import draw_uniform
from sim.errors import UserError
from sim.listing import place

MOST_QUOTA = 4  # most places a shelf quota can add at one store: the length of the list, no number of the world

__all__ = ["RELIEFS", "Relief", "places_for", "relief_of"]


@dataclass(frozen=True)
class Relief:
    """One way to ease a constraint: name, the unit it is counted in, and what is done."""

    name: str
    unit: str
    meaning: str


RELIEFS = {
    "steel": Relief("steel", "t/month", "Every tonne a local firm buys from distributors costs the mill's price"),
    "market": Relief("market", "listings", "Each local firm gets a place at one big store, past the gate"),
    "capacity": Relief(
        "capacity", "t/month", "Machines of every local firm grow by the register's share (relief.capacity_share)"
    ),
    "cash": Relief("cash", "jt", "Every local firm receives cash once (relief.cash_jt)"),
    "skill": Relief("skill", "index points", "Skill of every local firm is raised to its cluster's frontier"),
    "papers": Relief("papers", "firms", "Every local firm is a registered vendor"),
}


class Easing:
    """A relief at work in one run; counts what it gave and what that would cost."""

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self.facts = model.world.room("relief")
        self.units = 0.0
        self.cost_jt = 0.0
        self.done: set[int] = set()

    def act(self, town: Any) -> None:
        """Ease the constraint this month, from the first observed month on; newcomers are eased too."""
        if town.month > town.warm_up:
            firms = town.tables["firms"].rows
            rows = np.flatnonzero(firms["working"] & firms["local"])
            fresh = np.array([r for r in rows.tolist() if int(firms["uid"][r]) not in self.done], dtype=np.int64)
            getattr(self, f"_{self.name}")(town, firms, fresh, rows)
            self.done.update(int(uid) for uid in firms["uid"][fresh])

    def _give(self, town: Any, firms: Any, rows: Any, jt: Any) -> None:
        firms["cash_jt"][rows] += jt
        firms["equity_jt"][rows] += jt
        town.money.books[RELIEF, 1] += float(np.sum(jt))

    def _steel(self, town: Any, firms: Any, fresh: Any, rows: Any) -> None:
        """Let local distributors sell at the mill's price; what that forgoes is counted on last month's sales."""
        dealers = town.tables["distributors"].rows
        local = town.clusters["local"] > 0.0
        bought_t = float(firms["bought_t"][rows].sum())
        self.units += bought_t / max(1, town.months - town.warm_up)
        self.cost_jt += bought_t * town.outside.steel_price_jt_t * float(dealers["markup"][local].sum())
        dealers["markup"][local] = 0.0

    def _market(self, town: Any, firms: Any, fresh: Any, rows: Any) -> None:
        """Give each local firm a place at one store, drawn by lot, beside the usual places and past the gate."""
        buyers, links = town.tables["buyers"].rows, town.links.rows
        stores = town.stores
        town.for_this_month("buyers", stores, quota_slots=town.relief_places)
        lot = draw_uniform(town.luck("relief.market"), firms.size)
        for row in fresh.tolist():
            b = int(stores[int(lot[row] * stores.size)])
            own = slice(int(buyers["first_link"][b]), int(buyers["last_link"][b]))
            free = np.flatnonzero(links["local_only"][own] & (links["firm"][own] < 0))
            if free.size and not (links["firm"][own] == row).any():
                t = town.arg
                k = own.start + int(free[0])
                place(t.buyers[b], b, t.kinds[STORES], t.links, t.firms, row, k, town.luck("market.fit"), t.market_p[0])
                self.units += 1.0
                self.cost_jt += self.facts["listing_jt"]

    def _capacity(self, town: Any, firms: Any, fresh: Any, rows: Any) -> None:
        added_t = self.facts["capacity_share"] * firms["capacity_t"][fresh]
        firms["capacity_t"][fresh] += added_t
        firms["equity_jt"][fresh] += added_t * float(town.p_firms["machine_jt_t"][0])
        self.units += float(added_t.sum())
        self.cost_jt += float(added_t.sum()) * float(town.p_firms["machine_jt_t"][0])

    def _cash(self, town: Any, firms: Any, fresh: Any, rows: Any) -> None:
        jt = np.full(fresh.size, float(self.facts["cash_jt"]))
        self._give(town, firms, fresh, jt)
        self.units += float(jt.sum())
        self.cost_jt += float(jt.sum())

    def _skill(self, town: Any, firms: Any, fresh: Any, rows: Any) -> None:
        cluster = town.clusters["skill"][firms["cluster"][rows]] + float(town.p_firms["frontier_gap"][0])
        gap = np.maximum(0.0, cluster - firms["skill"][rows])
        firms["skill"][rows] += gap
        self.units += float(gap.sum())
        self.cost_jt += float(gap.sum()) * self.facts["skill_jt_point"]

    def _papers(self, town: Any, firms: Any, fresh: Any, rows: Any) -> None:
        without = rows[~firms["registered"][rows]]
        firms["registered"][without] = True
        self.units += without.size
        self.cost_jt += without.size * self.facts["papers_jt"]


def relief_of(name: str, model: Any) -> Easing:
    """Return the easing of a named constraint for one run.

    Raises
    ------
    UserError
        The name is none of ``RELIEFS``.
    """
    if name not in RELIEFS:
        message = f"relief is {name!r}; it must be one of {', '.join(RELIEFS)}."
        raise UserError(message)
    return Easing(name, model)


def places_for(name: str | None, state: Any, clusters: Any, kinds: Any, scale: float) -> int:
    """Return the places beside the usual ones that each store's list must hold."""
    if name != "market":
        return MOST_QUOTA
    local = clusters["local"] > 0.0
    rows = float((state["last_row"] - state["first_row"])[local].sum())
    return int(2.0 * rows / max(1.0, kinds["number"][STORES] * scale)) + MOST_QUOTA
