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
from sim.policies._programme import ends_quarter, hold
from sim.policies._targeting import targeting
from sim.policies._tries import begin_tries, lot_of_try


@compiled
def form_habits(habits, invoice_share, luck):
    """Work out the lasting part of what a firm in each row buys from distributors that it can prove.

    It is ``u ** (1 / invoice_share - 1)`` with the row's lot ``u``, which has the mean ``invoice_share``.
    """
    for i in range(habits.size):
        habits[i] = math.exp((1.0 / invoice_share - 1.0) * math.log(uniform(luck, i)))


@compiled
def keep_invoices(firms, first, last, habits, bought_t, proven_t, speed):
    """Let each local firm's running record of steel bought, and of what it can prove, follow the month's purchases."""
    for i in range(first, last):
        firm = firms[i]
        if firm.working:
            bought_t[i] += speed * (firm.direct_t + firm.bought_t - bought_t[i])
            proven_t[i] += speed * (firm.direct_t + habits[i] * firm.bought_t - proven_t[i])


@compiled
def points_of(i, bought_t, proven_t, other_points, material_points):
    """Return the local-content points that a firm can prove."""
    return other_points + material_points * (proven_t[i] / bought_t[i] if bought_t[i] > 0.0 else 0.0)


@compiled
def find_hopeful(
    firms, entries, first, last, tries, extended, bought_t, proven_t, renewal_months, least_points, other_points,
    material_points,
):  # fmt: skip
    """Return the rows of firms at work that may apply, with a record of steel: again only with points enough."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        firm = firms[i]
        if firm.working and firm.registered and firm.ban_months <= 0.0 and entries[i].left_months == 0:
            lapsing = firm.certificate_months <= renewal_months and extended[i] == 0.0
            enough = points_of(i, bought_t, proven_t, other_points, material_points) >= least_points
            hopeful = (tries[i] == 0.0 or enough) and bought_t[i] > 0.0
            if hopeful and (firm.certificate_months <= 0.0 or lapsing):
                found[count] = i
                count += 1
    return found[:count]


@compiled
def forget_extensions(firms, first, last, extended):
    """Forget that a certificate was extended once it has run out."""
    for i in range(first, last):
        if extended[i] > 0.0 and firms[i].certificate_months <= 0.0:
            extended[i] = 0.0


@compiled
def decide(
    firms, due, tries, extended, bought_t, proven_t, least_points, other_points, material_points, fit_share,
    extension_months, luck, firms_p,
):  # fmt: skip
    """Issue or extend the certificates of applications with points enough; one to be extended needs no new visit.

    The others are refused, as are some for reasons that have nothing to do with points.
    """
    for k in range(due.size):
        i = due[k]
        firm = firms[i]
        valid = firm.certificate_months > 0.0
        fits = lot_of_try(luck, i, tries[i]) < fit_share
        enough = points_of(i, bought_t, proven_t, other_points, material_points) >= least_points
        if enough and firm.ban_months <= 0.0 and (fits or valid):
            if valid:
                firm.certificate_months += extension_months
                extended[i] = 1.0
            else:
                firm.certificate_months = firms_p[0].certificate_months


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

    def __init__(self, first: int, last: int, **levers: Any) -> None:
        """Take dates and levers; the firms' habits are worked out when first needed."""
        super().__init__(first, last, **levers)
        self.habits, self.invoice_share = np.zeros(0), 0.0

    def deliver(self, town: Any) -> None:
        """Decide the applications that are due; send in further ones at the end of each quarter."""
        roll = town.office.roll(self, town.arg.firms)
        due = roll.pass_month()
        if due.size > 0:
            self._decide(town, due)
        if ends_quarter(town.calendar_month):
            self._send_in(town)

    def _decide(self, town: Any, due: NDArray[np.int64]) -> None:
        """Issue or extend the certificates of applications that hold; the others are refused."""
        t, own, facts = town.arg, town.local_rows, town.world.room("tkdn")
        roll = town.office.roll(self, t.firms)
        forget_extensions(t.firms, own.start, own.stop, roll.figure("extended"))
        decide(
            t.firms, due, roll.figure("tries"), roll.figure("extended"), roll.figure("bought t"),
            roll.figure("proven t"), float(facts["least_points"]), float(facts["other_points"]),
            float(facts["material_points"]), float(facts["fit_share"]), float(facts["extension_months"]),
            town.luck(f"policy.{self.name}.try"), t.firms_p,
        )  # fmt: skip

    def _send_in(self, town: Any) -> None:
        """Send in the quarter's applications."""
        t, own, facts = town.arg, town.local_rows, town.world.room("tkdn")
        roll = town.office.roll(self, t.firms)
        may = find_hopeful(
            t.firms, roll.entries.arg, own.start, own.stop, roll.figure("tries"), roll.figure("extended"),
            roll.figure("bought t"), roll.figure("proven t"), float(facts["renewal_months"]),
            float(facts["least_points"]), float(facts["other_points"]), float(facts["material_points"]),
        )  # fmt: skip
        rows = hold(town, self, may, self.applications_a_quarter, facts["cost_jt_firm"])
        begin_tries(town, self, rows, facts["process_months"])

    def look_back(self, town: Any) -> None:
        """Keep the record of the steel that local firms bought."""
        firms, own, facts = town.arg.firms, town.local_rows, town.world.room("tkdn")
        roll, share = town.office.roll(self, firms), float(facts["invoice_share"])
        if share != self.invoice_share:
            self.habits, self.invoice_share = np.zeros(firms.size), share
            form_habits(self.habits, share, town.luck("policy.tkdn.invoices"))
        keep_invoices(
            firms, own.start, own.stop, self.habits, roll.figure("bought t"), roll.figure("proven t"),
            1.0 / facts["record_months"],
        )  # fmt: skip

    def end(self, town: Any) -> None:
        """Drop the applications that are still open."""
        town.office.roll(self, town.arg.firms).stop()
