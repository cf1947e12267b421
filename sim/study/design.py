"""A design: the worlds that a sweep runs, row by row, and the seeds of each.

A row holds a value for every input. Every row is run in every scenario of the design, on the row's seeds, so that
scenarios can be compared at the same row and seed. :func:`sim.study.design_file.load_design` reads one from a file.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.study.distributions import Distribution
from sim.study.simulate import Job

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.study.sampling import Design as Plan

__all__ = ["Design", "Input", "Planned", "common_seeds", "distinct"]

MOST_SEEDS = 2**32 - 1


@dataclass(frozen=True)
class Input:
    """One thing that a design varies: its key as in a scenario file, the kind of its values, and their spread.

    ``usual`` is its value in the design's first scenario; NaN where that is no number.
    """

    name: str
    kind: type
    spread: Distribution
    usual: float = math.nan

    def values(self, places: Any) -> NDArray[Any]:
        """Return the values at places in the unit interval.

        Examples
        --------
        >>> from sim.study.distributions import Triangular
        >>> Input("buyer_stores.number", int, Triangular(1, 9, mode=5)).values([0.0, 0.3, 1.0])
        array([1, 4, 9])
        """
        import numpy as np

        found = self.spread.ppf(places)
        return self.typed(np.rint(found) if self.kind is int and found.dtype.kind == "f" else found)

    def typed(self, values: Any) -> NDArray[Any]:
        """Return values in the one type of their kind, so that 5 and 5.0 are the same world."""
        import numpy as np

        kinds = {float: np.float64, int: np.int64, bool: np.bool_}
        found: NDArray[Any] = np.asarray(values, dtype=np.object_).astype(kinds.get(self.kind, np.object_))
        return found + 0.0 if self.kind is float else found  # -0.0 is 0.0


@dataclass(frozen=True)
class Planned(Job):
    """A run that a design asks for: a job, with the number of its row, and what is measured of it."""

    row: int = 0
    measured: str = ""

    @property
    def key(self) -> str:
        """The run's name for all time; whoever measures something of their own has their own runs."""
        if not self.measured:
            return super().key
        return hashlib.blake2b(f"{super().key} {self.measured}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Design:
    """The worlds that a sweep runs.

    ``values`` holds the inputs' values by name, one a row; ``seeds`` has a row a row, a column a replication. Seeds are
    common to all rows, or with ``own`` they differ from row to row. No two rows are the same world with the same seeds:
    ``sample`` holds, for every point that the method drew, the number of its row. ``plan`` is what the method drew, for
    the analysis that belongs to it; :func:`sim.study.summary.outcomes` returns outcomes in its order. ``measured``
    names what is kept of a run, where that is not its indicators: it becomes part of the keys of runs. ``fixed`` is set
    alike in all rows.
    """

    name: str
    method: str
    reason: str
    scenarios: tuple[Scenario, ...]
    inputs: tuple[Input, ...]
    values: Mapping[str, NDArray[Any]]
    sample: NDArray[Any]
    seeds: NDArray[Any]
    own: bool = False
    plan: Plan | None = None
    months: int | None = None
    measured: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        worlds = f"{self.rows:,} rows x {len(self.scenarios)} scenarios x {self.replications} seeds"
        return f"Design {self.name} ({self.method}): {worlds} = {len(self):,} runs"

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.seeds)

    @property
    def replications(self) -> int:
        """How many seeds a row has."""
        return int(self.seeds.shape[1])

    def __len__(self) -> int:
        """How many runs there are."""
        return len(self.scenarios) * int(self.seeds.size)

    def replications_of(self, rows: NDArray[Any], seeds: NDArray[Any]) -> NDArray[Any]:
        """Return which replication of its row each run with a seed of that row is."""
        found: NDArray[Any] = (self.seeds[rows] == seeds[:, None]).argmax(axis=1)
        return found

    def settings(self, row: int) -> dict[str, Any]:
        """Return the values of a row, by the keys of a scenario file."""
        return {
            name: column[row].item() if column.dtype.kind != "O" else column[row]
            for name, column in self.values.items()
        }

    @property
    def table(self) -> pd.DataFrame:
        """The rows: their number, and a column an input."""
        import numpy as np
        import pandas as pd

        return pd.DataFrame({"row": np.arange(self.rows), **self.values})

    def world(self, scenario: int, row: int) -> Scenario:
        """Return a scenario of the design (by its place) with the values of a row."""
        base, settings = self.scenarios[scenario], {**self.fixed, **self.settings(row)}
        return base.changed(settings) if settings else base

    def runs(self, done: NDArray[Any] | None = None) -> Iterator[Planned]:
        """Yield every run, row by row; without those that ``done`` marks (by row, scenario and replication)."""
        for row, seeds in enumerate(self.seeds):
            for scenario in range(len(self.scenarios)):
                left = (seeds if done is None else seeds[~done[row, scenario]]).tolist()
                if left:
                    world = self.world(scenario, row)
                    for seed in left:
                        yield Planned(world, seed, self.months, row=row, measured=self.measured)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything that the design runs, whatever its file looks like."""
        facts = {
            "scenarios": {one.name: one.fingerprint for one in self.scenarios},
            "inputs": {name: str(column.dtype) for name, column in self.values.items()},
            "months": self.months,
            "measured": self.measured,
            "fixed": self.fixed,
        }
        digest = hashlib.blake2b(json.dumps(facts).encode(), digest_size=16)
        for column in (*self.values.values(), self.seeds):
            numbers = column.dtype.kind != "O"
            digest.update(column.tobytes() if numbers else json.dumps(column.tolist()).encode())
        return digest.hexdigest()


def common_seeds(seeds: tuple[int, ...], rows: int) -> NDArray[Any]:
    """Return the same seeds for all rows.

    Examples
    --------
    >>> common_seeds((1, 2), rows=3).tolist()
    [[1, 2], [1, 2], [1, 2]]
    """
    import numpy as np

    return np.broadcast_to(np.array(seeds, dtype=np.int64), (rows, len(seeds)))


def distinct(columns: Mapping[str, NDArray[Any]], points: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which points are the first of their values, and the row of every point among those.

    Examples
    --------
    >>> import numpy as np
    >>> first, row = distinct({"x": np.array([3, 5, 3]), "y": np.array([1, 1, 1])}, points=3)
    >>> first.tolist(), row.tolist()
    ([0, 1], [0, 1, 0])
    """
    import numpy as np
    import pandas as pd

    numbers = [pd.factorize(column)[0] if column.dtype.kind == "O" else column for column in columns.values()]
    table = np.column_stack(numbers).astype(np.float64) if numbers else np.zeros((points, 1))
    seen: dict[bytes, int] = {}
    first: list[int] = []
    row: list[int] = []
    for point, values in enumerate(table):
        digest = hashlib.blake2b(values.tobytes(), digest_size=16).digest()
        if digest not in seen:
            seen[digest] = len(first)
            first.append(point)
        row.append(seen[digest])
    return np.array(first, dtype=np.int64), np.array(row, dtype=np.int64)
