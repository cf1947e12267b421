"""Whether a sensitivity study was large enough, read from its own first rows; no run is made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import UserError
from sim.study.sampling import DUMMY, Design, checked
from sim.study.sobol import FEWEST, estimate

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

__all__ = ["sobol_convergence"]

SETTLED_HALF, SETTLED_ST = 0.05, 0.05


def sobol_convergence(
    design: Design, outcomes: ArrayLike, seed: int = 1, *, resamples: int = 300, corrected: bool = True
) -> pd.DataFrame:
    """Return the indices after 32, 64, 128 … samples of a design: whether more would change the answer.

    Returns
    -------
    pandas.DataFrame
        Columns ``samples, input, S1, S1_half, ST, ST_half, rank`` (half-widths; ranks by ST from 1); where luck
        hides the inputs, NaN. ``attrs["settled"]`` tells whether at the end no half-width of ST exceeds 0.05, and
        the inputs with ST above 0.05 are in the same order as after half the samples.
    """
    import numpy as np
    import pandas as pd

    runs = checked(design, outcomes)
    names = [name for name in design.names if name != DUMMY]
    inputs, count = len(design.names), len(names)
    parts = []
    samples = FEWEST
    while samples <= design.samples:
        part = design.first(samples)
        try:
            found, half = estimate(part, runs[: len(part.unit)], seed, resamples, corrected=corrected)
        except UserError:
            if samples == design.samples:
                raise
            found = half = np.full(1 + 2 * inputs, np.nan)
        st = found[1 + inputs :][:count]
        parts.append(
            pd.DataFrame(
                {
                    "samples": samples,
                    "input": names,
                    "S1": found[1:][:count],
                    "S1_half": half[1:][:count],
                    "ST": st,
                    "ST_half": half[1 + inputs :][:count],
                    "rank": pd.Series(st).rank(ascending=False),
                }
            )
        )
        samples *= 2
    table = pd.concat(parts, ignore_index=True)
    table.attrs["settled"] = len(parts) > 1 and _settled(parts[-2], parts[-1])
    return table


def _settled(before: pd.DataFrame, now: pd.DataFrame) -> bool:
    strong = (now["ST"] > SETTLED_ST).to_numpy()
    order = [list(one["ST"].to_numpy()[strong].argsort()) for one in (before, now)]
    return bool(now["ST_half"].max() <= SETTLED_HALF) and order[0] == order[1]
