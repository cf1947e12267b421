"""What programmes that help firms share: who applies, who is invited, who comes, and what is noted and paid.

Take-up depends on motivation and on trust in help from a firm's own experience; a place that stays empty costs money.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import GRANTS, PROGRAMME
from sim.core.compiled import compiled
from sim.core.streams import uniform
from sim.government import affordable, spend, take_staff
from sim.policies._targeting import choose, choose_lowest, rule_of
from sim.rolls import note_applications, note_help

__all__ = [
    "apply",
    "attend",
    "ends_quarter",
    "grant",
    "help_given",
    "hold",
    "invite",
    "local_firms",
    "motivate",
    "rested_firms",
    "staff_cases",
    "times_held",
]

YEAR = 12
MONTHS_A_QUARTER = 3
SLIVER = 1e-9  # of a firm: too little to mean anything


@compiled
def find_working(firms, first, last):
    """Return the rows of the firms at work from a first row to before a last one."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        if firms[i].working:
            found[count] = i
            count += 1
    return found[:count]


def local_firms(town: Any) -> NDArray[np.int64]:
    """Return the rows of the local firms at work: the rows of a cluster stand side by side."""
    rows: NDArray[np.int64] = find_working(town.arg.firms, town.local_rows.start, town.local_rows.stop)
    return rows


@compiled
def find_rested(firms, entries, first, last, month, rest_months):
    """Return the rows of the firms at work that a programme does not help now, nor helped in so many months."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        latest = entries[i].latest
        if firms[i].working and entries[i].left_months == 0 and (latest == 0 or month - latest >= rest_months):
            found[count] = i
            count += 1
    return found[:count]


def rested_firms(town: Any, policy: Any, months: float = 0.0) -> NDArray[np.int64]:
    """Return the rows of the local firms at work whose help, if any, ended, and was not given in so many months."""
    entries, own = town.office.roll(policy, town.arg.firms).entries.arg, town.local_rows
    rows: NDArray[np.int64] = find_rested(town.arg.firms, entries, own.start, own.stop, town.month, float(months))
    return rows


def ends_quarter(calendar_month: int) -> bool:
    """Tell whether a quarter ends: programmes choose firms then, when the quarter's money is there."""
    return calendar_month % MONTHS_A_QUARTER == 0


def times_held(times_a_year: float, calendar_month: int) -> int:
    """Return how many of the year's events fall in a calendar month: spread evenly, whole by the year's end.

    Examples
    --------
    >>> [times_held(4, month) for month in range(1, 13)]
    [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    >>> sum(times_held(2.5, month) for month in range(1, 13))
    2
    """
    return int(times_a_year * calendar_month / YEAR) - int(times_a_year * (calendar_month - 1) / YEAR)


@compiled
def take_up(firms, eligible, floor, luck):
    """Return the rows of the eligible firms that apply, each by its own lot."""
    found, count = np.empty(eligible.size, np.int64), 0
    for k in range(eligible.size):
        firm = firms[eligible[k]]
        if uniform(luck, eligible[k]) < floor + (1.0 - floor) * firm.motivation * firm.help_trust:
            found[count] = eligible[k]
            count += 1
    return found[:count]


def apply(town: Any, policy: Any, eligible: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those rows of eligible firms that apply, and note them on the policy's roll.

    A firm applies with the chance ``floor + (1 - floor) * motivation * trust in help`` (room ``help`` of the
    register), by its own lot of the month.
    """
    luck = town.luck(f"policy.{policy.name}.take up", town.month)
    rows: NDArray[np.int64] = take_up(town.arg.firms, eligible, float(town.world["help.take_up_floor"]), luck)
    town.office.roll(policy, town.arg.firms).note("applied", town.arg.firms, rows, town.month)
    return rows


def invite(town: Any, policy: Any, applicants: NDArray[np.int64], places: float, cost_jt: float) -> NDArray[np.int64]:
    """Return the applicants that are invited: by the policy's rule, within places, its purse and the staff."""
    invited = choose(town, policy, applicants, min(int(places), town.office.affordable(policy, cost_jt)))
    return invited[: town.office.take_staff(invited.size)]


@compiled
def staff_cases(office, firms, part):
    """Claim staff for up to so many firms, each a part of a case; return for how many firms there is staff."""
    cases = take_staff(office, math.ceil(firms * part - SLIVER))
    return min(firms, int(cases / part + SLIVER))


@compiled
def come(firms, invited, floor, luck):
    """Return the rows of the invited firms that come, each by its own lot."""
    found, count = np.empty(invited.size, np.int64), 0
    for k in range(invited.size):
        if uniform(luck, invited[k]) < floor + (1.0 - floor) * firms[invited[k]].motivation:
            found[count] = invited[k]
            count += 1
    return found[:count]


@compiled
def remember(firms, rows):
    """Let firms remember that they were helped this month, and what they then expected."""
    for k in range(rows.size):
        firm = firms[rows[k]]
        firm.helped_times += 1.0
        firm.helped_months = 0.0
        firm.helped_expected_t = firm.expected_t


@compiled
def charge(firms, invited, floor, no_show_share, luck, cost_jt, purse, office, books):
    """Charge every invited firm's place; return the rows of the firms that come, none if there is no money."""
    rows = come(firms, invited, floor, luck)
    due_jt = cost_jt * (rows.size + no_show_share * (invited.size - rows.size))
    if not spend(purse, office, PROGRAMME, due_jt, books):
        rows = rows[:0]
    remember(firms, rows)
    return rows


@compiled
def charge_purse(firms, invited, floor, no_show_share, luck, cost_jt, purses, k, government, books):
    """Charge the ``k``-th purse."""
    return charge(firms, invited, floor, no_show_share, luck, cost_jt, purses[k], government[0], books)


def attend(town: Any, policy: Any, invited: NDArray[np.int64], cost_jt: float) -> NDArray[np.int64]:
    """Charge every invited firm's place, and return the firms that come; an empty place costs a part.

    A firm comes with the chance ``floor + (1 - floor) * motivation``, by its own lot of the month. A firm that comes
    is noted as helped.
    """
    if invited.size == 0:
        return invited
    facts, office, firms = town.world.room("help"), town.office, town.arg.firms
    rows: NDArray[np.int64] = charge_purse(
        firms, invited, float(facts["attendance_floor"]), float(facts["no_show_cost_share"]),
        town.luck(f"policy.{policy.name}.show", town.month), float(cost_jt), *office.purse_of(policy),
        town.money.books,
    )  # fmt: skip
    office.roll(policy, firms).note("helped", firms, rows, town.month)
    return rows


@compiled
def hold_programme(
    firms, entries, eligible, places, each_jt, cost_jt, part, rule, eased, take_up_floor, attendance_floor,
    no_show_share, applying, choosing, showing, month, purses, k, government, books,
):  # fmt: skip
    """Let firms apply, invite some, and charge and help those who come.

    Returns
    -------
    (rows, rows, rows)
        The rows of the firms helped; the identities of those that applied, and were helped, for the first time.
    """
    purse, office = purses[k], government[0]
    applicants = take_up(firms, eligible, take_up_floor, applying)
    new = note_applications(firms, entries, applicants, month)
    places = max(0, min(places, affordable(purse, each_jt), applicants.size))
    invited = choose_lowest(firms, entries, applicants, places, rule, eased, choosing)
    invited = invited[: staff_cases(office, invited.size, part)]
    rows = charge(firms, invited, attendance_floor, no_show_share, showing, cost_jt, purse, office, books)
    return rows, new, note_help(firms, entries, rows, month)


def hold(
    town: Any,
    policy: Any,
    eligible: NDArray[np.int64],
    places: float,
    cost_jt: float,
    each_jt: float | None = None,
    part: float = 1.0,
) -> NDArray[np.int64]:
    """Return the eligible firms that apply, are invited and come: a programme's turn in one.

    As :func:`apply`, :func:`invite` and :func:`attend` one after the other. Firms are invited as long as there are
    ``each_jt`` for each, where that is more than the cost of a place, and staff: each is a ``part`` of a case.
    """
    facts, office, luck, month = town.world.room("help"), town.office, town.luck, town.month
    firms, name = town.arg.firms, policy.name
    roll = office.roll(policy, firms)
    rule, eased, lot_month = rule_of(policy, month)
    rows: NDArray[np.int64]
    rows, new, new_help = hold_programme(
        firms, roll.entries.arg, eligible, int(places), float(cost_jt if each_jt is None else each_jt),
        float(cost_jt), float(part), rule, eased, float(facts["take_up_floor"]), float(facts["attendance_floor"]),
        float(facts["no_show_cost_share"]), luck(f"policy.{name}.take up", month),
        luck(f"policy.{name}.lot", lot_month), luck(f"policy.{name}.show", month), month, *office.purse_of(policy),
        town.money.books,
    )  # fmt: skip
    roll.know("applied", new, month)
    roll.know("helped", new_help, month)
    return rows


def help_given(town: Any, policy: Any, rows: NDArray[np.int64]) -> None:
    """Note that firms were helped this month: on the policy's roll, and in what each firm remembers."""
    if rows.size == 0:
        return
    firms = town.arg.firms
    town.office.roll(policy, firms).note("helped", firms, rows, town.month)
    remember(firms, rows)


@compiled
def motivate(firm, gain):
    """Raise the motivation of a firm, up to 1."""
    firm.motivation = min(1.0, firm.motivation + gain)


@compiled
def give(firm, jt, purse, office, books):
    """Give money to a firm, if the purse holds the whole of it."""
    if spend(purse, office, GRANTS, jt, books):
        books[GRANTS, 1] += jt
        firm.cash_jt += jt
        firm.equity_jt += jt


@compiled
def grant_all(firms, rows, jt, purses, k, government, books):
    """Give each firm its sum out of the ``k``-th purse, as long as that holds the whole of it."""
    for n in range(rows.size):
        give(firms[rows[n]], jt[n], purses[k], government[0], books)


def grant(town: Any, policy: Any, rows: NDArray[np.int64], jt: Any) -> None:
    """Give money to firms out of the policy's purse, ``jt`` each or one sum for each row; both ends are entered.

    A firm for which the purse is too short gets nothing, and those after it may still be paid.
    """
    sums_jt = np.zeros(rows.size) + jt
    grant_all(town.arg.firms, rows, sums_jt, *town.office.purse_of(policy), town.money.books)
