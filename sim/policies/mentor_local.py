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

from sim.core.compiled import compiled
from sim.firms import MARKET, STEEL
from sim.policies import Lever, Policy
from sim.policies._steel import local_markup

TO_THE_END = 1  # on the roll as long as the partnership lasts


@compiled
def find_new_partners(firms, first, last):
    """Return the rows of the firms at work that became partners last month."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        if firms[i].working and firms[i].partner and firms[i].partner_months == 0.0:
            found[count] = i
            count += 1
    return found[:count]


@compiled
def moved_jt(firms, producers, taken, steel_p):
    """Return the worth at the mills of the steel that came to the city's firms because some are partners [jt].

    While steel is rationed, a partner's priority takes it from the other orders, part of which are local too.
    """
    got_t, total_jt = np.zeros(producers.size), 0.0
    for k in range(taken.size):
        got_t[firms[taken[k]].mill] += firms[taken[k]].direct_t
    for j in range(producers.size):
        for_being_partner = 1.0 - math.exp(-steel_p[0].priority_partner)
        total_jt += for_being_partner * got_t[j] * (1.0 - producers[j].due_local) * producers[j].price_jt_t
    return total_jt


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
            new = find_new_partners(town.arg.firms, town.local_rows.start, town.local_rows.stop)
            town.office.roll(self, town.arg.firms).enrol(new, TO_THE_END)

    def look_back(self, town: Any) -> None:
        """Bear the mills' further effort for the partners taken under the rule, and what distributors lose by them."""
        t = town.arg
        roll = town.office.roll(self, t.firms)
        roll.keep_partners(t.firms)
        taken = roll.running
        if taken.size:
            effort_jt = taken.size * town.world["mentor_local.cost_jt_partner"]
            town.office.bear(self, effort_jt + moved_jt(t.firms, t.producers, taken, t.steel_p) * local_markup(town))

    def end(self, town: Any) -> None:
        """Leave the mills free again: who is a partner stays one, at no further cost to the rule."""
        town.office.roll(self, town.tables["firms"].rows).stop()
