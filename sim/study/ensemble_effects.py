"""Effects of policies under all worlds that the facts leave: over members of an ensemble and over luck.

Every member is a world, run on seeds of its own, with and without each policy. The spread of an effect then has two
parts: what is not known of the world (between members), and luck (between seeds of one member).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.study.compare import refuse_same_names
from sim.study.flips import parts_of_best
from sim.study.intervals import interval, refuse_few
from sim.study.runs import Progress, run_all
from sim.study.simulate import Job, simulate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.study.ensemble import Ensemble

__all__ = ["ENSEMBLE_COLUMNS", "UnderEnsemble", "best_frame", "compare_ensemble", "effects_frame", "spread"]

ENSEMBLE_COLUMNS = (
    *("scenario", "indicator", "origin", "unit", "better", "effect", "effect_low", "effect_high"),
    *("low", "high", "sd_parameters", "sd_luck", "share_parameters", "chance_positive", "chance_positive_member"),
    *("members", "seeds"),
)
BEST_COLUMNS = ("indicator", "origin", "unit", "better", "scenario", "chance_best", "chance_best_member")
NOTHING = "none of them"


@dataclass(frozen=True)
class UnderEnsemble:
    """Paired effects of scenarios: by scenario an array of (members, seeds, columns)."""

    against: Scenario
    scenarios: tuple[Scenario, ...]
    ensemble: Ensemble
    columns: tuple[str, ...]
    effects: dict[str, NDArray[np.float64]]

    def effect(self, scenario: str, column: str) -> NDArray[np.float64]:
        """Return the effect on a column: one row a member, one place a seed."""
        return self.effects[scenario][:, :, self.columns.index(column)]

    @property
    def interactions(self) -> dict[str, tuple[str, str]]:
        """The scenarios whose policies are those of two others together, with those two."""
        found = {}
        by_name = {one.name: frozenset(one.policies) for one in self.scenarios}
        for first, second in combinations(by_name, 2):
            for both, policies in by_name.items():
                alone = by_name[first], by_name[second]
                if policies == alone[0] | alone[1] and policies not in alone:
                    found[both] = (first, second)
        return found

    def interaction(self, both: str, column: str) -> NDArray[np.float64]:
        """Return what a scenario does beyond the sum of the two that it joins."""
        first, second = self.interactions[both]
        return self.effect(both, column) - self.effect(first, column) - self.effect(second, column)


def compare_ensemble(
    scenarios: Sequence[Scenario],
    against: Scenario,
    ensemble: Ensemble,
    seeds: int = 4,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    work: Callable[[Job], Any] = simulate,
) -> UnderEnsemble:
    """Run scenarios, and the one they are compared with, in the world of every member.

    Parameters
    ----------
    scenarios, against
        As in :func:`sim.study.compare.compare`.
    ensemble
        The worlds.
    seeds
        Pairs a member, at least 2; each member has seeds of its own, so that luck is its own too.
    workers, executor, progress, work
        As in :func:`sim.study.runs.run_all`.

    Returns
    -------
    UnderEnsemble
        The same to the last bit for any number of workers.
    """
    import numpy as np

    refuse_same_names(scenarios, against)
    refuse_few(seeds)
    for one in scenarios:
        ensemble.refuse_overlap(one, against)
    unique = {one.name: one for one in (against, *scenarios)}
    jobs = [
        Job(world, member * seeds + seed)
        for member in range(len(ensemble))
        for worlds in [[ensemble.world(one, member) for one in unique.values()]]
        for seed in range(1, seeds + 1)
        for world in worlds
    ]
    means: dict[str, list[NDArray[np.float64]]] = {name: [] for name in unique}
    columns: dict[str, tuple[str, ...]] = {}
    for outcome in run_all(jobs, work=work, workers=workers, executor=executor, progress=progress):
        summary, name = outcome.result(), outcome.job.scenario.name
        columns[name] = summary.columns
        means[name].append(summary.means)
    common = tuple(one for one in columns[against.name] if all(one in own for own in columns.values()))
    shaped = {}
    for name, rows in means.items():
        places = [columns[name].index(one) for one in common]
        shaped[name] = np.array(rows)[:, places].reshape(len(ensemble), seeds, len(common))
    effects = {one.name: shaped[one.name] - shaped[against.name] for one in scenarios}
    return UnderEnsemble(against, tuple(scenarios), ensemble, common, effects)


def spread(effects: NDArray[np.float64]) -> tuple[float, float]:
    """Return the standard deviations of an effect between members and, within members, by luck.

    The variance between members is that of their means less what luck leaves in a mean; never below 0.

    Parameters
    ----------
    effects
        One row a member, one place a seed.

    Examples
    --------
    >>> import numpy as np
    >>> between, luck = spread(np.array([[1.0, 3.0], [5.0, 7.0], [9.0, 11.0]]))
    >>> round(between**2, 6), round(luck**2, 6)
    (15.0, 2.0)
    """
    import numpy as np

    seeds = effects.shape[1]
    luck = float(np.nanmean(np.nanvar(effects, axis=1, ddof=1)))
    between = float(np.nanvar(np.nanmean(effects, axis=1), ddof=1)) - luck / seeds
    return max(0.0, between) ** 0.5, luck**0.5


def effects_frame(found: UnderEnsemble) -> pd.DataFrame:
    """Return the table of ``ensemble.csv``: one row a scenario and indicator, and one an interaction.

    ``effect`` is the mean over members with its 95 % interval; ``low`` to ``high`` holds 95 % of single towns (a
    member and a seed); ``chance_positive`` is the share of towns with an effect above 0, ``chance_positive_member``
    that of members whose mean is.
    """
    import pandas as pd

    rows = []
    for labels in _labels(found):
        for one in found.scenarios:
            rows.append((one.name, *labels[1:], *_summary(found.effect(one.name, labels[0]))))
    for labels in _labels(found):
        for both, (first, second) in found.interactions.items():
            name = f"{both}: beyond {first} and {second}"
            rows.append((name, *labels[1:], *_summary(found.interaction(both, labels[0]))))
    size = (len(found.ensemble), next(iter(found.effects.values())).shape[1])
    return pd.DataFrame([(*row, *size) for row in rows], columns=list(ENSEMBLE_COLUMNS))


def best_frame(found: UnderEnsemble) -> pd.DataFrame:
    """Return the table of ``best.csv``: how likely each scenario is the best of them, none at all included.

    ``chance_best`` is the share of towns (a member and a seed) in which the scenario does most for the indicator,
    ``chance_best_member`` that of members by their means. A tie is shared. Only indicators with a better direction.
    """
    import numpy as np
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for column, *labels in _labels(found):
        sign = {"higher": 1.0, "lower": -1.0}.get(labels[-1])
        if sign is None:
            continue
        effects = sign * np.array([found.effect(one.name, column) for one in found.scenarios])
        effects = np.concatenate([effects, np.zeros((1, *effects.shape[1:]))])
        towns = _chances(effects.reshape(len(effects), -1))
        members = _chances(effects.mean(axis=2))
        names = [*(one.name for one in found.scenarios), NOTHING]
        rows.extend((*labels, *row) for row in zip(names, towns, members, strict=True))
    return pd.DataFrame(rows, columns=list(BEST_COLUMNS))


def _chances(effects: NDArray[np.float64]) -> list[float]:
    """Return how often each row is the largest of its column; columns without a value do not count."""
    import numpy as np

    known = effects[:, np.isfinite(effects).all(axis=0)]
    if known.shape[1] == 0:
        return [float("nan")] * len(effects)
    return [float(one) for one in parts_of_best(known).mean(axis=1)]


def _labels(found: UnderEnsemble) -> list[tuple[str, str, str, str, str]]:
    """Return the columns that can be compared, each with its indicator, origin, unit and better direction."""
    from sim.indicators import catalogue

    return [
        (one.column, one.indicator, one.origin, one.unit, one.better)
        for one in catalogue(found.against)
        if one.column in found.columns
    ]


def _summary(effects: NDArray[np.float64]) -> tuple[float, ...]:
    """Return what is told of one effect over members and luck."""
    import numpy as np

    known = effects[np.isfinite(effects)]
    if known.size == 0 or np.isfinite(effects).any(axis=1).sum() < 2 or np.isfinite(effects).sum(axis=1).min() < 2:  # noqa: PLR2004 - a variance needs two
        return (*(float("nan"),) * 10,)
    means = np.nanmean(effects, axis=1)
    mean = interval(means)
    low, high = np.quantile(known, [0.025, 0.975])
    between, luck = spread(effects)
    total = between**2 + luck**2
    share = between**2 / total if total > 0.0 else float("nan")
    chances = (float((known > 0.0).mean()), float((means > 0.0).mean()))
    return (mean.mean, mean.low, mean.high, float(low), float(high), between, luck, share, *chances)
