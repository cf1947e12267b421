"""The page's figures: lines, areas and bars over the months, with their words in the page's language.

Each is drawn to bytes of SVG with a text alternative written from the numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.app.say import SCALES, Say, month_date
from sim.report.style import GRID, INK, MUTED, SMALL_PT, look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from sim.app.twin import Twin

__all__ = ["FACTORS", "HERE", "INDICATORS", "Picture", "draw", "factors", "indicator", "lines", "month_axis", "numbers"]

HERE: tuple[str, Any] = ("#0072B2", "-")
THERE: tuple[str, Any] = ("#4d4d4d", (0, (1, 1.2)))
MORE, LESS = "#0072B2", "#D55E00"
BEFORE_MONTHS = 12  # of the warm-up, shown before the first observed month
YEAR = 12
MOST_DECIMALS = 4
FACTORS = ("access", "depth", "conversion", "fill", "rescue")
# What can be looked at over time, with its unit; the words are the page's.
INDICATORS = {
    "market_share_local": "share",
    "access_local": "share",
    "depth_local": "share",
    "conversion_local": "share",
    "fill_local": "share",
    "rescue_local": "ratio",
    "sales_local_t": "t",
    "sales_external_t": "t",
    "imports_t": "t",
    "value_added_local_jt": "jt",
    "value_added_external_jt": "jt",
    "wages_local_jt": "jt",
    "jobs_local_fte": "fte",
    "jobs_external_fte": "fte",
    "firms_local": "count",
    "insolvencies_local": "count",
    "price_local_jt_t": "jt/t",
    "unit_cost_local_jt_t": "jt/t",
    "skill_local": "index",
    "quality_local": "index",
    "use_local": "share",
    "partners_local": "count",
    "registered_local": "count",
    "at_stores_local": "count",
    "at_industry_local": "count",
    "helped_local": "count",
    "spending_jt": "jt",
    "shadow_cost_jt": "jt",
}
_drawing = threading.Lock()  # the look of figures is the process's, and pages draw in threads of their own


@dataclass(frozen=True)
class Picture:
    """A figure as SVG, and what it shows in words."""

    svg: bytes
    alternative: str


def draw(size_in: tuple[float, float], paint: Callable[[Figure], str]) -> Picture:
    """Let ``paint`` fill a new figure and return what it says; keep both."""
    with _drawing, look():
        figure = Figure(figsize=size_in, layout="constrained")
        alternative = paint(figure)
        stream = BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(stream.getvalue(), alternative)


def numbers(axis: Any, say: Say) -> None:
    """Write an axis's numbers as the language does, with as many decimals as its steps need."""

    def written(value: float, _: Any) -> str:
        places = axis.get_majorticklocs()
        step = float(abs(places[1] - places[0])) if len(places) > 1 else 1.0
        decimals = next(n for n in range(MOST_DECIMALS + 1) if n == MOST_DECIMALS or _whole(step * 10**n))
        return say.number(value, decimals)

    axis.set_major_formatter(FuncFormatter(written))


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6 and round(value) > 0


def first_shown(twin: Twin) -> int:
    """Return the first month on the axis."""
    return max(1, twin.warm_up + 1 - BEFORE_MONTHS)


def month_axis(ax: Axes, twin: Twin, say: Say, month: int) -> None:
    """Mark Januaries by their year, shade the warm-up, and mark the month that is shown."""
    first = first_shown(twin)
    ax.set_xlim(first - 0.5, twin.months + 0.5)
    dates = [month_date(twin.first_month, m) for m in range(1, twin.months + 1)]
    januaries = [(m, day.year) for m, day in enumerate(dates, start=1) if day.month == 1 and m >= first]
    ax.set_xticks([m for m, _ in januaries], [str(year) for _, year in januaries])
    ax.axvspan(first - 0.5, twin.warm_up + 0.5, color=GRID, alpha=0.45, linewidth=0, zorder=0)
    ax.axvline(month, color=MUTED, linewidth=0.8, zorder=0.5)
    ax.set_axisbelow(True)
    ax.yaxis.grid(True)


def _series(town: Any, column: str, unit: str) -> NDArray[np.float64]:
    values = town.indicators[column].to_numpy(dtype=float)
    return np.asarray(values * SCALES.get(unit, 1.0))


def _year_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the last twelve months at each month; NaN for the first eleven."""
    found = np.full(values.size, np.nan)
    if values.size >= YEAR:
        sums = np.cumsum(np.concatenate([[0.0], values]))
        found[YEAR - 1 :] = (sums[YEAR:] - sums[:-YEAR]) / YEAR
    return found


def lines(ax: Axes, twin: Twin, say: Say, column: str, unit: str, month: int) -> str:
    """Draw one indicator of both towns: the months thin, the mean of twelve months bold; return it in words."""
    said = []
    first = first_shown(twin)
    for town, (colour, line), name in zip(twin.towns, (HERE, THERE), say.names(twin), strict=False):
        values = _series(town, column, unit)
        months = np.arange(first, values.size + 1)
        ax.plot(months, values[first - 1 :], color=colour, linewidth=0.7, alpha=0.45)
        ax.plot(months, _year_mean(values)[first - 1 :], color=colour, linestyle=line, linewidth=2.0)
        if month:
            level = say.level(float(town.indicators[column].iloc[month - 1]), unit)
            said.append(f"{name} {level}" if twin.other is not None else level)
    month_axis(ax, twin, say, month)
    numbers(ax.yaxis, say)
    return "; ".join(said)


def key_of_lines(figure: Figure, twin: Twin, say: Say) -> None:
    """Say which line is which, above the panels."""
    from matplotlib.lines import Line2D

    names = list(say.names(twin)) if twin.other is not None else [say("mean_12")]
    keys = [Line2D([], [], color=colour, linestyle=line, linewidth=2.0) for colour, line in (HERE, THERE)][: len(names)]
    if twin.other is not None:
        names = [f"{name}, {say('mean_12')}" for name in names]
    keys.append(Line2D([], [], color=MUTED, linewidth=0.7))
    names.append(say("each_month"))
    figure.legend(keys, names, loc="outside upper left", ncols=3, frameon=False, fontsize=SMALL_PT)


def factors(twin: Twin, say: Say, month: int) -> Picture:
    """Draw the local firms' market share and its five factors over time."""

    def paint(figure: Figure) -> str:
        said = []
        panels = figure.subplots(3, 2).ravel()
        for ax, name in zip(panels, ("market_share", *FACTORS), strict=True):
            column = f"{name}_local"
            unit = INDICATORS[column]
            value = lines(ax, twin, say, column, unit, month)
            ax.set_title(say(column), fontsize=9.5)
            ax.set_ylabel(say("unit_share"))
            ax.yaxis.set_major_locator(MaxNLocator(4))
            numbers(ax.yaxis, say)
            said.append(f"{say(column)}: {value}")
        key_of_lines(figure, twin, say)
        return say("alt_factors", month=say.month(twin.first_month, month, long=True), values=". ".join(said))

    return draw((7.2, 6.6), paint)


def indicator(twin: Twin, say: Say, column: str, month: int) -> Picture:
    """Draw one indicator over time, and below it how the town differs from the other one."""
    unit = INDICATORS[column]
    compared = twin.other is not None

    def paint(figure: Figure) -> str:
        panels = figure.subplots(2 if compared else 1, 1, sharex=True, squeeze=False).ravel()
        value = lines(panels[0], twin, say, column, unit, month)
        panels[0].set_title(say(column))
        panels[0].set_ylabel(say(f"unit_{unit}"))
        said = say("alt_indicator", name=say(column), month=say.month(twin.first_month, month, long=True), value=value)
        if compared:
            gap = twin.difference()[column].to_numpy(dtype=float)
            said += " " + _difference(panels[1], twin, say, gap, unit, month)
        key_of_lines(figure, twin, say)
        return said

    return draw((7.2, 4.6 if compared else 2.8), paint)


def _difference(ax: Axes, twin: Twin, say: Say, gap: NDArray[np.float64], unit: str, month: int) -> str:
    """Draw the difference as bars up and down, with its mean of twelve months; return it in words."""
    scaled = gap * SCALES.get(unit, 1.0)
    months, bars = np.arange(first_shown(twin), scaled.size + 1), scaled[first_shown(twin) - 1 :]
    ax.bar(months, bars, width=0.9, color=np.where(bars >= 0, MORE, LESS), alpha=0.45, linewidth=0)
    ax.plot(months, _year_mean(scaled)[first_shown(twin) - 1 :], color=INK, linewidth=1.6)
    ax.axhline(0, color=INK, linewidth=0.9)
    if not bars.any():
        ax.set_ylim(-1, 1)
    month_axis(ax, twin, say, month)
    numbers(ax.yaxis, say)
    here, there = say.names(twin)
    ax.set_title(say("difference_title", here=here, there=there))
    ax.set_ylabel(say("unit_points") if unit in SCALES else say(f"unit_{unit}"))
    return say("alt_difference", change=say.change(float(gap[month - 1]), unit)) if month else ""
