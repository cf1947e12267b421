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
from sim.policies._programme import ends_quarter, hold, lot_of_try
from sim.policies._targeting import targeting


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
def count_points(rows, bought_t, proven_t, other_points, material_points):
    """Return the points that firms can prove."""
    points = np.empty(rows.size)
    for k in range(rows.size):
        points[k] = points_of(rows[k], bought_t, proven_t, other_points, material_points)
    return points


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
        if firms[i].certificate_months <= 0.0:
            extended[i] = 0.0


@compiled
def decide(firms, due, fits, enough, extended, extension_months, firms_p):
    """Issue or extend the certificates of applications with points enough; one to be extended needs no new visit."""
    for k in range(due.size):
        firm = firms[due[k]]
        valid = firm.certificate_months > 0.0
        if enough[k] and firm.ban_months <= 0.0 and (fits[k] or valid):
            if valid:
                firm.certificate_months += extension_months
                extended[due[k]] = 1.0
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
        facts, own = town.world.room("tkdn"), town.local_rows
        roll = town.office.roll(self, town.arg.firms)
        self._decide(town, roll.pass_month())
        if not ends_quarter(town.calendar_month):
            return
        tries = roll.figure("tries")
        may = find_hopeful(
            town.arg.firms, roll.entries.arg, own.start, own.stop, tries, roll.figure("extended"),
            roll.figure("bought t"), roll.figure("proven t"), float(facts["renewal_months"]),
            float(facts["least_points"]), float(facts["other_points"]), float(facts["material_points"]),
        )  # fmt: skip
        rows = hold(town, self, may, self.applications_a_quarter, facts["cost_jt_firm"])
        tries[rows] += 1.0
        roll.enrol(rows, int(facts["process_months"]))

    def _points(self, town: Any, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the local-content points that firms can prove."""
        roll, facts = town.office.rolls[self.name], town.world.room("tkdn")
        points: NDArray[np.float64] = count_points(
            rows, roll.figure("bought t"), roll.figure("proven t"), float(facts["other_points"]),
            float(facts["material_points"]),
        )  # fmt: skip
        return points

    def _decide(self, town: Any, due: NDArray[np.int64]) -> None:
        """Issue or extend the certificates of applications that hold; the others are refused."""
        if due.size == 0:
            return
        facts, roll, own = town.world.room("tkdn"), town.office.rolls[self.name], town.local_rows
        forget_extensions(town.arg.firms, own.start, own.stop, roll.figure("extended"))
        fits = lot_of_try(town, self, due, roll.figure("tries")[due]) < facts["fit_share"]
        enough = self._points(town, due) >= facts["least_points"]
        decide(
            town.arg.firms, due, fits, enough, roll.figure("extended"), float(facts["extension_months"]),
            town.arg.firms_p,
        )  # fmt: skip

    def look_back(self, town: Any) -> None:
        """Keep the record of the steel that local firms bought."""
        roll, share = town.office.roll(self, town.arg.firms), float(town.world["tkdn.invoice_share"])
        if share != self.invoice_share:
            self.habits, self.invoice_share = np.zeros(town.arg.firms.size), share
            form_habits(self.habits, share, town.luck("policy.tkdn.invoices"))
        keep_invoices(
            town.arg.firms, town.local_rows.start, town.local_rows.stop, self.habits, roll.figure("bought t"),
            roll.figure("proven t"), 1.0 / town.world["tkdn.record_months"],
        )  # fmt: skip

    def end(self, town: Any) -> None:
        """Drop the applications that are still open."""
        town.office.roll(self, town.tables["firms"].rows).stop()
