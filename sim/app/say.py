"""How the page speaks: its words, numbers and months in one language."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from sim.app.words import WORDS
from sim.core.parameters import month_number

__all__ = ["LANGUAGES", "Say", "month_date", "scenario_title"]

LANGUAGES = {"en": "English", "id": "Bahasa Indonesia"}
MINUS = "\N{MINUS SIGN}"
SCALES = {"share": 100.0, "ratio": 100.0}
DECIMALS = {"share": 1, "ratio": 1, "t": 1, "jt": 1, "jt/t": 2, "fte": 1, "count": 0, "index": 3}
TENTHS_BELOW = 100.0
MONTHS = 12


def month_date(first_month: str, month: int) -> date:
    """Return the first day of a month of a run, whose month 1 is ``first_month``.

    Examples
    --------
    >>> month_date("2018-06", 61)
    datetime.date(2023, 6, 1)
    """
    number = month_number(first_month) + month - 1
    return date(number // MONTHS, number % MONTHS + 1, 1)


def scenario_title(name: str) -> str:
    """Return a scenario's name for people."""
    return name.replace("_", " ").replace("/", ": ")


@dataclass(frozen=True)
class Say:
    """Words, numbers and months in one language.

    Examples
    --------
    >>> Say("en").level(0.3891, "share"), Say("id").level(1234.5, "jt")
    ('38.9 %', 'Rp1.234 juta')
    >>> Say("id").change(-0.0123, "share")
    '−1,2 persen poin'
    """

    language: str

    @cached_property
    def _words(self) -> dict[str, str]:
        return WORDS[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of a key, with values filled in."""
        return self._words[key].format(**values)

    def number(self, value: float, decimals: int, sign: bool = False) -> str:
        """Return a number as the language writes it, with a true minus; zero has no sign."""
        if not math.isfinite(value):
            return self("not_known")
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        text = format_decimal(abs(value), pattern, locale=self.language)
        if not any(digit in "123456789" for digit in text):
            return text
        return (MINUS if value < 0 else "+" if sign else "") + text

    def _scaled(self, value: float, unit: str, sign: bool) -> str:
        scaled = value * SCALES.get(unit, 1.0)
        decimals = DECIMALS.get(unit, 1)
        if decimals == 1 and abs(scaled) >= TENTHS_BELOW:
            decimals = 0
        return self.number(scaled, decimals, sign)

    def names(self, twin: Any) -> tuple[str, ...]:
        """Return what the towns of a twin are called."""
        if twin.other is None:
            return (self("town"),)
        here, there = twin.town.scenario, twin.other.scenario
        if here.path == there.path and not there.uses:
            return self("town_with"), self("town_without")
        same = here.path == there.path
        return scenario_title(here.name) + (f", {self('as_set')}" if same else ""), scenario_title(there.name)

    def level(self, value: float, unit: str) -> str:
        """Return a value with its unit."""
        number = self._scaled(value, unit, sign=False)
        return number if not math.isfinite(value) else self(f"level_{unit}", number=number)

    def change(self, value: float, unit: str) -> str:
        """Return a difference with its sign and its unit."""
        number = self._scaled(value, unit, sign=True)
        if not math.isfinite(value):
            return number
        sign = number[0] if number[0] in "+" + MINUS else ""
        return self(f"change_{unit}", sign=sign, number=number.removeprefix(sign))

    def month(self, first_month: str, month: int, long: bool = False) -> str:
        """Return a month of a run by its name and year."""
        pattern = "MMMM yyyy" if long else "MMM yyyy"
        return format_date(month_date(first_month, month), pattern, locale=self.language)
