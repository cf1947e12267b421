"""Applications that take months and may fail: each firm's tries are counted, and each try has its own lot."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.streams import key_of, uniform

__all__ = ["begin_tries", "lot_of_try"]


@compiled
def lot_of_try(luck, row, tries):
    """Return a lot that depends on the firm and on the number of its try, not on the month.

    A firm that has its turn earlier then has the same luck: more places never change how an application ends.
    """
    return uniform(key_of(luck, int(tries)), row)


@compiled
def count_try(tries, rows):
    """Count a further try of some firms."""
    for k in range(rows.size):
        tries[rows[k]] += 1.0


def begin_tries(town: Any, policy: Any, rows: NDArray[np.int64], months: float) -> None:
    """Let firms' applications run for some months, each firm's next try."""
    if rows.size > 0:
        roll = town.office.roll(policy, town.arg.firms)
        count_try(roll.figure("tries"), rows)
        roll.enrol(rows, int(months))
