"""A comparison: what runs of scenarios on common seeds say, and every table that is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.study.intervals import Interval, interaction, interval, paired
from sim.study.ratios import NEEDED, consequences

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.study.precise import Aim
    from sim.study.twins import SeedGains

__all__ = ["EFFECT_COLUMNS", "MEAN_COLUMNS", "Comparison"]

MEAN_COLUMNS = ("scenario", "seed", "column", "value")  # of every observed mean

EFFECT_COLUMNS = (
    "scenario",
    "indicator",
    "origin",
    "unit",
    "better",
    "baseline",
    "value",
    "difference",
    "low",
    "high",
    "pairs",
    "variance_ratio",
)


@dataclass
class Comparison:
    """Scenarios run on common seeds: means by seed, and effects against one of them.

    ``spending`` holds by scenario and policy (seeds, 2, months of the run) what was spent and the shadow cost [jt];
    ``gains`` by scenario what each seed says of winners and losers, where firms were followed. ``aim`` is the precision
    at which runs ended, if they were not a number asked for.
    """

    against: Scenario
    scenarios: tuple[Scenario, ...]
    seeds: tuple[int, ...]
    columns: dict[str, tuple[str, ...]]
    means: dict[str, NDArray[np.float64]]
    runs: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    spending: dict[str, dict[str, NDArray[np.float64]]] = field(default_factory=dict)
    gains: dict[str, list[SeedGains]] = field(default_factory=dict)
    aim: Aim | None = None

    def values(self, scenario: str, column: str) -> NDArray[np.float64]:
        """Return the observed mean of a column, one value a seed."""
        return self.means[scenario][:, self.columns[scenario].index(column)]

    def months(self, scenario: str, column: str) -> NDArray[np.float64]:
        """Return a column that was kept by month: one row a seed, one place a month, warm-up included."""
        import numpy as np

        return np.array([run[column].to_numpy(dtype=np.float64) for run in self.runs[scenario]])

    def effect(self, scenario: str, column: str) -> Interval:
        """Return the paired difference of a scenario from the one it is compared with."""
        return paired(self.values(scenario, column), self.values(self.against.name, column))[0]

    def interaction(self, both: str, first: str, second: str, column: str) -> Interval:
        """Return what ``both`` does beyond ``first`` and ``second`` alone, in one column."""
        names = (both, first, second, self.against.name)
        return interaction(*(self.values(name, column) for name in names))

    @property
    def by_seed(self) -> pd.DataFrame:
        """Every observed mean: one row for a scenario, seed and column (``MEAN_COLUMNS``)."""
        import numpy as np
        import pandas as pd

        parts = [
            pd.DataFrame(
                {
                    "scenario": name,
                    "seed": np.repeat(self.seeds, len(self.columns[name])),
                    "column": np.tile(self.columns[name], len(self.seeds)),
                    "value": means.ravel(),
                }
            )
            for name, means in self.means.items()
        ]
        return pd.concat(parts, ignore_index=True)

    @property
    def records(self) -> pd.DataFrame:
        """The months that were kept: one row for a scenario, seed and observed month."""
        import pandas as pd

        parts = []
        for name, runs in self.runs.items():
            for seed, run in zip(self.seeds, runs, strict=True):
                observed = run[run["warm_up"] == 0].drop(columns="warm_up")
                observed.insert(0, "scenario", name)
                observed.insert(1, "seed", seed)
                parts.append(observed)
        return pd.concat(parts, ignore_index=True)

    @property
    def effects(self) -> pd.DataFrame:
        """The table of effects: one row for a scenario and indicator, in the order both were declared."""
        import pandas as pd

        rows = [row for one in self.scenarios for row in self._rows(one)]
        return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))

    @cached_property
    def together(self) -> pd.DataFrame:
        """Effects with intervals that hold all together (``simultaneous.csv``)."""
        from sim.study.claims import simultaneous_frame

        return simultaneous_frame(self)

    @property
    def who(self) -> pd.DataFrame:
        """Winners and losers by class of firm, each firm against its twin (``who.csv``)."""
        import pandas as pd

        from sim.study.who import WHO_COLUMNS, who_rows

        clusters = list(self.against.family("cluster")) if self.gains else []
        parts = [who_rows(name, [one.classes for one in seeds], clusters) for name, seeds in self.gains.items()]
        return pd.DataFrame([row for rows in parts for row in rows], columns=list(WHO_COLUMNS))

    @property
    def displacement(self) -> pd.DataFrame:
        """Whose sales the gain of helped firms was (``displacement.csv``)."""
        import pandas as pd

        from sim.study.displacement import DISPLACEMENT_COLUMNS, displacement_rows

        parts = [displacement_rows(name, [one.displaced for one in seeds]) for name, seeds in self.gains.items()]
        return pd.DataFrame([row for rows in parts for row in rows], columns=list(DISPLACEMENT_COLUMNS))

    @property
    def additionality(self) -> pd.DataFrame:
        """What each programme adds, in four numbers side by side, and its leakage (``additionality.csv``)."""
        import pandas as pd

        from sim.study.additionality import ADDITIONALITY_COLUMNS, additionality_rows, nobody

        parts = [
            additionality_rows(name, policy, [one.additional.get(policy, nobody()) for one in seeds])
            for name, seeds in self.gains.items()
            for policy in dict.fromkeys(policy for one in seeds for policy in one.additional)
        ]
        return pd.DataFrame([row for rows in parts for row in rows], columns=list(ADDITIONALITY_COLUMNS))

    @property
    def spending_by_month(self) -> pd.DataFrame:
        """What each policy spends in each month of its scenario (``spending.csv``)."""
        import pandas as pd

        from sim.study.spending import SPENDING_COLUMNS, spending_rows

        parts = [spending_rows(one, self.spending.get(one.name, {})) for one in self.scenarios]
        return pd.DataFrame([row for rows in parts for row in rows], columns=list(SPENDING_COLUMNS))

    def _rows(self, scenario: Scenario) -> list[tuple[Any, ...]]:
        """Return the rows of one scenario; a column that only one of the two has cannot be compared."""
        from sim.indicators import catalogue

        rows: list[tuple[Any, ...]] = []
        for entry in catalogue(scenario):
            if not all(entry.column in self.columns[name] for name in (scenario.name, self.against.name)):
                continue
            values = self.values(scenario.name, entry.column)
            baseline = self.values(self.against.name, entry.column)
            found, ratio = paired(values, baseline)
            means = (interval(baseline).mean, interval(values).mean)
            labels = (scenario.name, entry.indicator, entry.origin, entry.unit, entry.better)
            rows.append((*labels, *means, found.mean, found.low, found.high, found.pairs, ratio))
        if set(self.columns[scenario.name]) >= NEEDED:
            rows.extend(consequences(self, scenario.name))
        return rows
