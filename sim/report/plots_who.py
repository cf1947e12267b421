"""Pictures of who pays, who gains and who loses, and of what policies do together.

Every function takes a table that ``kotabaja compare`` writes and an optional ``ax``, and returns the axes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from sim.report.language import Language, later, speaker
from sim.report.names import class_name, title_of
from sim.report.style import GRID, INK, LENS, MUTED, SMALL_PT, axes_or_new, label_line_ends, number_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["MEASURES", "cost_plane", "interaction_matrix", "winners_and_losers"]

MORE, LESS, CLEAR, UNCLEAR = "#0072B2", "#D55E00", "#1a1a1a", "#8a8f96"
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4d4d4d", "#6a3d7a")
MEASURES = {
    "sales_t": later("Sales"),
    "value_added_jt": later("Value added"),
    "net_worth_jt": later("Net worth at the end"),
    "survival": later("Firms still at work at the end"),
}
SHARES = ("market_share", "access", "depth", "fill")
JT_IN_BILLION, MONTHS_A_YEAR, POINTS = 1_000.0, 12.0, 100.0
LETTERS_IN_A_LINE = 64  # of a legend
ROOM_FOR_A_NAME = 0.28  # of the matrix's width


def interaction_matrix(
    pairs: pd.DataFrame,
    ax: Axes | None = None,
    indicator: str = "market_share_local",
    language: str | Language = "en",
) -> Axes:
    """Draw what every two policies do together beyond the sum of each alone; on the diagonal, each alone.

    Parameters
    ----------
    pairs
        The table of ``pairs.csv``.
    ax
        Axes to draw on; new ones without.
    indicator
        A column of results; shares are drawn in percentage points.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    table = pairs[pairs["indicator"] == indicator]
    names = list(dict.fromkeys([*table["first"], *table["second"]]))
    ax = axes_or_new(ax, 0.9 + 0.42 * len(names))
    scale = POINTS if indicator.partition("_local")[0] in SHARES else 1.0
    largest = scale * float(table["interaction"].abs().max()) or 1.0
    alone: dict[str, float] = {}
    for row in table.to_dict("records"):
        across, down = names.index(row["first"]), names.index(row["second"])
        value = scale * float(row["interaction"])
        clear = row["low"] > 0.0 or row["high"] < 0.0
        _cell(ax, across, down, value, largest, clear, say)
        alone |= {row["first"]: row["first_alone"], row["second"]: row["second_alone"]}
    # One name serves a policy's row and its column: it stands at the end of the row, at the head of the column.
    for place, name in enumerate(names):
        ax.add_patch(_square(place, place, LENS))
        ax.text(place, place, _signed(say, scale * float(alone[name])), ha="center", va="center", fontsize=SMALL_PT)
        ax.text(place + 0.58, place, title_of(say, name), ha="left", va="center")
    ax.set_axis_off()
    ax.set_xlim(-0.5, len(names) - 0.5 + ROOM_FOR_A_NAME * len(names))
    ax.set_ylim(len(names) - 0.5, -0.5)
    what = say("local share, percentage points") if indicator == "market_share_local" else indicator
    ax.set_title(say("Do they help each other? Change of {what}", what=what), pad=30)
    ax.annotate(
        say(
            "Grey: each alone. Below it and left of it: with another policy, beyond the sum of the two\n"
            "(blue: they help each other; in brackets and pale: zero is not excluded)"
        ),
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=SMALL_PT,
        color=MUTED,
        va="bottom",
    )
    return ax


def _cell(ax: Axes, across: int, down: int, value: float, largest: float, clear: bool, say: Language) -> None:
    """Draw one interaction: blue where two help each other, orange where they get in each other's way."""
    from matplotlib.colors import to_rgb

    strength = (0.15 + 0.6 * min(1.0, abs(value) / largest)) if clear else 0.08
    colour = np.array(to_rgb(MORE if value > 0.0 else LESS))
    ax.add_patch(_square(across, down, tuple(1.0 - strength * (1.0 - colour))))
    text = _signed(say, value)
    ax.text(
        across,
        down,
        text if clear else f"({text})",
        ha="center",
        va="center",
        fontsize=SMALL_PT,
        color=CLEAR if clear else MUTED,
        fontweight="bold" if clear else "normal",
    )


def _square(across: float, down: float, colour: Any) -> Any:
    """Return one square of a matrix."""
    from matplotlib.patches import Rectangle

    return Rectangle((across - 0.48, down - 0.48), 0.96, 0.96, facecolor=colour, linewidth=0)


def _signed(say: Language, value: float) -> str:
    """Write a number with its sign and two decimals.

    Examples
    --------
    >>> _signed(speaker("en"), -0.3), _signed(speaker("id"), 0.12), _signed(speaker("en"), 0.004)
    ('−0.30', '+0,12', '0.00')
    """
    return say.number(value, 2, sign=True)


def winners_and_losers(
    who: pd.DataFrame,
    ax: Axes | None = None,
    group: str = "size",
    measure: str = "value_added_jt",
    language: str | Language = "en",
) -> Axes:
    """Draw what firms of each class gain or lose, each against its twin, in per cent of what the twins have.

    Parameters
    ----------
    who
        The table of ``who.csv``: as many scenarios as shall stand beside each other, at most eight.
    ax
        Axes to draw on; new ones without.
    group
        How firms are classed: ``size``, ``cluster``, ``skill``, ``age``, ``help`` or ``all``.
    measure
        ``sales_t``, ``value_added_jt``, ``net_worth_jt`` or ``survival``.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    table = who[(who["group"] == group) & (who["measure"] == measure)]
    classes, scenarios = list(dict.fromkeys(table["class"])), list(dict.fromkeys(table["scenario"]))[: len(MARKS)]
    ax = axes_or_new(ax, 1.3 + 0.24 * len(classes) * (len(scenarios) + 0.6))
    step = 0.8 / max(1, len(scenarios))
    for place, scenario in enumerate(scenarios):
        rows = table[table["scenario"] == scenario].set_index("class")
        for height, name in enumerate(classes):
            ends = [float(rows.loc[name, key]) for key in ("difference", "low", "high")]
            usual = float(rows.loc[name, "without"])
            if not usual > 0.0 or not all(map(math.isfinite, ends)):
                continue
            middle, low, high = (POINTS * end / usual for end in ends)
            y = height + (place - (len(scenarios) - 1) / 2) * step
            clear = low > 0 or high < 0
            ax.plot([low, high], [y, y], color=COLOURS[place], linewidth=1.8, solid_capstyle="butt")
            face = COLOURS[place] if clear else "white"
            ax.plot([middle], [y], MARKS[place], color=COLOURS[place], markerfacecolor=face, markersize=6)
    many = table.groupby("class")["firms"].agg(["min", "max"])
    labels = [
        say("{who}\n({n} firms)", who=class_name(say, name), n=say.number(float(many.loc[name, "max"])))
        if many.loc[name, "max"] - many.loc[name, "min"] < 0.5
        else class_name(say, name)
        for name in classes
    ]
    for height in range(1, len(classes)):
        ax.axhline(height - 0.5, color=GRID, linewidth=0.7)
    ax.axvline(0, color=INK, linewidth=0.9)
    ax.xaxis.grid(True)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.set_yticks(range(len(classes)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(classes) - 0.5, -0.5)
    number_axis(ax.xaxis, say, sign=True)
    ax.set_xlabel(say("{what}: change against the firms’ twins, % of what the twins have", what=say(MEASURES[measure])))
    titles = [title_of(say, name) for name in scenarios]
    columns = min(len(titles), 4 if sum(map(len, titles)) < LETTERS_IN_A_LINE else 2)
    ax.set_title(say("Who gains and who loses"), pad=14 + 14 * math.ceil(len(titles) / columns))
    keys = [Line2D([], [], color=COLOURS[k], marker=MARKS[k], linewidth=1.8) for k in range(len(scenarios))]
    ax.legend(
        keys,
        titles,
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.995),
        ncols=columns,
        frameon=False,
        fontsize=SMALL_PT,
        handletextpad=0.5,
        columnspacing=1.6,
    )
    return ax


def cost_plane(effects: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw each scenario's effect on the local share against what it costs a year, with the shadow cost and without.

    Parameters
    ----------
    effects
        The table of ``effects.csv``.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 4.4)
    rows = effects[effects["origin"].isin(["local", ""]) | effects["origin"].isna()]
    known = rows.set_index(["scenario", "indicator"])
    ends = []
    for name in dict.fromkeys(rows["scenario"]):
        share = [POINTS * float(known.loc[(name, "market_share"), key]) for key in ("difference", "low", "high")]
        budget, shadow = (_billions(float(known.loc[(name, one), "difference"])) for one in ("spending", "shadow_cost"))
        clear = share[1] > 0 or share[2] < 0
        colour = INK if clear else UNCLEAR
        ax.plot([budget + shadow] * 2, share[1:], color=colour, linewidth=1.2, zorder=2)
        if shadow > 0.0:
            ax.plot([budget, budget + shadow], [share[0]] * 2, color=LESS, linewidth=1.6, zorder=2)
        if budget > 0.0:
            ax.plot([budget], [share[0]], "o", color=MORE, markersize=6, zorder=3)
        if shadow > 0.0:
            ax.plot([budget + shadow], [share[0]], "D", color=LESS, markersize=5.5, zorder=3)
        ends.append((share[0], title_of(say, name), colour, budget + shadow))
    ax.axhline(0, color=INK, linewidth=0.9)
    ax.grid(True)
    ax.set_axisbelow(True)
    ax.set_xlim(left=-0.02 * max(end[3] for end in ends))
    right = ax.get_xlim()[1]
    ax.set_xlim(right=right)
    for height, _, colour, cost in ends:
        ax.plot([cost, right], [height] * 2, color=colour, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    number_axis(ax.xaxis, say)
    number_axis(ax.yaxis, say, sign=True)
    ax.set_xlabel(say("Cost, Rp billion a year"))
    ax.set_ylabel(say("Change of the local share, percentage points"))
    ax.set_title(say("What a policy costs and what it moves"), pad=40)
    keys = [
        Line2D([], [], color=MORE, marker="o", linestyle="none"),
        Line2D([], [], color=INK, linewidth=1.2),
        Line2D([], [], color=LESS, marker="D", linewidth=1.6),
    ]
    names = [
        say("the city’s budget"),
        say("95 % interval (grey: zero not excluded)"),
        say("with the cost that rules put on others"),
    ]
    ax.legend(keys, names, loc="lower left", bbox_to_anchor=(-0.01, 0.995), ncols=2, frameon=False, fontsize=SMALL_PT)
    label_line_ends(ax, [end[:3] for end in ends])
    return ax


def _billions(jt_month: float) -> float:
    """Return jt a month as Rp billion a year."""
    return MONTHS_A_YEAR * jt_month / JT_IN_BILLION
