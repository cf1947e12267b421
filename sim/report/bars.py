"""What horizontal bars and points of several pictures share: whiskers, words beside a row, and the rows' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.report.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["name_rows", "tell_beside", "whisker"]


def whisker(
    ax: Axes,
    low: float,
    high: float,
    height: float,
    tick: float,
    widths: tuple[float, float],
    colour: str = INK,
) -> None:
    """Draw an interval with a tick of half a height at either end; ``widths`` are of its line and of the ticks."""
    ax.plot([low, high], [height, height], color=colour, linewidth=widths[0], solid_capstyle="butt")
    for end in (low, high):
        ax.plot([end, end], [height - tick, height + tick], color=colour, linewidth=widths[1])


def tell_beside(ax: Axes, words: str, height: float, **looks: Any) -> None:
    """Write words beside the right edge, at the height of a row."""
    ax.annotate(
        words,
        xy=(1.01, height),
        xycoords=ax.get_yaxis_transform(),
        va="center",
        ha="left",
        annotation_clip=False,
        **looks,
    )


def name_rows(ax: Axes, names: Sequence[str], size_pt: float, margins: tuple[float, float]) -> None:
    """Name rows of bars, the first at the top, over a grid of the values; ``margins`` lie below and above them."""
    ax.xaxis.grid(True)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.set_yticks(range(len(names)), list(names))
    ax.tick_params(axis="y", length=0, labelsize=size_pt)
    ax.set_ylim(len(names) - margins[0], -margins[1])
