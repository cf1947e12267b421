"""How an uncertain number is spread over its range: from a place in the unit interval to a value.

Every design, whatever its method, works in the unit cube; the inverse distribution function turns a place into a
value. Values are clipped to their range, so that the ends 0 and 1, which some methods use, are values like others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Choice", "Distribution", "LogUniform", "Normal", "Triangular", "Uniform", "Whole"]


@dataclass(frozen=True)
class Uniform:
    """Every number from ``low`` to ``high`` is as likely as any other.

    Examples
    --------
    >>> Uniform(10.0, 20.0).ppf([0.0, 0.25, 1.0])
    array([10. , 12.5, 20. ])
    """

    low: float
    high: float

    def ppf(self, places: ArrayLike) -> NDArray[Any]:
        """Return the values at places in the unit interval, its ends included."""
        import numpy as np

        found = self._inverse(np.asarray(places, dtype=np.float64))
        return found.clip(self.low, self.high)

    def support(self) -> tuple[float, float]:
        """Return the lowest and the highest value, as distributions of scipy do."""
        return self.low, self.high

    def _inverse(self, u: NDArray[Any]) -> NDArray[Any]:
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True)
class Whole(Uniform):
    """Every whole number from ``low`` to ``high`` is as likely as any other.

    Examples
    --------
    >>> Whole(1, 3).ppf([0.0, 0.3, 0.4, 1.0])
    array([1., 1., 2., 3.])
    """

    def _inverse(self, u: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        return np.floor(self.low + u * (self.high - self.low + 1.0))


@dataclass(frozen=True)
class LogUniform(Uniform):
    """Every ratio is as likely as any other: between 1 and 10 as likely as between 10 and 100.

    Examples
    --------
    >>> LogUniform(1.0, 100.0).ppf([0.0, 0.5, 1.0]).round(9)
    array([  1.,  10., 100.])
    """

    def _inverse(self, u: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        return np.exp(math.log(self.low) + u * (math.log(self.high) - math.log(self.low)))


@dataclass(frozen=True)
class Triangular(Uniform):
    """Most likely at ``mode``, and ever less likely towards both ends.

    Examples
    --------
    >>> Triangular(0.0, 4.0, mode=2.0).ppf([0.0, 0.125, 0.5, 1.0])
    array([0., 1., 2., 4.])
    """

    mode: float

    def _inverse(self, u: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        width, rise = self.high - self.low, self.mode - self.low
        fall = width - rise
        left = self.low + np.sqrt(u * width * rise)
        right = self.high - np.sqrt((1.0 - u) * width * fall)
        return np.where(u * width < rise, left, right)


@dataclass(frozen=True)
class Normal(Uniform):
    """A normal distribution cut off at ``low`` and ``high``; ``mean`` lies between them.

    Examples
    --------
    >>> Normal(0.0, 4.0, mean=2.0, sd=1.0).ppf([0.0, 0.5, 1.0]).round(9)
    array([0., 2., 4.])
    """

    mean: float
    sd: float

    def _inverse(self, u: NDArray[Any]) -> NDArray[Any]:
        from scipy.special import ndtr, ndtri

        below, above = (ndtr((end - self.mean) / self.sd) for end in (self.low, self.high))
        found: NDArray[Any] = self.mean + self.sd * ndtri(below + u * (above - below))
        return found


@dataclass(frozen=True)
class Choice:
    """Some values, all as likely as each other, or by ``weights``; numbers, words, or true and false.

    Examples
    --------
    >>> Choice(("lottery", "neediest")).ppf([0.0, 0.49, 0.5, 1.0])
    array(['lottery', 'lottery', 'neediest', 'neediest'], dtype=object)
    >>> Choice((1, 2, 3), weights=(1.0, 0.0, 3.0)).ppf([0.2, 0.3])
    array([1, 3], dtype=object)
    """

    options: tuple[Any, ...]
    weights: tuple[float, ...] = field(default=())

    def ppf(self, places: ArrayLike) -> NDArray[Any]:
        """Return the values at places in the unit interval, its ends included."""
        import numpy as np

        weights = np.array(self.weights or [1.0] * len(self.options))
        ends = np.cumsum(weights)[:-1] / weights.sum()
        which = np.searchsorted(ends, np.asarray(places, dtype=np.float64), side="right")
        last = int(np.flatnonzero(weights)[-1])  # the place 1 belongs to the last option that can be
        options = np.empty(len(self.options), dtype=object)
        options[:] = self.options
        return options[np.minimum(which, last)]


Distribution = Uniform | Choice
