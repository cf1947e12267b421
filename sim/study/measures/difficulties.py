"""What an owner would name as the firm's difficulty, by what the model records of its months.

The mapping is ours, and stands in ``patterns.toml`` in words. A firm's main difficulty of a year is the one of most
months; of two with as many, the one named first here. Only firms at work through the whole year are asked.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.study.measures.declare import measure
from sim.study.watch import YEAR, Watched

if TYPE_CHECKING:
    import pandas as pd

RAW_MATERIAL, CAPITAL, MARKETING, COMPETITION = NAMED = ("raw_material", "capital", "marketing", "competition")
HARDLY = 0.01  # wanted machines of less than this part of those in place are none


def kept_from_machines(firms: pd.DataFrame, cover: float, wear: float) -> pd.Series[bool]:
    """Tell, firm by firm and month, whether it wanted more machines and bought none: only want of cash does that."""
    before = firms.groupby("uid")["capacity_t"].shift()
    bought = firms["capacity_t"] > (1.0 - wear) * before * (1.0 + 1e-9)
    wanted = cover * firms["expected_t"] > (1.0 + HARDLY) * firms["capacity_t"]
    return wanted & before.notna() & ~bought


def troubled_months(run: Watched) -> pd.DataFrame:
    """Return for each local firm and full year how many of its months had each difficulty."""
    from sim.firms import CASH, MARKET, STEEL

    firms = run.local_firms.sort_values(["uid", "month"])
    room = run.scenario.room("firms")
    bound = firms["bound"]
    slack = (bound == MARKET) & (firms["use"] < float(room["usual_use"]))
    no_means = (bound == CASH) | firms["cash_cut"] | (firms["bad_months"] > 0.0)
    months = firms[["uid"]].assign(
        year=firms["month"] // YEAR,
        raw_material=bound == STEEL,
        capital=no_means | kept_from_machines(firms, float(room["capacity_cover"]), float(room["wear"])),
        marketing=slack & (firms["places"] == 0),
        competition=slack & (firms["places"] > 0),
    )
    by_year = months.groupby(["uid", "year"])
    return by_year[list(NAMED)].sum()[by_year.size() == YEAR]


def _main_share(run: Watched, name: str) -> float:
    """Return the share of firms and years whose main difficulty is the one named."""
    months = troubled_months(run)
    if months.empty:
        return math.nan
    main = months.idxmax(axis="columns").where(months.max(axis="columns") > 0)
    return float((main == name).mean())


@measure
def named_marketing(run: Watched) -> float:
    """Share of local firms whose main difficulty of a year is marketing."""
    return _main_share(run, MARKETING)


@measure
def named_capital(run: Watched) -> float:
    """Share of local firms whose main difficulty of a year is capital."""
    return _main_share(run, CAPITAL)


@measure
def named_competition(run: Watched) -> float:
    """Share of local firms whose main difficulty of a year is competition."""
    return _main_share(run, COMPETITION)


@measure
def named_raw_material(run: Watched) -> float:
    """Share of local firms whose main difficulty of a year is raw material."""
    return _main_share(run, RAW_MATERIAL)


@measure
def capital_at_all(run: Watched) -> float:
    """Share of local firms with a month of difficulty of capital in a year."""
    months = troubled_months(run)
    return math.nan if months.empty else float((months[CAPITAL] > 0).mean())


@measure
def in_difficulty(run: Watched) -> float:
    """Share of local firms with a month of any difficulty in a year."""
    months = troubled_months(run)
    return math.nan if months.empty else float((months.max(axis="columns") > 0).mean())
