"""The picture of an effect over draws of the assumptions: how much of it is luck, and how much is what was assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.language import Language, speaker
from sim.report.style import GRID, INK, LENS, SMALL_PT, axes_or_new, number_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["effects_in_draws"]

DOT, LINE = "#0072B2", "#0b4f7d"
JITTER = (-0.16, -0.05, 0.07, 0.18)  # dots of neighbours do not hide each other


def effects_in_draws(draws: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw each programme's effect on the local share in every draw of the assumptions, and its interval from luck.

    Parameters
    ----------
    draws
        Columns ``label, effect, low, high`` (percentage points): a row a programme and draw; ``low`` and ``high`` are
        the ends of the interval at the assumptions as they stand, the same in every row of a programme.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    names = list(dict.fromkeys(draws["label"]))
    ax = axes_or_new(ax, 0.9 + 0.42 * len(names))
    for height, name in enumerate(names):
        own = draws[draws["label"] == name]
        effects = own["effect"].to_numpy()
        low, high = float(own["low"].iloc[0]), float(own["high"].iloc[0])
        ax.fill_betweenx([height - 0.34, height + 0.34], low, high, color="#c9d6e0", linewidth=0, zorder=1)
        places = [height + JITTER[number % len(JITTER)] for number in range(len(effects))]
        ax.plot(effects, places, ".", color=DOT, markersize=3.2, alpha=0.75, markeredgewidth=0, zorder=2)
        middle = float(own["effect"].median())
        ax.plot([middle, middle], [height - 0.36, height + 0.36], color=INK, linewidth=1.6, zorder=3)
    for height in range(1, len(names)):
        ax.axhline(height - 0.5, color=GRID, linewidth=0.7)
    ax.axvline(0, color=INK, linewidth=0.9)
    ax.set_facecolor("white")
    ax.xaxis.grid(True, color=LENS)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=SMALL_PT)
    ax.set_ylim(len(names) - 0.45, -0.55)
    number_axis(ax.xaxis, say, sign=True)
    ax.set_xlabel(say("Change in the local share, percentage points"))
    ax.set_title(say("Effects in the draws"))
    return ax
