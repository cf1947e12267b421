"""``kotabaja sensitivity``: every question of a design answered by its method, written and told."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.files import Delivery, manifest
from sim.study.flips import best_by_bins, best_shares, flip_points
from sim.study.indices import CONVERGENCE_COLUMNS, INDEX_COLUMNS, MAIN_INDEX, METHODS, WITH, Answer, answer
from sim.study.questions import Question, questions
from sim.study.sampling import DUMMY
from sim.study.screen import number, table
from sim.study.sobol import base_rows
from sim.study.sweep import facts

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.design import Design

__all__ = ["Ranking", "Sensitivity", "analyse", "refuse_design", "text", "write"]

SHOWN = 10
ASKED = "sensitivity.json"


@dataclass(frozen=True, eq=False)
class Ranking:
    """Which policy is best by one indicator: how often, along the range of each input, and where that changes."""

    column: str
    shares: pd.DataFrame
    along: pd.DataFrame
    flips: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What a design says, method by method and question by question."""

    design: Design
    columns: tuple[str, ...]
    answers: list[Answer]
    rankings: list[Ranking] = field(default_factory=list)

    @property
    def indices(self) -> pd.DataFrame:
        """Every index: what is written as ``indices.csv``."""
        import pandas as pd

        return pd.DataFrame([row for one in self.answers for row in one.indices], columns=list(INDEX_COLUMNS))

    @property
    def convergence(self) -> pd.DataFrame:
        """The main indices of ever larger first parts of the study: ``convergence.csv``."""
        import pandas as pd

        rows = [row for one in self.answers for row in one.convergence]
        return pd.DataFrame(rows, columns=list(CONVERGENCE_COLUMNS))

    @property
    def curves(self) -> pd.DataFrame:
        """The curves of one input at a time: ``curves.csv``."""
        import pandas as pd

        found = [one for one in self.answers if one.method == "curves" and one.table is not None]
        parts = [one.table.assign(outcome=one.question.name) for one in found if one.table is not None]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def refuse_design(design: Design) -> None:
    """Refuse a design that has no method of sensitivity, before any run."""
    if design.plan is None or design.method not in METHODS:
        message = (
            f"{design.name}: a {design.method} design has no sensitivity. Methods that do: {', '.join(METHODS)}. Or run"
            f" it as it is: kotabaja sweep {design.name}"
        )
        raise UserError(message)


def analyse(design: Design, folder: str | Path, columns: Sequence[str], seed: int = 1) -> Sensitivity:
    """Return what the runs in a folder say of each question.

    Parameters
    ----------
    design
        Whose runs they are.
    folder
        Of the sweep.
    columns
        Indicators: :func:`sim.study.questions.questions` says what is asked of each.
    seed
        Of bootstraps and shuffles.
    """
    refuse_design(design)
    asked = questions(design, folder, columns)
    answers = [answer(design, one, method, seed) for method in METHODS[design.method] for one in asked]
    rankings = []
    if "pawn" in METHODS[design.method]:
        rankings = [_ranking(design, folder, column) for column in columns if _ranked(asked, column)]
    return Sensitivity(design, tuple(columns), answers, rankings)


def _ranked(asked: Sequence[Question], column: str) -> bool:
    return any(one.kind == "best" and one.column == column for one in asked)


def _ranking(design: Design, folder: str | Path, column: str) -> Ranking:
    """Return which policy is best where, from rows that cover the inputs evenly."""
    import numpy as np
    import pandas as pd

    from sim.indicators import catalogue
    from sim.study.summary import outcomes

    assert design.plan is not None
    points = base_rows(design.plan) if design.method == "sobol_indices" else np.arange(len(design.plan.unit))
    rows = design.sample[points]
    values = pd.DataFrame({name: column_of[rows] for name, column_of in design.values.items()})
    better = next(entry.better for entry in catalogue(design.scenarios[0]) if entry.column == column)
    runs = outcomes(folder, design, column)[1:, points]
    policies = {one.name: found for one, found in zip(design.scenarios[1:], runs, strict=True)}
    return Ranking(
        column,
        best_shares(policies, better),
        best_by_bins(policies, values, better),
        flip_points(policies, values, better),
    )


def write(found: Sensitivity, folder: Path, labels: Mapping[str, str], pictures: Mapping[str, bytes]) -> None:
    """Write indices, convergence, curves, rankings, labels and pictures, all or none.

    The manifest of the sweep, which the runs need, stays as it is; what this study asked stands beside it. Files of an
    earlier study in this folder that are not written anew are removed: nobody could tell them from those of this one.
    """
    import pandas as pd

    earlier = _written(folder)
    asked: dict[str, Any] = {
        **facts(found.design),
        "indicators": list(found.columns),
        "notes": {f"{one.method}: {one.question.name}": one.note for one in found.answers if one.note},
    }
    with Delivery(folder) as files:
        files.csv("indices.csv", found.indices)
        files.csv("convergence.csv", found.convergence)
        files.csv("inputs.csv", pd.DataFrame({"input": list(labels), "meaning": list(labels.values())}))
        if len(found.curves):
            files.csv("curves.csv", found.curves)
        for name, tables in (
            ("ranking.csv", [one.shares.assign(column=one.column) for one in found.rankings]),
            ("ranking_along.csv", [one.along.assign(column=one.column) for one in found.rankings]),
            ("flips.csv", [one.flips.assign(column=one.column) for one in found.rankings]),
        ):
            if tables:
                files.csv(name, pd.concat(tables, ignore_index=True))
        for name, content in pictures.items():
            files.data(name, content)
        files.json(ASKED, manifest("sensitivity", {**asked, "files": files.names}))
    for name in earlier - {*files.names, ASKED}:
        (folder / name).unlink(missing_ok=True)


def _written(folder: Path) -> set[str]:
    """Return the names of the files that an earlier study has written into a folder."""
    try:
        found = json.loads((folder / ASKED).read_text(encoding="utf-8")).get("files", [])
    except (OSError, ValueError, AttributeError):
        return set()
    return {name for name in found if name == Path(name).name and name.endswith((".csv", ".svg", ".png"))}


def _strongest(one: Answer, index: str, head: str, labels: Mapping[str, str]) -> str:
    """Return a table of the largest of one index, in words."""
    words = {**labels, DUMMY: "an input that does nothing"}
    rows = [
        [
            WITH.join(words.get(part, part) for part in name.split(WITH)),
            number(value),
            "-" if math.isnan(low) else f"{number(low)} to {number(high)}",
        ]
        for name, value, low, high in one.ordered(index)[:SHOWN]
    ]
    return table([head, index, "95 % interval"], rows)


def text(found: Sensitivity, labels: Mapping[str, str]) -> str:
    """Return what a person sees: the strongest inputs of every question, what flips the ranking, what was not found."""
    blocks = []
    for one in found.answers:
        head = f"{one.method}: {one.question.name}"
        if one.note:
            blocks.append(f"{head}\n{one.note}")
            continue
        luck = "" if math.isnan(one.noise_share) else f", {100 * one.noise_share:.0f} % of the variance is luck"
        blocks.append(f"{head}{luck}\n{_strongest(one, MAIN_INDEX[one.method], 'input', labels)}")
        if one.ordered("S2"):
            blocks.append(f"What two inputs do only together\n{_strongest(one, 'S2', 'inputs', labels)}")
    for ranking in found.rankings:
        rows = [[row.policy, f"{100 * row.share:.0f} %"] for row in ranking.shares.itertuples()]
        blocks.append(f"Best by {ranking.column}, of all worlds of the design\n{table(['policy', 'share'], rows)}")
        lines = []
        for row in ranking.flips.itertuples():
            at = (number(row.value), f"{number(row.low)} to {number(row.high)}")
            lines.append([labels.get(row.input, row.input), row.below, row.above, *at])
        if lines:
            heads = ["input", "best below", "best above", "at", "95 % interval"]
            blocks.append(f"What changes the best policy\n{table(heads, lines)}")
        else:
            blocks.append("No input alone changes the best policy within its range.")
    return "\n\n".join(blocks)
