"""Sentences made from numbers: direction, size, interval; "no clear effect" if the interval includes 0.

Nothing here knows an answer. Change the data and the sentence changes, with its direction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.language import Language, forms, later
from sim.report.tables import FACTORS, pick

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FACTOR_WORDS", "PROGRAMME_WORDS", "SHARE_WORDS", "Effect", "find", "headline", "predicate", "programme"]

KEYS = ("scenario", "indicator", "origin", "unit", "better")
NUMBERS = ("baseline", "value", "difference", "low", "high")
SLIGHTLY, STRONGLY = 0.01, 0.10  # of the baseline's value
WORTH_NAMING = 0.2  # of the factor that moves most
PROGRAMME_WORDS = {
    "training_only": later("Training alone"),
    "access_only": later("Market access alone"),
    "both": later("Both together"),
}
FACTOR_WORDS = {
    "access": later("access (demand of buyers who list a local firm at all)"),
    "depth": later("depth (local firms’ part of those buyers’ supplier lists)"),
    "conversion": later("conversion (orders won for each place on a list)"),
    "fill": later("fill (orders delivered at once)"),
    "rescue": later("rescue (later deliveries, where others fall short)"),
}
SHARE_WORDS = later("local firms’ share of the city’s market")
NOTHING = forms("{who} does not change {what}", "{who} do not change {what}")
UNCLEAR = forms(
    "{who} has no clear effect on {what} ({change}; {span}, includes zero)",
    "{who} have no clear effect on {what} ({change}; {span}, includes zero)",
)
MOVES = {
    (1, ""): forms("{who} raises {what} by {amount} ({span})", "{who} raise {what} by {amount} ({span})"),
    (1, "slightly"): forms(
        "{who} slightly raises {what} by {amount} ({span})", "{who} slightly raise {what} by {amount} ({span})"
    ),
    (1, "strongly"): forms(
        "{who} strongly raises {what} by {amount} ({span})", "{who} strongly raise {what} by {amount} ({span})"
    ),
    (-1, ""): forms("{who} lowers {what} by {amount} ({span})", "{who} lower {what} by {amount} ({span})"),
    (-1, "slightly"): forms(
        "{who} slightly lowers {what} by {amount} ({span})", "{who} slightly lower {what} by {amount} ({span})"
    ),
    (-1, "strongly"): forms(
        "{who} strongly lowers {what} by {amount} ({span})", "{who} strongly lower {what} by {amount} ({span})"
    ),
}


@dataclass(frozen=True)
class Effect:
    """One row of the table of effects in a reader's language: a change with its interval, its start and its end."""

    say: Language
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
            return later("no change")
        if self.direction == 0:
            return later("not clear")
        if self.better not in {"higher", "lower"}:
            return later("more") if self.direction > 0 else later("less")
        return later("better") if (self.direction > 0) == (self.better == "higher") else later("worse")

    @property
    def amount(self) -> str:
        """The change without sign, with its unit."""
        low, high = sorted((abs(self.low), abs(self.high)))
        size = abs(self.difference)
        return amounts.change(self.say, size, low, high, self.unit, sign=False, coarsest=self.coarsest)

    @property
    def signed(self) -> str:
        """The change with sign and unit."""
        return amounts.change(self.say, self.difference, self.low, self.high, self.unit, coarsest=self.coarsest)

    @property
    def bare(self) -> str:
        """The change with sign, without unit."""
        ends = self.low, self.high
        return amounts.change(self.say, self.difference, *ends, self.unit, words=False, coarsest=self.coarsest)

    @property
    def ends(self) -> str:
        """The interval's two ends."""
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return self.say("no interval from one pair of runs")
        if self.low == self.high:
            return self.say("the same in every pair of runs")
        return amounts.interval(self.say, self.low, self.high, self.unit, self.difference, self.coarsest)

    @property
    def span(self) -> str:
        """The interval, in words that say what it is."""
        return self._named(self.ends)

    @property
    def amount_ends(self) -> str:
        """The interval of a clear change without sign, to stand beside "raises by" or "less"."""
        if self.direction < 0 and self.low != self.high:
            return amounts.interval(self.say, -self.high, -self.low, self.unit, -self.difference, self.coarsest)
        return self.ends

    @property
    def amount_span(self) -> str:
        """The interval of a clear change without sign, in words that say what it is."""
        return self._named(self.amount_ends)

    def _named(self, ends: str) -> str:
        """Return an interval with the words that say what it is, as it is where there is none."""
        known = math.isfinite(self.low) and self.low != self.high
        return self.say("95 % interval {ends}", ends=ends) if known else ends

    @property
    def size(self) -> str:
        """``slightly`` or ``strongly`` where the change is small or large against the baseline."""
        if not self.baseline:
            return ""
        part = abs(self.difference / self.baseline)
        return "slightly" if part < SLIGHTLY else "strongly" if part > STRONGLY else ""


def find(say: Language, effects: pd.DataFrame, scenario: str, indicator: str, origin: str) -> Effect | None:
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
    return Effect(say, scenario, indicator, origin, unit, better, baseline, value, difference, low, high, coarsest)


def predicate(effect: Effect, who: str, what: str, plural: bool, first: bool = True) -> str:
    """Return "WHO raises WHAT by 1.2 points (interval)" or that there is no clear effect, without the full stop."""
    say, count = effect.say, 2 if plural else 1
    if effect.nothing:
        return say.many(*NOTHING, count, who=who, what=what)
    if effect.direction == 0:
        span = effect.span if first else effect.ends
        return say.many(*UNCLEAR, count, who=who, what=what, change=effect.signed, span=span)
    span = effect.amount_span if first else effect.amount_ends
    words = MOVES[effect.direction, effect.size]
    return say.many(*words, count, who=who, what=what, amount=effect.amount, span=span)


def headline(say: Language, effects: pd.DataFrame) -> str:
    """Return the answer to "training alone, market access alone, or both?" in one sentence of three parts."""
    parts: list[str] = []
    for scenario, words in PROGRAMME_WORDS.items():
        effect = find(say, effects, scenario, "market_share", "local")
        if effect is not None:
            who, what = say(words), say(later("it")) if parts else say(SHARE_WORDS)
            who = who[0].lower() + who[1:] if parts else who
            parts.append(predicate(effect, who, what, scenario == "both", first=not parts))
    return "; ".join(parts) + "."


def programme(say: Language, effects: pd.DataFrame, scenario: str) -> str:
    """Return what one programme does to share, factors, jobs and value added, and what it costs."""
    plural = scenario == "both"
    share = find(say, effects, scenario, "market_share", "local")
    sentences = []
    if share is not None:
        clause = predicate(share, say(PROGRAMME_WORDS[scenario]), say(SHARE_WORDS), plural)
        if share.direction:
            start, end = (amounts.level(say, value, share.unit) for value in (share.baseline, share.value))
            sentences.append(say("{clause}, from {start} to {end}.", clause=clause, start=start, end=end))
        else:
            sentences.append(f"{clause}.")
    sentences.append(_factors(say, effects, scenario))
    it = say(later("They")) if plural else say(later("It"))
    for indicator, what in (
        ("jobs", later("local metal jobs")),
        ("value_added", later("value added kept in the city")),
    ):
        effect = find(say, effects, scenario, indicator, "local")
        if effect is not None:
            sentences.append(f"{predicate(effect, it, say(what), plural, first=False)}.")
    sentences.append(_cost(say, effects, scenario, share))
    return " ".join(sentence for sentence in sentences if sentence)


def _factors(say: Language, effects: pd.DataFrame, scenario: str) -> str:
    """Return which of the five factors a programme clearly moves, the largest relative change first."""
    found = [find(say, effects, scenario, factor, "local") for factor in FACTORS]
    moved = [one for one in found if one is not None and one.direction and one.baseline > 0 and one.value > 0]
    if not moved:
        return say("None of the five factors of that share moves clearly.")
    ratio = {one.indicator: abs(math.log(one.value / one.baseline)) for one in moved}
    moved = [one for one in moved if ratio[one.indicator] >= WORTH_NAMING * max(ratio.values())]
    moved.sort(key=lambda one: -ratio[one.indicator])
    clauses = "; ".join(_from_to(one) for one in moved[:2])
    if len(moved) == 1:
        return say("Of its five factors, {clauses}.", clauses=clauses)
    return say("Of its five factors, the most moved: {clauses}.", clauses=clauses)


def _from_to(effect: Effect) -> str:
    """Return "access rises from 82.0 to 84.1 %", with enough digits to tell the two apart."""
    say, scale = effect.say, amounts.unit_of(effect.unit).scale
    decimals = max(1, amounts.decimals_for(effect.difference * scale, most=3))
    parts = {
        "what": say(FACTOR_WORDS[effect.indicator]),
        "start": say.number(effect.baseline * scale, decimals),
        "end": amounts.level(say, effect.value, effect.unit, decimals),
    }
    if effect.direction > 0:
        return say("{what} rises from {start} to {end}", **parts)
    return say("{what} falls from {start} to {end}", **parts)


def _cost(say: Language, effects: pd.DataFrame, scenario: str, share: Effect | None) -> str:
    """Return the spending of a programme, and the change of the share for each billion rupiah a year."""
    spent = find(say, effects, scenario, "spending", "")
    if spent is None:
        return ""
    if spent.difference <= 0:
        return say("The city’s budget pays nothing for it.")
    sum_ = amounts.billions_a_year(say, spent.difference)
    if share is None or share.direction == 0:
        return say("The city’s budget pays {sum}.", sum=sum_)
    per = 12 * spent.difference / 1000
    each = amounts.change(say, share.difference / per, share.low / per, share.high / per, share.unit)
    return say(
        "The city’s budget pays {sum}; at that rate, {each} of market share for each Rp 1 billion a year.",
        sum=sum_,
        each=each,
    )
