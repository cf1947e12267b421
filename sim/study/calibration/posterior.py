"""A posterior by approximate Bayesian computation: which of the values that are not ruled out are likelier than others.

History matching says what is impossible and weighs nothing. Here pyABC (Schälte et al. 2022) draws worlds from what is
left, evenly at first, and keeps those whose moments are nearest to the facts, in generations that come ever nearer
(sequential Monte Carlo, Toni et al. 2009). It needs the extra ``kotabaja[abc]``, and runs in one process: the same seed
gives the same posterior.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.streams import Luck, draw_uniform
from sim.errors import UserError
from sim.study.calibration.calibrate import Calibrated, measure_moments
from sim.study.calibration.targets import Target
from sim.study.sampling import run_seeds
from sim.study.simulate import Job

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Posterior", "draw_posterior", "misfit", "posterior_frame", "posterior_text", "refuse_without_pyabc"]

MOST_RUNS = 20_000
FAR = 100.0  # deviations that a moment without a value counts for


@dataclass(frozen=True)
class Posterior:
    """Draws of the posterior: places in the unit cube of the inputs, their weights (of sum 1) and misfits.

    ``generations`` has a row a generation: the largest misfit that it kept (``epsilon``) and the runs that it took.
    """

    calibrated: Calibrated
    places: NDArray[np.float64]
    weights: NDArray[np.float64]
    misfits: NDArray[np.float64]
    generations: pd.DataFrame


def refuse_without_pyabc() -> None:
    """Refuse to go on where pyABC is not installed."""
    try:
        import pyabc  # noqa: F401
    except ModuleNotFoundError as problem:
        message = "A posterior needs the extra abc. Install it with: pip install 'kotabaja[abc]'"
        raise UserError(message) from problem


def misfit(targets: Sequence[Target], moments: Mapping[str, float]) -> float:
    """Return how far moments are from the facts: the root of the mean square, in deviations of each fact's error.

    Examples
    --------
    >>> facts = [Target("exits", 0.08, 0.1, 0.01), Target("size", 4.0, 4.0, 1.0)]
    >>> misfit(facts, {"exits": 0.09, "size": 4.0}), round(misfit(facts, {"exits": 0.14, "size": 7.0}), 6)
    (0.0, 3.535534)
    """
    away = [float(one.distance(moments[one.key])) / one.sd for one in targets]
    return math.sqrt(sum((FAR if math.isnan(one) else one) ** 2 for one in away) / len(away))


def draw_posterior(
    found: Calibrated,
    draws: int = 100,
    most_generations: int = 6,
    least_accepted: float = 0.05,
    *,
    work: Callable[[Job], Mapping[str, float]] = measure_moments,
) -> Posterior:
    """Draw the posterior of a calibration's matched inputs; the prior is even over what no wave ruled out.

    Parameters
    ----------
    found
        The calibration.
    draws
        Draws of each generation.
    most_generations, least_accepted
        It stops after so many generations, or after the first in which fewer than this share of runs were kept.
    work
        Measures the moments of a run. Every run has a seed of its own.
    """
    import numpy as np

    refuse_without_pyabc()
    import pyabc
    from pyabc.random_variables import DistributionBase

    plan = found.calibration
    names = [one.name for one in plan.inputs]
    crowd, waves = found.waves[-1].crowd.points, [one.wave for one in found.waves]
    shuffled = np.argsort(draw_uniform(Luck(plan.plan.seed)("calibration.prior"), len(crowd)))
    seeds = iter(run_seeds(plan.plan.seed * 1000 + 999, MOST_RUNS, 1)[:, 0].tolist())
    drawn = 0

    class Left(DistributionBase):
        """Even over what is left: the points that its crowd is made of, in a drawn order."""

        def rvs(self, *_: Any, **__: Any) -> Any:
            nonlocal drawn
            point = crowd[shuffled[drawn % len(crowd)]]
            drawn += 1
            return pyabc.Parameter(dict(zip(names, point.tolist(), strict=True)))

        def pdf(self, x: Any) -> float:
            point = np.array([[x[name] for name in names]])
            inside = bool(((point > 0.0) & (point < 1.0)).all())
            return float(inside and all(bool(one.keeps(point, plan.plan.cutoff)[0]) for one in waves))

    def run(x: Mapping[str, float]) -> dict[str, float]:
        values = {one.name: one.values([x[one.name]])[0].item() for one in plan.inputs}
        seed = next(seeds, None)
        if seed is None:
            message = f"The posterior takes more than {MOST_RUNS:,} runs. Give the facts more room, or ask for less."
            raise UserError(message)
        return {"misfit": misfit(plan.targets, work(Job(plan.scenario.changed(values), seed)))}

    with _quiet_and_seeded(plan.plan.seed):
        search = pyabc.ABCSMC(
            run,
            Left(),
            lambda simulated, _: float(simulated["misfit"]),
            population_size=draws,
            sampler=pyabc.sampler.SingleCoreSampler(),
        )
        search.new("sqlite://", {"misfit": 0.0})
        history = search.run(max_nr_populations=most_generations, min_acceptance_rate=least_accepted)
        places, weights = history.get_distribution()
        misfits = history.get_weighted_distances()["distance"].to_numpy(dtype=np.float64)
        generations = history.get_all_populations()
    generations = generations[generations["t"] >= 0][["t", "epsilon", "samples"]].reset_index(drop=True)
    return Posterior(found, places[names].to_numpy(), np.asarray(weights), misfits, generations)


@contextmanager
def _quiet_and_seeded(seed: int) -> Iterator[None]:
    """Let pyABC, which draws from the common generator of numpy and tells of every step, obey a seed and be silent."""
    import numpy as np

    state = np.random.get_state()  # noqa: NPY002, TID251 - the library knows no other generator
    log = logging.getLogger("ABC")
    before = log.level
    log.setLevel(logging.WARNING)
    np.random.seed(seed)  # noqa: NPY002, TID251
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002, TID251
        log.setLevel(before)


def posterior_frame(found: Posterior) -> pd.DataFrame:
    """Return the table of ``posterior.csv``: one row a draw, its weight and misfit, and the value of every input."""
    import pandas as pd

    inputs = found.calibrated.calibration.inputs
    values = {one.name: one.values(found.places[:, column]) for column, one in enumerate(inputs)}
    return pd.DataFrame({"weight": found.weights, "misfit": found.misfits, **values})


def posterior_text(found: Posterior) -> str:
    """Return what a person sees: each generation, and the inputs that the posterior narrows most."""
    from sim.study.screen import number, table

    ends = middles(found)
    generations = [
        [str(row["t"] + 1), number(row["epsilon"]), str(row["samples"])] for row in found.generations.to_dict("records")
    ]
    rows = [
        [
            row["input"],
            f"{number(row['left_low'])} to {number(row['left_high'])}",
            f"{number(row['low'])} to {number(row['high'])}",
        ]
        for row in ends.sort_values("width", kind="stable").head(12).to_dict("records")
    ]
    return "\n\n".join(
        [
            table(["generation", "misfit at most", "runs"], generations),
            table(["input", "not ruled out, 5-95 %", "posterior, 5-95 %"], rows),
        ]
    )


def middles(found: Posterior) -> pd.DataFrame:
    """Return the middle nine tenths of each input before and after, in its unit; ``width`` is after over before."""
    import numpy as np
    import pandas as pd

    rows = []
    crowd, parts = found.calibrated.waves[-1].crowd.points, (0.05, 0.5, 0.95)
    for column, one in enumerate(found.calibrated.calibration.inputs):
        left = np.quantile(crowd[:, column], parts)
        after = weighted_quantiles(found.places[:, column], found.weights, parts)
        values = [float(value) for value in one.values([*left, *after])]
        width = float((after[2] - after[0]) / (left[2] - left[0]))
        rows.append((one.name, *values, width))
    columns = ["input", "left_low", "left_median", "left_high", "low", "median", "high", "width"]
    return pd.DataFrame(rows, columns=columns)


def weighted_quantiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], parts: Sequence[float]
) -> NDArray[np.float64]:
    """Return the smallest values that at least such a part of the weight does not exceed.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.1, 0.4]), (0.05, 0.5, 0.95)).tolist()
    [1.0, 2.0, 3.0]
    """
    import numpy as np

    order = np.argsort(values)
    below = np.cumsum(weights[order])
    places = np.searchsorted(below, np.asarray(parts) * below[-1] - 1e-12)
    found: NDArray[np.float64] = values[order][np.minimum(places, len(values) - 1)]
    return found
