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
from sim.core.sums import sum_in_pairs
from sim.firm_figures import working_cost_jt
from sim.firms import CAPACITY, STEEL
from sim.government import take_staff
from sim.policies import Choice, Lever, Policy
from sim.policies._programme import apply, ends_quarter, give, grant, help_given, rested_firms
from sim.policies._targeting import choose, targeting

GRANT, REIMBURSEMENT = "grant", "reimbursement"


@compiled
def wanted_jt(firm, machine_jt_t, p):
    """Return the price of the machines that a firm wants for its expected work [jt]."""
    target_t = max(p.capacity_floor_t, p.capacity_cover * firm.expected_t)
    return max(0.0, target_t - firm.capacity_t) * machine_jt_t


@compiled
def find_wanting(firms, rows, least_jt, share, machine_jt_t, firms_p):
    """Return those rows of firms that want machines of which the share paid back is not too small."""
    found, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        if share * wanted_jt(firms[rows[k]], machine_jt_t, firms_p[0]) >= least_jt:
            found[count] = rows[k]
            count += 1
    return found[:count]


@compiled
def find_able(firms, rows, least_jt, most_jt, share, machine_jt_t, price_jt, help_jt, firms_p):
    """Return those rows of firms that can pay for machines first; enter their price, and what is paid back."""
    found, count, p = np.empty(rows.size, np.int64), 0, firms_p[0]
    for k in range(rows.size):
        i = rows[k]
        firm = firms[i]
        spare_jt = max(0.0, firm.cash_jt - working_cost_jt(firm, p))
        price_jt[i] = min(wanted_jt(firm, machine_jt_t, p), spare_jt)
        help_jt[i] = min(share * price_jt[i], most_jt)
        if help_jt[i] >= least_jt:
            found[count] = i
            count += 1
    return found[:count]


@compiled
def take_next(queue, help_jt, purses, k, government):
    """Return the first firms of a queue, as many as the purse has the money for, and the office the staff."""
    due_jt, count = 0.0, 0
    for n in range(queue.size):
        due_jt += help_jt[queue[n]]
        if due_jt > purses[k].left_jt:
            break
        count += 1
    return queue[: take_staff(government[0], count)]


@compiled
def set_up(firms, rows, price_jt, machine_jt_t, waste_saved, books):
    """Let firms pay for machines and set them up: more capacity, and less waste in proportion to what is new."""
    paid_jt = np.empty(rows.size)
    for k in range(rows.size):
        firm = firms[rows[k]]
        paid_jt[k] = price_jt[rows[k]]
        firm.cash_jt -= paid_jt[k]
        old_t, new_t = firm.capacity_t, paid_jt[k] / machine_jt_t
        saved = firm.waste_saved * old_t + waste_saved * new_t
        firm.waste_saved = saved / (old_t + new_t)
        firm.capacity_t = old_t + new_t
    books[INVESTMENT, 0] += sum_in_pairs(paid_jt)


@compiled
def note_owed(owed_jt, rows, help_jt):
    """Note what is to be paid back to firms when the month's bills are settled."""
    for k in range(rows.size):
        owed_jt[rows[k]] = help_jt[rows[k]]


@compiled
def pay_back(firms, owed_jt, first, last, purses, k, government, books):
    """Pay their share back to the firms that bought machines this month."""
    for i in range(first, last):
        if owed_jt[i] > 0.0:
            give(firms[i], owed_jt[i], purses[k], government[0], books)
            owed_jt[i] = 0.0


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
        t, office, facts = town.arg, town.office, town.world.room("equipment")
        least_jt, most_jt = float(facts["least_jt"]), min(float(self.help_jt), float(facts["most_jt"]))
        if not ends_quarter(town.calendar_month) or most_jt < least_jt or office.affordable(self, least_jt) < 1:
            return
        roll, open_to = office.roll(self, t.firms), rested_firms(town, self, facts["repeat_months"])
        price_jt, help_jt = np.full(town.local_rows.stop, most_jt), np.full(town.local_rows.stop, most_jt)  # by row
        if self.form == GRANT:
            able = apply(town, self, open_to)
        else:
            able = self._apply_to_buy(town, open_to, price_jt, help_jt)
        queue = choose(town, self, able, office.affordable(self, least_jt))
        rows = take_next(queue, help_jt, office.table.arg, office.places[self.name], office.row.arg)
        if self.form == GRANT:
            grant(town, self, rows, help_jt[rows])
        else:
            note_owed(roll.figure("owed jt"), rows, help_jt)
        set_up(t.firms, rows, price_jt, town.machine_jt_t, float(facts["waste_saved"]), town.money.books)
        help_given(town, self, rows)

    def _apply_to_buy(self, town: Any, rows: NDArray[np.int64], price_jt: Any, help_jt: Any) -> NDArray[np.int64]:
        """Return the firms that apply to buy machines and can pay for them first; enter price and share of each."""
        t, share, facts = town.arg, float(self.paid_back_share), town.world.room("equipment")
        least_jt, most_jt = float(facts["least_jt"]), min(float(self.help_jt), float(facts["most_jt"]))
        applicants = apply(town, self, find_wanting(t.firms, rows, least_jt, share, town.machine_jt_t, t.firms_p))
        able: NDArray[np.int64] = find_able(
            t.firms, applicants, least_jt, most_jt, share, town.machine_jt_t, price_jt, help_jt, t.firms_p
        )
        return able

    def look_back(self, town: Any) -> None:
        """Pay their share back to the firms that bought machines this month."""
        if not ends_quarter(town.calendar_month) or self.form == GRANT:
            return
        t, own, office = town.arg, town.local_rows, town.office
        pay_back(
            t.firms, office.roll(self, t.firms).figure("owed jt"), own.start, own.stop, office.table.arg,
            office.places[self.name], office.row.arg, town.money.books,
        )  # fmt: skip
