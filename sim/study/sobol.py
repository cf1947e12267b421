"""Sobol' indices of a model with luck: the share of the mean outcome's variance that each input explains.

Luck that differs from row to row looks like interaction. It lifts the total index of every input, even of one that
does nothing. With two replications a row its variance is known and taken out:

    ST = (mean((A - AB)²) / 2 - s²) / (V - s²),    S1 = mean(B (AB - A)) / (V - s²)

where A, AB and B are means over the replications, V is the variance of A and B, and s² the variance of luck in a
mean over the replications (rows that are equal may be one run: luck cancels there by itself). S1 follows Saltelli et
al. (2010), ST Jansen (1999), as in SALib, which this equals to rounding where there is no luck. Intervals resample the
samples, each with all its rows and replications.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.inputs import Input
from sim.study.refusals import refuse_constant, refuse_fraction, refuse_seed
from sim.study.resampling import half_widths, resampled_means
from sim.study.sampling import (
    DUMMY,
    Design,
    Outcome,
    checked,
    cube,
    evaluate,
    run_seeds,
    with_dummy,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = ["FEWEST", "analyse_sobol", "base_rows", "estimate", "sobol_design", "sobol_indices"]

RESAMPLES = 1000
FEWEST = 32  # below, an interval means nothing


def sobol_design(
    names: Sequence[str],
    samples: int,
    replications: int = 2,
    seed: int = 1,
    *,
    second_order: bool = False,
    dummy: bool = True,
) -> Design:
    """Return Saltelli's design on a scrambled Sobol' sequence from SALib, each column turned round by luck.

    The turn matters. Scrambling alone keeps the sequence's halves, quarters and eighths, and where a function has
    bends just there, estimates miss the truth by more than their intervals say.

    Twice the samples begin with the same rows and seeds, so that a study is extended without running a row again.

    Parameters
    ----------
    names
        The inputs.
    samples
        A power of two, 32 or more. There are ``samples * (inputs + 2)`` rows, with ``second_order``
        ``samples * (2 * inputs + 2)``; the dummy counts as an input.
    replications
        Runs a row, each with a seed of its own; one is enough only for a model without luck.
    dummy
        Add an input that does nothing: what is found for it is the noise floor.
    """
    from SALib.sample import sobol

    refuse_seed(seed)
    refuse_fraction("Samples", samples)
    if samples < FEWEST or samples & (samples - 1):
        power = 2 ** max(int(math.log2(FEWEST)), int(math.log2(max(samples, 1))))
        message = f"Samples: {samples} is not a power of two of {FEWEST} or more. Use {power} or {2 * power}."
        raise UserError(message)
    columns = with_dummy(names, dummy=dummy)
    unit = sobol.sample(cube(columns), samples, calc_second_order=second_order, seed=int(seed))
    block = len(unit) // samples
    unit = (unit + _turns(len(columns), samples, block, seed)) % 1.0
    return Design("sobol", columns, unit, run_seeds(seed, len(unit), replications), block)


def _turns(inputs: int, samples: int, block: int, seed: int) -> NDArray[np.float64]:
    """Return by how much each cell is turned: in each column, what comes from A by one amount, from B by another."""
    import numpy as np

    from sim.core.streams import Luck, draw_uniform

    of_a, of_b = draw_uniform(Luck(seed)("study.turn"), 2 * inputs).reshape(2, inputs)
    own = np.eye(inputs, dtype=bool)
    rows = [np.zeros((1, inputs), dtype=bool), own, ~own, np.ones((1, inputs), dtype=bool)]
    from_b = np.concatenate(rows if block == 2 * inputs + 2 else [rows[0], own, rows[3]])
    return np.tile(np.where(from_b, of_b, of_a), (samples, 1))


def base_rows(design: Design) -> NDArray[np.int64]:
    """Return the numbers of the rows that are an ordinary sample of the inputs: A and B, two a sample.

    With these rows PAWN and ranking flips cost no run of their own.
    """
    import numpy as np

    first = np.arange(design.samples) * design.block
    return np.sort(np.concatenate([first, first + design.block - 1]))


def _moments(design: Design, outcomes: NDArray[np.float64], *, corrected: bool) -> NDArray[np.float64]:
    """Return one row a sample of what the indices are made of: all are functions of the columns' means.

    Columns: mean, mean square, variance of luck; then for each input the numerators of S1 and of ST; then for each
    pair of inputs the numerator of what both explain.
    """
    import numpy as np

    inputs, replications = len(design.names), design.replications
    runs = outcomes.reshape(design.samples, design.block, replications)
    seeds = design.seeds.reshape(runs.shape)
    means = runs.mean(axis=2)
    means = means - means.mean()
    luck = np.zeros((design.samples, 1))
    if corrected and replications > 1:
        luck = runs.var(axis=2, ddof=1).mean(axis=1, keepdims=True) / replications

    def same(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell in which samples two rows are one run, as equal rows may be; luck then cancels, or is squared."""
        found = (seeds[:, one] == seeds[:, other]).all(axis=-1)
        if luck.any() and (found & (means[:, one] != means[:, other])).any():
            message = (
                "Sobol' indices: rows with different inputs share their seeds. Luck can be told from inputs only if "
                "every row has seeds of its own."
            )
            raise UserError(message)
        return np.asarray(found)

    a, b, ab = np.array([0]), np.array([design.block - 1]), np.arange(1, 1 + inputs)
    first = means[:, b] * (means[:, ab] - means[:, a]) - luck * same(b, ab) + luck * same(b, a)
    total = (means[:, a] - means[:, ab]) ** 2 / 2 - luck * ~same(a, ab)
    both = (means[:, a] + means[:, b]) / 2, (means[:, a] ** 2 + means[:, b] ** 2) / 2
    columns = [*both, luck, first, total]
    if design.block == 2 * inputs + 2:
        i, j = np.array(list(combinations(range(inputs), 2))).T
        ba, ab = 1 + inputs + i, 1 + j
        columns += [means[:, ba] * means[:, ab] - means[:, a] * means[:, b] - luck * same(ba, ab) + luck * same(a, b)]
    return np.concatenate(columns, axis=1)


def _indices(moments: NDArray[np.float64], design: Design) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the indices from the means of the moments, and the variance that inputs explain.

    The last axis holds the share of luck in the variance of one run, S1 and ST of each input, and S2 of each pair.
    """
    import numpy as np

    inputs = len(design.names)
    luck = moments[..., 2]
    signal = moments[..., 1] - moments[..., 0] ** 2 - luck
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = moments[..., 3:] / signal[..., None]
        noise = luck * design.replications / (signal + luck * design.replications)
    s1, st, s2 = shares[..., :inputs], shares[..., inputs : 2 * inputs], shares[..., 2 * inputs :]
    if s2.shape[-1]:
        one, other = np.array(list(combinations(range(inputs), 2))).T
        s2 = s2 - s1[..., one] - s1[..., other]
    return np.concatenate([noise[..., None], s1, st, s2], axis=-1), signal


def estimate(
    design: Design, outcomes: ArrayLike, seed: int, resamples: int, *, corrected: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return every index and the half-width of its interval; refuse outcomes that inputs do not move."""
    import numpy as np

    refuse_seed(seed)
    runs = checked(design, outcomes)
    refuse_constant(runs, "Sobol' indices")
    moments = _moments(design, runs, corrected=corrected)
    found, _ = _indices(moments.mean(axis=0), design)
    again, signal = _indices(resampled_means(moments, seed, resamples), design)
    if np.quantile(signal, (1 - 0.95) / 2) <= 0:
        message = (
            "Sobol' indices: what inputs do to this outcome cannot be told from luck. Use more replications or "
            "samples, or a difference between two runs of one seed as the outcome."
        )
        raise UserError(message)
    return found, half_widths(again)


def analyse_sobol(
    design: Design, outcomes: ArrayLike, seed: int = 1, *, resamples: int = RESAMPLES, corrected: bool = True
) -> pd.DataFrame:
    """Return the Sobol' indices of the inputs of a design, from the outcomes of its rows.

    Parameters
    ----------
    design
        From :func:`sobol_design`.
    outcomes
        Of shape (rows, replications); a run without a number is refused, and its row named.
    seed
        Of the bootstrap.
    resamples
        Of the bootstrap.
    corrected
        Take luck out; without, to show what luck does.

    Returns
    -------
    pandas.DataFrame
        Columns ``input, S1, S1_low, S1_high, ST, ST_low, ST_high``. Estimates near 0 can be negative. In ``attrs``:
        ``noise_share``, the share of the variance of one run that is luck, with ``noise_share_low`` and
        ``noise_share_high`` (NaN with one replication); ``dummy``, the dummy's row; ``noise_floor``, the largest ST
        that the dummy's interval admits; ``samples``, ``replications`` and ``runs``; and ``second_order``, if the
        design has it, rows of ``input, other, S2, S2_low, S2_high``.
    """
    import pandas as pd

    found, half = estimate(design, outcomes, seed, resamples, corrected=corrected)
    inputs = len(design.names)

    def three(name: str, place: int) -> dict[str, float]:
        middle, width = float(found[place]), float(half[place])
        return {name: middle, f"{name}_low": middle - width, f"{name}_high": middle + width}

    rows: list[dict[str, Any]] = [
        {"input": name} | three("S1", 1 + place) | three("ST", 1 + inputs + place)
        for place, name in enumerate(design.names)
    ]
    table = pd.DataFrame([row for row in rows if row["input"] != DUMMY])
    known = corrected and design.replications > 1
    noise = three("noise_share", 0)
    table.attrs = {name: value if known else math.nan for name, value in noise.items()} | {
        "samples": design.samples,
        "replications": design.replications,
        "runs": design.seeds.size,
    }
    if DUMMY in design.names:
        dummy = rows[-1]
        table.attrs |= {"dummy": dummy, "noise_floor": max(abs(dummy["ST_low"]), abs(dummy["ST_high"]))}
    if design.block == 2 * inputs + 2:
        pairs = enumerate(combinations(design.names, 2), start=1 + 2 * inputs)
        table.attrs["second_order"] = [
            {"input": one, "other": other} | three("S2", place) for place, (one, other) in pairs if other != DUMMY
        ]
    return table


def sobol_indices(
    outcome: Outcome,
    inputs: Mapping[str, Input],
    samples: int,
    replications: int = 2,
    seed: int = 1,
    *,
    second_order: bool = False,
    dummy: bool = True,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Return the Sobol' indices of a function, run in this process; see :func:`analyse_sobol` for the table.

    Parameters
    ----------
    outcome
        Called as ``outcome(row, seed)``, where ``row`` maps inputs to values. No two runs have the same seed.
    inputs
        For each name ``(low, high)`` or a distribution, such as a frozen one of scipy.stats.
    samples, replications, seed, second_order, dummy
        As in :func:`sobol_design`; 1024 samples are a good number.

    Examples
    --------
    >>> def outcome(row, seed):
    ...     return 3 * row["price"] + row["skill"]
    >>> found = sobol_indices(outcome, {"price": (0, 1), "skill": (0, 1)}, samples=256, replications=1)
    >>> found[["input", "ST"]].round(1).to_dict("records")
    [{'input': 'price', 'ST': 0.9}, {'input': 'skill', 'ST': 0.1}]
    """
    design = sobol_design(list(inputs), samples, replications, seed, second_order=second_order, dummy=dummy)
    return analyse_sobol(design, evaluate(design, outcome, inputs), seed, resamples=resamples)
