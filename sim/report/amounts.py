"""How a number is written for a reader: unit in words, few digits, a true minus sign, intervals with "to"."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["billions_a_year", "change", "decimals_for", "interval", "level", "plain", "unit_words"]

MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 4


@dataclass(frozen=True)
class Unit:
    """How values and changes in one unit are written."""

    scale: float
    before: str
    after_level: str
    after_change: str
    title: str


UNITS: dict[str, Unit] = {
    "share": Unit(100, "", " %", " percentage points", "per cent, changes in percentage points"),
    "ratio": Unit(100, "", " %", " percentage points", "per cent, changes in percentage points"),
    "t": Unit(1, "", " t a month", " t a month", "tonnes a month"),
    "fte": Unit(1, "", " full-time jobs", " full-time jobs", "full-time jobs"),
    "jt": Unit(1, "Rp ", " million a month", " million a month", "Rp million a month"),
    "jt/t": Unit(1, "Rp ", " million a tonne", " million a tonne", "Rp million a tonne"),
    "count": Unit(1, "", "", "", "number"),
    "firms": Unit(1, "", " firms", " firms", "firms"),
    "index": Unit(1, "", "", "", "index"),
}
UNITS |= {"t/month": UNITS["t"], "jt/month": UNITS["jt"]}


def unit_of(unit: str) -> Unit:
    """Return how ``unit`` is written; a unit without words of its own is written as it is."""
    return UNITS.get(unit, Unit(1, "", f" {unit}", f" {unit}", unit))


def unit_words(unit: str) -> str:
    """Return the unit for a table's heading or an axis.

    Examples
    --------
    >>> unit_words("jt")
    'Rp million a month'
    """
    return unit_of(unit).title


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


def plain(value: float, decimals: int, sign: bool = False) -> str:
    """Return a number with thousands separated and a true minus; zero has no sign.

    Examples
    --------
    >>> plain(-1234.5, 0), plain(0.26, 1, sign=True), plain(-0.01, 1)
    ('−1,234', '+0.3', '0.0')
    """
    if not math.isfinite(value):
        return "not known"
    text = f"{abs(value):,.{decimals}f}"
    if not any(digit in "123456789" for digit in text):
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


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


def level(value: float, unit: str, decimals: int | None = None, words: bool = True) -> str:
    """Return a value with its unit in words; without words only the per cent sign stays.

    Examples
    --------
    >>> level(0.389, "share"), level(1234.4, "jt"), level(52.13, "fte")
    ('38.9 %', 'Rp 1,234 million a month', '52.1 full-time jobs')
    """
    how = unit_of(unit)
    scaled = value * how.scale
    if decimals is None:
        decimals = 1 if 0 < abs(scaled) < 100 else 0
    if not math.isfinite(value):
        return "not known"
    number = plain(scaled, decimals)
    if not words:
        return number + (how.after_level if "%" in how.after_level else "")
    return f"{how.before}{number}{how.after_level}"


def change(
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
    >>> change(0.0123, 0.009, 0.0156, "share")
    '+1.2 percentage points'
    >>> change(-35.2, -50.0, -20.0, "jt"), change(-35.2, -50.0, -20.0, "jt", words=False)
    ('−Rp 35 million a month', '−35')
    """
    how = unit_of(unit)
    number = plain(value * how.scale, _decimals(low, high, how.scale, value, coarsest), sign)
    if not words:
        return number
    before = "" if number[0].isdigit() else number[0]
    return f"{before}{how.before}{number.removeprefix(before)}{how.after_change}"


def interval(low: float, high: float, unit: str, value: float, coarsest: float = 0.0) -> str:
    """Return the ends of the interval of ``value`` with "to" between them, without the unit.

    Examples
    --------
    >>> interval(0.009, 0.0156, "share", 0.0123), interval(-0.013, -0.007, "share", -0.01)
    ('0.9 to 1.6', '−1.3 to −0.7')
    """
    scale = unit_of(unit).scale
    decimals = _decimals(low, high, scale, value, coarsest)
    return f"{plain(low * scale, decimals)} to {plain(high * scale, decimals)}"


def billions_a_year(jt_a_month: float) -> str:
    """Return a monthly flow in juta rupiah as billions of rupiah a year.

    Examples
    --------
    >>> billions_a_year(100.0)
    'Rp 1.2 billion a year'
    """
    billion = jt_a_month * 12 / 1000
    return f"Rp {plain(billion, 2 if 0 < abs(billion) < 1 else 1)} billion a year"
