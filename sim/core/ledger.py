"""The books: every movement has two ends, and the audit compares both with what the agents really hold.

A *flow* has a name, a payer and a payee (sectors), and two sums a month: what left the payers and what reached the
payees. ``give`` and ``take`` are the only ways to change a cash column, ``load`` and ``unload`` the only ways to move
goods. At the end of a month :func:`audit` checks, to a billionth of the month's turnover,

* each flow: what was given equals what was taken (a leak names the flow), and
* each sector with agents: its holdings changed by exactly what its flows say (a leak names the sector and its flows).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.errors import AuditError

__all__ = ["Flow", "Ledger", "give", "pay", "take"]

TOLERANCE = 1e-9


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


@compiled
def _close(books, giver, taker, is_agent, before, now, place, counted, balances, held):  # type: ignore[no-untyped-def]
    """Take over what is held now, fill in the ends of sectors without agents, and check.

    Returns
    -------
    (a leaking flow or -1, a leaking sector or -1)
    """
    turnover = 1.0
    for s in range(now.size):
        before[s] = now[s]
    for k in range(place.size):
        now[place[k]] = counted[k]
    for f in range(books.shape[0]):
        if not is_agent[taker[f]]:
            books[f, 1] = books[f, 0]
        elif not is_agent[giver[f]]:
            books[f, 0] = books[f, 1]
        turnover += abs(books[f, 0])
    for s in range(balances.shape[0]):
        balances[s, 1] = 0.0
    for f in range(books.shape[0]):
        if not abs(books[f, 0] - books[f, 1]) <= TOLERANCE * turnover:
            return f, -1
        balances[giver[f], 1] -= books[f, 0]
        balances[taker[f], 1] += books[f, 1]
    for s in range(balances.shape[0]):
        balances[s, 0] += balances[s, 1]
        if held[s]:
            scale = turnover + abs(before[s]) + abs(now[s])
            if not abs(now[s] - before[s] - balances[s, 1]) <= TOLERANCE * scale:
                return -1, s
            balances[s, 0] = now[s]
    return -1, -1


class Ledger:
    """The month's books of one kind of thing (money or tonnes), and the balances of all sectors.

    Parameters
    ----------
    flows : sequence of Flow
        In the order of their numbers.
    agents : set of str
        Sectors whose rules enter their own end of a flow. For every other sector the audit enters it.
    held : tuple of str
        Sectors whose holdings are counted each month and must have changed by exactly what their flows say. A sector
        that keeps nothing (a workshop) is counted as holding 0.
    """

    def __init__(self, flows: tuple[Flow, ...], agents: set[str], held: tuple[str, ...]) -> None:
        self.flows = flows
        self.books: NDArray[np.float64] = np.zeros((len(flows), 2))  # this month's; the run's history replaces it
        self.sectors = sorted({flow.giver for flow in flows} | {flow.taker for flow in flows})
        self._giver = np.array([self.sectors.index(flow.giver) for flow in flows])
        self._taker = np.array([self.sectors.index(flow.taker) for flow in flows])
        self._is_agent = np.array([sector in agents for sector in self.sectors])
        self._held = np.array([sector in held for sector in self.sectors])
        self._place = np.array([self.sectors.index(sector) for sector in held])
        self._before, self._now = np.zeros(len(self.sectors)), np.zeros(len(self.sectors))
        self._balances = np.zeros((len(self.sectors), 2))

    @property
    def balances(self) -> dict[str, float]:
        """What each sector has received less what it gave, since the start; holdings for counted sectors."""
        return dict(zip(self.sectors, self._balances[:, 0].tolist(), strict=True))

    def open(self, holdings: NDArray[np.float64]) -> None:
        """Take note of what the counted sectors hold before the first month."""
        self._now[self._place] = holdings
        self._balances[self._place, 0] = holdings

    def close(self, month: int, holdings: NDArray[np.float64]) -> None:
        """Check every flow and every counted sector, and keep the month's sums in ``books``.

        Parameters
        ----------
        month : int
            For the message.
        holdings : ndarray, shape (held,)
            What the counted sectors hold now.

        Raises
        ------
        AuditError
            Something appeared or vanished; the message names the flow or the sector.
        """
        flow, sector = _close(
            self.books, self._giver, self._taker, self._is_agent, self._before, self._now, self._place, holdings,
            self._balances, self._held,
        )  # fmt: skip
        if flow >= 0:
            self._refuse_flow(month, flow)
        if sector >= 0:
            changed = float(self._now[sector] - self._before[sector])
            self._refuse_sector(month, self.sectors[sector], changed, float(self._balances[sector, 1]))

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
