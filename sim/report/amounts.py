"""How a number is written for a reader: unit in words, few digits, a true minus sign, intervals with "to"."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.report.language import MINUS, Language, later

__all__ = ["MINUS", "billions_a_year", "change", "decimals_for", "interval", "level", "unit_of", "unit_words"]

MOST_DECIMALS = 4


@dataclass(frozen=True)
class Unit:
    """How values and changes in one unit are written, and what the unit is called over a table."""

    scale: float
    level: str
    change: str
    title: str


def _plain(scale: float, pattern: str, title: str) -> Unit:
    """Return a unit in which changes are written as values are."""
    return Unit(scale, pattern, pattern, title)


PER_CENT = Unit(100, later("{n} %"), later("{n} percentage points"), later("per cent, changes in percentage points"))
UNITS: dict[str, Unit] = {
    "share": PER_CENT,
    "ratio": PER_CENT,
    "t": _plain(1, later("{n} t a month"), later("tonnes a month")),
    "fte": _plain(1, later("{n} full-time jobs"), later("full-time jobs")),
    "jt": _plain(1, later("Rp {n} million a month"), later("Rp million a month")),
    "jt/t": _plain(1, later("Rp {n} million a tonne"), later("Rp million a tonne")),
    "jt/fte/year": _plain(1, later("Rp {n} million a year"), later("Rp million for each job and year")),
    "jt/point/year": _plain(1, later("Rp {n} million a year"), later("Rp million for each point and year")),
    "jt/jt": _plain(1, later("Rp {n}"), later("Rp for each rupiah of value added")),
    "count": _plain(1, "{n}", later("number")),
    "firms": _plain(1, later("{n} firms"), later("firms")),
    "index": _plain(1, "{n}", later("index")),
}
UNITS |= {"t/month": UNITS["t"], "jt/month": UNITS["jt"]}


def unit_of(unit: str) -> Unit:
    """Return how ``unit`` is written; a unit without words of its own is written as it is."""
    return UNITS.get(unit, _plain(1, "{n} " + unit, unit))


def unit_words(say: Language, unit: str) -> str:
    """Return the unit for a table's heading or an axis.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> unit_words(speaker("en"), "jt"), unit_words(speaker("id"), "jt")
    ('Rp million a month', 'juta rupiah per bulan')
    """
    return say(unit_of(unit).title)


def decimals_for(*sizes: float, most: int = MOST_DECIMALS) -> int:
    """Return the decimals that show the smallest of ``sizes`` (half an interval's width) with one digit.

    Examples
    --------
    >>> decimals_for(0.34, 2.0), decimals_for(34.0), decimals_for(0.0)
    (1, 0, 1)
    """
    real = [abs(size) for size in sizes if math.isfinite(size) and abs(size) > 1e-12]
    if not real:
        return 1
    return min(most, max(0, -math.floor(math.log10(min(real)))))


def _decimals(low: float, high: float, scale: float, value: float, coarsest: float) -> int:
    """Return the decimals for a change and its interval.

    One digit of the interval's half-width, or of the ``coarsest`` half-width of the numbers beside it, and more where
    an end would be written as zero, or as the change itself.
    """
    if low == high:
        return decimals_for(value * scale)
    decimals = decimals_for(max((high - low) / 2, coarsest) * scale)

    def written(number: float) -> float:
        return float(f"{number * scale:.{decimals}f}")

    while decimals < MOST_DECIMALS and any(
        (end != 0 and written(end) == 0) or written(end) == written(value) for end in (low, high)
    ):
        decimals += 1
    return decimals


def level(say: Language, value: float, unit: str, decimals: int | None = None, words: bool = True) -> str:
    """Return a value with its unit in words; without words only the per cent sign stays.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> say = speaker("en")
    >>> level(say, 0.389, "share"), level(say, 1234.4, "jt"), level(say, 52.13, "fte")
    ('38.9 %', 'Rp 1,234 million a month', '52.1 full-time jobs')
    """
    how = unit_of(unit)
    scaled = value * how.scale
    if decimals is None:
        decimals = 1 if 0 < abs(scaled) < 100 else 0
    number = say.number(scaled, decimals)
    if not math.isfinite(value) or not (words or "%" in how.level):
        return number
    return _with_unit(say, how.level, number)


def change(
    say: Language,
    value: float,
    low: float,
    high: float,
    unit: str,
    sign: bool = True,
    words: bool = True,
    coarsest: float = 0.0,
) -> str:
    """Return a change, with as many digits as its interval bears, or the ``coarsest`` half-width beside it.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> say = speaker("en")
    >>> change(say, 0.0123, 0.009, 0.0156, "share")
    '+1.2 percentage points'
    >>> change(say, -35.2, -50.0, -20.0, "jt"), change(say, -35.2, -50.0, -20.0, "jt", words=False)
    ('−Rp 35 million a month', '−35')
    >>> change(speaker("id"), -35.2, -50.0, -20.0, "jt")
    '−Rp35 juta per bulan'
    """
    how = unit_of(unit)
    number = say.number(value * how.scale, _decimals(low, high, how.scale, value, coarsest), sign=sign)
    return _with_unit(say, how.change, number) if words else number


def _with_unit(say: Language, pattern: str, number: str) -> str:
    """Return a number in its unit's pattern; a sign stands before all of it."""
    sign = number[0] if number[0] in (MINUS, "+") else ""
    return sign + say(pattern, n=number.removeprefix(sign))


def interval(say: Language, low: float, high: float, unit: str, value: float, coarsest: float = 0.0) -> str:
    """Return the ends of the interval of ``value`` with "to" between them, without the unit.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> interval(speaker("en"), 0.009, 0.0156, "share", 0.0123), interval(speaker("id"), -0.013, -0.007, "share", -0.01)
    ('0.9 to 1.6', '−1,3 s.d. −0,7')
    """
    scale = unit_of(unit).scale
    decimals = _decimals(low, high, scale, value, coarsest)
    return say("{low} to {high}", low=say.number(low * scale, decimals), high=say.number(high * scale, decimals))


def billions_a_year(say: Language, jt_a_month: float) -> str:
    """Return a monthly flow in juta rupiah as billions of rupiah a year.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> billions_a_year(speaker("en"), 100.0), billions_a_year(speaker("id"), 100.0)
    ('Rp 1.2 billion a year', 'Rp1,2 miliar per tahun')
    """
    billion = jt_a_month * 12 / 1000
    decimals = 2 if 0 < abs(billion) < 1 else 1
    return _with_unit(say, later("Rp {n} billion a year"), say.number(billion, decimals))
