"""The audit: every month, in every run, each tonne and rupiah must have two ends, or the run stops."""

from __future__ import annotations

from typing import Any

from sim.accounts import DELIVERIES, DEMAND_MET, IMPORTED, LOANS, REPAYMENTS
from sim.core.ledger import TOLERANCE
from sim.errors import AuditError
from sim.reckoning import reckon_holdings
from sim.tally import HELD

__all__ = ["MONEY_HELD", "TONNES_HELD", "audit_month", "open_books"]

MONEY_HELD = ("firms", "mills", "distributors", "buyers", "government", "cooperatives")
TONNES_HELD = ("steel yards", "goods stocks", "workshops", "buyers")
_MONEY = slice(0, len(MONEY_HELD))
_TONNES = slice(len(MONEY_HELD), len(MONEY_HELD) + len(TONNES_HELD))
_AT = {name: i for i, name in enumerate(HELD)}


def _count(model: Any) -> None:
    t = model.arg
    reckon_holdings(
        t.tally, t.counts, t.producers, t.distributors, t.buyers, t.government, t.cooperatives, model.work.heirs_jt,
        model.work.held,
    )  # fmt: skip


def open_books(model: Any) -> None:
    """Count what everybody holds before the first month."""
    _count(model)
    model.money.open(model.work.held[_MONEY])
    model.tonnes.open(model.work.held[_TONNES])
    model.lenders_claim_jt = float(model.work.held[_AT["debt"]])


def audit_month(model: Any, leak: int) -> None:
    """Count what everybody holds and compare it with the month's flows and claims.

    Parameters
    ----------
    model : MetalSupplyChain
    leak : int
        Row of a firm whose own books do not balance, or -1.

    Raises
    ------
    AuditError
        Tonnes or rupiah appeared or vanished; the message names the flow, the sector, the claim or the firm.
    """
    if leak >= 0:
        _refuse_firm(model, leak)
    _count(model)
    counted, tonnes, money = model.work.held, model.tonnes.books, model.money.books
    held = counted.tolist()
    tonnes[DELIVERIES, 0] += held[_AT["sold"]]
    tonnes[DELIVERIES, 1] += held[_AT["received"]]
    tonnes[IMPORTED, 1] += held[_AT["imported"]]
    tonnes[DEMAND_MET, 0] += held[_AT["met"]]
    model.money.close(model.month, counted[_MONEY])
    model.tonnes.close(model.month, counted[_TONNES])
    model.lenders_claim_jt += float(money[LOANS, 0] - money[REPAYMENTS, 0] - held[_AT["defaulted"]])
    owed_jt = held[_AT["receivables"]] + held[_AT["heirs"]]
    _check("firms' receivables (and heirs') and buyers' payables", model, owed_jt, held[_AT["payables"]])
    _check("firms' deposits and what mills hold", model, held[_AT["deposits"]], held[_AT["deposits_mills"]])
    _check("firms' advances and cooperatives' claims", model, held[_AT["advances"]], held[_AT["advances_cooperatives"]])
    _check("firms' debt and lenders' claims", model, held[_AT["debt"]], model.lenders_claim_jt)


def _refuse_firm(model: Any, row: int) -> None:
    firm = model.tables["firms"][row]
    message = (
        f"Month {model.month}: the books of firm {firm.uid} (row {row}) do not balance: its assets less debt are "
        f"not the net worth of its income account ({firm.equity_jt!r} jt). Something changed its cash, stock or "
        "machines outside the books. The run is stopped."
    )
    raise AuditError(message)


def _check(name: str, model: Any, ours: float, theirs: float) -> None:
    """Check that a claim is the same at both ends."""
    if not abs(ours - theirs) <= TOLERANCE * (abs(ours) + abs(theirs) + 1.0):
        message = (
            f"Month {model.month}: {name} differ: {float(ours)!r} jt and {float(theirs)!r} jt. The run is stopped: a "
            "claim changed at one end only."
        )
        raise AuditError(message)
