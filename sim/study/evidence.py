"""What experiments found beside what the model finds: the contrast that an experiment would measure, and the truth.

The findings are in ``evidence.toml`` beside this file. They are comparisons and never targets.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.additionality import NUMBERS, WINDOWS
from sim.study.firm_record import MONTHLY
from sim.study.intervals import Interval, ratio
from sim.study.layout import number, table, wrapped
from sim.study.screen import between
from sim.study.twins import new_policies

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.compare import Comparison

__all__ = ["EVIDENCE_COLUMNS", "Finding", "default_names", "evidence_frame", "evidence_table", "findings"]

FACTS = Path(__file__).with_name("evidence.toml")
RETURN = "return"
EVIDENCE_COLUMNS = (
    *("scenario", "policy", "measure", "found_low", "found_high"),
    *("contrast", "contrast_low", "contrast_high", "twin", "twin_low", "twin_high", "firms", "pairs"),
    *("finding", "source", "year", "confidence"),
)


@dataclass(frozen=True)
class Finding:
    """What a study found of a policy like one of the model's, in per cent."""

    policy: str
    measure: str
    finding: str
    source: str
    year: str
    confidence: str
    low: float
    high: float = math.inf


@cache
def findings() -> tuple[Finding, ...]:
    """Return all findings, in the file's order.

    Examples
    --------
    >>> [(one.measure, one.low, one.high) for one in findings() if one.policy == "store_access"]
    [('profit_jt', 16, 26)]
    """
    tables = tomllib.loads(FACTS.read_text(encoding="utf-8"))["evidence"]
    return tuple(Finding(**one) for one in tables)


def default_names(shipped: Sequence[str]) -> list[str]:
    """Return the shipped scenarios of one policy for which something was found.

    Examples
    --------
    >>> default_names(["baseline", "policies/coaching", "policies/credit", "policies/training"])
    ['policies/training', 'policies/coaching']
    """
    names = dict.fromkeys(f"policies/{one.policy}" for one in findings())
    return [name for name in names if name in shipped]


def evidence_frame(comparison: Comparison) -> pd.DataFrame:
    """Return each finding beside the model's numbers, all in per cent, over the year after a firm's first help.

    Only scenarios count whose one new policy was studied. ``contrast`` is what an experiment would measure in the
    model's world, ``twin`` what help did; with their 95 % intervals over seeds.
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for scenario in comparison.scenarios:
        own = new_policies(scenario, comparison.against)
        for one in findings():
            if own == (one.policy,) and scenario.name in comparison.gains:
                head = (scenario.name, one.policy, one.measure, float(one.low), float(one.high))
                tail = (one.finding, one.source, one.year, one.confidence)
                rows.append((*head, *_numbers(comparison, scenario.name, one), *tail))
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))


def _numbers(comparison: Comparison, scenario: str, one: Finding) -> tuple[float, ...]:
    """Return contrast and twin effect with their intervals, firms helped and seeds."""
    import numpy as np

    from sim.study.additionality import nobody

    seeds = [gains.additional.get(one.policy, nobody()) for gains in comparison.gains[scenario]]
    measure = list(MONTHLY).index("profit_jt" if one.measure == RETURN else one.measure)
    numbers = np.array([own.numbers for own in seeds])[:, :, WINDOWS.index("year"), measure]
    if one.measure == RETURN:
        spent_jt = comparison.spending[scenario][one.policy][:, 0].sum(axis=1)
        numbers[:, :, 1] = (spent_jt / np.array([max(1, own.everybody) for own in seeds]))[:, np.newaxis]
    found: list[float] = []
    pairs = 0
    for name in ("contrast", "twin"):
        value, base = numbers[:, NUMBERS.index(name)].T
        per_cent = ratio(100.0 * value, base)
        found += [per_cent.mean, per_cent.low, per_cent.high]
        pairs = per_cent.pairs
    return (*found, float(np.mean([own.firms for own in seeds])), pairs)


def evidence_table(frame: pd.DataFrame) -> str:
    """Return the comparison with the evidence as a table for a person, and each finding's source below."""
    head = ["policy", "measure", "found, %", "contrast, %", "95 % interval", "twin, %", "95 % interval"]
    rows: list[list[str]] = []
    notes: list[str] = []
    for row in frame.itertuples():
        span = f"above {row.found_low:g}" if row.found_high == math.inf else f"{row.found_low:g} to {row.found_high:g}"
        words = [str(row.policy), str(row.measure), span]
        for name in ("contrast", "twin"):
            mean, low, high = (float(getattr(row, f"{name}{end}")) for end in ("", "_low", "_high"))
            words += [number(mean), "-" if math.isnan(mean) else between(Interval(mean, low, high, int(row.pairs)))]
        rows.append(words)
        notes += wrapped(f"{row.policy}, {row.measure}: {row.finding} ({row.source}, {row.year}; {row.confidence})")
    return "\n".join([table(head, rows), "", *notes])
