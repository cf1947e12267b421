"""The two pages: tables and sentences as plain values, each with the records that its numbers are from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.report import amounts
from sim.report.answer import Told, name_of, short
from sim.report.figures import FACTOR_NAMES
from sim.report.language import Language, later
from sim.report.tables import FACTORS, pick
from sim.report.words import WORTH_NAMING, Effect, find
from sim.report.words_context import small

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.findings import Findings

__all__ = ["CLASSES", "binding", "losers", "losers_sentence", "ranking", "unclear"]

JT_IN_BILLION, MONTHS = 1000.0, 12.0
MOST_FACTORS = 2
CLASSES = {
    ("all", "outside firms"): later("Firms from outside"),
    ("size", "1-4 workers"): later("Local, 1–4 workers"),
    ("size", "5-19 workers"): later("Local, 5–19 workers"),
    ("size", "20 and more workers"): later("Local, 20 and more"),
    ("help", "did not apply"): later("Local, did not apply"),
}
LOSE = later("Clear losers of value added against their twins without the programme: {who}.")
NO_LOSERS = later("No class of firms clearly loses value added against its twins without the programme.")


@dataclass(frozen=True)
class Cell:
    """One cell: the number, its interval, whether it is clear of zero, and which way."""

    text: str
    span: str = ""
    sign: str = "none"


def _cell(effect: Effect | None) -> Cell:
    """Return what a cell says of an effect."""
    if effect is None:
        return Cell("")
    if effect.nothing:
        return Cell(effect.say.number(0.0), "", "unclear")
    known = math.isfinite(effect.low) and effect.low != effect.high
    good = effect.better != "lower"
    sign = {1: "good" if good else "bad", -1: "bad" if good else "good", 0: "unclear"}[effect.direction]
    return Cell(effect.bare, effect.ends if known else "", sign)


def ranking(say: Language, found: Findings) -> list[dict[str, Any]]:
    """Return the ranked policies and, after them, the packages: a row each.

    Examples of a row's keys: ``rank, label, name, share, bar, jobs, value, cost, others, per_job, moves``.
    """
    packages = [name for name in found.scenarios if name not in found.ranked]
    ordered = [*found.ranked, *packages]
    share = pick(found.effects, "market_share", "local").set_index("scenario").loc[ordered]
    low, high = min(0.0, float(share["low"].min())), max(0.0, float(share["high"].max()))
    width = (high - low) or 1.0
    rows = []
    for place, name in enumerate(ordered, start=1):
        effects = {
            key: find(say, found.effects, name, key, origin)
            for key, origin in (
                *(("market_share", "local"), ("jobs", "local"), ("value_added", "local")),
                *(("spending", ""), ("shadow_cost", ""), ("cost_per_job_with_shadow", "local")),
            )
        }
        main = effects["market_share"]
        assert main is not None
        rows.append(
            {
                "rank": say.number(place) if name in found.ranked else "",
                "name": name,
                "label": name_of(say, found.scenarios[name]),
                "share": _cell(main),
                "bar": {
                    "zero": 100 * (0.0 - low) / width,
                    "start": 100 * (main.low - low) / width,
                    "width": 100 * (main.high - main.low) / width,
                    "middle": 100 * (main.difference - low) / width,
                    "clear": main.direction != 0,
                },
                "jobs": _cell(effects["jobs"]),
                "value": _cell(effects["value_added"]),
                "cost": _billions(say, effects["spending"]),
                "others": _billions(say, effects["shadow_cost"]),
                "per_job": _per_job(say, effects["cost_per_job_with_shadow"], effects["jobs"]),
                "moves": _moves(say, found.effects, name),
            }
        )
    return rows


def _billions(say: Language, effect: Effect | None) -> str:
    """Return money a month as Rp billion a year, a dash for none."""
    if effect is None or not effect.difference:
        return "–"
    return say.number(effect.difference * MONTHS / JT_IN_BILLION, 2)


def _per_job(say: Language, effect: Effect | None, jobs: Effect | None) -> Cell:
    """Return what a local job costs a year, or why there is no such number."""
    if jobs is not None and jobs.direction < 0:
        return Cell(say("jobs fall"), "", "bad")
    if jobs is not None and jobs.direction == 0:
        return Cell(say("jobs not clear"), "", "unclear")
    if effect is None or not math.isfinite(effect.difference):
        return Cell(say("no cost counted"), "", "unclear")
    own = replace(effect, coarsest=0.0)
    return Cell(amounts.change(say, own.difference, own.low, own.high, own.unit, sign=False, words=False), own.ends)


def _moves(say: Language, effects: pd.DataFrame, name: str) -> list[str]:
    """Return which factors of the share a policy clearly moves, the largest relative change first."""
    known = [find(say, effects, name, factor, "local") for factor in FACTORS]
    moved = [
        (abs(math.log(one.value / one.baseline)), one)
        for one in known
        if one is not None and one.direction and one.value > 0 and one.baseline > 0
    ]
    moved.sort(key=lambda pair: -pair[0])
    kept = [one for size, one in moved if size >= WORTH_NAMING * moved[0][0]][:MOST_FACTORS]
    told = [f"{say(FACTOR_NAMES[one.indicator])}\N{NO-BREAK SPACE}{'▲' if one.direction > 0 else '▼'}" for one in kept]
    return told or [say("none clearly")]


def binding(say: Language, relaxed: pd.DataFrame) -> Told:
    """Return which limit binds local firms most, and which is worth most for its cost."""
    rows = relaxed[relaxed["low"] > 0].sort_values("difference", ascending=False, kind="stable")
    if rows.empty:
        return Told(say("No limit that was eased alone raises the value added of local firms clearly."), "E")
    first = rows.iloc[0]
    middle, low, high = (float(first[key]) for key in ("difference", "low", "high"))
    text = say(
        "What binds most: {limit}. Eased alone, it raises the value added of local firms by {amount} ({span}).",
        limit=small(str(first["label"])),
        amount=amounts.change(say, middle, low, high, "jt", sign=False),
        span=say("95 % interval {ends}", ends=amounts.interval(say, low, high, "jt", middle)),
    )
    costed = rows[rows["per_rp_1bn"].notna()]
    if len(costed) > 1:
        cheap = costed.sort_values("per_rp_1bn", ascending=False, kind="stable").iloc[0]
        per = amounts.level(say, float(cheap["per_rp_1bn"]) / JT_IN_BILLION, "jt/jt", 1)
        more = say("For each rupiah most comes from: {limit} ({amount}).", limit=small(str(cheap["label"])), amount=per)
        text = f"{text} {more}"
    return Told(text, "E")


def losers(say: Language, found: Findings) -> list[dict[str, Any]]:
    """Return the change of value added by class of firm under the leading programmes, in per cent, a row each."""
    who = found.who[found.who["measure"] == "value_added_jt"] if len(found.who) else found.who
    rows = []
    for name in found.drawn:
        cells = []
        for group, label in CLASSES:
            own = who[(who["scenario"] == name) & (who["group"] == group) & (who["class"] == label)]
            cells.append(_per_cent(say, own.iloc[0]) if len(own) else Cell(""))
        rows.append({"name": name, "label": name_of(say, found.scenarios[name]), "cells": cells})
    return rows if len(who) else []


def _per_cent(say: Language, row: pd.Series) -> Cell:
    """Return a change in per cent of what the twins have."""
    usual = float(row["without"])
    middle, low, high = (float(row[key]) for key in ("difference", "low", "high"))
    if not (usual > 0.0 and math.isfinite(low) and math.isfinite(high)):
        return Cell("–", "", "unclear")
    part, ends = middle / usual * 100, (low / usual * 100, high / usual * 100)
    number = amounts.change(say, part, *ends, "count", words=False)
    sign = "good" if low > 0 else "bad" if high < 0 else "unclear"
    return Cell(number, amounts.interval(say, *ends, "count", part), sign)


def losers_sentence(say: Language, found: Findings) -> Told:
    """Return which classes of firms clearly lose, under which of the leading programmes."""
    parts = []
    for row in losers(say, found):
        down = [
            f"{say(label)} {cell.text} %" if say.code == "en" else f"{say(label)} {cell.text}%"
            for cell, label in zip(row["cells"], CLASSES.values(), strict=True)
            if cell.sign == "bad"
        ]
        if down:
            parts.append(f"{short(row['label'])} ({', '.join(small(one) for one in down)})")
    text = say(LOSE, who="; ".join(parts)) if parts else say(NO_LOSERS)
    return Told(text, "F")


def unclear(say: Language, found: Findings) -> Told | None:
    """Return which policies cannot be told from no effect on the local share; None where all can."""
    names = []
    for name in found.ranked:
        effect = find(say, found.effects, name, "market_share", "local")
        if effect is not None and effect.direction == 0:
            names.append(short(name_of(say, found.scenarios[name])))
    if not names:
        return None
    text = say("From these {pairs} pairs, no effect on the local share can be told from zero: {which}.",
               pairs=say.number(found.seeds), which="; ".join(names))  # fmt: skip
    return Told(text, "M")
