"""The audit: every month, in every run, each tonne and rupiah must have two ends, or the run stops."""

from __future__ import annotations

from typing import Any

from sim.accounts import DELIVERIES, DEMAND_MET, IMPORTED, LOANS, REPAYMENTS
from sim.core.ledger import TOLERANCE
from sim.errors import AuditError
from sim.reckoning import HELD, reckon_holdings

__all__ = ["MONEY_HELD", "TONNES_HELD", "audit_month", "open_books"]

MONEY_HELD = ("firms", "mills", "distributors", "buyers", "government")
TONNES_HELD = ("steel yards", "goods stocks", "workshops", "buyers")
PLACE = {name: i for i, name in enumerate(HELD)}
_MONEY = [PLACE[f"cash_{sector}"] for sector in MONEY_HELD]
_YARDS, _STOCKS = PLACE["steel"], PLACE["goods"]
CLAIMS = {
    "firms' receivables and buyers' payables": ("receivables", "payables"),
    "firms' deposits and what mills hold": ("deposits", "deposits_mills"),
}


def _count(model: Any) -> None:
    t = model.arg
    row = reckon_holdings(
        t.firms, t.producers, t.distributors, t.buyers, t.government, model.held, model.machine_jt_t
    )  # fmt: skip
    if row >= 0:
        firm = model.tables["firms"][row]
        message = (
            f"Month {model.month}: the books of firm {firm.uid} (row {row}) do not balance: its assets less debt are "
            f"not the net worth of its income account ({firm.equity_jt!r} jt). Something changed its cash, stock or "
            "machines outside the books. The run is stopped."
        )
        raise AuditError(message)
    model.tonnes_now[0], model.tonnes_now[1] = model.held[_YARDS], model.held[_STOCKS]


def open_books(model: Any) -> None:
    """Count what everybody holds before the first month."""
    _count(model)
    model.money.open(model.held[_MONEY])
    model.tonnes.open(model.tonnes_now)
    model.lenders_claim_jt = float(model.held[PLACE["debt"]])


def audit_month(model: Any) -> None:
    """Count what everybody holds and compare it with the month's flows and claims.

    Raises
    ------
    AuditError
        Tonnes or rupiah appeared or vanished; the message names the flow, the sector, the claim or the firm.
    """
    _count(model)
    held, tonnes, money = model.held, model.tonnes.books, model.money.books
    tonnes[DELIVERIES, 0] += model.tally["sold_t"].sum()
    tonnes[DELIVERIES, 1] += held[PLACE["received"]]
    tonnes[IMPORTED, 1] += held[PLACE["imported"]]
    tonnes[DEMAND_MET, 0] += held[PLACE["met"]]
    model.money.close(model.month, held[_MONEY])
    model.tonnes.close(model.month, model.tonnes_now)
    model.lenders_claim_jt += float(money[LOANS, 0] - money[REPAYMENTS, 0] - model.counts["defaulted_jt"].sum())
    _check_claims(model)


def _check_claims(model: Any) -> None:
    """Check claims: what firms are owed is what buyers owe, debts are what lenders claim, deposits what mills hold."""
    held = model.held
    pairs = {name: (float(held[PLACE[ours]]), float(held[PLACE[theirs]])) for name, (ours, theirs) in CLAIMS.items()}
    owed, payable = pairs["firms' receivables and buyers' payables"]
    pairs["firms' receivables and buyers' payables"] = (owed + float(model.heirs_jt.sum()), payable)
    pairs["firms' debt and lenders' claims"] = (float(held[PLACE["debt"]]), model.lenders_claim_jt)
    for name, (ours, theirs) in pairs.items():
        if not abs(ours - theirs) <= TOLERANCE * (abs(ours) + abs(theirs) + 1.0) * 10.0:
            message = (
                f"Month {model.month}: {name} differ: {ours!r} jt and {theirs!r} jt. The run is stopped: a claim "
                "changed at one end only."
            )
            raise AuditError(message)
