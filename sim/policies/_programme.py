"""What programmes that help firms share: who applies, who is invited, who comes, and what is noted and paid.

Take-up depends on motivation and on trust in help from a firm's own experience; a place that stays empty costs money.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import GRANTS, PROGRAMME
from sim.core.compiled import compiled
from sim.core.streams import draw_tries, uniform
from sim.policies._targeting import choose

__all__ = [
    "apply",
    "attend",
    "ends_quarter",
    "grant",
    "help_given",
    "invite",
    "local_firms",
    "lot_of_try",
    "motivate",
    "not_lately",
    "times_held",
]

YEAR = 12
MONTHS_A_QUARTER = 3


def local_firms(town: Any) -> NDArray[np.int64]:
    """Return the rows of the local firms at work: the rows of a cluster stand side by side."""
    own = town.local_rows
    return np.flatnonzero(town.tables["firms"].rows["working"][own]) + own.start


def not_lately(town: Any, policy: Any, rows: NDArray[np.int64], months: float) -> NDArray[np.int64]:
    """Return those rows that the policy's programme never helped, or not for so many months."""
    latest = town.office.roll(policy, town.tables["firms"].rows).latest[rows]
    return rows[(latest == 0) | (town.month - latest >= months)]


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
def take_up(firms, rows, floor, luck, found):
    """Put the rows of the eligible firms that apply, each by its own lot, into ``found``; return how many."""
    count = 0
    for k in range(rows.size):
        firm = firms[rows[k]]
        if uniform(luck, rows[k]) < floor + (1.0 - floor) * firm.motivation * firm.help_trust:
            found[count] = rows[k]
            count += 1
    return count


def apply(town: Any, policy: Any, eligible: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those rows of eligible firms that apply, and note them on the policy's roll.

    A firm applies with the chance ``floor + (1 - floor) * motivation * trust in help`` (room ``help`` of the
    register), by its own lot of the month.
    """
    firms, rows = town.tables["firms"].rows, np.empty(eligible.size, np.int64)
    luck = town.luck(f"policy.{policy.name}.take up", town.month)
    rows = rows[: take_up(town.arg.firms, eligible, float(town.world["help.take_up_floor"]), luck, rows)]
    town.office.roll(policy, firms).note("applied", firms, rows, town.month)
    return rows


def invite(town: Any, policy: Any, applicants: NDArray[np.int64], places: float, cost_jt: float) -> NDArray[np.int64]:
    """Return the applicants that are invited: by the policy's rule, within places, its purse and the staff."""
    affordable = town.office.affordable(policy, cost_jt)
    invited = choose(town, policy, applicants, min(int(places), affordable, applicants.size))
    return invited[: town.office.take_staff(invited.size)]


@compiled
def come(firms, invited, floor, luck, found):
    """Put the rows of the invited firms that come, each by its own lot, into ``found``; return how many."""
    count = 0
    for k in range(invited.size):
        if uniform(luck, invited[k]) < floor + (1.0 - floor) * firms[invited[k]].motivation:
            found[count] = invited[k]
            count += 1
    return count


@compiled
def remember(firms, rows):
    """Let firms remember that they were helped this month, and what they then expected."""
    for k in range(rows.size):
        firm = firms[rows[k]]
        firm.helped_times += 1.0
        firm.helped_months = 0.0
        firm.helped_expected_t = firm.expected_t


def attend(town: Any, policy: Any, invited: NDArray[np.int64], cost_jt: float) -> NDArray[np.int64]:
    """Charge every invited firm's place, and return the firms that come; an empty place costs a part.

    A firm comes with the chance ``floor + (1 - floor) * motivation``, by its own lot of the month. A firm that comes
    is noted as helped.
    """
    if invited.size == 0:
        return invited
    facts, rows = town.world.room("help"), np.empty(invited.size, np.int64)
    luck = town.luck(f"policy.{policy.name}.show", town.month)
    present = come(town.arg.firms, invited, float(facts["attendance_floor"]), luck, rows)
    due_jt = cost_jt * (present + facts["no_show_cost_share"] * (invited.size - present))
    paid = town.office.spend(policy, PROGRAMME, due_jt, town.money.books)
    rows = rows[: present * paid]
    help_given(town, policy, rows)
    return rows


def help_given(town: Any, policy: Any, rows: NDArray[np.int64]) -> None:
    """Note that firms were helped this month: on the policy's roll, and in what each firm remembers."""
    if rows.size == 0:
        return
    firms = town.tables["firms"].rows
    town.office.roll(policy, firms).note("helped", firms, rows, town.month)
    remember(town.arg.firms, rows)


def motivate(firms: NDArray[Any], rows: NDArray[np.int64], gain: float) -> None:
    """Raise the motivation of firms, up to 1."""
    firms["motivation"][rows] = np.minimum(1.0, firms["motivation"][rows] + gain)


def lot_of_try(town: Any, policy: Any, rows: NDArray[np.int64], tries: NDArray[Any]) -> NDArray[np.float64]:
    """Return a lot for each row that depends on the firm and on the number of its try, not on the month.

    A firm that has its turn earlier then has the same luck: more places never change how an application ends.
    """
    return draw_tries(town.luck(f"policy.{policy.name}.try"), rows, tries.astype(np.int64))


def grant(town: Any, policy: Any, rows: NDArray[np.int64], jt: Any) -> None:
    """Give money to firms out of the policy's purse, ``jt`` each or one sum for each row; both ends are entered.

    A firm for which the purse is too short gets nothing, and those after it may still be paid.
    """
    firms, books = town.tables["firms"].rows, town.money.books
    for row, sum_jt in zip(rows.tolist(), np.broadcast_to(jt, rows.shape).tolist(), strict=True):
        if town.office.spend(policy, GRANTS, sum_jt, books):
            books[GRANTS, 1] += sum_jt
            firms["cash_jt"][row] += sum_jt
            firms["equity_jt"][row] += sum_jt
