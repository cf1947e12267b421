"""What a briefing is made of: the stored records of its runs, and every table that follows from them.

The page is a function of the records alone. ``kotabaja verify`` reads them back and makes everything anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.errors import UserError
from sim.report import tables
from sim.study.assumption_draws import Doubts
from sim.study.bind import Binding, bound
from sim.study.compare import Comparison
from sim.study.firm_record import MEASURES
from sim.study.who import WHO_COLUMNS, Classes, who_rows

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.study.twins import SeedGains

__all__ = ["EXPERIMENT", "RECORDS", "Findings", "firm_records", "label_of"]

EXPERIMENT = ("training_only", "access_only", "both")
# The records, by the letter that notes on the page use.
RECORDS = {
    "M": "records/means.parquet",
    "T": "records/months.parquet",
    "E": "records/easings.parquet",
    "F": "records/firms.parquet",
    "D": "records/draws.parquet",
    "I": "records/draw_inputs.parquet",
}
FIRM_COLUMNS = ("scenario", "seed", "place", "measure", "firms", "without", "difference")


def firm_records(gains: Mapping[str, Sequence[SeedGains]], seeds: Sequence[int]) -> pd.DataFrame:
    """Return what each pair of runs says of each class of firms: sums over firms, one row a class and measure."""
    parts = []
    for name, own in gains.items():
        for seed, one in zip(seeds, own, strict=True):
            known = one.classes
            places = known.firms.size
            parts.append(
                pd.DataFrame(
                    {
                        "scenario": name,
                        "seed": seed,
                        "place": np.tile(np.arange(places), len(MEASURES)),
                        "measure": np.repeat(list(MEASURES), places),
                        "firms": np.tile(known.firms, len(MEASURES)),
                        "without": known.without.ravel(),
                        "difference": known.difference.ravel(),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(FIRM_COLUMNS))


def label_of(scenario: Scenario, title: str) -> str:
    """Return what a scenario is called in a table: ``title`` of its policy, with its own name where that says more."""
    usual = {*scenario.policies, *EXPERIMENT}
    if len(scenario.policies) != 1 or scenario.name in usual:
        return title
    return f"{title} ({scenario.name})"


@dataclass(frozen=True)
class Findings:
    """The records of a briefing's runs: by letter of :data:`RECORDS`, and the scenarios that were run.

    ``worlds`` begins with the scenario that the others are compared with.
    """

    worlds: tuple[Scenario, ...]
    records: Mapping[str, pd.DataFrame]
    reliefs: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path, worlds: Sequence[Scenario], reliefs: Mapping[str, Any]) -> Findings:
        """Read the records of a folder."""
        found = {}
        for letter, name in RECORDS.items():
            try:
                found[letter] = pd.read_parquet(folder / name)
            except (OSError, ValueError) as problem:
                message = f"{folder / name}: cannot be read as a table: {problem}"
                raise UserError(message) from problem
        return cls(tuple(worlds), found, reliefs)

    @property
    def files(self) -> dict[str, bytes]:
        """The records as files."""
        made = {}
        for letter, name in RECORDS.items():
            stream = BytesIO()
            self.records[letter].to_parquet(stream, index=False, compression="zstd")
            made[name] = stream.getvalue()
        return made

    @property
    def against(self) -> Scenario:
        """The scenario without."""
        return self.worlds[0]

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios that are compared with it, by name."""
        return {one.name: one for one in self.worlds[1:]}

    @property
    def seeds(self) -> int:
        """How many pairs."""
        return len(set(self.records["M"]["seed"].tolist()))

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison, rebuilt from the means of its runs."""
        columns, means = {}, {}
        for name, own in self.records["M"].groupby("scenario", sort=False):
            wide = own.pivot(index="seed", columns="column", values="value")
            columns[str(name)] = tuple(dict.fromkeys(own["column"]))
            means[str(name)] = wide[list(columns[str(name)])].to_numpy(dtype=np.float64)
        seeds = tuple(sorted(set(self.records["M"]["seed"].tolist())))
        return Comparison(self.against, tuple(self.worlds[1:]), seeds, columns, means)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Effects of every scenario, and the contrasts of the experiment where its three programmes are there."""
        return tables.effect_table(self.comparison)

    @cached_property
    def experiment(self) -> pd.DataFrame:
        """Effects of the experiment alone, which stand beside each other; empty where it was not run."""
        if not set(EXPERIMENT) <= set(self.scenarios):
            return self.effects.iloc[:0]
        return self.effects[self.effects["scenario"].isin([*EXPERIMENT, *tables.CONTRASTS])]

    @cached_property
    def binding(self) -> Binding:
        """The relaxation values."""
        return bound(self.against, self.records["E"], self.reliefs)

    @property
    def months(self) -> pd.DataFrame:
        """The recorded months of the experiment's runs."""
        return self.records["T"]

    @cached_property
    def doubts(self) -> Doubts:
        """The draws of the assumptions."""
        return Doubts(self.against.name, self.records["I"], self.records["D"])

    @cached_property
    def who(self) -> pd.DataFrame:
        """Winners and losers by class of firm."""
        clusters = list(self.against.family("cluster")) if len(self.records["F"]) else []
        rows: list[tuple[Any, ...]] = []
        for name, own in self.records["F"].groupby("scenario", sort=False):
            seeds = [_classes(one) for _, one in own.groupby("seed", sort=True)]
            rows.extend(who_rows(str(name), seeds, clusters))
        return pd.DataFrame(rows, columns=list(WHO_COLUMNS))

    @cached_property
    def ranked(self) -> list[str]:
        """Names of the scenarios with one policy, the largest effect on the local share first; all if none has one."""
        share = tables.pick(self.effects, "market_share", "local").set_index("scenario")["difference"]
        single = [name for name, one in self.scenarios.items() if len(one.policies) == 1] or list(self.scenarios)
        return sorted(single, key=lambda name: -float(share[name]))

    @cached_property
    def drawn(self) -> list[str]:
        """Names of the scenarios of the draws, in the order of the ranking, packages last."""
        known = [name for name in dict.fromkeys(self.records["D"]["scenario"]) if name != self.against.name]
        order = {name: place for place, name in enumerate(self.ranked)}
        return sorted(known, key=lambda name: order.get(name, len(order)))


def _classes(frame: pd.DataFrame) -> Classes:
    """Return the classes of one pair of runs."""

    def wide(column: str) -> Any:
        return frame[column].to_numpy(dtype=np.float64).reshape(len(MEASURES), -1)

    return Classes(wide("firms")[0], wide("without"), wide("difference"))
