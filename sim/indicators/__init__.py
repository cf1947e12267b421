"""Indicators: each declared once, with unit, direction and meaning, and worked out over all months at once.

``h`` is the run's history, ``who`` a boolean mask of clusters. An indicator declared ``by="origin"`` has a column for
local firms, for external firms and for each outside cluster; ``by="two"`` for local and external firms; ``by="city"``
has one column. Mean values are means over firms. A share whose denominator is zero is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# The order of the rooms is the order of the columns.
from sim.indicators import government, markets, money, relations, steel, work  # noqa: F401
from sim.indicators.declare import DECLARED, Indicator

__all__ = ["Column", "Indicator", "catalogue", "work_out"]

SUFFIX = {"t": "_t", "jt": "_jt", "jt/t": "_jt_t", "fte": "_fte", "months": "_months"}


@dataclass(frozen=True)
class Column:
    """One column of the indicator table."""

    column: str
    indicator: str
    origin: str
    unit: str
    better: str
    meaning: str


def _columns_of(item: Indicator, clusters: list[str], local: NDArray[np.bool_]) -> Iterator[tuple[Column, Any]]:
    suffix = SUFFIX.get(item.unit, "")

    def column(origin: str) -> Column:
        name = item.name + (f"_{origin}" if origin else "") + suffix
        better = item.better if origin in ("local", "") else "none"
        return Column(name, item.name, origin, item.unit, better, item.meaning)

    if item.by == "city":
        yield column(""), None
    elif item.by == "two":
        yield column("local"), True
        yield column("external"), False
    else:
        yield column("local"), local
        yield column("external"), ~local
        for c, name in enumerate(clusters):
            if not local[c]:
                mask = np.zeros(len(clusters), bool)
                mask[c] = True
                yield column(name), mask


def catalogue(scenario: Any) -> list[Column]:
    """Return the columns of the indicator table, in order; the same for every scenario with the same clusters."""
    family = scenario.family("cluster")
    local = np.array([bool(facts["local"]) for facts in family.values()])
    return [column for item in DECLARED for column, _ in _columns_of(item, list(family), local)]


def work_out(h: Any) -> pd.DataFrame:
    """Return every indicator of a run, one row a month; ``month`` from 1 and ``warm_up`` (0 or 1) come first."""
    months = np.arange(1, h.length + 1)
    table: dict[str, Any] = {"month": months, "warm_up": (months <= h.warm_up).astype(np.int64)}
    for item in DECLARED:
        for column, who in _columns_of(item, h.clusters, h.local):
            table[column.column] = item.of(h) if item.by == "city" else item.of(h, who)
    return pd.DataFrame(table)
