"""Coaching (pembinaan berkelanjutan): months of visits that raise skill, quality and motivation, in groups or alone.

Channel
    In every month of its round a firm that is coached gains skill (which fades unless practised), closes a part of the
    gap to good quality, as a mill's mentoring does, and gains some motivation. Sales, share and profit follow or not.
Evidence
    159 auto-parts firms in Colombia: consulting raised management practices by 8-10 points, in small groups as much as
    one to one and at a third of the cost; only the groups grew (Iacovone, Maloney & McKenzie 2022, Review of Economic
    Studies). Only the direct channel, skill, is set from this; that it fades is the model's rule for all help, while
    the Colombian groups still did better after ten years (World Bank, 2025).
Cost
    About USD 13,800 a firm in Colombia; USD 75,000 to 250,000 a plant in India (VoxDev 2021; World Bank blog): far
    above what a city office pays a coach, for which a range is assumed. A firm in a group takes a third of the money
    and of the office's staff. A month that cannot be paid or staffed is lost to the firm.
"""

from __future__ import annotations

from typing import Any

from sim.accounts import PROGRAMME
from sim.core.compiled import compiled
from sim.firms import LABOUR
from sim.government import affordable, spend
from sim.policies import Choice, Lever, Policy
from sim.policies._programme import ends_quarter, hold, motivate, rested_firms, staff_cases
from sim.policies._targeting import targeting
from sim.rolls import nearest_the_end

GROUP, INDIVIDUAL = "group", "individual"


@compiled
def lead_on(firms, rows, skill_gain, quality_speed, motivation_gain, firms_p):
    """Lead firms on by a month of visits: skill, a part of the gap to good quality, and motivation."""
    for k in range(rows.size):
        firm = firms[rows[k]]
        firm.skill_help += skill_gain
        firm.quality += quality_speed * max(0.0, firms_p[0].quality_frontier - firm.quality)
        motivate(firm, motivation_gain)


@compiled
def visit(
    firms, entries, running, part, cost_jt, skill_gain, quality_speed, motivation_gain, purses, k, government, books,
    firms_p,
):  # fmt: skip
    """Coach firms whose round runs, nearest its end first, as far as money and staff go; return how many."""
    purse, office = purses[k], government[0]
    places = staff_cases(office, min(running.size, affordable(purse, cost_jt)), part)
    coached = nearest_the_end(entries, running, places)
    spend(purse, office, PROGRAMME, cost_jt * coached.size, books)
    lead_on(firms, coached, skill_gain, quality_speed, motivation_gain, firms_p)
    return coached.size


class Coaching(Policy):
    """Visits month after month that raise skill, quality and motivation."""

    title_en = "Sustained coaching"
    title_id = "Pembinaan berkelanjutan"
    in_report = True
    moves = "skill (fading unless practised), quality and motivation of the firms in a round, month after month"
    fades = (
        "skill from help by firms.help_fading a month, faster when idle; quality drifts back by firms.quality_drift, "
        "motivation by firms.motivation_speed; rounds that still run stop with the policy"
    )
    evidence = "Iacovone, Maloney & McKenzie 2022 (REStud): management +8-10 points, groups at a third of the cost"
    unit_costs = ("coaching.cost_jt_firm_month", "coaching.group_share")
    eases = (LABOUR,)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    form = Choice((GROUP, INDIVIDUAL), GROUP, "Whether firms are coached in small groups or one by one")
    firms_at_once = Lever("firms", 0, 500, 0, "Firms coached at the same time; rounds begin at the end of each quarter")
    round_months = Lever("months", 0, 12, 0, "Months for which a firm is coached")
    target = targeting()

    def deliver(self, town: Any) -> None:
        """Coach the firms whose round runs, as far as money and staff go; begin rounds at the end of each quarter."""
        t, office, facts = town.arg, town.office, town.world.room("coaching")
        roll, months = office.roll(self, t.firms), int(self.round_months)
        part = float(facts["group_share"]) if self.form == GROUP else 1.0
        cost_jt = part * facts["cost_jt_firm_month"]
        gains = float(facts["skill_gain"]), float(facts["quality_speed"]), float(facts["motivation_gain"])
        waiting = roll.running.size
        if waiting > 0:
            waiting -= visit(
                t.firms, roll.entries.arg, roll.running, part, float(cost_jt), *gains, *office.purse_of(self),
                town.money.books, t.firms_p,
            )  # fmt: skip
        free = int(self.firms_at_once) - roll.running.size
        if ends_quarter(town.calendar_month) and free > 0 and months > 0 and waiting == 0:
            rows = hold(town, self, rested_firms(town, self, facts["repeat_months"]), free, cost_jt, part=part)
            roll.enrol(rows, months)
            lead_on(t.firms, rows, *gains, t.firms_p)

    def look_back(self, town: Any) -> None:
        """Let a month of every round pass."""
        town.office.roll(self, town.arg.firms).pass_month()

    def end(self, town: Any) -> None:
        """Stop the rounds that still run."""
        town.office.roll(self, town.arg.firms).stop()
