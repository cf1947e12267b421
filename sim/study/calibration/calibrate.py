"""A calibration from its file to its members: every run is kept, and the same command continues what was stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.streams import Luck, draw_uniform
from sim.errors import UserError
from sim.study.calibration.plan_file import Calibration
from sim.study.calibration.region import Wave, narrowed
from sim.study.calibration.targets import Target
from sim.study.calibration.waves import Found, history_match
from sim.study.design import Design
from sim.study.measures import MEASURES
from sim.study.runs import Progress
from sim.study.sampling import run_seeds
from sim.study.simulate import Job
from sim.study.store import OK
from sim.study.summary import read_runs
from sim.study.sweep import sweep
from sim.study.watch import watch

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Calibrated", "calibrate", "measure_moments", "misses"]

MEASURED = "facts for calibration"
CANDIDATES = "candidates"


@dataclass(frozen=True)
class Calibrated:
    """What a calibration found.

    ``fitting`` is the share of the ranges whose mean runs should fit; ``places`` is where candidates lie in the unit
    cube of the inputs, ``moments`` has the means of their runs, and whether each became a member; ``members`` has a row
    a member and a column an input, free ones included. ``scenario_fits`` says whether the scenario itself is a member
    (the first then); None if it was no candidate.
    """

    calibration: Calibration
    waves: tuple[Found, ...]
    fitting: float
    places: NDArray[np.float64]
    moments: pd.DataFrame
    members: pd.DataFrame
    scenario_fits: bool | None

    @property
    def share(self) -> float:
        """The share of the ranges that no wave has ruled out."""
        return self.waves[-1].crowd.share


def measure_moments(job: Job) -> dict[str, float]:
    """Run the model once and return every moment that a calibration may use."""
    from sim.study.calibration.targets import calibration_facts

    run = watch(job)
    return {one.key: MEASURES[one.key](run) for one in calibration_facts()}


def calibrate(
    calibration: Calibration,
    folder: Path,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
    work: Callable[[Job], Mapping[str, float]] = measure_moments,
) -> Calibrated:
    """Run waves until what is left stops shrinking, then candidates from what is left, and keep those that fit.

    A candidate becomes a member when the means of its runs, but for their own luck, miss fewer facts than the plan's
    rank: none, or with rank 2 at most one.

    Parameters
    ----------
    calibration
        What to do.
    folder
        Where every run is kept. What an earlier call left there is not run again.
    workers, executor, progress, work
        As in :func:`sim.study.sweep.sweep`.
    say
        Told in a line what each wave left.
    """
    import numpy as np
    import pandas as pd

    def run(number: int, points: NDArray[np.float64], name: str = "", seeds: int = 0) -> dict[str, NDArray[np.float64]]:
        name = name or f"wave-{number:02d}"
        design = _design(calibration, name, number, points, seeds or calibration.replications)
        columns = [one.key for one in calibration.targets]
        options: dict[str, Any] = {"workers": workers, "executor": executor, "progress": progress}
        sweep(design, folder / "runs" / name, say=lambda _: None, work=work, columns=columns, **options)
        return _moments(design, folder / "runs" / name, columns)

    names = [one.name for one in calibration.inputs]
    waves: list[Found] = []
    for found in history_match(names, calibration.targets, run, calibration.plan):
        waves.append(found)
        say(f"Wave {found.number}: {100.0 * found.crowd.share:.3g} % of the ranges is not ruled out.")
    # Candidates shall fit by the means of their runs, where little luck is left: the emulators know where.
    plan, seeds = calibration.plan, calibration.candidate_seeds
    fitting = Wave(waves[-1].wave.emulators, plan.rank, 1.0 / seeds)
    left = narrowed(waves[-1].crowd, [*(one.wave for one in waves), fitting], plan.cutoff, plan.seed)
    crowd = left.points
    say(f"Candidates: {100.0 * left.share:.3g} % of the ranges should fit in the mean of {seeds} runs.")
    places = crowd[np.linspace(0, len(crowd) - 1, min(calibration.candidates, len(crowd))).astype(np.int64)]
    itself = scenario_place(calibration)
    if itself is not None:
        places = np.concatenate([[itself], places])
    moments = run(calibration.plan.most_waves + 1, places, CANDIDATES, seeds)
    missed = misses(calibration.targets, moments, calibration.plan.cutoff)
    fits = np.flatnonzero(missed < calibration.plan.rank)
    chosen = fits[: calibration.members]
    say(f"Of {len(places)} candidates {len(fits)} miss fewer than {calibration.plan.rank} of the facts.")
    if len(chosen) < 2:  # noqa: PLR2004 - one world is no ensemble
        message = (
            f"Only {len(chosen)} of {len(places)} candidates fit: too few for an ensemble. Take more candidates or "
            "waves, or look at moments.csv for facts that all of them miss."
        )
        raise UserError(message)
    table = pd.DataFrame({key: values.mean(axis=1) for key, values in moments.items()})
    table.insert(0, "missed", missed)
    table.insert(1, "member", np.isin(np.arange(len(places)), chosen).astype(np.int64))
    fits_itself = None if itself is None else bool(0 in chosen)
    members = _members(calibration, places[chosen], itself=bool(fits_itself))
    return Calibrated(calibration, tuple(waves), left.share, places, table, members, fits_itself)


def scenario_place(calibration: Calibration) -> NDArray[np.float64] | None:
    """Return where the scenario itself lies in the cube of the inputs, or None if outside."""
    import numpy as np

    places = []
    for one in calibration.inputs:
        value = float(calibration.scenario[one.name])
        low, high = 0.0, 1.0
        for _ in range(60):  # halving: a spread need not know its distribution function
            middle = (low + high) / 2.0
            low, high = (middle, high) if float(one.values([middle])[0]) < value else (low, middle)
        if not np.isclose(float(one.values([high])[0]), value):
            return None
        places.append(high)
    return np.array(places)


def _design(calibration: Calibration, name: str, number: int, points: NDArray[np.float64], seeds: int) -> Design:
    """Return the runs of a wave; each has luck of its own, since the emulators take luck for independent noise."""
    import numpy as np

    return Design(
        name,
        "calibration",
        calibration.reason,
        (calibration.scenario,),
        calibration.inputs,
        {one.name: one.values(points[:, column]) for column, one in enumerate(calibration.inputs)},
        np.arange(len(points)),
        run_seeds(calibration.plan.seed * 1000 + number, len(points), seeds),
        own=True,
        measured=MEASURED,
    )


def _moments(design: Design, folder: Path, columns: list[str]) -> dict[str, NDArray[np.float64]]:
    """Return the moments of a wave by point and replication; NaN where a run failed or has no value."""
    import numpy as np

    runs = read_runs(folder, ["row", "seed", "status", *columns])
    runs = runs[runs["status"] == OK]
    row = runs["row"].to_numpy()
    place = (design.seeds[row] == runs["seed"].to_numpy()[:, None]).argmax(axis=1)
    found = {}
    for key in columns:
        found[key] = np.full(design.seeds.shape, np.nan)
        found[key][row, place] = runs[key].to_numpy(dtype=np.float64)
    return found


def misses(targets: tuple[Target, ...], moments: Mapping[str, NDArray[np.float64]], cutoff: float) -> NDArray[np.int64]:
    """Return how many facts each point misses beyond doubt: only the error of the fact and of the means counts.

    Parameters
    ----------
    targets
        The facts.
    moments
        By fact the values of runs (points, seeds). A point with an unknown value misses that fact.
    cutoff
        Distance in standard deviations from which a fact is missed.

    Examples
    --------
    >>> import numpy as np
    >>> runs = {"exits": np.array([[0.08, 0.09], [0.5, 0.5]])}
    >>> misses((Target("exits", 0.08, 0.08, 0.01),), runs, cutoff=3.0).tolist()
    [0, 1]
    """
    import numpy as np

    missed = np.zeros(len(next(iter(moments.values()))), np.int64)
    for one in targets:
        values = moments[one.key]
        luck = values.var(axis=1, ddof=1) / values.shape[1]
        away = np.abs(one.distance(values.mean(axis=1))) / np.sqrt(one.sd**2 + luck)
        missed += ~(away <= cutoff)
    return missed


def _members(calibration: Calibration, places: NDArray[np.float64], *, itself: bool) -> pd.DataFrame:
    """Return what the members set: matched inputs at their places, free ones drawn evenly from their ranges.

    Where the scenario itself is the first member, it keeps every value of its own.
    """
    import numpy as np
    import pandas as pd

    columns = {one.name: one.values(places[:, column]) for column, one in enumerate(calibration.inputs)}
    luck = Luck(calibration.plan.seed)
    slices = (np.arange(len(places)) + 0.5) / len(places)
    for number, one in enumerate(calibration.free):
        order = np.argsort(draw_uniform(luck("calibration.free", number), len(places)))
        columns[one.name] = one.values(slices[order])
    if itself:
        for key, values in columns.items():
            values[0] = calibration.scenario[key]
    return pd.DataFrame(columns).rename_axis("member").reset_index()
