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

from sim.study.cohorts import NEVER, Cells, leakage
from sim.study.firm_record import MONTHLY, YEAR, FirmRecord, Roll, RunRecord
from sim.study.intervals import interval, ratio

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "ADDITIONALITY_COLUMNS",
    "LEAKAGE",
    "NUMBERS",
    "WINDOWS",
    "Additional",
    "additional",
    "additionality_rows",
    "nobody",
]

ADDITIONALITY_COLUMNS = (
    *("scenario", "policy", "number", "window", "measure", "unit", "value", "low", "high"),
    *("percent", "percent_low", "percent_high", "firms", "pairs"),
)
NUMBERS = ("contrast", "twin", "spill_over", "city", "spill_over_applicants", "selection")
WINDOWS = ("year", "all")  # the 12 months after a firm's first help, and all months after it
LEAKAGE = ("would_have_grown", "would_have_grown_above_median")


@dataclass(frozen=True)
class Additional:
    """One programme in one pair of runs.

    ``numbers`` (``NUMBERS``, ``WINDOWS``, ``MONTHLY``, 2) holds each number and what it is a per cent of; NaN where
    nobody was helped, or nobody is there to compare with. ``leakage`` (``LEAKAGE``) are shares of the firms helped,
    ``firms`` how many local firms with a twin were helped, ``everybody`` how many firms in all.
    """

    numbers: NDArray[np.float64]
    leakage: NDArray[np.float64]
    firms: int
    everybody: int


def additional(with_: RunRecord, without: RunRecord, here: FirmRecord, there: FirmRecord, roll: Roll) -> Additional:
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
        cells = Cells(here, there, applied, helped, cohorts)
        city = (with_.city_monthly - without.city_monthly)[:, here.first - 1 :]
        for number, window in enumerate((YEAR, None)):
            numbers[:, number] = cells.numbers(window, city, roll.helped[roll.helped > 0])
    everybody = int((roll.helped > 0).sum())
    return Additional(numbers, leakage(there, helped), int((helped < NEVER).sum()), everybody)


def nobody() -> Additional:
    """Return what a programme adds that helps no firm."""
    import numpy as np

    shape = (len(NUMBERS), len(WINDOWS), len(MONTHLY), 2)
    return Additional(np.full(shape, np.nan), np.full(len(LEAKAGE), np.nan), 0, 0)


def _months_of(uid: NDArray[Any], roll: Roll, column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a month of a roll for some firms; far in the future where there is none."""
    import numpy as np

    months = np.full(uid.size, NEVER, np.int64)
    if roll.uid.size:
        place = np.minimum(np.searchsorted(roll.uid, uid), roll.uid.size - 1)
        noted = (roll.uid[place] == uid) & (column[place] > 0)
        months[noted] = column[place][noted]
    return months


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
                found, share = interval(value), ratio(100.0 * value, base)
                ends = (found.mean, found.low, found.high, share.mean, share.low, share.high)
                rows.append((scenario, policy, number, window, measure, unit, *ends, firms, found.pairs))
    grown = np.array([one.leakage for one in seeds])
    for n, number in enumerate(LEAKAGE):
        found = interval(grown[:, n])
        shares = (found.mean, found.low, found.high)
        per_cent = [100.0 * end for end in shares]
        rows.append((scenario, policy, number, "year", "firms", "share", *shares, *per_cent, firms, found.pairs))
    return rows
