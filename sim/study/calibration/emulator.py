"""Emulators: what a run would give at a point where none was made, and how sure that is.

One Gaussian process of scikit-learn a moment, around a linear trend. The luck of runs is known from replications and
is given to the process, which then has only the moment's mean to learn.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.calibration.targets import CUTOFF, Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Emulator", "Runs", "emulators", "luck_variance"]

# A moment this many standard deviations beyond its target is as wrong as one still further off: the emulator need not
# follow the cliffs where a town dies out.
FAR = 8.0
FEWEST = 20  # points that a moment must be known at
LEAST_SPREAD = 1e-12
SEARCH_STEPS = 20
QUIET = 0.5  # of the cutoff
LENGTHS = (0.5, 10.0)  # of the process's memory, in widths of an input's range


@dataclass(frozen=True)
class Runs:
    """Points of the unit cube (points, inputs) and the moments of their runs (points, replications), NaN if unknown."""

    points: NDArray[np.float64]
    moments: Mapping[str, NDArray[np.float64]]

    def where(self, kept: NDArray[np.bool_]) -> Runs:
        """Return the runs of some points."""
        return Runs(self.points[kept], {key: values[kept] for key, values in self.moments.items()})

    def with_(self, other: Runs) -> Runs:
        """Return these runs and others behind them."""
        import numpy as np

        together = {key: np.concatenate([values, other.moments[key]]) for key, values in self.moments.items()}
        return Runs(np.concatenate([self.points, other.points]), together)


@dataclass(frozen=True)
class Emulator:
    """What is expected of one moment at a point: a trend and a process.

    ``luck`` is the variance of one run, ``doubt`` the covariance of the trend's coefficients.
    """

    target: Target
    trend: NDArray[np.float64]
    process: Any
    scale: float
    luck: float
    doubt: NDArray[np.float64]

    def expect(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the expected moment at each point, and the variance of that expectation."""
        import numpy as np

        columns = np.column_stack([np.ones(len(points)), points])
        mean = columns @ self.trend
        doubt = ((columns @ self.doubt) * columns).sum(axis=1)
        if self.process is None:
            return mean, doubt + self.scale**2
        further, sd = self.process.predict(points, return_std=True)
        return mean + self.scale * further, (self.scale * sd) ** 2 + doubt

    def implausibility(self, points: NDArray[np.float64], luck_part: float = 1.0) -> NDArray[np.float64]:
        """Return the distance from the target in standard deviations of all that is unknown.

        Unknown are the mean of runs at a point (the emulator), what the fact really is (its error), and the luck of
        the one town that there is (the ensemble of seeds), of which ``luck_part`` of the variance counts.
        """
        import numpy as np

        mean, variance = self.expect(points)
        return np.abs(self.target.distance(mean)) / np.sqrt(variance + self.target.sd**2 + luck_part * self.luck)


def luck_variance(values: NDArray[np.float64]) -> float:
    """Return the variance of one run about the mean of its point, over all points; 0 with one replication.

    Examples
    --------
    >>> import numpy as np
    >>> luck_variance(np.array([[1.0, 3.0], [5.0, 5.0]]))
    1.0
    """
    import numpy as np

    if values.shape[1] < 2:  # noqa: PLR2004 - a variance needs two
        return 0.0
    return float(np.mean(values.var(axis=1, ddof=1)))


def emulators(runs: Runs, targets: Sequence[Target], seed: int = 1) -> list[Emulator]:
    """Return the emulator of every target, taught by the runs.

    Raises
    ------
    UserError
        If a moment is known at too few points.
    """
    return [_taught(runs.points, runs.moments[one.key], one, seed) for one in targets]


def _taught(points: NDArray[np.float64], values: NDArray[np.float64], target: Target, seed: int) -> Emulator:
    """Return the emulator of one moment."""
    import numpy as np

    known = np.isfinite(values.sum(axis=1))
    if known.sum() < FEWEST:
        message = (
            f"Moment {target.key}: {known.sum()} of {len(known)} points have a value, and {FEWEST} are needed. "
            "Take more points, or narrower ranges."
        )
        raise UserError(message)
    points, values = points[known], values[known]
    luck = luck_variance(values)
    far = FAR * float(np.sqrt(target.sd**2 + luck))
    low, high = _ends(target)
    means = np.clip(values, low - far, high + far).mean(axis=1)
    columns = np.column_stack([np.ones(len(points)), points])
    trend = np.linalg.lstsq(columns, means, rcond=None)[0]
    noise = luck / values.shape[1]
    doubt = noise * np.linalg.pinv(columns.T @ columns)
    rest = means - columns @ trend
    scale = float(rest.std())
    # Where no point comes near to being ruled out, a trend and the spread about it say all that is needed.
    away = np.abs(target.distance(means)).max() / np.sqrt(target.sd**2 + luck)
    if away < QUIET * CUTOFF or scale <= LEAST_SPREAD * max(1.0, float(np.abs(means).max())):
        return Emulator(target, trend, None, scale, luck, doubt)
    return Emulator(target, trend, _process(points, rest / scale, noise / scale**2, seed), scale, luck, doubt)


def _ends(target: Target) -> tuple[float, float]:
    """Return the ends of a target; where one is open, both are the other."""
    import numpy as np

    low = target.low if np.isfinite(target.low) else target.high
    return low, target.high if np.isfinite(target.high) else low


def _searched(loss: Any, start: NDArray[np.float64], bounds: NDArray[np.float64]) -> tuple[Any, float]:
    """Return the kernel's best parameters; the last steps of a search, which move little, are left out."""
    from scipy.optimize import minimize

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": SEARCH_STEPS})
    return found.x, float(found.fun)


def _process(points: NDArray[np.float64], values: NDArray[np.float64], noise: float, seed: int) -> Any:
    """Return a Gaussian process taught by values of mean 0 and variance 1 with a known variance of noise."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    lengths = np.full(points.shape[1], 2.0)
    kernel = ConstantKernel(0.5, (1e-4, 1e2)) * Matern(lengths, LENGTHS, nu=2.5)
    process = GaussianProcessRegressor(kernel, alpha=max(noise, 1e-6), optimizer=_searched, random_state=seed)
    with warnings.catch_warnings():
        # An input that moves nothing has no length: its search ends at the bound, which is right.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return process.fit(points, values)
