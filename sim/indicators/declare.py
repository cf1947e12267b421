"""How an indicator is declared, and the sums that declarations are written with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.buyers import HOME, KINDS

__all__ = ["DECLARED", "Indicator", "Series", "city_sales", "indicator", "mean", "of_city", "share", "total"]

Series = NDArray[np.float64]
CITY = slice(0, HOME)


@dataclass(frozen=True)
class Indicator:
    """One indicator: name, unit, which direction is better for the city, meaning, and how it is worked out."""

    name: str
    unit: str
    better: str
    meaning: str
    by: str
    of: Callable[..., Series]


DECLARED: list[Indicator] = []


def indicator(unit: str, better: str = "none", by: str = "origin", name: str = "") -> Callable[..., Any]:
    """Declare an indicator; the function's docstring is its meaning."""

    def declare(of: Callable[..., Series]) -> Callable[..., Series]:
        meaning = (of.__doc__ or "").strip()
        DECLARED.append(Indicator(name or of.__name__, unit, better, meaning, by, of))
        return of

    return declare


def share(part: Series, whole: Series) -> Series:
    """Return part / whole, and 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=np.asarray(whole) > 0.0)


def total(h: Any, field: str, who: NDArray[np.bool_]) -> Series:
    """Return a sum of the tally over some clusters, by month."""
    return h.sums(field, who)


def mean(h: Any, field: str, who: NDArray[np.bool_]) -> Series:
    """Return a mean over the firms of some clusters, by month."""
    return share(total(h, field, who), total(h, "firms", who))


def city_sales(h: Any, who: NDArray[np.bool_]) -> Series:
    """Return the goods sold to buyers of the city [t] by month."""
    fields = [f"sold_{kind}_t" for kind in KINDS[:HOME]]
    return np.sum([total(h, field, who) for field in fields], axis=0)


def of_city(h: Any, column: int) -> Series:
    """Return a sum over the buyers of the city, by month."""
    return np.asarray(h.by_kind[: h.length, CITY, column].sum(axis=1))
