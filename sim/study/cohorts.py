"""Cohorts of help: firms first helped in one month, beside their twins and beside firms that wait to be helped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.study.firm_record import YEAR, FirmRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["NEVER", "Cells", "leakage"]

NEVER = 1 << 40  # the month of what does not happen


def _before(monthly: NDArray[np.float64], alive: NDArray[np.bool_], place: int) -> NDArray[np.float64]:
    """Return each firm's mean over the months at work of the year before a month; 0 without one."""
    import numpy as np

    year = slice(max(0, place - YEAR), place)
    months = alive[year].sum(axis=0)
    return np.asarray((monthly[:, year] * alive[year]).sum(axis=1) / np.maximum(months, 1))


@dataclass(frozen=True)
class _Arm:
    """Firms of one arm of an experiment: how many (months, cohorts), and means of them (measures, months, cohorts).

    ``level`` is what they sell, ``change`` that less their own year before, ``gap`` that less what their twins sell.
    """

    count: NDArray[np.float64]
    level: NDArray[np.float64]
    change: NDArray[np.float64]
    gap: NDArray[np.float64]


def _arm(
    here: FirmRecord,
    there: FirmRecord,
    before: NDArray[np.float64],
    counted: NDArray[np.bool_],
    members: NDArray[np.bool_],
) -> _Arm:
    """Return the arm of the ``members`` of each cohort (cohorts, firms), in the months that count (months, firms).

    Products are summed by einsum, not by the linear algebra of the machine, whose threads cost more than such small
    tables and whose last bit depends on their number.
    """
    import numpy as np

    inside, weight = counted.astype(np.float64), members.astype(np.float64)
    count = np.einsum("tf,hf->th", inside, weight)
    many = np.maximum(count, 1.0)
    level = np.einsum("ktf,hf->kth", here.monthly * inside, weight) / many
    gap = np.einsum("ktf,hf->kth", (here.monthly - there.monthly) * inside, weight) / many
    was = np.einsum("hkf,tf->kth", before * weight[:, np.newaxis], inside) / many
    return _Arm(count, level, level - was, gap)


class Cells:
    """What happened by measure, month and cohort: the firms that were first helped in one month.

    Arrays have the axes (measures, months, cohorts); months begin with that of the record.
    """

    def __init__(
        self,
        here: FirmRecord,
        there: FirmRecord,
        applied: NDArray[np.int64],
        helped: NDArray[np.int64],
        cohorts: NDArray[np.int64],
    ) -> None:
        import numpy as np

        self.cohorts = cohorts
        self.months = here.first + np.arange(here.monthly.shape[1])
        members = helped == cohorts[:, np.newaxis]
        place = (cohorts - here.first).tolist()
        before = np.array([_before(here.monthly, here.alive, at) for at in place])
        self.helped = _arm(here, there, before, np.ones_like(here.alive), members)

        # What an experiment sees: firms at work; those helped, and those that had applied by then and are not helped
        # until the month itself. Closed firms count on neither side: they would pile up among firms that wait, which
        # only open ones leave to be helped.
        waiting = helped > self.months[:, np.newaxis]
        asked = (applied <= cohorts[:, np.newaxis]) & here.alive[place]
        self.treated = _arm(here, there, before, here.alive, members)
        self.control = _arm(here, there, before, here.alive & waiting, asked)

        # All local firms that are not helped until the month itself, whatever became of them
        self.idle = waiting.sum(axis=1)
        many = np.maximum(self.idle, 1)
        self.idle_twin = (there.monthly * waiting).sum(axis=2) / many
        self.idle_gap = (here.monthly * waiting).sum(axis=2) / many - self.idle_twin

    def numbers(
        self, window: int | None, city: NDArray[np.float64], everybody: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return (``NUMBERS``, measures, 2) over the months after help: so many, or all; each firm and month alike."""
        import numpy as np

        last = int(self.months[-1])
        within = _within(self.months, self.cohorts, window, last)
        firms = within * self.helped.count
        twin, level = _mean(self.helped.gap, firms), _mean(self.helped.level - self.helped.gap, firms)

        compared = within * self.treated.count * (self.control.count > 0.0)
        contrast = _mean(self.treated.change - self.control.change, compared)
        applicants = _mean(self.control.gap, compared)
        selection = contrast - _mean(self.treated.gap, compared) + applicants
        without = _mean(self.treated.level, compared) - contrast
        waited = _mean(self.control.level - self.control.gap, compared)

        idle = firms.sum(axis=1) * (self.idle > 0)
        months, many = np.unique(everybody, return_counts=True)
        so_far = ((months[:, np.newaxis] < self.months) * many[:, np.newaxis]).sum(axis=0)
        counted = (_within(self.months, months, window, last) * many).sum(axis=1)
        found = [
            (contrast, without),
            (twin, level),
            (_mean(self.idle_gap, idle), _mean(self.idle_twin, idle)),
            (_mean(city / np.maximum(so_far, 1), counted), level),
            (applicants, waited),
            (selection, without),
        ]
        return np.array(found).transpose(0, 2, 1)


def _within(
    months: NDArray[np.int64], cohorts: NDArray[np.int64], window: int | None, last: int
) -> NDArray[np.float64]:
    """Return 1 where a month is in the window after a cohort's help; a window that the run cuts short does not count.

    Examples
    --------
    >>> import numpy as np
    >>> _within(np.arange(1, 5), np.array([1, 3]), 2, 4).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    """
    import numpy as np

    after = months[:, np.newaxis] > cohorts
    if window is not None:
        after &= (months[:, np.newaxis] <= cohorts + window) & (cohorts + window <= last)
    return np.asarray(after, dtype=np.float64)


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean of every measure over its months and cohorts; NaN without any weight."""
    import numpy as np

    total = weights.sum()
    if total <= 0.0:
        return np.full(len(values), np.nan)
    return np.asarray((values * weights).reshape(len(values), -1).sum(axis=1) / total)


def leakage(there: FirmRecord, helped: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the shares of help that went to firms whose sales would have grown anyway, by their twins.

    Growth is sales over the twelve months after the month of help against the twelve before, of firms that worked all
    of those before. The second share counts growth above the median of all local firms in the same months.
    """
    import numpy as np

    sold_t, counts, grown, above = there.monthly[0], 0, 0, 0
    for month in np.unique(helped[helped < NEVER]).tolist():
        at = month - there.first
        if at < YEAR or at + YEAR >= len(sold_t):
            continue
        worked = there.alive[at - YEAR : at].all(axis=0) & (sold_t[at - YEAR : at].sum(axis=0) > 0.0)
        before_t, after_t = sold_t[at - YEAR : at, worked], sold_t[at + 1 : at + 1 + YEAR, worked]
        growth = after_t.sum(axis=0) / before_t.sum(axis=0)
        own = growth[helped[worked] == month]
        if own.size:
            counts += own.size
            grown += int((own > 1.0).sum())
            above += int((own > np.median(growth)).sum())
    return np.array([grown / counts, above / counts]) if counts else np.full(2, np.nan)
