"""The runs of a sweep on disk: Parquet parts with one row a run, each of them whole.

``runs/`` holds the runs of the present design and code and nothing else; what belongs to an earlier design or to other
code is kept in ``earlier/``. A part gets its name when the disk has it, so whatever is killed at whatever moment, a
part is whole or absent.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.files import Delivery, output_folder, remove_unfinished, unwritable
from sim.study.work_queue import ENDED, Outcome

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from sim.study.design import Design

__all__ = ["EARLIER", "LABELS", "OK", "RUNS", "Store", "part_options", "parts_in", "read_part"]

RUNS, EARLIER = "runs", "earlier"
OK, FAILED, CRASHED = "ok", "error", "crashed"
LABELS = ("key", "scenario", "row", "seed", "status", "error")
MOST_WAITING = 1_000
# What is lost when the command is killed stays small, and so does the number of parts of a long sweep.
SHORTEST_S, LONGEST_S, PART_OF_ELAPSED = 3.0, 60.0, 0.02


def parts_in(folder: Path) -> list[Path]:
    """Return the parts in a folder, oldest first."""
    return sorted(folder.glob("part-*.parquet"))


def read_part(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a part, or some of its columns."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(path).read(columns=None if columns is None else list(columns))
    except (OSError, pa.ArrowException) as problem:
        message = f"{path}: cannot be read ({problem}). Delete this file; its runs are then done again."
        raise UserError(message) from problem


def part_options(table: pa.Table) -> dict[str, Any]:
    """Return how a part is written: the smallest and the quickest for hundreds of columns of unlike numbers."""
    measured = [one.name for one in table.schema if str(one.type) == "double"]
    words = [name for name in table.column_names if name not in measured]
    return {"compression": "zstd", "use_dictionary": words, "use_byte_stream_split": measured}


class Store:
    """The one writer of a sweep's runs.

    Parameters
    ----------
    folder
        Where ``runs`` and ``earlier`` are or will be.
    design
        What the runs belong to.
    columns
        The indicators whose means are kept.
    """

    def __init__(self, folder: Path, design: Design, columns: Sequence[str]) -> None:
        self.design, self.columns = design, tuple(columns)
        self.runs, self.earlier = output_folder(folder / RUNS), folder / EARLIER
        self._waiting: list[Outcome] = []
        self._begun = self._written = time.monotonic()
        taken = [*parts_in(self.runs), *parts_in(self.earlier)]
        self._number = max((int(part.stem.removeprefix("part-")) for part in taken), default=0)
        for place in (self.runs, self.earlier):
            remove_unfinished(place)

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of a part: labels, inputs, indicators, costs."""
        import pyarrow as pa

        kinds = {"f": pa.float64(), "i": pa.int64(), "b": pa.bool_(), "O": pa.string()}
        whole = ("row", "seed")
        return pa.schema(
            [
                *((name, pa.int64() if name in whole else pa.string()) for name in LABELS),
                *((name, kinds[column.dtype.kind]) for name, column in self.design.values.items()),
                *((name, pa.float64()) for name in self.columns),
                ("cpu_s", pa.float64()),
                ("wall_s", pa.float64()),
                ("host", pa.string()),
            ]
        )

    def add(self, outcome: Outcome) -> None:
        """Take the outcome of a planned run; it is on disk a few seconds later."""
        self._waiting.append(outcome)
        now = time.monotonic()
        pause = min(LONGEST_S, max(SHORTEST_S, PART_OF_ELAPSED * (now - self._begun)))
        if len(self._waiting) >= MOST_WAITING or now - self._written >= pause:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self.write(self._table(self._waiting), self.runs)
            self._waiting = []
        self._written = time.monotonic()

    def write(self, table: pa.Table, folder: Path, name: str = "") -> None:
        """Write a part, under a new name unless one is given."""
        from pyarrow import parquet

        content = BytesIO()
        parquet.write_table(table, content, **part_options(table))
        if not name:
            self._number += 1
            name = f"part-{self._number:06d}.parquet"
        with Delivery(folder) as files:
            files.data(name, content.getvalue())

    def replace(self, part: Path, table: pa.Table) -> None:
        """Put other rows in the place of a part's; without any, remove it."""
        if table.num_rows:
            self.write(table, part.parent, part.name)
            return
        try:
            part.unlink()
        except OSError as problem:
            raise unwritable(part, problem) from problem

    def inputs(self, rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the inputs' values in some rows of the design."""
        return {name: column[rows] for name, column in self.design.values.items()}

    def _table(self, outcomes: Sequence[Outcome]) -> pa.Table:
        """Return outcomes as a table; what a failed run does not have is left empty."""
        import numpy as np
        import pyarrow as pa

        jobs = [one.job for one in outcomes]
        labels = zip(*map(_labels, outcomes), strict=True)
        costs = [(one.cost.cpu_s, one.cost.wall_s, one.cost.host) if one.cost else (None,) * 3 for one in outcomes]
        means = np.full((len(outcomes), len(self.columns)), np.nan)
        for place, one in enumerate(outcomes):
            if one.failure is None:
                found = one.value if isinstance(one.value, Mapping) else one.value.named
                means[place] = [found.get(name, np.nan) for name in self.columns]
        columns = [
            *labels,
            *self.inputs(np.array([job.row for job in jobs])).values(),
            *means.T,
            *zip(*costs, strict=True),
        ]
        arrays = [
            pa.array(column, one.type, from_pandas=True) for column, one in zip(columns, self.schema, strict=True)
        ]
        return pa.table(arrays, schema=self.schema)


def _labels(outcome: Outcome) -> tuple[Any, ...]:
    """Return what identifies a run, and how it ended."""
    job, failure = outcome.job, outcome.failure
    status, error = OK, None
    if failure is not None:
        status = CRASHED if failure.kind == ENDED else FAILED
        error = failure.message if failure.kind in (ENDED, "UserError") else f"{failure.kind}: {failure.message}"
    return job.key, job.scenario.name, job.row, job.seed, status, error
