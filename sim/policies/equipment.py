"""Equipment (alat pendukung): machines granted, or a part of their price paid back to firms that paid it all first.

Channel
    Machines raise a firm's capacity by their price over the price of a tonne of capacity, and save waste of steel;
    both wear. In the form ``grant`` the programme buys them, whatever the firm needs. In the form ``reimbursement``
    the firm chooses machines up to what its expected work needs, pays for them all with its own money beyond a month's
    usual cash need, and gets a share back when the month's bills are settled: a firm without that money must decline.
Evidence
    Reimbursement of 25 to 40 % of the price, Rp 5 to 300 million a firm, firms paying 100 % first (Kemenperin,
    2013-22): 726 firms, Rp 84.75 billion on Rp 554.63 billion invested in 2009-17, about Rp 110 million a firm.
    Monitoring without a control group reports +103 % of capacity (Kontan 2022). Capital grants returned 4.6-5.3 % a
    month in Sri Lanka (2008, QJE). Only price and capacity are set here; output follows or not.
Cost
    The machines, or the share of their price, out of the purse; a case for the office's staff.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.accounts import INVESTMENT
from sim.core.compiled import compiled
from sim.firm_figures import working_cost_jt
from sim.firms import CAPACITY, STEEL
from sim.policies import Choice, Lever, Policy
from sim.policies._programme import apply, ends_quarter, grant, help_given, rested_firms
from sim.policies._targeting import choose, targeting

GRANT, REIMBURSEMENT = "grant", "reimbursement"


@compiled
def weigh_purchases(firms, rows, wanted_jt, spare_jt, machine_jt_t, firms_p):
    """Work out the price of the machines that firms want for their expected work, and the money they can spare."""
    p = firms_p[0]
    for k in range(rows.size):
        i = rows[k]
        firm = firms[i]
        target_t = max(p.capacity_floor_t, p.capacity_cover * firm.expected_t)
        wanted_jt[i] = max(0.0, target_t - firm.capacity_t) * machine_jt_t
        spare_jt[i] = max(0.0, firm.cash_jt - working_cost_jt(firm, p))


@compiled
def set_up(firms, rows, price_jt, machine_jt_t, waste_saved):
    """Let firms pay for machines and set them up."""
    for k in range(rows.size):
        firm = firms[rows[k]]
        firm.cash_jt -= price_jt[k]
        old_t, new_t = firm.capacity_t, price_jt[k] / machine_jt_t
        saved = firm.waste_saved * old_t + waste_saved * new_t
        firm.waste_saved = saved / (old_t + new_t)
        firm.capacity_t = old_t + new_t


class Equipment(Policy):
    """Machines granted, or partly paid back."""

    title_en = "Supporting equipment"
    title_id = "Alat pendukung (bantuan dan restrukturisasi mesin)"
    in_report = True
    moves = "capacity, and the waste of steel that better machines save"
    fades = "machines wear by firms.wear a month, and so do their savings"
    evidence = "Kemenperin 2013-22: 25-40 % of the price paid back, about Rp 110 million a firm; no control group"
    unit_costs = ("equipment.least_jt", "equipment.most_jt")
    eases = (CAPACITY, STEEL)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    form = Choice((GRANT, REIMBURSEMENT), GRANT, "Whether machines are granted, or partly paid back to who bought them")
    help_jt = Lever("jt/firm", 0, 300, 0, "Price of the machines granted to a firm, or most that is paid back to it")
    paid_back_share = Lever("share", 0, 0.5, 0, "Part of the price that is paid back; unused when machines are granted")
    target = targeting()

    def deliver(self, town: Any) -> None:
        """At the end of each quarter, choose firms and let them have machines: granted, or bought with their money."""
        firms, office = town.tables["firms"].rows, town.office
        least_jt, most_jt = town.world["equipment.least_jt"], min(float(self.help_jt), town.world["equipment.most_jt"])
        if not ends_quarter(town.calendar_month) or most_jt < least_jt or office.affordable(self, least_jt) < 1:
            return
        price_jt, help_jt = np.full(firms.size, most_jt), np.full(firms.size, most_jt)  # by row
        open_to = rested_firms(town, self, town.world["equipment.repeat_months"])
        if self.form == GRANT:
            able = apply(town, self, open_to)
        else:
            able = self._apply_to_buy(town, open_to, price_jt, help_jt)
        queue = choose(town, self, able, office.affordable(self, least_jt))
        rows = queue[np.cumsum(help_jt[queue]) <= office.purses[self.name].left_jt]
        rows = rows[: office.take_staff(rows.size)]
        if self.form == GRANT:
            grant(town, self, rows, help_jt[rows])
        else:
            office.roll(self, firms).figure("owed jt")[rows] = help_jt[rows]
        _install(town, rows, price_jt[rows])
        help_given(town, self, rows)

    def _apply_to_buy(self, town: Any, rows: NDArray[np.int64], price_jt: Any, help_jt: Any) -> NDArray[np.int64]:
        """Return the firms that apply to buy machines and can pay for them first; enter price and share of each."""
        firms, least_jt, share = town.tables["firms"].rows, town.world["equipment.least_jt"], self.paid_back_share
        spare_jt = np.zeros(firms.size)
        weigh_purchases(town.arg.firms, rows, price_jt, spare_jt, town.machine_jt_t, town.arg.firms_p)
        applicants = apply(town, self, rows[share * price_jt[rows] >= least_jt])
        price_jt[applicants] = np.minimum(price_jt[applicants], spare_jt[applicants])
        help_jt[applicants] = np.minimum(share * price_jt[applicants], help_jt[applicants])
        return applicants[help_jt[applicants] >= least_jt]

    def look_back(self, town: Any) -> None:
        """Pay their share back to the firms that bought machines this month."""
        if not ends_quarter(town.calendar_month):
            return
        owed_jt = town.office.roll(self, town.tables["firms"].rows).figure("owed jt")
        rows = np.flatnonzero(owed_jt > 0.0)
        grant(town, self, rows, owed_jt[rows])
        owed_jt[rows] = 0.0


def _install(town: Any, rows: NDArray[np.int64], price_jt: NDArray[np.float64]) -> None:
    """Let firms pay for machines and set them up: more capacity, and less waste in proportion to what is new."""
    town.money.books[INVESTMENT, 0] += price_jt.sum()
    set_up(town.arg.firms, rows, price_jt, town.machine_jt_t, float(town.world["equipment.waste_saved"]))
