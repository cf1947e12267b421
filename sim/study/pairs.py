"""Do two policies help each other? Every pair of scenarios run as a 2 x 2 on the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.compare import Comparison, compare, refuse_same_names
from sim.study.intervals import paired
from sim.study.runs import Progress
from sim.study.screen import MAIN_COLUMNS, number, table
from sim.study.simulate import Job, simulate

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

__all__ = ["PAIR_COLUMNS", "Pairs", "compare_pairs", "default_names", "pairs_table"]

PAIR_COLUMNS = (
    *("first", "second", "indicator", "both", "first_alone", "second_alone"),
    *("interaction", "low", "high", "pairs"),
)
# Scenarios with one policy each that the question is asked of unless others are named.
DEFAULT = (
    *("training", "coaching", "equipment", "tkdn", "store_access"),
    *("marketing", "credit", "local_allotment", "partnership"),
)
SHARE = "market_share_local"
POINTS = 100.0


@dataclass(frozen=True)
class Pairs:
    """The scenarios, alone and two by two, on common seeds."""

    names: tuple[str, ...]
    together: dict[tuple[str, str], str]
    comparison: Comparison

    @property
    def frame(self) -> pd.DataFrame:
        """The table of ``pairs.csv``: effects of both and of each alone, and what both do beyond their sum."""
        import pandas as pd

        found = self.comparison
        known = [column for column in MAIN_COLUMNS if all(column in own for own in found.columns.values())]
        rows: list[tuple[Any, ...]] = []
        for (first, second), both in self.together.items():
            for column in known:
                effects = [found.effect(name, column).mean for name in (both, first, second)]
                base, values = found.values(found.against.name, column), found.values(both, column)
                # Paired: what the four runs of a seed say, and an interval of no width where they always say the same
                beyond = paired(values + base, found.values(first, column) + found.values(second, column))[0]
                rows.append((first, second, column, *effects, beyond.mean, beyond.low, beyond.high, beyond.pairs))
        return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))


def default_names(shipped: Sequence[str]) -> list[str]:
    """Return the shipped scenarios that pairs are made of unless others are named.

    Examples
    --------
    >>> default_names(["baseline", "policies/coaching", "policies/training"])
    ['policies/training', 'policies/coaching']
    """
    return [f"policies/{name}" for name in DEFAULT if f"policies/{name}" in shipped]


def compare_pairs(
    scenarios: Sequence[Scenario],
    against: Scenario,
    seeds: int = 30,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    work: Callable[[Job], Any] = simulate,
) -> Pairs:
    """Run the scenarios alone and every two of them together, each once a seed.

    Parameters
    ----------
    scenarios
        At least two, that stand on ``against`` and do not conflict.
    against
        The scenario without.
    seeds, workers, executor, progress, work
        As in :func:`sim.study.compare.compare`.

    Returns
    -------
    Pairs
        The same to the last bit for any number of workers.

    Examples
    --------
    >>> from sim import Scenario
    >>> compare_pairs([Scenario.load("both")], Scenario.load("baseline"))
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Pairs need at least two scenarios. Name two or more with one policy each.
    """
    if len(scenarios) < 2:  # noqa: PLR2004 - a pair
        message = "Pairs need at least two scenarios. Name two or more with one policy each."
        raise UserError(message)
    refuse_same_names(scenarios, against)
    both = {(a.name, b.name): a.combined(b, against) for a, b in combinations(scenarios, 2)}
    found = compare(
        [*scenarios, *both.values()],
        against,
        seeds,
        workers=workers,
        executor=executor,
        progress=progress,
        work=work,
    )
    return Pairs(tuple(one.name for one in scenarios), {pair: one.name for pair, one in both.items()}, found)


def pairs_table(pairs: Pairs) -> str:
    """Return the matrix of interactions in the local share, in points; in brackets where zero is not excluded."""
    frame = pairs.frame
    rows = frame[frame["indicator"] == SHARE].set_index(["first", "second"])
    alone = [f"{POINTS * pairs.comparison.effect(name, SHARE).mean:+.3g}" for name in pairs.names]
    lines = []
    for place, name in enumerate(pairs.names):
        cells = []
        for other in pairs.names[:place]:
            row = rows.loc[(other, name)]
            text = number(POINTS * float(row["interaction"]))
            cells.append(text if row["low"] > 0.0 or row["high"] < 0.0 else f"({text})")
        lines.append([name, alone[place], *cells, *([""] * (len(pairs.names) - place))])
    return table(["together with", "alone", *pairs.names], lines)
