"""The audit: every month, in every run, each tonne and rupiah must have two ends, or the run stops."""

from __future__ import annotations

from typing import Any

from sim.accounts import DELIVERIES, DEMAND_MET, IMPORTED, LOANS, REPAYMENTS
from sim.core.ledger import TOLERANCE
from sim.errors import AuditError
from sim.reckoning import reckon_holdings

__all__ = ["audit_month", "open_books"]

CASH, STEEL, GOODS, RECEIVABLES, DEBT, DEPOSITS = range(6)


def _money_held(model: Any) -> dict[str, float]:
    tables = model.tables
    return {
        "firms": float(model.held[CASH]),
        "mills": float(tables["producers"].rows["cash_jt"].sum()),
        "distributors": float(tables["distributors"].rows["cash_jt"].sum()),
        "buyers": float(tables["buyers"].rows["cash_jt"].sum()),
        "government": float(tables["government"].rows["cash_jt"].sum()),
    }


def _tonnes_held(model: Any) -> dict[str, float]:
    return {
        "steel yards": float(model.held[STEEL]),
        "goods stocks": float(model.held[GOODS]),
        "workshops": 0.0,
        "buyers": 0.0,
    }


def open_books(model: Any) -> None:
    """Begin a month with empty books, and remember what everybody holds."""
    model.money.open()
    model.tonnes.open()


def audit_month(model: Any, opening: bool = False) -> None:
    """Add up what everybody holds, compare it with the month's flows, and keep the flows for the record.

    Raises
    ------
    AuditError
        Tonnes or rupiah appeared or vanished; the message names the flow, the sector or the firm.
    """
    row = reckon_holdings(model.arg.firms, model.held, float(model.p_firms["machine_jt_t"][0]))
    if row >= 0:
        firm = model.tables["firms"][row]
        message = (
            f"Month {model.month}: the books of firm {firm.uid} (row {row}) do not balance: its assets less debt are "
            f"not the net worth of its income account ({firm.equity_jt!r} jt). Something changed its cash, stock or "
            "machines outside the books. The run is stopped."
        )
        raise AuditError(message)
    money, tonnes = _money_held(model), _tonnes_held(model)
    if not opening:
        _enter_goods(model)
        model.money_flows = model.money.close(model.month, {s: (model.money_held[s], now) for s, now in money.items()})
        model.tonne_flows = model.tonnes.close(
            model.month, {s: (model.tonnes_held[s], now) for s, now in tonnes.items()}
        )
        model.lenders_claim_jt += model.money_flows[LOANS] - model.money_flows[REPAYMENTS]
        model.lenders_claim_jt -= float(model.counts["defaulted_jt"].sum())
        _check_claims(model)
    else:
        model.lenders_claim_jt = float(model.held[DEBT])
    model.money_held, model.tonnes_held = money, tonnes


def _enter_goods(model: Any) -> None:
    """Enter the ends of deliveries that firms and buyers keep apart: what firms sold, what buyers got and needed."""
    books, buyers = model.tonnes.books, model.tables["buyers"].rows
    books[DELIVERIES, 0] += float(model.tally["sold_t"].sum())
    books[DELIVERIES, 1] += float(buyers["local_t"].sum() + buyers["external_t"].sum())
    books[IMPORTED, 1] += float(buyers["imported_t"].sum())
    books[DEMAND_MET, 0] += float(buyers["demand_t"].sum() - buyers["unmet_t"].sum())


def _check_claims(model: Any) -> None:
    """Check claims: what firms are owed is what buyers owe, debts are what lenders claim, deposits what mills hold."""
    held, tables = model.held, model.tables
    owed = float(tables["buyers"].rows["payable_jt"].sum()) - float(model.heirs_jt.sum())
    pairs = {
        "firms' receivables and buyers' payables": (float(held[RECEIVABLES]), owed),
        "firms' debt and lenders' claims": (float(held[DEBT]), model.lenders_claim_jt),
        "firms' deposits and what mills hold": (
            float(held[DEPOSITS]),
            float(tables["producers"].rows["deposits_jt"].sum()),
        ),
    }
    turnover = float(abs(model.money_flows).sum()) + 1.0
    for name, (ours, theirs) in pairs.items():
        if not abs(ours - theirs) <= TOLERANCE * (turnover + abs(ours)):
            message = (
                f"Month {model.month}: {name} differ: {ours!r} jt and {theirs!r} jt. The run is stopped: a claim "
                "changed at one end only."
            )
            raise AuditError(message)
