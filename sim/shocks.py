"""What comes from outside: the world steel price, seasons, the moving feast of Lebaran, and its effect on working days.

``o`` is the room ``outside`` of the register. Dates are Gregorian; Lebaran (1 Syawal) follows the Hijri calendar
(Umm al-Qura, library ``hijridate``), so its month moves through the year by itself.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from hijridate import Gregorian, Hijri

from sim.core.parameters import month_number
from sim.core.streams import normal
from sim.errors import UserError

__all__ = ["Outside", "Season", "lebaran_near", "seasons"]

NEAR_DAYS = 75  # a feast and its aftermath touch no month whose middle is farther away
MIDDLE = 15  # a day of any month
SYAWAL = 10  # the month of the Hijri year that begins with Lebaran
KEPT_CALENDARS = 64
LAST_MONTH = "2076-12"  # the library knows the Hijri calendar to 2077
MAY = 5
JUNE = 6
DECEMBER = 12
MONTH_NAMES = tuple(name.lower() for name in calendar.month_name[1:])


@dataclass(frozen=True)
class Season:
    """One calendar month as the town feels it.

    ``demand`` multiplies private demand, ``public`` the city government's; ``days`` is the share of a usual month's
    working days; ``holiday`` is 1 in the month before whose end the holiday wage is due.
    """

    demand: float
    public: float
    days: float
    holiday: float


@cache
def lebaran_near(year: int, month: int) -> tuple[dt.date, ...]:
    """Return the first days of Syawal from two months before to two months after a Gregorian month."""
    middle = dt.date(year, month, MIDDLE)
    hijri_year = Gregorian(year, month, MIDDLE).to_hijri().year
    days = [Hijri(y, SYAWAL, 1).to_gregorian() for y in (hijri_year - 1, hijri_year, hijri_year + 1)]
    found = [dt.date(day.year, day.month, day.day) for day in days]
    return tuple(day for day in found if abs((day - middle).days) < NEAR_DAYS)


def _overlap_share(year: int, month: int, first: dt.date, last: dt.date) -> float:
    """Return the share of a month's days that fall between two dates, inclusive."""
    length = calendar.monthrange(year, month)[1]
    begin, end = dt.date(year, month, 1), dt.date(year, month, length)
    days = (min(end, last) - max(begin, first)).days + 1
    return max(0, days) / length


def _season(number: int, o: dict[str, Any]) -> Season:
    year, month = divmod(number, 12)
    month += 1
    closed, after, holiday = 0.0, 0.0, 0.0
    for feast in lebaran_near(year, month):
        begin = feast - dt.timedelta(days=int(o["lebaran_days_before"]))
        end = feast + dt.timedelta(days=int(o["lebaran_days_after"]))
        closed += _overlap_share(year, month, begin, end)
        rebound = end + dt.timedelta(days=int(o["rebound_days"]))
        after += _overlap_share(year, month, end + dt.timedelta(days=1), rebound)
        due = feast - dt.timedelta(days=int(o["holiday_pay_days_before"]))
        if (due.year, due.month) == (year, month):
            holiday = 1.0
    demand = o[f"season_{MONTH_NAMES[month - 1]}"]
    demand *= (1.0 - o["lebaran_demand_loss"] * closed) * (1.0 + o["rebound_share"] * after)
    days = 1.0 - o["lebaran_work_loss"] * closed
    return Season(demand, 12.0 * public_share(month, o), days, holiday)


def public_share(month: int, o: dict[str, Any]) -> float:
    """Return the share of a year's public spending that falls in a calendar month (1 to 12)."""
    if month < JUNE:
        return float(o["spent_by_may"]) / MAY
    if month == JUNE:
        return float(o["spent_by_june"]) - float(o["spent_by_may"])
    return (1.0 - float(o["spent_by_june"])) / (DECEMBER - JUNE)


def seasons(first: str, months: int, o: dict[str, Any]) -> list[Season]:
    """Return the season of each month of a run, from its first calendar month ("2018-06").

    The year after the run is included, so that a firm can look one month ahead.
    """
    last = month_number(first) + months
    if last > month_number(LAST_MONTH):
        message = f"The run would end after {LAST_MONTH}, the last month of the Hijri calendar. Simulate fewer months."
        raise UserError(message)
    calendar_facts = tuple((key, value) for key, value in o.items() if not isinstance(value, str))
    return list(_seasons(month_number(first), months, calendar_facts))


@lru_cache(maxsize=KEPT_CALENDARS)
def _seasons(start: int, months: int, facts: tuple[tuple[str, Any], ...]) -> tuple[Season, ...]:
    """Work a run's calendar out once; runs of one scenario share it."""
    o = dict(facts)
    return tuple(_season(start + i, o) for i in range(months + 1))


class Outside:
    """The world steel price and the price of imported goods, month by month.

    ``gap`` is the logarithm of the steel price against usual: prices are only ever compared, so that the unit of money
    moves nothing, to the last bit where it is a power of two.
    """

    def __init__(self, o: dict[str, Any], market: dict[str, Any]) -> None:
        self.o, self.market = o, market
        self.gap = 0.0

    def move(self, key: int) -> None:
        """Move the steel price: a mean-reverting walk in logarithms (annual standard deviation about 0.22)."""
        self.gap = (1.0 - self.o["steel_price_reversion"]) * self.gap + self.o["steel_price_sd"] * normal(key, 0)

    @property
    def steel_price_jt_t(self) -> float:
        """World steel price in the city [jt/t]."""
        return float(self.o["steel_price_jt_t"] * math.exp(self.gap))

    @property
    def index(self) -> float:
        """Cost of finished metal goods against usual: the steel price, passed through in part."""
        return math.exp(self.o["pass_through"] * self.gap)

    @property
    def import_price_jt_t(self) -> float:
        """Price of imports and factory goods in the city [jt/t]."""
        return float(self.o["import_price_jt_t"] * self.index)

    @property
    def import_utility(self) -> float:
        """Utility of the outside good: its price, seen as buyers see a supplier's."""
        log_price = math.log(self.import_price_jt_t / self.market["price_reference_jt_t"])
        return float(-self.market["price_elasticity"] * log_price)

    @property
    def demand_factor(self) -> float:
        """How much the price of steel moves total demand."""
        return math.exp(-self.o["demand_elasticity"] * self.o["pass_through"] * self.gap)
