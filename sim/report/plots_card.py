"""The picture of the validation card: one row a pattern, its distance from the target in tolerances, its verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from sim.report.amounts import MINUS
from sim.report.style import INK, LENS, MUTED, WIDTH_IN, axes_or_new, figure_bytes, look
from sim.study.card import SHARES, ordered, shares
from sim.study.card_text import number, target_words, unit_text
from sim.study.patterns import LIMITS_KIND

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.study.card import Card

__all__ = ["card_files", "card_height_in", "card_rows", "validation_card"]

MOST, MARGIN = 4.6, 0.4  # tolerances shown; what is farther stands at the edge, with an arrow
ROW_IN, REST_IN, TEXT_PT = 0.15, 1.4, 6.8
HEADINGS = {LIMITS_KIND: "Limits (no weight)"}
MIDDLE_OF_RUNS = (0.05, 0.95)
COLUMNS = ("kind", "name", "held_out", "verdict", "away", "away_low", "away_high", "run_low", "run_high", "told")


@dataclass(frozen=True)
class Mark:
    """How a verdict is drawn: a shape and a colour of its own."""

    marker: str
    colour: str
    size: float


MARKS = {
    "pass": Mark("o", "#0072B2", 4.6),
    "near": Mark("D", "#B8860B", 4.4),
    "miss": Mark("X", "#B5371B", 6.2),
    "unknown": Mark("$?$", MUTED, 5.0),
}


def card_rows(card: Card) -> pd.DataFrame:
    """Return the table behind the picture: distances in tolerances of the mean, its interval, and nine in ten runs."""
    import pandas as pd

    rows = []
    for kind, scores in ordered(card.scores):
        for one in scores:
            fact, value = one.pattern, one.value
            known = card.runs[fact.key].dropna() if fact.key in card.runs else pd.Series([value.mean])
            ends = [fact.distance(end) for end in (value.low, value.high)]
            spread = [fact.distance(float(known.quantile(part))) for part in MIDDLE_OF_RUNS]
            words = f"{number(value.mean, fact.unit)} {unit_text(fact.unit)}".strip()
            told = words if kind == LIMITS_KIND else f"{words}  ({target_words(one)})".replace("-", MINUS)
            rows.append((kind, fact.name, fact.held_out, one.verdict, one.distance, *ends, *spread, told))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def card_height_in(rows: pd.DataFrame) -> float:
    """Return the height of the whole picture."""
    return REST_IN + ROW_IN * (len(rows) + int(rows["kind"].nunique()))


def validation_card(rows: pd.DataFrame, ax: Axes | None = None, title: str = "Validation card") -> Axes:
    """Draw every pattern's distance from its target, with its interval, by verdict and use.

    Parameters
    ----------
    rows
        Columns ``kind, name, held_out, verdict, away, away_low, away_high, run_low, run_high, told``; distances in
        tolerances. Rows of a kind stand together.
    ax
        Axes to draw on; new ones without.
    title
        Words above the picture.
    """
    ax = axes_or_new(ax, card_height_in(rows))
    for edge, shade in ((2.0, "#f6f7f8"), (1.0, LENS)):
        ax.axvspan(-edge, edge, color=shade, linewidth=0, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    height, places, labels = 0, [], []
    for kind, of_kind in rows.groupby("kind", sort=False):
        ax.annotate(
            HEADINGS.get(str(kind), str(kind).capitalize()),
            xy=(-0.01, height),
            xycoords=ax.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=TEXT_PT + 0.6,
            fontweight="bold",
            annotation_clip=False,
        )
        height += 1
        for row in of_kind.to_dict("records"):
            _draw(ax, row, height)
            places.append(height)
            labels.append(row["name"])
            height += 1
    ax.set_yticks(places, labels)
    ax.set_ylim(height - 0.3, -0.8)
    ax.set_xlim(-MOST - MARGIN, MOST + MARGIN)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0, labelsize=TEXT_PT)
    ax.set_xticks(range(-4, 5), [f"{tick:+d}".replace("-", MINUS) if tick else "0" for tick in range(-4, 5)])
    ax.set_xlabel(
        "Distance from the target or the nearer end of its range, in tolerances (numbers: value, target ± tolerance)\n"
        "Mark: mean over seeds; thick line: its 95 % interval; thin line: nine in ten runs; shaded: pass, and near",
        fontsize=TEXT_PT,
    )
    ax.set_title(title, pad=22)
    _legend(ax, sorted(set(rows["verdict"]), key=list(MARKS).index))
    return ax


def _draw(ax: Axes, row: dict[str, Any], height: int) -> None:
    """Draw one pattern: nine in ten runs thin, the interval thick, the mean as a mark, and the numbers beside it."""
    mark, away = MARKS[row["verdict"]], row["away"]

    def shown(value: float) -> float:
        return 0.0 if math.isnan(value) else max(-MOST, min(MOST, value))

    for ends, width in ((("run_low", "run_high"), 0.7), (("away_low", "away_high"), 2.2)):
        if not math.isnan(row[ends[0]]):
            line = [shown(row[end]) for end in ends]
            ax.plot(line, [height, height], color=mark.colour, linewidth=width, solid_capstyle="butt", zorder=2)
    if abs(away) > MOST:
        arrow = {"arrowstyle": "-|>", "color": mark.colour, "linewidth": 0.8, "mutation_scale": 7}
        tip = math.copysign(MOST + MARGIN, away)
        ax.annotate("", xy=(tip, height), xytext=(shown(away), height), arrowprops=arrow, zorder=2)
    ax.plot(
        [shown(away)],
        [height],
        marker=mark.marker,
        markersize=mark.size,
        color=mark.colour,
        markerfacecolor=mark.colour if row["held_out"] else "white",
        markeredgewidth=0.9,
        linestyle="none",
        zorder=3,
    )
    ax.annotate(
        row["told"],
        xy=(1.01, height),
        xycoords=ax.get_yaxis_transform(),
        ha="left",
        va="center",
        fontsize=TEXT_PT - 0.3,
        annotation_clip=False,
    )


def _legend(ax: Axes, verdicts: list[str]) -> None:
    """Say above the picture what shapes and fillings mean."""
    keys = [
        Line2D([], [], color=MARKS[word].colour, marker=MARKS[word].marker, linestyle="none", markersize=5)
        for word in verdicts
    ]
    for face in (INK, "white"):
        keys.append(Line2D([], [], color=INK, marker="o", markerfacecolor=face, linestyle="none", markersize=4.6))
    ax.legend(
        keys,
        [*verdicts, "held out", "calibration: no evidence"],
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.998),
        ncols=len(keys),
        frameon=False,
        fontsize=TEXT_PT + 0.6,
        handletextpad=0.1,
        columnspacing=1.3,
    )


def card_title(card: Card) -> str:
    """Return the words above the picture: what was scored, and what share of the held-out weight passes."""
    _, _, parts, _ = shares(card)[list(SHARES).index("held out")]
    told = ", ".join(f"{100 * parts[word]:.0f} % {word}" for word in ("pass", "near", "miss"))
    return f"Validation card: scenario {card.scenario.name}, {len(card.runs)} seeds\nOf the held-out weight: {told}"


def card_files(card: Card) -> dict[str, bytes]:
    """Return the picture of a card as SVG and PNG."""
    from matplotlib.figure import Figure

    rows = card_rows(card)
    with look():
        figure = Figure(figsize=(WIDTH_IN, card_height_in(rows)), layout="constrained")
        validation_card(rows, ax=figure.subplots(), title=card_title(card))
        files = figure_bytes(figure, "card", "Validation card")
    return {f"card.{kind}": content for kind, content in files.items()}
