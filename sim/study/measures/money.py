"""How firms come and go, what they owe, pay and earn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.study.measures.declare import measure
from sim.study.watch import YEAR, Watched, divided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
