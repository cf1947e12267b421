"""Pictures of which inputs matter: Sobol' indices, the plane of elementary effects, and curves of one input at a time.

Each takes a table of :mod:`sim.study.sensitivity` and returns the axes; ``labels`` gives inputs their names in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.report import amounts
from sim.report.bars import name_rows, tell_beside, whisker
from sim.report.language import Language, later, speaker
from sim.report.style import GRID, INK, LABEL_PT, MUTED, SMALL_PT, axes_or_new, label_line_ends, number_axis, spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["morris_plane", "one_at_a_time_curve", "one_at_a_time_fans", "pawn_bars", "sobol_bars"]

ALONE, TOTAL, FLOOR = "#0072B2", "#bfe3f5", "#9aa0a6"
TITLE_SOBOL = later("What explains the outcome")
TITLE_PAWN = later("What moves the outcome")
TITLE_MORRIS = later("Which inputs matter, and which bend or act together")
TITLE_FANS = later("What each input alone changes")
ITS_UNIT, OUTCOME = later("in its unit"), later("outcome")
STRONGEST, MOST_BARS = 6, 15
LOOKS = (
    *(("#0072B2", "-", "o"), ("#D55E00", (0, (5, 1.5)), "s"), ("#009E73", (0, (5, 1.2, 1, 1.2)), "^")),
    *(("#CC79A7", (0, (1, 1.2)), "D"), ("#E69F00", (0, (8, 2)), "v"), ("#4d4d4d", (0, (3, 1, 1, 1, 1, 1)), "P")),
)


def sobol_bars(
    indices: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = TITLE_SOBOL,
    language: str | Language = "en",
) -> Axes:
    """Draw the share of variance that each input explains, alone and together with others, the largest first.

    Parameters
    ----------
    indices
        From :func:`sim.study.sensitivity.sobol_indices`. Its ``noise_floor`` is drawn as a band, its
        ``noise_share`` is told below; both are left out where the table has lost them.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``; English titles and units are said in it where its catalogue has them.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 1.3 + 0.46 * len(indices))
    rows = indices.sort_values("ST", ascending=False, kind="stable")
    floor = indices.attrs.get("noise_floor", 0.0)
    keys = [
        Patch(facecolor=ALONE, edgecolor=ALONE, label=say("alone (S1)")),
        Patch(facecolor=TOTAL, edgecolor=ALONE, hatch="////", label=say("with others (ST)")),
    ]
    if floor > 0:
        ax.axvspan(-floor, floor, facecolor="#e3e5e8", edgecolor=FLOOR, hatch="....", linewidth=0, zorder=0)
        keys.append(Patch(facecolor="#e3e5e8", edgecolor=FLOOR, hatch="....", label=say("an input that does nothing")))
    for height, row in enumerate(rows.itertuples()):
        for shift, name, face, hatch in ((-0.19, "S1", ALONE, ""), (0.19, "ST", TOTAL, "////")):
            middle, low, high = (float(getattr(row, key)) for key in (name, f"{name}_low", f"{name}_high"))
            ax.barh(height + shift, middle, height=0.34, color=face, edgecolor=ALONE, hatch=hatch, linewidth=0.9)
            whisker(ax, low, high, height + shift, 0.08, (1.3, 1.1))
        decimals = amounts.decimals_for(50 * (row.ST_high - row.ST_low), most=1)
        told = {key: say.number(100 * float(getattr(row, key)), decimals) for key in ("ST", "ST_low", "ST_high")}
        tell_beside(ax, say("{ST} %  ({ST_low} to {ST_high})", **told), height + 0.19)
    ax.axvline(0, color=INK, linewidth=0.9)
    _name_inputs(ax, rows, labels)
    number_axis(ax.xaxis, say, pattern=say("{n} %"), scale=100)
    noise = indices.attrs.get("noise_share", float("nan"))
    words = say("Share of the variance of the mean outcome")
    if not math.isnan(noise):
        luck = say.number(100 * noise)
        words = say(
            "Share of the variance of the mean outcome; luck makes {luck} % of what single runs differ by", luck=luck
        )
    ax.set_xlabel(words)
    ax.set_title(say(title), pad=26)
    _keys_above(ax, keys)
    return ax


def pawn_bars(
    indices: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = TITLE_PAWN,
    language: str | Language = "en",
) -> Axes:
    """Draw how far knowing each input moves the whole distribution of the outcome, the fifteen largest first.

    Parameters
    ----------
    indices
        From :func:`sim.study.sensitivity.pawn_indices`. What an input that does nothing may reach is a band.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``; English titles and units are said in it where its catalogue has them.
    """
    say = speaker(language)
    rows = indices.sort_values("median", ascending=False, kind="stable").head(MOST_BARS)
    ax = axes_or_new(ax, 1.3 + 0.4 * len(rows))
    keys = [Patch(facecolor=TOTAL, edgecolor=ALONE, hatch="////", label=say("median over ten slices of the input"))]
    if "noise_floor" in indices.attrs:
        band: dict[str, Any] = {"facecolor": "#e3e5e8", "edgecolor": FLOOR, "hatch": "....", "linewidth": 0}
        ax.axvspan(0, indices.attrs["noise_floor"], zorder=0, **band)
        keys.append(Patch(label=say("an input that does nothing"), **band))
    ax.barh(range(len(rows)), rows["median"], height=0.6, color=TOTAL, edgecolor=ALONE, hatch="////", linewidth=0.9)
    for height, value in enumerate(rows["median"]):
        tell_beside(ax, say.number(value, 2), height)
    _name_inputs(ax, rows, labels)
    number_axis(ax.xaxis, say)
    ax.set_xlabel(say("PAWN index: the largest distance of two distributions, from 0 to 1"))
    ax.set_title(say(title), pad=26)
    _keys_above(ax, keys)
    return ax


def _name_inputs(ax: Axes, rows: pd.DataFrame, labels: Mapping[str, str] | None) -> None:
    name_rows(ax, [(labels or {}).get(name, name) for name in rows["input"]], LABEL_PT, (0.45, 0.55))


def _keys_above(ax: Axes, keys: list[Patch] | list[Line2D]) -> None:
    ax.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.995),
        ncols=len(keys),
        frameon=False,
        fontsize=LABEL_PT,
        handletextpad=0.5,
        columnspacing=1.4,
    )


def morris_plane(
    effects: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    unit: str = ITS_UNIT,
    title: str = TITLE_MORRIS,
    language: str | Language = "en",
) -> Axes:
    """Draw each input by how much it moves the outcome and by how much that differs from place to place.

    Parameters
    ----------
    effects
        From :func:`sim.study.sensitivity.morris_effects`. The six strongest are named; a grey cross marks how
        far luck alone would move them, where that is known and not 0.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``; English titles and units are said in it where its catalogue has them.
    unit
        What effects are measured in, in words.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.6)
    rows = effects.sort_values("mu_star", ascending=False, kind="stable")
    named = rows.head(STRONGEST)
    right = 1.08 * float(max(named["mu_star_high"].max(), 1e-12))
    top = 1.12 * float(max(rows["sigma"].max(), rows["mu_star"].max() / 4, 1e-12))
    ax.plot([0, right], [0, right], color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    ax.plot([0, right], [0, right / 10], color=MUTED, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=1)
    for place, row in enumerate(rows.itertuples()):
        strong = place < STRONGEST
        colour, _, marker = LOOKS[place] if strong else (FLOOR, "-", ".")
        if strong:
            ax.plot([row.mu_star_low, row.mu_star_high], [row.sigma] * 2, color=colour, linewidth=1.2, zorder=2)
        if strong and row.luck > 0.01 * right:
            ax.plot([row.luck], [row.sigma], marker="x", color=MUTED, markersize=6, zorder=2)
        ax.plot([row.mu_star], [row.sigma], marker=marker, color=colour, markersize=7, linestyle="none", zorder=3)
    ax.set_xlim(0, right)
    ax.set_ylim(-0.03 * top, top)
    words = [(labels or {}).get(name, name) for name in named["input"]]
    lines = max(text.count("\n") + 1 for text in words)
    gap = (0.25 + 1.2 * lines) * LABEL_PT / 72 * top / max(ax.get_window_extent().height / ax.figure.dpi, 1e-9)
    places = spread([float(one) for one in named["sigma"]], gap, 0.0, top)
    for row, text, height, (colour, _, _) in zip(named.itertuples(), words, places, LOOKS, strict=False):
        ax.annotate(
            text,
            xy=(row.mu_star_high, row.sigma),
            xytext=(1.04 * right, height),
            va="center",
            ha="left",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "relpos": (0, 0.5), "shrinkB": 2},
        )
    ax.grid(True)
    ax.set_axisbelow(True)
    number_axis(ax.xaxis, say)
    number_axis(ax.yaxis, say)
    ax.set_xlabel(say("How far it moves the outcome over its range, {unit} (mean size, 95 % interval)", unit=say(unit)))
    ax.set_ylabel(say("How much that differs\nfrom place to place (deviation)"))
    ax.set_title(say(title), pad=26)
    keys = [
        Line2D([], [], color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), label=say("above: bends or acts together")),
        Line2D([], [], color=MUTED, linewidth=0.9, linestyle=(0, (1, 1.5)), label=say("below: the same everywhere")),
    ]
    if (effects["luck"] > 0.01 * right).any():
        keys.append(Line2D([], [], color=MUTED, marker="x", linestyle="none", label=say("luck alone")))
    _keys_above(ax, keys)
    return ax


def one_at_a_time_curve(
    curves: pd.DataFrame,
    name: str,
    ax: Axes | None = None,
    *,
    label: str = "",
    unit: str = OUTCOME,
    title: str = "",
    language: str | Language = "en",
) -> Axes:
    """Draw how the outcome answers to one input, as the paired change from the centre with its 95 % interval.

    Parameters
    ----------
    curves
        From :func:`sim.study.sensitivity.one_at_a_time`.
    name
        The input.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``; English titles and units are said in it where its catalogue has them.
    label
        The input and its unit in words; its name without.
    unit
        What the change is measured in, in words.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 2.6)
    rows = curves[curves["input"] == name].sort_values("value")
    colour = LOOKS[0][0]
    ax.fill_between(rows["value"], rows["change_low"], rows["change_high"], color=colour, alpha=0.2, linewidth=0)
    ax.plot(rows["value"], rows["change"], color=colour, marker="o", markersize=4)
    ax.axhline(0, color=INK, linewidth=0.9)
    centre = curves.attrs.get("centre", {}).get(name)
    if centre is not None:
        ax.plot([centre], [0], marker="D", color="white", markeredgecolor=INK, markersize=7, zorder=4)
        ax.annotate(
            say("here otherwise"), xy=(centre, 0), xytext=(0, -9), textcoords="offset points", ha="center", va="top",
            color=MUTED, fontsize=SMALL_PT,
        )  # fmt: skip
    ax.yaxis.grid(True)
    ax.set_axisbelow(True)
    ax.set_xlabel(label or name)
    number_axis(ax.yaxis, say, sign=True)
    number_axis(ax.xaxis, say)
    ax.set_ylabel(say("Change, {unit}", unit=say(unit)))
    ax.set_title(say(title) or say("What {input} alone changes", input=label or name))
    return ax


def one_at_a_time_fans(
    curves: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    unit: str = OUTCOME,
    title: str = TITLE_FANS,
    language: str | Language = "en",
) -> Axes:
    """Draw how the outcome answers to every input, each from the low to the high end of its range.

    The six that move it most are drawn apart, with the 95 % band of the paired change; the others are thin and grey.

    Parameters
    ----------
    curves
        From :func:`sim.study.sensitivity.one_at_a_time`.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``; English titles and units are said in it where its catalogue has them.
    unit
        What the change is measured in, in words.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.6)
    reach = curves.groupby("input", sort=False)["change"].agg(lambda change: change.max() - change.min())
    ordered = list(reach.sort_values(ascending=False, kind="stable").index)
    ends = []
    for place, name in reversed(list(enumerate(ordered))):
        rows = curves[curves["input"] == name]
        along = [100 * step / (len(rows) - 1) for step in range(len(rows))]
        if place < STRONGEST:
            colour, line, marker = LOOKS[place]
            ax.fill_between(along, rows["change_low"], rows["change_high"], color=colour, alpha=0.15, linewidth=0)
            ax.plot(along, rows["change"], color=colour, linestyle=line, marker=marker, markersize=4)
            ends.append((float(rows["change"].iloc[-1]), (labels or {}).get(name, name), colour))
        else:
            ax.plot(along, rows["change"], color=FLOOR, linewidth=0.8, zorder=1)
    ax.axhline(0, color=INK, linewidth=0.9)
    ax.set_xlim(0, 100)
    ax.yaxis.grid(True, color=GRID)
    ax.set_axisbelow(True)
    words = (say("low end"), say("{n} %", n=25), say("middle"), say("{n} %", n=75), say("high end"))
    ax.set_xticks([0, 25, 50, 75, 100], words)
    others = len(ordered) - STRONGEST
    number_axis(ax.yaxis, say, sign=True)
    ax.set_xlabel(
        say("Where the input is in its range (grey: {n} others)", n=say.number(others))
        if others > 0
        else say("Where the input is in its range")
    )
    ax.set_ylabel(say("Change, {unit}", unit=say(unit)))
    ax.set_title(say(title))
    label_line_ends(ax, ends)
    return ax
