"""Who delivered how much to whom in a month: steel to the firms of each cluster, goods to each kind of buyer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.buyers import HOME, KINDS

__all__ = ["buyers_of", "differing", "flows", "flows_of_firm", "home_of"]

IMPORTED = 1  # column of the history's sums by kind of buyer


def home_of(town: Any) -> str:
    """Return the name of the local cluster."""
    history = town.model.history
    return next(name for name, local in zip(history.clusters, history.local, strict=True) if local)


def flows(town: Any, month: int) -> pd.DataFrame:
    """Return a month's flows in tonnes: ``source``, ``target``, ``kind`` and ``tonnes``.

    Sources and targets are ``mill:NAME``, ``yard:CLUSTER`` (the distributors of a cluster), ``cluster:NAME``,
    ``buyer:KIND`` and ``imports``; kinds are ``steel``, ``local``, ``outside`` and ``imports``.
    """
    return pd.DataFrame(_flows(town, month), columns=["source", "target", "kind", "tonnes"])


def _flows(town: Any, month: int) -> Iterator[tuple[str, str, str, float]]:
    history, at = town.model.history, month - 1
    steel_t = town.memory.mill_steel_t[at]
    for j, mill in enumerate(town.scenario.family("mill")):
        for c, cluster in enumerate(history.clusters):
            yield f"mill:{mill}", f"cluster:{cluster}", "steel", float(steel_t[j, c])
    tally = history.tally[at]
    for c, cluster in enumerate(history.clusters):
        yield f"yard:{cluster}", f"cluster:{cluster}", "steel", float(tally["bought_t"][c])
        origin = "local" if history.local[c] else "outside"
        for kind in KINDS:
            yield f"cluster:{cluster}", f"buyer:{kind}", origin, float(tally[f"sold_{kind}_t"][c])
    for number, kind in enumerate(KINDS[:HOME]):
        yield "imports", f"buyer:{kind}", "imports", float(history.by_kind[at, number, IMPORTED])


def differing(here: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """Return the flows of one town less those of another: ``tonnes`` may be negative."""
    both = here.merge(there, on=["source", "target", "kind"], suffixes=("", "_there"), validate="one_to_one")
    return both.assign(tonnes=both["tonnes"] - both["tonnes_there"]).drop(columns="tonnes_there")


def buyers_of(table: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Return, by kind of buyer, what it got from local firms, from outside firms and from imports [t]."""
    found = {}
    for kind in KINDS:
        own = table[table["target"] == f"buyer:{kind}"].groupby("kind")["tonnes"].sum()
        found[kind] = np.array([float(own.get(origin, 0.0)) for origin in ("local", "outside", "imports")])
    return found


def flows_of_firm(town: Any, uid: int, month: int) -> pd.DataFrame:
    """Return the flows of one firm in a month, with the firm as ``firm``; empty when it is not at work."""
    months = town.memory.firm(uid)
    now = months[months["month"] == month]
    found: list[tuple[str, str, str, float]] = []
    if len(now):
        row = now.iloc[0]
        mill = list(town.scenario.family("mill"))[int(row["mill"])]
        found = [(f"mill:{mill}", "firm", "steel", float(row["direct_t"]))]
        found += [(f"yard:{home_of(town)}", "firm", "steel", float(row["bought_t"]))]
        found += [("firm", f"buyer:{kind}", "local", float(row[f"sold_{kind}_t"])) for kind in KINDS]
    return pd.DataFrame(found, columns=["source", "target", "kind", "tonnes"])
