"""One input at a time: how an outcome answers to each input alone, the others staying where they are.

The first look at a model (ten Broeke et al. 2016): it shows bends, thresholds and direction, which indices hide. It
says nothing of inputs that act together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.errors import UserError
from sim.study.inputs import Input, scaled, unit_of
from sim.study.intervals import interval
from sim.study.sampling import Design, Outcome, checked, evaluate, run_seeds

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

__all__ = ["analyse_curves", "curve_design", "one_at_a_time"]

CURVE_COLUMNS = ("input", "value", "mean", "low", "high", "change", "change_low", "change_high")


def curve_design(
    names: Sequence[str],
    points: int = 9,
    replications: int = 10,
    seed: int = 1,
    *,
    centre: Mapping[str, float] | None = None,
) -> Design:
    """Return rows that move one input at a time from end to end; the first row is the centre.

    Parameters
    ----------
    points
        Values of each input, evenly spaced over its quantiles.
    replications
        Runs a row. All rows share the seed of a replication, so that a change is a paired difference.
    centre
        The quantile at which an input stays while others move; 0.5, its median, where none is given.
    """
    import numpy as np

    if points < 2:  # noqa: PLR2004 - two ends
        message = f"Points: {points} is too few for a curve. Use 2 or more; 9 is a good number."
        raise UserError(message)
    middle = np.array([(centre or {}).get(name, 0.5) for name in names])
    unit = np.tile(middle, (1 + points * len(names), 1))
    for place in range(len(names)):
        unit[1 + place * points : 1 + (place + 1) * points, place] = np.linspace(0.0, 1.0, points)
    seeds = run_seeds(seed, 1, replications).repeat(len(unit), axis=0)
    return Design("curve", tuple(names), unit, seeds)


def analyse_curves(design: Design, outcomes: ArrayLike, inputs: Mapping[str, Input]) -> pd.DataFrame:
    """Return the curves of a design, from the outcomes of its rows.

    Returns
    -------
    pandas.DataFrame
        Columns ``input, value, mean, low, high, change, change_low, change_high``: the outcome at a value of an
        input, with the 95 % interval of the mean over seeds, and its paired change from the centre. In ``attrs``,
        ``centre`` maps inputs to their values at the centre.
    """
    import pandas as pd

    runs = checked(design, outcomes)
    points = (len(runs) - 1) // len(design.names)
    rows = []
    for place, name in enumerate(design.names):
        here = slice(1 + place * points, 1 + (place + 1) * points)
        values = scaled(inputs[name], design.unit[here, place], name).tolist()
        for value, found in zip(values, runs[here], strict=True):
            level, change = interval(found), interval(found - runs[0])
            rows.append((name, value, level.mean, level.low, level.high, change.mean, change.low, change.high))
    table = pd.DataFrame(rows, columns=list(CURVE_COLUMNS))
    table.attrs["centre"] = {
        name: scaled(inputs[name], design.unit[0, place], name).item() for place, name in enumerate(design.names)
    }
    return table


def one_at_a_time(
    outcome: Outcome,
    inputs: Mapping[str, Input],
    points: int = 9,
    replications: int = 10,
    seed: int = 1,
    *,
    centre: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the curves of a function, run in this process; see :func:`analyse_curves` for the table.

    Parameters
    ----------
    centre
        The value at which an input stays while others move; its median where none is given.

    Examples
    --------
    >>> def outcome(row, seed):
    ...     return row["price"] ** 2 + row["skill"]
    >>> found = one_at_a_time(outcome, {"price": (0, 4), "skill": (0, 1)}, points=3, centre={"price": 1.0})
    >>> found[["input", "value", "mean", "change"]].head(3).to_dict("records")
    [{'input': 'price', 'value': 0.0, 'mean': 0.5, 'change': -1.0},
     {'input': 'price', 'value': 2.0, 'mean': 4.5, 'change': 3.0},
     {'input': 'price', 'value': 4.0, 'mean': 16.5, 'change': 15.0}]
    """
    unknown = sorted(set(centre or {}) - set(inputs))
    if unknown:
        message = f"Centre: {', '.join(unknown)} is no input. Inputs are {', '.join(inputs)}."
        raise UserError(message)
    at = {name: unit_of(inputs[name], value, name) for name, value in (centre or {}).items()}
    design = curve_design(list(inputs), points, replications, seed, centre=at)
    return analyse_curves(design, evaluate(design, outcome, inputs), inputs)
