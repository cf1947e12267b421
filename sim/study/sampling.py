"""Designs: which inputs a study runs the model with, and with which seeds; the runs themselves are made elsewhere.

A design is rows of the unit cube, from SALib. A row becomes values through the inverse distribution function of each
input, so that every distribution works with every method and SALib never sees anything but numbers from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from sim.errors import UserError
from sim.study.inputs import Input, scaled
from sim.study.refusals import refuse_fraction, refuse_seed

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "DUMMY",
    "Design",
    "Outcome",
    "checked",
    "cube",
    "evaluate",
    "latin_design",
    "paired_effect",
    "run_seeds",
]

DUMMY = "dummy"  # an input that nothing reads: whatever is found for it is error
SHOWN = 8

Outcome: TypeAlias = Callable[[dict[str, Any], int], float]
"""One number of one run: ``outcome(row, seed)``, where ``row`` maps names of inputs to values."""


@dataclass(frozen=True, eq=False)
class Design:
    """The runs that a method asks for: one row each of the unit cube, each with the seeds of its replications.

    Parameters
    ----------
    method
        ``sobol``, ``morris``, ``latin`` or ``curve``.
    names
        The inputs, one a column of ``unit``; ``dummy`` is one that no run reads.
    unit
        Quantiles from 0 to 1, of shape (rows, inputs).
    seeds
        Of shape (rows, replications).
    block
        How many rows belong to one sample of the method.
    """

    method: str
    names: tuple[str, ...]
    unit: NDArray[np.float64]
    seeds: NDArray[np.int64]
    block: int = 1

    @property
    def samples(self) -> int:
        """How many samples of the method the rows make up."""
        return len(self.unit) // self.block

    @property
    def replications(self) -> int:
        """How many seeds each row is run with."""
        return int(self.seeds.shape[1])

    def first(self, samples: int) -> Design:
        """Return the design of the first ``samples`` samples."""
        rows = samples * self.block
        return replace(self, unit=self.unit[:rows], seeds=self.seeds[:rows])

    def values(self, inputs: Mapping[str, Input]) -> pd.DataFrame:
        """Return what each row sets each input to: one column an input, without the dummy.

        Examples
        --------
        >>> design = latin_design(["growth"], samples=3)
        >>> list(design.values({"growth": (10, 20)})["growth"].round())
        [17.0, 12.0, 17.0]
        """
        import pandas as pd

        names = [name for name in self.names if name != DUMMY]
        if set(inputs) != set(names):
            message = f"Inputs: the design is for {', '.join(names)}, and not for {', '.join(inputs)}."
            raise UserError(message)
        unit = dict(zip(self.names, self.unit.T, strict=True))
        return pd.DataFrame({name: scaled(inputs[name], unit[name], name) for name in names})


def run_seeds(seed: int, rows: int, replications: int = 1) -> NDArray[np.int64]:
    """Return the seed of every run, from 1 to 2**32 - 1: a hash of the design's seed, the row and the replication.

    More rows or replications leave those of the first as they are, so that a study can be extended.

    Returns
    -------
    numpy.ndarray
        Of shape (rows, replications).

    Examples
    --------
    >>> bool((run_seeds(1, 3, 2) == run_seeds(1, 5, 4)[:3, :2]).all())
    True
    """
    import numpy as np

    from sim.core.streams import Luck, draw_uniform

    refuse_seed(seed)
    refuse_fraction("Replications", replications)
    if replications < 1:
        message = f"Replications: {replications} must be 1 or more; 2 is a good number."
        raise UserError(message)
    luck = Luck(seed)
    drawn = [draw_uniform(luck("study.run seed", one), rows) for one in range(replications)]
    return 1 + np.floor(np.array(drawn).T * (2**32 - 1)).astype(np.int64)


def cube(names: Sequence[str]) -> dict[str, Any]:
    """Return SALib's description of the unit cube, a new one each time, for SALib writes into what it is given.

    Examples
    --------
    >>> cube(["growth"])
    {'num_vars': 1, 'names': ['growth'], 'bounds': [[0.0, 1.0]]}
    """
    if not names or len(set(names)) < len(names):
        message = f"Inputs: {', '.join(names) or 'none'}. Name one or more, each once."
        raise UserError(message)
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0] for _ in names]}


def with_dummy(names: Sequence[str], *, dummy: bool) -> tuple[str, ...]:
    """Return the names and, if wanted, the dummy behind them."""
    if DUMMY in names:
        message = f"Inputs: {DUMMY} is the name of the input that does nothing. Name yours otherwise."
        raise UserError(message)
    if not names:
        message = "Inputs: none. Name one or more, each once."
        raise UserError(message)
    return (*names, DUMMY) if dummy else tuple(names)


def latin_design(names: Sequence[str], samples: int, replications: int = 1, seed: int = 1) -> Design:
    """Return a Latin hypercube: rows that cover the range of every input evenly, for PAWN and for ranking flips.

    A larger one is not an extension of a smaller one; :func:`sim.study.sobol.base_rows` of a Sobol' design is.
    """
    from SALib.sample import latin

    refuse_seed(seed)
    refuse_fraction("Samples", samples)
    unit = latin.sample(cube(names), samples, seed=int(seed))
    return Design("latin", tuple(names), unit, run_seeds(seed, samples, replications))


def evaluate(
    design: Design, outcome: Outcome, inputs: Mapping[str, Input], known: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return the outcome of every run of a design, run one after the other in this process.

    Parameters
    ----------
    design
        What to run.
    outcome
        Called as ``outcome(row, seed)``.
    inputs
        The range or distribution of every input of the design.
    known
        Outcomes of the first rows, which are not run again.

    Returns
    -------
    numpy.ndarray
        Of shape (rows, replications).

    Examples
    --------
    >>> design = latin_design(["growth"], samples=3, replications=2)
    >>> evaluate(design, lambda row, seed: round(row["growth"]), {"growth": (10, 20)}).tolist()
    [[17.0, 17.0], [12.0, 12.0], [17.0, 17.0]]
    """
    import numpy as np

    found = np.full(design.seeds.shape, np.nan)
    done = 0
    if known is not None:
        before = checked(design.first(np.shape(known)[0] // design.block), known)
        done = len(before)
        found[:done] = before
    rows = design.values(inputs).to_dict("records")
    for row in range(done, len(rows)):
        for replication, seed in enumerate(design.seeds[row].tolist()):
            found[row, replication] = outcome(dict(rows[row]), seed)
    return checked(design, found)


def checked(design: Design, outcomes: ArrayLike) -> NDArray[np.float64]:
    """Return the outcomes as an array of shape (rows, replications), or refuse them and name the rows that lack one.

    Examples
    --------
    >>> checked(latin_design(["growth"], samples=3), [1.0, float("nan"), 2.0])
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Outcomes: 1 of 3 rows has a run without a number: row 1 (the first row is 0). ...
    """
    import numpy as np

    found = np.asarray(outcomes, dtype=np.float64)
    if found.ndim == 1:
        found = found[:, np.newaxis]
    if found.shape != design.seeds.shape:
        rows, replications = design.seeds.shape
        message = (
            f"Outcomes: the design has {rows} rows of {replications} replications, and the outcomes are "
            f"{' by '.join(map(str, found.shape))}. Give one number a run, in the order of the design."
        )
        raise UserError(message)
    missing = np.flatnonzero(~np.isfinite(found).all(axis=1)).tolist()
    if missing:
        one = len(missing) == 1
        named = ", ".join(map(str, missing[:SHOWN])) + (f" and {len(missing) - SHOWN} more" if missing[SHOWN:] else "")
        message = (
            f"Outcomes: {len(missing)} of {len(found)} rows {'has' if one else 'have'} a run without a number: "
            f"{'row' if one else 'rows'} {named} (the first row is 0). Indices need every row: run these again, or "
            "choose an outcome that every run has."
        )
        raise UserError(message)
    return found


def paired_effect(policy: Outcome, baseline: Outcome) -> Outcome:
    """Return the outcome of a policy less the baseline's, on the same seed in the same row.

    Its sensitivity is that of the policy's effect. The luck that both runs share is gone from it.

    Examples
    --------
    >>> effect = paired_effect(lambda row, seed: 3.0 * row["x"] + seed, lambda row, seed: row["x"] + seed)
    >>> effect({"x": 2.0}, 12345)
    4.0
    """

    def effect(row: dict[str, Any], seed: int) -> float:
        return policy(dict(row), seed) - baseline(dict(row), seed)

    return effect
