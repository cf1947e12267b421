"""More figures of the page: what binds local firms, what policies cost, and the history of one firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from sim.app.figures import HERE, Picture, draw, month_axis, numbers
from sim.app.say import Say, month_date
from sim.firms import BOUNDS
from sim.report.style import BINDS, INK, MUTED, SMALL_PT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.app.twin import Twin

__all__ = ["constraints", "firm_history", "spending"]

ORDER = ("market", "steel", "capacity", "labour", "cash", "none")
POLICY_LOOKS = (
    ("#0072B2", ""), ("#E69F00", "////"), ("#009E73", ""), ("#CC79A7", "xxxx"), ("#D55E00", ""), ("#56B4E9", "...."),
    ("#F0E442", "\\\\\\\\"), ("#999999", "++++"),
)  # fmt: skip


def look_of(number: int) -> tuple[str, str]:
    """Return the colour and the hatch of the policy of a number; no two are alike."""
    colour, hatch = POLICY_LOOKS[number % len(POLICY_LOOKS)]
    return colour, hatch + "oo" * (number // len(POLICY_LOOKS))


def constraints(twin: Twin, say: Say, month: int) -> Picture:
    """Draw the share of local firms by the constraint that bound their output, month by month."""
    side_by_side = len(twin.towns)

    def paint(figure: Figure) -> str:
        said = []
        panels = figure.subplots(side_by_side, 1, sharex=True, squeeze=False).ravel()
        for ax, town, name in zip(panels, twin.towns, say.names(twin), strict=True):
            shares = {bound: 100 * town.indicators[f"bound_{bound}_local"].to_numpy(dtype=float) for bound in ORDER}
            months = np.arange(1, len(town.indicators) + 1)
            below = np.zeros(months.size)
            for bound, values in shares.items():
                look = BINDS[bound]
                ax.fill_between(
                    months, below, below + values, step="mid", facecolor=look.colour, hatch=look.hatch,
                    edgecolor=INK, linewidth=0.25, label=say(f"bound_{bound}"),
                )  # fmt: skip
                below = below + values
            month_axis(ax, twin, say, month)
            ax.set_ylim(0, 100)
            numbers(ax.yaxis, say)
            ax.set_ylabel(say("unit_share_of_firms"))
            if side_by_side > 1:
                ax.set_title(name, fontsize=9.5)
            parts = ", ".join(f"{say(f'bound_{b}')} {say.number(v[month - 1], 0)} %" for b, v in shares.items())
            said.append(f"{name}: {parts}" if side_by_side > 1 else parts)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles[::-1], labels[::-1], loc="outside right center", frameon=False, fontsize=SMALL_PT, handleheight=1.4
        )
        return say("alt_constraints", month=say.month(twin.first_month, month, long=True), values=". ".join(said))

    return draw((7.2, 2.6 + 2.0 * (side_by_side - 1)), paint)


def spending(twin: Twin, say: Say, titles: dict[str, str], month: int) -> Picture | None:
    """Draw each year's public money by policy, and the cost that rules put on others; None where there is neither."""
    costs = [_costs_by_year(town, twin.first_month) for town in twin.towns]
    shown = [(town, years) for town, years in zip(say.names(twin), costs, strict=True) if years]
    if not shown:
        return None

    def paint(figure: Figure) -> str:
        said = []
        panels = figure.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False).ravel()
        names = list(dict.fromkeys(name for _, years in shown for parts in years.values() for name in parts))
        labels = {name: say("shadow_cost_jt") if name == "shadow" else titles.get(name, name) for name in names}
        everything = sorted({year for _, years in shown for year in years})
        for ax, (town, years) in zip(panels, shown, strict=True):
            below = np.zeros(len(everything))
            for number, name in enumerate(names):
                values = np.array([years.get(year, {}).get(name, 0.0) for year in everything])
                beside = name == "shadow"  # it is not public money, so it does not stand on it
                colour, hatch = ("white", "////") if beside else look_of(number)
                ax.bar(
                    np.arange(len(everything)) + (0.3 if beside else -0.12), values, 0.22 if beside else 0.5,
                    bottom=0 if beside else below, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.5,
                    label=labels[name],
                )  # fmt: skip
                below = below if beside else below + values
                if values.any():
                    amounts = ", ".join(
                        f"{year} {say.level(v, 'jt')}" for year, v in zip(everything, values, strict=True) if v
                    )
                    said.append(f"{town + ', ' if len(shown) > 1 else ''}{labels[name]}: {amounts}")
            ax.set_xticks(range(len(everything)), [str(year) for year in everything])
            ax.set_xlim(-0.6, max(4, len(everything)) - 0.4)
            ax.yaxis.grid(True)
            ax.set_axisbelow(True)
            ax.yaxis.set_major_locator(MaxNLocator(5))
            numbers(ax.yaxis, say)
            ax.set_ylabel(say("unit_jt_year"))
            if len(shown) > 1:
                ax.set_title(town, fontsize=9.5)
        handles, texts = panels[0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL_PT)
        return say("alt_spending", month=say.month(twin.first_month, month, long=True), values=". ".join(said))

    return draw((7.2, 2.6 + 2.0 * (len(shown) - 1) + 0.2 * len(costs[0])), paint)


def _costs_by_year(town: Any, first_month: str) -> dict[int, dict[str, float]]:
    """Return the spending of each policy, and the shadow costs, by calendar year with any."""
    table = town.indicators
    years = np.array([month_date(first_month, int(m)).year for m in table["month"]])
    columns = {name: f"spending_{name}_jt" for name in town.scenario.policies} | {"shadow": "shadow_cost_jt"}
    found: dict[int, dict[str, float]] = {}
    for year in np.unique(years).tolist():
        sums = {name: float(table.loc[years == year, column].sum()) for name, column in columns.items()}
        spent = {name: value for name, value in sums.items() if value > 0}
        if spent:
            found[year] = spent
    return found


def firm_history(twin: Twin, say: Say, months: pd.DataFrame, month: int) -> Picture:
    """Draw the history of one firm: orders and sales, money, people, skill, and what bound its output."""

    def paint(figure: Figure) -> str:
        panels = figure.subplots(5, 1, sharex=True, height_ratios=(1, 1, 1, 1, 0.45))
        at = months["month"].to_numpy()
        pairs = (
            ("t", (("orders_t", "firm_orders"), ("sold_t", "firm_sold"))),
            ("jt", (("cash_jt", "firm_cash"), ("debt_jt", "firm_debt"))),
            ("fte", (("workers_fte", "firm_workers"),)),
            ("index", (("skill", "firm_skill"),)),
        )
        looks = ((HERE[0], "-"), ("#D55E00", (0, (4, 1.5))))
        for ax, (unit, series) in zip(panels, pairs, strict=False):
            for (column, words), (colour, line) in zip(series, looks, strict=False):
                ax.plot(at, months[column], color=colour, linestyle=line, linewidth=1.5, label=say(words))
            month_axis(ax, twin, say, month)
            ax.yaxis.set_major_locator(MaxNLocator(4))
            numbers(ax.yaxis, say)
            ax.set_ylabel(say(f"unit_{unit}"))
            ax.legend(loc="lower left", bbox_to_anchor=(0, 0.96), ncols=2, frameon=False, fontsize=SMALL_PT)
        _strip(panels[-1], months, say)
        month_axis(panels[-1], twin, say, month)
        panels[-1].set_yticks([])
        panels[-1].set_xlabel(say("year"))
        last = months.iloc[-1]
        return say(
            "alt_firm",
            months=len(months),
            sold=say.level(float(last["sold_t"]), "t"),
            cash=say.level(float(last["cash_jt"]), "jt"),
            workers=say.level(float(last["workers_fte"]), "fte"),
            skill=say.level(float(last["skill"]), "index"),
            bound=say(f"bound_{BOUNDS[int(last['bound'])]}"),
        )

    return draw((7.2, 7.0), paint)


def _strip(ax: Axes, months: pd.DataFrame, say: Say) -> None:
    """Draw one cell a month in the colour and hatch of what bound the firm."""
    for bound in ORDER:
        own = months["month"][months["bound"] == BOUNDS.index(bound)].to_numpy()
        if own.size:
            look = BINDS[bound]
            ax.bar(
                own, np.ones(own.size), 1.0, color=look.colour, hatch=look.hatch, edgecolor=MUTED, linewidth=0.2,
                label=say(f"bound_{bound}"),
            )  # fmt: skip
    ax.set_ylim(0, 1)
    ax.set_title(say("firm_bound"), fontsize=SMALL_PT, fontweight="normal", pad=16)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 0.93), ncols=6, frameon=False, fontsize=7, handlelength=1.2)
