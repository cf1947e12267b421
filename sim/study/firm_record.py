"""What a run leaves of each firm, so that it can be compared with its twin.

A firm's twin is the same firm in the same luck without the policy: runs of one seed are the same to the last bit until
a policy begins, so firms at work then have the same row and identity in both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MEASURES", "MONTHLY", "YEAR", "FirmRecord", "Recorder", "Roll", "RunRecord"]

YEAR = 12
# What is kept of every firm, and what is worked out from it. The sales of a firm's last month, in which it closes, are
# part of the city's sums and of no firm's.
COPIED = ("sold_t", "revenue_jt", "cost_sold_jt", "overhead_jt", "wages_jt")
MONTHLY = {"sales_t": "t/month", "revenue_jt": "jt/month", "value_added_jt": "jt/month", "profit_jt": "jt/month"}
MEASURES = {"sales_t": "t/month", "value_added_jt": "jt/month", "net_worth_jt": "jt", "survival": "share"}
STATE = ("uid", "cluster", "local", "workers_fte", "skill", "skill_help", "age_months")
CITY = ("sales_local_t", "sales_external_t", "imports_t", "demand_t")


@dataclass(frozen=True)
class Roll:
    """What a programme knows of firms: identity, and month of the run of first application and first help (0 never)."""

    uid: NDArray[np.int64]
    applied: NDArray[np.int64]
    helped: NDArray[np.int64]


@dataclass(frozen=True)
class FirmRecord:
    """The firms that worked when month ``start`` of a run began, and what became of them.

    ``state`` holds a row a firm, as it stood then. ``outcomes`` (firms, ``MEASURES``) are sales and value added, means
    over the observed months from the start; net worth and whether the firm still works at the end. ``monthly``
    (``MONTHLY``, months, local firms) goes from month ``first``, up to a year before the start, to the end; a firm that
    has closed sells nothing. ``alive`` (months, local firms) says whether it worked.
    """

    start: int
    first: int
    row: NDArray[np.int64]
    state: NDArray[Any]
    outcomes: NDArray[np.float64]
    monthly: NDArray[np.float64]
    alive: NDArray[np.bool_]


@dataclass(frozen=True)
class RunRecord:
    """The firms of one run, by the month in which they were counted; the rolls of its programmes; the city by month.

    ``city_monthly`` (``MONTHLY``, months) are the sums over all local firms, ``city_t`` (``CITY``, months) the goods
    market; months from the first of the run.
    """

    warm_up: int
    firms: dict[int, FirmRecord]
    rolls: dict[str, Roll]
    city_monthly: NDArray[np.float64]
    city_t: NDArray[np.float64]


@dataclass
class Recorder:
    """Copies of the table of firms, month by month, while a model runs; a run that nobody asks pays nothing.

    Parameters
    ----------
    model
        A model before its first month.
    starts
        Months of the run at whose beginning the firms at work are counted.
    """

    model: Any
    starts: Collection[int]
    _states: dict[int, tuple[NDArray[np.int64], NDArray[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        import numpy as np

        self.first = max(1, min(self.starts) - YEAR)
        size = (self.model.months - self.first + 1, self.model.tables["firms"].rows.size)
        self._uid = np.zeros(size, np.int64)
        self._copies = np.zeros((len(COPIED), *size))

    def run(self) -> None:
        """Run the model to its last month."""
        import numpy as np

        model, rows = self.model, self.model.tables["firms"].rows
        columns = [rows[name] for name in COPIED]
        uid, working = rows["uid"], rows["working"]
        while model.running:
            if model.month + 1 in self.starts:
                at = np.flatnonzero(working)
                self._states[model.month + 1] = at, rows[list(STATE)][at]
            model.step()
            place = model.month - self.first
            if place >= 0:
                np.multiply(uid, working, out=self._uid[place])
                for copy, column in zip(self._copies, columns, strict=True):
                    copy[place] = column

    def record(self) -> RunRecord:
        """Return what is kept of the run."""
        import numpy as np

        table = self.model.indicators
        revenue_jt, wages_jt = table["revenue_local_jt"], table["wages_local_jt"]
        added_jt = table["value_added_local_jt"]
        city = [table["sales_local_t"], revenue_jt, added_jt, added_jt - wages_jt]
        return RunRecord(
            self.model.warm_up,
            {start: self._firms(start, *state) for start, state in self._states.items()},
            {name: _known(roll) for name, roll in self.model.office.rolls.items()},
            np.array([series.to_numpy(dtype=np.float64) for series in city]),
            np.array([table[name].to_numpy(dtype=np.float64) for name in CITY]),
        )

    def _firms(self, start: int, at: NDArray[np.int64], state: NDArray[Any]) -> FirmRecord:
        """Return what became of the firms that were at work when a month began."""
        import numpy as np

        uid = np.full(self._uid.shape[1], -1, np.int64)
        uid[at] = state["uid"]
        alive = self._uid == uid
        seen = slice(max(start, self.model.warm_up + 1) - self.first, None)
        sold_t, revenue_jt, cost_jt, overhead_jt, _ = self._copies[:, seen]
        flows = [(flow * alive[seen]).mean(axis=0)[at] for flow in (sold_t, revenue_jt - cost_jt - overhead_jt)]
        survives = alive[-1, at]
        net_worth_jt = np.where(survives, self.model.tables["firms"].rows["equity_jt"][at], 0.0)
        outcomes = np.column_stack([*flows, net_worth_jt, survives.astype(np.float64)])

        local, first = at[state["local"]], max(self.first, start - YEAR)
        kept = slice(first - self.first, None)
        alive = alive[kept, local]
        sold_t, revenue_jt, cost_jt, overhead_jt, wages_jt = self._copies[:, kept, local] * alive
        added_jt = revenue_jt - cost_jt - overhead_jt
        monthly = np.array([sold_t, revenue_jt, added_jt, added_jt - wages_jt])
        return FirmRecord(start, first, at, state, outcomes, monthly, alive)


def _known(roll: Any) -> Roll:
    """Return a programme's roll as arrays, in the order of identities."""
    import numpy as np

    uids = sorted({uid for uid, _ in roll.known})
    columns = [[roll.known.get((uid, what), 0) for uid in uids] for what in ("applied", "helped")]
    return Roll(*(np.array(column, dtype=np.int64) for column in (uids, *columns)))
