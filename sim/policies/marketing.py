"""Marketing (fasilitasi pemasaran): brand and catalogue, which last a while, and stalls at fairs, which are seen once.

Channel
    A catalogue and a brand raise the marketing capability of a firm, on which its visibility to buyers rests; it drifts
    back. A stall at a fair adds visibility in that month only. A firm that is looked at more often must still pass the
    buyer's gate, and sells only if the buyer prefers it. What is sold at the stall itself is too little to model:
    about Rp 1.0 million a stall and day.
Evidence
    A review of 40 studies of support to small firms finds that export promotion does not raise performance (Campbell,
    2016). Cilegon's own bazaar sold Rp 165.6 million on 166 stall-days from August to November 2024, and its list grew
    from 25 to about 250 applicants for 12 to 15 stalls (Fakta Banten): places are what is short.
Cost
    A catalogue with photographs and a registered brand, and a stall with transport: assumed from like programmes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.compiled import compiled
from sim.firms import MARKET
from sim.policies import Lever, Policy
from sim.policies._programme import ends_quarter, hold, local_firms, times_held
from sim.policies._targeting import targeting


@compiled
def find_without(firms, made, first, last, month, repeat_months):
    """Return the rows of firms at work without a catalogue, or with an old one."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        if firms[i].working and (made[i] == 0.0 or month - made[i] >= repeat_months):
            found[count] = i
            count += 1
    return found[:count]


class Marketing(Policy):
    """Catalogues and brands for some firms, and stalls at fairs."""

    title_en = "Marketing support"
    title_id = "Fasilitasi pemasaran"
    in_report = True
    moves = "marketing capability, and visibility in the month of a fair"
    fades = "marketing capability drifts back by firms.marketing_drift a month; what a stall shows lasts for its month"
    evidence = "Fakta Banten 2024-25: a bazaar of 12-15 stalls, 250 applicants; Campbell review 2016: little effect"
    unit_costs = ("marketing.cost_jt_catalogue", "marketing.cost_jt_stall")
    eases = (MARKET,)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    catalogues_a_quarter = Lever("firms", 0, 300, 0, "Firms that get a catalogue and a brand at the end of a quarter")
    fairs_a_year = Lever("fairs/year", 0, 12, 0, "Fairs in a year at which the programme rents stalls")
    stalls = Lever("firms", 0, 200, 0, "Local firms with a stall at each fair")
    target = targeting()

    def deliver(self, town: Any) -> None:
        """Hold the month's fair, if there is one; make catalogues at the end of each quarter."""
        firms, facts = town.tables["firms"].rows, town.world.room("marketing")
        if times_held(self.fairs_a_year, town.calendar_month) > 0:
            rows = hold(town, self, local_firms(town), self.stalls, facts["cost_jt_stall"])
            firms["visibility_help"][rows] += facts["stall_visibility"]
        if self.catalogues_a_quarter >= 1.0 and ends_quarter(town.calendar_month):
            made = town.office.roll(self, firms).figure("catalogue month")
            without = find_without(
                town.arg.firms, made, town.local_rows.start, town.local_rows.stop, town.month,
                float(facts["repeat_months"]),
            )  # fmt: skip
            rows = hold(town, self, without, self.catalogues_a_quarter, facts["cost_jt_catalogue"])
            made[rows] = town.month
            firms["marketing"][rows] = np.minimum(1.0, firms["marketing"][rows] + facts["marketing_gain"])
