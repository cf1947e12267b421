"""What no method of sensitivity takes: seeds that leave it to chance, parts of a count, outcomes that never differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["refuse_constant", "refuse_fraction", "refuse_seed"]

EXACT = 1e-12  # relative rounding


def refuse_seed(seed: int) -> None:
    """Refuse seeds that would leave a design to chance.

    Examples
    --------
    >>> refuse_seed(0)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Seed: 0 must be a whole number of 1 or more (0 would mean: no seed, never the same again).
    """
    if isinstance(seed, bool) or not hasattr(seed, "__index__") or seed < 1:
        message = f"Seed: {seed!r} must be a whole number of 1 or more (0 would mean: no seed, never the same again)."
        raise UserError(message)


def refuse_fraction(what: str, number: int) -> None:
    """Refuse what is no whole number where things are counted.

    Examples
    --------
    >>> refuse_fraction("Samples", 64.0)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Samples: 64.0 must be a whole number.
    """
    if not hasattr(number, "__index__"):
        message = f"{what}: {number!r} must be a whole number."
        raise UserError(message)


def refuse_constant(runs: NDArray[np.float64], method: str) -> None:
    """Refuse outcomes that are the same in every run, up to rounding.

    Examples
    --------
    >>> import numpy as np
    >>> refuse_constant(np.ones((4, 1)), "PAWN")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: PAWN: the outcome is the same in every run. No input moves it.
    """
    import numpy as np

    if np.ptp(runs) <= EXACT * np.abs(runs).max():
        message = f"{method}: the outcome is the same in every run. No input moves it."
        raise UserError(message)
