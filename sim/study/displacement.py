"""Whose sales the gain was: helped firms, other local firms, newcomers, outside firms, imports, more demand.

In every month the city's demand is met by local firms, outside firms and imports, so the parts add up: what helped
firms gain is what all others lose, and what demand grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.study.firm_record import CITY, FirmRecord, Roll, RunRecord
from sim.study.intervals import paired, ratio
from sim.study.who import help_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["DISPLACEMENT_COLUMNS", "PARTS", "displaced", "displacement_rows"]

DISPLACEMENT_COLUMNS = (
    *("scenario", "part", "meaning", "t", "low", "high"),
    *("share", "share_low", "share_high", "pairs"),
)
PARTS = {
    "helped": "Gain of firms that a programme helped",
    "other_local": "Loss of local firms that no programme helped (business stealing)",
    "newcomers": "Loss of firms founded since, and sales of the months in which firms close",
    "external": "Loss of outside firms in the city",
    "imports": "Loss of imports and factory goods",
    "demand": "Growth of what the city buys",
}


def displaced(
    with_: RunRecord, without: RunRecord, here: FirmRecord, there: FirmRecord, rolls: Mapping[str, Roll]
) -> NDArray[np.float64]:
    """Return the parts of one pair of runs [t/month], means over the observed months, in the order of ``PARTS``.

    ``here`` and ``there`` are twins, row by row. The first part is the sum of the others.
    """
    import numpy as np

    seen = slice(with_.warm_up, None)
    change_t = np.ascontiguousarray(with_.city_t[:, seen] - without.city_t[:, seen]).mean(axis=1)
    city = dict(zip(CITY, change_t, strict=True))
    months = with_.city_t.shape[1] - with_.warm_up
    observed = slice(max(0, with_.warm_up + 1 - here.first), None)
    sold_t = np.ascontiguousarray((here.monthly[0, observed] - there.monthly[0, observed]).T).sum(axis=1) / months
    _, helped = help_of(here.state["uid"][here.state["local"]], rolls)
    gain_t, other_t = sold_t[helped].sum(), sold_t[~helped].sum()
    rest_t = city["sales_local_t"] - gain_t - other_t
    losses = -np.array([other_t, rest_t, city["sales_external_t"], city["imports_t"]])
    return np.array([gain_t, *losses, city["demand_t"]])


def displacement_rows(scenario: str, seeds: Sequence[NDArray[np.float64]]) -> list[tuple[Any, ...]]:
    """Return the rows of ``displacement.csv`` for one scenario, in ``DISPLACEMENT_COLUMNS``.

    ``share`` is the part against what helped firms gain, with Fieller's interval; blank where that may be nothing.
    """
    import numpy as np

    parts = np.array(seeds)
    rows: list[tuple[Any, ...]] = []
    for number, (part, meaning) in enumerate(PARTS.items()):
        found = paired(parts[:, number], np.zeros(len(parts)))[0]
        share = ratio(parts[:, number], parts[:, 0])
        amounts = (found.mean, found.low, found.high, share.mean, share.low, share.high)
        rows.append((scenario, part, meaning, *amounts, found.pairs))
    return rows
