"""Uncertain inputs: what is known of each, and its value at a quantile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from sim.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Distribution", "Input", "scaled", "unit_of"]

CLIP = 1e-6  # no input is infinite
TAIL = 0.005  # where a grid's ends stand on a distribution that may have none


class Distribution(Protocol):
    """What has an inverse distribution function, such as a frozen distribution of scipy.stats."""

    def ppf(self, q: Any, /) -> Any:
        """Return the values at the quantiles ``q``."""


Input: TypeAlias = tuple[float, float] | Distribution
"""What is known of an input: its lowest and highest value, all between being equally likely, or a distribution."""


def scaled(given: Input, unit: ArrayLike, name: str = "input") -> NDArray[Any]:
    """Return the values of an input at quantiles.

    Where a distribution has no end, quantiles are clipped to 1e-6 and 1 - 1e-6; one of exactly 0 or 1 is the end of a
    grid, and stands for the 0.5 % or 99.5 % point.

    Examples
    --------
    >>> scaled((10, 20), [0.0, 0.25, 1.0]).tolist()
    [10.0, 12.5, 20.0]
    >>> from scipy.stats import norm
    >>> scaled(norm(100, 15), [0.0, 0.5]).round(1).tolist()
    [61.4, 100.0]
    """
    import numpy as np

    at = np.asarray(unit, dtype=np.float64)
    ppf = getattr(given, "ppf", None)
    if ppf is not None:
        support = getattr(given, "support", None)
        if support is not None and np.isfinite(support()).all():
            return np.asarray(ppf(at))
        ends = np.where(at <= 0.0, TAIL, np.where(at >= 1.0, 1.0 - TAIL, at))
        return np.asarray(ppf(np.clip(ends, CLIP, 1.0 - CLIP)))
    try:
        low, high = map(float, given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        low = high = np.nan
    if not (low < high and np.isfinite([low, high]).all()):
        message = f"Input {name}: {given!r} is neither (low, high) with low below high, nor a distribution with ppf."
        raise UserError(message)
    return np.clip(low + at * (high - low), low, high)


def unit_of(given: Input, value: float, name: str = "input") -> float:
    """Return the quantile at which an input has a value; the nearest one if it never has.

    Examples
    --------
    >>> unit_of((10, 20), 12.5)
    0.25
    """
    low, high = 0.0, 1.0
    for _ in range(60):  # halving: a distribution need not know its cdf
        middle = (low + high) / 2
        if float(scaled(given, middle, name)) < value:
            low = middle
        else:
            high = middle
    return round(high, 12)
