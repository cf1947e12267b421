"""Rolls: what one programme knows of each firm: who applied, who was helped, whose help still runs.

A roll belongs to the office, not to one use of a policy, so that a programme that is renewed at New Year goes on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled

__all__ = ["Roll"]

NEVER = 0


@compiled
def find_gone(known_uid, uid, working, gone):
    """Put the rows whose known firm has closed, or made room for another, into ``gone``; return how many."""
    count = 0
    for i in range(known_uid.size):
        if known_uid[i] != NEVER and (known_uid[i] != uid[i] or not working[i]):
            gone[count] = i
            count += 1
    return count


class Roll:
    """What a programme knows of the firms, by row of their table; a newcomer in a reused row starts unknown.

    ``applied`` and ``helped`` hold the month of a firm's first application and of its first help, ``latest`` that of
    its latest help, 0 for never; ``left_months`` the months for which a help that lasts still runs. ``month`` is the
    month in which the roll was last brought up to date: firms open and close at a month's end only.
    """

    def __init__(self, rows: int) -> None:
        self.uid = np.zeros(rows, np.int64)
        self.applied = np.zeros(rows, np.int64)
        self.helped = np.zeros(rows, np.int64)
        self.latest = np.zeros(rows, np.int64)
        self.left_months = np.zeros(rows, np.int64)
        self.month = 0
        self.figures: dict[str, NDArray[np.float64]] = {}
        self.known: dict[tuple[int, str], int] = {}

    def figure(self, name: str) -> NDArray[np.float64]:
        """Return a figure of its own that a programme keeps of every firm it knows, 0 to begin with."""
        if name not in self.figures:
            self.figures[name] = np.zeros(self.uid.size)
        return self.figures[name]

    def meet(self, firms: NDArray[Any]) -> None:
        """Forget the firms that have closed or whose row has a new firm."""
        gone = np.empty(self.uid.size, np.int64)
        gone = gone[: find_gone(self.uid, firms["uid"], firms["working"], gone)]
        if gone.size > 0:
            columns = (self.uid, self.applied, self.helped, self.latest, self.left_months)
            for column in (*columns, *self.figures.values()):
                column[gone] = NEVER

    def note(self, what: str, firms: NDArray[Any], rows: NDArray[np.int64], month: int) -> None:
        """Note the month in which firms first applied (``"applied"``) or were first helped (``"helped"``).

        What is noted stays known by the firm's identity, also after the firm has closed.
        """
        column = getattr(self, what)
        first = rows[column[rows] == NEVER]
        column[first] = month
        if what == "helped":
            self.latest[rows] = month
        self.uid[rows] = firms["uid"][rows]
        for uid in firms["uid"][first].tolist():
            self.known.setdefault((uid, what), month)

    def enrol(self, firms: NDArray[Any], rows: NDArray[np.int64], months: int) -> None:
        """Give firms a help that lasts some months, this one included."""
        self.uid[rows] = firms["uid"][rows]
        self.left_months[rows] = months

    def pass_month(self) -> None:
        """Let a month of every running help pass."""
        self.due()

    def due(self) -> NDArray[np.int64]:
        """Let a month of every running help pass; return the rows of the firms for which it was the last."""
        running = self.running
        self.left_months[running] -= 1
        return running[self.left_months[running] == 0]

    def stop(self) -> None:
        """End every help that still runs."""
        self.left_months[:] = 0

    @property
    def running(self) -> NDArray[np.int64]:
        """Rows of the firms whose help still runs."""
        return np.flatnonzero(self.left_months > 0)
