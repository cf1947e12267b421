"""The picture of a posterior: where, within what history matching leaves of each range, the likelier values lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.language import Language, later, speaker
from sim.report.style import GRID, INK, LOCAL, WIDTH_IN, axes_or_new, figure_bytes, look
from sim.study.calibration.calibrate import scenario_place
from sim.study.calibration.posterior import middles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.study.calibration.posterior import Posterior

__all__ = ["posterior_files", "posterior_ranges"]

ROW_IN, REST_IN, TEXT_PT = 0.19, 1.2, 6.8
TITLE = later("Which of the values that are left are likelier")


def posterior_ranges(found: Posterior, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw each input's range: what was left of it, the middle nine tenths of the posterior, and the scenario's value.

    Parameters
    ----------
    found
        The posterior.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say, inputs = speaker(language), found.calibrated.calibration.inputs
    rows, own = middles(found), scenario_place(found.calibrated.calibration)
    ax = axes_or_new(ax, REST_IN + ROW_IN * len(rows))
    for height, (one, row) in enumerate(zip(inputs, rows.to_dict("records"), strict=True)):
        low, high = (float(end) for end in one.values([0.0, 1.0]))
        at = {name: (row[name] - low) / (high - low) for name in ("left_low", "left_high", "low", "median", "high")}
        bar: dict[str, Any] = {"linewidth": 5.0, "solid_capstyle": "butt"}
        ax.plot([at["left_low"], at["left_high"]], [height, height], color=GRID, zorder=1, **bar)
        ax.plot([at["low"], at["high"]], [height, height], color=LOCAL, alpha=0.55, zorder=2, **bar)
        ax.plot(at["median"], height, "|", color=INK, markersize=6.0, zorder=3)
        if own is not None:
            place = (float(found.calibrated.calibration.scenario[one.name]) - low) / (high - low)
            ax.plot(place, height, "D", color="white", markeredgecolor=INK, markersize=4.2, zorder=4)
    ax.set_yticks(range(len(rows)), list(rows["input"]))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.5, 1], [say("least"), say("middle of the range"), say("most")])
    ax.tick_params(axis="y", length=0, labelsize=TEXT_PT)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(
        say(
            "Grey: nine in ten of the worlds that are left. Green: nine in ten of the posterior. Tick: its median.\n"
            "Diamond: the scenario."
        ),
        fontsize=TEXT_PT,
    )
    ax.set_title(say(TITLE))
    return ax


def posterior_files(found: Posterior, language: str | Language = "en") -> dict[str, bytes]:
    """Return the picture of a posterior as SVG and PNG."""
    from matplotlib.figure import Figure

    say = speaker(language)
    with look():
        height = REST_IN + ROW_IN * len(found.calibrated.calibration.inputs)
        figure = Figure(figsize=(WIDTH_IN, height), layout="constrained")
        posterior_ranges(found, figure.subplots(), say)
        return {f"posterior.{kind}": content for kind, content in figure_bytes(figure, "posterior", say(TITLE)).items()}
