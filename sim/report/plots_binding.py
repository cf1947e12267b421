"""Pictures of what binds local firms: what each easing is worth, and what was recorded month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.bars import name_rows, tell_beside, whisker
from sim.report.language import Language, speaker
from sim.report.style import BINDS, INK, MUTED, axes_or_new, date_axis, label_line_ends, number_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["constraint_mix", "relaxation_values"]

BAR = "#0072B2"


def relaxation_values(values: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw what value added changes when each constraint alone is eased, with 95 % intervals.

    Parameters
    ----------
    values
        Columns ``label, difference, low, high`` (Rp million a month), in any order.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 0.9 + 0.34 * len(values))
    rows = values.sort_values("difference", ascending=False, kind="stable")
    for height, row in enumerate(rows.itertuples()):
        middle, low, high = float(row.difference), float(row.low), float(row.high)
        clear = low > 0 or high < 0
        ax.barh(
            height,
            middle,
            height=0.62,
            color=BAR if clear else "white",
            edgecolor=BAR,
            hatch="" if clear else "////",
            linewidth=1.0,
            alpha=0.85,
        )
        whisker(ax, low, high, height, 0.14, (1.4, 1.2))
        number = amounts.change(say, middle, low, high, "t", words=False)
        span = amounts.interval(say, low, high, "t", middle)
        words = f"{number}  ({span})" if clear else say("{change}  ({span}), not clear", change=number, span=span)
        tell_beside(ax, words, height)
    ax.axvline(0, color=INK, linewidth=0.9)
    name_rows(ax, list(rows["label"]), 9, (0.4, 0.6))
    number_axis(ax.xaxis, say)
    ax.set_xlabel(say("Change in value added kept in the city, Rp million a month"))
    ax.set_title(say("What easing one constraint alone is worth"))
    return ax


def constraint_mix(shares: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw the share of local firms that each constraint was recorded to bind, month by month.

    Parameters
    ----------
    shares
        Columns ``date, constraint, share``; the shares of a date sum to 1.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.0)
    table = shares.pivot_table(index="date", columns="constraint", values="share").sort_index()
    shown = [name for name in BINDS if name in table.columns]
    floor = table[shown[0]].to_numpy() * 0.0
    ends = []
    for name in shown:
        look = BINDS[name]
        top = floor + table[name].to_numpy() * 100
        ax.fill_between(
            table.index,
            floor,
            top,
            facecolor=look.colour,
            hatch=look.hatch,
            edgecolor="#7a7a7a" if look.hatch else look.colour,
            linewidth=0,
        )
        ax.plot(table.index, top, color="white", linewidth=0.8)
        mean = 100 * float(table[name].mean())
        told = say("{constraint} ({mean} %)", constraint=say(look.label), mean=say.number(mean))
        ends.append((float(floor[-1] + top[-1]) / 2, told, MUTED))
        floor = top
    first, last = table.index.min(), table.index.max()
    ax.set_ylim(0, 100)
    date_axis(ax, first, last, say)
    ax.set_ylabel(say("Local firms, %"))
    ax.set_title(say("What stopped local firms from making more, as recorded"))
    label_line_ends(ax, ends)
    return ax
