"""How a measure is entered under its name."""

from __future__ import annotations

from collections.abc import Callable

from sim.study.watch import Watched

__all__ = ["MEASURES", "Measure", "measure"]

Measure = Callable[[Watched], float]
MEASURES: dict[str, Measure] = {}


def measure(of: Measure) -> Measure:
    """Enter a function under its name."""
    MEASURES[of.__name__] = of
    return of
