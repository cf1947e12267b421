"""What is known of such a town: the facts of ``patterns.toml``, each with its target, tolerance, weight and use.

Nothing here knows a policy: effects are answers of the model, never targets.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = [
    "CALIBRATION",
    "HELD_OUT",
    "LIMITS_KIND",
    "MISS",
    "NEAR",
    "PASS",
    "PROGRAMMES_KIND",
    "UNKNOWN",
    "VERDICTS",
    "Pattern",
    "comparisons",
    "left_out",
    "patterns",
]

FACTS = Path(__file__).with_name("patterns.toml")
CALIBRATION, HELD_OUT = "calibration", "held out"
PASS, NEAR, MISS, UNKNOWN = VERDICTS = ("pass", "near", "miss", "unknown")
PASS_WITHIN, NEAR_WITHIN = 1.0, 2.0
LIMITS_KIND = "limits"
PROGRAMMES_KIND = "programmes"


@dataclass(frozen=True)
class Pattern:
    """A fact that a run is checked against; a single target has ``low`` equal to ``high``.

    ``use`` says whether the fact may set values of the register (``calibration``) or never does (``held out``), and
    ``seen`` whether it was looked at while values were set by hand.
    """

    key: str
    name: str
    kind: str
    meaning: str
    low: float
    high: float
    tolerance: float
    unit: str
    source: str
    year: str
    confidence: str
    weight: float
    use: str
    seen: bool
    why: str

    def distance(self, value: float) -> float:
        """Return how many tolerances a value is below (negative) or above the target or its range.

        Examples
        --------
        >>> use = next(one for one in patterns() if one.key == "use_local")
        >>> use.low, use.high, use.tolerance
        (0.45, 0.7, 0.025)
        >>> use.distance(0.6), round(use.distance(0.75), 6), round(use.distance(0.4), 6)
        (0.0, 2.0, -2.0)
        """
        if math.isnan(value):
            return math.nan
        return (min(value - self.low, 0.0) + max(value - self.high, 0.0)) / self.tolerance

    def verdict(self, value: float) -> str:
        """Return ``pass`` up to one tolerance away, ``near`` up to two, else ``miss``; ``unknown`` without a value.

        Examples
        --------
        >>> use = next(one for one in patterns() if one.key == "use_local")
        >>> use.verdict(0.6), use.verdict(0.74), use.verdict(0.9), use.verdict(float("nan"))
        ('pass', 'near', 'miss', 'unknown')
        """
        away = abs(self.distance(value))
        return UNKNOWN if math.isnan(away) else PASS if away <= PASS_WITHIN else NEAR if away <= NEAR_WITHIN else MISS

    @property
    def held_out(self) -> bool:
        """Whether the fact is never used to set a value."""
        return self.use == HELD_OUT


@cache
def _facts() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(FACTS.read_text(encoding="utf-8"))


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return every pattern, in the order of the file.

    Examples
    --------
    >>> patterns()[0].key
    'steel_stays'
    """
    found = []
    for key, facts in _facts()["pattern"].items():
        entry = dict(facts)
        target = entry.pop("target", None)
        low = entry.pop("low", -math.inf if target is None else target)
        high = entry.pop("high", math.inf if target is None else target)
        found.append(Pattern(key=key, low=low, high=high, **entry))
    return tuple(found)


def left_out() -> dict[str, str]:
    """Return the facts that are known and not scored, by name, with the reason.

    Examples
    --------
    >>> "Gates that refuse a firm" in left_out()
    True
    """
    return {entry["name"]: entry["reason"] for entry in _facts()["left_out"].values()}


def comparisons() -> dict[str, dict[str, Any]]:
    """Return what field experiments found, by key: to be compared with, never scored.

    Examples
    --------
    >>> comparisons()["training"]["finding"]
    'sales and profits +5 to +10 % of those trained'
    """
    return _facts()["comparison"]
