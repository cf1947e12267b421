"""Every method's indices of every question in one tidy table, with how they came about as the study grew."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.convergence import sobol_convergence
from sim.study.curves import analyse_curves
from sim.study.intervals import t_quantile
from sim.study.morris import analyse_morris
from sim.study.pawn import FEWEST as FEWEST_ROWS
from sim.study.pawn import analyse_pawn
from sim.study.sampling import DUMMY
from sim.study.sampling import Design as Plan
from sim.study.sobol import analyse_sobol, base_rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.study.design import Design
    from sim.study.questions import Question

__all__ = ["CONVERGENCE_COLUMNS", "INDEX_COLUMNS", "MAIN_INDEX", "METHODS", "WITH", "Answer", "answer"]

INDEX_COLUMNS = ("method", "outcome", "input", "index", "value", "low", "high", "n", "noise_share")
CONVERGENCE_COLUMNS = ("method", "outcome", "n", "input", "index", "value", "low", "high", "rank")
# The method of a design, and what indices it gives.
METHODS = {
    "curves": ("curves",),
    "morris": ("morris",),
    "sobol_indices": ("sobol", "pawn"),
    "lhs": ("pawn",),
    "sobol": ("pawn",),
}
MAIN_INDEX = {"curves": "reach", "morris": "mu_star", "sobol": "ST", "pawn": "median"}
FEWEST_TRAJECTORIES = 4
WITH = " with "  # between the two inputs of a second-order index


@dataclass(frozen=True, eq=False)
class Answer:
    """What one method says of one question; ``note`` says why it can say nothing.

    ``table`` is the method's own (see :mod:`sim.study.sensitivity`); ``indices`` and ``convergence`` are rows of the
    files. ``settled`` tells whether half as large a study had named the same inputs in the same order, as far as they
    are clear of each other.
    """

    method: str
    question: Question
    table: pd.DataFrame | None = None
    indices: list[tuple[Any, ...]] = field(default_factory=list)
    convergence: list[tuple[Any, ...]] = field(default_factory=list)
    noise_share: float = math.nan
    note: str = ""

    @property
    def strongest(self) -> list[tuple[str, float, float, float]]:
        """Every input with its main index and interval, the strongest first; the dummy stays where it falls."""
        return self.ordered(MAIN_INDEX[self.method])

    def ordered(self, index: str) -> list[tuple[str, float, float, float]]:
        """Return every input, or pair of inputs, with one of its indices and the interval, the strongest first."""
        rows = [(row[2], row[4], row[5], row[6]) for row in self.indices if row[3] == index]
        return sorted(rows, key=lambda row: -row[1])


def answer(design: Design, question: Question, method: str, seed: int = 1) -> Answer:
    """Return what a method says of a question.

    Parameters
    ----------
    design
        What was run.
    question
        Its outcomes.
    method
        One of those that :data:`METHODS` gives for the method of the design.
    seed
        Of bootstraps and shuffles.
    """
    assert design.plan is not None
    plan, values = design.plan, question.values
    if method == "pawn" and design.method == "sobol_indices":
        rows = base_rows(plan)
        names = tuple(name for name in plan.names if name != DUMMY)
        plan, values = Plan("latin", names, plan.unit[rows][:, : len(names)], plan.seeds[rows]), values[rows]
    inputs = {one.name: one.spread for one in design.inputs}
    try:
        table = _table(method, plan, values, inputs, seed)
        convergence = list(_convergence(method, question.name, plan, values, inputs, seed))
    except UserError as problem:
        return Answer(method, question, note=str(problem))
    noise = float(table.attrs["noise_share"]) if method == "sobol" else luck_share(values)
    amount = plan.replications if method == "curves" else plan.samples
    rows_of = [(method, question.name, *row, amount, noise) for row in _rows(method, table)]
    return Answer(method, question, table, rows_of, convergence, noise)


def luck_share(values: NDArray[np.float64]) -> float:
    """Return the share of the variance of single runs that is luck: what runs of one row differ by.

    Examples
    --------
    >>> import numpy as np
    >>> luck_share(np.array([[1.0, 3.0], [5.0, 7.0]])), luck_share(np.array([[1.0], [2.0]]))
    (0.222..., nan)
    """
    if values.shape[1] == 1 or not values.var():
        return math.nan
    within = float(values.var(axis=1, ddof=1).mean())
    between = float(values.mean(axis=1).var(ddof=1)) - within / values.shape[1]
    return float(within / (within + max(0.0, between)))


def _table(method: str, plan: Plan, values: NDArray[np.float64], inputs: dict[str, Any], seed: int) -> pd.DataFrame:
    """Return a method's own table."""
    if method == "sobol":
        return analyse_sobol(plan, values, seed)
    if method == "morris":
        return analyse_morris(plan, values)
    if method == "pawn":
        return analyse_pawn(plan, values, seed)
    return analyse_curves(plan, values, inputs)


def _rows(method: str, table: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float]]:
    """Yield input, index, value, low and high of a method's own table; NaN where an index has no interval."""
    none = (math.nan, math.nan)
    if method == "curves":
        yield from _reaches(table)
        return
    for row in table.to_dict("records"):
        name = str(row["input"])
        if method == "sobol":
            for index in ("S1", "ST"):
                yield name, index, row[index], row[f"{index}_low"], row[f"{index}_high"]
        elif method == "morris":
            yield name, "mu_star", row["mu_star"], row["mu_star_low"], row["mu_star_high"]
            half = t_quantile(table.attrs["samples"] - 1) * row["sigma"] / math.sqrt(table.attrs["samples"])
            yield name, "mu", row["mu"], row["mu"] - half, row["mu"] + half
            for index in ("sigma", "luck"):
                yield name, index, row[index], *none
        else:
            for index in ("median", "mean", "maximum"):
                yield name, index, row[index], *none
    if "dummy" in table.attrs:
        row = table.attrs["dummy"]
        for index in ("S1", "ST"):
            yield DUMMY, index, row[index], row[f"{index}_low"], row[f"{index}_high"]
    if "second_order" in table.attrs:
        for row in table.attrs["second_order"]:
            yield f"{row['input']}{WITH}{row['other']}", "S2", row["S2"], row["S2_low"], row["S2_high"]
    if method == "pawn":
        yield DUMMY, "median", table.attrs["noise_floor"], *none


def _reaches(table: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float]]:
    """Yield how far each input alone moves the outcome, and its change at both ends of its range."""
    for name, rows in table.groupby("input", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        yield str(name), "reach", float(rows["change"].max() - rows["change"].min()), math.nan, math.nan
        for index, row in (("at_low_end", first), ("at_high_end", last)):
            yield str(name), index, float(row["change"]), float(row["change_low"]), float(row["change_high"])


def _sizes(fewest: int, whole: int) -> list[int]:
    """Return the sizes at which a study is looked at: doubled from the fewest, and the whole.

    Examples
    --------
    >>> _sizes(4, 20)
    [4, 8, 16, 20]
    """
    sizes = []
    while fewest < whole:
        sizes.append(fewest)
        fewest *= 2
    return [*sizes, whole]


def _convergence(
    method: str, outcome: str, plan: Plan, values: NDArray[np.float64], inputs: dict[str, Any], seed: int
) -> Iterator[tuple[Any, ...]]:
    """Yield rows of ``convergence.csv``: the main indices of ever larger first parts of the study."""
    if method == "sobol":
        for row in sobol_convergence(plan, values, seed).to_dict("records"):
            for index in ("S1", "ST"):
                ends = (row[index] - row[f"{index}_half"], row[index] + row[f"{index}_half"])
                yield (method, outcome, row["samples"], row["input"], index, row[index], *ends, row["rank"])
        return
    if method == "curves":
        sizes = _sizes(2, plan.replications)
        parts = [(replace(plan, seeds=plan.seeds[:, :size]), values[:, :size]) for size in sizes]
    else:
        sizes = _sizes(FEWEST_TRAJECTORIES if method == "morris" else FEWEST_ROWS, plan.samples)
        parts = [(part := plan.first(size), values[: len(part.unit)]) for size in sizes]
    index = MAIN_INDEX[method]
    for size, (part, here) in zip(sizes, parts, strict=True):
        rows = [row for row in _rows(method, _table(method, part, here, inputs, seed)) if row[1] == index]
        order = sorted(rows, key=lambda row: -row[2])
        for place, row in enumerate(order, start=1):
            yield (method, outcome, size, *row, place)
