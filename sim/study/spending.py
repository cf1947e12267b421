"""What policies cost, month by month: public money spent, and beside it the cost that regulations put on others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.core.parameters import month_number, month_text
from sim.study.intervals import paired

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.scenario import Scenario

__all__ = ["SPENDING_COLUMNS", "spending_rows"]

SPENDING_COLUMNS = (
    *("scenario", "policy", "month", "date", "jt", "low", "high"),
    *("shadow_jt", "shadow_low", "shadow_high", "pairs"),
)


def spending_rows(scenario: Scenario, spent: Mapping[str, NDArray[np.float64]]) -> list[tuple[Any, ...]]:
    """Return the rows of ``spending.csv`` for one scenario: each month in which a policy is in force.

    Parameters
    ----------
    scenario
        Whose policies and dates count.
    spent
        By policy (seeds, 2, months of the run): spending and shadow cost [jt].
    """
    import numpy as np

    begin = month_number(scenario.first_month) - 1
    rows: list[tuple[Any, ...]] = []
    for policy, amounts in spent.items():
        uses = [use for use in scenario.uses if use.name == policy]
        nothing, last = np.zeros(len(amounts)), amounts.shape[2]
        for use in sorted(uses, key=lambda one: one.first):
            for number in range(month_number(use.first), min(month_number(use.last), begin + last) + 1):
                month = number - begin
                found = [paired(amounts[:, kind, month - 1], nothing)[0] for kind in (0, 1)]
                ends = [end for one in found for end in (one.mean, one.low, one.high)]
                rows.append((scenario.name, policy, month, month_text(number), *ends, len(amounts)))
    return rows
