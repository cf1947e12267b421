"""Sentences made from numbers: direction, size, interval; "no clear effect" if the interval includes 0.

Nothing here knows an answer. Change the data and the sentence changes, with its direction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.tables import FACTORS, pick

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FACTOR_WORDS", "PROGRAMME_WORDS", "Effect", "find", "headline", "programme"]

KEYS = ("scenario", "indicator", "origin", "unit", "better")
NUMBERS = ("baseline", "value", "difference", "low", "high")
SLIGHTLY, STRONGLY = 0.01, 0.10  # of the baseline's value
WORTH_NAMING = 0.2  # of the factor that moves most
PROGRAMME_WORDS = {
    "training_only": "Training alone",
    "access_only": "Market access alone",
    "both": "Both together",
}
FACTOR_WORDS = {
    "access": "access (demand of buyers who list a local firm at all)",
    "depth": "depth (local firms’ part of those buyers’ supplier lists)",
    "conversion": "conversion (orders won for each place on a list)",
    "fill": "fill (orders delivered at once)",
    "rescue": "rescue (later deliveries, where others fall short)",
}
SHARE_WORDS = "local firms’ share of the city’s market"


@dataclass(frozen=True)
class Effect:
    """One row of the table of effects: a change with its interval, and where it started and ended."""

    scenario: str
    indicator: str
    origin: str
    unit: str
    better: str
    baseline: float
    value: float
    difference: float
    low: float
    high: float
    coarsest: float = 0.0  # half-width of the widest interval beside it, so that a row has equal digits

    @property
    def direction(self) -> int:
        """1 for a clear rise, -1 for a clear fall, 0 where the interval includes 0 or is unknown."""
        return 1 if self.low > 0 else -1 if self.high < 0 else 0

    @property
    def nothing(self) -> bool:
        """True where no pair of runs differs at all."""
        return self.low == self.high == 0

    @property
    def verdict(self) -> str:
        """Whether the change is for the better: ``better``, ``worse``, ``more``, ``less``, ``not clear``."""
        if self.nothing:
            return "no change"
        if self.direction == 0:
            return "not clear"
        if self.better not in {"higher", "lower"}:
            return "more" if self.direction > 0 else "less"
        return "better" if (self.direction > 0) == (self.better == "higher") else "worse"

    @property
    def amount(self) -> str:
        """The change without sign, with its unit."""
        low, high = sorted((abs(self.low), abs(self.high)))
        return amounts.change(abs(self.difference), low, high, self.unit, sign=False, coarsest=self.coarsest)

    @property
    def signed(self) -> str:
        """The change with sign and unit."""
        return amounts.change(self.difference, self.low, self.high, self.unit, coarsest=self.coarsest)

    @property
    def bare(self) -> str:
        """The change with sign, without unit."""
        return amounts.change(self.difference, self.low, self.high, self.unit, words=False, coarsest=self.coarsest)

    @property
    def ends(self) -> str:
        """The interval's two ends."""
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return "no interval from one pair of runs"
        if self.low == self.high:
            return "the same in every pair of runs"
        return amounts.interval(self.low, self.high, self.unit, self.difference, self.coarsest)

    @property
    def span(self) -> str:
        """The interval, in words that say what it is."""
        return f"{self._named}{self.ends}"

    @property
    def amount_ends(self) -> str:
        """The interval of a clear change without sign, to stand beside "raises by" or "less"."""
        if self.direction < 0 and self.low != self.high:
            return amounts.interval(-self.high, -self.low, self.unit, -self.difference, self.coarsest)
        return self.ends

    @property
    def amount_span(self) -> str:
        """The interval of a clear change without sign, in words that say what it is."""
        return f"{self._named}{self.amount_ends}"

    @property
    def _named(self) -> str:
        """The words before an interval, none where there is no interval."""
        return "95 % interval " if math.isfinite(self.low) and self.low != self.high else ""

    @property
    def size(self) -> str:
        """``slightly`` or ``strongly`` where the change is small or large against the baseline."""
        if not self.baseline:
            return ""
        part = abs(self.difference / self.baseline)
        return "slightly " if part < SLIGHTLY else "strongly " if part > STRONGLY else ""


def find(effects: pd.DataFrame, scenario: str, indicator: str, origin: str) -> Effect | None:
    """Return one effect, or None where the table has no such row."""
    beside = pick(effects, indicator, origin)
    rows = beside[beside["scenario"] == scenario]
    if rows.empty:
        return None
    row = rows.iloc[0]
    shown = beside[beside["scenario"] != "access_less_training"]  # the others stand beside each other
    widths = (shown["high"] - shown["low"]).dropna()
    coarsest = float(widths.max()) / 2 if len(widths) else 0.0
    scenario, indicator, origin, unit, better = (str(row[key]) for key in KEYS)
    baseline, value, difference, low, high = (float(row[key]) for key in NUMBERS)
    return Effect(scenario, indicator, origin, unit, better, baseline, value, difference, low, high, coarsest)


def _predicate(effect: Effect, thing: str, plural: bool, first: bool = True) -> str:
    """Return "raises thing by 1.2 points (interval)" or that there is no clear effect."""
    s = "" if plural else "s"
    if effect.nothing:
        return f"{'do' if plural else 'does'} not change {thing}"
    if effect.direction == 0:
        has = "have" if plural else "has"
        span = effect.span if first else effect.ends
        return f"{has} no clear effect on {thing} ({effect.signed}; {span}, includes zero)"
    span = effect.amount_span if first else effect.amount_ends
    verb = "raise" if effect.direction > 0 else "lower"
    return f"{effect.size}{verb}{s} {thing} by {effect.amount} ({span})"


def headline(effects: pd.DataFrame) -> str:
    """Return the answer to "training alone, market access alone, or both?" in one sentence of three parts."""
    parts: list[str] = []
    for scenario, subject in PROGRAMME_WORDS.items():
        effect = find(effects, scenario, "market_share", "local")
        if effect is not None:
            thing = "it" if parts else SHARE_WORDS
            words = _predicate(effect, thing, scenario == "both", first=not parts)
            parts.append((subject if not parts else subject[0].lower() + subject[1:]) + " " + words)
    return "; ".join(parts) + "."


def programme(effects: pd.DataFrame, scenario: str) -> str:
    """Return what one programme does to share, factors, jobs and value added, and what it costs."""
    subject, plural = PROGRAMME_WORDS[scenario], scenario == "both"
    share = find(effects, scenario, "market_share", "local")
    sentences = []
    if share is not None:
        ends = f", from {amounts.level(share.baseline, share.unit)} to {amounts.level(share.value, share.unit)}"
        sentences.append(f"{subject} {_predicate(share, SHARE_WORDS, plural)}{ends if share.direction else ''}.")
    sentences.append(_factors(effects, scenario))
    for indicator, thing in (("jobs", "local metal jobs"), ("value_added", "value added kept in the city")):
        effect = find(effects, scenario, indicator, "local")
        if effect is not None:
            sentences.append(f"{'They' if plural else 'It'} {_predicate(effect, thing, plural, first=False)}.")
    sentences.append(_cost(effects, scenario, share))
    return " ".join(sentence for sentence in sentences if sentence)


def _factors(effects: pd.DataFrame, scenario: str) -> str:
    """Return which of the five factors a programme clearly moves, the largest relative change first."""
    found = [find(effects, scenario, factor, "local") for factor in FACTORS]
    moved = [one for one in found if one is not None and one.direction and one.baseline > 0 and one.value > 0]
    if not moved:
        return "None of the five factors of that share moves clearly."
    ratio = {one.indicator: abs(math.log(one.value / one.baseline)) for one in moved}
    moved = [one for one in moved if ratio[one.indicator] >= WORTH_NAMING * max(ratio.values())]
    moved.sort(key=lambda one: -ratio[one.indicator])
    clauses = [
        f"{FACTOR_WORDS[one.indicator]} {'rises' if one.direction > 0 else 'falls'} from {_ends(one)}"
        for one in moved[:2]
    ]
    most = "Of its five factors, " if len(moved) == 1 else "Of its five factors, the most moved: "
    return f"{most}{'; '.join(clauses)}."


def _ends(effect: Effect) -> str:
    """Return "82.0 to 84.1 %", with enough digits to tell the two apart."""
    scale = amounts.unit_of(effect.unit).scale
    decimals = max(1, amounts.decimals_for(effect.difference * scale, most=3))
    first = amounts.plain(effect.baseline * scale, decimals)
    return f"{first} to {amounts.level(effect.value, effect.unit, decimals)}"


def _cost(effects: pd.DataFrame, scenario: str, share: Effect | None) -> str:
    """Return the spending of a programme, and the change of the share for each billion rupiah a year."""
    spent = find(effects, scenario, "spending", "")
    if spent is None:
        return ""
    if spent.difference <= 0:
        return "The city’s budget pays nothing for it."
    text = f"The city’s budget pays {amounts.billions_a_year(spent.difference)}"
    if share is None or share.direction == 0:
        return f"{text}."
    per = 12 * spent.difference / 1000
    each = amounts.change(share.difference / per, share.low / per, share.high / per, share.unit)
    return f"{text}; at that rate, {each} of market share for each Rp 1 billion a year."
