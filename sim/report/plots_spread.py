"""Pictures of how things are spread: over runs in time, and over firms by size and by growth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import FixedLocator, NullLocator

from sim.report.language import Language, later, speaker
from sim.report.style import (
    INK,
    LOCAL,
    MUTED,
    OUTSIDE,
    SCENARIOS,
    axes_or_new,
    date_axis,
    label_line_ends,
    number_axis,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["FIRM_LINES", "fan_over_time", "firm_sizes", "growth_bins", "growth_rates"]

FAN_TITLE, FAN_QUANTITY = later("Local firms’ market share, run by run"), later("Share of the city’s demand, %")
FIRM_LINES = {True: (later("Local firms"), LOCAL, "-"), False: (later("Firms from outside"), OUTSIDE, (0, (5, 1.5)))}
NAMED_AT = {True: 8.0, False: 12.0}  # workers at which a line is named
SIZES = (1, 2, 5, 10, 20, 50, 100)
BINS, FEWEST_IN_A_BIN, WIDEST = 25, 3, 0.995


def fan_over_time(
    fan: pd.DataFrame,
    ax: Axes | None = None,
    title: str = FAN_TITLE,
    quantity: str = FAN_QUANTITY,
    language: str | Language = "en",
) -> Axes:
    """Draw how the runs of one scenario are spread over time: their median, the middle half, and nine in ten.

    Parameters
    ----------
    fan
        Columns ``date, q05, q25, q50, q75, q95``, in the unit of ``quantity`` (:func:`sim.report.tables_more.fan`).
    ax
        Axes to draw on; new ones without.
    title, quantity
        English words above the picture and on the vertical axis, said in ``language`` where its catalogue has them.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.1)
    rows = fan.sort_values("date")
    colour = SCENARIOS["access_only"].colour
    dates = rows["date"].to_numpy()
    for low, high, alpha in (("q05", "q95", 0.18), ("q25", "q75", 0.34)):
        ax.fill_between(dates, rows[low].to_numpy(), rows[high].to_numpy(), color=colour, alpha=alpha, linewidth=0)
    ax.plot(dates, rows["q50"].to_numpy(), color=INK, linewidth=1.8)
    ax.yaxis.grid(True)
    ax.set_axisbelow(True)
    number_axis(ax.yaxis, say)
    date_axis(ax, rows["date"].min(), rows["date"].max(), say)
    ax.set_ylabel(say(quantity))
    ax.set_title(say(title))
    last = rows.iloc[-1]
    ends = [
        (float(last["q50"]), say("Median of the runs"), INK),
        ((float(last["q50"]) + float(last["q75"])) / 2, say("Half of the runs"), colour),
        ((float(last["q75"]) + float(last["q95"])) / 2, say("Nine in ten runs"), colour),
    ]
    label_line_ends(ax, ends)
    return ax


def firm_sizes(sizes: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw what share of firms has at least so many workers, on logarithmic axes: thick over all runs, thin by run.

    Parameters
    ----------
    sizes
        One row a firm: columns ``seed, local, workers_fte``.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    say = speaker(language)
    ax = axes_or_new(ax, 3.6)
    ends = []
    for local, (label, colour, line) in FIRM_LINES.items():
        rows = sizes[sizes["local"] == local]
        for _, run in rows.groupby("seed"):
            ax.plot(*_at_least(run), color=colour, linewidth=0.6, alpha=0.35)
        workers, share = _at_least(rows)
        ax.plot(workers, share, color=colour, linewidth=2.2, linestyle=line)
        median = float(rows["workers_fte"].median())
        at = int(min((workers < (NAMED_AT[local])).sum(), len(workers) - 1))
        ends.append(
            (workers[at], share[at], say("{who}: half have {n} or more", who=say(label), n=say.number(median, 1)))
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    largest = float(sizes["workers_fte"].max())
    shown = [size for size in SIZES if size <= largest * 1.3]
    _log_ticks(ax.xaxis, shown, [say.number(size) for size in shown])
    shares = [10.0**-k for k in range(5) if 10.0**-k * len(sizes) >= 1]
    _log_ticks(ax.yaxis, shares, [_per_cent(say, share) for share in shares])
    for (x, y, text), shift, sideways in zip(ends, ((14, 10), (-12, -24)), ("left", "right"), strict=True):
        arrow = {"arrowstyle": "-", "color": MUTED, "linewidth": 0.8}
        ax.annotate(text, (x, y), shift, textcoords="offset points", arrowprops=arrow, ha=sideways)
    ax.set_xlabel(say("Workers, owner and family included"))
    ax.set_ylabel(say("Firms with at least so many, %"))
    ax.set_title(say("How large firms are (thin lines: single runs)"))
    return ax


def growth_rates(growth: pd.DataFrame, ax: Axes | None = None, language: str | Language = "en") -> Axes:
    """Draw how local firms' yearly sales grow, on a logarithmic axis, beside a tent (Laplace) and a bell (normal).

    Parameters
    ----------
    growth
        One row a firm and year: column ``growth``, in log points, as of :func:`sim.report.tables_more.growth_table`.
    ax
        Axes to draw on; new ones without.
    language
        ``en`` or ``id``.
    """
    import numpy as np
    from scipy import stats

    say = speaker(language)
    ax = axes_or_new(ax, 3.6)
    values = growth["growth"].to_numpy(dtype=np.float64)
    middle, density, low, high = growth_bins(values)
    ax.vlines(middle, low, high, color=LOCAL, linewidth=1.4)
    ax.plot(middle, density, "o", color=LOCAL, markersize=4.5)
    across = np.linspace(middle.min(), middle.max(), 201)
    tent, bell = (one.pdf(across, *one.fit(values)) for one in (stats.laplace, stats.norm))
    floor = float(low.min()) / 1.5
    ax.plot(across, np.where(tent > floor, tent, np.nan), color=INK, linewidth=1.5)
    ax.plot(across, np.where(bell > floor, bell, np.nan), color=MUTED, linewidth=1.5, linestyle=(0, (5, 1.5)))
    ax.set_yscale("log")
    ax.set_ylim(bottom=floor)
    ax.yaxis.set_minor_locator(NullLocator())
    number_axis(ax.yaxis, say)
    number_axis(ax.xaxis, say, sign=True)
    ax.axvline(0, color=MUTED, linewidth=0.7, zorder=0.8)
    side = across > 0.0
    marks = [(tent, say("Tent (Laplace)"), 0.30, (14, 12)), (bell, say("Bell (normal)"), 0.52, (16, 10))]
    for line, text, part, shift in marks:
        seen = np.flatnonzero(side & (line > floor))
        at = seen[int(part * (len(seen) - 1))]
        arrow = {"arrowstyle": "-", "color": MUTED, "linewidth": 0.8}
        ax.annotate(text, (across[at], line[at]), shift, textcoords="offset points", arrowprops=arrow)
    at = len(middle) // 3
    spot = (float(middle[at]), float(density[at]))
    ax.annotate(say("Firms, with 95 % intervals"), spot, (-10, 8), textcoords="offset points", ha="right")
    ax.set_xlabel(say("Growth of a firm’s sales in a year less the median, log points"))
    ax.set_ylabel(say("Density"))
    ax.set_title(say("How firms grow: a tent, or a bell?"))
    return ax


def growth_bins(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return the middles of equal bins, the density in each, and its 95 % interval (Wilson); bins with a few values.

    Examples
    --------
    >>> import numpy as np
    >>> middle, density, low, high = growth_bins(np.tile(np.linspace(-1.0, 1.0, 50), 8))
    >>> bool((low < density).all() and (density < high).all()), round(float(density.sum() * (middle[1] - middle[0])), 1)
    (True, 1.0)
    """
    import numpy as np
    from scipy import stats

    reach = float(np.quantile(np.abs(values), WIDEST)) * (1.0 + 1e-9) or 1.0
    count, edges = np.histogram(values, BINS, (-reach, reach))
    width = float(edges[1] - edges[0])
    kept = np.flatnonzero(count >= FEWEST_IN_A_BIN)
    ends = [stats.binomtest(int(count[k]), values.size).proportion_ci(0.95, "wilson") for k in kept]
    low, high = (np.array([getattr(end, side) for end in ends]) / width for side in ("low", "high"))
    return (edges[:-1] + width / 2)[kept], count[kept] / values.size / width, low, high


def _at_least(rows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sizes of firms in order, and the share of firms that has each or more."""
    import numpy as np

    workers = np.sort(rows["workers_fte"].to_numpy(dtype=np.float64))
    return workers, 1.0 - np.arange(workers.size) / workers.size


def _log_ticks(axis: Any, places: list[Any], words: list[str]) -> None:
    """Mark given places of a logarithmic axis, and no others."""
    axis.set_major_locator(FixedLocator(places))
    axis.set_minor_locator(NullLocator())
    axis.set_ticklabels(words)


def _per_cent(say: Language, share: float) -> str:
    """Return a share in per cent, with the decimals it needs."""
    return say.number(100 * share, max(0, -math.floor(math.log10(100 * share))))
