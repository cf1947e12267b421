"""TKDN (fasilitasi sertifikat TKDN-IK): local-content certificates for small firms, free of charge to them.

Channel
    A registered vendor applies with proof of the domestic steel it bought: what came from a mill counts in full, what
    came from distributors as far as the firm has invoices, which is its own habit. Points follow the rule for small
    industry; an application with too few is refused, as are some for other reasons. With a certificate the city
    government may buy from the firm. It runs out after its months, may be extended once, and may be revoked, which
    bars the firm for a time.
Evidence
    8,949 certificates issued and 11,261 applications refused by January 2024, 44 % (Kemenperin; VOI), among others for
    want of proof of domestic material; points: material 24, labour 10, overhead 4, development 2, at least 25
    (Permenperin 46/2022); valid three years, one extension of two. No study of the effect on sales was found.
Cost
    The surveyor's visit, which the programme pays (a commercial certificate is assumed to cost Rp 5-30 million a
    product), and a case for the office's staff.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.streams import uniform
from sim.firms import MARKET
from sim.policies import Lever, Policy
from sim.policies._programme import apply, attend, ends_quarter, invite, local_firms, lot_of_try
from sim.policies._targeting import targeting


@compiled
def keep_invoices(firms, first, last, bought_t, proven_t, speed, invoice_share, habits):
    """Let each local firm's running record of steel bought, and of what it can prove, follow the month's purchases.

    A firm proves a lasting part of what it buys from distributors: ``u ** (1 / invoice_share - 1)`` with its lot ``u``,
    which has the mean ``invoice_share``.
    """
    power = 1.0 / invoice_share - 1.0
    for i in range(first, last):
        firm = firms[i]
        if firm.working:
            habit = math.exp(power * math.log(uniform(habits, i)))
            bought_t[i] += speed * (firm.direct_t + firm.bought_t - bought_t[i])
            proven_t[i] += speed * (firm.direct_t + habit * firm.bought_t - proven_t[i])


class Tkdn(Policy):
    """Free local-content certificates for firms that can prove domestic steel."""

    title_en = "Local-content certificates"
    title_id = "Fasilitasi sertifikat TKDN-IK"
    in_report = True
    moves = "local-content certificates, without which the city government may not buy from a firm"
    fades = (
        "a certificate runs out after firms.certificate_months, or after one extension by tkdn.extension_months; "
        "applications still open when the policy ends are dropped"
    )
    evidence = "Kemenperin, January 2024: 8,949 issued, 11,261 refused; Permenperin 46/2022: points; no effect study"
    unit_costs = ("tkdn.cost_jt_firm",)
    eases = (MARKET,)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    applications_a_quarter = Lever(
        "firms", 0, 300, 0, "Applications that the programme sends in at the end of a quarter"
    )
    target = targeting()

    def deliver(self, town: Any) -> None:
        """Decide the applications that are due; send in further ones at the end of each quarter."""
        firms, facts = town.tables["firms"].rows, town.world.room("tkdn")
        roll = town.office.roll(self, firms)
        self._decide(town, roll.pass_month())
        if not ends_quarter(town.calendar_month):
            return
        rows = local_firms(town)
        rows = rows[firms["registered"][rows] & (firms["ban_months"][rows] <= 0.0) & (roll.left_months[rows] == 0)]
        left_months, tries = firms["certificate_months"][rows], roll.figure("tries")
        lapsing = (left_months <= facts["renewal_months"]) & (roll.figure("extended")[rows] == 0.0)
        hopeful = (tries[rows] == 0.0) | (self._points(town, rows) >= facts["least_points"])
        may = rows[((left_months <= 0.0) | lapsing) & hopeful & (roll.figure("bought t")[rows] > 0.0)]
        invited = invite(town, self, apply(town, self, may), self.applications_a_quarter, facts["cost_jt_firm"])
        rows = attend(town, self, invited, facts["cost_jt_firm"])
        tries[rows] += 1.0
        roll.enrol(rows, int(facts["process_months"]))

    def _points(self, town: Any, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the local-content points that firms can prove."""
        roll, facts = town.office.rolls[self.name], town.world.room("tkdn")
        bought_t = roll.figure("bought t")[rows]
        proven = np.divide(roll.figure("proven t")[rows], bought_t, out=np.zeros(rows.size), where=bought_t > 0.0)
        points: NDArray[np.float64] = facts["other_points"] + facts["material_points"] * proven
        return points

    def _decide(self, town: Any, due: NDArray[np.int64]) -> None:
        """Issue or extend the certificates of applications that hold; the others are refused."""
        if due.size == 0:
            return
        firms, facts, roll = town.tables["firms"].rows, town.world.room("tkdn"), town.office.rolls[self.name]
        extended = roll.figure("extended")
        longer = np.flatnonzero(extended)
        extended[longer[firms["certificate_months"][longer] <= 0.0]] = 0.0
        valid = firms["certificate_months"][due] > 0.0
        fits = lot_of_try(town, self, due, roll.figure("tries")[due]) < facts["fit_share"]
        holds = (fits | valid) & (self._points(town, due) >= facts["least_points"]) & (firms["ban_months"][due] <= 0.0)
        fresh, longer = due[holds & ~valid], due[holds & valid]
        firms["certificate_months"][fresh] = town.p_firms["certificate_months"][0]
        firms["certificate_months"][longer] += facts["extension_months"]
        extended[longer] = 1.0

    def look_back(self, town: Any) -> None:
        """Keep the record of the steel that local firms bought."""
        roll, facts = town.office.roll(self, town.tables["firms"].rows), town.world.room("tkdn")
        keep_invoices(
            town.arg.firms, town.local_rows.start, town.local_rows.stop, roll.figure("bought t"),
            roll.figure("proven t"), 1.0 / facts["record_months"], facts["invoice_share"],
            town.luck("policy.tkdn.invoices"),
        )  # fmt: skip

    def end(self, town: Any) -> None:
        """Drop the applications that are still open."""
        town.office.roll(self, town.tables["firms"].rows).stop()
