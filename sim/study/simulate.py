"""One run of the model as a job of a study: what is asked, and the means that come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.work_queue import OtherCodeError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.study.firm_record import RunRecord

__all__ = ["EVERY_COLUMN", "Job", "Summary", "observed_means", "prepare", "same_code", "simulate"]

EVERY_COLUMN = ("*",)


@dataclass(frozen=True)
class Job:
    """One run to do: a scenario, a seed, and what to keep of it.

    ``months`` None is the whole run. ``relief`` names a constraint that is eased for all local firms.
    ``keep`` lists the columns whose months come back (``EVERY_COLUMN`` for all); without it only means do.
    ``firms_from`` are months of the run: what becomes of the firms that work when one of them begins comes back too.
    """

    scenario: Scenario
    seed: int
    months: int | None = None
    relief: str | None = None
    keep: tuple[str, ...] = ()
    firms_from: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The run's name for all time: a hash of code, world, seed, months and relief."""
        from sim.core.compiled import code_fingerprint

        months = self.scenario.months if self.months is None else self.months
        parts = (code_fingerprint(), self.scenario.fingerprint, self.seed, months, self.relief)
        return blake2b(repr(parts).encode(), digest_size=16).hexdigest()

    def __str__(self) -> str:
        eased = f", {self.relief} eased" if self.relief else ""
        return f"Scenario {self.scenario.name}{eased}, seed {self.seed}"


@dataclass(frozen=True)
class Summary:
    """The means of a run over its observed months, by column, and the months that were asked for.

    ``spending`` holds by policy what it spent and its shadow cost [jt] (2, months of the run), ``firms`` what became of
    the firms that were asked for. With a relief: how much was eased, and its cost a month.
    """

    columns: tuple[str, ...]
    means: NDArray[np.float64]
    months: pd.DataFrame | None = None
    relief_units: float = 0.0
    relief_cost_jt: float = 0.0
    spending: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    firms: RunRecord | None = None

    @property
    def named(self) -> dict[str, float]:
        """The means by column."""
        return dict(zip(self.columns, self.means.tolist(), strict=True))


def prepare(jobs: Sequence[Job]) -> None:
    """Load the model, and compile its rules with one month of each job if they are not compiled yet."""
    from sim.core.compiled import cold
    from sim.model import MetalSupplyChain

    if jobs and cold():
        for job in jobs:
            MetalSupplyChain(job.scenario, seed=job.seed, months=1).run()


def same_code(work: Callable[[Job], Any], code: str, job: Job) -> Any:
    """Do the work of a run, unless this worker read other files or libraries than ``code``, the program that asks.

    Files may be edited while a study runs, and another machine may have others.
    """
    from sim.study.files import program

    if code != program():
        message = (
            "The program's files were changed while the study ran, or a worker of the cluster has other files or"
            " libraries. Install the same everywhere, start the workers anew, and run it again."
        )
        raise OtherCodeError(message)
    return work(job)


def simulate(job: Job) -> Summary:
    """Run the model once and return the means over the observed months."""
    import numpy as np

    from sim.model import MetalSupplyChain

    options = {"relief": job.relief} if job.relief else {}
    model = MetalSupplyChain(job.scenario, seed=job.seed, months=job.months, **options)
    recorder = None
    if job.firms_from:
        from sim.study.firm_record import Recorder

        recorder = Recorder(model, job.firms_from)
        recorder.run()
    else:
        model.run()
    table = model.indicators
    columns, means = observed_means(table)
    months = None
    if job.keep:
        names = list(table.columns) if job.keep == EVERY_COLUMN else ["month", "warm_up", *job.keep]
        months = table[names]
    eased: dict[str, Any] = {}
    if job.relief:
        # What was given once serves all observed months, so its cost is spread over them.
        observed_months = int((table["warm_up"] == 0).sum())
        easing: Any = model.relief
        eased = {
            "relief_units": float(easing.units),
            "relief_cost_jt": float(easing.cost_jt) / observed_months,
        }
    past: Any = model.history
    spending = {name: np.array([past.spending[:, j], past.shadow[:, j]]) for j, name in enumerate(past.policies)}
    return Summary(columns, means, months, **eased, spending=spending, firms=recorder.record() if recorder else None)


def observed_means(table: pd.DataFrame) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the indicator columns of a run and their means over the observed months.

    A month in which an indicator has no value (a share of nothing) does not count; without any, NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> run = {"month": [1, 2, 3], "warm_up": [1, 0, 0], "demand_t": [9, 1, 3], "fill_local": [1, None, 0.5]}
    >>> observed_means(pd.DataFrame(run))
    (('demand_t', 'fill_local'), array([2. , 0.5]))
    """
    import numpy as np

    names = [str(column) for column in table.columns]
    indicators = [place for place, name in enumerate(names) if name not in ("month", "warm_up")]
    months = table.to_numpy(dtype=np.float64)
    observed = months[:, names.index("warm_up")] == 0.0
    if not observed.any():
        message = "no month is left after the warm-up. Ask for more months, or shorten the warm-up."
        raise UserError(message)
    # Contiguous columns: the order of a sum, so its last bit, must not depend on the table's layout.
    values = np.ascontiguousarray(months[observed].T[indicators])
    known = ~np.isnan(values)
    if known.all():
        means = values.sum(axis=1) / values.shape[1]
    else:
        count = known.sum(axis=1)
        means = np.full(len(values), np.nan)
        np.divide(np.where(known, values, 0.0).sum(axis=1), count, out=means, where=count > 0)
    return tuple(names[place] for place in indicators), means
