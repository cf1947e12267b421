"""The picture of where the city's steel goes, on two scales: the small firms' part is about a thousandth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from sim.report import amounts
from sim.report.language import Language, later, speaker
from sim.report.style import INK, LENS, LOCAL, MILLS, MUTED, OUTSIDE, SMALL_PT, axes_or_new, spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["steel_flow"]

# Where the columns of bars stand, on a drawing 100 wide and 100 high.
MILLS_X, DESTINATION_X, LENS_X, SOURCE_X, RECEIVER_X = 1.0, 15.0, 42.0, 57.0, 75.0
BAR_WIDTH, GAP, BOTTOM, TOP, LINE = 2.2, 8.0, 6.0, 86.0, 5.2
LEFT_GAPS, RIGHT_GAPS = 2, 2
THINNEST = 0.35

DESTINATIONS = {
    "contracts": later("Long-term contracts"),
    "elsewhere": later("Shipped elsewhere"),
    "allotment": later("Set aside for small firms"),
}
SOURCES = {"allotment": later("From the mills"), "distributors": later("From distributors")}
RECEIVERS = {
    "local": (later("Local firms"), LOCAL, ""),
    "external": (later("Firms from outside"), OUTSIDE, "////"),
    "unused": (later("Not taken up"), MUTED, ""),
}
Sizes = dict[tuple[str, str], float]


def steel_flow(flows: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw the mills' steel by destination and, enlarged, the steel of small firms by source and receiver.

    Parameters
    ----------
    flows
        Columns ``source, target, tonnes_a_month``. Sources ``mills`` (targets ``contracts, elsewhere,
        allotment``), ``allotment`` (``local, external, unused``) and ``distributors`` (``local, external``).
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 4.0)
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 100)
    ax.axis("off")
    size = {(str(row.source), str(row.target)): max(float(row.tonnes_a_month), 0.0) for row in flows.itertuples()}
    mills = sum(size.get(("mills", name), 0.0) for name in DESTINATIONS)
    small = sum(size.get((source, to), 0.0) for source in SOURCES for to in RECEIVERS)
    left = (TOP - BOTTOM - LEFT_GAPS * GAP) / mills if mills > 0 else 0.0
    right = (TOP - BOTTOM - RIGHT_GAPS * GAP) / small if small > 0 else 0.0
    thin = _mills(ax, say, size, mills, left)
    _lens(ax, say, thin, right / left if left else math.inf)
    _small_firms(ax, say, size, small, right)
    ax.set_title(say("Where the city’s steel goes"))
    return ax


def _mills(ax: Axes, say: Language, size: Sizes, total: float, scale: float) -> tuple[float, float]:
    """Draw the mills' output and where it goes; return the edges of the small firms' allotment."""
    ax.text(
        MILLS_X,
        TOP + 3,
        say("The mills make {tonnes} a month", tonnes=_thousands(say, total)),
        va="bottom",
        ha="left",
        fontweight="bold",
    )
    source_top = target_top = TOP
    ax.add_patch(Rectangle((MILLS_X, TOP - total * scale), BAR_WIDTH, total * scale, color=MILLS))
    edges = (TOP, TOP)
    labels = []
    for name, words in DESTINATIONS.items():
        tonnes = size.get(("mills", name), 0.0)
        tall = tonnes * scale
        small = name == "allotment"
        colour = LOCAL if small else MILLS
        _band(ax, (MILLS_X + BAR_WIDTH, source_top), (DESTINATION_X, target_top), tall, colour, 0.35)
        drawn = max(tall, THINNEST)
        ax.add_patch(Rectangle((DESTINATION_X, target_top - drawn), BAR_WIDTH, drawn, color=colour))
        number = _tonnes(say, tonnes) if small else _thousands(say, tonnes)
        share = f" ({amounts.level(say, tonnes / total, 'share', 2 if small else 0)})" if total > 0 else ""
        labels.append((target_top - drawn / 2, f"{say(words)}\n{number}{share}"))
        edges = (target_top - drawn, target_top)
        source_top -= tall
        target_top -= drawn + GAP
    _write(ax, labels, DESTINATION_X, lines=2)
    return edges


def _lens(ax: Axes, say: Language, thin: tuple[float, float], times: float) -> None:
    """Draw the enlarging lens from the thin allotment to the right half, and say how much it enlarges."""
    low, high = BOTTOM - 6.5, TOP + 12
    edge = DESTINATION_X + BAR_WIDTH
    cone = [(edge, thin[1]), (edge, thin[0]), (LENS_X, low), (LENS_X, high)]
    ax.add_patch(Polygon(cone, closed=True, facecolor=LENS, edgecolor="none", zorder=0))
    frame = Rectangle((LENS_X, low), 100 - LENS_X, high - low, facecolor=LENS, edgecolor="none", zorder=0)
    frame.set_clip_on(False)
    ax.add_patch(frame)
    if math.isfinite(times):
        words = say("Drawn about {times} times larger than the left half", times=say.number(_two_digits(times)))
        ax.text(LENS_X + 1, low + 1, words, va="bottom", ha="left", fontsize=SMALL_PT, style="italic")


def _small_firms(ax: Axes, say: Language, size: Sizes, total: float, scale: float) -> None:
    """Draw the small firms' steel by source and receiver."""
    heading = say("Steel of small firms, {tonnes} a month", tonnes=_tonnes(say, total))
    ax.text(LENS_X + 3, TOP + 3, heading, va="bottom", ha="left", fontweight="bold")
    if total <= 0:
        ax.text(SOURCE_X, (TOP + BOTTOM) / 2, say("No steel reached small firms."), va="center", ha="left")
        return
    source_top = TOP
    start = {}
    for name, words in SOURCES.items():
        tonnes = sum(size.get((name, to), 0.0) for to in RECEIVERS)
        tall = tonnes * scale
        ax.add_patch(Rectangle((SOURCE_X, source_top - tall), BAR_WIDTH, tall, color=MILLS))
        middle = min(source_top - tall / 2, TOP - LINE)
        ax.text(SOURCE_X - 1, middle, f"{say(words)}\n{_tonnes(say, tonnes)}", va="center", ha="right")
        start[name] = source_top
        source_top -= tall + GAP
    target_top, labels = TOP, []
    for to, (words, colour, hatch) in RECEIVERS.items():
        tonnes = sum(size.get((name, to), 0.0) for name in SOURCES)
        if tonnes <= 0:
            continue
        top = target_top
        for name in SOURCES:
            tall = size.get((name, to), 0.0) * scale
            _band(ax, (SOURCE_X + BAR_WIDTH, start[name]), (RECEIVER_X, top), tall, colour, 0.5, hatch)
            start[name] -= tall
            top -= tall
        ax.add_patch(Rectangle((RECEIVER_X, top), BAR_WIDTH, target_top - top, color=colour))
        text = f"{say(words)}\n{_tonnes(say, tonnes)} ({amounts.level(say, tonnes / total, 'share', 0)})"
        if to != "unused":
            text += "\n" + say("of it {tonnes} direct", tonnes=_tonnes(say, size.get(("allotment", to), 0.0)))
        labels.append(((target_top + top) / 2, text))
        target_top = top - GAP
    _write(ax, labels, RECEIVER_X, lines=3)


def _write(ax: Axes, labels: list[tuple[float, str]], x: float, lines: int) -> None:
    """Write labels beside a column of bars, moved apart where they would overlap."""
    room = (lines / 2 + 0.1) * LINE
    places = spread([height for height, _ in labels], (lines + 0.3) * LINE, BOTTOM + room - 4, TOP - room + 1)
    for (_, text), place in zip(labels, places, strict=True):
        ax.text(x + BAR_WIDTH + 1, place, text, va="center", ha="left")


def _band(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    tall: float,
    colour: str,
    alpha: float,
    hatch: str = "",
) -> None:
    """Draw one flow, from the top left corner ``start`` to the top right corner ``end``, ``tall`` high."""
    if tall <= 0:
        return
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    points = [
        (x0, y0), (middle, y0), (middle, y1), (x1, y1),
        (x1, y1 - tall), (middle, y1 - tall), (middle, y0 - tall), (x0, y0 - tall), (x0, y0),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    outline = Path(points, codes)
    edge = INK if hatch else "none"
    ax.add_patch(PathPatch(outline, facecolor=colour, alpha=alpha, linewidth=0, edgecolor=edge, hatch=hatch))


def _thousands(say: Language, tonnes: float) -> str:
    """Return thousands of tonnes."""
    return say("{n} thousand t", n=say.number(tonnes / 1000, 0 if tonnes >= 1e4 else 1))


def _tonnes(say: Language, tonnes: float) -> str:
    """Return tonnes."""
    return say("{n} t", n=say.number(tonnes))


def _two_digits(value: float) -> int:
    """Return ``value`` with two digits that mean something."""
    step = 10 ** max(0, math.floor(math.log10(max(value, 1.0))) - 1)
    return int(round(value / step) * step)
