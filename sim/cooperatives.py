"""Cooperatives of local firms: a material centre that buys steel together, and one that sells together.

Both stand in one table, closed until a policy opens them for the month. The material centre bundles its members'
orders to a mill's lot and advances their prepayments; the marketing cooperative fills members' short deliveries to
big stores from other members' stock. ``p`` is the room ``firms`` of the register, ``s`` the room ``steel``.
"""

from __future__ import annotations

from sim.accounts import ADVANCES, ADVANCES_REPAID
from sim.core.compiled import compiled
from sim.core.ledger import pay
from sim.core.state import RowAgent, column
from sim.firm_figures import steel_means_jt

__all__ = [
    "BUYING",
    "SELLING",
    "Cooperative",
    "advance",
    "bundle",
    "earned_jt",
    "forgive_advance",
    "open_up",
    "repay_advance",
    "sell_jointly",
    "shut_all",
]

BUYING, SELLING = range(2)


class Cooperative(RowAgent):
    """A cooperative of local firms: the material centre, or the marketing cooperative."""

    uid: int = column("count", "Identity")
    working: bool = column("yes/no", "Open this month")
    members: float = column("count", "Firms that belong to it this month", low=0)
    cash_jt: float = column("jt", "Working capital and what members paid", low=0)
    capital_jt: float = column("jt", "Working capital that the budget has paid in", low=0)
    advances_jt: float = column("jt", "Owed by members for prepaid steel", low=0)
    fee_share: float = column("share", "Fee on members' steel, or margin on goods sold together", low=0)
    advance_share: float = column("share", "Part of members' prepayments that its money covers this month", low=0)
    handled_t: float = column("t/month", "Steel bought or goods sold together this month", low=0)


@compiled
def earned_jt(cooperative):
    """Return the money that a cooperative has earned: what goes beyond the capital paid in."""
    return min(cooperative.cash_jt, cooperative.cash_jt + cooperative.advances_jt - cooperative.capital_jt)


@compiled
def open_up(cooperative, members, fee_share):
    """Open a cooperative for this month."""
    cooperative.working = True
    cooperative.members = members
    cooperative.fee_share = fee_share
    cooperative.handled_t = 0.0


@compiled
def sell_jointly(firm, volume_t):
    """Let a member sell through the cooperative this month, with a volume that the others pledge."""
    firm.sells_jointly = True
    firm.shared_volume_t = volume_t


@compiled
def shut_all(cooperatives):
    """Close all cooperatives until a policy opens them for the month."""
    for k in range(cooperatives.size):
        cooperative = cooperatives[k]
        cooperative.working = False
        cooperative.members = 0.0
        cooperative.fee_share = 0.0
        cooperative.handled_t = 0.0


@compiled
def bundle(firms, producers, centre, bundled_t, p, s):
    """Add up what members want from each mill and can pay, and how far the material centre's money covers that."""
    deposits_jt = 0.0
    for i in range(firms.size):
        firm = firms[i]
        if firm.working & firm.buys_jointly:
            want_t = firm.wanted_steel_t - firm.backlog_t
            if want_t > s.reorder_share * firm.material_t_t * firm.expected_t:
                bundled_t[firm.mill] += min(want_t, steel_means_jt(firm, p, s) / producers[firm.mill].price_jt_t)
    for j in range(producers.size):
        if bundled_t[j] >= producers[j].lot_t:
            deposits_jt += s.prepaid_share * bundled_t[j] * producers[j].price_jt_t
    centre.advance_share = min(1.0, max(0.0, centre.cash_jt) / deposits_jt) if deposits_jt > 0.0 else 0.0
    centre.handled_t = 0.0


@compiled
def advance(firm, centre, deposit_jt, books):
    """Let the material centre advance its part of a member's prepayment."""
    jt = centre.advance_share * deposit_jt
    pay(books, ADVANCES, centre, firm, jt)
    firm.advance_jt += jt
    centre.advances_jt += jt


@compiled
def repay_advance(firm, centre, jt, books):
    """Let a member pay an advance back."""
    pay(books, ADVANCES_REPAID, firm, centre, jt)
    firm.advance_jt -= jt
    centre.advances_jt -= jt


@compiled
def forgive_advance(firm, centre, books):
    """Let a member that closes pay back what it can; the rest is the centre's loss."""
    repay_advance(firm, centre, min(firm.advance_jt, max(0.0, firm.cash_jt)), books)
    centre.advances_jt -= firm.advance_jt
    firm.advance_jt = 0.0
