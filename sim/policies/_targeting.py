"""How a programme chooses firms: named rules, usable by every policy.

A rule gives each applicant a rank; the lowest ranks are invited, as many as there are places, staff and money for.
Ties and lotteries are broken by the policy's own luck, row by row, so that one firm's change moves no other's lot.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.streams import uniform
from sim.policies import Choice

__all__ = ["RULES", "choose", "choose_lowest", "rule_of", "targeting"]

TIE = 1e-9  # breaks ties by lot and moves no rank otherwise
RULES = ("first come", "lottery", "neediest", "most promising", "staged cohorts", "by constraint")
FIRST_COME, LOTTERY, NEEDIEST, MOST_PROMISING, STAGED, BY_CONSTRAINT = range(len(RULES))


def targeting() -> Choice:
    """Return the lever that picks a targeting rule."""
    return Choice(RULES, "lottery", "How firms are selected among those that apply")


@compiled
def rank(firm, entry, rule, eased, lot):
    """Return an applicant's rank by a rule; ``eased`` has a bit for each constraint that the policy eases."""
    if rule == FIRST_COME:
        return -math.log(lot) / max(firm.motivation, TIE)
    if rule == NEEDIEST:
        return firm.cash_jt / firm.capacity_t + lot * TIE
    if rule == MOST_PROMISING:
        return -firm.skill * firm.use + lot * TIE
    if rule == STAGED and entry.helped > 0:
        return lot + 1.0
    if rule == BY_CONSTRAINT and (eased >> firm.bound) & 1 == 0:
        return lot + 1.0
    return lot


@compiled
def choose_lowest(firms, entries, applicants, places, rule, eased, luck):
    """Return the applicants with the lowest ranks, lowest first, as many as there are places."""
    chosen, ranks, count = np.empty(places, np.int64), np.empty(places), 0
    for a in range(applicants.size):
        i = applicants[a]
        own = rank(firms[i], entries[i], rule, eased, uniform(luck, i))
        if count < places or (places > 0 and own < ranks[count - 1]):
            k = min(count, places - 1)
            while k > 0 and ranks[k - 1] > own:
                ranks[k], chosen[k] = ranks[k - 1], chosen[k - 1]
                k -= 1
            ranks[k], chosen[k] = own, i
            count = min(places, count + 1)
    return chosen[:count]


@cache
def as_bits(constraints: tuple[int, ...]) -> int:
    """Return a number with a bit for each constraint."""
    return sum(1 << bound for bound in constraints)


def rule_of(policy: Any, month: int) -> tuple[int, int, int]:
    """Return the number of a policy's rule, the constraints it eases as bits, and the month of its lots."""
    rule = RULES.index(policy.target)
    return rule, as_bits(policy.eases), 0 if rule == STAGED else month


def choose(town: Any, policy: Any, applicants: NDArray[np.int64], places: int) -> NDArray[np.int64]:
    """Return the rows of the firms invited, at most ``places``, in the order of the policy's rule.

    Parameters
    ----------
    town : MetalSupplyChain
    policy : Policy
        With a lever ``target``: ``first come`` favours motivated firms; ``lottery`` nobody; ``neediest`` those with
        the least cash for their size; ``most promising`` those with skill and orders; ``staged cohorts`` gives every
        firm its turn, those never helped by this programme first, in an order fixed by lot; ``by constraint`` takes
        first those whose output was last bound by what the policy eases (``policy.eases``).
    applicants : ndarray of int
        Rows of the firms that apply.
    places : int
    """
    places = min(places, applicants.size)
    if places <= 0:
        return applicants[:0]
    rule, eased, month = rule_of(policy, town.month)
    luck, entries = town.luck(f"policy.{policy.name}.lot", month), town.office.roll(policy, town.arg.firms).entries.arg
    rows: NDArray[np.int64] = choose_lowest(town.arg.firms, entries, applicants, places, rule, eased, luck)
    return rows
