"""Draws of all assumptions at once: what remains of an effect, and of a ranking, when none of them is quite right.

Each draw moves every assumption of the register by chance, and one seed runs the moved town with every policy and
without. The share of draws in which something holds is how likely it is, as far as the assumptions are concerned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.intervals import proportion
from sim.study.runs import Progress, run_all
from sim.study.sampling import latin_design
from sim.study.simulate import Job, simulate
from sim.study.work_queue import RunError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.core.parameters import Parameter
    from sim.scenario import Scenario

__all__ = [
    "DRAW_COLUMNS",
    "KEPT",
    "LEADER_COLUMNS",
    "MATTER_COLUMNS",
    "WAY",
    "Doubts",
    "moved_inputs",
    "moved_worlds",
    "run_draws",
]

WAY = 0.25  # of the way from a value to the ends of its range
KEPT = ("market_share_local", "jobs_local_fte", "value_added_local_jt", "spending_jt", "shadow_cost_jt")
DRAW_COLUMNS = ("draw", "seed", "scenario", *KEPT)
MATTER_COLUMNS = ("input", "scenario", "correlation", "low", "high")
LEADER_COLUMNS = ("scenario", "times", "share", "low", "high")
NOT_DRAWN = ("time.", "town.", "relief.")  # what is asked, and of which town; not what is known of the world
SUSPICIOUS = 0.05


@dataclass(frozen=True)
class Doubts:
    """What the draws gave: a row a draw of ``inputs``, and of ``outcomes`` by scenario (``draw, seed, scenario, ...``).

    A draw that no town can have, or whose run failed, has inputs and no outcomes.
    """

    against: str
    inputs: pd.DataFrame
    outcomes: pd.DataFrame

    @property
    def draws(self) -> list[int]:
        """The draws that were run to the end."""
        return sorted(set(self.outcomes["draw"].tolist()))

    def effect(self, scenario: str, column: str = "market_share_local") -> NDArray[np.float64]:
        """Return what a scenario changes in each draw, in the order of ``draws``."""
        wide = self.outcomes.pivot(index="draw", columns="scenario", values=column).loc[self.draws]
        found: NDArray[np.float64] = (wide[scenario] - wide[self.against]).to_numpy()
        return found

    def holds(self, true: NDArray[np.bool_]) -> tuple[int, int]:
        """Return in how many draws something holds, and of how many."""
        return int(true.sum()), len(true)

    def matters(self, scenarios: Sequence[str], column: str = "market_share_local") -> pd.DataFrame:
        """Return the assumptions that move some scenario's effect, the strongest first.

        Spearman's rank correlation of the effect with the assumption over the draws; kept if it is clear of zero at 5 %
        over all assumptions and scenarios together (Bonferroni).

        Returns
        -------
        pandas.DataFrame
            Columns ``input, scenario, correlation, low, high``: one row an assumption, with the scenario whose effect
            it moves most; ``low`` and ``high`` are the mean effect over the draws in the lowest and the highest third.
        """
        import numpy as np
        import pandas as pd
        from scipy.stats import rankdata
        from scipy.stats import t as student

        draws = self.draws
        values = self.inputs.set_index("draw").loc[draws]
        names = [name for name in values.columns if values[name].nunique() > 1]
        rows = []
        if len(draws) > 3 and names:  # noqa: PLR2004 - a correlation needs a few
            ranks = np.array([rankdata(values[name]) for name in names])
            ranks = (ranks - ranks.mean(axis=1, keepdims=True)) / ranks.std(axis=1, keepdims=True)
            least = student.isf(SUSPICIOUS / (2 * len(names) * len(scenarios)), len(draws) - 2)
            least /= math.sqrt(len(draws) - 2 + least * least)
            third = max(1, len(draws) // 3)
            for scenario in scenarios:
                effect = self.effect(scenario, column)
                own = rankdata(effect)
                if own.std() == 0.0:
                    continue
                found = ranks @ ((own - own.mean()) / own.std()) / len(draws)
                for place in np.flatnonzero(np.abs(found) > least):
                    order = np.argsort(ranks[place], kind="stable")
                    ends = effect[order[:third]].mean(), effect[order[-third:]].mean()
                    rows.append((names[place], scenario, float(found[place]), *map(float, ends)))
        table = pd.DataFrame(rows, columns=list(MATTER_COLUMNS))
        table = table.iloc[(-table["correlation"].abs()).argsort(kind="stable")]
        return table.drop_duplicates("input").reset_index(drop=True)

    def best(self, scenarios: Sequence[str], column: str = "market_share_local") -> pd.DataFrame:
        """Return how often each scenario has the largest effect: columns ``scenario, times, share, low, high``."""
        import numpy as np
        import pandas as pd

        effects = np.array([self.effect(name, column) for name in scenarios])
        leader = effects.argmax(axis=0)
        rows = []
        for place, name in enumerate(scenarios):
            times = int((leader == place).sum())
            share = proportion(times, effects.shape[1])
            rows.append((name, times, share.mean, share.low, share.high))
        table = pd.DataFrame(rows, columns=list(LEADER_COLUMNS))
        return table.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def moved_inputs(scenario: Scenario) -> dict[str, Parameter]:
    """Return the assumptions that a draw moves: numbers with a range, by address.

    Examples
    --------
    >>> from sim import Scenario
    >>> "time.observed_months" in moved_inputs(Scenario.load("baseline"))
    False
    """
    return {
        address: entry
        for address, entry in scenario.parameters.items()
        if entry.source.startswith("assumption")
        and isinstance(entry.value, (int, float))
        and not isinstance(entry.value, bool)
        and isinstance(entry.range, tuple)
        and not address.startswith(NOT_DRAWN)
    }


def _drawn_value(entry: Parameter, unit: float, way: float) -> float | int:
    """Return an assumption's value at a quantile of its draws; whole where it is whole."""
    value, low, high = float(entry.value), float(entry.range[0]), float(entry.range[1])
    first, last = value - way * (value - low), value + way * (high - value)
    found = min(high, max(low, first + unit * (last - first)))
    if isinstance(entry.value, int):
        return min(math.floor(high), max(math.ceil(low), round(found)))
    return found


def run_draws(
    scenarios: Sequence[Scenario],
    against: Scenario,
    draws: int = 120,
    *,
    way: float = WAY,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
    work: Callable[[Any], Any] = simulate,
) -> Doubts:
    """Run scenarios and the one without in towns whose assumptions are all drawn anew.

    Parameters
    ----------
    scenarios, against
        Scenarios of one register.
    draws
        How many towns: rows of a Latin hypercube.
    way
        How far a draw may move an assumption from its value towards the ends of its range, from 0 to 1.
    seed
        Names the draws.
    workers, progress, work
        As in :func:`sim.study.runs.run_all`.

    Returns
    -------
    Doubts
        The same to the last bit for any number of workers.

    Examples
    --------
    >>> from sim import Scenario
    >>> town = Scenario.load("baseline")
    >>> run_draws([Scenario.load("both")], town, draws=0)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Draws: 0 is too few. Use 10 or more; 120 is a good number.
    """
    import pandas as pd

    if draws < 10:  # noqa: PLR2004 - a share of fewer says nothing
        message = f"Draws: {draws} is too few. Use 10 or more; 120 is a good number."
        raise UserError(message)
    inputs = moved_inputs(against)
    design = latin_design(list(inputs), draws, seed=seed)
    rows = [
        {
            address: _drawn_value(entry, float(unit), way)
            for (address, entry), unit in zip(inputs.items(), row, strict=True)
        }
        for row in design.unit
    ]
    seeds = [int(one) for one in design.seeds[:, 0]]
    worlds = [against, *(one for one in scenarios if one.name != against.name)]
    jobs = list(_jobs(worlds, rows, seeds))
    found: dict[int, list[tuple[Any, ...]]] = {}
    failed: set[int] = set()
    outcomes = run_all([job for _, job in jobs], work=work, workers=workers, progress=progress)
    for (draw, job), outcome in zip(jobs, outcomes, strict=True):
        try:
            summary = outcome.result()
        except (RunError, UserError):
            failed.add(draw)
            continue
        known = dict(zip(summary.columns, summary.means.tolist(), strict=True))
        found.setdefault(draw, []).append((draw, job.seed, job.scenario.name, *(known.get(key) for key in KEPT)))
    kept = [row for draw, own in sorted(found.items()) if draw not in failed for row in own]
    table = pd.DataFrame(kept, columns=list(DRAW_COLUMNS))
    values = pd.DataFrame(rows)
    values.insert(0, "draw", range(1, draws + 1))
    return Doubts(against.name, values, table)


def _jobs(
    worlds: Sequence[Scenario], rows: Sequence[Mapping[str, Any]], seeds: Sequence[int]
) -> Iterator[tuple[int, Job]]:
    """Yield the runs with the number of their draw; a draw that the register refuses has none."""
    for draw, (row, seed) in enumerate(zip(rows, seeds, strict=True), start=1):
        try:
            moved = [one.changed(row) for one in worlds]
        except UserError:
            continue
        yield from ((draw, Job(one, seed)) for one in moved)


def moved_worlds(worlds: Sequence[Scenario], inputs: pd.DataFrame) -> Callable[[int, str], Scenario]:
    """Return a function of a draw and a scenario's name that gives the moved town again, from the drawn values."""
    by_name = {one.name: one for one in worlds}
    rows = inputs.set_index("draw")

    def town(draw: int, name: str) -> Scenario:
        whole = by_name[name].parameters
        values = {
            address: (int(v) if isinstance(whole[address].value, int) else float(v))
            for address, v in rows.loc[draw].items()
        }
        return by_name[name].changed(values)

    return town
