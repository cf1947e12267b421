"""Additionality: what help for some firms adds, in four numbers that are often taken for each other.

``contrast``
    What an experiment measures in one world: firms helped against those that had applied and were not helped yet,
    each against its own twelve months before.
``twin``
    What help did to the firms helped: each against its twin.
``spill_over``
    What it did to local firms that were not helped: each against its twin.
``city``
    What the city gained: all local firms, newcomers too, for each firm helped so far.

Two more say why the first differs from the second: ``spill_over_applicants`` is what the programme did to the firms
that the experiment compares with, ``selection`` how much better the helped would have done than they anyway;
``contrast`` = ``twin`` - ``spill_over_applicants`` + ``selection``, where there is somebody to compare with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.study.firm_record import MONTHLY, YEAR, FirmRecord, Roll, RunRecord
from sim.study.intervals import Interval, fieller, interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ADDITIONALITY_COLUMNS", "LEAKAGE", "NUMBERS", "WINDOWS", "Additional", "additional", "additionality_rows", "nobody"]

ADDITIONALITY_COLUMNS = (
    *("scenario", "policy", "number", "window", "measure", "unit", "value", "low", "high"),
    *("percent", "percent_low", "percent_high", "firms", "pairs"),
)
NUMBERS = ("contrast", "twin", "spill_over", "city", "spill_over_applicants", "selection")
WINDOWS = ("year", "all")  # the 12 months after a firm's first help, and all months after it
LEAKAGE = ("would_have_grown", "would_have_grown_above_median")
NEVER = 1 << 40


@dataclass(frozen=True)
class Additional:
    """One programme in one pair of runs.

    ``numbers`` (``NUMBERS``, ``WINDOWS``, ``MONTHLY``, 2) holds each number and what it is a per cent of; NaN where
    nobody was helped, or nobody is there to compare with. ``leakage`` (``LEAKAGE``) are shares of the firms helped,
    ``firms`` how many local firms with a twin were helped.
    """

    numbers: NDArray[np.float64]
    leakage: NDArray[np.float64]
    firms: int


def additional(
    with_: RunRecord, without: RunRecord, here: FirmRecord, there: FirmRecord, roll: Roll
) -> Additional:
    """Return what a programme added in one seed.

    Parameters
    ----------
    with_, without
        The two runs.
    here, there
        Their firms, row by row a firm and its twin.
    roll
        Whom the programme knows.
    """
    import numpy as np

    uid = here.state["uid"][here.state["local"]]
    applied, helped = (_months_of(uid, roll, column) for column in (roll.applied, roll.helped))
    numbers = nobody().numbers
    cohorts = np.unique(helped[helped < NEVER])
    last = here.first + here.monthly.shape[1] - 1
    cohorts = cohorts[cohorts < last]
    if cohorts.size:
        cells = _Cells(here, there, applied, helped, cohorts)
        everybody = roll.helped[roll.helped > 0]
        city = (with_.city_monthly - without.city_monthly)[:, here.first - 1 :]
        for number, window in enumerate((YEAR, None)):
            numbers[:, number] = cells.numbers(window, city, everybody)
    return Additional(numbers, _leakage(there, helped), int((helped < NEVER).sum()))


def nobody() -> Additional:
    """Return what a programme adds that helps no firm."""
    import numpy as np

    shape = (len(NUMBERS), len(WINDOWS), len(MONTHLY), 2)
    return Additional(np.full(shape, np.nan), np.full(len(LEAKAGE), np.nan), 0)


def _months_of(uid: NDArray[Any], roll: Roll, column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a month of a roll for some firms; far in the future where there is none."""
    import numpy as np

    months = np.full(uid.size, NEVER, np.int64)
    if roll.uid.size:
        place = np.minimum(np.searchsorted(roll.uid, uid), roll.uid.size - 1)
        noted = (roll.uid[place] == uid) & (column[place] > 0)
        months[noted] = column[place][noted]
    return months


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
    counted: NDArray[Any],
    members: NDArray[Any],
) -> _Arm:
    """Return the arm of the ``members`` of each cohort (firms, cohorts), in the months that count (months, firms)."""
    import numpy as np

    counted, members = counted.astype(np.float64), members.astype(np.float64)
    count = counted @ members
    many = np.maximum(count, 1.0)
    own, twin = here.monthly * counted, there.monthly * counted
    level = own @ members / many
    was = np.einsum("tf,hkf,fh->kth", counted, before, members, optimize=True) / many
    return _Arm(count, level, level - was, (own - twin) @ members / many)


class _Cells:
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
        members = helped[:, np.newaxis] == cohorts
        self.helped = _arm(here, there, np.zeros((cohorts.size, *here.monthly.shape[::2])), _all(here), members)

        # What an experiment sees: firms at work; those helped, and those that had applied by then and are not helped
        # until the month itself. Closed firms count on neither side: they would pile up among firms that wait, which
        # only open ones leave to be helped.
        place = (cohorts - here.first).tolist()
        before = np.array([_before(here.monthly, here.alive, at) for at in place])
        waiting = helped > self.months[:, np.newaxis]
        asked = (applied[:, np.newaxis] <= cohorts) & here.alive[place].T
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


def _all(record: FirmRecord) -> NDArray[np.bool_]:
    """Return that every firm counts in every month."""
    import numpy as np

    return np.ones_like(record.alive)


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


def _leakage(there: FirmRecord, helped: NDArray[np.int64]) -> NDArray[np.float64]:
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
        before_t, after_t = sold_t[at - YEAR : at, worked].sum(axis=0), sold_t[at + 1 : at + 1 + YEAR, worked].sum(axis=0)
        growth = after_t / before_t
        own = growth[helped[worked] == month]
        if own.size:
            counts += own.size
            grown += int((own > 1.0).sum())
            above += int((own > np.median(growth)).sum())
    return np.array([grown / counts, above / counts]) if counts else np.full(2, np.nan)


def additionality_rows(scenario: str, policy: str, seeds: Sequence[Additional]) -> list[tuple[Any, ...]]:
    """Return the rows of ``additionality.csv`` for one programme, in ``ADDITIONALITY_COLUMNS``.

    Per cents are ratios of means over seeds, with Fieller's interval; of what the same firms would have sold without.
    ``firms`` is the mean number of local firms helped that have a twin.
    """
    import numpy as np

    firms = float(np.mean([one.firms for one in seeds]))
    numbers = np.array([one.numbers for one in seeds])
    rows: list[tuple[Any, ...]] = []
    for n, number in enumerate(NUMBERS):
        for w, window in enumerate(WINDOWS):
            for k, (measure, unit) in enumerate(MONTHLY.items()):
                value, base = numbers[:, n, w, k].T
                known = ~np.isnan(value)
                found = interval(value)
                share = Interval(np.nan, np.nan, np.nan, found.pairs)
                if found.pairs > 1 and interval(base[known]).low > 0.0:
                    share = fieller(100.0 * value[known], base[known])
                ends = (found.mean, found.low, found.high, share.mean, share.low, share.high)
                rows.append((scenario, policy, number, window, measure, unit, *ends, firms, found.pairs))
    leakage = np.array([one.leakage for one in seeds])
    for n, number in enumerate(LEAKAGE):
        found = interval(leakage[:, n])
        ends = (found.mean, found.low, found.high, *(100.0 * end for end in (found.mean, found.low, found.high)))
        rows.append((scenario, policy, number, "year", "firms", "share", *ends, firms, found.pairs))
    return rows
