"""The picture of what a change of the local share is made of: from without to with, factor by factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.language import Language, later, speaker
from sim.report.style import INK, MUTED, SMALL_PT, axes_or_new, number_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["FACTORS", "share_waterfall"]

# In the order of the chain: each in a word, and what it is.
FACTORS = {
    "access": (later("Access"), later("buyers who list\na local firm")),
    "depth": (later("Depth"), later("local part\nof lists")),
    "conversion": (later("Conversion"), later("orders for\na place")),
    "fill": (later("Fill"), later("delivered\nat once")),
    "rescue": (later("Rescue"), later("delivered\nlater")),
}
MORE, LESS, TOTAL = "#0072B2", "#D55E00", "#8a8f96"


def share_waterfall(parts: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw the local share without and with a policy, and between them what each factor adds or takes.

    Parameters
    ----------
    parts
        Columns ``part, points, low, high``: the row ``without``, a row a factor, and the row ``with``; in percentage
        points, as of :func:`sim.report.tables_more.share_parts`.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.4)
    rows = parts.set_index("part")
    before, after = float(rows.loc["without", "points"]), float(rows.loc["with", "points"])
    level, tops, bottoms = before, [before, after], [before, after]
    labels = [say("Without")]
    for place, factor in enumerate(FACTORS, start=1):
        points, low, high = (float(rows.loc[factor, key]) for key in ("points", "low", "high"))
        clear = low > 0 or high < 0
        colour = MORE if points >= 0 else LESS
        face, hatch = (colour, "") if clear else ("white", "////")
        ax.bar(place, points, 0.62, level, facecolor=face, edgecolor=colour, hatch=hatch, linewidth=1.0)
        ends = [level + low, level + high]
        ax.plot([place, place], ends, color=INK, linewidth=1.2)
        ax.plot([place - 0.69, place + 0.31], [level, level], color=MUTED, linewidth=0.7)
        text = amounts.change(say, points, low, high, "t", words=False)
        top = max(level, level + points, *ends)
        ax.annotate(text if clear else f"({text})", (place, top), (0, 3), textcoords="offset points", ha="center")
        tops.append(top)
        bottoms.append(min(level, level + points, *ends))
        level += points
        word, what = FACTORS[factor]
        labels.append(f"{say(word)}\n{say(what)}")
    labels.append(say("With"))
    reach = max(tops) - min(bottoms)
    floor = max(0.0, min(bottoms) - 0.35 * reach)
    for place, height in ((0, before), (len(FACTORS) + 1, after)):
        ax.bar(place, height - floor, 0.62, floor, facecolor=TOTAL, edgecolor=TOTAL)
        text = say("{n} %", n=say.number(height, 1))
        ax.annotate(text, (place, height), (0, 3), textcoords="offset points", ha="center", fontweight="bold")
    ax.plot([len(FACTORS) - 0.31, len(FACTORS) + 1.31], [after, after], color=MUTED, linewidth=0.7)
    ax.set_ylim(floor, max(tops) + 0.16 * (max(tops) - floor))
    ax.set_xticks(range(len(labels)), labels, fontsize=SMALL_PT)
    ax.tick_params(axis="x", length=0)
    number_axis(ax.yaxis, say)
    ax.set_ylabel(say("Share of the city’s demand, %"))
    ax.set_title(say("What the change of the local share is made of"), pad=22)
    ax.annotate(
        say("Lines: 95 % intervals of the steps. Hatched, in brackets: zero is not excluded. The axis is cut."),
        xy=(0, 1), xycoords="axes fraction", xytext=(0, 6), textcoords="offset points",
        fontsize=SMALL_PT, color=MUTED, va="bottom",
    )  # fmt: skip
    return ax
