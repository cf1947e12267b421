"""Dated changes: the register as it stands from a month on takes effect in a running town."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.buyers import HOME, KINDS
from sim.shocks import seasons
from sim.town import mills_of

__all__ = ["adopt"]


def adopt(town: Any, world: Any) -> None:
    """Let another register rule the town from this month on; what happened before stays as it is.

    Prices of machines are revalued in the firms' net worth, and demand scales with each kind of buyer's.
    """
    rows = {name: table.rows for name, table in town.tables.items()}
    before_kinds, before_clusters = town.kinds.copy(), town.clusters.copy()
    town.world = world
    fresh = (world.table("cluster"), world.table("buyer"), mills_of(world))
    records = tuple(world.record(room) for room in ("firms", "market", "steel"))
    for name, new in zip(town.rulebook.now, (*fresh, *records), strict=True):
        town.rulebook.usual[name][:] = town.rulebook.now[name][:] = new
    town.p_outside[:] = world.record("outside")
    town.outside.o, town.outside.market = world.room("outside"), world.room("market")
    town.office.facts, town.office.timing = world.room("government"), world.room("outside")
    town.seasons = seasons(world.first_month, town.months, world.room("outside"))
    town.holiday_pay_share = float(world["firms.holiday_pay_share"])
    rows["producers"]["usual_slots"] = np.round(town.mills["partner_slots"] * town.scale)
    _revalue_machines(town, rows["firms"], float(world["firms.machine_jt_t"]))
    _scale_demand(rows["buyers"], before_kinds, town.kinds, before_clusters, town.clusters)


def _revalue_machines(town: Any, firms: Any, machine_jt_t: float) -> None:
    rise_jt_t = machine_jt_t - town.machine_jt_t
    firms["equity_jt"] += np.where(firms["working"], rise_jt_t * firms["capacity_t"], 0.0)
    town.machine_jt_t = machine_jt_t


def _scale_demand(buyers: Any, kinds_before: Any, kinds: Any, clusters_before: Any, clusters: Any) -> None:
    for kind in range(len(KINDS)):
        own = buyers["kind"] == kind
        if kind == HOME:
            at = buyers["cluster"][own]
            before, now = clusters_before["home_demand_t"][at], clusters["home_demand_t"][at]
        else:
            before, now = kinds_before["demand_t"][kind], kinds["demand_t"][kind]
        buyers["usual_t"][own] *= np.divide(now, before, out=np.ones_like(np.asarray(now, float)), where=before > 0.0)
