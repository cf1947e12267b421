"""The city's industry office (Disperindag): its money, its staff, and the policies in force.

Money is released through the calendar year as public budgets really are, charged when it is spent, and lapses on 31
December. A policy without money does nothing. Staff can handle so many firms a month, whatever the policy.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import CITY_BUDGET, LAPSED
from sim.core.compiled import compiled
from sim.core.state import RowAgent, RowView, Table, column
from sim.rolls import Roll
from sim.shocks import public_share

if TYPE_CHECKING:
    from sim.policies import Policy

__all__ = ["Government", "Office", "Purse", "affordable", "spend", "take_staff"]

DECEMBER = 12
MOST_UNITS = 1e9  # more of anything than a town can have: what costs next to nothing is no infinite number
ROUNDING = 1e-9  # a sum of monthly releases may miss a price by so little


class Government(RowAgent):
    """The city government's industry office."""

    uid: int = column("count", "Identity")
    working: bool = column("yes/no", "Always true")
    cash_jt: float = column("jt", "Released to policies and not yet spent", low=0)
    spent_jt: float = column("jt/month", "Spent this month", low=0)
    staff_left: float = column("firms/month", "Firms the staff can still handle this month", low=0)
    shadow_jt: float = column("jt/month", "Cost that regulations put on others this month", low=0)


class Purse(RowView):
    """The money of one policy: what is released this year and not yet spent."""

    left_jt: float = column("jt", "Released this year and not yet spent", low=0)
    spent_jt: float = column("jt/month", "Spent this month", low=0)
    shadow_jt: float = column("jt/month", "Cost that it put on others this month", low=0)


@compiled
def release(purses, government, acting, budgets_jt_year, share, staff, books):
    """Release this month's share of their budgets to the purses of the policies in force, and free the staff."""
    office = government[0]
    office.spent_jt = 0.0
    office.shadow_jt = 0.0
    office.staff_left = staff
    for k in range(purses.size):
        purses[k].spent_jt = 0.0
        purses[k].shadow_jt = 0.0
    for a in range(acting.size):
        released_jt = share * budgets_jt_year[a]
        if released_jt > 0.0:
            purses[acting[a]].left_jt += released_jt
            office.cash_jt += released_jt
            books[CITY_BUDGET, 1] += released_jt


@compiled
def spend(purse, office, flow, jt, books):
    """Pay ``jt`` out of a purse into a flow, all or nothing; tell whether there was enough.

    The receiver's end of the flow is the caller's to enter when the receiver is an agent.
    """
    if jt > purse.left_jt + ROUNDING * jt:
        return False
    purse.left_jt = max(0.0, purse.left_jt - jt)
    purse.spent_jt += jt
    office.cash_jt -= jt
    office.spent_jt += jt
    books[flow, 0] += jt
    return True


@compiled
def affordable(purse, unit_jt):
    """Return how many units of a cost a purse still holds."""
    return int(min(MOST_UNITS, purse.left_jt / unit_jt + ROUNDING))


@compiled
def take_staff(office, firms):
    """Claim staff for up to so many firms this month; return for how many there is staff."""
    granted = int(min(firms, office.staff_left))
    office.staff_left -= granted
    return granted


@compiled
def claim_staff(government, firms):
    """Claim the office's staff."""
    return take_staff(government[0], firms)


@compiled
def put_on(purses, k, government, shadow_jt):
    """Enter a cost that the ``k``-th policy puts on others."""
    purses[k].shadow_jt += shadow_jt
    government[0].shadow_jt += shadow_jt


@compiled
def affordable_from(purses, k, unit_jt):
    """Return how many units of a cost the ``k``-th purse still holds."""
    return affordable(purses[k], unit_jt)


@compiled
def spend_from(purses, k, government, flow, jt, books):
    """Pay ``jt`` out of the ``k``-th purse."""
    return spend(purses[k], government[0], flow, jt, books)


@compiled
def close_purses(purses, government, over, year_ends, books, spent_jt, shadow_jt):
    """Note what was spent from each purse; let lapse what is left where the policy, or the year, is over.

    When all purses are empty the last rounding lapses too.
    """
    office, empty = government[0], True
    for k in range(purses.size):
        purse = purses[k]
        spent_jt[k] = purse.spent_jt
        shadow_jt[k] = purse.shadow_jt
        if purse.left_jt > 0.0 and (year_ends or over[k]):
            office.cash_jt -= purse.left_jt
            books[LAPSED, 0] += purse.left_jt
            purse.left_jt = 0.0
        empty = empty and purse.left_jt == 0.0
    if empty:
        books[LAPSED, 0] += office.cash_jt
        office.cash_jt = 0.0


class Office:
    """The policies in force and their purses; the one place where public money is released and spent.

    Parameters
    ----------
    row : Table
        The one-row table of :class:`Government`.
    policies : list of Policy
        In the order of the scenario, which is the order in which they find staff.
    facts : dict
        The room ``government`` of the register.
    timing : dict
        The room ``outside``, for the calendar of public spending.
    """

    def __init__(self, row: Any, policies: list[Policy], facts: dict[str, Any], timing: dict[str, Any]) -> None:
        self.row, self.policies, self.facts, self.timing = row, policies, facts, timing
        self.places = {name: k for k, name in enumerate(dict.fromkeys(policy.name for policy in policies))}
        self.table = Table(None, Purse, np.zeros(len(self.places), Purse.dtype))
        self.purses = {name: self.table[k] for name, k in self.places.items()}
        self.rolls: dict[str, Roll] = {}
        self._plan()
        self.acting: list[Policy] = []  # the policies in force this month, and where their purses are
        self._acting, self._budgets_jt_year = np.zeros(0, np.int64), np.zeros(0)
        self._going_on: list[Policy] = []  # the policies in force next month
        self._over = np.ones(len(self.places), bool)  # whose purses belong to no policy in force

    def _plan(self) -> None:
        """Work out the months in which a policy begins or is over, and who is in force before them and from each on."""
        self._turns = sorted({month for one in self.policies for month in (one.first, one.last + 1)})
        self._in_force = [[], *([one for one in self.policies if one.first <= at <= one.last] for at in self._turns)]

    def add(self, policy: Policy) -> None:
        """Put a further policy into force beside those of the scenario; it shares the purse of one of its name."""
        self.policies.append(policy)
        self._plan()

    def roll(self, policy: Policy, firms: Any, part: str = "") -> Roll:
        """Return what a policy's programme knows of the firms; it outlives one use of the policy.

        A programme with several kinds of help may keep a further roll for a ``part`` of it.
        """
        name = f"{policy.name}.{part}" if part else policy.name
        roll = self.rolls.get(name)
        if roll is None:
            roll = self.rolls[name] = Roll(firms.size)
        return roll

    def forget(self, closed: NDArray[np.int64], count: int) -> None:
        """Let every programme forget the first ``count`` firms in ``closed``: a newcomer in a row starts unknown."""
        for roll in self.rolls.values():
            roll.forget(closed, count)

    def in_force(self, month: int) -> list[Policy]:
        """Return the policies in force in a month of the run."""
        return self._in_force[bisect_right(self._turns, month)]

    def open_month(self, month: int, calendar_month: int, books: Any) -> None:
        """Release this month's money to the policies in force, and free the staff."""
        acting, self._going_on = self.in_force(month), self.in_force(month + 1)
        if acting is not self.acting:
            self.acting = acting
            self._acting = np.array([self.places[policy.name] for policy in acting], np.int64)
            self._budgets_jt_year = np.array([getattr(policy, "budget_jt_year", 0.0) for policy in acting], np.float64)
            self._over = self._places_without(acting)
        share = self.facts["realised_share"] * public_share(calendar_month, self.timing)
        staff = float(self.facts["staff_firms_month"])
        release(self.table.arg, self.row.arg, self._acting, self._budgets_jt_year, share, staff, books)

    def purse_of(self, policy: Policy) -> tuple[Any, int, Any]:
        """Return how a compiled rule finds a policy's purse: all purses, the place of its own, and the office."""
        return self.table.arg, self.places[policy.name], self.row.arg

    def spend(self, policy: Policy, flow: int, jt: float, books: Any) -> bool:
        """Pay ``jt`` out of a policy's purse into a flow, all or nothing; tell whether there was enough.

        The receiver's end of the flow is the caller's to enter when the receiver is an agent.
        """
        return bool(spend_from(self.table.arg, self.places[policy.name], self.row.arg, flow, float(jt), books))

    def affordable(self, policy: Policy, unit_jt: float) -> int:
        """Return how many units of a cost a policy's purse still holds."""
        return int(affordable_from(self.table.arg, self.places[policy.name], float(unit_jt)))

    def take_staff(self, firms: int) -> int:
        """Claim staff for up to so many firms this month; return for how many there is staff."""
        return int(claim_staff(self.row.arg, firms))

    def bear(self, policy: Policy, shadow_jt: float) -> None:
        """Enter a cost that a regulation puts on others: reported beside the budget, no money moves here."""
        put_on(self.table.arg, self.places[policy.name], self.row.arg, float(shadow_jt))

    def ending(self, month: int) -> list[Policy]:
        """Return the policies for which this is the last month, and no other use follows at once."""
        if self._going_on is self.acting:
            return []
        names = {policy.name for policy in self._going_on}
        return [policy for policy in self.policies if policy.last == month and policy.name not in names]

    def _places_without(self, policies: list[Policy]) -> NDArray[np.bool_]:
        """Tell of each purse whether none of some policies has it."""
        names = {policy.name for policy in policies}
        return np.array([name not in names for name in self.places])

    def close_month(self, calendar_month: int, books: Any, spent_jt: Any, shadow_jt: Any) -> None:
        """Note what each policy spent and put on others; let money lapse at the year's end, and when a policy ends."""
        if not self.policies:
            return
        over = self._over if self._going_on is self.acting else self._places_without(self._going_on)
        year_ends = calendar_month == DECEMBER
        close_purses(self.table.arg, self.row.arg, over, year_ends, books, spent_jt, shadow_jt)
