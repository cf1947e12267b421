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

from sim.accounts import INVESTMENT
from sim.core.compiled import compiled
from sim.core.sums import sum_in_pairs
from sim.firm_figures import working_cost_jt
from sim.firms import CAPACITY, STEEL
from sim.government import affordable, take_staff
from sim.policies import Choice, Lever, Policy
from sim.policies._programme import ends_quarter, give, grant, help_given, rested_firms, take_up
from sim.policies._targeting import choose_lowest, rule_of, targeting
from sim.rolls import note_applications

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
def affordable_jt(firm, machine_jt_t, p):
    """Return the price of the machines that a firm wants and can pay for with the money that it can spare [jt]."""
    return min(wanted_jt(firm, machine_jt_t, p), max(0.0, firm.cash_jt - working_cost_jt(firm, p)))


@compiled
def find_able(firms, rows, least_jt, share, machine_jt_t, firms_p):
    """Return those rows of firms that can pay first for machines of which the share paid back is not too small."""
    found, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        if share * affordable_jt(firms[rows[k]], machine_jt_t, firms_p[0]) >= least_jt:
            found[count] = rows[k]
            count += 1
    return found[:count]


@compiled
def choose_firms(
    firms, entries, rows, granted, least_jt, most_jt, share, machine_jt_t, rule, eased, take_up_floor, applying,
    choosing, month, purses, k, government, firms_p,
):  # fmt: skip
    """Let firms apply for machines, and choose as many as there is money and staff for.

    Returns
    -------
    (rows, ndarray, ndarray, identities)
        The firms; the price of each one's machines and what it gets for them [jt]; those that first applied.
    """
    purse, p = purses[k], firms_p[0]
    wanting = rows if granted else find_wanting(firms, rows, least_jt, share, machine_jt_t, firms_p)
    applicants = take_up(firms, wanting, take_up_floor, applying)
    new = note_applications(firms, entries, applicants, month)
    able = applicants if granted else find_able(firms, applicants, least_jt, share, machine_jt_t, firms_p)
    places = min(affordable(purse, least_jt), able.size)
    queue = choose_lowest(firms, entries, able, places, rule, eased, choosing)
    price_jt, help_jt, due_jt, count = np.empty(queue.size), np.empty(queue.size), 0.0, 0
    for n in range(queue.size):
        price_jt[n] = most_jt if granted else affordable_jt(firms[queue[n]], machine_jt_t, p)
        help_jt[n] = most_jt if granted else min(share * price_jt[n], most_jt)
        due_jt += help_jt[n]
        if due_jt > purse.left_jt:
            break
        count += 1
    count = take_staff(government[0], count)
    return queue[:count], price_jt[:count], help_jt[:count], new


@compiled
def set_up(firms, rows, price_jt, machine_jt_t, waste_saved, books):
    """Let firms pay for machines and set them up: more capacity, and less waste in proportion to what is new."""
    for k in range(rows.size):
        firm = firms[rows[k]]
        firm.cash_jt -= price_jt[k]
        old_t, new_t = firm.capacity_t, price_jt[k] / machine_jt_t
        saved = firm.waste_saved * old_t + waste_saved * new_t
        firm.waste_saved = saved / (old_t + new_t)
        firm.capacity_t = old_t + new_t
    books[INVESTMENT, 0] += sum_in_pairs(price_jt)


@compiled
def note_owed(owed_jt, rows, jt):
    """Note what is to be paid back to firms when the month's bills are settled."""
    for k in range(rows.size):
        owed_jt[rows[k]] = jt[k]


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
        rows, price_jt, help_jt = self._choose(town, least_jt, most_jt, facts["repeat_months"])
        if self.form == GRANT:
            grant(town, self, rows, help_jt)
        else:
            note_owed(office.roll(self, t.firms).figure("owed jt"), rows, help_jt)
        set_up(t.firms, rows, price_jt, town.machine_jt_t, float(facts["waste_saved"]), town.money.books)
        help_given(town, self, rows)

    def _choose(self, town: Any, least_jt: float, most_jt: float, repeat_months: float) -> tuple[Any, Any, Any]:
        """Return the quarter's firms, the price of each one's machines, and what it gets for them [jt]."""
        t, office, luck, month = town.arg, town.office, town.luck, town.month
        roll, (rule, eased, lot_month) = office.roll(self, t.firms), rule_of(self, month)
        rows, price_jt, help_jt, new = choose_firms(
            t.firms, roll.entries.arg, rested_firms(town, self, repeat_months), self.form == GRANT, least_jt, most_jt,
            float(self.paid_back_share), town.machine_jt_t, rule, eased, float(town.world["help.take_up_floor"]),
            luck(f"policy.{self.name}.take up", month), luck(f"policy.{self.name}.lot", lot_month), month,
            *office.purse_of(self), t.firms_p,
        )  # fmt: skip
        roll.know("applied", new, month)
        return rows, price_jt, help_jt

    def look_back(self, town: Any) -> None:
        """Pay their share back to the firms that bought machines this month."""
        if not ends_quarter(town.calendar_month) or self.form == GRANT:
            return
        firms, own, office = town.arg.firms, town.local_rows, town.office
        owed_jt = office.roll(self, firms).figure("owed jt")
        pay_back(firms, owed_jt, own.start, own.stop, *office.purse_of(self), town.money.books)
