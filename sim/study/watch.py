"""One run watched month by month: its indicators, every firm of the observed months, and how long each firm lived.

The model is stepped here, and rows are copied after each step: a run that nobody watches pays nothing for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
    "revenue_jt",
    "price_jt_t",
    "backlog_t",
    "direct_t",
    "capacity_t",
    "expected_t",
    "use",
    "bound",
    "cash_cut",
    "debt_jt",
    "bad_months",
)
# Firms of a cluster by main buyer of the last year, which the indicators show for buyers of the city only.
MAIN_BUYER_SUMS = ("firms", "main_none", "main_home")


@dataclass(frozen=True)
class Watched:
    """The observed months of one run.

    ``months`` has one row a month: ``year`` and ``calendar`` (1 to 12), every indicator, and firms by main buyer of
    outside clusters. ``firms`` has one row a month and working firm: ``month`` (from 0 at the first observed one),
    ``FIRM_COLUMNS``, and ``places``, the firm's places on the lists of buyers that have few. ``lives`` has one row a
    local firm that was at work in the last ``ends`` months, warm-up included: the number of its ``first`` and ``last``
    month at work. ``seed`` names the luck of the run.
    """

    scenario: Scenario
    months: pd.DataFrame
    firms: pd.DataFrame
    lives: pd.DataFrame | None = field(default=None)
    ends: int = 0
    seed: int = 1

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
    import numpy as np

    from sim.core.parameters import month_number
    from sim.model import MetalSupplyChain

    model = MetalSupplyChain(job.scenario, seed=job.seed, months=job.months)
    names, rows, links = list(FIRM_COLUMNS), model.tables["firms"].rows, model.links.rows
    few = ~links["open_list"]
    pieces: list[Any] = []
    local: list[Any] = []
    while model.running:
        model.step()
        working = rows["working"]
        local.append(rows["uid"][working & rows["local"]])
        if model.month > model.warm_up:
            held = links["firm"][few]
            places = np.bincount(held[held >= 0], minlength=rows.size)[working]
            pieces.append((model.month - model.warm_up - 1, rows[names][working], places))
    if not pieces:
        message = "no month is left after the warm-up. Ask for more months, or shorten the warm-up."
        raise UserError(message)
    table = model.indicators
    number = month_number(job.scenario.first_month) + table["month"] - 1
    table.insert(0, "year", number // YEAR)
    table.insert(1, "calendar", number % YEAR + 1)
    main = {f"{name}_outside": model.history.sums(name, ~model.history.local) for name in MAIN_BUYER_SUMS}
    table = table.assign(**main)
    observed = table[table["warm_up"] == 0].reset_index(drop=True)
    return Watched(job.scenario, observed, _firms(pieces), _lives(local), len(local), job.seed)


def _firms(pieces: list[Any]) -> pd.DataFrame:
    """Return one table of what was copied month by month."""
    import numpy as np
    import pandas as pd

    together = np.concatenate([rows for _, rows, _ in pieces])
    columns = {name: np.ascontiguousarray(together[name]) for name in FIRM_COLUMNS}
    month = np.repeat([month for month, _, _ in pieces], [len(rows) for _, rows, _ in pieces])
    return pd.DataFrame({"month": month, **columns, "places": np.concatenate([places for _, _, places in pieces])})


def _lives(by_month: list[Any]) -> pd.DataFrame:
    """Return the first and the last month at work of every firm; months count from 1."""
    import numpy as np
    import pandas as pd

    month = np.repeat(np.arange(1, len(by_month) + 1), [len(uids) for uids in by_month])
    seen = pd.DataFrame({"uid": np.concatenate(by_month), "month": month}).groupby("uid")["month"]
    return pd.DataFrame({"first": seen.min(), "last": seen.max()})
