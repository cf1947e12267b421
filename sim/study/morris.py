"""Elementary effects (Morris 1991): which inputs matter at all, and which act together, from few runs.

Each trajectory moves one input after another by two thirds of its range. All its runs share one seed, since an
elementary effect is a difference of two runs: luck that both share is gone, and a new trajectory has new luck.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.errors import UserError
from sim.study.inputs import Input
from sim.study.intervals import interval
from sim.study.refusals import refuse_fraction, refuse_seed
from sim.study.sampling import Design, Outcome, checked, cube, evaluate, run_seeds

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = ["analyse_morris", "elementary_effects", "morris_design", "morris_effects"]

LEVELS = 4


def morris_design(names: Sequence[str], samples: int, replications: int = 2, seed: int = 1) -> Design:
    """Return ``samples`` trajectories of Morris on four levels, from SALib; more begin with the same ones.

    There are ``samples * (inputs + 1)`` rows. The rows of a trajectory share the seed of each replication.
    """
    from SALib.sample import morris

    refuse_seed(seed)
    refuse_fraction("Samples", samples)
    if samples < 2:  # noqa: PLR2004 - a spread needs two
        message = f"Samples: {samples} is too few trajectories for an interval. Use 2 or more; 50 is a good number."
        raise UserError(message)
    unit = morris.sample(cube(names), samples, num_levels=LEVELS, seed=int(seed))
    block = len(names) + 1
    seeds = run_seeds(seed, samples, replications).repeat(block, axis=0)
    return Design("morris", tuple(names), unit, seeds, block)


def elementary_effects(design: Design, outcomes: ArrayLike) -> NDArray[np.float64]:
    """Return the effect of each input in each trajectory and replication, by the whole range of the input.

    Returns
    -------
    numpy.ndarray
        Of shape (trajectories, inputs, replications).
    """
    import numpy as np

    shape = (design.samples, design.block, -1)
    steps = np.diff(design.unit.reshape(shape), axis=1)
    changes = np.diff(checked(design, outcomes).reshape(shape), axis=1)
    moved = np.abs(steps).argmax(axis=2)[:, :, np.newaxis]
    effects = np.empty_like(changes)
    np.put_along_axis(effects, moved, changes / np.take_along_axis(steps, moved, axis=2), axis=1)
    return effects


def analyse_morris(design: Design, outcomes: ArrayLike) -> pd.DataFrame:
    """Return the elementary effects of the inputs of a design, from the outcomes of its rows.

    Returns
    -------
    pandas.DataFrame
        Columns ``input, mu, mu_star, mu_star_low, mu_star_high, sigma, luck``, in units of the outcome by the whole
        range of the input: the mean effect, the mean of its size with the interval of Student's t over
        trajectories, its deviation, and the ``mu_star`` that luck alone would give an input without effect (NaN
        with one replication). An input whose ``mu_star`` is near its ``luck`` only reshuffles luck.
    """
    import numpy as np
    import pandas as pd

    every = elementary_effects(design, outcomes)
    effects = every.mean(axis=2)
    luck = np.full(len(design.names), math.nan)
    if design.replications > 1:
        luck = np.sqrt(2 / math.pi * every.var(axis=2, ddof=1).mean(axis=0) / design.replications)
    rows = []
    for place, name in enumerate(design.names):
        size = interval(np.abs(effects[:, place]))
        mu, sigma = float(effects[:, place].mean()), float(effects[:, place].std(ddof=1))
        rows.append((name, mu, size.mean, max(0.0, size.low), size.high, sigma, float(luck[place])))
    table = pd.DataFrame(rows, columns=["input", "mu", "mu_star", "mu_star_low", "mu_star_high", "sigma", "luck"])
    table.attrs = {"samples": design.samples, "replications": design.replications, "runs": design.seeds.size}
    return table


def morris_effects(
    outcome: Outcome, inputs: Mapping[str, Input], samples: int = 50, replications: int = 2, seed: int = 1
) -> pd.DataFrame:
    """Return the elementary effects of a function, run in this process; see :func:`analyse_morris` for the table.

    Examples
    --------
    >>> def outcome(row, seed):
    ...     return 3 * row["price"] - row["skill"]
    >>> found = morris_effects(outcome, {"price": (0, 2), "skill": (0, 1)}, samples=5, replications=1)
    >>> found[["input", "mu", "mu_star"]].round(6).to_dict("records")
    [{'input': 'price', 'mu': 6.0, 'mu_star': 6.0}, {'input': 'skill', 'mu': -1.0, 'mu_star': 1.0}]
    """
    design = morris_design(list(inputs), samples, replications, seed)
    return analyse_morris(design, evaluate(design, outcome, inputs))
