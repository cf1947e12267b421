"""What a run remembers: one record a month of every sum, in arrays made before the first month.

Indicators are functions of these arrays and are worked out when somebody asks, over all months at once; a month of a
run that nobody looks at costs a few copies.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.accounts import MONEY, TONNES
from sim.buyers import GATES, KINDS
from sim.core.state import seen
from sim.tally import CHAIN, COOPERATIVE_FIELDS, COUNTS, MILL_FIELDS, TALLY

__all__ = ["Collector", "History"]

TALLY_PLACE = {name: i for i, name in enumerate(TALLY.names or ())}
WORLD_FIELDS = ("steel_price_jt_t", "import_price_jt_t", "season", "days")


class History:
    """The months of one run. The month's sums are written straight into their place here: nothing is copied."""

    def __init__(self, model: Any) -> None:
        months = model.months
        self.scenario = model.world
        self.clusters = list(model.world.family("cluster"))
        self.local = np.array(model.clusters["local"] > 0.0)
        self.warm_up = model.warm_up
        self.policies = list(model.office.purses)
        self.length = 0
        self.tally = np.zeros((months, len(self.clusters)), TALLY)
        self.counts = np.zeros((months, len(self.clusters)), COUNTS)
        self.chain = np.zeros((months, 2, 2, len(CHAIN)))
        self.by_kind = np.zeros((months, len(KINDS), 8))
        self.refused = np.zeros((months, len(KINDS), 2, len(GATES)))
        self.admitted = np.zeros((months, len(KINDS), 2))
        self.money = np.zeros((months, len(MONEY), 2))
        self.tonnes = np.zeros((months, len(TONNES), 2))
        self.mills = np.zeros((months, len(MILL_FIELDS)))
        self.cooperatives = np.zeros((months, len(COOPERATIVE_FIELDS), 2))
        self.world = np.zeros((months, len(WORLD_FIELDS)))
        self.gini = np.zeros((months, 2))
        self.spending = np.zeros((months, len(self.policies)))
        self.shadow = np.zeros((months, len(self.policies)))
        self._sums: dict[bytes, NDArray[np.float64]] = {}
        self._sums_length = -1
        self._frame: pd.DataFrame | None = None

    def open_month(self, model: Any) -> None:
        """Let the model write this month's sums into this month's place."""
        i = model.month - 1
        model.arg.tally, model.arg.counts = seen(self.tally[i]), seen(self.counts[i])
        model.chain, model.demand_by_kind = self.chain[i], self.by_kind[i]
        model.refused, model.admitted = self.refused[i], self.admitted[i]
        model.money.books, model.tonnes.books = self.money[i], self.tonnes[i]
        model.mill_sums, model.joint_sums, model.work.gini = self.mills[i], self.cooperatives[i], self.gini[i]

    def close_month(self, model: Any) -> None:
        """Note prices and season; the month is complete."""
        i = model.month - 1
        season, outside = model.seasons[i], model.outside
        self.world[i] = (outside.steel_price_jt_t, outside.import_price_jt_t, season.demand, season.days)
        self.length = model.month
        self._frame = None

    def sums(self, field: str, who: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return a sum of the tally over some clusters, by month; the sums of one choice of clusters are made once."""
        key = who.tobytes()
        if self._sums_length != self.length:
            self._sums, self._sums_length = {}, self.length
        if key not in self._sums:
            wide = self.tally[: self.length].view(np.float64).reshape(self.length, who.size, len(TALLY_PLACE))
            self._sums[key] = wide[:, who].sum(axis=1).T.copy()
        return np.asarray(self._sums[key][TALLY_PLACE[field]])

    def indicators(self) -> pd.DataFrame:
        """Return every indicator of the months so far, one row a month (worked out once)."""
        from sim.indicators import work_out

        if self._frame is None:
            self._frame = work_out(self)
        return self._frame.copy()


class Collector(mesa.DataCollector):
    """Mesa's data collector, reading the run's history: nothing is evaluated while the run goes on."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    @property
    def _collection_steps(self) -> list[int]:
        return list(range(1, self._history.length + 1))

    @_collection_steps.setter
    def _collection_steps(self, value: Any) -> None:
        """Ignore: the months are the history's."""

    @property
    def model_vars(self) -> dict[str, list[float]]:
        """Indicator -> its values by month."""
        frame = self._history.indicators()
        return {str(name): frame[name].tolist() for name in frame.columns}

    @model_vars.setter
    def model_vars(self, value: Any) -> None:
        """Ignore: the values are the history's."""

    @property
    def model_reporters(self) -> dict[str, Any]:
        """Indicator -> None; names only, for Mesa's own checks."""
        return dict.fromkeys(self._history.indicators().columns)

    @model_reporters.setter
    def model_reporters(self, value: Any) -> None:
        """Ignore: the names are the history's."""

    def collect(self, model: Any) -> None:
        """Do nothing: the history records each month by itself."""

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """Return the indicators, indexed by month as Mesa does."""
        return self._history.indicators()
