"""The register of assumptions: what is assumed, how well, how much turns on it, and what would settle it.

``docs/assumptions.md`` is written from the register and from the measured influences in ``docs/sensitivity/morris.csv``
by ``kotabaja describe --assumptions``; the questions stand in ``assumptions.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError

if TYPE_CHECKING:
    from sim.core.parameters import Parameter
    from sim.scenario import Scenario

__all__ = ["GRADES", "OUTCOMES", "Assumption", "assumptions", "grade", "page", "question", "renew"]

QUESTIONS = Path(__file__).with_name("assumptions.toml")
MARK = "assumption:"
# How well an assumption stands, by the words of its reason: the first that fits counts.
GRADES: dict[str, tuple[float, str, str]] = {
    "choice": (
        0.0,
        "nothing to find out: a choice of the study, a start that the warm-up wears away, or a rule that is not there",
        r"no such rule|no outage|by definition|unit of measure|warm-up|baseline town|five years:|margin ratio",
    ),
    "guess": (
        1.0,
        "a guess: the reason says that nothing was found, or that the model behaves well near it",
        r"prototype runs|no measurement|none found|no count|no series|guess|not looked up|memory|no \w+ found|"
        r"no price list|no contract|not published|swept assumption",
    ),
    "cited": (
        1.0 / 3.0,
        "leans on a named fact of another place, year or thing",
        r"\b[HML]\)|\b(19|20)\d\d\b|\d+-\d+ %|\d+(\.\d+)? %",
    ),
    "reasoned": (2.0 / 3.0, "reasoned from the trade, without a source", ""),
}
# The two outcomes whose influences are measured: the column of the table, and how they are called.
OUTCOMES = {"local_share": "local share", "access_effect": "effect of market access"}
POINTS = 100.0
WORTH_ASKING = 40  # entries that stand on the page with a question of their own


@dataclass(frozen=True)
class Assumption:
    """An assumed entry of the register with its grade and its measured influences, where they were measured.

    ``influence`` holds the mean size of the change of each outcome, and ``noise`` what luck alone would show, both in
    the local share.
    """

    entry: Parameter
    grade: str
    influence: Mapping[str, float]
    noise: Mapping[str, float]
    relative: float

    @property
    def worth(self) -> float:
        """How much it is worth finding out, from 0 to 1: how badly it is known, times its relative influence."""
        return GRADES[self.grade][0] * self.relative

    @property
    def reason(self) -> str:
        """Why the value was assumed."""
        return self.entry.source[len(MARK) :].strip()


def grade(reason: str) -> str:
    """Return how well an assumption stands, by the words of its reason.

    Examples
    --------
    >>> grade("prototype runs of this model gave a stable town near this value; no measurement found")
    'guess'
    >>> grade("half the 2023 minimum wage of 4.657 (Tribun, H)"), grade("machines last about ten years")
    ('cited', 'reasoned')
    >>> grade("a start value that the warm-up of five years wears away")
    'choice'
    """
    return next(name for name, (_, _, words) in GRADES.items() if not words or re.search(words, reason))


def assumptions(scenario: Scenario, influences: Mapping[str, Mapping[str, float]]) -> list[Assumption]:
    """Return every assumption of a register, what is most worth finding out first.

    Parameters
    ----------
    scenario
        Whose register.
    influences
        By address the measured influences: ``local_share_mu_star``, ``local_share_luck`` and so on.

    Examples
    --------
    >>> from sim import Scenario
    >>> measured = {"firms.menu_cost": {"local_share_mu_star": 0.1}, "market.nest": {"local_share_mu_star": 0.2}}
    >>> found = assumptions(Scenario.load("baseline"), measured)
    >>> found[0].entry.address, found[0].relative, found[0].grade
    ('market.nest', 1.0, 'reasoned')
    """
    most = {
        one: max((row.get(f"{one}_mu_star", 0.0) for row in influences.values()), default=0.0) or 1.0
        for one in OUTCOMES
    }
    found = []
    for address, entry in scenario.parameters.items():
        if not entry.assumed:
            continue
        row = influences.get(address, {})
        influence = {one: row[f"{one}_mu_star"] for one in OUTCOMES if f"{one}_mu_star" in row}
        noise = {one: row[f"{one}_luck"] for one in OUTCOMES if f"{one}_luck" in row}
        # What does not rise above its own luck counts by the part that does.
        above = {one: max(0.0, value - noise.get(one, 0.0)) for one, value in influence.items()}
        relative = max((value / most[one] for one, value in above.items()), default=0.0)
        reason = entry.source[len(MARK) :].strip()
        found.append(Assumption(entry, grade(reason), influence, noise, relative))
    order = {address: place for place, address in enumerate(scenario.parameters)}
    return sorted(found, key=lambda one: (-one.worth, -one.relative, order[one.entry.address]))


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))


def question(entry: Parameter) -> str:
    """Return the survey question or the statistic that would settle an entry.

    Written by hand for those that matter most; for the others by whom one would ask (the room) and how such a thing is
    found out (the unit).

    Examples
    --------
    >>> from sim import Scenario
    >>> question(Scenario.load("baseline").parameters["firms.wear"])
    'A sample of metal workshops, followed for a year: wear of machines (per month).'
    """
    by_hand = _words()["question"].get(entry.address)
    if by_hand:
        return str(by_hand)
    whom = next((text for room, text in _words()["whom"].items() if entry.room.startswith(room)), "Whoever knows it")
    how = _words()["how"].get(entry.unit, "asked")
    meaning = entry.meaning[:1].lower() + entry.meaning[1:]
    return f"{whom}, {how}: {meaning} ({entry.unit})."


def read_influences(path: Path) -> dict[str, dict[str, float]]:
    """Return the measured influences of a table, by address."""
    import pandas as pd

    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        message = f"{path}: cannot be read ({error}). Run this in a checkout, where docs/sensitivity is."
        raise UserError(message) from error
    columns = [name for one in OUTCOMES for name in (f"{one}_mu_star", f"{one}_luck")]
    return {
        str(row["input"]): {name: float(row[name]) for name in columns if row[name] == row[name]}
        for row in table.to_dict("records")
    }


def page(scenario: Scenario, influences: Mapping[str, Mapping[str, float]]) -> str:
    """Return the page: the list of facts most worth finding, and every assumption with its grade and influences."""
    found = assumptions(scenario, influences)
    return "\n".join([*_head(scenario, found), *_asked(found), *_all(found), *_unmeasured(found)]) + "\n"


def renew(path: Path, influences: Path) -> bool:
    """Write the page anew; tell whether anything changed."""
    from sim.scenario import Scenario

    after = page(Scenario.load("baseline"), read_influences(influences))
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if after != before:
            path.write_text(after, encoding="utf-8")
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror or error}). Run this in a checkout, or name the page."
        raise UserError(message) from error
    return after != before


def _head(scenario: Scenario, found: list[Assumption]) -> Iterator[str]:
    """Return what the page is, and how its numbers are meant."""
    counts = {name: sum(one.grade == name for one in found) for name in GRADES}
    measured = sum(bool(one.influence) for one in found)
    yield "# What is assumed, and what is most worth finding out"
    yield ""
    yield f"Of the {len(scenario.parameters)} numbers of the register {len(found)} are assumptions. This page is"
    yield "written by `kotabaja describe --assumptions` from the register and from `docs/sensitivity/morris.csv`."
    yield ""
    yield "How well an assumption stands is told by the words of its reason:"
    yield ""
    yield "| grade | weight | what it means | entries |"
    yield "|---|---|---|---|"
    for name, (weight, meaning, _) in GRADES.items():
        yield f"| {name} | {weight:.2f} | {meaning} | {counts[name]} |"
    yield ""
    yield f"How much turns on it was measured for {measured} of them: Morris' mean size of the change (μ*) when the"
    yield "number crosses the half of its range around the value, in points of the local share and of the effect that"
    yield "market access has on it. The part above what luck alone would show, against the largest of its kind, times"
    yield "the weight of the grade, is what the entry is worth finding out."
    yield ""


def _asked(found: list[Assumption]) -> Iterator[str]:
    """Return the entries most worth finding out, each with what would settle it."""
    yield "## Most worth finding out"
    yield ""
    yield "| | number | now | range | grade | share, points | access, points | worth | what would settle it |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for rank, one in enumerate(found[:WORTH_ASKING], start=1):
        if one.worth <= 0.0:
            break
        entry = one.entry
        words = (f"`{entry.address}`", _now(entry), _range(entry), one.grade, *_influences(one), f"{one.worth:.2f}")
        yield f"| {rank} | {' | '.join(words)} | {question(entry)} |"
    yield ""


def _all(found: list[Assumption]) -> Iterator[str]:
    """Return every assumption whose influence was measured."""
    yield "## Every assumption"
    yield ""
    yield "In brackets: no more than luck alone would show."
    yield ""
    yield "| number | now | range | grade | share, points | access, points | worth | reason |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in found:
        if one.influence:
            words = (f"`{one.entry.address}`", _now(one.entry), _range(one.entry), one.grade, *_influences(one))
            yield f"| {' | '.join(words)} | {one.worth:.2f} | {_cell(one.reason)} |"
    yield ""


def _unmeasured(found: list[Assumption]) -> Iterator[str]:
    """Return the assumptions whose influence was not measured."""
    yield "## Not measured"
    yield ""
    yield "Numbers of policies that were not in force in those runs, and choices of the study."
    yield ""
    yield "| number | now | range | grade | reason | what would settle it |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        if not one.influence:
            settled = question(one.entry) if GRADES[one.grade][0] else "nothing"
            words = (f"`{one.entry.address}`", _now(one.entry), _range(one.entry), one.grade, _cell(one.reason))
            yield f"| {' | '.join(words)} | {settled} |"


def _influences(one: Assumption) -> list[str]:
    """Return the influences of an entry in points, in brackets where luck alone would show as much."""
    words = []
    for outcome in OUTCOMES:
        value = one.influence.get(outcome)
        if value is None:
            words.append("")
            continue
        text = f"{POINTS * value:.2g}"
        words.append(text if value > one.noise.get(outcome, 0.0) else f"({text})")
    return words


def _now(entry: Parameter) -> str:
    """Return the value with its unit."""
    value = entry.value
    return f"{str(value).lower() if isinstance(value, bool) else value} {entry.unit}"


def _range(entry: Parameter) -> str:
    """Return the range."""
    low, high = (str(end).lower() if isinstance(end, bool) else end for end in entry.range)
    return f"{low} to {high}"


def _cell(text: str) -> str:
    """Return a text that can stand in a cell of a table."""
    return text.replace("|", "/")
