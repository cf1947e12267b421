"""Text alternatives of the figures, written from the tables behind them, for readers who cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.language import Language, later
from sim.report.style import BINDS, SCENARIOS
from sim.report.words import find

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["bands", "bars", "draws", "factors", "flows", "forest", "mix"]

FLOWS = {
    ("mills", "contracts"): later("from mills to long-term contracts {tonnes}"),
    ("mills", "elsewhere"): later("from mills to places elsewhere {tonnes}"),
    ("mills", "allotment"): later("from mills to the small firms’ allotment {tonnes}"),
    ("allotment", "local"): later("from the small firms’ allotment to local firms {tonnes}"),
    ("allotment", "external"): later("from the small firms’ allotment to firms from outside {tonnes}"),
    ("allotment", "unused"): later("of the allotment not taken up {tonnes}"),
    ("distributors", "local"): later("from distributors to local firms {tonnes}"),
    ("distributors", "external"): later("from distributors to firms from outside {tonnes}"),
}
UNCLEAR = later("{who}: {change} ({span}, not clear)")


def forest(say: Language, effects: pd.DataFrame) -> str:
    """Describe the changes of one indicator under each programme."""
    parts = []
    for scenario in (name for name in SCENARIOS if name in set(effects["scenario"])):
        row = effects[effects["scenario"] == scenario].iloc[0]
        effect = find(say, effects, scenario, str(row["indicator"]), str(row["origin"]))
        assert effect is not None
        told = {"who": say(SCENARIOS[scenario].label), "change": effect.signed, "span": effect.span}
        parts.append(say("{who}: {change} ({span})", **told) if effect.direction else say(UNCLEAR, **told))
    return say("Points with intervals, one row a programme. {parts}.", parts="; ".join(parts))


def factors(say: Language, table: pd.DataFrame) -> str:
    """Describe each programme's clear changes of the five factors."""
    parts = []
    for scenario in (name for name in SCENARIOS if name in set(table["scenario"])):
        rows = table[(table["scenario"] == scenario) & ((table["low"] > 0) | (table["high"] < 0))]
        moved = [
            say(
                "{factor} {change} %",
                factor=row.label,
                change=amounts.change(say, float(row.change), float(row.low), float(row.high), "t", words=False),
            )
            for row in rows.itertuples()
        ]
        what = ", ".join(moved) if moved else say("no factor moves clearly")
        parts.append(f"{say(SCENARIOS[scenario].label)}: {what}")
    return say("Bars from zero, five factors by three programmes. {parts}.", parts="; ".join(parts))


def bands(say: Language, table: pd.DataFrame, quantity: str, decimals: int = 1) -> str:
    """Describe where each line starts and ends."""
    parts = []
    for scenario in (name for name in SCENARIOS if name in set(table["scenario"])):
        rows = table[table["scenario"] == scenario].sort_values("date")
        end = rows.iloc[-1]
        parts.append(
            say(
                "{who} from {start} to {end} ({low} to {high})",
                who=say(SCENARIOS[scenario].label),
                start=say.number(float(rows["mean"].iloc[0]), decimals),
                end=say.number(float(end["mean"]), decimals),
                low=say.number(float(end["low"]), decimals),
                high=say.number(float(end["high"]), decimals),
            )
        )
    return say(
        "Lines with 95 % bands, {first} to {last}, {quantity}. {parts}.",
        first=say.month(table["date"].min()),
        last=say.month(table["date"].max()),
        quantity=quantity,
        parts="; ".join(parts),
    )


def draws(say: Language, table: pd.DataFrame) -> str:
    """Describe the effects over the draws: the middle, and nine in ten."""
    parts = []
    for label, own in table.groupby("label", sort=False):
        low, middle, high = (float(own["effect"].quantile(part)) for part in (0.05, 0.5, 0.95))
        parts.append(
            say(
                "{who}: middle {middle}, nine in ten draws {low} to {high}",
                who=str(label).replace("\n", " "),
                middle=say.number(middle, 1, sign=True),
                low=say.number(low, 1),
                high=say.number(high, 1),
            )
        )
    return say("Dots by programme, percentage points of the local share. {parts}.", parts="; ".join(parts))


def flows(say: Language, table: pd.DataFrame) -> str:
    """Describe the steel flows in tonnes a month."""
    parts = [
        say(FLOWS[str(row.source), str(row.target)], tonnes=say.number(float(row.tonnes_a_month)))
        for row in table.itertuples()
    ]
    return say("Flow picture on two scales, tonnes a month: {parts}.", parts="; ".join(parts))


def bars(say: Language, values: pd.DataFrame) -> str:
    """Describe the relaxation values."""
    parts = []
    for row in values.sort_values("difference", ascending=False, kind="stable").itertuples():
        middle, low, high = float(row.difference), float(row.low), float(row.high)
        told = {
            "who": row.label,
            "change": amounts.change(say, middle, low, high, "t", words=False),
            "span": amounts.interval(say, low, high, "t", middle),
        }
        parts.append(say("{who}: {change} ({span})", **told) if low > 0 or high < 0 else say(UNCLEAR, **told))
    return say("Bars with 95 % intervals, Rp million of value added a month. {parts}.", parts="; ".join(parts))


def mix(say: Language, shares: pd.DataFrame) -> str:
    """Describe the recorded constraints: the first month, the last and the mean."""
    table = shares.pivot_table(index="date", columns="constraint", values="share").sort_index() * 100
    parts = [
        say(
            "{constraint} {mean} % on average, from {first} to {last} %",
            constraint=say(BINDS[name].label),
            mean=say.number(float(table[name].mean())),
            first=say.number(float(table[name].iloc[0])),
            last=say.number(float(table[name].iloc[-1])),
        )
        for name in BINDS
        if name in table
    ]
    return say("Stacked areas, share of local firms by what bound them. {parts}.", parts="; ".join(parts))
