"""Finance that a policy may bring: subsidised loans (KUR), and invoices turned into cash at a fee."""

from __future__ import annotations

from sim.accounts import INVOICES_FINANCED, LOANS
from sim.core.compiled import compiled
from sim.core.ledger import take

__all__ = ["lend", "sell_claims"]


@compiled
def lend(firm, jt, books):
    """Lend to a firm at the subsidised rate."""
    take(books, LOANS, firm, jt)
    firm.debt_jt += jt
    firm.kur_jt += jt


@compiled
def sell_claims(firm, i, share, fee_share, due_jt, heirs_jt, month, books):
    """Let a financier take over part of what buyers owe a firm in later months; return the claims sold [jt].

    The firm gets the claims less the fee now; the buyers pay the financier when their payments fall due, from the
    ring in which the claims of closed firms stand too. The fee is an expense.
    """
    sold_jt, now = 0.0, month % due_jt.shape[1]
    for slot in range(due_jt.shape[1]):
        if slot != now:
            jt = share * due_jt[i, slot]
            due_jt[i, slot] -= jt
            heirs_jt[slot] += jt
            sold_jt += jt
    firm.receivable_jt -= sold_jt
    firm.equity_jt -= fee_share * sold_jt
    take(books, INVOICES_FINANCED, firm, (1.0 - fee_share) * sold_jt)
    return sold_jt
