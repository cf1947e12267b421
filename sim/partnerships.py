"""Partnerships (kemitraan): which small firms a mill takes on as partners (binaan).

``s`` is the room ``steel`` of the register.
"""

from __future__ import annotations

import numpy as np

from sim.core.compiled import compiled
from sim.core.streams import bell, uniform

__all__ = ["take_partners"]

FIRST_OF_ALL = 1e6  # a head start that no score can catch up with


@compiled
def partner_score(firm, luck, i, s):
    """Return how a mill scores a candidate for partnership: trust, quality, size, place, and what else counts."""
    score = s.partner_trust * firm.trust + s.partner_quality * firm.quality + s.partner_size * firm.log_size
    if not firm.local:
        score += s.partner_outside
    return score + s.partner_noise * bell(luck, i)


@compiled
def take_partners(firms, producers, found, scores, luck, steel_p):
    """Let each mill with free slots take the best scored firms of its steel type, local ones first where it must."""
    s = steel_p[0]
    able, number = np.empty(firms.size, np.int64), 0
    for i in range(firms.size):
        firm = firms[i]
        if firm.working & firm.registered & (not firm.partner) & (firm.capacity_t >= s.partner_capacity_t):
            able[number] = i
            number += 1
    for j in range(producers.size):
        mill = producers[j]
        free = mill.slots - mill.partners
        if free > 0.0:
            places = min(found.size, max(1, int(s.partner_intake * free)))
            local_first = uniform(luck, -1 - j) < mill.local_first
            count = 0
            for a in range(number):
                i = able[a]
                firm = firms[i]
                if firm.mill == j:
                    score = partner_score(firm, luck, i, s)
                    if local_first and firm.local:
                        score += FIRST_OF_ALL
                    if count < places or score > scores[count - 1]:
                        k = min(count, places - 1)
                        while k > 0 and scores[k - 1] < score:
                            scores[k], found[k] = scores[k - 1], found[k - 1]
                            k -= 1
                        scores[k], found[k] = score, i
                        count = min(places, count + 1)
            for k in range(count):
                firms[found[k]].partner = True
                firms[found[k]].partner_months = 0.0
                mill.partners += 1.0
