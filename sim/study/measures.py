"""What is measured of a run: one small function for each pattern, named as in ``patterns.toml``.

Every function takes one watched run and returns one number for it; NaN where the run cannot tell.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.study.watch import YEAR, Watched, divided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MEASURES", "laplace_over_normal", "rise_past_the_mode"]

Measure = Callable[[Watched], float]
MEASURES: dict[str, Measure] = {}
LARGE_TRADERS, MANUFACTURERS = "collectors", "industry"
FIRST_CLASS_FTE, SIZE_CLASSES = 1.0, 9
LEBARAN_HELD = 0.75
JULY, OCTOBER, MAY, JUNE = 7, 10, 5, 6


def measure(of: Measure) -> Measure:
    """Enter a function under its name."""
    MEASURES[of.__name__] = of
    return of


# The report's own account


@measure
def steel_stays(run: Watched) -> float:
    """Share of the mills' output that the city's small firms work."""
    return run.mean("steel_stays_share")


@measure
def allotment_outside(run: Watched) -> float:
    """Outside firms' share of the allotment delivered."""
    return run.ratio("steel_direct_external_t", "allotment_delivered_t")


@measure
def mentored_outside(run: Watched) -> float:
    """Outside firms' share of the mills' partners."""
    return run.mean("partner_slots_share_external")


@measure
def mill_orders_outside(run: Watched) -> float:
    """Outside firms' share of the tonnes ordered at the mills: delivered in the month or still waiting."""
    ordered_t = run.firms["backlog_t"] + run.firms["direct_t"]
    return divided(float(ordered_t[~run.firms["local"]].sum()), float(ordered_t.sum()))


@measure
def leftovers(run: Watched) -> float:
    """Share of their steel that local firms get from the allotment, against the same share of outside firms."""
    local = run.ratio("steel_direct_local_t", "steel_local_t")
    return divided(local, run.ratio("steel_direct_external_t", "steel_external_t"))


@measure
def enough_steel(run: Watched) -> float:
    """Steel that local firms receive against the steel they want."""
    return run.ratio("steel_local_t", "steel_wanted_local_t")


@measure
def store_suppliers(run: Watched) -> float:
    """Share of local firms that deliver to a big store in a month."""
    return run.ratio("at_stores_local", "firms_local")


# Buyers and partners


@measure
def main_buyer_households(run: Watched) -> float:
    """Share of local firms whose main buyer of the last year is households."""
    return run.mean("main_buyer_households_local")


@measure
def main_buyer_traders(run: Watched) -> float:
    """Share of local firms whose main buyer of the last year is collectors."""
    return run.mean(f"main_buyer_{LARGE_TRADERS}_local")


@measure
def main_buyer_industry(run: Watched) -> float:
    """Share of local firms whose main buyer of the last year is large industry."""
    return run.mean(f"main_buyer_{MANUFACTURERS}_local")


@measure
def in_partnership(run: Watched) -> float:
    """Share of all firms that are a mill's partner."""
    partners = run.values("partners_local") + run.values("partners_external")
    firms = run.values("firms_local") + run.values("firms_external")
    return divided(float(partners.sum()), float(firms.sum()))


# Firms and their sizes


def _register_number(run: Watched, local: bool) -> float:
    """Return how many firms the register gives the city, or the outside clusters together."""
    clusters = run.scenario.family("cluster").values()
    firms = sum(float(one["firms"]) for one in clusters if bool(one["local"]) == local)
    return firms * float(run.scenario["town.scale"])


@measure
def firms_local(run: Watched) -> float:
    """Local firms at work against the number in the register."""
    return divided(run.mean("firms_local"), _register_number(run, local=True))


@measure
def firms_outside(run: Watched) -> float:
    """Outside firms at work against the number in the register."""
    return divided(run.mean("firms_external"), _register_number(run, local=False))


@measure
def mean_size(run: Watched) -> float:
    """People at work in a local firm."""
    return run.ratio("jobs_local_fte", "firms_local")


@measure
def largest_firm(run: Watched) -> float:
    """People at work in the largest local firm, mean of months."""
    return run.mean("largest_firm_local_fte")


@measure
def no_gap(run: Watched) -> float:
    """Largest rise in the share of local firms from one size class to the next, at the ends of the years."""
    import numpy as np

    firms = run.local_firms
    fte = firms["workers_fte"][firms["month"] % YEAR == YEAR - 1]
    edges = FIRST_CLASS_FTE * 2.0 ** np.arange(SIZE_CLASSES + 1)
    counts = np.histogram(np.clip(fte, edges[0], edges[-1]), edges)[0]
    return rise_past_the_mode(counts / counts.sum()) if counts.sum() else math.nan


def rise_past_the_mode(shares: NDArray[np.float64]) -> float:
    """Return the largest rise from one class to the next, past the fullest class; 0 when shares only fall.

    Examples
    --------
    >>> import numpy as np
    >>> rise_past_the_mode(np.array([0.125, 0.5, 0.25, 0.125])), rise_past_the_mode(np.array([0.5, 0.125, 0.375]))
    (0.0, 0.25)
    """
    import numpy as np

    steps = np.diff(shares[int(np.argmax(shares)) :])
    return float(max(0.0, steps.max(initial=0.0)))


@measure
def growth_tent(run: Watched) -> float:
    """Log-likelihood of Laplace less normal for local firms' yearly growth, a firm and year."""
    import numpy as np

    firms = run.local_firms
    by_year = firms.assign(year=firms["month"] // YEAR).groupby(["uid", "year"])["sold_t"].agg(["sum", "size"])
    sold_t = by_year["sum"][(by_year["size"] == YEAR) & (by_year["sum"] > 0.0)].unstack("year")
    growth = np.log(sold_t).diff(axis="columns")
    growth = (growth - growth.median()).stack().dropna()
    return laplace_over_normal(growth.to_numpy())


def laplace_over_normal(values: NDArray[np.float64]) -> float:
    """Return the mean log-likelihood of the best Laplace distribution less that of the best normal one.

    Large samples give 0.072 for Laplace and -0.048 for normal values; heavier tails give more.

    Examples
    --------
    >>> import numpy as np
    >>> shares = (np.arange(9_999) + 0.5) / 9_999
    >>> round(laplace_over_normal(np.sign(shares - 0.5) * np.log(1.0 - 2.0 * abs(shares - 0.5))), 3)
    0.072
    >>> laplace_over_normal(np.array([0.1]))
    nan
    """
    import numpy as np

    if len(values) < YEAR or np.ptp(values) == 0.0:
        return math.nan
    laplace = -math.log(2.0 * float(np.abs(values - np.median(values)).mean())) - 1.0
    normal = -0.5 * math.log(2.0 * math.pi * float(values.var())) - 0.5
    return laplace - normal


# Coming and going, money


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


@measure
def bad_loans(run: Watched) -> float:
    """Debt of bankable local firms that cannot pay this month, against all debt of bankable local firms."""
    firms = run.local_firms
    bankable = firms["registered"] & (firms["age_months"] > float(run.scenario["firms.bank_history_months"]))
    debt_jt = firms["debt_jt"][bankable]
    return divided(float(debt_jt[firms["bad_months"] > 0.0].sum()), float(debt_jt.sum()))


@measure
def use_local(run: Watched) -> float:
    """Output of local firms against their capacity."""
    return run.ratio("output_local_t", "capacity_local_t")


@measure
def use_outside(run: Watched) -> float:
    """Output of outside firms against their capacity."""
    return run.ratio("output_external_t", "capacity_external_t")


@measure
def wage(run: Watched) -> float:
    """Monthly wage agreed with hired workers of local firms, mean over workers."""
    firms = run.local_firms
    hired_fte = (firms["workers_fte"] - float(run.scenario["firms.family_fte"])).clip(lower=0.0)
    return divided(float((hired_fte * firms["wage_jt_fte"]).sum()), float(hired_fte.sum()))


@measure
def sales_per_worker(run: Watched) -> float:
    """Sales of local firms in a year against people at work."""
    return YEAR * run.ratio("revenue_local_jt", "jobs_local_fte")


# Seasons


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
    held = np.array(_lebaran_days(run)) >= LEBARAN_HELD * usual
    change = np.diff(run.values("demand_t")) / run.values("demand_t")[:-1]
    return float(change[held[1:]].mean()) if held[1:].any() else math.nan


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
