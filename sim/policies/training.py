"""Training (pelatihan): lessons that raise skill, motivation and the quality of work, in staged cohorts.

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

from sim.accounts import PROGRAMME
from sim.core.streams import draw_uniform
from sim.policies import Lever, Policy
from sim.policies._targeting import choose, targeting

MONTHS_A_QUARTER = 3


class Training(Policy):
    """Lessons that raise skill and motivation, in staged cohorts, one a quarter."""

    title_en = "Training"
    title_id = "Pelatihan"
    in_report = True
    moves = "skill (fading unless practised) and motivation of firms that attend"
    evidence = "McKenzie 2020/21 (WPS 9408): +5 to +10 % sales and profits"

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    firms_a_cohort = Lever("firms", 0, 500, 0, "Places in one cohort; a cohort starts every quarter")
    target = targeting()

    def deliver(self, town: Any) -> None:
        """At the end of each quarter, when its money is there, invite a cohort, charge it, and teach those who come."""
        if town.calendar_month % MONTHS_A_QUARTER != 0:
            return
        facts, office = town.world.room("training"), town.office
        firms = town.tables["firms"].rows
        waited = (firms["helped_times"] == 0) | (firms["helped_months"] >= facts["repeat_months"])
        eligible = firms["working"] & firms["local"] & waited & (firms["age_months"] >= facts["min_age_months"])
        places = min(int(self.firms_a_cohort), office.affordable(self, facts["cost_jt_firm"]))
        invited = choose(town, self, eligible, min(places, int(eligible.sum())))
        invited = invited[: office.take_staff(invited.size)]
        show = draw_uniform(town.luck("policy.training.show", town.month), firms.size)[invited]
        comes = show < facts["attendance_floor"] + (1.0 - facts["attendance_floor"]) * firms["motivation"][invited]
        for row, present in zip(invited.tolist(), comes.tolist(), strict=True):
            cost_jt = facts["cost_jt_firm"] * (1.0 if present else facts["no_show_cost_share"])
            if office.spend(self, PROGRAMME, cost_jt, town.money.books) and present:
                firms["skill_help"][row] += facts["skill_gain"]
                firms["motivation"][row] = min(1.0, firms["motivation"][row] + facts["motivation_gain"])
                firms["helped_times"][row] += 1.0
                firms["helped_months"][row] = 0.0
