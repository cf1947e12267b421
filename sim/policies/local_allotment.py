"""Local allotment (jatah lokal): part of the mills' steel for small firms is offered to local firms first.

Channel
    A share of each mill's allotment is rationed among local orders before the rest is shared out; what local firms do
    not order returns to all. It changes who gets steel at the mill's price, not how much steel there is.
Evidence
    The newspaper report of 15 June 2023 says that local firms compete with outside firms for the quota and get what is
    left. No study of such a reserve was found.
Cost
    No budget. Its shadow cost is what outside firms pay more for the steel they must buy from distributors instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.firms import STEEL
from sim.policies import Lever, Policy


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

    def set_rules(self, town: Any) -> None:
        """Reserve the share for this month, above what the mills already do."""
        mills = town.mills
        mills["reserved_local_share"] = np.maximum(mills["reserved_local_share"], self.reserved_share)

    def look_back(self, town: Any) -> None:
        """Bear the cost of outside firms short at the mill: their distributors' mark-up on what went to local firms."""
        firms, mills = town.tables["firms"].rows, town.tables["producers"].rows
        short = np.bincount(firms["mill"], weights=firms["backlog_t"] * ~firms["local"], minlength=mills.size)
        local_t = np.bincount(firms["mill"], weights=firms["direct_t"] * firms["local"], minlength=mills.size)
        moved_t = np.minimum(np.minimum(local_t, self.reserved_share * mills["offered_t"]), short)
        markup = float(town.tables["distributors"].rows["markup"].mean())
        town.office.bear(self, float((moved_t * mills["price_jt_t"]).sum()) * markup)
