"""How firms come and go: how many close, who closes, and how many of a stock are left after some years."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.study.measures.declare import measure
from sim.study.shapes import share_left
from sim.study.watch import YEAR, Watched, divided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

YOUNG_YEARS = 5


@measure
def exits_local(run: Watched) -> float:
    """Local firms that close in a year, against those at work."""
    return YEAR * run.ratio("exits_local", "firms_local")


@measure
def exits_outside(run: Watched) -> float:
    """Outside firms that close in a year, against those at work."""
    return YEAR * run.ratio("exits_external", "firms_external")


def _yearly_change(values: NDArray[np.float64]) -> float:
    """Return the yearly change from the mean of the first year to that of the last full one."""
    years = len(values) // YEAR
    if years < 2 or not values[:YEAR].any():  # noqa: PLR2004 - a change needs two
        return math.nan
    last = values[(years - 1) * YEAR : years * YEAR].mean()
    return float((last / values[:YEAR].mean()) ** (1.0 / (years - 1)) - 1.0)


@measure
def net_change_local(run: Watched) -> float:
    """Yearly change in the number of local firms."""
    return _yearly_change(run.values("firms_local"))


@measure
def net_change_outside(run: Watched) -> float:
    """Yearly change in the number of outside firms."""
    return _yearly_change(run.values("firms_external"))


def stock_left(run: Watched, years: int) -> float:
    """Return the share of local firms at work some years before the end that are still at work at the end."""
    start = run.ends - years * YEAR
    if run.lives is None or start < 1:
        return math.nan
    stock = run.lives[(run.lives["first"] <= start) & (run.lives["last"] >= start)]
    ended = (stock["last"] < run.ends).to_numpy()
    # a firm last seen in a month closes in the next
    return share_left(stock["last"].to_numpy() - start + ended, ended, after=years * YEAR)


@measure
def survival_five(run: Watched) -> float:
    """Share of local firms left after five years."""
    return stock_left(run, 5)


@measure
def survival_six(run: Watched) -> float:
    """Share of local firms left after six years."""
    return stock_left(run, 6)


@measure
def exits_young(run: Watched) -> float:
    """Exit rate of local firms younger than five years against that of older ones."""
    firms = run.local_firms
    firms = firms[firms["month"] < firms["month"].max()]  # who closes after the last month is not known
    last = run.local_firms.groupby("uid")["month"].transform("max").loc[firms.index]
    closes, young = firms["month"] == last, firms["age_months"] < YOUNG_YEARS * YEAR
    return divided(float(closes[young].mean()), float(closes[~young].mean()))


@measure
def exits_unproductive(run: Watched) -> float:
    """Exit rate within a year of the less productive half of local firms against that of the other half."""
    firms = run.local_firms
    year = firms["month"] // YEAR
    last_month = firms["month"].max()
    by_year = firms.assign(year=year).groupby(["uid", "year"])
    sums = by_year[["revenue_jt", "workers_fte"]].sum()[by_year.size() == YEAR].reset_index()
    sums["a_worker"] = sums["revenue_jt"] / sums["workers_fte"]
    known = sums[(sums["year"] + 2) * YEAR - 1 <= last_month].copy()
    if known.empty:
        return math.nan
    lower = known["a_worker"] <= known.groupby("year")["a_worker"].transform("median")
    last = known["uid"].map(firms.groupby("uid")["month"].max())
    closes = last < (known["year"] + 2) * YEAR - 1
    return divided(float(closes[lower].mean()), float(closes[~lower].mean()))
