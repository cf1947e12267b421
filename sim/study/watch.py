"""One run watched month by month: its indicators, and every firm of the observed months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.study.simulate import Job

__all__ = ["FIRM_COLUMNS", "Watched", "watch"]

YEAR = 12
# What is kept of every firm, each observed month: columns of the model's table of firms.
FIRM_COLUMNS = (
    "uid",
    "local",
    "registered",
    "age_months",
    "workers_fte",
    "wage_jt_fte",
    "sold_t",
    "backlog_t",
    "direct_t",
    "debt_jt",
    "bad_months",
)


@dataclass(frozen=True)
class Watched:
    """The observed months of one run.

    ``months`` has one row a month: ``year`` and ``calendar`` (1 to 12) and every indicator. ``firms`` has one row a
    month and working firm: ``month`` (from 0 at the first observed one) and ``FIRM_COLUMNS``.
    """

    scenario: Scenario
    months: pd.DataFrame
    firms: pd.DataFrame

    def values(self, column: str) -> NDArray[np.float64]:
        """Return an indicator by month."""
        import numpy as np

        return np.asarray(self.months[column], dtype=np.float64)

    def mean(self, column: str) -> float:
        """Return an indicator's mean over the observed months."""
        return float(self.values(column).mean())

    def ratio(self, part: str, whole: str) -> float:
        """Return the sum of one indicator over the observed months against that of another."""
        return divided(float(self.values(part).sum()), float(self.values(whole).sum()))

    @property
    def local_firms(self) -> pd.DataFrame:
        """The rows of local firms."""
        return self.firms[self.firms["local"]]


def divided(part: float, whole: float) -> float:
    """Return part / whole, and NaN where there is nothing to divide by.

    Examples
    --------
    >>> divided(1.0, 4.0), divided(1.0, 0.0)
    (0.25, nan)
    """
    return part / whole if whole else float("nan")


def watch(job: Job) -> Watched:
    """Run the model once and keep its observed months, firm by firm."""
    import pandas as pd

    from sim.core.parameters import month_number
    from sim.model import MetalSupplyChain

    model = MetalSupplyChain(job.scenario, seed=job.seed, months=job.months)
    pieces: list[Any] = []
    while model.running:
        model.step()
        if model.month > model.warm_up:
            rows = model.tables["firms"].rows
            working = rows[rows["working"]]
            piece = pd.DataFrame({name: working[name] for name in FIRM_COLUMNS})
            piece.insert(0, "month", model.month - model.warm_up - 1)
            pieces.append(piece)
    if not pieces:
        message = "no month is left after the warm-up. Ask for more months, or shorten the warm-up."
        raise UserError(message)
    table = model.indicators
    number = month_number(job.scenario.first_month) + table["month"] - 1
    table.insert(0, "year", number // YEAR)
    table.insert(1, "calendar", number % YEAR + 1)
    observed = table[table["warm_up"] == 0].reset_index(drop=True)
    return Watched(job.scenario, observed, pd.concat(pieces, ignore_index=True))
