"""Functions whose Sobol' indices are known, with and without luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

IDLE = "idle"  # an input that nothing reads
HALF = 0.5  # luck with half the variance that the inputs cause
SOME = 200  # resamples: enough for a test


@dataclass(frozen=True)
class Known:
    """A function of columns of the unit cube, with its variance and its indices."""

    names: tuple[str, ...]
    function: object
    variance: float
    first: tuple[float, ...]
    total: tuple[float, ...]

    @property
    def inputs(self):
        return dict.fromkeys(self.names, (0.0, 1.0))

    def outcome(self, noise=0.0):
        """Return the function with luck of ``noise`` times its variance, as a study calls it."""
        deviation = np.sqrt(noise * self.variance)

        def run(row, seed):
            return float(self.function(*(row[name] for name in self.names)) + deviation * luck(seed))

        return run

    def outcomes(self, design, noise=0.0):
        """Return the same for every run of a design at once."""
        unit = dict(zip(design.names, design.unit.T, strict=True))
        means = self.function(*(unit[name] for name in self.names))
        return means[:, np.newaxis] + np.sqrt(noise * self.variance) * luck(design.seeds)

    def truth(self, name, index):
        return (self.first if index == "S1" else self.total)[self.names.index(name)]


def luck(seed):
    """Return a standard normal number that only the seed decides: seeds are even on 1 to 2**32 - 1."""
    return ndtri((seed - 0.5) / (2**32 - 1))


def _ishigami():
    a, b, pi = 7.0, 0.1, np.pi

    def function(one, two, three, idle):
        x, y, z = (2 * pi * u - pi for u in (one, two, three))
        return np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x) + 0.0 * idle

    parts = (0.5 * (1 + b * pi**4 / 5) ** 2, a * a / 8, b * b * pi**8 * (1 / 18 - 1 / 50))
    variance = sum(parts)
    one, two, together = (part / variance for part in parts)
    return Known(
        ("one", "two", "three", IDLE), function, variance, (one, two, 0, 0), (one + together, two, together, 0)
    )


def _sobol_g():
    weights = np.array([0.0, 1.0, 4.5, 9.0])
    names = ("one", "two", "three", "four", IDLE)

    def function(*columns):
        factors = [(np.abs(4 * u - 2) + a) / (1 + a) for u, a in zip(columns[:-1], weights, strict=True)]
        return np.prod(factors, axis=0)

    parts = 1 / (3 * (1 + weights) ** 2)
    variance = float(np.prod(1 + parts) - 1)
    total = parts * np.prod(1 + parts) / (1 + parts) / variance
    return Known(names, function, variance, (*(parts / variance), 0.0), (*total, 0.0))


def _sum():
    """A sum without interaction: 4, 3, 2 and 1 times an input."""
    weights = np.array([4.0, 3.0, 2.0, 1.0])

    def function(*columns):
        return sum(weight * u for weight, u in zip(weights, columns[:-1], strict=True))

    variance = float((weights**2).sum() / 12)
    shares = (*(weights**2 / 12 / variance), 0.0)
    return Known(("one", "two", "three", "four", IDLE), function, variance, shares, shares)


ISHIGAMI, SOBOL_G, SUM = _ishigami(), _sobol_g(), _sum()
FUNCTIONS = {"ishigami": ISHIGAMI, "sobol_g": SOBOL_G, "sum": SUM}
