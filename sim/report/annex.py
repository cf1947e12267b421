"""The pages after the two: the experiment's effects, programmes and easings as plain values for the template."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.report import amounts, words
from sim.report.language import Language, later
from sim.report.style import SCENARIOS
from sim.report.tables import PROGRAMMES, pick

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

__all__ = ["ROWS", "effect_groups", "programme_rows", "relaxation_rows", "variance_ratios"]

ROWS: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        later("Competitiveness in the city’s market"),
        (
            ("market_share", "local", later("Local firms’ market share"), later("of all the city buys")),
            ("access", "local", later("Access"), later("demand of buyers who list a local firm at all")),
            ("depth", "local", later("Depth"), later("local firms’ part of those buyers’ supplier lists")),
            ("conversion", "local", later("Conversion"), later("orders won for each place on a list")),
            ("fill", "local", later("Fill"), later("orders delivered at once")),
            ("rescue", "local", later("Rescue"), later("all deliveries against those made at once")),
        ),
    ),
    (
        later("Jobs and value"),
        (
            ("jobs", "local", later("Local metal jobs"), ""),
            ("value_added", "local", later("Value added kept in the city"), later("by local firms")),
        ),
    ),
    (
        later("Cost"),
        (
            ("spending", "", later("Spending of the city’s budget"), ""),
            (
                "shadow_cost",
                "",
                later("Cost to others"),
                later("mills, buyers and distributors, not in the budget"),
            ),
        ),
    ),
    (
        later("Who gives way: sales in the city"),
        (
            ("sales", "local", later("Local firms"), ""),
            ("sales", "external", later("Firms from outside"), ""),
            ("imports", "", later("Imports and factory goods"), ""),
            ("demand", "", later("All that the city buys"), ""),
        ),
    ),
)
COSTS = {"spending", "shadow_cost"}
BETTER = {"higher": later("higher is better"), "lower": later("lower is better")}
SIGNS = {"better": "good", "worse": "bad", "more": "moved", "less": "moved"}


def effect_groups(say: Language, effects: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the effect table of the page: groups of rows, each with its cells."""
    groups = []
    for heading, rows in ROWS:
        lines = [line for row in rows if (line := _line(say, effects, *row)) is not None]
        if lines:
            shared = [key for key in ("unit", "better") if len({line[key] for line in lines}) == 1]
            for line in lines:
                own = (line["note"], *(line[key] for key in ("unit", "better") if key not in shared))
                line["note"] = "; ".join(part for part in own if part)
            said = "; ".join(lines[0][key] for key in shared if lines[0][key])
            groups.append({"heading": say(heading), "unit": said, "rows": lines})
    return groups


def _line(
    say: Language, effects: pd.DataFrame, indicator: str, origin: str, label: str, note: str
) -> dict[str, Any] | None:
    """Return one row of the effect table, or None where the study does not know the indicator."""
    found = pick(effects, indicator, origin)
    if found.empty:
        return None
    unit, better = str(found["unit"].iloc[0]), str(found["better"].iloc[0])
    shown = [words.find(say, effects, name, indicator, origin) for name in (*PROGRAMMES, "interaction")]
    base = next((one for one in shown[:-1] if one is not None), None)
    return {
        "label": say(label),
        "note": say(note),
        "unit": amounts.unit_words(say, unit),
        "better": say(BETTER.get(better, "")),
        "baseline": amounts.level(say, base.baseline, unit, words=False) if base else "",
        "cells": [_cell(one) for one in shown],
    }


def _cell(effect: words.Effect | None) -> dict[str, str]:
    """Return what one cell says: the change, its interval and a verdict in words."""
    if effect is None:
        return {"change": "", "span": "", "verdict": "", "sign": "none"}
    verdict = effect.verdict
    if effect.indicator in COSTS and effect.direction:  # a cost is a price paid, not a failure
        verdict = later("more") if effect.direction > 0 else later("less")
    sign = SIGNS.get(verdict, "unclear")
    if effect.scenario == "interaction" and effect.direction:
        verdict = later("more than the sum") if effect.direction > 0 else later("less than the sum")
        sign = "moved"
    elif effect.scenario == "interaction" and effect.nothing:
        verdict = later("exactly the sum")
    arrow = {1: "▲ ", -1: "▼ ", 0: ""}[effect.direction]
    known = math.isfinite(effect.low) and effect.low != effect.high
    return {
        "change": effect.bare,
        "span": effect.ends if known else "",
        "verdict": arrow + effect.say(verdict),
        "sign": sign,
    }


SETTINGS = {
    "share": later("{n} %"),
    "jt": later("Rp {n} million"),
    "jt/firm": later("Rp {n} million a firm"),
    "jt/year": later("Rp {n} million a year"),
    "firms": later("{n} firms"),
    "buyers": later("{n} buyers"),
    "places": later("{n} places"),
    "months": later("{n} months"),
    "meetings/year": later("{n} a year"),
    "fairs/year": later("{n} a year"),
}


def programme_rows(say: Language, scenarios: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """Return what each programme of the experiment is: its policies with dates and levers in words."""
    from sim.policies import catalogue

    rows = []
    for name in PROGRAMMES:
        uses = []
        for use in scenarios[name].uses:
            policy = catalogue()[use.name]
            levers = [
                f"{say(policy.levers[key].meaning)}: {_setting(say, value, policy.levers[key].unit)}"
                for key, value in use.levers.items()
            ]
            own, other = policy.title_en or use.name, policy.title_id
            if say.code == "id":
                own, other = other or own, own
            dates = say("{first} to {last}", first=say.month_of(use.first), last=say.month_of(use.last))
            uses.append({"title": own, "original": other, "dates": dates, "levers": levers})
        rows.append({"label": say(SCENARIOS[name].label), "reason": say(scenarios[name].reason), "uses": uses})
    return rows


def _setting(say: Language, value: float | str, unit: str) -> str:
    """Return a lever's value in words.

    Examples
    --------
    >>> from sim.report.language import speaker
    >>> say = speaker("en")
    >>> _setting(say, 0.5, "share"), _setting(say, 1000, "jt/year"), _setting(say, 30, "firms")
    ('50 %', 'Rp 1,000 million a year', '30 firms')
    >>> _setting(speaker("id"), "lottery", "rule")
    'undian'
    """
    if isinstance(value, str):
        return say(value)
    shown = 100 * value if unit == "share" else value
    digits = f"{shown:.4f}".rstrip("0").partition(".")[2]
    return say(SETTINGS.get(unit, "{n} " + unit), n=say.number(shown, len(digits)))


def relaxation_rows(say: Language, relaxed: pd.DataFrame) -> list[dict[str, str]]:
    """Return the table of the relaxation values in words."""
    rows = []
    for row in relaxed.itertuples():
        middle, low, high = float(row.difference), float(row.low), float(row.high)
        clear = low > 0 or high < 0
        per = float(row.per_rp_1bn)
        meaning = say(str(row.meaning))
        # A ratio with an unclear numerator says nothing.
        each = _millions(say, per) if clear else say("not clear")
        rows.append(
            {
                "label": str(row.label),
                "meaning": "" if meaning == row.label else meaning,
                "eased": say(EASED.get(str(row.unit), "{n} " + str(row.unit)), n=say.number(float(row.units))),
                "change": amounts.change(say, middle, low, high, "t", words=False),
                "span": amounts.interval(say, low, high, "t", middle),
                "verdict": ("▲ " + say("gain") if low > 0 else "▼ " + say("loss")) if clear else say("not clear"),
                "sign": ("good" if low > 0 else "bad") if clear else "unclear",
                "cost": amounts.level(say, float(row.cost_jt), "jt", 0),
                "cost_number": say.number(float(row.cost_jt)),
                "each_number": (say.number(per, sign=True) if clear else "–") if math.isfinite(per) else "–",
                "each": each if math.isfinite(per) else say("no cost counted"),
            }
        )
    return rows


def _millions(say: Language, jt: float) -> str:
    """Return a change in money, with its sign."""
    number = say.number(jt, sign=True)
    return number[0] + say("Rp {n} million", n=number[1:]) if number[0] in "+" + amounts.MINUS else number


EASED = {
    "t/month": later("{n} t a month"),
    "t": later("{n} t"),
    "listings": later("{n} listings"),
    "jt": later("Rp {n} million"),
    "index points": later("{n} index points"),
    "firms": later("{n} firms"),
}


def variance_ratios(say: Language, effects: pd.DataFrame) -> str:
    """Return the variance ratio of the market share under each programme, in words."""
    share = pick(effects, "market_share", "local").set_index("scenario")["variance_ratio"]
    parts = [
        f"{say(SCENARIOS[name].label).lower()} {say.number(float(share[name]), 0 if share[name] >= 10 else 1)}"
        for name in PROGRAMMES
        if name in share.index and math.isfinite(share[name])
    ]
    if not parts:
        return say("Not defined: no pair of runs differs.")
    return say(
        "{ratios} (market share).",
        ratios=", ".join(parts),
    )
