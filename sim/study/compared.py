"""What ``kotabaja compare`` writes and prints of a comparison."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.claims import METHOD, chances_frame, claims_text
from sim.study.evidence import evidence_frame, evidence_table
from sim.study.files import Delivery, manifest
from sim.study.intervals import CONFIDENCE
from sim.study.layout import wrapped
from sim.study.pairs import pairs_table
from sim.study.precise import precision_frame, precision_text
from sim.study.ranking import ranking, ranking_table
from sim.study.screen import MAIN_COLUMNS, effects_table

if TYPE_CHECKING:
    from sim.study.compare import Comparison
    from sim.study.layout import wrapped
from sim.study.pairs import Pairs

__all__ = ["facts", "pairs_facts", "pairs_text", "text", "write", "write_pairs"]

MOST_IN_FULL = 3  # scenarios whose effects are printed one by one below the ranking


def _facts(comparison: Comparison) -> dict[str, Any]:
    """Return what a manifest says of a comparison."""
    against = comparison.against
    aim = {} if comparison.aim is None else {"precision": comparison.aim.facts}
    return {
        "scenarios": {one.name: one.fingerprint for one in comparison.scenarios},
        "against": {against.name: against.fingerprint},
        "seeds": len(comparison.seeds),
        "interval": f"{CONFIDENCE:.0%}, Student's t on paired differences, one indicator at a time",
        "simultaneous": METHOD,
        **aim,
    }


def write(comparison: Comparison, folder: Path, *, evidence: bool = False) -> None:
    """Write every table of a comparison and its manifest, all or none."""
    with Delivery(folder) as files:
        files.csv("effects.csv", comparison.effects)
        files.csv("spending.csv", comparison.spending_by_month)
        files.csv("who.csv", comparison.who)
        files.csv("displacement.csv", comparison.displacement)
        files.csv("additionality.csv", comparison.additionality)
        files.csv("simultaneous.csv", comparison.together)
        files.csv("chances.csv", chances_frame(comparison))
        if comparison.aim is not None:
            files.csv("precision.csv", precision_frame(comparison))
        if evidence:
            files.csv("evidence.csv", evidence_frame(comparison))
        files.json("manifest.json", manifest("compare", _facts(comparison)))


def write_pairs(pairs: Pairs, folder: Path) -> None:
    """Write the interactions, the effects behind them, and the manifest."""
    with Delivery(folder) as files:
        files.csv("pairs.csv", pairs.frame)
        files.csv("effects.csv", pairs.comparison.effects)
        files.json("manifest.json", manifest("compare --pairs", _facts(pairs.comparison)))


def _title(comparison: Comparison) -> str:
    """Return the line above the tables."""
    pairs = len(comparison.seeds)
    return f"Difference from {comparison.against.name}, {pairs} pairs, means over the observed months"


def text(comparison: Comparison, *, evidence: bool = False) -> str:
    """Return what a person sees of a comparison: ranking, scenarios one by one if few, claims, evidence."""
    parts = [f"{_title(comparison)}\n{ranking_table(comparison)}"]
    if len(comparison.scenarios) <= MOST_IN_FULL:
        parts.append(effects_table(comparison))
    if comparison.aim is not None:
        parts.append(precision_text(comparison))
    parts.append(claims_text(comparison))
    other = [one.name for one in comparison.scenarios if one.name not in comparison.gains]
    if other:
        parts.append(f"Not compared firm by firm, for their months are others: {', '.join(other)}")
    if evidence:
        parts.append(f"Beside what experiments found, never a target\n{evidence_table(evidence_frame(comparison))}")
    return "\n\n".join(parts)


def facts(comparison: Comparison) -> dict[str, Any]:
    """Return what a script is told of a comparison: the ranking, and the effects on the main indicators."""
    effects = []
    for one in comparison.scenarios:
        for name in MAIN_COLUMNS:
            if all(name in comparison.columns[own] for own in (one.name, comparison.against.name)):
                found = comparison.effect(one.name, name)
                numbers = {"difference": found.mean, "low": found.low, "high": found.high}
                effects.append({"scenario": one.name, "indicator": name, **numbers})
    return {**_facts(comparison), "ranking": ranking(comparison), "effects": effects}


def pairs_facts(pairs: Pairs) -> dict[str, Any]:
    """Return what a script is told of pairs: every interaction."""
    return {**_facts(pairs.comparison), "interactions": pairs.frame.to_dict("records")}


def pairs_text(pairs: Pairs) -> str:
    """Return what a person sees of pairs: each alone, and the matrix of interactions."""
    line = "Local share, points: each alone, and what two do together beyond the sum of each alone."
    lines = [_title(pairs.comparison), *wrapped(line), "In brackets: zero is not excluded.", pairs_table(pairs)]
    return "\n".join(lines)
