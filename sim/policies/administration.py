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
from sim.policies._programme import ends_quarter, hold, lot_of_try
from sim.policies._targeting import targeting


@compiled
def find_without(firms, entries, first, last):
    """Return the rows of firms at work without papers, whose papers are not in hand."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        if firms[i].working and not firms[i].registered and entries[i].left_months == 0:
            found[count] = i
            count += 1
    return found[:count]


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
        firms, facts = town.tables["firms"].rows, town.world.room("administration")
        roll = town.office.roll(self, firms)
        ready, tries = roll.pass_month(), roll.figure("tries")
        if ready.size > 0:
            holds = lot_of_try(town, self, ready, tries[ready]) < facts["success_share"]
            firms["registered"][ready[holds]] = True
        if not ends_quarter(town.calendar_month):
            return
        without = find_without(town.arg.firms, roll.entries.arg, town.local_rows.start, town.local_rows.stop)
        rows = hold(town, self, without, self.firms_a_quarter, facts["cost_jt_firm"])
        tries[rows] += 1.0
        roll.enrol(rows, int(facts["process_months"]))

    def end(self, town: Any) -> None:
        """Drop the files that are still open."""
        town.office.roll(self, town.tables["firms"].rows).stop()
