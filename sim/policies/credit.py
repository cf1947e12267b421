"""Credit (KUR): guaranteed working-capital loans, part of the interest paid by the budget, and invoice finance.

Channel
    A registered firm with a history that lacks working capital gets a loan beside its other credit, at a rate of which
    the budget pays a part while the programme lasts. A client may also turn part of what buyers owe it into cash each
    month, for a fee that it pays itself: it then carries only the rest of the payment terms, at the gate too. Firms
    that stores refuse for want of means are those that decline an order because they cannot carry the terms.
Evidence
    KUR in 2023: 6 % a year for the first loan of up to Rp 100 million, of which the state pays the lender 10 % more
    (KMK 317/2023; Kompas and CNBC Indonesia, 4 September 2023); 3 % in the district programme of Sidoarjo (Ketik,
    2023). Invoice finance reaches 70-80 % of an invoice at 1-2 % a month (Modalku; Paper.id). Bad loans of KUR:
    0.2-4 % (2013-2020), of working capital 4.1 % (Databoks, December 2024): compared with, never tuned to. Grants of
    capital earned 4.6-5.3 % a month in Sri Lanka (De Mel, McKenzie & Woodruff 2008, QJE).
Cost
    The part of the interest and the guarantee fee on what clients owe each month, and an officer's time for each
    client. The guarantor and the lenders bear defaults, which are reported.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.accounts import SUBSIDIES
from sim.core.compiled import compiled
from sim.core.sums import sum_in_pairs
from sim.finance import lend, sell_claims
from sim.firm_figures import working_cost_jt
from sim.firms import CASH
from sim.government import spend
from sim.policies import Lever, Policy
from sim.policies._programme import ends_quarter, hold
from sim.policies._targeting import targeting


@compiled
def asked_jt(firm, loan_jt, smallest_jt, cover_months, sales_months, p):
    """Return the loan that a firm asks for [jt]: what it lacks, within its limit, or nothing if that is small."""
    lacking_jt = cover_months * working_cost_jt(firm, p) - firm.cash_jt
    limit_jt = min(loan_jt, sales_months * firm.expected_t * firm.price_jt_t)
    jt = min(lacking_jt, limit_jt - firm.kur_jt)
    return jt if jt >= smallest_jt else 0.0


@compiled
def find_wanting(
    firms, entries, first, last, history_months, loan_jt, smallest_jt, cover_months, sales_months, invoices, firms_p
):
    """Return the rows of firms with papers and a history, without a contract, that want a loan or to sell invoices."""
    found, count = np.empty(last - first, np.int64), 0
    for i in range(first, last):
        firm = firms[i]
        free = firm.working and entries[i].left_months == 0
        if not (free and firm.registered and firm.age_months >= history_months):
            continue
        if invoices or asked_jt(firm, loan_jt, smallest_jt, cover_months, sales_months, firms_p[0]) > 0.0:
            found[count] = i
            count += 1
    return found[:count]


@compiled
def debts_jt(firms, entries, first, last):
    """Return what all firms that were ever clients owe at the subsidised rate [jt]."""
    found_jt, count = np.empty(last - first), 0
    for i in range(first, last):
        if entries[i].helped > 0:
            found_jt[count] = firms[i].kur_jt
            count += 1
    return sum_in_pairs(found_jt[:count])


@compiled
def pay_interest(
    firms, entries, first, last, lenders_rate, paid_share, guarantee_fee, purses, k, government, books, firms_p
):
    """Pay a part of the month's interest and the guarantee on what clients owe; tell whether there was money for it."""
    cost = paid_share * lenders_rate + guarantee_fee
    if not spend(purses[k], government[0], SUBSIDIES, cost * debts_jt(firms, entries, first, last), books):
        return False
    firms_p[0].interest_kur = (1.0 - paid_share) * lenders_rate
    return True


@compiled
def lend_all(
    firms, rows, loan_jt, smallest_jt, cover_months, sales_months, cost, purses, k, government, books, firms_p
):
    """Lend to each client what it asks for, if the first month's interest and guarantee can be paid."""
    sums_jt = np.empty(rows.size)
    for n in range(rows.size):
        sums_jt[n] = asked_jt(firms[rows[n]], loan_jt, smallest_jt, cover_months, sales_months, firms_p[0])
    if spend(purses[k], government[0], SUBSIDIES, cost * sum_in_pairs(sums_jt), books):
        for n in range(rows.size):
            lend(firms[rows[n]], sums_jt[n], books)


@compiled
def sell_invoices(firms, rows, share, fee_share, cover_months, due_jt, heirs_jt, month, books, firms_p):
    """Let clients that are short of working capital sell a part of their claims."""
    for k in range(rows.size):
        firm = firms[rows[k]]
        if firm.cash_jt < cover_months * working_cost_jt(firm, firms_p[0]):
            sell_claims(firm, rows[k], share, fee_share, due_jt, heirs_jt, month, books)


class Credit(Policy):
    """Guaranteed working-capital loans at a subsidised rate, and invoice finance."""

    title_en = "Credit"
    title_id = "Kredit modal kerja (KUR) dan pembiayaan faktur"
    moves = "cash and subsidised debt of firms that lack working capital, and the part of payment terms they carry"
    fades = (
        "loans are paid back by the month, at the lenders' whole rate once the budget stops; invoice finance: at once"
    )
    evidence = "KMK 317/2023: 6 % a year to the borrower, 10 % paid by the state; Sidoarjo 2023: 3 %"
    unit_costs = ("credit.cost_jt_firm", "credit.guarantee_fee")
    eases = (CASH,)

    budget_jt_year = Lever("jt/year", 0, 20_000, 0, "Money of the programme in a calendar year")
    clients_a_quarter = Lever("firms", 0, 300, 0, "New clients that the programme takes at most, every quarter")
    loan_jt = Lever("jt", 0, 500, 0, "Most that a client may owe on guaranteed loans")
    interest_paid_share = Lever("share", 0, 1, 0, "Part of the lenders' interest on these loans that the budget pays")
    invoice_share = Lever("share", 0, 0.9, 0, "Part of what buyers owe that a client may turn into cash each month")
    target = targeting()

    def set_rules(self, town: Any) -> None:
        """Let the financier carry part of the payment terms of clients."""
        clients = town.office.roll(self, town.arg.firms).running
        if clients.size > 0:
            town.for_this_month("firms", clients, financed_share=self.invoice_share)

    def deliver(self, town: Any) -> None:
        """Pay the month's interest and guarantee on what is owed; if there was money for that, take new clients."""
        t, own, office, fee = town.arg, town.local_rows, town.office, town.world["credit.guarantee_fee"]
        rate, paid = float(town.world["firms.interest_kur"]), float(self.interest_paid_share)
        purse = *office.purse_of(self), town.money.books
        entries = office.roll(self, t.firms).entries.arg
        served = pay_interest(t.firms, entries, own.start, own.stop, rate, paid, float(fee), *purse, t.firms_p)
        if served and ends_quarter(town.calendar_month):
            self._take_clients(town, paid * rate + fee, purse)

    def _take_clients(self, town: Any, cost: float, purse: Any) -> None:
        """Take new clients and lend to them; the first month's interest and guarantee are paid at once."""
        facts, t, own, office = town.world.room("credit"), town.arg, town.local_rows, town.office
        each_jt = facts["cost_jt_firm"] + cost * self.loan_jt
        if self.clients_a_quarter < 1 or office.affordable(self, each_jt) < 1:
            return
        roll = office.roll(self, t.firms)
        terms = float(self.loan_jt), *(float(facts[one]) for one in ("smallest_jt", "cover_months", "sales_months"))
        wanting = find_wanting(
            t.firms, roll.entries.arg, own.start, own.stop, float(facts["history_months"]), *terms,
            self.invoice_share > 0.0, t.firms_p,
        )  # fmt: skip
        rows = hold(town, self, wanting, self.clients_a_quarter, facts["cost_jt_firm"], each_jt)
        roll.enrol(rows, int(facts["contract_months"]))
        lend_all(t.firms, rows, *terms, float(cost), *purse, t.firms_p)

    def look_back(self, town: Any) -> None:
        """Let clients short of cash sell invoices, and let a month of every contract pass."""
        roll, facts, w = town.office.roll(self, town.arg.firms), town.world.room("credit"), town.work
        if self.invoice_share > 0.0 and roll.running.size > 0:
            sell_invoices(
                town.arg.firms, roll.running, float(self.invoice_share), float(facts["invoice_fee"]),
                float(facts["cover_months"]), w.due_jt, w.heirs_jt, town.month, town.money.books, town.arg.firms_p,
            )  # fmt: skip
        roll.pass_month()

    def end(self, town: Any) -> None:
        """End every contract; what is owed is paid back at the lenders' whole rate."""
        town.office.roll(self, town.arg.firms).stop()
