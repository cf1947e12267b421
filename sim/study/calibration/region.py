"""What is not ruled out: a region of the unit cube, known by points spread evenly over it.

The region is the set of points that no wave's emulators rule out. It soon is a very small part of the cube, which
random points would never hit. So a crowd of points is moved: those ruled out are dropped, the others are walked until
they are spread evenly again, level by level (subset simulation, Au & Beck 2001). Steps are differences of other points
(ter Braak 2006) or one input drawn anew; both are as likely there and back, so the crowd ends up even.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.core.streams import Luck, draw_uniform
from sim.errors import UserError
from sim.study.calibration.emulator import Emulator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Crowd", "Wave", "narrowed"]

KEPT_A_LEVEL = 0.2  # the part of a crowd that the next level is set to keep
MOST_LEVELS = 40
STEPS = 16
WIDEST = 2.4  # of a step, which is best at this over the root of twice its inputs


@dataclass(frozen=True)
class Wave:
    """The emulators of one wave; a point is ruled out if its ``rank``-th largest implausibility is above the cutoff.

    With rank 2 a single moment, whose emulator may be wrong, rules out nothing by itself. ``luck_part`` is the part of
    the variance of luck that is allowed for: all of it for one town, a part for the mean of several.
    """

    emulators: Sequence[Emulator]
    rank: int
    luck_part: float = 1.0

    def worst(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ``rank``-th largest implausibility of every point."""
        import numpy as np

        found = np.array([one.implausibility(points, self.luck_part) for one in self.emulators])
        worst: NDArray[np.float64] = np.sort(found, axis=0)[-self.rank]
        return worst

    def keeps(self, points: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
        """Tell which points are at most at a level; a point that is out already is not asked about again."""
        import numpy as np

        above = np.zeros(len(points), np.int64)
        for one in self.emulators:
            rows = np.flatnonzero(above < self.rank)
            if rows.size == 0:
                break
            above[rows] += one.implausibility(points[rows], self.luck_part) > level
        return above < self.rank


@dataclass(frozen=True)
class Crowd:
    """Points spread evenly over a region, and the region's share of the cube."""

    points: NDArray[np.float64]
    share: float


def narrowed(crowd: Crowd, waves: Sequence[Wave], cutoff: float, seed: int) -> Crowd:
    """Return the crowd spread over what the last of the waves leaves of its region.

    Raises
    ------
    UserError
        If nothing is left.
    """
    import numpy as np

    *earlier, last = waves
    points, share = crowd.points, crowd.share
    luck = Luck(seed)
    for step in range(MOST_LEVELS):
        worst = last.worst(points)
        level = max(cutoff, float(np.quantile(worst, KEPT_A_LEVEL)))
        kept = points[worst <= level]
        share *= len(kept) / len(points)
        points = _spread(kept, len(crowd.points), earlier, last, (cutoff, level), luck, len(waves) * MOST_LEVELS + step)
        if level <= cutoff:
            return Crowd(points, share)
    message = (
        f"Nothing is left: below {share:.0e} of the ranges comes near enough to the targets. Look at the moments that "
        "rule out most, and widen ranges or doubt a target."
    )
    raise UserError(message)


def _spread(
    kept: NDArray[np.float64],
    number: int,
    earlier: Sequence[Wave],
    last: Wave,
    levels: tuple[float, float],
    luck: Luck,
    name: int,
) -> NDArray[np.float64]:
    """Return ``number`` points that walked evenly over the region of those kept."""
    import numpy as np

    cutoff, level = levels
    points = kept[np.arange(number) % len(kept)]
    inputs = points.shape[1]
    for step in range(STEPS):

        def draw(what: str, size: int, month: int = name * STEPS + step) -> NDArray[np.float64]:
            return draw_uniform(luck(f"calibration.{what}", month), size)

        tried = points.copy()
        # One half steps in some of the inputs by differences of the other half, which must stand still for that; who
        # would leave the cube stays (a step mirrored at its side would not be as likely back). The other half draws
        # one input anew.
        moving = np.arange(number) % 2 == step % 2
        rows, others = np.flatnonzero(moving), points[~moving]
        first = others[(draw("first", number)[rows] * len(others)).astype(np.int64)]
        second = others[(draw("second", number)[rows] * len(others)).astype(np.int64)]
        part = np.maximum(draw("part", number)[rows] ** 2, 2.0 / inputs)
        chosen = draw("chosen", number * inputs).reshape(number, inputs)[rows] < part[:, None]
        width = WIDEST / np.sqrt(2.0 * inputs * part) * draw("width", number)[rows]
        tried[rows] += width[:, None] * chosen * (first - second)
        rows = np.flatnonzero(~moving)
        column = (draw("input", number)[rows] * inputs).astype(np.int64)
        tried[rows, column] = draw("value", number)[rows]
        allowed: NDArray[np.bool_] = np.asarray(((tried > 0.0) & (tried < 1.0)).all(axis=1))
        for wave, most in [*((one, cutoff) for one in earlier), (last, level)]:
            rows = np.flatnonzero(allowed)
            allowed[rows] = wave.keeps(tried[rows], most)
        points = np.where(allowed[:, None], tried, points)
    return points
