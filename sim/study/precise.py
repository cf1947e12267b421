"""A comparison that ends when its effects are known well enough, and what it then says of its precision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sim.core.toml_lines import did_you_mean
from sim.errors import UserError
from sim.study.precision import Precision, Verdict
from sim.study.screen import between, number, table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.study.comparison import Comparison

__all__ = ["MAIN", "MOST", "Aim", "precision_frame", "precision_text"]

MAIN = "market_share_local"
MAIN_FLOOR = 0.001  # a tenth of a point of the local share
MOST = 200
COVERAGE = (
    "At the stop, 95 % intervals held the true effect in 93 % or more of simulated studies, with differences that are"
    " normal or heavy-tailed; where they are as skewed as an exponential, in 87 %."
)
PRECISION_COLUMNS = (
    *("scenario", "column", "difference", "low", "high", "half_width", "pairs"),
    *("share", "floor", "fewest", "most", "reached", "reason"),
)


@dataclass(frozen=True)
class Aim:
    """How well the effect of every scenario on one column is to be known: only then, or at the most, runs end.

    Examples
    --------
    >>> Aim.of(0.1).rule
    Precision(share=0.1, floor=0.001, fewest=10, most=200)
    >>> Aim.of(0.2, "jobs_local_fte", most=50).rule.floor
    0.0
    """

    rule: Precision = field(default_factory=Precision)
    column: str = MAIN

    @classmethod
    def of(cls, share: float, column: str = MAIN, floor: float | None = None, most: int | None = None) -> Aim:
        """Return the aim that a person asks for; without a floor the local share has a tenth of a point."""
        if floor is None:
            floor = MAIN_FLOOR if column == MAIN else 0.0
        return cls(Precision(share=share, floor=floor, most=MOST if most is None else most), column)

    @property
    def facts(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {"column": self.column, **asdict(self.rule), "coverage": COVERAGE}

    def refuse_unknown(self, worlds: Iterable[Scenario]) -> None:
        """Refuse a column that not every scenario has, before any run."""
        from sim.indicators import catalogue

        for one in worlds:
            known = [entry.column for entry in catalogue(one)]
            if self.column not in known:
                message = (
                    f"--precision-of: {self.column} is no column of scenario {one.name}."
                    f"{did_you_mean(self.column, known)} indicators.csv of any run has them all."
                )
                raise UserError(message)

    def reached(self, differences: Sequence[NDArray[np.float64]]) -> bool:
        """Tell whether runs end now: every effect is known well enough. Between two looks they never do."""
        pairs = len(differences[0])
        return pairs in self.rule.looks and all(self.rule.verdict(one).reached for one in differences)


def verdicts(comparison: Comparison) -> dict[str, Verdict]:
    """Return by scenario whether its effect is known well enough."""
    aim = comparison.aim
    if aim is None:
        return {}
    baseline = comparison.values(comparison.against.name, aim.column)
    return {
        one.name: aim.rule.verdict(comparison.values(one.name, aim.column) - baseline) for one in comparison.scenarios
    }


def precision_frame(comparison: Comparison) -> pd.DataFrame:
    """Return what is written as ``precision.csv``: one row a scenario."""
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    if comparison.aim is not None:
        rule, column = comparison.aim.rule, comparison.aim.column
        limits = (rule.share, rule.floor, rule.fewest, rule.most)
        for name, one in verdicts(comparison).items():
            found = one.interval
            half = (found.high - found.low) / 2
            effect = (found.mean, found.low, found.high, half, found.pairs)
            rows.append((name, column, *effect, *limits, one.reached, one.reason))
    return pd.DataFrame(rows, columns=list(PRECISION_COLUMNS))


def precision_text(comparison: Comparison) -> str:
    """Return how well each effect is known, and after how many pairs, for a person."""
    aim = comparison.aim
    assert aim is not None
    rows = [
        [name, number(one.interval.mean), between(one.interval), str(one.interval.pairs), one.reason]
        for name, one in verdicts(comparison).items()
    ]
    head = ["scenario", f"effect on {aim.column}", "95 % interval", "pairs", "ended because"]
    return f"{table(head, rows)}\n{COVERAGE}"
