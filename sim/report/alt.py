"""Text alternatives of the figures, written from the tables behind them, for readers who cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.style import BINDS, SCENARIOS
from sim.report.words import find

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["bands", "bars", "factors", "flows", "forest", "mix"]


def forest(effects: pd.DataFrame) -> str:
    """Describe the changes of one indicator under each programme."""
    parts = []
    for scenario in (name for name in SCENARIOS if name in set(effects["scenario"])):
        row = effects[effects["scenario"] == scenario].iloc[0]
        effect = find(effects, scenario, str(row["indicator"]), str(row["origin"]))
        assert effect is not None
        unclear = ", not clear" if effect.direction == 0 else ""
        parts.append(f"{SCENARIOS[scenario].label}: {effect.signed} ({effect.span}{unclear})")
    return f"Points with intervals, one row a programme. {'; '.join(parts)}."


def factors(table: pd.DataFrame) -> str:
    """Describe each programme's clear changes of the five factors."""
    parts = []
    for scenario in (name for name in SCENARIOS if name in set(table["scenario"])):
        rows = table[(table["scenario"] == scenario) & ((table["low"] > 0) | (table["high"] < 0))]
        moved = [
            f"{row.label.lower()} {amounts.change(row.change, row.low, row.high, 't', words=False)} %"
            for row in rows.itertuples()
        ]
        parts.append(f"{SCENARIOS[scenario].label}: {', '.join(moved) if moved else 'no factor moves clearly'}")
    return f"Bars from zero, five factors by three programmes. {'; '.join(parts)}."


def bands(table: pd.DataFrame, quantity: str, decimals: int = 1) -> str:
    """Describe where each line starts and ends."""
    first, last = table["date"].min(), table["date"].max()
    parts = []
    for scenario in (name for name in SCENARIOS if name in set(table["scenario"])):
        rows = table[table["scenario"] == scenario].sort_values("date")
        start, end = float(rows["mean"].iloc[0]), rows.iloc[-1]
        parts.append(
            f"{SCENARIOS[scenario].label} from {amounts.plain(start, decimals)} to "
            f"{amounts.plain(float(end['mean']), decimals)} ({amounts.plain(float(end['low']), decimals)} to "
            f"{amounts.plain(float(end['high']), decimals)})"
        )
    when = f"{first:%B %Y} to {last:%B %Y}"
    return f"Lines with 95 % bands, {when}, {quantity}. {'; '.join(parts)}."


def flows(table: pd.DataFrame) -> str:
    """Describe the steel flows in tonnes a month."""
    names = {
        "mills": "mills",
        "contracts": "long-term contracts",
        "elsewhere": "shipped elsewhere",
        "allotment": "the small firms’ allotment",
        "distributors": "distributors",
        "local": "local firms",
        "external": "firms from outside",
        "unused": "not taken up",
    }
    parts = [
        f"from {names[str(row.source)]} to {names[str(row.target)]} {amounts.plain(float(row.tonnes_a_month), 0)}"
        if row.target != "unused"
        else f"of the allotment not taken up {amounts.plain(float(row.tonnes_a_month), 0)}"
        for row in table.itertuples()
    ]
    return f"Flow picture on two scales, tonnes a month: {'; '.join(parts)}."


def bars(values: pd.DataFrame) -> str:
    """Describe the relaxation values."""
    parts = []
    for row in values.sort_values("difference", ascending=False, kind="stable").itertuples():
        number = amounts.change(row.difference, row.low, row.high, "t", words=False)
        unclear = "" if row.low > 0 or row.high < 0 else ", not clear"
        span = amounts.interval(row.low, row.high, "t", row.difference)
        parts.append(f"{row.label} {number} ({span}{unclear})")
    return f"Bars with 95 % intervals, Rp million of value added a month. {'; '.join(parts)}."


def mix(shares: pd.DataFrame) -> str:
    """Describe the recorded constraints: the first month, the last and the mean."""
    table = shares.pivot_table(index="date", columns="constraint", values="share").sort_index() * 100
    parts = [
        f"{BINDS[name].label} {amounts.plain(float(table[name].mean()), 0)} % on average, from "
        f"{amounts.plain(float(table[name].iloc[0]), 0)} to {amounts.plain(float(table[name].iloc[-1]), 0)} %"
        for name in BINDS
        if name in table
    ]
    return f"Stacked areas, share of local firms by what bound them. {'; '.join(parts)}."
