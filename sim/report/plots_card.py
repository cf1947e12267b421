"""The picture of the validation card: one row a pattern, its distance from the target in tolerances, its verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from sim.report.bars import tell_beside
from sim.report.language import Language, later, speaker
from sim.report.style import INK, LENS, MUTED, WIDTH_IN, axes_or_new, figure_bytes, look, number_axis
from sim.study.card import SHARES, ordered, shares
from sim.study.card_text import PERCENT
from sim.study.patterns import LIMITS_KIND, PROGRAMMES_KIND

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.study.card import Card

__all__ = ["card_alternative", "card_files", "card_height_in", "card_rows", "card_title", "told", "validation_card"]

MOST, MARGIN = 4.6, 0.4  # tolerances shown; what is farther stands at the edge, with an arrow
ROW_IN, REST_IN, TEXT_PT = 0.147, 1.4, 6.8
MIDDLE_OF_RUNS = (0.05, 0.95)
COLUMNS = (
    *("kind", "name", "held_out", "verdict", "away", "away_low", "away_high", "run_low", "run_high"),
    *("value", "target_low", "target_high", "tolerance", "unit"),
)
HEADINGS = {
    "account": later("The report’s own account"),
    "buyers": later("Buyers"),
    "difficulties": later("Difficulties"),
    "firms": later("Firms"),
    "coming and going": later("Coming and going"),
    "money and work": later("Money and work"),
    PROGRAMMES_KIND: later("Programmes"),
    "swings": later("Swings"),
    LIMITS_KIND: later("Limits (no weight)"),
}
VERDICT_WORDS = {"pass": later("pass"), "near": later("near"), "miss": later("miss"), "unknown": later("unknown")}
# How a value with its unit is written; the units of which there are none are written as they are.
UNIT_WORDS = {
    "share": later("{n} %"),
    "per year": later("{n} % a year"),
    "ratio": "{n}",
    "standard errors": later("{n} s.e."),
    "per firm and year": "{n}",
    "fte": later("{n} workers"),
    "jt/fte/month": later("Rp {n} million a month"),
    "jt/fte/year": later("Rp {n} million a year"),
    "log points": later("{n} log points"),
}


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
            target = (value.mean, fact.low, fact.high, fact.tolerance, fact.unit)
            rows.append((kind, fact.name, fact.held_out, one.verdict, one.distance, *ends, *spread, *target))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def told(say: Language, row: dict[str, Any]) -> str:
    """Return a row's value and, behind it, its target with the tolerance.

    Examples
    --------
    >>> row = {"value": 0.6123, "target_low": 0.45, "target_high": 0.7, "tolerance": 0.025, "unit": "share"}
    >>> told(speaker("en"), row), told(speaker("id"), row)
    ('61.2 %  (45 to 70 ± 2.5)', '61,2%  (45 s.d. 70 ± 2,5)')
    """
    unit, low, high = row["unit"], row["target_low"], row["target_high"]
    if unit == "yes/no":
        return say("yes") if row["value"] else say("no")
    ends = {"low": _number(say, low, unit), "high": _number(say, high, unit)}
    if math.isinf(high):
        target = say("at least {low}", low=ends["low"])
    elif math.isinf(low):
        target = say("at most {high}", high=ends["high"])
    else:
        target = ends["low"] if low == high else say("{low} to {high}", **ends)
    value = _number(say, row["value"], unit)
    worded = say(UNIT_WORDS[unit], n=value) if unit in UNIT_WORDS else f"{value} {unit}"
    return f"{worded}  ({target} ± {_number(say, row['tolerance'], unit)})"


def _number(say: Language, value: float, unit: str) -> str:
    """Return a number with three digits, shares in per cent."""
    value *= 100.0 if unit in PERCENT else 1.0
    if not math.isfinite(value) or value == 0.0:
        return say.number(value)
    digits = f"{value:.3g}" if abs(value) < 100.0 else f"{value:.0f}"
    return say.number(value, len(digits.partition(".")[2]) if "e" not in digits else 4)


def card_height_in(rows: pd.DataFrame) -> float:
    """Return the height of the whole picture."""
    return REST_IN + ROW_IN * (len(rows) + int(rows["kind"].nunique()))


def validation_card(
    rows: pd.DataFrame, ax: Axes | None = None, title: str = "", language: str | Language = "en"
) -> Axes:
    """Draw every pattern's distance from its target, with its interval, by verdict and use.

    Parameters
    ----------
    rows
        Of :func:`card_rows`; distances in tolerances. Rows of a kind stand together.
    ax
        Axes to draw on; new ones without.
    title
        Words above the picture, in the language; "Validation card" without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, card_height_in(rows))
    for edge, shade in ((2.0, "#f6f7f8"), (1.0, LENS)):
        ax.axvspan(-edge, edge, color=shade, linewidth=0, zorder=0)
    ax.axvline(0, color=INK, linewidth=0.8, zorder=1)
    height, places, labels = 0, [], []
    for kind, of_kind in rows.groupby("kind", sort=False):
        ax.annotate(
            say(HEADINGS[str(kind)]),
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
            _draw(ax, row, height, say)
            places.append(height)
            name = str(row["name"])
            labels.append(say(name))
            height += 1
    ax.set_yticks(places, labels)
    ax.set_ylim(height - 0.3, -0.8)
    ax.set_xlim(-MOST - MARGIN, MOST + MARGIN)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0, labelsize=TEXT_PT)
    ax.set_xticks(range(-4, 5))
    number_axis(ax.xaxis, say, sign=True)
    ax.set_xlabel(
        say(
            "Distance from the target or the nearer end of its range, in tolerances "
            "(numbers: value, target ± tolerance)\n"
            "Mark: mean over seeds; thick line: its 95 % interval; thin line: nine in ten runs; shaded: pass, and near"
        ),
        fontsize=TEXT_PT,
    )
    ax.set_title(title or say("Validation card"), pad=22)
    _legend(ax, sorted(set(rows["verdict"]), key=list(MARKS).index), say)
    return ax


def _draw(ax: Axes, row: dict[str, Any], height: int, say: Language) -> None:
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
    tell_beside(ax, told(say, row), height, fontsize=TEXT_PT - 0.3)


def _legend(ax: Axes, verdicts: list[str], say: Language) -> None:
    """Say above the picture what shapes and fillings mean."""
    keys = [
        Line2D([], [], color=MARKS[word].colour, marker=MARKS[word].marker, linestyle="none", markersize=5)
        for word in verdicts
    ]
    for face in (INK, "white"):
        keys.append(Line2D([], [], color=INK, marker="o", markerfacecolor=face, linestyle="none", markersize=4.6))
    ax.legend(
        keys,
        [*(say(VERDICT_WORDS[word]) for word in verdicts), say("held out"), say("calibration: no evidence")],
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.998),
        ncols=len(keys),
        frameon=False,
        fontsize=TEXT_PT + 0.6,
        handletextpad=0.1,
        columnspacing=1.3,
    )


def card_title(say: Language, card: Card) -> str:
    """Return the words above the picture: what was scored, and what share of the held-out weight passes."""
    _, _, parts, _ = shares(card)[list(SHARES).index("held out")]
    return say(
        "Validation card: scenario {scenario}, {seeds} seeds\n"
        "Of the held-out weight: {passed} % pass, {near} % near, {missed} % miss",
        scenario=card.scenario.name,
        seeds=say.number(len(card.runs)),
        passed=say.number(100 * parts["pass"]),
        near=say.number(100 * parts["near"]),
        missed=say.number(100 * parts["miss"]),
    )


def card_alternative(say: Language, rows: pd.DataFrame) -> str:
    """Describe the picture: how many facts of each verdict, and the names of those that miss.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"name": ["Mean size", "Bad loans"], "verdict": ["pass", "miss"]})
    >>> card_alternative(speaker("en"), rows)
    'One row a fact: its distance from the target in tolerances. 1 pass, 0 near, 1 miss. Missed: Bad loans.'
    """
    many = {word: say.number(int((rows["verdict"] == word).sum())) for word in ("pass", "near", "miss")}
    missed = [say(name) for name in rows.loc[rows["verdict"] == "miss", "name"]]
    return say(
        "One row a fact: its distance from the target in tolerances. {passed} pass, {near} near, {missed} miss. "
        "Missed: {names}.",
        passed=many["pass"],
        near=many["near"],
        missed=many["miss"],
        names="; ".join(missed) if missed else say("none"),
    )


def card_files(card: Card, language: str | Language = "en") -> dict[str, bytes]:
    """Return the picture of a card as SVG and PNG."""
    from matplotlib.figure import Figure

    say, rows = speaker(language), card_rows(card)
    with look():
        figure = Figure(figsize=(WIDTH_IN, card_height_in(rows)), layout="constrained")
        validation_card(rows, ax=figure.subplots(), title=card_title(say, card), language=say)
        files = figure_bytes(figure, "card", say("Validation card"))
    return {f"card.{kind}": content for kind, content in files.items()}
