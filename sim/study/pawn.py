"""PAWN (Pianosi and Wagener 2018): how far knowing an input moves the whole distribution of an outcome.

For outcomes whose mean says little: thresholds, long tails. It works on any sample that covers the inputs evenly. The
distance is Kolmogorov and Smirnov's, which is above 0 even for an input that does nothing; how far above, is found
with shuffled inputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.errors import UserError
from sim.study.inputs import Input
from sim.study.refusals import refuse_constant, refuse_seed
from sim.study.sampling import Design, Outcome, checked, evaluate, latin_design

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = ["FEWEST", "analyse_pawn", "pawn_indices"]

SLICES = 10
FEWEST_A_SLICE = 10
FEWEST = SLICES * FEWEST_A_SLICE  # rows
SHUFFLES = 200
FLOOR = 0.95


def _distances(column: NDArray[np.float64], ranks: NDArray[np.int64], last: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the distance of each slice's distribution of outcomes from that of all of them.

    ``ranks`` are the rows in the order of outcomes; ``last`` marks, in that order, the last of equal outcomes.
    """
    import numpy as np

    edges = np.quantile(column, np.linspace(0, 1, SLICES + 1)[1:-1])
    slices = np.searchsorted(edges, column[ranks], side="right")
    inside = slices[:, np.newaxis] == np.arange(SLICES)
    size = inside.sum(axis=0)
    known = size > 0  # an input with few values has empty slices
    shares = inside[:, known].cumsum(axis=0) / size[known]
    of_all = np.arange(1, len(column) + 1)[:, np.newaxis] / len(column)
    return np.asarray(np.abs(shares - of_all)[last].max(axis=0))


def analyse_pawn(design: Design, outcomes: ArrayLike, seed: int = 1) -> pd.DataFrame:
    """Return the PAWN indices of the inputs of a design, from the outcomes of its rows.

    Parameters
    ----------
    design
        Rows that cover the inputs evenly: :func:`sim.study.sampling.latin_design`. Replications count as more rows.
    outcomes
        Of shape (rows, replications).
    seed
        Of the shuffles.

    Returns
    -------
    pandas.DataFrame
        Columns ``input, median, mean, maximum`` over ten slices of the input, from 0 to 1, and ``clear``: whether
        the median exceeds ``attrs["noise_floor"]``, which an input that does nothing exceeds one time in twenty.
    """
    import numpy as np
    import pandas as pd

    from sim.core.streams import Luck, draw_uniform

    refuse_seed(seed)
    runs = checked(design, outcomes)
    if len(runs) < FEWEST:
        message = f"PAWN: {len(runs)} rows are too few for {SLICES} slices. Use {FEWEST} or more."
        raise UserError(message)
    refuse_constant(runs, "PAWN")
    values = runs.ravel()
    ranks = np.argsort(values, kind="stable")
    last = np.append(np.diff(values[ranks]) > 0, True)

    def slices(column: NDArray[np.float64]) -> NDArray[np.float64]:
        return _distances(column.repeat(runs.shape[1]), ranks, last)

    rows = []
    for name, column in zip(design.names, design.unit.T, strict=True):
        found = slices(column)
        rows.append((name, float(np.median(found)), float(found.mean()), float(found.max())))
    luck = Luck(seed)
    shuffled = [draw_uniform(luck("study.shuffle", one), len(runs)) for one in range(SHUFFLES)]
    idle = np.sort([float(np.median(slices(column))) for column in shuffled])
    floor = float(idle[math.ceil(FLOOR * SHUFFLES) - 1])
    table = pd.DataFrame(rows, columns=["input", "median", "mean", "maximum"])
    table["clear"] = table["median"] > floor
    table.attrs = {"noise_floor": floor, "rows": len(runs), "replications": design.replications}
    return table


def pawn_indices(
    outcome: Outcome, inputs: Mapping[str, Input], samples: int = 1000, replications: int = 1, seed: int = 1
) -> pd.DataFrame:
    """Return the PAWN indices of a function, run in this process; see :func:`analyse_pawn` for the table.

    Examples
    --------
    >>> def outcome(row, seed):
    ...     return 1.0 if row["price"] > 0.8 else row["skill"] / 100
    >>> found = pawn_indices(outcome, {"price": (0, 1), "skill": (0, 1), "mood": (0, 1)}, samples=200, seed=2)
    >>> found[["input", "clear"]].to_dict("records")
    [{'input': 'price', 'clear': True}, {'input': 'skill', 'clear': True}, {'input': 'mood', 'clear': False}]
    """
    design = latin_design(list(inputs), samples, replications, seed)
    return analyse_pawn(design, evaluate(design, outcome, inputs), seed)
