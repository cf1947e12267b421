"""The moments that a calibration may use: facts of the card that are not held out, and how far off they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.study.patterns import NEAR_WITHIN, PROGRAMMES_KIND, Pattern, patterns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["CUTOFF", "Target", "calibration_facts", "target_of"]

# Three standard deviations hold at least 95 % of any distribution with one peak (Pukelsheim 1994).
CUTOFF = 3.0


@dataclass(frozen=True)
class Target:
    """A moment's target, a number or a range (one end may be infinite), with the standard deviation of its error."""

    key: str
    low: float
    high: float
    sd: float

    def distance(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return how far values are below (negative) or above the target or its range.

        Examples
        --------
        >>> Target("use_local", 0.4, 0.7, 0.01).distance([0.3, 0.5, 0.9]).round(2).tolist()
        [-0.1, 0.0, 0.2]
        """
        import numpy as np

        given = np.asarray(values, dtype=np.float64)
        return np.minimum(given - self.low, 0.0) + np.maximum(given - self.high, 0.0)


def target_of(fact: Pattern) -> Target:
    """Return a fact as a target of calibration.

    The standard deviation makes the cutoff fall where the card says ``miss``: a point is ruled out by a fact that it
    would miss beyond doubt.

    Examples
    --------
    >>> fact = next(one for one in patterns() if one.key == "exits_local")
    >>> target = target_of(fact)
    >>> miss = fact.high + 2 * fact.tolerance
    >>> round(float(target.distance(miss)) / target.sd, 6) == CUTOFF
    True
    """
    return Target(fact.key, fact.low, fact.high, fact.tolerance * NEAR_WITHIN / CUTOFF)


def calibration_facts(names: Sequence[str] = ()) -> list[Pattern]:
    """Return the facts of the card that values may be set by: all of them, or those named.

    Without those of programmes: a run without a policy cannot tell them.

    Examples
    --------
    >>> any(fact.held_out for fact in calibration_facts())
    False
    """
    return [
        one
        for one in patterns()
        if not one.held_out and one.kind != PROGRAMMES_KIND and (not names or one.key in names)
    ]
