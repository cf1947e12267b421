"""Where the rows of a design lie in the unit cube: one function a method.

Points of Sobol' sequences are nested: the first 64 of 128 are those of 64, so that a design may grow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SAMPLES", "grid", "lhs", "saltelli", "sobol"]


def grid(levels: Sequence[Sequence[float]]) -> NDArray[Any]:
    """Return every combination of the places given for each input; the last input changes fastest.

    Examples
    --------
    >>> grid([[0.0, 1.0], [0.5]]).tolist()
    [[0.0, 0.5], [1.0, 0.5]]
    """
    import numpy as np

    return np.stack([axis.ravel() for axis in np.meshgrid(*levels, indexing="ij")], axis=1)


def lhs(points: int, inputs: int, seed: int) -> NDArray[Any]:
    """Return a Latin hypercube: every input is cut into as many slices as there are points, each used once.

    Examples
    --------
    >>> sorted((lhs(4, 2, seed=1)[:, 1] * 4).astype(int).tolist())
    [0, 1, 2, 3]
    """
    from scipy.stats import qmc

    found: NDArray[Any] = qmc.LatinHypercube(inputs, rng=seed).random(points)
    return found


def sobol(points: int, inputs: int, seed: int) -> NDArray[Any]:
    """Return the first points of a scrambled Sobol' sequence; ``points`` is a power of two.

    Examples
    --------
    >>> bool((sobol(8, 3, seed=1)[:4] == sobol(4, 3, seed=1)).all())
    True
    """
    from scipy.stats import qmc

    found: NDArray[Any] = qmc.Sobol(inputs, scramble=True, rng=seed).random(points)
    return found


def saltelli(points: int, inputs: int, seed: int) -> NDArray[Any]:
    """Return Saltelli's points for first and total Sobol' indices: for each of ``points``, A, every AB, then B.

    Examples
    --------
    >>> found = saltelli(2, 3, seed=1)  # points, two more than there are inputs for each
    >>> found.shape, bool((found[1] == [found[4][0], *found[0][1:]]).all())
    ((10, 3), True)
    """
    from SALib.sample import sobol as sampler

    problem = {"num_vars": inputs, "names": [str(one) for one in range(inputs)], "bounds": [[0.0, 1.0]] * inputs}
    found: NDArray[Any] = sampler.sample(problem, points, calc_second_order=False, seed=seed)
    return found


SAMPLES: dict[str, Callable[[int, int, int], NDArray[Any]]] = {"lhs": lhs, "sobol": sobol, "saltelli": saltelli}
