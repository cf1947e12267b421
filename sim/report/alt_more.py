"""Text alternatives of the pictures of spread, of parts, of who supplies whom, and of who gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import amounts
from sim.report.alt import UNCLEAR
from sim.report.language import Language
from sim.report.names import BUYERS, class_name, place_name, title_of
from sim.report.plots_network import LISTS
from sim.report.plots_parts import FACTORS
from sim.report.plots_spread import FIRM_LINES
from sim.report.plots_who import JT_IN_BILLION, MEASURES, MONTHS_A_YEAR, POINTS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["costs", "fan", "growth", "network", "pairs", "sizes", "waterfall", "winners"]


def fan(say: Language, table: pd.DataFrame, quantity: str) -> str:
    """Describe where the runs begin and end.

    Examples
    --------
    >>> import pandas as pd
    >>> from sim.report.language import speaker
    >>> ends = {"q05": [29, 31], "q25": [33, 34], "q50": [35.0, 37.5], "q75": [38, 40], "q95": [41, 44]}
    >>> table = pd.DataFrame({"date": pd.to_datetime(["2023-06-01", "2028-05-01"]), **ends})
    >>> fan(speaker("en"), table, "share of demand, %")
    'Fan of runs, June 2023 to May 2028, share of demand, %. Median 35.0 to 37.5; at the end nine in ten runs lie from
    31.0 to 44.0, half of them from 34.0 to 40.0.'
    """
    rows = table.sort_values("date")
    first, last = rows.iloc[0], rows.iloc[-1]
    return say(
        "Fan of runs, {first} to {last}, {quantity}. Median {start} to {end}; at the end nine in ten runs lie from "
        "{q05} to {q95}, half of them from {q25} to {q75}.",
        first=say.month(first["date"]),
        last=say.month(last["date"]),
        quantity=quantity,
        start=say.number(float(first["q50"]), 1),
        end=say.number(float(last["q50"]), 1),
        **{name: say.number(float(last[name]), 1) for name in ("q05", "q25", "q75", "q95")},
    )


def sizes(say: Language, table: pd.DataFrame) -> str:
    """Describe how large firms are: the median, the tenth that is largest, and the largest."""
    parts = []
    for local, (label, _, _) in FIRM_LINES.items():
        workers = table.loc[table["local"] == local, "workers_fte"]
        told = {"median": workers.median(), "tenth": workers.quantile(0.9), "most": workers.max()}
        words = {name: say.number(float(value), 1) for name, value in told.items()}
        parts.append(
            say(
                "{who}: median {median} workers, a tenth has {tenth} or more, the largest {most}",
                who=say(label),
                **words,
            )
        )
    return say(
        "Falling curves on logarithmic axes, share of firms by least number of workers. {parts}.",
        parts="; ".join(parts),
    )


def growth(say: Language, table: pd.DataFrame) -> str:
    """Describe how firms grow, and whether a tent fits better than a bell."""
    from sim.study.shapes import CLEAR, laplace_against_normal

    gap = laplace_against_normal(table["growth"].to_numpy())
    told = say("neither fits clearly better")
    if abs(gap) > CLEAR:
        told = say("the tent fits better") if gap > 0 else say("the bell fits better")
    return say(
        "Points with intervals on a logarithmic axis beside a tent and a bell. Half of the firms grow by {low} to "
        "{high} log points more than the median; {told}.",
        low=say.number(float(table["growth"].quantile(0.25)), 2, sign=True),
        high=say.number(float(table["growth"].quantile(0.75)), 2, sign=True),
        told=told,
    )


def waterfall(say: Language, parts: pd.DataFrame) -> str:
    """Describe the share without and with, and each factor's part of the change."""
    rows = parts.set_index("part")
    steps = []
    for factor, (word, _) in FACTORS.items():
        points, low, high = (float(rows.loc[factor, key]) for key in ("points", "low", "high"))
        told = {
            "who": say(word),
            "change": amounts.change(say, points, low, high, "t", words=False),
            "span": amounts.interval(say, low, high, "t", points),
        }
        clear = low > 0 or high < 0
        steps.append(say("{who}: {change} ({span})", **told) if clear else say(UNCLEAR, **told))
    return say(
        "Steps from {before} % without to {after} % with, in percentage points: {steps}.",
        before=say.number(float(rows.loc["without", "points"]), 1),
        after=say.number(float(rows.loc["with", "points"]), 1),
        steps="; ".join(steps),
    )


def network(say: Language, links: pd.DataFrame) -> str:
    """Describe whose firms hold which part of the places, and how local each kind of buyer's lists are."""
    whose = [
        say("{place} {share} %", place=place_name(str(name)), share=say.number(100 * float(share)))
        for name, share in links["cluster"].value_counts(normalize=True).items()
    ]
    local = [
        say("{place} {share} %", place=say(BUYERS[str(kind)]), share=say.number(100 * float(share)))
        for kind, share in links.groupby("kind")["local"].mean().reindex(list(LISTS)).dropna().items()
    ]
    return say(
        "Lines from firms to the buyers that list them. Of the places: {whose}. Local part of the lists: {local}.",
        whose="; ".join(whose),
        local="; ".join(local),
    )


def winners(say: Language, who: pd.DataFrame, group: str = "size", measure: str = "value_added_jt") -> str:
    """Describe what firms of each class clearly gain or lose, in per cent of their twins."""
    table = who[(who["group"] == group) & (who["measure"] == measure) & (who["without"] > 0)]
    parts = []
    for scenario, rows in table.groupby("scenario", sort=False):
        moved = [
            say(
                "{who} {change} %",
                who=class_name(say, row["class"]),
                change=say.number(POINTS * row["difference"] / row["without"], 1, sign=True),
            )
            for row in rows.to_dict("records")
            if row["low"] > 0 or row["high"] < 0
        ]
        told = say.listed(moved) if moved else say("no class clearly")
        parts.append(f"{title_of(say, str(scenario))}: {told}")
    return say(
        "Points with intervals by class of firm, change of {what} against the firms’ twins. {parts}.",
        what=say(MEASURES[measure]).lower(),
        parts="; ".join(parts),
    )


def costs(say: Language, effects: pd.DataFrame) -> str:
    """Describe what each scenario costs and how far it moves the local share."""
    known = effects[effects["origin"].isin(["local", ""]) | effects["origin"].isna()]
    rows = known.set_index(["scenario", "indicator"])
    parts = []
    for name in dict.fromkeys(known["scenario"]):
        change, low, high = (
            POINTS * float(rows.loc[(name, "market_share"), key]) for key in ("difference", "low", "high")
        )
        spent = sum(float(rows.loc[(name, one), "difference"]) for one in ("spending", "shadow_cost"))
        parts.append(
            say(
                "{who}: Rp {cost} billion a year, {change} points ({span})",
                who=title_of(say, str(name)),
                cost=say.number(MONTHS_A_YEAR * spent / JT_IN_BILLION, 1),
                change=amounts.change(say, change, low, high, "t", words=False),
                span=amounts.interval(say, low, high, "t", change),
            )
        )
    return say("Points with intervals, change of the local share by cost. {parts}.", parts="; ".join(parts))


def pairs(say: Language, table: pd.DataFrame, indicator: str = "market_share_local") -> str:
    """Describe which two scenarios clearly help each other or get in each other's way."""
    rows = table[table["indicator"] == indicator].to_dict("records")
    told: dict[bool, list[str]] = {True: [], False: []}
    for row in rows:
        if row["low"] > 0 or row["high"] < 0:
            both = say("{first} with {second}", first=title_of(say, row["first"]), second=title_of(say, row["second"]))
            told[row["interaction"] > 0].append(both)
    nobody = say("none")
    return say(
        "Matrix of {n} pairs. Together more than the sum: {more}. Less: {less}.",
        n=say.number(len(rows)),
        more="; ".join(told[True]) or nobody,
        less="; ".join(told[False]) or nobody,
    )
