"""Rolls: what one programme knows of each firm: who applied, who was helped, whose help still runs.

A roll belongs to the office, not to one use of a policy, so that a programme that is renewed at New Year goes on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.state import RowView, Table, column

__all__ = ["Entry", "Roll", "note_applications", "note_help"]

NEVER = 0


class Entry(RowView):
    """What a programme knows of one firm; a month of the run is 0 for never."""

    applied: int = column("month", "Month of its first application")
    helped: int = column("month", "Month of its first help")
    latest: int = column("month", "Month of its latest help")
    left_months: int = column("months", "Months for which a help that lasts still runs")


@compiled
def strike(entries, closed, count):
    """Forget the first ``count`` firms in ``closed``; tell whether a help was running for one of them."""
    running = False
    for c in range(count):
        entry = entries[closed[c]]
        running = running or entry.left_months > 0
        entry.applied = NEVER
        entry.helped = NEVER
        entry.latest = NEVER
        entry.left_months = 0
    return running


@compiled
def clear(figure, closed, count):
    """Set a figure of the first ``count`` firms in ``closed`` to 0."""
    for c in range(count):
        figure[closed[c]] = 0.0


@compiled
def note_applications(firms, entries, rows, month):
    """Note applications; return the identities of the firms that applied for the first time."""
    first, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        entry = entries[rows[k]]
        if entry.applied == NEVER:
            entry.applied = month
            first[count] = firms[rows[k]].uid
            count += 1
    return first[:count]


@compiled
def note_help(firms, entries, rows, month):
    """Note help; return the identities of the firms helped for the first time."""
    first, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        entry = entries[rows[k]]
        entry.latest = month
        if entry.helped == NEVER:
            entry.helped = month
            first[count] = firms[rows[k]].uid
            count += 1
    return first[:count]


@compiled
def let_months_pass(entries, rows):
    """Let a month of some firms' help pass; return the rows for which it was the last."""
    over, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        entry = entries[rows[k]]
        entry.left_months -= 1
        if entry.left_months == 0:
            over[count] = rows[k]
            count += 1
    return over[:count]


@compiled
def keep_partners(firms, entries, running):
    """End the help of the firms that are no partners any more; return the rows of those that are."""
    found, count = np.empty(running.size, np.int64), 0
    for k in range(running.size):
        if firms[running[k]].partner:
            found[count] = running[k]
            count += 1
        else:
            entries[running[k]].left_months = 0
    return found[:count]


@compiled
def keep_running(entries, rows):
    """Return those rows of firms whose help still runs."""
    found, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        if entries[rows[k]].left_months > 0:
            found[count] = rows[k]
            count += 1
    return found[:count]


@compiled
def put_on_roll(entries, running, rows, months):
    """Give firms a help that lasts some months; return the rows of all whose help runs then, in their order."""
    found, count = np.empty(running.size + rows.size, np.int64), running.size
    found[:count] = running
    for k in range(rows.size):
        if entries[rows[k]].left_months == 0:
            place = count
            while place > 0 and found[place - 1] > rows[k]:
                found[place] = found[place - 1]
                place -= 1
            found[place] = rows[k]
            count += 1
        entries[rows[k]].left_months = months
    return found[:count]


@compiled
def nearest_the_end(entries, running, count):
    """Return the rows of as many running helps as asked for, those with the fewest months left first if not all."""
    if count >= running.size:
        return running
    found, kept = np.empty(max(0, count), np.int64), 0
    for k in range(running.size):
        left_months = entries[running[k]].left_months
        if kept < count or (count > 0 and left_months < entries[found[kept - 1]].left_months):
            place = min(kept, count - 1)
            while place > 0 and entries[found[place - 1]].left_months > left_months:
                found[place] = found[place - 1]
                place -= 1
            found[place] = running[k]
            kept = min(count, kept + 1)
    return found[:kept]


class Roll:
    """What a programme knows of the firms, by row of their table; a newcomer in a reused row starts unknown.

    ``entries`` holds an :class:`Entry` for each row, ``running`` the rows of the firms whose help still runs.
    """

    def __init__(self, rows: int) -> None:
        self.entries = Table(None, Entry, np.zeros(rows, Entry.dtype))
        self.running = np.zeros(0, np.int64)
        self.figures: dict[str, NDArray[np.float64]] = {}
        self._noted: list[tuple[str, int, NDArray[Any]]] = []

    @property
    def applied(self) -> NDArray[Any]:
        """The month of each firm's first application, or 0."""
        return self.entries.rows["applied"]

    @property
    def helped(self) -> NDArray[Any]:
        """The month of each firm's first help, or 0."""
        return self.entries.rows["helped"]

    @property
    def latest(self) -> NDArray[Any]:
        """The month of each firm's latest help, or 0."""
        return self.entries.rows["latest"]

    @property
    def left_months(self) -> NDArray[Any]:
        """The months for which each firm's help still runs."""
        return self.entries.rows["left_months"]

    @property
    def known(self) -> dict[tuple[int, str], int]:
        """The month of what was first noted, by the firm's identity and what: it stays known when the firm closes."""
        found: dict[tuple[int, str], int] = {}
        for what, month, uids in self._noted:
            for uid in uids.tolist():
                found.setdefault((uid, what), month)
        return found

    def figure(self, name: str) -> NDArray[np.float64]:
        """Return a figure of its own that a programme keeps of every firm it knows, 0 to begin with."""
        if name not in self.figures:
            self.figures[name] = np.zeros(self.entries.size)
        return self.figures[name]

    def forget(self, closed: NDArray[np.int64], count: int) -> None:
        """Forget the first ``count`` firms in ``closed``."""
        for figure in self.figures.values():
            clear(figure, closed, count)
        if strike(self.entries.arg, closed, count):
            self.running = keep_running(self.entries.arg, self.running)

    def note(self, what: str, firms: Any, rows: NDArray[np.int64], month: int) -> None:
        """Note that firms applied (``"applied"``) or were helped (``"helped"``) this month."""
        note = note_help if what == "helped" else note_applications
        self.know(what, note(firms, self.entries.arg, rows, month), month)

    def know(self, what: str, uids: NDArray[np.int64], month: int) -> None:
        """Keep the identities of firms that applied or were helped for the first time."""
        if uids.size > 0:
            self._noted.append((what, month, uids))

    def enrol(self, rows: NDArray[np.int64], months: int) -> None:
        """Give firms a help that lasts some months, this one included."""
        if rows.size > 0 and months > 0:
            self.running = put_on_roll(self.entries.arg, self.running, rows, months)

    def pass_month(self, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Let a month of every running help, or of some, pass; return the rows for which it was the last."""
        rows = self.running if rows is None else rows
        if rows.size == 0:
            return rows
        over: NDArray[np.int64] = let_months_pass(self.entries.arg, rows)
        if over.size > 0:
            self.running = keep_running(self.entries.arg, self.running)
        return over

    def keep_partners(self, firms: Any) -> None:
        """End the running helps of firms that are no partners any more."""
        self.running = keep_partners(firms, self.entries.arg, self.running)

    def stop(self) -> None:
        """End every help that still runs."""
        self.left_months[self.running] = 0
        self.running = self.running[:0]
