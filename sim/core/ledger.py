"""The books: every movement has two ends, and the audit compares both with what the agents really hold.

A *flow* has a name, a payer and a payee (sectors), and two sums a month: what left the payers and what reached the
payees. ``give`` and ``take`` are the only ways to change a cash column, ``load`` and ``unload`` the only ways to move
goods. At the end of a month :func:`audit` checks, to a billionth of the month's turnover,

* each flow: what was given equals what was taken (a leak names the flow), and
* each sector with agents: its holdings changed by exactly what its flows say (a leak names the sector and its flows).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.errors import AuditError

__all__ = ["Flow", "Ledger", "give", "pay", "take"]

TOLERANCE = 1e-9
GIVEN, TAKEN = 0, 1


@dataclass(frozen=True)
class Flow:
    """A kind of movement between two sectors: its name, who gives, who takes, and the unit."""

    name: str
    giver: str
    taker: str
    unit: str


@compiled
def give(books, flow, payer, jt):  # type: ignore[no-untyped-def]
    """Take money out of the payer's cash and enter it in the books."""
    payer.cash_jt -= jt
    books[flow, 0] += jt


@compiled
def take(books, flow, payee, jt):  # type: ignore[no-untyped-def]
    """Put money into the payee's cash and enter it in the books."""
    payee.cash_jt += jt
    books[flow, 1] += jt


@compiled
def pay(books, flow, payer, payee, jt):  # type: ignore[no-untyped-def]
    """Move money from one row to another."""
    give(books, flow, payer, jt)
    take(books, flow, payee, jt)


class Ledger:
    """The month's books of one kind of thing (money or tonnes), and the balances of sectors without agents.

    Parameters
    ----------
    flows : sequence of Flow
        In the order of their numbers.
    agents : set of str
        Sectors whose holdings are columns of a table. Every other sector is an account here: what it gives or takes
        is entered for it when the month is closed.
    """

    def __init__(self, flows: tuple[Flow, ...], agents: set[str]) -> None:
        self.flows = flows
        self.agents = agents
        self.books: NDArray[np.float64] = np.zeros((len(flows), 2))
        sectors = sorted({flow.giver for flow in flows} | {flow.taker for flow in flows})
        self.balances = dict.fromkeys(sectors, 0.0)
        self.number = {flow.name: i for i, flow in enumerate(flows)}
        self._given = np.array([[flow.giver == s for flow in flows] for s in sectors], dtype=float)
        self._taken = np.array([[flow.taker == s for flow in flows] for s in sectors], dtype=float)
        self._no_agent_giver = np.array([flow.giver not in agents and flow.taker in agents for flow in flows])
        self._no_agent_taker = np.array([flow.taker not in agents for flow in flows])

    def open(self) -> None:
        """Begin a month with empty books."""
        self.books[:] = 0.0

    def close(self, month: int, held: dict[str, tuple[float, float]]) -> NDArray[np.float64]:
        """Enter the other end for sectors without agents, check every flow and sector, and return the flows.

        Parameters
        ----------
        month : int
            For the message.
        held : dict
            Sector -> (holdings at the month's start, holdings now), for each sector with agents.

        Returns
        -------
        ndarray, shape (flows,)
            The amount of each flow this month.

        Raises
        ------
        AuditError
            Something appeared or vanished; the message names the flow or the sector.
        """
        books = self.books
        books[self._no_agent_giver, GIVEN] = books[self._no_agent_giver, TAKEN]
        books[self._no_agent_taker, TAKEN] = books[self._no_agent_taker, GIVEN]
        given, taken = books[:, GIVEN], books[:, TAKEN]
        turnover = float(np.abs(given).sum()) + 1.0
        gap = np.abs(given - taken)
        if not (gap <= TOLERANCE * turnover).all():
            self._refuse_flow(month, int(np.argmax(np.where(np.isnan(gap), np.inf, gap))))
        change = self._taken @ taken - self._given @ given
        for (sector, balance), delta in zip(list(self.balances.items()), change.tolist(), strict=True):
            if sector in held:
                before, now = held[sector]
                scale = turnover + abs(before) + abs(now)
                if not abs(now - before - delta) <= TOLERANCE * scale:
                    self._refuse_sector(month, sector, now - before, delta)
                self.balances[sector] = now
            else:
                self.balances[sector] = balance + delta
        return given.copy()

    def _refuse_flow(self, month: int, i: int) -> None:
        flow = self.flows[i]
        given, taken = self.books[i].tolist()
        message = (
            f"Month {month}: the flow '{flow.name}' leaks: {flow.giver} gave {given!r} {flow.unit}, "
            f"{flow.taker} took {taken!r} {flow.unit}. The run is stopped: this is a fault of a rule or a policy."
        )
        raise AuditError(message)

    def _refuse_sector(self, month: int, sector: str, changed: float, explained: float) -> None:
        names = [flow.name for flow in self.flows if sector in (flow.giver, flow.taker)]
        message = (
            f"Month {month}: what {sector} hold changed by {changed!r} {self.flows[0].unit}, but their flows "
            f"({', '.join(names)}) explain {explained!r}. The run is stopped: something moved outside the books."
        )
        raise AuditError(message)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for pickling (plain attributes)."""
        return self.__dict__.copy()
