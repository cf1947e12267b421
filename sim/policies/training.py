"""Training (pelatihan): lessons that raise skill and motivation, in cohorts limited by places, money and staff.

Channel
    ``skill_help`` of a firm that attends rises by the gain and fades unless practised; motivation rises. Sales,
    share and profit follow or not.
Evidence
    A meta-analysis of experiments finds +5 to +10 % of sales and profits (McKenzie 2020/21, World Bank WPS 9408); an
    earlier review finds one significant profit effect in 13 experiments, and cannot say whether gains are taken from
    rivals (McKenzie & Woodruff 2013). Only the direct channel, skill, is set from this; the effect on sales is an
    outcome.
Cost
    Rp 2-10 million a participant, 30-150 firms a year (range assumed from comparable local programmes).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.compiled import compiled
from sim.firms import LABOUR
from sim.policies import Lever, Policy
from sim.policies._programme import ends_quarter, hold, motivate
from sim.policies._targeting import targeting


@compiled
def find_ready(firms, first, last, repeat_months, min_age_months):
    """Return the rows of firms at work that are old enough and were not helped lately."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        firm = firms[i]
        waited = firm.helped_times == 0.0 or firm.helped_months >= repeat_months
        if firm.working and waited and firm.age_months >= min_age_months:
            found[count] = i
            count += 1
    return found[:count]


@compiled
def teach(firms, rows, skill_gain, motivation_gain):
    """Give firms the skill and the motivation of a course."""
    for k in range(rows.size):
        firms[rows[k]].skill_help += skill_gain
        motivate(firms[rows[k]], motivation_gain)


class Training(Policy):
    """Lessons that raise skill and motivation, one cohort a quarter."""

    title_en = "Training"
    title_id = "Pelatihan"
    in_report = True
    moves = "skill (fading unless practised) and motivation of firms that attend"
    fades = "skill from help by firms.help_fading a month, faster when idle; motivation by firms.motivation_speed"
    evidence = "McKenzie 2020/21 (WPS 9408): +5 to +10 % sales and profits"
    unit_costs = ("training.cost_jt_firm",)
    eases = (LABOUR,)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    firms_a_cohort = Lever("firms", 0, 500, 0, "Places in one cohort; a cohort starts every quarter")
    target = targeting()

    def deliver(self, town: Any) -> None:
        """At the end of each quarter, when its money is there, invite a cohort, charge it, and teach those who come."""
        if not ends_quarter(town.calendar_month):
            return
        facts, firms = town.world.room("training"), town.arg.firms
        eligible = find_ready(
            firms, town.local_rows.start, town.local_rows.stop, float(facts["repeat_months"]),
            float(facts["min_age_months"]),
        )  # fmt: skip
        rows = hold(town, self, eligible, self.firms_a_cohort, facts["cost_jt_firm"])
        teach(firms, rows, float(facts["skill_gain"]), float(facts["motivation_gain"]))
