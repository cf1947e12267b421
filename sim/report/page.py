"""The briefing's page: every number and sentence of the template, as plain values."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sim.report import amounts, words, words_argument, words_context
from sim.report.style import SCENARIOS
from sim.report.tables import PROGRAMMES, pick

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.figures import Picture
    from sim.scenario import Scenario

__all__ = ["Method", "page", "programme_rows"]

ROWS: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "Competitiveness in the city’s market",
        (
            ("market_share", "local", "Local firms’ market share", "of all the city buys"),
            ("access", "local", "Access", "demand of buyers who list a local firm at all"),
            ("depth", "local", "Depth", "local firms’ part of those buyers’ supplier lists"),
            ("conversion", "local", "Conversion", "orders won for each place on a list"),
            ("fill", "local", "Fill", "orders delivered at once"),
            ("rescue", "local", "Rescue", "all deliveries against those made at once"),
        ),
    ),
    (
        "Jobs and value",
        (
            ("jobs", "local", "Local metal jobs", ""),
            ("value_added", "local", "Value added kept in the city", "by local firms"),
        ),
    ),
    (
        "Cost",
        (
            ("spending", "", "Spending of the city’s budget", ""),
            ("shadow_cost", "", "Cost to others", "mills, buyers and distributors, not in the budget"),
        ),
    ),
    (
        "Who gives way: sales in the city",
        (
            ("sales", "local", "Local firms", ""),
            ("sales", "external", "Firms from outside", ""),
            ("imports", "", "Imports and factory goods", ""),
            ("demand", "", "All that the city buys", ""),
        ),
    ),
)
COSTS = {"spending", "shadow_cost"}
BETTER = {"higher": "higher is better", "lower": "lower is better"}
SIGNS = {"better": "good", "worse": "bad", "more": "moved", "less": "moved"}


@dataclass(frozen=True)
class Method:
    """How the briefing was made, for its method box."""

    scenarios: Mapping[str, Scenario]
    seeds: int
    assumptions: int
    entries: int
    first_simulated: str
    first_observed: str
    last_observed: str
    code_fingerprint: str
    versions: Mapping[str, str]
    made_on: str
    commands: Sequence[str]


def effect_groups(effects: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the effect table of the page: groups of rows, each with its cells."""
    groups = []
    for heading, rows in ROWS:
        lines = [line for row in rows if (line := _line(effects, *row)) is not None]
        if lines:
            shared = [key for key in ("unit", "better") if len({line[key] for line in lines}) == 1]
            for line in lines:
                own = (line["note"], *(line[key] for key in ("unit", "better") if key not in shared))
                line["note"] = "; ".join(part for part in own if part)
            said = "; ".join(lines[0][key] for key in shared if lines[0][key])
            groups.append({"heading": heading, "unit": said, "rows": lines})
    return groups


def _line(effects: pd.DataFrame, indicator: str, origin: str, label: str, note: str) -> dict[str, Any] | None:
    """Return one row of the effect table, or None where the study does not know the indicator."""
    found = pick(effects, indicator, origin)
    if found.empty:
        return None
    unit, better = str(found["unit"].iloc[0]), str(found["better"].iloc[0])
    base = words.find(effects, PROGRAMMES[0], indicator, origin) or words.find(effects, "both", indicator, origin)
    return {
        "label": label,
        "note": note,
        "unit": amounts.unit_words(unit),
        "better": BETTER.get(better, ""),
        "baseline": amounts.level(base.baseline, unit, words=False) if base else "",
        "cells": [_cell(words.find(effects, name, indicator, origin)) for name in (*PROGRAMMES, "interaction")],
    }


def _cell(effect: words.Effect | None) -> dict[str, str]:
    """Return what one cell says: the change, its interval and a verdict in words."""
    if effect is None:
        return {"change": "", "span": "", "verdict": "", "sign": "none"}
    verdict = effect.verdict
    if effect.indicator in COSTS and effect.direction:  # a cost is a price paid, not a failure
        verdict = "more" if effect.direction > 0 else "less"
    sign = SIGNS.get(verdict, "unclear")
    if effect.scenario == "interaction" and effect.direction:
        verdict, sign = ("more than the sum" if effect.direction > 0 else "less than the sum"), "moved"
    elif effect.scenario == "interaction" and effect.nothing:
        verdict = "exactly the sum"
    arrow = {1: "▲ ", -1: "▼ ", 0: ""}[effect.direction]
    known = math.isfinite(effect.low) and effect.low != effect.high
    return {
        "change": effect.bare,
        "span": effect.ends if known else "",
        "verdict": arrow + verdict,
        "sign": sign,
    }


def programme_rows(scenarios: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """Return what each programme of the experiment is: its policies with dates and levers in words."""
    from sim.policies import catalogue

    rows = []
    for name in PROGRAMMES:
        uses = []
        for use in scenarios[name].uses:
            policy = catalogue()[use.name]
            levers = [
                f"{policy.levers[key].meaning}: {_setting(value, policy.levers[key].unit)}"
                for key, value in use.levers.items()
            ]
            titles = {"title": policy.title_en or use.name, "original": policy.title_id}
            uses.append({**titles, "dates": f"{use.first} to {use.last}", "levers": levers})
        rows.append({"label": SCENARIOS[name].label, "reason": scenarios[name].reason, "uses": uses})
    return rows


def _setting(value: float | str, unit: str) -> str:
    """Return a lever's value in words.

    Examples
    --------
    >>> _setting(0.5, "share"), _setting(1000, "jt/year"), _setting(30, "firms"), _setting("lottery", "rule")
    ('50 %', 'Rp 1,000 million a year', '30 firms', 'lottery')
    """
    if isinstance(value, str):
        return value
    if unit == "share":
        return f"{100 * value:g} %"
    if unit == "jt/year":
        return f"Rp {value:,g} million a year"
    return f"{value:,g} {unit.replace('/year', ' a year')}"


def relaxation_rows(relaxed: pd.DataFrame) -> list[dict[str, str]]:
    """Return the table of the relaxation values in words."""
    rows = []
    for row in relaxed.itertuples():
        clear = row.low > 0 or row.high < 0
        per = float(row.per_rp_1bn)
        # A ratio with an unclear numerator says nothing.
        each = f"{'−' if per < 0 else '+'}Rp {amounts.plain(abs(per), 0)} million" if clear else "not clear"
        rows.append(
            {
                "label": str(row.label),
                "meaning": "" if row.meaning == row.label else str(row.meaning),
                "eased": f"{amounts.plain(float(row.units), 0)} {row.unit}",
                "change": amounts.change(row.difference, row.low, row.high, "t", words=False),
                "span": amounts.interval(row.low, row.high, "t", row.difference),
                "verdict": ("▲ gain" if row.low > 0 else "▼ loss") if clear else "not clear",
                "cost": f"Rp {amounts.plain(float(row.cost_jt), 0)} million a month",
                "each": each if math.isfinite(per) else "no cost counted",
            }
        )
    return rows


def variance_ratios(effects: pd.DataFrame) -> str:
    """Return the variance ratio of the market share under each programme, in words."""
    share = pick(effects, "market_share", "local").set_index("scenario")["variance_ratio"]
    parts = [
        f"{SCENARIOS[name].label.lower()} {amounts.plain(float(share[name]), 0 if share[name] >= 10 else 1)}"
        for name in PROGRAMMES
        if name in share.index and math.isfinite(share[name])
    ]
    return ", ".join(parts) or "not defined: no pair of runs differs"


def kept_together(text: str) -> str:
    """Return ``text`` with numbers tied to the unit beside them, so that no line ends between the two."""
    return re.sub(r"(?<=\d) (?=%)|(?<=Rp) (?=\d)", "\N{NO-BREAK SPACE}", text)


def page(effects: pd.DataFrame, relaxed: pd.DataFrame, drawn: Mapping[str, Picture], method: Method) -> str:
    """Return the whole page as HTML that needs no other file and no network.

    Parameters
    ----------
    effects
        The table of effects with its contrasts.
    relaxed
        The relaxation values.
    drawn
        The figures, drawn.
    method
        How it was made.
    """
    environment = Environment(
        loader=PackageLoader("sim.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["together"] = kept_together
    numbered = {
        key: {
            "number": number,
            "key": key,
            "caption": picture.caption,
            "alternative": f"{picture.title}. {picture.alternative}",
            "source": "data:image/svg+xml;base64," + base64.b64encode(picture.files["svg"]).decode(),
        }
        for number, (key, picture) in enumerate(drawn.items(), start=1)
    }
    pairs = int(pick(effects, "market_share", "local")["pairs"].min())
    return environment.get_template("brief.html").render(
        verdict=words_argument.verdict(effects),
        headline=words.headline(effects),
        answers=[(f"{words.PROGRAMME_WORDS[name]}.", words.programme(effects, name)) for name in PROGRAMMES]
        + words_argument.sums(effects),
        displaced=words_context.displacement(effects, "both", "With both programmes"),
        binds=words_context.relaxations(relaxed),
        trust=words_context.trust(method.assumptions, method.entries, pairs),
        groups=effect_groups(effects),
        columns=[SCENARIOS[name].label for name in (*PROGRAMMES, "interaction")],
        relaxed=relaxation_rows(relaxed),
        figures=numbered,
        programmes=programme_rows(method.scenarios),
        method=method,
        pairs=pairs,
        ratios=variance_ratios(effects),
    )
