"""Administration (fasilitasi administrasi): help with the papers that make a workshop a registered vendor.

Channel
    A firm without papers that takes part becomes a registered vendor some months later, if its papers hold. That opens
    gates: big stores and large industry ask for papers, a mill sells a lot only to a registered vendor or a partner, a
    bank lends only to one. Whether the firm passes the other gates is another matter.
Evidence
    The industry office of Cilegon names help with administration among what it does (Banten Raya, 15 June 2023). No
    study of its effect on small metal firms was found.
Cost
    Legal entity, tax number, licence and vendor files: a few million rupiah a firm (assumed; the licence itself is
    free of charge), and a case for the office's staff.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.compiled import compiled
from sim.firms import MARKET, STEEL
from sim.policies import Lever, Policy
from sim.policies._programme import ends_quarter, hold
from sim.policies._targeting import targeting
from sim.policies._tries import begin_tries, lot_of_try


@compiled
def find_without(firms, entries, first, last):
    """Return the rows of firms at work without papers, whose papers are not in hand."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        if firms[i].working and not firms[i].registered and entries[i].left_months == 0:
            found[count] = i
            count += 1
    return found[:count]


@compiled
def hand_out(firms, ready, tries, success_share, luck):
    """Make registered vendors of the firms whose papers are ready and hold."""
    for k in range(ready.size):
        if lot_of_try(luck, ready[k], tries[ready[k]]) < success_share:
            firms[ready[k]].registered = True


class Administration(Policy):
    """Help with the papers of a registered vendor."""

    title_en = "Help with papers"
    title_id = "Fasilitasi administrasi"
    in_report = True
    moves = "the papers of a registered vendor, which stores, industry, mills and banks ask for"
    fades = "not at all: papers stay with the firm as long as it works; open files are dropped with the policy"
    evidence = "Banten Raya, 15 June 2023 (what the office does); no experiment found"
    unit_costs = ("administration.cost_jt_firm",)
    eases = (MARKET, STEEL)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    firms_a_quarter = Lever("firms", 0, 300, 0, "Firms whose papers the office takes in hand at the end of a quarter")
    target = targeting()

    def deliver(self, town: Any) -> None:
        """Hand out the papers that are ready; at the end of each quarter take further firms' papers in hand."""
        firms, own, facts = town.arg.firms, town.local_rows, town.world.room("administration")
        roll = town.office.roll(self, firms)
        ready = roll.pass_month()
        if ready.size > 0:
            luck = town.luck(f"policy.{self.name}.try")
            hand_out(firms, ready, roll.figure("tries"), float(facts["success_share"]), luck)
        if ends_quarter(town.calendar_month):
            without = find_without(firms, roll.entries.arg, own.start, own.stop)
            rows = hold(town, self, without, self.firms_a_quarter, facts["cost_jt_firm"])
            begin_tries(town, self, rows, facts["process_months"])

    def end(self, town: Any) -> None:
        """Drop the files that are still open."""
        town.office.roll(self, town.arg.firms).stop()
