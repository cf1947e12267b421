"""One picture for each question, drawn from a tidy table on axes of the caller or on new ones.

Every function takes the table behind the picture, an optional ``ax`` and the reader's language, and returns the axes,
so that a notebook can go on drawing. Tables come from :mod:`sim.report.tables` and
:mod:`sim.report.tables_more`, text alternatives from :mod:`sim.report.alt` and :mod:`sim.report.alt_more`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from sim.report import amounts
from sim.report.bars import tell_beside, whisker
from sim.report.language import Language, later, speaker
from sim.report.names import title_of
from sim.report.plots_binding import constraint_mix, relaxation_values
from sim.report.plots_card import validation_card
from sim.report.plots_flips import ranking_flip_map
from sim.report.plots_network import supplier_network
from sim.report.plots_parts import share_waterfall
from sim.report.plots_sensitivity import morris_plane, one_at_a_time_fans, pawn_bars, sobol_bars
from sim.report.plots_spread import fan_over_time, firm_sizes, growth_rates
from sim.report.plots_steel import steel_flow
from sim.report.plots_who import cost_plane, interaction_matrix, winners_and_losers
from sim.report.style import (
    GRID,
    INK,
    MUTED,
    SMALL_PT,
    axes_or_new,
    date_axis,
    label_line_ends,
    number_axis,
    series_of,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "constraint_mix",
    "cost_plane",
    "effect_forest",
    "factor_changes",
    "fan_over_time",
    "firm_sizes",
    "growth_rates",
    "interaction_matrix",
    "morris_plane",
    "one_at_a_time_fans",
    "over_time",
    "pawn_bars",
    "ranking_flip_map",
    "relaxation_values",
    "share_waterfall",
    "sobol_bars",
    "steel_flow",
    "supplier_network",
    "validation_card",
    "winners_and_losers",
]

SHARE_TITLE = later("Local firms’ market share")
SHARE_QUANTITY = later("Share of the city’s demand, %")


def effect_forest(effects: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw the change of one indicator under each programme, with its 95 % interval.

    Parameters
    ----------
    effects
        One indicator and origin; columns ``scenario, unit, difference, low, high``.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 2.5)
    unit = str(effects["unit"].iloc[0])
    scale = amounts.unit_of(unit).scale
    coarsest = float((effects["high"] - effects["low"]).max()) / 2
    rows = effects.set_index("scenario")
    looks = series_of(rows.index)
    shown = list(looks)
    for height, name in enumerate(shown):
        look, row = looks[name], rows.loc[name]
        change, lowest, highest = (float(row[key]) for key in ("difference", "low", "high"))
        middle, low, high = change * scale, lowest * scale, highest * scale
        clear = low > 0 or high < 0
        whisker(ax, low, high, height, 0.13, (2, 1.6), look.colour)
        face = look.colour if clear else "white"
        ax.plot([middle], [height], marker=look.marker, color=look.colour, markerfacecolor=face, markersize=7)
        text = amounts.change(say, change, lowest, highest, unit, words=False, coarsest=coarsest)
        span = amounts.interval(say, lowest, highest, unit, change, coarsest)
        words = f"{text}  ({span})" if clear else say("{change}  ({span}), not clear", change=text, span=span)
        tell_beside(ax, words, height)
    if "interaction" in shown:
        ax.axhline(shown.index("interaction") - 0.5, color=MUTED, linewidth=0.8)
    _zero_line(ax, say)
    ax.set_yticks(range(len(shown)), [title_of(say, name) for name in shown])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, labelsize=9)
    what = say("percentage points") if scale == 100 else amounts.unit_words(say, unit)
    ax.set_xlabel(say("Change against no programme, {unit}", unit=what))
    ax.set_title(say("Change in local firms’ market share"))
    return ax


def factor_changes(factors: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw how much each programme changes each factor of the market share, in per cent of its own baseline.

    Parameters
    ----------
    factors
        Columns ``scenario, factor, label, change, low, high`` (the last three in per cent).
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.7)
    names = list(dict.fromkeys(factors["factor"]))
    labels = dict(zip(factors["factor"], factors["label"], strict=True))
    looks = series_of(factors["scenario"])
    shown = list(looks)
    step = 0.8 / max(len(shown), 1)
    for place, scenario in enumerate(shown):
        look = looks[scenario]
        rows = factors[factors["scenario"] == scenario].set_index("factor")
        for height, factor in enumerate(names):
            middle, low, high = (float(rows.loc[factor, key]) for key in ("change", "low", "high"))
            y = height + (place - (len(shown) - 1) / 2) * step
            clear = low > 0 or high < 0
            ax.plot([0, middle], [y, y], color=look.colour, linewidth=6, alpha=0.25, solid_capstyle="butt")
            ax.plot([low, high], [y, y], color=look.colour, linewidth=1.8)
            ax.plot(
                [middle],
                [y],
                marker=look.marker,
                color=look.colour,
                markerfacecolor=look.colour if clear else "white",
                markersize=6.5,
            )
    for height in range(1, len(names)):
        ax.axhline(height - 0.5, color=GRID, linewidth=0.7)
    _zero_line(ax, say)
    ax.set_yticks(range(len(names)), [labels[name] for name in names])
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", length=0, labelsize=9)
    number_axis(ax.xaxis, say, sign=True, pattern=say(later("{n} %")))
    ax.set_xlabel(say("Change, per cent of the factor’s own value"))
    ax.set_title(say("Which factor of the market share each programme moves"), pad=26)
    keys = [
        Line2D(
            [],
            [],
            color=looks[name].colour,
            marker=looks[name].marker,
            linestyle="none",
            markersize=6.5,
        )
        for name in shown
    ]
    ax.legend(
        keys,
        [title_of(say, name) for name in shown],
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.995),
        ncols=len(shown),
        frameon=False,
        fontsize=9,
        handletextpad=0.3,
        columnspacing=1.6,
    )
    return ax


def over_time(
    bands: pd.DataFrame,
    ax: Axes | None = None,
    title: str = SHARE_TITLE,
    quantity: str = SHARE_QUANTITY,
    change: bool = False,
    language: str | Language = "en",
) -> Axes:
    """Draw one line a scenario over the observed months, with the 95 % band of the mean over seeds.

    Parameters
    ----------
    bands
        Columns ``scenario, date, mean, low, high``, in the unit of ``quantity``.
    ax
        Axes to draw on; new ones without.
    title, quantity
        English words above the picture and on the vertical axis, said in ``language`` where its catalogue has them.
    change
        True where the lines are differences: a line is drawn at zero.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.1)
    ends = []
    for scenario, look in series_of(bands["scenario"]).items():
        rows = bands[bands["scenario"] == scenario].sort_values("date")
        dates, mean, low, high = (rows[key].to_numpy() for key in ("date", "mean", "low", "high"))
        ax.fill_between(dates, low, high, color=look.colour, alpha=0.16, linewidth=0)
        ax.plot(dates, mean, color=look.colour, linestyle=look.line, linewidth=2)
        every = max(1, len(rows) // 8)
        ax.plot(dates[::every], mean[::every], look.marker, color=look.colour, markersize=4.5)
        ends.append((float(mean[-1]), title_of(say, scenario), look.colour))
    first, last = bands["date"].min(), bands["date"].max()
    if change:
        ax.axhline(0, color=INK, linewidth=0.9)
    number_axis(ax.yaxis, say, sign=change)
    date_axis(ax, first, last, say)
    ax.yaxis.grid(True)
    ax.set_axisbelow(True)
    ax.set_ylabel(say(quantity))
    ax.set_title(say(title))
    label_line_ends(ax, ends)
    return ax


def _zero_line(ax: Axes, say: Language) -> None:
    """Mark zero, and grid the values lightly behind the marks."""
    ax.axvline(0, color=INK, linewidth=0.9, zorder=0.9)
    ax.xaxis.grid(True)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    number_axis(ax.xaxis, say, sign=True)
    ax.tick_params(axis="x", labelsize=SMALL_PT)
