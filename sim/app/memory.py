"""What the page remembers of a run: every local firm, month by month, and which mill's steel went where.

Only columns that the page shows are kept, in single precision: 120 months of 1,700 firms take 14 MB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.buyers import KINDS

__all__ = ["KEPT", "Memory"]

YEAR = 12
ROUNDING_T = 1e-6
KEPT = ("orders_t", "output_t", "sold_t", "revenue_jt", "cash_jt", "debt_jt", "workers_fte", "direct_t", "bought_t")
FIRM = np.dtype(
    [
        ("uid", "i4"),
        ("working", "?"),
        ("bound", "i1"),
        ("mill", "i1"),
        ("skill", "f4"),
        *((name, "f4") for name in KEPT),
        ("sold_by_kind_t", "f4", (len(KINDS),)),
    ]
)


class Memory:
    """The months of a run's local firms.

    ``firms`` (months, local rows) holds ``FIRM``; ``mill_steel_t`` (months, mills, clusters) the allotment that each
    mill delivered to the firms of each cluster.
    """

    def __init__(self, model: Any) -> None:
        rows = model.tables["firms"].rows
        self.rows = np.flatnonzero(rows["local"])  # a row belongs to one cluster for good
        self._usual_t, self._uid = model.work.usual_sales[self.rows], rows["uid"][self.rows]
        self.months = 0
        self.firms = np.zeros((model.months, self.rows.size), FIRM)
        self.mill_steel_t = np.zeros((model.months, model.mills.size, model.clusters.size))

    def note(self, model: Any) -> None:
        """Keep the month that has just ended."""
        table = model.tables["firms"].rows
        now, own = self.firms[self.months], table[self.rows]
        for name in ("uid", "working", "bound", "mill", *KEPT):
            now[name] = own[name]
        now["skill"] = own["skill"] + own["skill_help"]
        self._note_sales(model, now)
        steel = self.mill_steel_t[self.months]
        at_work = np.flatnonzero(table["working"])
        np.add.at(steel, (table["mill"][at_work], table["cluster"][at_work]), table["direct_t"][at_work])
        self.months = int(model.month)

    def _note_sales(self, model: Any, now: NDArray[Any]) -> None:
        """Work out the local firms' deliveries by kind of buyer.

        The model keeps of them only each firm's average of a year, which moves by a twelfth of the news each month.
        """
        usual_t = model.work.usual_sales[self.rows]
        before_t = np.where((now["uid"] == self._uid)[:, np.newaxis], self._usual_t, 0.0)
        sold_t = before_t + YEAR * (usual_t - before_t)
        real = now["working"][:, np.newaxis] & (sold_t > ROUNDING_T)  # a closed firm's average is emptied
        now["sold_by_kind_t"] = np.where(real, sold_t, 0.0)
        self._usual_t, self._uid = usual_t, now["uid"].copy()

    def working(self, month: int) -> NDArray[np.int64]:
        """Return the places (in ``rows``) of the firms at work at the end of a month."""
        return np.flatnonzero(self.firms["working"][month - 1])

    def uids(self, month: int) -> list[int]:
        """Return the identities of the firms at work at the end of a month, in order."""
        return sorted(self.firms["uid"][month - 1][self.working(month)].tolist())

    def place_of(self, uid: int) -> int | None:
        """Return the place of a firm that was ever at work, or None."""
        known = self.firms[: self.months]
        _, places = np.nonzero((known["uid"] == uid) & known["working"])
        return int(places[0]) if places.size else None

    def firm(self, uid: int) -> pd.DataFrame:
        """Return the months of one firm at work: ``month``, ``KEPT``, ``skill``, ``bound``, and sales by kind of buyer.

        Empty for a firm that has never been at work.
        """
        place = self.place_of(uid)
        known = self.firms[: self.months, 0 if place is None else place]
        own = np.flatnonzero(known["working"] & (known["uid"] == uid))
        history = known[own]
        table = {"month": own + 1} | {name: history[name] for name in ("bound", "mill", "skill")}
        table |= {name: history[name] for name in KEPT}
        table |= {f"sold_{kind}_t": history["sold_by_kind_t"][:, number] for number, kind in enumerate(KINDS)}
        return pd.DataFrame(table)
