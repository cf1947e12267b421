"""Rules that hold for a month: tables of numbers in one piece of memory, so that all are set back at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rulebook"]


class Rulebook:
    """The rules of the month and the usual ones, by name.

    Parameters
    ----------
    tables : ndarray by name
        Structured arrays of which every field is a float; their values become the usual ones.

    Examples
    --------
    >>> prices = np.array([(4.0, 5.0)], [("steel", "f8"), ("goods", "f8")])
    >>> book = Rulebook(prices=prices, tax=np.array([(0.1,)], [("rate", "f8")]))
    >>> book.now["prices"]["goods"] = 9.0
    >>> book.set_back()
    >>> book.now["prices"]
    array([(4., 5.)], dtype=[('steel', '<f8'), ('goods', '<f8')])
    """

    def __init__(self, **tables: NDArray[Any]) -> None:
        self._kinds = {name: (table.dtype, table.size) for name, table in tables.items()}
        self._now: NDArray[np.float64] = np.concatenate([table.view(np.float64) for table in tables.values()])
        self._usual = self._now.copy()
        self._see()

    def _see(self) -> None:
        self.now, self.usual, first = {}, {}, 0
        for name, (kind, size) in self._kinds.items():
            last = first + size * kind.itemsize // self._now.itemsize
            self.now[name], self.usual[name] = (values[first:last].view(kind) for values in (self._now, self._usual))
            first = last

    def set_back(self) -> None:
        """Let all rules of the month be the usual ones again."""
        self._now[:] = self._usual

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the views: a copy has memory of its own."""
        return {key: self.__dict__[key] for key in ("_kinds", "_now", "_usual")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore, and see the tables again."""
        self.__dict__.update(state)
        self._see()
