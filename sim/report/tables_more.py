"""The tables behind the pictures of spread, of parts, and of who supplies whom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

from sim.report.plots_network import LISTS
from sim.report.plots_parts import FACTORS
from sim.report.tables import dates_of
from sim.study.intervals import interval, paired

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.study.compare import Comparison
    from sim.study.watch import Watched

__all__ = ["FACTOR_COLUMNS", "fan", "growth_table", "share_parts", "size_table", "supplier_links"]

FACTOR_COLUMNS = tuple(f"{factor}_local" for factor in FACTORS)  # what a comparison must keep by month
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
POINTS = 100.0


def fan(records: pd.DataFrame, column: str, first_month: str, scenario: str, scale: float = 1.0) -> pd.DataFrame:
    """Return, month by month, how a column is spread over the runs of one scenario.

    Parameters
    ----------
    records
        Of :func:`sim.report.tables.monthly_records`: columns ``scenario, seed, month`` and ``column``.
    column
        A column of results.
    first_month
        The first simulated month, ``YYYY-MM``.
    scenario
        Whose runs.
    scale
        By what values are multiplied.

    Examples
    --------
    >>> import pandas as pd
    >>> runs = pd.DataFrame({"scenario": "town", "seed": [1, 2, 3], "month": 61, "share": [0.2, 0.3, 0.4]})
    >>> fan(runs, "share", "2018-06", "town", scale=100).iloc[0, 1:].astype(float).round(1).tolist()
    [21.0, 25.0, 30.0, 35.0, 39.0]
    """
    own = records[records["scenario"] == scenario]
    spread = (scale * own.groupby("month")[column].quantile(list(QUANTILES))).unstack().reset_index()
    spread.columns = ["month", *(f"q{round(100 * share):02d}" for share in QUANTILES)]
    spread["date"] = dates_of(spread["month"], first_month)
    return spread[["date", *spread.columns[1:-1]]]


def share_parts(comparison: Comparison, scenario: str) -> pd.DataFrame:
    """Return what a scenario's change of the local share is made of, factor by factor, in percentage points.

    The share is a product of five factors. Each factor gets the mean of what changing it adds, over all orders in
    which the five can be changed (Shapley 1953): the parts add up to the whole in every month of every pair.

    Parameters
    ----------
    comparison
        With ``FACTOR_COLUMNS`` kept by month.
    scenario
        A scenario of the comparison.

    Returns
    -------
    pandas.DataFrame
        Columns ``part, points, low, high``: ``without``, the factors in their order, ``with``. The two shares have
        intervals of their own; those of the factors are over pairs.
    """
    import numpy as np
    import pandas as pd

    base = comparison.against.name
    month = comparison.runs[base][0]
    seen = (month["warm_up"] == 0).to_numpy()
    with_, without = (
        np.array([comparison.months(name, column)[:, seen] for column in FACTOR_COLUMNS]) for name in (scenario, base)
    )
    parts = POINTS * _shapley(without, with_).mean(axis=2)
    shares = [POINTS * one.prod(axis=0).mean(axis=1) for one in (without, with_)]
    found = [interval(shares[0]), *(paired(one, np.zeros_like(one))[0] for one in parts), interval(shares[1])]
    rows = [(name, one.mean, one.low, one.high) for name, one in zip(("without", *FACTORS, "with"), found, strict=True)]
    return pd.DataFrame(rows, columns=["part", "points", "low", "high"])


def _shapley(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each factor's part of the change of a product, for arrays whose first axis is the factors.

    Examples
    --------
    >>> import numpy as np
    >>> parts = _shapley(np.array([2.0, 3.0]), np.array([4.0, 5.0]))
    >>> parts, float(parts.sum())
    (array([8., 6.]), 14.0)
    """
    import numpy as np

    factors = len(before)
    parts = np.zeros(before.shape)
    for place in range(factors):
        others = [other for other in range(factors) if other != place]
        for size in range(factors):
            weight = factorial(size) * factorial(factors - size - 1) / factorial(factors)
            for moved in combinations(others, size):
                rest = [after[other] if other in moved else before[other] for other in others]
                parts[place] += weight * (after[place] - before[place]) * np.prod(rest, axis=0)
    return parts


def size_table(runs: Sequence[Watched]) -> pd.DataFrame:
    """Return every firm of the last observed month of some runs: ``seed`` (their number), ``local, workers_fte``."""
    import pandas as pd

    parts = []
    for number, run in enumerate(runs, start=1):
        last = run.firms[run.firms["month"] == run.firms["month"].max()]
        parts.append(last[["local", "workers_fte"]].assign(seed=number))
    return pd.concat(parts, ignore_index=True)[["seed", "local", "workers_fte"]]


def growth_table(runs: Sequence[Watched]) -> pd.DataFrame:
    """Return the yearly growth of local firms' sales in some runs: ``seed`` (their number), ``growth`` [log points]."""
    import pandas as pd

    from sim.study.measures.firms import yearly_growth

    parts = [yearly_growth(run)[["growth"]].assign(seed=number) for number, run in enumerate(runs, start=1)]
    return pd.concat(parts, ignore_index=True).dropna()[["seed", "growth"]]


def supplier_links(model: Any) -> pd.DataFrame:
    """Return who is on whose list in the month that a run stands at, of buyers with few places.

    Returns
    -------
    pandas.DataFrame
        One row a place that is taken: ``firm, cluster, local, capacity_t``, and ``buyer, kind, usual_t`` (its demand).
    """
    import numpy as np
    import pandas as pd

    from sim.buyers import KINDS

    firms, buyers, links = model.tables["firms"].rows, model.tables["buyers"].rows, model.links.rows
    names = list(model.world.family("cluster"))
    rows = []
    for b in np.flatnonzero(np.isin(buyers["kind"], [KINDS.index(kind) for kind in LISTS])).tolist():
        held = links["firm"][buyers["first_link"][b] : buyers["last_link"][b]]
        for firm in firms[held[held >= 0]]:
            supplier = (int(firm["uid"]), names[firm["cluster"]], bool(firm["local"]), float(firm["capacity_t"]))
            rows.append((*supplier, b, KINDS[buyers["kind"][b]], float(buyers["usual_t"][b])))
    return pd.DataFrame(rows, columns=["firm", "cluster", "local", "capacity_t", "buyer", "kind", "usual_t"])
