"""What programmes that help firms share: who applies, who is invited, who comes, and what is noted and paid.

Take-up depends on motivation and on trust in help from a firm's own experience; a place that stays empty costs money.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import GRANTS, PROGRAMME
from sim.core.streams import draw_rows, draw_tries
from sim.policies._targeting import choose

__all__ = [
    "apply",
    "attend",
    "ends_quarter",
    "grant",
    "help_given",
    "invite",
    "local_cluster",
    "local_firms",
    "local_rows",
    "lot_of_try",
    "motivate",
    "not_lately",
    "times_held",
]

YEAR = 12
MONTHS_A_QUARTER = 3


def local_cluster(town: Any) -> int:
    """Return the number of the local cluster; every register has exactly one."""
    return int(np.flatnonzero(town.clusters["local"])[0])


def local_rows(town: Any) -> slice:
    """Return the rows of local firms, free ones included: the rows of a cluster stand side by side."""
    own = town.state[local_cluster(town)]
    return slice(int(own["first_row"]), int(own["last_row"]))


def local_firms(town: Any) -> NDArray[np.bool_]:
    """Return which rows are local firms at work."""
    working, own = town.tables["firms"].rows["working"], local_rows(town)
    found = np.zeros(working.size, bool)
    found[own] = working[own]
    return found


def not_lately(town: Any, policy: Any, months: float) -> NDArray[np.bool_]:
    """Return the rows that the policy's programme never helped, or not for so many months."""
    latest = town.office.roll(policy, town.tables["firms"].rows).latest
    rested: NDArray[np.bool_] = (latest == 0) | (town.month - latest >= months)
    return rested


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


def apply(town: Any, policy: Any, eligible: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows of the eligible firms that apply, and note them on the policy's roll.

    A firm applies with the chance ``floor + (1 - floor) * motivation * trust in help`` (room ``help`` of the
    register), by its own lot of the month.
    """
    firms = town.tables["firms"].rows
    rows = np.flatnonzero(eligible)
    floor = town.world["help.take_up_floor"]
    chance = floor + (1.0 - floor) * firms["motivation"][rows] * firms["help_trust"][rows]
    lot = draw_rows(town.luck(f"policy.{policy.name}.take up", town.month), rows)
    rows = rows[lot < chance]
    town.office.roll(policy, firms).note("applied", firms, rows, town.month)
    return rows


def invite(town: Any, policy: Any, applicants: NDArray[np.int64], places: float, cost_jt: float) -> NDArray[np.int64]:
    """Return the applicants that are invited: by the policy's rule, within places, its purse and the staff."""
    affordable = town.office.affordable(policy, cost_jt)
    invited = choose(town, policy, applicants, min(int(places), affordable, applicants.size))
    return invited[: town.office.take_staff(invited.size)]


def attend(town: Any, policy: Any, invited: NDArray[np.int64], cost_jt: float) -> NDArray[np.int64]:
    """Charge every invited firm's place, and return the firms that come; an empty place costs a part.

    A firm comes with the chance ``floor + (1 - floor) * motivation``, by its own lot of the month. A firm that comes
    is noted as helped.
    """
    firms, facts = town.tables["firms"].rows, town.world.room("help")
    floor = facts["attendance_floor"]
    lot = draw_rows(town.luck(f"policy.{policy.name}.show", town.month), invited)
    comes = lot < floor + (1.0 - floor) * firms["motivation"][invited]
    present = int(np.count_nonzero(comes))
    due_jt = cost_jt * (present + facts["no_show_cost_share"] * (invited.size - present))
    rows = invited[comes & town.office.spend(policy, PROGRAMME, due_jt, town.money.books)]
    help_given(town, policy, rows)
    return rows


def help_given(town: Any, policy: Any, rows: NDArray[np.int64]) -> None:
    """Note that firms were helped this month: on the policy's roll, and in what each firm remembers."""
    if rows.size == 0:
        return
    firms = town.tables["firms"].rows
    town.office.roll(policy, firms).note("helped", firms, rows, town.month)
    firms["helped_times"][rows] += 1.0
    firms["helped_months"][rows] = 0.0
    firms["helped_expected_t"][rows] = firms["expected_t"][rows]


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
