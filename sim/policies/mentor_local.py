"""Local mentoring (kemitraan IKM lokal): the mills are asked to mentor local firms first.

Channel
    When a partner slot falls free, the mill looks among local firms of its steel type first, and among all when there
    is none. Partners buy at the mill without a lot, have priority, are mentored, and are favoured by the mill's own
    purchases. Slots fall free slowly, so that the rule works over years.
Evidence
    The mills in the city mostly mentor firms from outside it (Banten Raya, 15 June 2023). 7.2 % of Indonesia's small
    industries are in a partnership (BPS 2022). No study of such a rule was found.
Cost
    No budget. Its shadow cost is the mills' further effort for each partner taken under the rule, weaker than the one
    that the mill would have chosen (``mentor_local.cost_jt_partner``, assumed; an upper bound, since some would have
    been chosen anyway), and the mark-up that the city's distributors lose on the steel that these get as partners.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.firms import MARKET, STEEL
from sim.policies import Lever, Policy
from sim.policies._steel import distributors_loss_jt

TO_THE_END = 1  # on the roll as long as the partnership lasts


class MentorLocal(Policy):
    """The mills are asked to offer their free partner slots to local firms first."""

    title_en = "Mentoring of local firms first"
    title_id = "Kemitraan IKM lokal diutamakan"
    in_report = True
    moves = "who is taken when a mill has a free partner slot"
    fades = "a partner stays until the partnership ends (steel.partnership_end_rate a month); then all compete again"
    evidence = "Banten Raya, 15 June 2023: mills mentor firms from outside the city; no experiment found"
    eases = (STEEL, MARKET)

    local_first = Lever("share", 0, 1, 0, "Share of free partner slots offered to local firms first")

    def set_rules(self, town: Any) -> None:
        """Put local firms first for this month, and note whom the mills took last month under the rule."""
        mills = town.mills
        mills["local_first"] = np.maximum(mills["local_first"], self.local_first)
        before = town.office.in_force(town.month - 1)
        if any(isinstance(policy, MentorLocal) and policy.local_first > 0.0 for policy in before):
            firms, own = town.tables["firms"].rows, town.local_rows
            new = np.flatnonzero(firms["partner"][own]) + own.start
            new = new[firms["working"][new] & (firms["partner_months"][new] == 0.0)]
            if new.size:
                town.office.roll(self, firms).enrol(new, TO_THE_END)

    def look_back(self, town: Any) -> None:
        """Bear the mills' further effort for the partners taken under the rule, and what distributors lose by them."""
        firms = town.tables["firms"].rows
        roll = town.office.roll(self, firms)
        roll.keep(firms["partner"][roll.running])
        taken = roll.running
        if taken.size:
            effort_jt = taken.size * town.world["mentor_local.cost_jt_partner"]
            town.office.bear(self, effort_jt + distributors_loss_jt(town, self._moved_t(town, taken)))

    def end(self, town: Any) -> None:
        """Leave the mills free again: who is a partner stays one, at no further cost to the rule."""
        town.office.roll(self, town.tables["firms"].rows).stop()

    def _moved_t(self, town: Any, taken: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the steel that came to the city's firms because these are partners, by mill [t].

        While steel is rationed, a partner's priority takes it from the other orders, part of which are local too.
        """
        firms, mills = town.tables["firms"].rows, town.tables["producers"].rows
        for_being_partner = 1.0 - math.exp(-town.p_steel["priority_partner"][0])
        got_t = np.bincount(firms["mill"][taken], firms["direct_t"][taken], minlength=mills.size)
        return for_being_partner * got_t * (1.0 - mills["due_local"])
