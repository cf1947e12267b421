"""The validation card as plain text: a table for a screen of 100 columns, and what each pattern measures."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from typing import Any

from sim.study.card import Card, Score, ordered, shares, target_text
from sim.study.layout import table, width
from sim.study.patterns import LIMITS_KIND, UNKNOWN, VERDICTS, comparisons, left_out

__all__ = ["WIDTH", "card_table", "notes"]

WIDTH = 100
PERCENT = {"share": "%", "per year": "% a year"}
SHORT = {**PERCENT, "ratio": "", "yes/no": "", "standard errors": "s.e.", "per firm and year": ""}
HEAD = ["pattern", "value", "±", "target", "away", "verdict"]


def number(value: float, unit: str) -> str:
    """Write a number with three digits, shares in per cent.

    Examples
    --------
    >>> number(0.08312, "share"), number(4.657, "jt/fte/month"), number(140.2, "jt/fte/year"), number(1.0, "yes/no")
    ('8.31', '4.66', '140', 'yes')
    """
    if math.isnan(value):
        return "-"
    if unit == "yes/no":
        return "yes" if value else "no"
    value *= 100.0 if unit in PERCENT else 1.0
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def unit_text(unit: str) -> str:
    """Write a unit for a person.

    Examples
    --------
    >>> unit_text("per year"), unit_text("fte")
    ('% a year', 'fte')
    """
    return SHORT.get(unit, unit)


def target_words(one: Score) -> str:
    """Write a target with its tolerance."""
    fact = one.pattern
    told = target_text(fact, lambda value: number(value, fact.unit))
    return told if fact.kind == LIMITS_KIND else f"{told} ± {number(fact.tolerance, fact.unit)}"


def _row(one: Score) -> list[str]:
    """Return the words of a row of the table."""
    fact, value = one.pattern, one.value
    half = number(value.high - value.mean, fact.unit)
    away = "-" if math.isnan(one.distance) else f"{one.distance:+.1f}" if one.distance else "0"
    mark = "*" if fact.held_out else " "
    unit = unit_text(fact.unit)
    name = f"{fact.name}, {unit}" if unit else fact.name
    return [f"{mark} {name}", number(value.mean, fact.unit), half, target_words(one), away, one.verdict]


def card_table(card: Card, most: int | None = None) -> str:
    """Return the card as a plain table, one block a kind, with the shares of weight by verdict.

    It is as wide as the screen, or as ``most`` columns.
    """
    most = width() if most is None else most
    rows: list[list[str]] = []
    for kind, scores in ordered(card.scores):
        rows += [["", *[""] * (len(HEAD) - 1)], [kind.capitalize(), *[""] * (len(HEAD) - 1)]]
        rows += [_row(one) for one in scores]
    counts = Counter(one.verdict for one in card.scores)
    told = ", ".join(f"{counts[word]} {word}" for word in VERDICTS if counts[word] or word != UNKNOWN)
    scored = [word for word in VERDICTS if counts[word] or word != UNKNOWN]
    groups = shares(card)
    parts = [
        [name, f"{total:g}", *(f"{100.0 * part[word]:.0f} %" for word in scored)] for name, total, part, _ in groups
    ]
    rules = [
        *_wrapped("* held out. ±: half of the 95 % interval of the mean over seeds, which holds luck alone.", most),
        *_wrapped(
            "away: tolerances from the target or the nearer end of its range; up to 1 passes, up to 2 is near.", most
        ),
    ]
    worths = [line for name, _, _, worth in groups for line in _wrapped(f"{name}: {worth}", most)]
    summary = table(["by weight", "weight", *scored], parts, most)
    counted = f"\nOf {len(card.scores)} patterns: {told}"
    return "\n".join([table(HEAD, rows, most), "", *rules, "", summary, *worths, counted])


def notes(card: Card) -> str:
    """Return what each pattern measures, where its target comes from and why it counts as it does."""
    lines = ["What is measured, and where the target comes from (confidence H high, M middling, L low)"]
    for one in card.scores:
        fact = one.pattern
        told = f"{fact.name} [{fact.key}]: {fact.meaning}. {fact.source} ({fact.year}, {fact.confidence}). "
        lines += _wrapped(told + f"Weight {fact.weight:g}, {fact.use}. {fact.why}")
    lines += ["", "What field experiments found: to be compared with, never a target"]
    for known in comparisons().values():
        lines += _wrapped(f"{known['name']}: {known['finding']}. {_source(known)}")
    lines += ["", "Known and not scored"]
    for name, reason in left_out().items():
        lines += _wrapped(f"{name}: {reason}")
    return "\n".join(lines)


def _source(known: dict[str, Any]) -> str:
    """Write where a fact comes from."""
    return f"{known['source']} ({known['year']}, {known['confidence']})."


def _wrapped(text: str, most: int = WIDTH) -> list[str]:
    """Wrap a paragraph, its further lines indented."""
    return textwrap.wrap(text, most, subsequent_indent="    ")
