"""The runs of a sweep, read and summarised: how indicators are spread over the runs of each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import UserError
from sim.study.screen import MAIN_COLUMNS, number, table
from sim.study.store import OK, RUNS, parts_in, read_part

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.study.design import Design

__all__ = ["QUANTILES", "fan", "fan_table", "outcomes", "read_runs"]

SHOWN = 8
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def read_runs(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the runs that a sweep has kept so far, one row a run.

    Parameters
    ----------
    folder
        The folder of the sweep (its ``--out``).
    columns
        Which columns to read; all unless given. Naming a few is quick, whatever the others hold.

    Examples
    --------
    >>> read_runs("nowhere")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: nowhere: holds no runs of a sweep. Start one: kotabaja sweep DESIGN --out nowhere
    """
    import pyarrow as pa

    parts = parts_in(Path(folder) / RUNS)
    if not parts:
        message = f"{folder}: holds no runs of a sweep. Start one: kotabaja sweep DESIGN --out {folder}"
        raise UserError(message)
    return pa.concat_tables([read_part(part, columns) for part in parts]).to_pandas()


def outcomes(folder: str | Path, design: Design, column: str) -> NDArray[np.float64]:
    """Return one number of every run of a design, of shape (scenarios, points, replications).

    Points are those of ``design.plan``, in its order, so that what is returned for one scenario, or the difference of
    two, is what the analyses of :mod:`sim.study.sensitivity` ask for.

    Raises
    ------
    UserError
        If a run is missing, has failed, or has no number there.
    """
    import numpy as np

    names = [one.name for one in design.scenarios]
    runs = read_runs(folder, ["scenario", "row", "seed", column])
    found = np.full((len(names), design.rows, design.replications), np.nan)
    row, scenario = runs["row"].to_numpy(), runs["scenario"].map(names.index).to_numpy()
    replication = design.replications_of(row, runs["seed"].to_numpy())
    found[scenario, row, replication] = runs[column].to_numpy()
    lacking = np.argwhere(np.isnan(found))
    if len(lacking):
        rows = ", ".join(map(str, np.unique(lacking[:, 1])[:SHOWN]))
        message = (
            f"{folder}: {len(lacking):,} of {found.size:,} runs have no {column}: in rows {rows}"
            f"{' and others' if len(np.unique(lacking[:, 1])) > SHOWN else ''}. Failed runs are done again by the same "
            "sweep command; kotabaja sweep --status says what failed. Or choose an indicator that every run has."
        )
        raise UserError(message)
    return found[:, design.sample]


def fan(
    folder: str | Path,
    indicators: Sequence[str],
    by: str = "scenario",
    quantiles: Sequence[float] = QUANTILES,
) -> pd.DataFrame:
    """Return quantiles of indicators over the runs that ended well.

    Parameters
    ----------
    folder
        The folder of the sweep.
    indicators
        Columns of the runs.
    by
        The column whose values are told apart: ``scenario``, or an input.
    quantiles
        From 0 to 1.

    Returns
    -------
    DataFrame
        One row for each value of ``by`` and indicator: how many runs have a value, the mean, and every quantile.
    """
    import pandas as pd

    runs = read_runs(folder, [by, "status", *indicators])
    groups = runs[runs["status"] == OK].groupby(by, sort=True)[list(indicators)]
    columns = {"runs": groups.count(), "mean": groups.mean()}
    columns |= {f"{share:g}": groups.quantile(share) for share in quantiles}
    stacked = {name: frame.rename_axis(columns="indicator").stack() for name, frame in columns.items()}
    return pd.DataFrame(stacked).reset_index()


def fan_table(folder: str | Path, indicators: Sequence[str] = MAIN_COLUMNS) -> str:
    """Return the spread of the main indicators over all rows and seeds as plain text, one block a scenario."""
    shares = (0.05, 0.5, 0.95)
    found = fan(folder, indicators, quantiles=shares)
    names = [f"{share:g}" for share in shares]
    blocks = []
    for scenario, rows in found.groupby("scenario", sort=False):
        head = [str(scenario), "runs", "mean", "5 %", "median", "95 %"]
        lines = [
            [str(row["indicator"]), f"{row['runs']:,}", *(number(row[name]) for name in ("mean", *names))]
            for _, row in rows.iterrows()
        ]
        blocks.append(table(head, lines))
    return "\n\n".join(blocks)
