"""Room to work in: the arrays that a month's loops fill and nobody keeps."""

from __future__ import annotations

import numpy as np

from sim.buyers import KINDS
from sim.tally import HELD

__all__ = ["Workspace"]

CLAIM_MONTHS = 8  # length of the ring of due months: longer than any terms and delay
GINI_CLASSES = 1024
MOST_CANDIDATES = 64


class Workspace:
    """Arrays of a run by row of a firm, by place on a list, or by mill; and the claims between buyers and firms.

    ``due_jt`` (firms, ring of months) is owed to firms, ``owed_jt`` (buyers, ring) is owed by buyers, ``heirs_jt``
    (ring) to the heirs and creditors of closed firms.
    """

    def __init__(self, rows: int, lists: int, places: int, mills: int) -> None:
        self.due_jt = np.zeros((rows, CLAIM_MONTHS))
        self.owed_jt = np.zeros((lists, CLAIM_MONTHS))
        self.heirs_jt = np.zeros(CLAIM_MONTHS)
        self.active = np.zeros(places, np.int64)
        self.asked_t, self.filled, self.sales_t = np.zeros(rows), np.zeros(rows), np.zeros(rows)
        self.waiting, self.weights = np.zeros((mills, rows), np.int64), np.zeros((mills, rows))
        self.waiting_counts = np.zeros(mills, np.int64)
        self.candidates, self.scores = np.zeros(MOST_CANDIDATES, np.int64), np.zeros(MOST_CANDIDATES)
        self.leaving, self.qualified = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        self.ends = np.zeros(2, np.int64)
        self.sold_by_kind, self.usual_sales = np.zeros((rows, len(KINDS))), np.zeros((rows, len(KINDS)))
        self.classes, self.class_sums = np.zeros(GINI_CLASSES), np.zeros(GINI_CLASSES)
        self.gini = np.zeros(2)
        self.held = np.zeros(len(HELD))
