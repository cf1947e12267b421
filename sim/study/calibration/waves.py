"""Waves: run points, learn from them, rule out, and again in what is left, until that stops shrinking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sim.core.streams import Luck, draw_uniform
from sim.study.calibration.emulator import Emulator, Runs, emulators
from sim.study.calibration.region import Crowd, Wave, narrowed
from sim.study.calibration.targets import CUTOFF, Target
from sim.study.sampling import latin_design

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Found", "Plan", "RunPoints", "history_match", "surprise"]

RunPoints: TypeAlias = "Callable[[int, NDArray[np.float64]], Mapping[str, NDArray[np.float64]]]"
"""Runs a wave: its number and points of the unit cube in, moments (points, replications) out."""


@dataclass(frozen=True)
class Plan:
    """How a calibration goes about it.

    Parameters
    ----------
    points
        Points that are run in a wave.
    most_waves
        It stops there at the latest.
    stop_at
        It stops when a wave leaves more than this share of what was left before it.
    rank, cutoff
        A point is ruled out when its ``rank``-th largest implausibility is above the cutoff.
    crowd
        Points by which a region is known.
    seed
        Of everything that is drawn.
    """

    points: int
    most_waves: int = 10
    stop_at: float = 0.9
    rank: int = 2
    cutoff: float = CUTOFF
    crowd: int = 1000
    seed: int = 1


@dataclass(frozen=True)
class Found:
    """What stands after a wave: its own points, all that its emulators learnt from, and what is left.

    ``surprises`` is the share of new moments that lay more than three standard deviations from what the emulators of
    the wave before expected of them; NaN in the first.
    """

    number: int
    points: NDArray[np.float64]
    runs: Runs
    wave: Wave
    crowd: Crowd
    surprises: float


def history_match(names: Sequence[str], targets: Sequence[Target], run: RunPoints, plan: Plan) -> Iterator[Found]:
    """Yield what stands after each wave, until the region stops shrinking.

    Parameters
    ----------
    names
        The inputs, one a column of the points.
    targets
        The moments and what they should be.
    run
        Runs the points of a wave.
    plan
        How to go about it.

    Examples
    --------
    >>> def line(wave, points):
    ...     return {"height": points[:, :1] + points[:, 1:]}
    >>> targets = [Target("height", 0.5, 0.5, 0.02)]
    >>> *_, last = history_match(["a", "b"], targets, line, Plan(points=30, rank=1, most_waves=2))
    >>> bool((abs(last.crowd.points.sum(axis=1) - 0.5) < 0.1).all()), 0.04 < last.crowd.share < 0.08
    (True, True)
    """
    inputs = len(names)
    flat = draw_uniform(Luck(plan.seed)("calibration.crowd"), plan.crowd * inputs)
    crowd = Crowd(flat.reshape(plan.crowd, inputs), 1.0)
    chosen = latin_design(list(names), plan.points, seed=plan.seed).unit
    waves: list[Wave] = []
    runs: Runs | None = None
    for number in range(1, plan.most_waves + 1):
        new = Runs(chosen, run(number, chosen))
        surprises = surprise(waves[-1].emulators, new) if waves else float("nan")
        runs = new if runs is None else runs.where(waves[-1].keeps(runs.points, plan.cutoff)).with_(new)
        waves.append(Wave(emulators(runs, targets, plan.seed), plan.rank))
        before, crowd = crowd.share, narrowed(crowd, waves, plan.cutoff, plan.seed)
        yield Found(number, chosen, runs, waves[-1], crowd, surprises)
        if crowd.share > plan.stop_at * before:
            return
        chosen = crowd.points[: plan.points]


def surprise(known: Sequence[Emulator], runs: Runs) -> float:
    """Return the share of new moments beyond three standard deviations of what emulators expected.

    Deviations of a mean of runs hold the emulator's doubt and the luck of the runs behind the mean. Moments that are
    far beyond their target do not count: there the emulator only has to say so.
    """
    import numpy as np

    beyond: list[NDArray[np.bool_]] = []
    for one in known:
        values = runs.moments[one.target.key]
        mean, variance = one.expect(runs.points)
        found = values.mean(axis=1)
        sd = np.sqrt(variance + one.luck / values.shape[1])
        near = np.abs(one.target.distance(found)) < CUTOFF * np.sqrt(one.target.sd**2 + one.luck)
        near &= np.isfinite(found) & (sd > 0.0)
        beyond.append(np.abs(found - mean)[near] > CUTOFF * sd[near])
    together = np.concatenate(beyond)
    return float(together.mean()) if together.size else float("nan")
