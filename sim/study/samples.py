"""Where the rows of a design lie in the unit cube: one function a method.

Points of Sobol' sequences are nested: the first 64 of 128 are those of 64, so that a design may grow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SAMPLES", "grid", "lhs", "sobol"]


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


SAMPLES: dict[str, Callable[[int, int, int], NDArray[Any]]] = {"lhs": lhs, "sobol": sobol}
