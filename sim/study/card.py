"""The validation card: every pattern measured over many seeds, and scored pass, near or miss.

Facts stand in ``patterns.toml``, what is measured in ``sim/study/measures/``, limits in ``sim/study/limits.py``.
Shares are by weight. Only what was held out is evidence: a target that values were fitted to is met by fitting.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.files import Delivery, manifest
from sim.study.intervals import CONFIDENCE, Interval, interval, refuse_few
from sim.study.limits import try_limits
from sim.study.measures import MEASURES
from sim.study.patterns import LIMITS_KIND, VERDICTS, Pattern, patterns
from sim.study.runs import Job, Progress, run_all
from sim.study.watch import watch

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

__all__ = ["CARD_COLUMNS", "SHARES", "Card", "Score", "card_frame", "measure_run", "score", "target_text"]

CARD_COLUMNS = (
    *("pattern", "verdict", "value", "low", "high", "target", "tolerance", "unit", "weight", "use"),
    *("source", "confidence"),
)


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
        """The verdict on the mean."""
        return self.pattern.verdict(self.value.mean)


@dataclass(frozen=True)
class Card:
    """All scores of a scenario, and the values of every run behind them: one row a seed, one column a pattern."""

    scenario: Scenario
    scores: tuple[Score, ...]
    runs: pd.DataFrame

    def weights(self, counts: Callable[[Pattern], bool]) -> dict[str, float]:
        """Return the weight of each verdict among the patterns that count; without limits, which weigh nothing."""
        found = dict.fromkeys(VERDICTS, 0.0)
        for one in self.scores:
            if counts(one.pattern):
                found[one.verdict] += one.pattern.weight
        return found


# Which patterns a share of weight is of, and what the share is worth.
SHARES: dict[str, tuple[Callable[[Pattern], bool], str]] = {
    "held out": (lambda one: one.held_out, "never used to set a value: the evidence"),
    "held out, never looked at": (
        lambda one: one.held_out and not one.seen,
        "nor looked at while values were set by hand",
    ),
    "calibration": (lambda one: not one.held_out, "may be fitted or stand in the register: no evidence"),
    "all": (lambda _: True, "both together: a description, no evidence"),
}


def measure_run(job: Job) -> dict[str, float]:
    """Run the model once and return the measured value of every pattern but the limits."""
    run = watch(job)
    return {name: of(run) for name, of in MEASURES.items()}


def score(
    scenario: Scenario,
    seeds: int = 100,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    work: Callable[[Job], Any] = measure_run,
    limits: Callable[[Scenario], dict[str, float]] = try_limits,
) -> Card:
    """Run a scenario on the seeds 1 to ``seeds``, try the limits on small towns, and score every pattern.

    Parameters
    ----------
    scenario
        What is checked.
    seeds
        How many runs; at least 2.
    workers, executor, progress, work
        As in :func:`sim.study.runs.run_all`.
    limits
        Returns 1 or 0 for every limit.

    Returns
    -------
    Card
        Scores in the order of the file; the same to the last bit for any number of workers.

    Examples
    --------
    >>> from sim import Scenario
    >>> score(Scenario.load("baseline"), seeds=1)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Seeds: 1 is too few for an interval. Use 2 or more; 30 is a good number.
    """
    import pandas as pd

    refuse_few(seeds)
    jobs = [Job(scenario, seed) for seed in range(1, seeds + 1)]
    outcomes = run_all(jobs, work=work, workers=workers, executor=executor, progress=progress)
    values = [outcome.result() for outcome in outcomes]
    held = limits(scenario)
    measured = [one.key for one in patterns() if one.kind != LIMITS_KIND]
    runs = pd.DataFrame(values, index=pd.RangeIndex(1, seeds + 1, name="seed"))[measured]
    scores = [
        Score(one, interval([held[one.key]]) if one.kind == LIMITS_KIND else interval(runs[one.key]))
        for one in patterns()
    ]
    return Card(scenario, tuple(scores), runs)


def target_text(fact: Pattern, write: Callable[[float], str] = repr) -> str:
    """Write a target: a number, a range, or one end of it.

    Examples
    --------
    >>> by_key = {one.key: one for one in patterns()}
    >>> [target_text(by_key[key]) for key in ("exits_local", "use_local", "store_suppliers", "no_steel")]
    ['0.083', '0.45 to 0.7', 'at most 0.1', 'yes']
    """
    if fact.kind == LIMITS_KIND:
        return "yes"
    if math.isinf(fact.high):
        return f"at least {write(fact.low)}"
    if math.isinf(fact.low):
        return f"at most {write(fact.high)}"
    return write(fact.low) if fact.low == fact.high else f"{write(fact.low)} to {write(fact.high)}"


def card_frame(card: Card) -> pd.DataFrame:
    """Return the table of ``card.csv``: one row a pattern, numbers in the pattern's unit and unrounded.

    ``low`` and ``high`` are the ends of the value's 95 % interval over seeds; ``target`` is text.
    """
    import pandas as pd

    rows = []
    for one in card.scores:
        fact, value = one.pattern, one.value
        measured = (fact.key, one.verdict, value.mean, value.low, value.high, target_text(fact), fact.tolerance)
        source = f"{fact.source} ({fact.year})"
        rows.append((*measured, fact.unit, fact.weight, fact.use, source, fact.confidence))
    return pd.DataFrame(rows, columns=list(CARD_COLUMNS))


def write(card: Card, folder: Path, further: dict[str, bytes]) -> None:
    """Write ``card.csv``, ``runs.csv`` (one row a seed), further files, and their manifest."""
    from hashlib import sha256

    table = card_frame(card).to_csv(index=False, lineterminator="\n").encode()
    facts = {
        "scenario": card.scenario.name,
        "scenario_fingerprint": card.scenario.fingerprint,
        "seeds": len(card.runs),
        "interval": f"{CONFIDENCE:.0%}, Student's t on the values of the seeds, one pattern at a time",
        "weights": {name: card.weights(counts) for name, (counts, _) in SHARES.items()},
        "sha256": {"card.csv": sha256(table).hexdigest()},
    }
    with Delivery(folder) as files:
        files.data("card.csv", table)
        files.csv("runs.csv", card.runs.reset_index())
        for name, content in further.items():
            files.data(name, content)
        files.json("manifest.json", manifest("validate", facts))


def shares(card: Card) -> list[tuple[str, float, dict[str, float], str]]:
    """Return, for each group of patterns, its weight, the part of it by verdict, and what that is worth."""
    found: list[tuple[str, float, dict[str, float], str]] = []
    for name, (counts, worth) in SHARES.items():
        weights = card.weights(counts)
        total = sum(weights.values())
        found.append((name, total, {word: part / total for word, part in weights.items()}, worth))
    return found


def ordered(scores: Sequence[Score]) -> list[tuple[str, list[Score]]]:
    """Return the scores by kind, in the order of the file."""
    kinds = dict.fromkeys(one.pattern.kind for one in scores)
    return [(kind, [one for one in scores if one.pattern.kind == kind]) for kind in kinds]
