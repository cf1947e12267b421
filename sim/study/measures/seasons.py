"""The swings of the year: Lebaran, the building season, public spending."""

from __future__ import annotations

import calendar
import datetime as dt
import math

from sim.study.measures.declare import measure
from sim.study.watch import YEAR, Watched, divided

LEBARAN_HELD = 0.75
JULY, OCTOBER, MAY, JUNE = 7, 10, 5, 6
QUARTER = 3


def _days_near_lebaran(year: int, month: int, before: int, after: int) -> int:
    """Return how many days of a month lie from ``before`` days before Lebaran to ``after`` days after it.

    Examples
    --------
    >>> _days_near_lebaran(2024, 4, before=6, after=12)  # Lebaran was on 10 April
    19
    """
    from sim.shocks import lebaran_near

    days = [dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]
    feasts = lebaran_near(year, month)
    return sum(any(-before <= (day - feast).days <= after for feast in feasts) for day in days)


def _lebaran_days(run: Watched, later: int = 0) -> list[int]:
    """Return for each observed month its days around Lebaran, and up to ``later`` days more after it."""
    before = int(run.scenario["outside.lebaran_days_before"])
    after = int(run.scenario["outside.lebaran_days_after"]) + later
    months = zip(run.months["year"], run.months["calendar"], strict=True)
    return [_days_near_lebaran(int(year), int(month), before, after) for year, month in months]


@measure
def lebaran(run: Watched) -> float:
    """City demand against the month before, in months that hold most of the days around a Lebaran."""
    import numpy as np

    room = run.scenario.room("outside")
    usual = int(room["lebaran_days_before"]) + int(room["lebaran_days_after"]) + 1
    demand_t = run.values("demand_t")
    held = np.array(_lebaran_days(run)[1:]) >= LEBARAN_HELD * usual
    held &= demand_t[:-1] > 0.0
    return float((demand_t[1:][held] / demand_t[:-1][held] - 1.0).mean()) if held.any() else math.nan


@measure
def building_season(run: Watched) -> float:
    """City demand from July to October against other months; months near Lebaran and its rebound left out."""
    import numpy as np

    plain = np.array(_lebaran_days(run, later=int(run.scenario["outside.rebound_days"]))) == 0
    high = run.months["calendar"].between(JULY, OCTOBER).to_numpy()
    demand_t = run.values("demand_t")
    if not (plain & high).any() or not (plain & ~high).any():
        return math.nan
    return divided(float(demand_t[plain & high].mean()), float(demand_t[plain & ~high].mean())) - 1.0


def _spent_by(run: Watched, month: int) -> float:
    """Return the share of public demand that falls in the months up to ``month``, over full calendar years."""
    years = run.months["year"].map(run.months["year"].value_counts())
    whole = run.months[years == YEAR]
    early = whole[whole["calendar"] <= month]
    return divided(float(early["demand_government_t"].sum()), float(whole["demand_government_t"].sum()))


@measure
def spent_by_may(run: Watched) -> float:
    """Share of a calendar year's public demand that falls in January to May."""
    return _spent_by(run, MAY)


@measure
def spent_by_june(run: Watched) -> float:
    """Share of a calendar year's public demand that falls in January to June."""
    return _spent_by(run, JUNE)


@measure
def output_swing(run: Watched) -> float:
    """Root mean square of the yearly change of local firms' quarterly output."""
    import numpy as np

    output_t = run.values("output_local_t")
    quarters = output_t[: len(output_t) // QUARTER * QUARTER].reshape(-1, QUARTER).sum(axis=1)
    lag = YEAR // QUARTER
    before, after = quarters[:-lag], quarters[lag:]
    if not len(before) or not (before > 0.0).all():
        return math.nan
    return float(np.sqrt(np.mean((after / before - 1.0) ** 2)))
