"""What rules on the mills' allotment cost the city's distributors.

A shadow cost counts what a rule takes from those whose gains and losses show nowhere else: the mills, the city's
distributors, buyers. What outside firms lose is displacement and shows in their own value added.
"""

from __future__ import annotations

from typing import Any

__all__ = ["local_markup"]


def local_markup(town: Any) -> float:
    """Return the mark-up that the city's distributors lose on steel that local firms got from the mills instead.

    An upper bound of their loss: what handling the steel would have cost them is not taken off.
    """
    return float(town.tables["distributors"].rows["markup"][town.local_cluster])
