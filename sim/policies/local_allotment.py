"""Local allotment (jatah lokal): part of the mills' steel for small firms is offered to local firms first.

Channel
    A share of each mill's allotment is rationed among local orders before the rest is shared out; what local firms do
    not order returns to all. It changes who gets steel at the mill's price, not how much steel there is.
Evidence
    The newspaper report of 15 June 2023 says that local firms compete with outside firms for the quota and get what is
    left. No study of such a reserve was found.
Cost
    No budget. Its shadow cost is the mark-up that the city's distributors lose on the steel that moved to local firms.
    What outside firms pay more for steel is displacement: it shows in their value added and is not counted again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.compiled import compiled
from sim.firms import STEEL
from sim.policies import Lever, Policy
from sim.policies._steel import local_markup


@compiled
def moved_jt(producers, added_share):
    """Return the worth at the mills of the steel that local firms got because of the reserve [jt]."""
    total_jt = 0.0
    for j in range(producers.size):
        mill = producers[j]
        beyond_t = max(0.0, mill.delivered_local_t - mill.due_local * mill.delivered_t)
        moved_t = min(beyond_t, added_share[j] * mill.offered_t, mill.short_outside_t)
        total_jt += moved_t * mill.price_jt_t
    return total_jt


class LocalAllotment(Policy):
    """A share of the mills' steel for small firms, offered to local firms first."""

    title_en = "Local steel allotment"
    title_id = "Jatah baja untuk IKM lokal"
    in_report = True
    moves = "the order in which the mills' allotment is rationed"
    fades = "at once: the rule holds only while in force; trust earned at the mill stays and decays"
    evidence = "Banten Raya, 15 June 2023; no experiment found"
    eases = (STEEL,)

    reserved_share = Lever("share", 0, 1, 0, "Share of the mills' steel for small firms offered to local firms first")

    def __init__(self, first: int, last: int, **levers: Any) -> None:
        """Take dates and lever; nothing is added to the mills' own reserve before the first month."""
        super().__init__(first, last, **levers)
        self.added_share = np.zeros(1)

    def set_rules(self, town: Any) -> None:
        """Reserve the share for this month, above what the mills already do."""
        mills = town.mills
        self.added_share = np.maximum(0.0, self.reserved_share - mills["reserved_local_share"])
        mills["reserved_local_share"] = np.maximum(mills["reserved_local_share"], self.reserved_share)

    def look_back(self, town: Any) -> None:
        """Bear what the city's distributors lose on steel that local firms got because of the reserve.

        That is what they got beyond their usual part of the deliveries, but no more than what was added to the
        reserve, nor than what outside firms are short of.
        """
        if not self.added_share.any():
            return
        town.office.bear(self, moved_jt(town.arg.producers, self.added_share) * local_markup(town))
