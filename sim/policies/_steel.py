"""What rules on the mills' allotment cost the city's distributors.

A shadow cost counts what a rule takes from those whose gains and losses show nowhere else: the mills, the city's
distributors, buyers. What outside firms lose is displacement and shows in their own value added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["distributors_loss_jt"]


def distributors_loss_jt(town: Any, local_t: NDArray[np.float64]) -> float:
    """Return the mark-up that the city's distributors lose on steel that local firms got from the mills instead [jt].

    ``local_t`` is that steel, mill by mill. An upper bound: what handling the steel would have cost the distributors
    is not taken off.
    """
    markup = float(town.tables["distributors"].rows["markup"][town.local_cluster])
    return float((local_t * town.tables["producers"].rows["price_jt_t"]).sum()) * markup
