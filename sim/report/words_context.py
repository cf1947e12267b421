"""Sentences about who gives way, what binds local firms, and how far the numbers can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report import amounts
from sim.report.style import BINDS
from sim.report.words import Effect, find

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["displacement", "recorded", "relaxations", "steel", "trust"]

KEPT = {"Rp"}


def displacement(effects: pd.DataFrame, scenario: str, subject: str) -> str:
    """Return, in tonnes, what local firms gain in the city and who sells less for it.

    Parameters
    ----------
    effects
        The table of effects.
    scenario
        The programme.
    subject
        The programme in words, for the start of the sentence: "With both together".
    """
    local = find(effects, scenario, "sales", "local")
    if local is None:
        return ""
    sentences = [f"{subject}, {_sells('local firms', local)} in the city."]
    who_else = [
        ("firms from outside", find(effects, scenario, "sales", "external")),
        ("importers and factories", find(effects, scenario, "imports", "")),
    ]
    clauses = [_sells(who, effect) for who, effect in who_else if effect is not None]
    if clauses:
        text = ", and ".join(clauses)
        sentences.append(f"{text[0].upper()}{text[1:]}.")
    demand = find(effects, scenario, "demand", "")
    if demand is not None and demand.nothing:
        sentences.append("What the city buys in all does not change: the gain of one is the loss of another.")
    elif demand is not None and demand.direction == 0:
        sentences.append("What the city buys in all does not clearly change: the gain of one is the loss of another.")
    elif demand is not None:
        sentences.append(f"What the city buys in all {_rises(demand)}.")
    return " ".join(sentences)


def _sells(who: str, effect: Effect) -> str:
    """Return "who sell 3 t a month more (interval)"."""
    if effect.nothing:
        return f"{who} sell as much as before"
    if effect.direction == 0:
        return f"{who} sell neither clearly more nor clearly less ({effect.signed}; {effect.span})"
    return f"{who} sell {effect.amount} {'more' if effect.direction > 0 else 'less'} ({effect.amount_span})"


def _rises(effect: Effect) -> str:
    """Return "rises by 3 t a month (interval)"."""
    return f"{'rises' if effect.direction > 0 else 'falls'} by {effect.amount} ({effect.amount_span})"


def relaxations(values: pd.DataFrame) -> str:
    """Return which easing is worth most and which are not clearly worth anything.

    Parameters
    ----------
    values
        Columns ``label, difference, low, high`` (Rp million a month).
    """
    rows = list(values.sort_values("difference", ascending=False, kind="stable").itertuples())
    helps = [_worth(row) for row in rows if row.low > 0]
    harms = [_worth(row) for row in rows if row.high < 0]
    unclear = [_small(row.label) for row in rows if row.low <= 0 <= row.high]
    if not helps:
        text = "No easing tried raises value added clearly."
    else:
        text = "Eased alone, these raise value added (Rp million a month, 95 % interval), the most valuable "
        text += f"first: {'; '.join(helps)}."
    if harms:
        text += f" These lower it: {'; '.join(harms)}."
    if unclear:
        text += f" No clear gain from: {'; '.join(unclear)}."
    return text


def _worth(row: Any) -> str:
    """Return "steel at the mills' price +41 (28 to 54)"."""
    middle, low, high = float(row.difference), float(row.low), float(row.high)
    number = amounts.change(middle, low, high, "t", words=False)
    return f"{_small(row.label)} {number} ({amounts.interval(low, high, 't', middle)})"


def recorded(shares: pd.DataFrame) -> str:
    """Return which constraint the monthly record names most often, and why that alone does not answer."""
    mean = shares.groupby("constraint", sort=False)["share"].mean()
    first = str(mean.idxmax())
    text = f"The monthly record names “{_small(BINDS[first].label)}” most often "
    text += f"({amounts.level(float(mean.max()), 'share', 0)} of local firms)."
    if first == "market":
        text += " That is so almost by construction: what a firm wants to make follows from the orders it "
        text += "expects."
    return text + " The easings above are the better guide."


def steel(flows: pd.DataFrame, stays: float | None = None) -> str:
    """Return what small firms get of the mills' steel.

    Parameters
    ----------
    flows
        The table of :func:`sim.report.tables.steel_flows`.
    stays
        The share of the mills' output that local firms work, what distributors sell of it included.
    """
    size = {(str(row.source), str(row.target)): float(row.tonnes_a_month) for row in flows.itertuples()}
    mills = sum(tonnes for (source, _), tonnes in size.items() if source == "mills")
    local = size.get(("allotment", "local"), 0.0)
    external = size.get(("allotment", "external"), 0.0)
    bought = size.get(("distributors", "local"), 0.0)
    if mills <= 0:
        return "The mills make no steel."
    text = (
        f"Of {amounts.plain(mills / 1000, 0)} thousand t of steel a month, the mills set "
        f"{_share(size.get(('mills', 'allotment'), 0.0), mills)} aside for small firms. "
    )
    if local + external > 0:
        text += f"Of what they deliver of it, local firms get {_share(local, local + external)} and firms "
        text += f"from outside {_share(external, local + external)}. "
    if local + bought > 0:
        text += f"Local firms buy {_share(bought, local + bought)} of their steel from distributors. "
    if stays is not None:
        text += f"In all, local firms work {_share(stays, 1.0)} of what the mills make, the mills’ part of what "
        text += "distributors sell included."
    return text.strip()


def _share(part: float, whole: float) -> str:
    """Return a part in per cent, with two digits that mean something."""
    per_cent = 100 * part / whole
    return f"{amounts.plain(per_cent, amounts.decimals_for(per_cent) + 1 if 0 < per_cent < 1 else 0)} %"


def trust(assumptions: int, entries: int, pairs: int) -> str:
    """Return how far the numbers can be trusted, and what the intervals leave out."""
    return (
        f"These numbers rest on {assumptions} assumptions among the {entries} entries of the register, and "
        "the model is not yet calibrated. Read directions and orders of size, not digits. The intervals "
        f"come from {pairs} pairs of runs and speak of luck alone: a different assumption can move an "
        "effect by more than its interval, or turn its sign."
    )


def _small(words: str) -> str:
    """Return words with a small first letter, for the middle of a sentence; names and units keep theirs."""
    first = words.split(" ", 1)[0]
    keeps = first in KEPT or (len(first) > 1 and not first[1:].islower())
    return words if keeps else words[0].lower() + words[1:]
