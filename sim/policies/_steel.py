"""What rules on the mills' allotment cost others: whose orders it served, and what the city's distributors lose.

A shadow cost counts what a rule takes from those whose gains and losses show nowhere else: the mills, the city's
distributors, buyers. What outside firms lose is displacement and shows in their own value added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled

__all__ = ["AtTheMills", "distributors_loss_jt"]


@compiled
def add_orders(firms, waiting, weights, counts, weighed, delivered_t, short_t):
    """Add up what waited at each mill this month, outside and local: weighed by priority, delivered, still short."""
    for j in range(counts.size):
        for c in range(counts[j]):
            firm = firms[waiting[j, c]]
            local = 1 if firm.local else 0
            weighed[j, local] += weights[j, c] * (firm.backlog_t + firm.direct_t)
            delivered_t[j, local] += firm.direct_t
            short_t[j, local] += firm.backlog_t


class AtTheMills:
    """The month's orders of small firms, mill by mill: who got how much, and who would have by priority alone."""

    def __init__(self, town: Any) -> None:
        shape = (town.mills.size, 2)  # outside, local
        weighed, delivered_t, short_t = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        w = town.work
        add_orders(town.arg.firms, w.waiting, w.weights, w.waiting_counts, weighed, delivered_t, short_t)
        total = weighed.sum(axis=1)
        self.served_t = delivered_t.sum(axis=1)
        self.served_local_t = delivered_t[:, 1]
        self.outside_short_t = short_t[:, 0]
        self.usual_local_share = np.divide(weighed[:, 1], total, out=np.zeros(total.size), where=total > 0.0)


def distributors_loss_jt(town: Any, local_t: NDArray[np.float64]) -> float:
    """Return the mark-up that the city's distributors lose on steel that local firms got from the mills instead [jt].

    An upper bound: what handling the steel would have cost the distributors is not taken off.
    """
    home = int(np.flatnonzero(town.clusters["local"])[0])
    markup = float(town.tables["distributors"].rows["markup"][home])
    return float((local_t * town.tables["producers"].rows["price_jt_t"]).sum()) * markup
