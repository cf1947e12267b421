"""The tidy tables behind every figure and sentence, made from a paired comparison of the study.

Runs of one seed share all luck, so every difference is taken within a seed and only then averaged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.study.compare import EFFECT_COLUMNS
from sim.study.intervals import interval, paired

if TYPE_CHECKING:
    from sim.study.assumption_draws import Doubts
    from sim.study.bind import Binding
    from sim.study.compare import Comparison

__all__ = [
    "CONTRASTS",
    "FACTORS",
    "FIGURE_COLUMNS",
    "PROGRAMMES",
    "bound_shares",
    "change_bands",
    "draw_table",
    "effect_table",
    "factor_table",
    "level_bands",
    "monthly_records",
    "pick",
    "relaxation_table",
    "steel_flows",
]

FACTORS = ("access", "depth", "conversion", "fill", "rescue")
PROGRAMMES = ("training_only", "access_only", "both")
BAND_COLUMNS = ("scenario", "month", "date", "mean", "low", "high")
BOUND_COLUMNS = ("month", "date", "constraint", "share")
FACTOR_CHANGE_COLUMNS = ("scenario", "factor", "label", "change", "low", "high")
FLOW_COLUMNS = ("source", "target", "tonnes_a_month")
RELAXATION_COLUMNS = (
    *("constraint", "label", "meaning", "unit", "units", "cost_jt", "difference", "low", "high", "per_rp_1bn"),
)
# The tables behind the briefing's figures, by the figure's key.
FIGURE_COLUMNS = {
    "draws": ("scenario", "label", "draw", "effect", "low", "high"),
    "effects": EFFECT_COLUMNS,
    "factors": FACTOR_CHANGE_COLUMNS,
    "share_over_time": BAND_COLUMNS,
    "change_over_time": BAND_COLUMNS,
    "steel_flow": FLOW_COLUMNS,
    "relaxation": RELAXATION_COLUMNS,
    "bound_over_time": BOUND_COLUMNS,
}
# Differences between programmes: the scenarios added on each side, with their signs.
CONTRASTS: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "interaction": ({"both": 1}, {"training_only": 1, "access_only": 1, "baseline": -1}),
    "access_less_training": ({"access_only": 1}, {"training_only": 1}),
}


def effect_table(comparison: Comparison) -> pd.DataFrame:
    """Return the effect of each programme on each indicator, and the contrasts between programmes.

    Parameters
    ----------
    comparison
        ``training_only``, ``access_only`` and ``both`` against a town without programmes, whatever its name.

    Returns
    -------
    pandas.DataFrame
        The table of effects with more rows. For the contrast ``interaction`` the column ``baseline`` is what
        the two programmes would give if their effects simply added up, and ``value`` what both give; for
        ``access_less_training`` they are what training gives and what market access gives.
    """
    from sim.indicators import catalogue

    rows = []
    known = set(PROGRAMMES) <= set(comparison.means)
    named = {"baseline": comparison.against.name}
    for name, sides in CONTRASTS.items() if known else ():
        for entry in catalogue(comparison.against):
            value, against = (
                sum(
                    (sign * comparison.values(named.get(one, one), entry.column) for one, sign in side.items()),
                    start=np.float64(0),
                )
                for side in sides
            )
            found, ratio = paired(value, against)
            labels = (name, entry.indicator, entry.origin, entry.unit, entry.better)
            means = (interval(against).mean, interval(value).mean)
            rows.append((*labels, *means, found.mean, found.low, found.high, found.pairs, ratio))
    contrasts = pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))
    return pd.concat([comparison.effects, contrasts], ignore_index=True)


def pick(effects: pd.DataFrame, indicator: str, origin: str) -> pd.DataFrame:
    """Return the rows of one indicator and origin."""
    return effects[(effects["indicator"] == indicator) & (effects["origin"] == origin)]


def factor_table(effects: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return each programme's change of each of the five factors, in per cent of the factor's baseline."""
    rows = []
    for factor in FACTORS:
        for row in pick(effects, factor, "local").itertuples():
            if row.scenario in PROGRAMMES:
                per_cent = 100 / float(row.baseline) if row.baseline else math.nan
                changes = (per_cent * float(value) for value in (row.difference, row.low, row.high))
                rows.append((row.scenario, factor, labels[factor], *changes))
    return pd.DataFrame(rows, columns=list(FACTOR_CHANGE_COLUMNS))


def monthly_records(comparison: Comparison) -> pd.DataFrame:
    """Return the observed months of every run as one wide table: ``scenario, seed, month, ...``."""
    parts = [
        run[run["warm_up"] == 0].drop(columns="warm_up").assign(scenario=name, seed=seed)
        for name, runs in comparison.runs.items()
        for seed, run in zip(comparison.seeds, runs, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def dates_of(months: pd.Series, first_month: str) -> pd.Series:
    """Return the first day of each month of the run, where month 1 is ``first_month``.

    Examples
    --------
    >>> dates_of(pd.Series([1, 61]), "2018-06").dt.strftime("%Y-%m").tolist()
    ['2018-06', '2023-06']
    """
    start = pd.Period(first_month, freq="M")
    return pd.Series([(start + int(month) - 1).to_timestamp() for month in months], index=months.index)


def level_bands(records: pd.DataFrame, column: str, first_month: str, scale: float = 1.0) -> pd.DataFrame:
    """Return each scenario's mean over seeds, month by month, with the 95 % interval of that mean."""
    return _bands(_by_seed(records, column) * scale, first_month)


def change_bands(records: pd.DataFrame, column: str, first_month: str, scale: float = 1.0) -> pd.DataFrame:
    """Return each programme's difference from the baseline of the same seed, month by month."""
    wide = _by_seed(records, column) * scale
    shown = [name for name in PROGRAMMES if name in wide.index.unique("scenario")]
    if not shown:
        return pd.DataFrame(columns=list(BAND_COLUMNS))
    changes = pd.concat({name: wide.loc[name] - wide.loc["baseline"] for name in shown}, names=["scenario"])
    return _bands(changes, first_month)


def _by_seed(records: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return one row a scenario and month, one column a seed."""
    return records.pivot(index=["scenario", "month"], columns="seed", values=column)


def _bands(wide: pd.DataFrame, first_month: str) -> pd.DataFrame:
    """Return mean, low and high of each row of a table with one column a seed."""
    found = [interval(row) for row in wide.to_numpy()]
    table = wide.index.to_frame(index=False)
    table["date"] = dates_of(table["month"], first_month)
    for key in ("mean", "low", "high"):
        table[key] = [getattr(one, key) for one in found]
    return table


def steel_flows(records: pd.DataFrame) -> pd.DataFrame:
    """Return the mean tonnes of steel a month from each source to each receiver, without programmes."""
    mean = records[records["scenario"] == "baseline"].mean(numeric_only=True)
    direct = {to: float(mean[f"steel_direct_{to}_t"]) for to in ("local", "external")}
    bought = {to: float(mean[f"steel_distributor_{to}_t"]) for to in ("local", "external")}
    allotment = float(mean["allotment_t"])
    unused = max(0.0, allotment - sum(direct.values()))  # the mills ship it elsewhere, and count it there
    rows = [
        ("mills", "contracts", float(mean["shipped_contracts_t"])),
        ("mills", "elsewhere", max(0.0, float(mean["shipped_elsewhere_t"]) - unused)),
        ("mills", "allotment", allotment),
        *(("allotment", to, tonnes) for to, tonnes in direct.items()),
        ("allotment", "unused", unused),
        *(("distributors", to, tonnes) for to, tonnes in bought.items()),
    ]
    return pd.DataFrame(rows, columns=list(FLOW_COLUMNS))


def draw_table(doubts: Doubts, effects: pd.DataFrame, scenarios: Sequence[str]) -> pd.DataFrame:
    """Return the effects on the local share in every draw, in percentage points, beside their intervals from luck."""
    share = pick(effects, "market_share", "local").set_index("scenario")
    parts = [
        pd.DataFrame(
            {
                "scenario": name,
                "draw": doubts.draws,
                "effect": 100 * doubts.effect(name),
                "low": 100 * float(share.loc[name, "low"]),
                "high": 100 * float(share.loc[name, "high"]),
            }
        )
        for name in scenarios
    ]
    return pd.concat(parts, ignore_index=True)


def bound_shares(records: pd.DataFrame, constraints: Sequence[str], first_month: str) -> pd.DataFrame:
    """Return the share of local firms bound by each constraint, month by month, without programmes."""
    base = records[records["scenario"] == "baseline"]
    names = {f"bound_{name}_local": name for name in constraints}
    monthly = base.groupby("month")[list(names)].mean().rename(columns=names)
    long = monthly.reset_index().melt(id_vars="month", var_name="constraint", value_name="share")
    long["date"] = dates_of(long["month"], first_month)
    return long[list(BOUND_COLUMNS)]


def relaxation_table(binding: Binding, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the relaxation values with words, amounts and cost, the most valuable first."""
    rows = [
        (
            one.constraint, labels.get(one.constraint, one.meaning), one.meaning, one.unit, one.units,
            one.cost_jt, one.change.mean, one.change.low, one.change.high, one.per_rp_1bn,
        )
        for one in binding.relaxations
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(RELAXATION_COLUMNS)).sort_values(
        "difference", ascending=False, kind="stable"
    )
