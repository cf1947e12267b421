"""How many pairs of runs a claim needs: stop when the interval of the paired difference is narrow enough.

Looking again and again, and stopping at the first narrow interval, picks the moments when the variance is
underestimated: nominal 95 % intervals then hold the truth less often. Three things keep that small: at least ten
pairs, looks that grow geometrically, and that two looks in a row must agree. Simulated with normal and with heavy-
tailed differences (Student's t, 5 degrees), the 95 % interval at the stop then holds the true effect in 93 % of cases
or more; the tests check it. With differences as skewed as an exponential it is 87 %: the interval of Student's t alone
reaches 90 % there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from sim.errors import UserError
from sim.study.intervals import Interval, interval, t_quantile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Precision", "Verdict", "pairs_needed", "until_precise"]

FEWEST = 10
GROWTH = 1.2

Pairs: TypeAlias = Callable[[int, int], Mapping[str, "ArrayLike"]]
"""``pairs(first, last)`` runs the seeds ``first`` to ``last`` and returns paired differences by name."""


@dataclass(frozen=True)
class Verdict:
    """Whether a paired difference is known well enough, its interval, and why."""

    interval: Interval
    reached: bool
    reason: str


@dataclass(frozen=True)
class Precision:
    """When a paired difference is known well enough.

    Parameters
    ----------
    share
        The half-width of the 95 % interval that is narrow enough, as a share of the difference.
    floor
        The half-width that is narrow enough whatever the difference, in its unit. Without one, an effect of 0 is
        never known well enough.
    fewest, most
        The least and the largest number of pairs; at ``most``, the study ends either way.

    Examples
    --------
    >>> Precision(most=30).looks
    (10, 12, 15, 18, 22, 27, 30)
    """

    share: float = 0.10
    floor: float = 0.0
    fewest: int = FEWEST
    most: int = 200

    def __post_init__(self) -> None:
        if not (self.share >= 0 and self.floor >= 0 and self.share + self.floor > 0):
            message = (
                f"Precision: share {self.share} and floor {self.floor} must be 0 or more, and one of them above 0."
            )
            raise UserError(message)
        if not FEWEST <= self.fewest <= self.most:
            message = (
                f"Precision: {self.fewest} to {self.most} pairs must be a range from {FEWEST} up: fewer stop by luck."
            )
            raise UserError(message)

    @property
    def looks(self) -> tuple[int, ...]:
        """The numbers of pairs after which the interval is looked at."""
        found = [self.fewest]
        while found[-1] < self.most:
            found.append(min(self.most, math.ceil(found[-1] * GROWTH)))
        return tuple(found)

    def narrow(self, found: Interval) -> bool:
        """Tell whether an interval is narrow enough, at one look."""
        half = (found.high - found.low) / 2
        return found.pairs >= FEWEST and half <= max(self.floor, self.share * abs(found.mean))

    def verdict(self, differences: ArrayLike) -> Verdict:
        """Return whether the differences, in the order of their seeds, are known well enough.

        They are if the interval is narrow now and was at the look before. A pair without a value does not count.

        Examples
        --------
        >>> steady = [5.0, 5.1, 4.9, 5.2, 4.8, 5.0, 5.1, 4.9, 5.0, 5.1, 4.9, 5.0]
        >>> Precision(share=0.1).verdict(steady).reason
        'half-width within 10 % of the effect'
        >>> Precision(share=0.1).verdict(steady[:10]).reason
        'not yet'
        """
        import numpy as np

        known = np.asarray(differences, dtype=np.float64)
        now, last = interval(known), len(known) >= self.most
        before = max((look for look in self.looks if look < len(known)), default=None)
        if self.narrow(now) and (last or (before is not None and self.narrow(interval(known[:before])))):
            within = (now.high - now.low) / 2 <= self.share * abs(now.mean)
            reason = f"within {100 * self.share:g} % of the effect" if within else f"within the floor of {self.floor:g}"
            return Verdict(now, reached=True, reason=f"half-width {reason}")
        return Verdict(now, reached=False, reason=f"not precise enough at {self.most} pairs" if last else "not yet")


def until_precise(pairs: Pairs, rules: Precision | Mapping[str, Precision]) -> dict[str, Verdict]:
    """Run pairs until every paired difference is known well enough, or the most that its rule allows are run.

    Parameters
    ----------
    pairs
        Called as ``pairs(first, last)`` with the seeds to run next; returns the differences of these seeds by name.
    rules
        One rule for all names, or one for each name that counts; the others are left out.

    Returns
    -------
    dict
        A verdict for each name, over all pairs that were run.

    Examples
    --------
    >>> def pairs(first, last):
    ...     return {"sales": [10.0 + seed % 2 for seed in range(first, last + 1)]}
    >>> found = until_precise(pairs, Precision(share=0.05))["sales"]
    >>> found.reached, found.interval.pairs, round(found.interval.mean, 1)
    (True, 12, 10.5)
    """
    import numpy as np

    def rule(name: str) -> Precision:
        return rules[name] if isinstance(rules, Mapping) else rules

    each = list(rules.values()) if isinstance(rules, Mapping) else [rules]
    known: dict[str, list[float]] = {}
    verdicts: dict[str, Verdict] = {}
    for done, look in pairwise([0, *sorted({look for one in each for look in one.looks})]):
        for name, differences in pairs(done + 1, look).items():
            if isinstance(rules, Mapping) and name not in rules:
                continue
            known.setdefault(name, []).extend(np.asarray(differences, dtype=np.float64).tolist())
            if len(known[name]) != look:
                message = f"Pairs: {len(known[name])} differences of {name} for {look} seeds. Give one for each seed."
                raise UserError(message)
        if isinstance(rules, Mapping) and (missing := sorted(set(rules) - set(known))):
            message = (
                f"Precision: nothing is known of {', '.join(missing)}. There are {', '.join(known) or 'no names'}."
            )
            raise UserError(message)
        verdicts = {name: rule(name).verdict(differences) for name, differences in known.items()}
        if all(one.reached or look >= rule(name).most for name, one in verdicts.items()):
            break
    return verdicts


def pairs_needed(differences: ArrayLike, half_width: float) -> int:
    """Return about how many pairs would make the 95 % interval as narrow as ``half_width``, from a few known pairs.

    Examples
    --------
    >>> pairs_needed([1.0, 3.0, 2.0, 4.0, 0.0, 2.0], half_width=0.5)
    34
    """
    import numpy as np

    known = np.asarray(differences, dtype=np.float64)
    known = known[~np.isnan(known)]
    if len(known) < 2 or half_width <= 0:  # noqa: PLR2004 - a variance needs two
        message = f"Pairs: {len(known)} known pairs and half-width {half_width}; 2 or more and above 0 are needed."
        raise UserError(message)
    variance = float(known.var(ddof=1))
    pairs = 2
    while t_quantile(pairs - 1) * math.sqrt(variance / pairs) > half_width:
        pairs += max(1, pairs // 100)
    return pairs
