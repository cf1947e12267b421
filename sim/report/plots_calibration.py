"""Pictures of a calibration: what was ruled out of each range, of pairs of ranges, and which facts ruled it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.language import Language, later, speaker
from sim.report.style import GRID, INK, LENS, LOCAL, MUTED, WIDTH_IN, axes_or_new, figure_bytes, look
from sim.study.calibration.results import moments_frame, ranges_frame
from sim.study.screen import number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.study.calibration.calibrate import Calibrated

__all__ = ["calibration_files", "pairs_left", "ranges_left", "ruling_facts"]

ROW_IN, REST_IN, TEXT_PT = 0.19, 1.2, 6.8
PAIRS = 6  # inputs in the picture of pairs, the most narrowed first
CELLS = 12  # a side, in a picture of a pair
TITLE_RANGES = later("What the facts leave of each range")
TITLE_MOMENTS = later("Points of each wave that a fact alone would rule out")
TITLE_PAIRS = later("What is not ruled out, by pairs of inputs (darker: more)")
# What inputs are measured in, said as the register writes it.
UNITS = (
    *(later("count"), later("elasticity"), later("index"), later("log points"), later("months"), later("ratio")),
    *(later("per month"), later("share"), later("t/month"), later("t/fte/month"), later("jt/fte/month")),
)


def ranges_left(
    rows: pd.DataFrame, members: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en"
) -> Axes:
    """Draw each input's range, what of it the members fill, every member, and the scenario's own value.

    Parameters
    ----------
    rows
        The table of ``ranges.csv``.
    members
        One column an input, one row a member.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, REST_IN + ROW_IN * len(rows))
    for height, row in enumerate(rows.to_dict("records")):
        low, width = row["range_low"], row["range_high"] - row["range_low"]
        ax.plot([0, 1], [height, height], color=GRID, linewidth=5.0, solid_capstyle="butt", zorder=1)
        ends = [(row[end] - low) / width for end in ("low", "high")]
        colour = LOCAL if row["matched"] else MUTED
        ax.plot(ends, [height, height], color=colour, alpha=0.55, linewidth=5.0, solid_capstyle="butt", zorder=2)
        places = (members[row["input"]] - low) / width
        ax.plot(places, [height] * len(places), "|", color=INK, markersize=3.4, markeredgewidth=0.35, zorder=3)
        own = (row["scenario"] - low) / width
        if 0.0 <= own <= 1.0:
            ax.plot(own, height, "D", color="white", markeredgecolor=INK, markersize=4.2, zorder=4)
        ends_told = {end: _told(say, row[end]) for end in ("low", "high", "range_low", "range_high")}
        unit = row["unit"]
        told = say("{low} to {high} of {range_low} to {range_high} {unit}", **ends_told, unit=say(unit))
        ax.annotate(told, xy=(1.02, height), va="center", fontsize=TEXT_PT - 0.6, color=MUTED, annotation_clip=False)
    ax.set_yticks(range(len(rows)), list(rows["input"]))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.5, 1], [say("least"), say("middle of the range"), say("most")])
    ax.tick_params(axis="y", length=0, labelsize=TEXT_PT)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(
        say(
            "Grey: the range before. Coloured: nine in ten members (green: matched with facts; dark grey: drawn "
            "freely).\nTicks: members. Diamond: the baseline. Numbers: 5 to 95 % of members, of the range."
        ),
        fontsize=TEXT_PT,
    )
    ax.set_title(say(TITLE_RANGES))
    return ax


def _told(say: Language, value: float) -> str:
    """Return a number with the digits that a screen shows of it, as the language writes it."""
    return say.number(value, len(number(value).partition(".")[2]))


def pairs_left(crowd: pd.DataFrame, own: dict[str, float], axes: Any) -> Any:
    """Draw for every pair of inputs how much of each cell is not ruled out, the others being anything.

    Parameters
    ----------
    crowd
        Points spread evenly over what is left, as places in the ranges from 0 to 1; one column an input.
    own
        The scenario's own places.
    axes
        A square of axes, one less a side than there are inputs.
    """
    import numpy as np

    names = list(crowd)
    for line in range(len(names) - 1):
        for place in range(len(names) - 1):
            ax = axes[line][place]
            if place > line:
                ax.set_visible(False)
                continue
            across, up = names[place], names[line + 1]
            counts, _, _ = np.histogram2d(crowd[up], crowd[across], bins=CELLS, range=[[0, 1], [0, 1]])
            ax.imshow(counts, origin="lower", extent=(0, 1, 0, 1), aspect="auto", cmap="Greens", vmin=0.0)
            if across in own and up in own:
                ax.plot(own[across], own[up], "D", color="white", markeredgecolor=INK, markersize=4.0)
            ax.set_xticks([])
            ax.set_yticks([])
            if line == len(names) - 2:
                ax.set_xlabel(across.replace(".", ".\n"), fontsize=TEXT_PT)
            if place == 0:
                ax.set_ylabel(up.replace(".", ".\n"), fontsize=TEXT_PT)
    return axes


def ruling_facts(rows: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw which part of each wave's points each fact alone would rule out.

    Parameters
    ----------
    rows
        The table of ``moments.csv``.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    table = rows.pivot_table(index="moment", columns="wave", values="ruled_out", sort=False)
    table = table.loc[table[table.columns[0]].sort_values(ascending=False, kind="stable").index]
    ax = axes_or_new(ax, REST_IN + ROW_IN * len(table))
    ax.imshow(table.to_numpy(), aspect="auto", cmap="Greys", vmin=0.0, vmax=1.0)
    for line, values in enumerate(table.to_numpy()):
        for place, value in enumerate(values):
            ax.annotate(
                say("{n} %", n=say.number(100.0 * value)),
                xy=(place, line),
                ha="center",
                va="center",
                fontsize=TEXT_PT,
                color="white" if value > 0.5 else INK,
            )
    ax.set_yticks(range(len(table)), list(table.index))
    ax.set_xticks(range(len(table.columns)), [say("wave {n}", n=wave) for wave in table.columns])
    ax.tick_params(length=0, labelsize=TEXT_PT)
    ax.set_facecolor(LENS)
    ax.set_title(say(TITLE_MOMENTS))
    return ax


def calibration_files(found: Calibrated, language: str | Language = "en") -> dict[str, bytes]:
    """Return the pictures of a calibration as SVG and PNG."""
    import pandas as pd
    from matplotlib.figure import Figure

    ranges, moments = ranges_frame(found), moments_frame(found)
    names = [one.name for one in found.calibration.inputs]
    crowd = pd.DataFrame(found.waves[-1].crowd.points, columns=names)
    matched = ranges[ranges["matched"] == 1].sort_values("narrowed", ascending=False, kind="stable")
    chosen = list(matched["input"].head(PAIRS))
    widths = matched["range_high"] - matched["range_low"]
    places = dict(zip(matched["input"], (matched["scenario"] - matched["range_low"]) / widths, strict=True))
    ordered = pd.concat([matched, ranges[ranges["matched"] == 0]])
    files: dict[str, bytes] = {}
    say = speaker(language)
    with look():
        figure = Figure(figsize=(WIDTH_IN, REST_IN + ROW_IN * len(ordered)), layout="constrained")
        ranges_left(ordered, found.members, figure.subplots(), say)
        files |= _named("ranges", figure_bytes(figure, "ranges", say(TITLE_RANGES)))
        figure = Figure(figsize=(WIDTH_IN, REST_IN + ROW_IN * moments["moment"].nunique()), layout="constrained")
        ruling_facts(moments, figure.subplots(), say)
        files |= _named("moments", figure_bytes(figure, "moments", say(TITLE_MOMENTS)))
        if len(chosen) > 1:
            side = len(chosen) - 1
            figure = Figure(figsize=(WIDTH_IN, WIDTH_IN), layout="constrained")
            pairs_left(crowd[chosen], places, figure.subplots(side, side, squeeze=False))
            figure.suptitle(say(TITLE_PAIRS), fontsize=10.5, fontweight="bold")
            files |= _named("pairs", figure_bytes(figure, "pairs", say(TITLE_PAIRS)))
    return files


def _named(name: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}.{kind}": content for kind, content in files.items()}
