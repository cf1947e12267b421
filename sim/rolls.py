"""Rolls: what one programme knows of each firm: who applied, who was helped, whose help still runs.

A roll belongs to the office, not to one use of a policy, so that a programme that is renewed at New Year goes on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Roll"]

NEVER = 0


class Roll:
    """What a programme knows of the firms, by row of their table; a newcomer in a reused row starts unknown.

    ``applied`` and ``helped`` hold the month of a firm's first application and of its first help, 0 for never;
    ``left_months`` the months for which a help that lasts still runs.
    """

    def __init__(self, rows: int) -> None:
        self.uid = np.zeros(rows, np.int64)
        self.applied = np.zeros(rows, np.int64)
        self.helped = np.zeros(rows, np.int64)
        self.left_months = np.zeros(rows, np.int64)
        self.known: dict[tuple[int, str], int] = {}

    def meet(self, firms: NDArray[Any]) -> None:
        """Forget the firms that have closed or whose row has a new firm."""
        known = np.flatnonzero(self.uid)
        gone = known[(self.uid[known] != firms["uid"][known]) | ~firms["working"][known]]
        if gone.size:
            for column in (self.uid, self.applied, self.helped, self.left_months):
                column[gone] = NEVER

    def note(self, what: str, firms: NDArray[Any], rows: NDArray[np.int64], month: int) -> None:
        """Note the month in which firms first applied (``"applied"``) or were first helped (``"helped"``).

        What is noted stays known by the firm's identity, also after the firm has closed.
        """
        column = getattr(self, what)
        first = rows[column[rows] == NEVER]
        column[first] = month
        self.uid[rows] = firms["uid"][rows]
        for uid in firms["uid"][first].tolist():
            self.known.setdefault((uid, what), month)

    def enrol(self, firms: NDArray[Any], rows: NDArray[np.int64], months: int) -> None:
        """Give firms a help that lasts some months, this one included."""
        self.uid[rows] = firms["uid"][rows]
        self.left_months[rows] = months

    def pass_month(self) -> None:
        """Let a month of every running help pass."""
        np.maximum(self.left_months - 1, 0, out=self.left_months)

    @property
    def running(self) -> NDArray[np.int64]:
        """Rows of the firms whose help still runs."""
        return np.flatnonzero(self.left_months > 0)
