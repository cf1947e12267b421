"""How a programme chooses firms: named rules, usable by every policy.

A rule gives each eligible firm a rank; the lowest ranks are invited, as many as there are places, staff and money for.
Ties and lotteries are broken by the policy's own luck, row by row, so that one firm's change moves no other's lot.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.streams import draw_uniform
from sim.policies import Choice

__all__ = ["RULES", "choose", "targeting"]

TIE = 1e-9  # breaks ties by lot and moves no rank otherwise
RULES = ("first come", "lottery", "neediest", "most promising")


def targeting() -> Choice:
    """Return the lever that picks a targeting rule."""
    return Choice(RULES, "lottery", "How firms are selected among those eligible")


def choose(town: Any, policy: Any, eligible: NDArray[np.bool_], places: int) -> NDArray[np.int64]:
    """Return the rows of the firms invited, at most ``places``, in the order of the policy's rule.

    Parameters
    ----------
    town : MetalSupplyChain
    policy : Policy
        With a lever ``target``: ``first come`` favours motivated firms, ``neediest`` those with the least cash for
        their size, ``most promising`` those with skill and orders, ``lottery`` nobody.
    eligible : ndarray of bool, shape (rows,)
    places : int
    """
    rows = np.flatnonzero(eligible)
    if places <= 0 or rows.size == 0:
        return rows[:0]
    firms = town.tables["firms"].rows
    lot = draw_uniform(town.luck(f"policy.{policy.name}.lot", town.month), firms.size)[rows]
    rule = policy.target
    if rule == "first come":
        rank = -np.log(lot) / np.maximum(firms["motivation"][rows], TIE)
    elif rule == "neediest":
        rank = firms["cash_jt"][rows] / firms["capacity_t"][rows] + lot * TIE
    elif rule == "most promising":
        rank = -firms["skill"][rows] * firms["use"][rows] + lot * TIE
    else:
        rank = lot
    order = np.argsort(rank, kind="stable")[:places]
    return rows[order]
