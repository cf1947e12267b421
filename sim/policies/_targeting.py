"""How a programme chooses firms: named rules, usable by every policy.

A rule gives each applicant a rank; the lowest ranks are invited, as many as there are places, staff and money for.
Ties and lotteries are broken by the policy's own luck, row by row, so that one firm's change moves no other's lot.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.streams import draw_rows
from sim.policies import Choice

__all__ = ["RULES", "choose", "targeting"]

TIE = 1e-9  # breaks ties by lot and moves no rank otherwise
RULES = ("first come", "lottery", "neediest", "most promising", "staged cohorts", "by constraint")


def targeting() -> Choice:
    """Return the lever that picks a targeting rule."""
    return Choice(RULES, "lottery", "How firms are selected among those that apply")


def choose(town: Any, policy: Any, applicants: NDArray[np.int64], places: int) -> NDArray[np.int64]:
    """Return the rows of the firms invited, at most ``places``, in the order of the policy's rule.

    Parameters
    ----------
    town : MetalSupplyChain
    policy : Policy
        With a lever ``target``: ``first come`` favours motivated firms; ``lottery`` nobody; ``neediest`` those with
        the least cash for their size; ``most promising`` those with skill and orders; ``staged cohorts`` gives every
        firm its turn, those never helped by this programme first, in an order fixed by lot; ``by constraint`` takes
        first those whose output was last bound by what the policy eases (``policy.eases``).
    applicants : ndarray of int
        Rows of the firms that apply.
    places : int
    """
    if places <= 0 or applicants.size == 0:
        return applicants[:0]
    firms, rule, name = town.tables["firms"].rows, policy.target, policy.name
    month = 0 if rule == "staged cohorts" else town.month
    lot = draw_rows(town.luck(f"policy.{name}.lot", month), applicants)
    if rule == "first come":
        rank = -np.log(lot) / np.maximum(firms["motivation"][applicants], TIE)
    elif rule == "neediest":
        rank = firms["cash_jt"][applicants] / firms["capacity_t"][applicants] + lot * TIE
    elif rule == "most promising":
        rank = -firms["skill"][applicants] * firms["use"][applicants] + lot * TIE
    elif rule == "staged cohorts":
        rank = lot + (town.office.roll(policy, firms).helped[applicants] > 0)
    elif rule == "by constraint":
        rank = lot + ~np.isin(firms["bound"][applicants], policy.eases)
    else:
        rank = lot
    return applicants[np.argsort(rank, kind="stable")[:places]]
