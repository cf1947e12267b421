"""What may be claimed of many effects at once, and how likely one scenario is better than another."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.study.intervals import chance_higher
from sim.study.ranking import SHARE, ranking
from sim.study.screen import MAIN_COLUMNS, table
from sim.study.simultaneous import FEWEST, RESAMPLES, simultaneous

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sim.study.comparison import Comparison

__all__ = ["METHOD", "chances_frame", "claims_text", "simultaneous_frame"]

METHOD = (
    f"95 % for all scenarios and indicators of a family together: mean and common multiple of its standard error, the"
    f" multiple being the 95 % point of the largest |t| over {RESAMPLES} bootstrap samples of the seeds"
)
SIMULTANEOUS_COLUMNS = (
    "family",
    "scenario",
    "indicator",
    "origin",
    "unit",
    "better",
    "difference",
    "low",
    "high",
    "pairs",
    "holds",
)
WORDS = {"main": "the indicators of the short tables", "all": "any indicator"}
CHANCE_COLUMNS = ("indicator", "origin", "unit", "better", "first", "second", "chance", "low", "high", "pairs")


def simultaneous_frame(comparison: Comparison) -> pd.DataFrame:
    """Return effects with intervals that hold together (``simultaneous.csv``), of two families.

    The family ``main`` holds the indicators of the short tables, ``all`` every indicator: whoever looks through
    hundreds of indicators for one that moves must use ``all``, which is wider. Effects that fewer than ten pairs know
    have no such interval and are blank; ``inf`` stands where nearly all pairs are equal, and nothing can be said.
    ``holds`` tells whether the interval lies on one side of zero.
    """
    import pandas as pd

    parts = [_family(comparison, "main", MAIN_COLUMNS), _family(comparison, "all", None)]
    return pd.DataFrame([row for rows in parts for row in rows], columns=list(SIMULTANEOUS_COLUMNS))


def _family(comparison: Comparison, family: str, columns: Sequence[str] | None) -> list[tuple[Any, ...]]:
    """Return the rows of one family: all effects on some columns."""
    from sim.indicators import catalogue

    against = comparison.against.name
    entries, differences = {}, {}
    for scenario in comparison.scenarios:
        for entry in catalogue(scenario):
            known = all(entry.column in comparison.columns[name] for name in (scenario.name, against))
            if known and (columns is None or entry.column in columns):
                key = (scenario.name, entry.column)
                entries[key] = entry
                differences[key] = comparison.values(*key) - comparison.values(against, entry.column)
    pairs = {key: sum(not math.isnan(value) for value in values.tolist()) for key, values in differences.items()}
    found = simultaneous({key: values for key, values in differences.items() if pairs[key] >= FEWEST})
    rows: list[tuple[Any, ...]] = []
    for key, entry in entries.items():
        labels = (family, key[0], entry.indicator, entry.origin, entry.unit, entry.better)
        one = found.get(key)
        ends = (math.nan, math.nan, math.nan) if one is None else (one.mean, one.low, one.high)
        rows.append((*labels, *ends, pairs[key], one is not None and one.excludes_zero))
    return rows


def chances_frame(comparison: Comparison) -> pd.DataFrame:
    """Return how likely one scenario is better than another in one and the same world (``chances.csv``).

    There is a row for each two scenarios, the one compared with among them, and each indicator with a better side.
    The chance is the share of seeds, a tie being half, with Wilson's 95 % interval. It is not the confidence that the
    mean is better: an effect may be sure in the mean, and yet be a loss in four worlds of ten.
    """
    import pandas as pd

    from sim.indicators import catalogue

    worlds = {one.name: one for one in (*comparison.scenarios, comparison.against)}
    rows: list[tuple[Any, ...]] = []
    for entry in catalogue(comparison.against):
        if entry.better not in ("higher", "lower"):
            continue
        holders = [name for name in worlds if entry.column in comparison.columns[name]]
        for first, second in combinations(holders, 2):
            values = [comparison.values(name, entry.column) for name in (first, second)]
            one = chance_higher(*(values if entry.better == "higher" else reversed(values)))
            labels = (entry.indicator, entry.origin, entry.unit, entry.better, first, second)
            rows.append((*labels, one.mean, one.low, one.high, one.pairs))
    return pd.DataFrame(rows, columns=list(CHANCE_COLUMNS))


def claims_text(comparison: Comparison) -> str:
    """Return how likely each scenario beats the one compared with and the next, and how many effects hold together."""
    against = comparison.against.name
    order = ranking(comparison)
    rows = []
    for name, following in zip(order, [*order[1:], ""], strict=True):
        words = [_chance(comparison, name, against)]
        words.append(f"{following}: {_chance(comparison, name, following)}" if following else "-")
        rows.append([name, *words])
    head = ["in how many of 100 worlds better", f"than {against}", "than the next"]
    lines = [f"Local share:\n{table(head, rows)}"]
    effects = comparison.together
    for family, rows_of in effects[effects["low"].notna()].groupby("family", sort=False):
        many = f"{int(rows_of['holds'].sum())} of {len(rows_of)} effects"
        lines.append(f"Surely on one side of zero, all together: {many} on {WORDS[str(family)]}.")
    if effects["low"].notna().any():
        lines.append(f"Method: {METHOD}.")
    else:
        lines.append(f"Intervals that hold together need {FEWEST} pairs; there are {len(comparison.seeds)}.")
    return "\n".join(lines)


def _chance(comparison: Comparison, first: str, second: str) -> str:
    """Write the chance that one scenario has more of the local share than another, with its interval."""
    found = chance_higher(*(comparison.values(name, SHARE) for name in (first, second)))
    return f"{100 * found.mean:.0f} ({100 * found.low:.0f} to {100 * found.high:.0f})"
