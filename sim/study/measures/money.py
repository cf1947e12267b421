"""What firms owe, use, pay, earn and ask."""

from __future__ import annotations

import math

from sim.study.measures.declare import measure
from sim.study.watch import YEAR, Watched, divided

LARGE_FIRMS_JT_FTE = 209.58  # value added a worker and year of large and medium furniture makers (BPS by Databoks)


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


@measure
def productivity_gap(run: Watched) -> float:
    """Value added of local firms a worker and year, against that of large and medium firms of one trade."""
    return YEAR * run.ratio("value_added_local_jt", "jobs_local_fte") / LARGE_FIRMS_JT_FTE


@measure
def price_spread(run: Watched) -> float:
    """Standard deviation of the log of posted prices over all firms, mean of months."""
    import numpy as np

    return float(np.log(run.firms["price_jt_t"]).groupby(run.firms["month"]).std().mean())


@measure
def price_changes(run: Watched) -> float:
    """Changes of a local firm's posted price in a year."""
    change = run.local_firms.groupby("uid")["price_jt_t"].diff().dropna()
    return YEAR * divided(float((change != 0.0).sum()), float(len(change)))


@measure
def pass_through(run: Watched) -> float:
    """Slope of the yearly log change of local firms' mean price on that of the steel price."""
    import numpy as np
    from scipy import stats

    prices = [run.values(column) for column in ("steel_price_jt_t", "price_local_jt_t")]
    if len(prices[0]) < 2 * YEAR or not all((price > 0.0).all() for price in prices):
        return math.nan
    steel, goods = (np.log(price[YEAR:] / price[:-YEAR]) for price in prices)
    if float(np.ptp(steel)) == 0.0:
        return math.nan
    return float(stats.linregress(steel, goods).slope)
