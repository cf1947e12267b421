"""How far a scenario is from what is known of such a town: every descriptive pattern, measured and scored.

The facts are in ``patterns.toml`` beside this file, what is measured in ``sim/study/measures.py``. Nothing here knows
a policy: effects are answers of the model, never targets.
"""

from __future__ import annotations

import math
import textwrap
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.files import Delivery, manifest
from sim.study.intervals import CONFIDENCE, Interval, interval, refuse_few
from sim.study.measures import MEASURES
from sim.study.runs import Progress, default_workers, run_all
from sim.study.screen import table
from sim.study.simulate import Job, prepare
from sim.study.watch import watch

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

__all__ = [
    "PATTERN_COLUMNS",
    "Pattern",
    "Score",
    "left_out",
    "measure_run",
    "notes",
    "pattern_frame",
    "pattern_table",
    "patterns",
    "score",
    "write",
]

FACTS = Path(__file__).with_name("patterns.toml")
HOLDS, NEAR = 1.0, 2.0
UNKNOWN = "unknown"
VERDICTS = ("holds", "near", "off", UNKNOWN)
WIDTH = 100
PERCENT = {"share": "%", "per year": "% a year"}
PATTERN_COLUMNS = (
    "pattern",
    "verdict",
    "value",
    "low",
    "high",
    "target_low",
    "target_high",
    "tolerance",
    "distance",
    "unit",
    "seeds",
    "name",
    "meaning",
    "source",
    "year",
    "confidence",
)


@dataclass(frozen=True)
class Pattern:
    """A fact that a run is checked against; a single target has ``low`` equal to ``high``."""

    key: str
    name: str
    meaning: str
    low: float
    high: float
    tolerance: float
    unit: str
    source: str
    year: str
    confidence: str

    def distance(self, value: float) -> float:
        """Return how many tolerances a value is below (negative) or above the target or its range.

        Examples
        --------
        >>> use = next(one for one in patterns() if one.key == "use_local")
        >>> use.low, use.high, use.tolerance
        (0.45, 0.7, 0.025)
        >>> use.distance(0.6), round(use.distance(0.75), 6), round(use.distance(0.4), 6)
        (0.0, 2.0, -2.0)
        """
        if math.isnan(value):
            return math.nan
        return (min(value - self.low, 0.0) + max(value - self.high, 0.0)) / self.tolerance


@dataclass(frozen=True)
class Score:
    """A pattern with its simulated value over the seeds."""

    pattern: Pattern
    value: Interval

    @property
    def distance(self) -> float:
        """Distance of the mean in tolerances."""
        return self.pattern.distance(self.value.mean)

    @property
    def verdict(self) -> str:
        """``holds`` up to one tolerance away, ``near`` up to two, else ``off``; ``unknown`` without a value."""
        if math.isnan(self.distance):
            return UNKNOWN
        away = abs(self.distance)
        return "holds" if away <= HOLDS else "near" if away <= NEAR else "off"


@cache
def _facts() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(FACTS.read_text(encoding="utf-8"))


def patterns() -> tuple[Pattern, ...]:
    """Return every pattern, in the order of the file.

    Examples
    --------
    >>> patterns()[0].key
    'steel_stays'
    """
    found = []
    for key, facts in _facts()["pattern"].items():
        entry = dict(facts)
        target = entry.pop("target", None)
        low = entry.pop("low", -math.inf if target is None else target)
        high = entry.pop("high", math.inf if target is None else target)
        found.append(Pattern(key=key, low=low, high=high, **entry))
    return tuple(found)


def left_out() -> dict[str, str]:
    """Return the facts that are known and not scored, by name, with the reason.

    Examples
    --------
    >>> "Difficulties named by firms" in left_out()
    True
    """
    return {entry["name"]: entry["reason"] for entry in _facts()["left_out"].values()}


def measure_run(job: Job) -> dict[str, float]:
    """Run the model once and return the measured value of every pattern."""
    run = watch(job)
    return {one.key: MEASURES[one.key](run) for one in patterns()}


def score(
    scenario: Scenario,
    seeds: int = 10,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    work: Callable[[Job], Any] = measure_run,
) -> tuple[Score, ...]:
    """Run a scenario on the seeds 1 to ``seeds`` and score every pattern.

    Parameters
    ----------
    scenario
        What is checked.
    seeds
        How many runs; at least 2.
    workers, executor, progress, work
        As in :func:`sim.study.runs.run_all`.

    Returns
    -------
    tuple of Score
        In the order of the file; the same to the last bit for any number of workers.

    Examples
    --------
    >>> from sim import Scenario
    >>> score(Scenario.load("baseline"), seeds=1)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Seeds: 1 is too few for an interval. Use 2 or more; 30 is a good number.
    """
    refuse_few(seeds)
    jobs = [Job(scenario, seed) for seed in range(1, seeds + 1)]
    workers = workers or default_workers(len(jobs))
    if work is measure_run and workers > 1:
        prepare(jobs[:1])  # so that the workers load what is compiled here, instead of all compiling at once
    outcomes = run_all(jobs, work=work, workers=workers, executor=executor, progress=progress)
    runs = [outcome.result() for outcome in outcomes]
    return tuple(Score(one, interval([run[one.key] for run in runs])) for one in patterns())


def pattern_frame(scores: Sequence[Score]) -> pd.DataFrame:
    """Return the table of ``patterns.csv``: one row a pattern, numbers in the pattern's unit and unrounded."""
    import pandas as pd

    rows = []
    for one in scores:
        fact, value = one.pattern, one.value
        ends = [end if math.isfinite(end) else math.nan for end in (fact.low, fact.high)]
        measured = (one.verdict, value.mean, value.low, value.high, *ends, fact.tolerance, one.distance)
        told = (fact.unit, value.pairs, fact.name, fact.meaning, fact.source, fact.year, fact.confidence)
        rows.append((fact.key, *measured, *told))
    return pd.DataFrame(rows, columns=list(PATTERN_COLUMNS))


def write(scores: Sequence[Score], scenario: Scenario, folder: Path) -> None:
    """Write ``patterns.csv`` and its manifest."""
    facts = {
        "scenario": scenario.name,
        "scenario_fingerprint": scenario.fingerprint,
        "seeds": max(one.value.pairs for one in scores),
        "interval": f"{CONFIDENCE:.0%}, Student's t on the values of the seeds, one pattern at a time",
    }
    with Delivery(folder) as files:
        files.csv("patterns.csv", pattern_frame(scores))
        files.json("manifest.json", manifest("patterns", facts))


def _number(value: float, unit: str) -> str:
    """Write a number with three digits, shares in per cent.

    Examples
    --------
    >>> _number(0.08312, "share"), _number(4.657, "jt/fte/month"), _number(140.2, "jt/fte/year")
    ('8.31', '4.66', '140')
    """
    if math.isnan(value):
        return "-"
    value *= 100.0 if unit in PERCENT else 1.0
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _target(fact: Pattern) -> str:
    """Write a target with its tolerance."""
    low, high, tolerance = (_number(value, fact.unit) for value in (fact.low, fact.high, fact.tolerance))
    if math.isinf(fact.high):
        what = f"at least {low}"
    elif math.isinf(fact.low):
        what = f"at most {high}"
    else:
        what = low if fact.low == fact.high else f"{low} to {high}"
    return f"{what} ± {tolerance}"


def pattern_table(scores: Sequence[Score]) -> str:
    """Return a plain table, one row a pattern, for a screen of 100 columns, and how many hold."""
    rows = []
    for one in scores:
        fact, value = one.pattern, one.value
        low, mean, high = (_number(number, fact.unit) for number in (value.low, value.mean, value.high))
        between = f"{low} to {high}" if value.pairs > 1 else "-"
        away = "-" if math.isnan(one.distance) else f"{one.distance:+.1f}" if one.distance else "0"
        unit = PERCENT.get(fact.unit, fact.unit)
        rows.append([f"{fact.name}, {unit}", mean, between, _target(fact), away, one.verdict])
    head = ["pattern", "value", "95 % interval", "target", "away", "verdict"]
    counts = Counter(one.verdict for one in scores)
    told = ", ".join(f"{word} {counts[word]}" for word in VERDICTS if counts[word] or word != UNKNOWN)
    rule = "away: tolerances from the target or the nearer end of its range; up to 1 holds, up to 2 near"
    return "\n".join([table(head, rows), "", f"Of {len(scores)} patterns: {told}", rule])


def notes(scores: Sequence[Score]) -> str:
    """Return what each pattern measures and where its target comes from, and what is not scored and why."""
    lines = ["What is measured, and where the target comes from (confidence H high, M middling, L low)"]
    for one in scores:
        fact = one.pattern
        lines += _wrapped(f"{fact.name}: {fact.meaning}. {fact.source} ({fact.year}, {fact.confidence})")
    lines += ["", "Known and not scored"]
    for name, reason in left_out().items():
        lines += _wrapped(f"{name}: {reason}")
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    """Wrap a paragraph to the width of the screen, its further lines indented."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="    ")
