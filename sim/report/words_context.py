"""Sentences about who gives way, what binds local firms, and how far the numbers can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report import amounts
from sim.report.language import Language, later
from sim.report.style import BINDS
from sim.report.words import Effect, find

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["displacement", "fit", "recorded", "relaxations", "small", "steel", "trust"]

KEPT = {"Rp"}
SELLS = {
    "local": {
        1: later("local firms sell {amount} more ({span})"),
        -1: later("local firms sell {amount} less ({span})"),
        0: later("local firms sell neither clearly more nor clearly less ({change}; {span})"),
    },
    "external": {
        1: later("firms from outside sell {amount} more ({span})"),
        -1: later("firms from outside sell {amount} less ({span})"),
        0: later("firms from outside sell neither clearly more nor clearly less ({change}; {span})"),
    },
    "imports": {
        1: later("importers and factories sell {amount} more ({span})"),
        -1: later("importers and factories sell {amount} less ({span})"),
        0: later("importers and factories sell neither clearly more nor clearly less ({change}; {span})"),
    },
}
AS_BEFORE = {
    "local": later("local firms sell as much as before"),
    "external": later("firms from outside sell as much as before"),
    "imports": later("importers and factories sell as much as before"),
}


def displacement(say: Language, effects: pd.DataFrame, scenario: str) -> str:
    """Return, in tonnes, what local firms gain in the city with a programme and who sells less for it."""
    local = find(say, effects, scenario, "sales", "local")
    if local is None:
        return ""
    sentences = [say("With both programmes, {clause} in the city.", clause=_sells("local", local))]
    others = [
        ("external", find(say, effects, scenario, "sales", "external")),
        ("imports", find(say, effects, scenario, "imports", "")),
    ]
    clauses = [_sells(who, effect) for who, effect in others if effect is not None]
    if len(clauses) == 2:
        sentences.append(_great(say("{one}, and {other}.", one=clauses[0], other=clauses[1])))
    else:
        sentences += [_great(f"{clause}.") for clause in clauses]
    demand = find(say, effects, scenario, "demand", "")
    if demand is not None and demand.nothing:
        sentences.append(say("What the city buys in all does not change: the gain of one is the loss of another."))
    elif demand is not None and demand.direction == 0:
        sentences.append(
            say("What the city buys in all does not clearly change: the gain of one is the loss of another.")
        )
    elif demand is not None and demand.direction > 0:
        sentences.append(
            say("What the city buys in all rises by {amount} ({span}).", amount=demand.amount, span=demand.amount_span)
        )
    elif demand is not None:
        sentences.append(
            say("What the city buys in all falls by {amount} ({span}).", amount=demand.amount, span=demand.amount_span)
        )
    return " ".join(sentences)


def _sells(who: str, effect: Effect) -> str:
    """Return "who sell 3 t a month more (interval)"."""
    say = effect.say
    if effect.nothing:
        return say(AS_BEFORE[who])
    span = effect.amount_span if effect.direction else effect.span
    return say(SELLS[who][effect.direction], amount=effect.amount, change=effect.signed, span=span)


def _great(sentence: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return sentence[0].upper() + sentence[1:]


def relaxations(say: Language, values: pd.DataFrame) -> str:
    """Return which easing is worth most and which are not clearly worth anything.

    Parameters
    ----------
    say
        The reader's language.
    values
        Columns ``label, difference, low, high`` (Rp million a month), labels in the reader's language.
    """
    rows = list(values.sort_values("difference", ascending=False, kind="stable").itertuples())
    helps = [_worth(say, row) for row in rows if row.low > 0]
    harms = [_worth(say, row) for row in rows if row.high < 0]
    unclear = [small(str(row.label)) for row in rows if row.low <= 0 <= row.high]
    if helps:
        sentences = [
            say(
                "Eased alone, these raise value added (Rp million a month, 95 % interval), the most valuable first: "
                "{which}.",
                which="; ".join(helps),
            )
        ]
    else:
        sentences = [say("No easing tried raises value added clearly.")]
    if harms:
        sentences.append(say("These lower it: {which}.", which="; ".join(harms)))
    if unclear:
        sentences.append(say("No clear gain from: {which}.", which="; ".join(unclear)))
    return " ".join(sentences)


def _worth(say: Language, row: Any) -> str:
    """Return "steel at the mills' price +41 (28 to 54)"."""
    middle, low, high = float(row.difference), float(row.low), float(row.high)
    number = amounts.change(say, middle, low, high, "t", words=False)
    return f"{small(str(row.label))} {number} ({amounts.interval(say, low, high, 't', middle)})"


def recorded(say: Language, shares: pd.DataFrame) -> str:
    """Return which constraint the monthly record names most often, and why that alone does not answer."""
    mean = shares.groupby("constraint", sort=False)["share"].mean()
    first = str(mean.idxmax())
    sentences = [
        say(
            "The monthly record names “{constraint}” most often ({share} of local firms).",
            constraint=small(say(BINDS[first].label)),
            share=amounts.level(say, float(mean.max()), "share", 0),
        )
    ]
    if first == "market":
        sentences.append(
            say("That is so almost by construction: what a firm wants to make follows from the orders it expects.")
        )
    return " ".join([*sentences, say("The easings above are the better guide.")])


def steel(say: Language, flows: pd.DataFrame, stays: float | None = None) -> str:
    """Return what small firms get of the mills' steel.

    Parameters
    ----------
    say
        The reader's language.
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
        return say("The mills make no steel.")
    sentences = [
        say(
            "Of {thousand} thousand t of steel a month, the mills set {share} aside for small firms.",
            thousand=say.number(mills / 1000),
            share=_share(say, size.get(("mills", "allotment"), 0.0), mills),
        )
    ]
    if local + external > 0:
        sentences.append(
            say(
                "Of what they deliver of it, local firms get {local} and firms from outside {outside}.",
                local=_share(say, local, local + external),
                outside=_share(say, external, local + external),
            )
        )
    if local + bought > 0:
        sentences.append(
            say("Local firms buy {share} of their steel from distributors.", share=_share(say, bought, local + bought))
        )
    if stays is not None:
        sentences.append(
            say(
                "In all, local firms work {share} of what the mills make, the mills’ part of what distributors sell "
                "included.",
                share=_share(say, stays, 1.0),
            )
        )
    return " ".join(sentences)


def _share(say: Language, part: float, whole: float) -> str:
    """Return a part in per cent, with two digits that mean something."""
    per_cent = 100 * part / whole
    decimals = amounts.decimals_for(per_cent) + 1 if 0 < per_cent < 1 else 0
    return amounts.level(say, part / whole, "share", decimals)


def fit(say: Language, fitting: int) -> str:
    """Return whether the town was checked against facts, and in how many worlds it could be as well."""
    if not fitting:
        return say("This town was not checked against facts.")
    return say("This town is one of {worlds} tried that known facts do not rule out.", worlds=say.number(fitting))


def trust(say: Language, assumptions: int, entries: int, fitting: int, pairs: int) -> str:
    """Return how far the numbers can be trusted, and what the intervals leave out."""
    return say(
        "These numbers rest on {assumptions} assumptions among the {entries} entries of the register. {fit} Read "
        "directions and orders of size, not digits. The intervals come from {pairs} pairs of runs and speak of luck "
        "alone: a different assumption can move an effect by more than its interval, or turn its sign.",
        assumptions=say.number(assumptions),
        entries=say.number(entries),
        fit=fit(say, fitting),
        pairs=say.number(pairs),
    )


def small(words: str) -> str:
    """Return words with a small first letter, for the middle of a sentence; names and units keep theirs."""
    first = words.split(" ", 1)[0]
    keeps = first in KEPT or first.startswith("Rp") or (len(first) > 1 and not first[1:].islower())
    return words if keeps else words[0].lower() + words[1:]
