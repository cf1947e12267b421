"""The city's industry office (Disperindag): its money, its staff, and the policies in force.

Money is released through the calendar year as public budgets really are, charged when it is spent, and lapses on 31
December. A policy without money does nothing. Staff can handle so many firms a month, whatever the policy.
"""

from __future__ import annotations

from typing import Any

from sim.accounts import CITY_BUDGET, LAPSED
from sim.core.state import RowAgent, column
from sim.policies import Policy
from sim.rolls import Roll
from sim.shocks import public_share

__all__ = ["Government", "Office", "Purse"]

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


class Purse:
    """The money of one policy: what is released this year and not yet spent."""

    def __init__(self) -> None:
        self.left_jt = 0.0
        self.spent_jt = 0.0
        self.shadow_jt = 0.0


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
        self.purses = {policy.name: Purse() for policy in policies}
        self.rolls: dict[str, Roll] = {}
        self.month = 0

    def roll(self, policy: Policy, firms: Any, part: str = "") -> Roll:
        """Return what a policy's programme knows of the firms, brought up to date once a month; it outlives one use.

        A programme with several kinds of help may keep a further roll for a ``part`` of it.
        """
        name = f"{policy.name}.{part}" if part else policy.name
        roll = self.rolls.get(name)
        if roll is None:
            roll = self.rolls[name] = Roll(firms.size)
        if roll.month != self.month:
            roll.meet(firms)
            roll.month = self.month
        return roll

    def in_force(self, month: int) -> list[Policy]:
        """Return the policies in force in a month of the run."""
        return [policy for policy in self.policies if policy.first <= month <= policy.last]

    def open_month(self, month: int, calendar_month: int, books: Any) -> None:
        """Release this month's money to the policies in force, and free the staff."""
        self.month = month
        office = self.row.rows[0]
        office["spent_jt"] = office["shadow_jt"] = 0.0
        office["staff_left"] = self.facts["staff_firms_month"]
        for purse in self.purses.values():
            purse.spent_jt = purse.shadow_jt = 0.0
        share = self.facts["realised_share"] * public_share(calendar_month, self.timing)
        for policy in self.in_force(month):
            released_jt = share * getattr(policy, "budget_jt_year", 0.0)
            if released_jt > 0.0:
                self.purses[policy.name].left_jt += released_jt
                office["cash_jt"] += released_jt
                books[CITY_BUDGET, 1] += released_jt

    def spend(self, policy: Policy, flow: int, jt: float, books: Any) -> bool:
        """Pay ``jt`` out of a policy's purse into a flow, all or nothing; tell whether there was enough.

        The receiver's end of the flow is the caller's to enter when the receiver is an agent.
        """
        purse = self.purses[policy.name]
        if jt > purse.left_jt + ROUNDING * jt:
            return False
        office = self.row.rows[0]
        purse.left_jt = max(0.0, purse.left_jt - jt)
        purse.spent_jt += jt
        office["cash_jt"] -= jt
        office["spent_jt"] += jt
        books[flow, 0] += jt
        return True

    def affordable(self, policy: Policy, unit_jt: float) -> int:
        """Return how many units of a cost a policy's purse still holds."""
        return int(min(MOST_UNITS, self.purses[policy.name].left_jt / unit_jt + ROUNDING))

    def take_staff(self, firms: int) -> int:
        """Claim staff for up to so many firms this month; return for how many there is staff."""
        office = self.row.rows[0]
        granted = int(min(firms, office["staff_left"]))
        office["staff_left"] -= granted
        return granted

    def bear(self, policy: Policy, shadow_jt: float) -> None:
        """Enter a cost that a regulation puts on others: reported beside the budget, no money moves here."""
        self.purses[policy.name].shadow_jt += shadow_jt
        self.row.rows[0]["shadow_jt"] += shadow_jt

    def ending(self, month: int) -> list[Policy]:
        """Return the policies for which this is the last month, and no other use follows at once."""
        goes_on = {policy.name for policy in self.in_force(month + 1)}
        return [policy for policy in self.policies if policy.last == month and policy.name not in goes_on]

    def close_month(self, month: int, calendar_month: int, books: Any) -> None:
        """Let unspent money lapse at the year's end, and when a policy ends."""
        if not self.policies:
            return
        goes_on = {policy.name for policy in self.in_force(month + 1)}
        for name, purse in self.purses.items():
            if purse.left_jt > 0.0 and (calendar_month == DECEMBER or name not in goes_on):
                self.row.rows[0]["cash_jt"] -= purse.left_jt
                books[LAPSED, 0] += purse.left_jt
                purse.left_jt = 0.0
        if all(purse.left_jt == 0.0 for purse in self.purses.values()):
            rest_jt = float(self.row.rows[0]["cash_jt"])
            books[LAPSED, 0] += rest_jt
            self.row.rows[0]["cash_jt"] = 0.0
