"""Local mentoring (kemitraan IKM lokal): the mills are asked to mentor local firms first.

Channel
    When a partner slot falls free, the mill looks among local firms of its steel type first, and among all when there
    is none. Partners buy at the mill without a lot, have priority, are mentored, and are favoured by the mill's own
    purchases. Slots fall free slowly, so that the rule works over years.
Evidence
    The mills in the city mostly mentor firms from outside it (Banten Raya, 15 June 2023). 7.2 % of Indonesia's small
    industries are in a partnership (BPS 2022). No study of such a rule was found.
Cost
    No budget. Its shadow cost is the mills' further effort for partners who are weaker than the best outside firm
    that they passed over, in trust, quality and size (``mentor_local.cost_jt_point``, assumed), until that gap is
    closed; and the mark-up that the city's distributors lose on the steel that these partners get for being partners.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.firms import MARKET, STEEL
from sim.partnerships import merit
from sim.policies import Lever, Policy
from sim.policies._steel import AtTheMills, distributors_loss_jt

NONE_PASSED_OVER = -1e6
TO_THE_END = 1  # on the roll as long as the partnership lasts


@compiled
def gap_to_the_best(firms, taken, best, steel_p):
    """Return by how much partners fall short of the best outside firm that their mill could have taken, added up."""
    s = steel_p[0]
    for i in range(firms.size):
        firm = firms[i]
        able = firm.working & firm.registered & (not firm.partner) & (firm.capacity_t >= s.partner_capacity_t)
        if able & (not firm.local):
            best[firm.mill] = max(best[firm.mill], merit(firm, s))
    gap = 0.0
    for i in taken:
        gap += max(0.0, best[firms[i].mill] - merit(firms[i], s))
    return gap


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
            firms = town.tables["firms"].rows
            new = firms["working"] & firms["local"] & firms["partner"] & (firms["partner_months"] == 0)
            town.office.roll(self, firms).enrol(firms, np.flatnonzero(new), TO_THE_END)

    def look_back(self, town: Any) -> None:
        """Bear the mills' further effort for the partners whom they took under the rule."""
        firms = town.tables["firms"].rows
        roll = town.office.roll(self, firms)
        taken = roll.running
        roll.left_months[taken] *= firms["partner"][taken]
        taken = roll.running
        if taken.size:
            best = np.full(town.mills.size, NONE_PASSED_OVER)
            gap = gap_to_the_best(town.arg.firms, taken, best, town.arg.steel_p)
            town.office.bear(self, gap * town.world["mentor_local.cost_jt_point"])
            town.office.bear(self, distributors_loss_jt(town, self._moved_t(town, taken)))

    def _moved_t(self, town: Any, taken: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the steel that came to the city's firms because these are partners, by mill [t].

        While steel is rationed, a partner's priority takes it from the other orders, part of which are local too.
        """
        firms, mills = town.tables["firms"].rows, town.mills.size
        for_being_partner = 1.0 - math.exp(-town.p_steel["priority_partner"][0])
        got_t = np.bincount(firms["mill"][taken], firms["direct_t"][taken], minlength=mills)
        return for_being_partner * got_t * (1.0 - AtTheMills(town).usual_local_share)

    def end(self, town: Any) -> None:
        """Leave the mills free again: who is a partner stays one, at no further cost to the rule."""
        town.office.roll(self, town.tables["firms"].rows).left_months[:] = 0
