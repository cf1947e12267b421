"""The pictures of a sensitivity study: one for each question, in files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.language import speaker
from sim.report.names import title_of
from sim.report.plots_flips import ranking_flip_map
from sim.report.plots_sensitivity import morris_plane, one_at_a_time_fans, pawn_bars, sobol_bars
from sim.report.style import WIDTH_IN, figure_bytes, look

if TYPE_CHECKING:
    from sim.study.indices import Answer
    from sim.study.sensitivities import Ranking, Sensitivity

__all__ = ["sensitivity_files"]

SAY = speaker("en")
LINE = 44  # letters of a label in one line
MOST_BARS = 15
COLUMNS = {"market_share_local": "the local share"}  # in words, drawn in points


def sensitivity_files(found: Sensitivity, labels: Mapping[str, str]) -> dict[str, bytes]:
    """Return a picture of every question and of every ranking, as SVG and PNG by file name.

    Parameters
    ----------
    found
        What the study says.
    labels
        Inputs in words. They are broken into lines and never cut.
    """
    lines = {name: "\n".join(textwrap.wrap(words, LINE)) for name, words in labels.items()}
    files: dict[str, bytes] = {}
    with look():
        for one in found.answers:
            if one.table is not None:
                draw, height_in = _picture(one, lines)
                files |= _drawn(f"{one.method}_{one.question.name}", draw, height_in, _asked(one))
        for ranking in found.rankings:
            files |= _flip_map(ranking, lines)
    return files


def _asked(one: Answer) -> str:
    """Return in words what was asked, for a title."""
    asked, policy = one.question, title_of(SAY, one.question.scenario)
    column = COLUMNS.get(asked.column, asked.column)
    return {
        "level": f"{column}, scenario {asked.scenario}",
        "effect": f"the effect on {column}: {policy}",
        "best": f"whether this is the best policy for {column}: {policy}",
    }[asked.kind]


def _picture(one: Answer, labels: Mapping[str, str]) -> tuple[Callable[[Axes], Any], float]:
    """Return what draws an answer, and how high that is."""
    table, title = one.table, _asked(one)
    assert table is not None
    unit = "points" if one.question.column in COLUMNS and one.question.kind != "best" else one.question.unit
    if one.method == "sobol":
        return lambda ax: sobol_bars(table, ax, labels=labels, title=f"What explains {title}"), 1.6 + 0.5 * len(table)
    if one.method == "pawn":
        return lambda ax: pawn_bars(table, ax, labels=labels, title=f"What moves {title}"), 1.6 + 0.4 * min(
            len(table), MOST_BARS
        )
    scale = 100.0 if one.question.column in COLUMNS and one.question.kind != "best" else 1.0
    kept = dict(table.attrs)
    numbers = [name for name in table.columns if name not in ("input", "value")]
    table = table.assign(**{name: scale * table[name] for name in numbers})
    table.attrs = kept
    if one.method == "morris":
        return lambda ax: morris_plane(table, ax, labels=labels, unit=unit, title=f"What moves {title}"), 4.6
    return lambda ax: one_at_a_time_fans(table, ax, labels=labels, unit=unit, title=f"What moves {title}"), 4.4


def _flip_map(ranking: Ranking, labels: Mapping[str, str]) -> dict[str, bytes]:
    """Return the map of ranking flips as files."""
    policies = {name: title_of(SAY, name) for name in ranking.shares["policy"]}

    def draw(ax: Axes) -> None:
        title = f"Which policy is best for {COLUMNS.get(ranking.column, ranking.column)}, along each input"
        ranking_flip_map(ranking.along, ranking.flips, ax, labels=labels, policies=policies, title=title)

    inputs = ranking.along["input"].nunique()
    return _drawn(f"flips_{ranking.column}", draw, 1.6 + 0.62 * inputs, f"Best policy by {ranking.column}")


def _drawn(name: str, draw: Callable[[Axes], Any], height_in: float, title: str) -> dict[str, bytes]:
    """Return a picture as files."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    figure = Figure(figsize=(1.35 * WIDTH_IN, height_in), layout="constrained")
    draw(figure.subplots())
    return {f"{slug}.{kind}": content for kind, content in figure_bytes(figure, slug, title).items()}
