"""Ranking flips: which policy is best where, and at what value of an input another one becomes best.

Every row of a design is run with every policy, on the same seeds; in each row one policy is best. A ranking of
policies is a result only together with the range of inputs over which it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from sim.errors import UserError
from sim.study.intervals import proportion
from sim.study.logistic import crossing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FLIP_COLUMNS",
    "PART_COLUMNS",
    "SHARE_COLUMNS",
    "best_by_bins",
    "best_policies",
    "best_shares",
    "flip_points",
    "parts_of_best",
]

SHARE_COLUMNS = ("policy", "share", "low", "high")
PART_COLUMNS = ("input", "part", "start", "end", "rows", *SHARE_COLUMNS)
FLIP_COLUMNS = ("input", "below", "above", "value", "low", "high")

BINS = 8
FEWEST = 20  # rows in which one of two policies is best
NEAR = 0.2  # the share of rows that lie around a flip
SHOWN = 8


def best_policies(outcomes: Mapping[str, ArrayLike], better: str = "higher") -> pd.DataFrame:
    """Return which policy is best in each row: 1 for the best, 0 for others, equal parts for policies that tie.

    Parameters
    ----------
    outcomes
        For each policy one number a row, or one row of replications a row, whose mean counts.
    better
        ``higher`` or ``lower``.

    Examples
    --------
    >>> best_policies({"training": [1.0, 3.0, 2.0], "access": [2.0, 1.0, 2.0]})["training"].tolist()
    [0.0, 1.0, 0.5]
    """
    import pandas as pd

    values = _means(outcomes, better)
    return pd.DataFrame(parts_of_best(values.to_numpy().T).T, columns=values.columns)


def parts_of_best(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 where a value is the largest along the first axis, 0 elsewhere, equal parts where some tie.

    Examples
    --------
    >>> import numpy as np
    >>> parts_of_best(np.array([[1.0, 3.0], [2.0, 3.0]])).tolist()
    [[0.0, 0.5], [1.0, 0.5]]
    """
    best = values == values.max(axis=0)
    found: NDArray[np.float64] = best / best.sum(axis=0)
    return found


def _means(outcomes: Mapping[str, ArrayLike], better: str) -> pd.DataFrame:
    """Return the mean outcome of each policy in each row, turned so that higher is better."""
    import numpy as np
    import pandas as pd

    if better not in {"higher", "lower"}:
        message = f"Better: {better!r} must be higher or lower. Only outcomes with a better side have a best policy."
        raise UserError(message)
    if len(outcomes) < 2:  # noqa: PLR2004 - a ranking needs two
        message = f"Policies: {len(outcomes)} is too few for a ranking. Give the outcomes of 2 or more."
        raise UserError(message)
    sign = 1.0 if better == "higher" else -1.0
    columns = {}
    for name, given in outcomes.items():
        runs = np.asarray(given, dtype=np.float64)
        means = sign * runs.reshape(len(runs), -1).mean(axis=1)
        missing = np.flatnonzero(~np.isfinite(means)).tolist()
        if missing:
            named = ", ".join(map(str, missing[:SHOWN])) + (" and more" if missing[SHOWN:] else "")
            message = f"Outcomes of {name}: no number in {len(missing)} rows: {named} (the first row is 0)."
            raise UserError(message)
        columns[name] = means
    if len({len(column) for column in columns.values()}) > 1:
        told = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
        message = f"Outcomes: policies have different numbers of rows ({told}). Run every row with every policy."
        raise UserError(message)
    return pd.DataFrame(columns)


def best_shares(outcomes: Mapping[str, ArrayLike], better: str = "higher") -> pd.DataFrame:
    """Return the share of rows in which each policy is best.

    Returns
    -------
    pandas.DataFrame
        Columns ``policy, share, low, high``, with Wilson's 95 % interval.
    """
    import pandas as pd

    best = best_policies(outcomes, better)
    found = [(name, proportion(float(best[name].sum()), len(best))) for name in best.columns]
    rows = [(name, one.mean, one.low, one.high) for name, one in found]
    return pd.DataFrame(rows, columns=list(SHARE_COLUMNS))


def best_by_bins(
    outcomes: Mapping[str, ArrayLike], values: pd.DataFrame, better: str = "higher", *, bins: int = BINS
) -> pd.DataFrame:
    """Return how likely each policy is best in each part of the range of each input, over all other inputs.

    Parameters
    ----------
    outcomes, better
        As in :func:`best_policies`.
    values
        What each row sets each input to: one column an input.
    bins
        Into how many parts, with equally many rows, a range is cut. An input with no more values than that, or whose
        values are no numbers, has one part for each value.

    Returns
    -------
    pandas.DataFrame
        Columns ``input, part, start, end, rows, policy, share, low, high``; ``start`` and ``end`` are the lowest and
        the highest value in the part.
    """
    import pandas as pd

    best = best_policies(outcomes, better)
    _refuse_other_rows(best, values)
    rows = []
    for name in values.columns:
        for part, (start, end, inside) in enumerate(_parts(values[name], bins)):
            for policy in best.columns:
                found = proportion(float(best[policy][inside].sum()), int(inside.sum()))
                rows.append((name, part, start, end, found.pairs, policy, found.mean, found.low, found.high))
    return pd.DataFrame(rows, columns=list(PART_COLUMNS))


def _parts(column: pd.Series, bins: int) -> list[tuple[object, object, NDArray[np.bool_]]]:
    """Return the parts of an input's range: first and last value, and which rows lie in it."""
    import numpy as np

    values = column.to_numpy()
    if values.dtype.kind not in "iuf" or len(np.unique(values)) <= bins:
        known = list(dict.fromkeys(values.tolist()))
        known = sorted(known) if values.dtype.kind in "iufb" else known
        return [(value, value, np.asarray(values == value)) for value in known]
    edges = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(edges, values, side="right")
    inside = [place == part for part in range(bins) if (place == part).any()]
    return [(values[one].min().item(), values[one].max().item(), one) for one in inside]


def flip_points(outcomes: Mapping[str, ArrayLike], values: pd.DataFrame, better: str = "higher") -> pd.DataFrame:
    """Return where along an input another policy becomes best.

    For each input and each pair of policies, take the rows in which one of the two is best; the share of the one is
    fitted along the input's quantiles by a logistic curve. Where it crosses one half, the best policy flips. A flip is
    reported if the two share 20 rows or more, if the curve's slope is clear of 0 (at 5 % over all inputs and pairs
    together), if it lies within the input's range, and if the two are the policies that are best most often in the
    fifth of all rows around it.

    Parameters
    ----------
    outcomes, better
        As in :func:`best_policies`.
    values
        What each row sets each input to; inputs that are no numbers have no flip and are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``input, below, above, value, low, high``: the policy that is better below the value and the one
        above, with the 95 % interval of the value, cut to the input's range.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> elasticity = np.linspace(0, 4, 200)
    >>> found = flip_points(
    ...     {"training": np.zeros(200), "access": elasticity - 1.5}, pd.DataFrame({"elasticity": elasticity})
    ... )
    >>> found.round(2).to_dict("records")
    [{'input': 'elasticity', 'below': 'training', 'above': 'access', 'value': 1.5, 'low': 1.47, 'high': 1.52}]
    """
    import numpy as np
    import pandas as pd

    best = best_policies(outcomes, better)
    _refuse_other_rows(best, values)
    names = [name for name in values.columns if values[name].dtype.kind in "iuf" and values[name].nunique() > 1]
    pairs = list(combinations(best.columns, 2))
    rows = []
    for name in names:
        column = values[name].to_numpy(dtype=np.float64)
        quantile = (pd.Series(column).rank().to_numpy() - 0.5) / len(column)
        ordered = np.sort(column)
        for one, other in pairs:
            both = (best[one] + best[other]).to_numpy()
            led = both > 0
            share = (best[other].to_numpy() / np.where(led, both, 1.0))[led]
            if len(share) < FEWEST:
                continue
            found = crossing(quantile[led], share, tests=len(names) * len(pairs))
            if found is None or not 0 < found.mean < 1:
                continue
            around = np.argsort(np.abs(quantile - found.mean), kind="stable")[: max(2, int(NEAR * len(column)))]
            leaders = best.iloc[around].sum().sort_values(ascending=False, kind="stable").index[:2]
            if set(leaders) != {one, other}:
                continue
            low, value, high = np.interp([found.low, found.mean, found.high], np.sort(quantile), ordered).tolist()
            rising = np.corrcoef(quantile[led], share)[0, 1] > 0
            rows.append((name, *((one, other) if rising else (other, one)), value, low, high))
    return pd.DataFrame(rows, columns=list(FLIP_COLUMNS))


def _refuse_other_rows(best: pd.DataFrame, values: pd.DataFrame) -> None:
    if len(best) != len(values):
        message = f"Values: {len(values)} rows of inputs for {len(best)} rows of outcomes. Give one row for each."
        raise UserError(message)
