"""Parameters: one number of the world each, with unit, range, source and meaning; units; months."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.core.toml_lines import shown

__all__ = [
    "NEVER_NEGATIVE",
    "UNITS",
    "Parameter",
    "Value",
    "is_month",
    "month_index",
    "month_number",
    "month_text",
]

Value = bool | int | float | str
ASSUMPTION = "assumption:"

# Every unit a register may use, and how to read it: the one place to add a unit.
UNITS: dict[str, str] = {
    "yes/no": "true or false",
    "month": "a calendar month, written YYYY-MM",
    "months": "a duration in months",
    "years": "a duration in years",
    "days": "a duration in days",
    "count": "a whole number of things",
    "share": "a part of a whole, 1 = all of it",
    "index": "a level compared with a base of 1",
    "ratio": "one quantity over another of the same unit",
    "points": "points of a score",
    "log points": "differences of natural logarithms",
    "elasticity": "relative change per relative change",
    "per month": "a rate a month",
    "per year": "a rate a year",
    "t": "tonnes",
    "t/month": "tonnes a month",
    "t/year": "tonnes a year",
    "t/t": "tonnes of input per tonne of output",
    "t/fte/month": "tonnes a full-time worker makes in a month",
    "t/firm/month": "tonnes a firm and month",
    "jt": "juta rupiah (Rp 1,000,000) of June 2023",
    "jt/t": "juta rupiah per tonne",
    "jt/t/month": "juta rupiah per tonne of monthly capacity",
    "jt/month": "juta rupiah a month",
    "jt/year": "juta rupiah a year",
    "jt/firm": "juta rupiah a firm",
    "jt/firm/month": "juta rupiah a firm and month",
    "jt/fte/month": "juta rupiah a full-time worker and month",
    "fte": "full-time workers",
    "firms": "firms",
    "firms/month": "firms a month",
    "firms/fte/month": "firms an officer can handle in a month",
}
# A register may not even allow less than nothing of these.
NEVER_NEGATIVE = {
    *("count", "months", "years", "days", "t", "t/month", "t/year", "t/t", "t/fte/month", "t/firm/month"),
    *("fte", "firms", "firms/month", "firms/fte/month"),
}
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def month_number(text: str) -> int:
    """Return a month as the number of months since the year 0, so that months can be compared and subtracted.

    Examples
    --------
    >>> month_number("2023-06") - month_number("2018-06")
    60
    """
    found = _MONTH.fullmatch(text)
    if not found:
        message = f'{shown(text)} is not a month; months are written "YYYY-MM", from 01 to 12'
        raise ValueError(message)
    return int(found[1]) * 12 + int(found[2]) - 1


def month_text(number: int) -> str:
    """Return the month of a month number, as ``YYYY-MM``.

    Examples
    --------
    >>> month_text(month_number("2023-12") + 1)
    '2024-01'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_index(text: str, first: str) -> int:
    """Return the month of the run, from 1, when ``first`` is the first simulated month.

    Examples
    --------
    >>> month_index("2023-06", first="2018-06")
    61
    """
    return month_number(text) - month_number(first) + 1


def is_month(value: object) -> bool:
    """Tell whether a value is a month, written ``YYYY-MM``.

    Examples
    --------
    >>> is_month("2023-06"), is_month("2023-13")
    (True, False)
    """
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One entry of the register: a value with its unit, range, source and meaning.

    Examples
    --------
    >>> wear = Parameter("firms.wear", 0.008, "per month", (0.004, 0.015), "assumption: a guess", "Wear")
    >>> wear.room, wear.name, wear.assumed
    ('firms', 'wear', True)
    """

    address: str
    value: Value
    unit: str
    range: tuple[Value, Value]
    source: str
    meaning: str

    @property
    def room(self) -> str:
        """The table that holds the entry."""
        return self.address.partition(".")[0]

    @property
    def name(self) -> str:
        """The entry's name within its room."""
        return self.address.partition(".")[2]

    @property
    def assumed(self) -> bool:
        """Whether the source is an assumption instead of a fact."""
        return self.source.lower().startswith(ASSUMPTION)
