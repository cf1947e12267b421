"""What the two cooperatives share: firms that join for good, and a month that is paid for before the doors open."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import COOPERATIVE_COSTS, PROGRAMME
from sim.cooperatives import earned_jt, open_up
from sim.core.compiled import compiled
from sim.government import spend
from sim.policies._programme import ends_quarter, hold

__all__ = ["free_places", "open_doors", "take_members"]

STANDING = 1  # a membership stays on the roll until the cooperative closes: no month of it passes


@compiled
def open_if_paid(cooperatives, which, members, fee_share, cost_jt, purses, k, government, books):
    """Open a cooperative if the month's cost is paid, by what it has earned first; tell whether it is."""
    cooperative = cooperatives[which]
    own_jt = min(cost_jt, max(0.0, earned_jt(cooperative)))
    if not spend(purses[k], government[0], PROGRAMME, cost_jt - own_jt, books):
        return False
    cooperative.cash_jt -= own_jt
    books[COOPERATIVE_COSTS, 0] += own_jt
    open_up(cooperative, members, fee_share)
    return True


def open_doors(town: Any, policy: Any, which: int, fee_share: float, cost_jt: float) -> NDArray[np.int64]:
    """Open a cooperative for this month if its running cost is paid; return the rows of its members.

    What it has earned pays first, the policy's purse the rest. A cooperative without members, or whose month is not
    paid for, stays closed: then nobody is returned.
    """
    t, office = town.arg, town.office
    members = office.roll(policy, t.firms).running
    opened = members.size > 0 and open_if_paid(
        t.cooperatives, which, float(members.size), float(fee_share), float(cost_jt), *office.purse_of(policy),
        town.money.books,
    )  # fmt: skip
    return members if opened else members[:0]


def free_places(town: Any, policy: Any, members: float, cost_jt: float) -> int:
    """Return how many members can be taken now: none but at a quarter's end, or without money for a single one."""
    if not ends_quarter(town.calendar_month) or town.office.affordable(policy, cost_jt) < 1:
        return 0
    return max(0, int(members) - int(town.office.roll(policy, town.arg.firms).running.size))


def take_members(town: Any, policy: Any, eligible: NDArray[np.int64], places: int, cost_jt: float) -> None:
    """Let firms that apply join: by the policy's rule, within places, purse and staff."""
    rows = hold(town, policy, eligible, places, cost_jt)
    town.office.roll(policy, town.arg.firms).enrol(rows, STANDING)
