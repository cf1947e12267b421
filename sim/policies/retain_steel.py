"""Retained steel (baja untuk kota sendiri): a further share of the mills' output is offered to small firms.

Channel
    The mills' allotment for small firms grows by a share of their output. Local and outside firms compete for it as
    they do for the rest: by trust, size and partnership. Whoever gets it pays the mill's price, prepays and waits less.
Evidence
    Direct supply to small firms was once 0.007 % of a mill's yearly sales (153 t for the hoe programme of 2017,
    Bisnis); most steel leaves the city (Banten Raya, 15 June 2023). No study of such a rule was found.
Cost
    No budget. Its shadow cost is what the mills forgo on the further tonnes, sold in small lots instead of by the
    coil (``retain_steel.margin_share``, assumed), and the mark-up that the city's distributors lose on local firms'
    part of them.
"""

from __future__ import annotations

from typing import Any

from sim.core.compiled import compiled
from sim.firms import STEEL
from sim.policies import Lever, Policy
from sim.policies._steel import local_markup


@compiled
def further_jt(producers, mills, scale):
    """Return the worth at the mills of what they delivered beyond their usual offer, and of local firms' part [jt]."""
    all_jt, local_jt = 0.0, 0.0
    for j in range(producers.size):
        mill = producers[j]
        further_t = max(0.0, mill.delivered_t - mills[j].allotment_share * scale * mill.output_t)
        all_jt += further_t * mill.price_jt_t
        local_jt += mill.due_local * further_t * mill.price_jt_t
    return all_jt, local_jt


class RetainSteel(Policy):
    """A further share of the mills' output, kept for small firms."""

    title_en = "Steel kept for small firms"
    title_id = "Tambahan jatah baja untuk IKM"
    in_report = True
    moves = "how much steel the mills offer to small firms, local and outside"
    fades = "at once: the rule holds only while in force; trust earned at the mill stays and decays"
    evidence = "hoe programme of 2017: 153 t, 0.007 % of a mill's sales; no experiment found"
    eases = (STEEL,)

    retained_share = Lever("share", 0, 0.01, 0, "Share of the mills' output added to what they offer to small firms")

    def set_rules(self, town: Any) -> None:
        """Add the share to this month's allotment; as the allotment itself, it grows with the size of the town."""
        town.mills["retained_share"] += self.retained_share * town.scale

    def look_back(self, town: Any) -> None:
        """Bear what the mills forgo on the tonnes beyond their usual offer, and distributors on local firms' part."""
        if self.retained_share <= 0.0:
            return
        all_jt, local_jt = further_jt(town.arg.producers, town.arg.mills, town.scale)
        forgone_jt = all_jt * town.world["retain_steel.margin_share"]
        town.office.bear(self, forgone_jt + local_jt * local_markup(town))
