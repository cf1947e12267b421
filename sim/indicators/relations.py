"""Lists, partners, papers, concentration."""

from __future__ import annotations

from typing import Any

from sim.buyers import GATES, KINDS
from sim.cooperatives import BUYING, SELLING
from sim.indicators.declare import Series, indicator, of_city, share, total


def _shares_of_firms() -> None:
    named = {
        "partners": ("partners", "Partners (binaan) of a mill."),
        "certificates": ("certified", "Firms with a valid local-content certificate."),
        "registered": ("registered", "Firms with the papers of a registered vendor."),
        "at_stores": ("at_stores", "Firms that delivered to a big store this month."),
        "at_industry": ("at_industry", "Firms that delivered to large industry this month."),
        "helped": ("helped", "Firms that a programme has helped."),
    }
    for name, (field, meaning) in named.items():

        def count(h: Any, who: Any, field: str = field) -> Series:
            return total(h, field, who)

        count.__doc__ = meaning
        indicator("count", "higher", name=name)(count)


_shares_of_firms()


@indicator("count", "higher", by="two")
def listings(h: Any, local: bool) -> Series:
    """Places held on the lists of the city's buyers."""
    return of_city(h, 4 if local else 5)


@indicator("count", "higher", by="two")
def listings_stores(h: Any, local: bool) -> Series:
    """Places held on big stores' lists."""
    return h.by_kind[: h.length, KINDS.index("stores"), 4 if local else 5]


@indicator("share", "higher", by="two")
def reliability(h: Any, local: bool) -> Series:
    """Reliability as the city's buyers remember it, mean over listings."""
    return share(of_city(h, 6 if local else 7), listings(h, local))


@indicator("share", "higher")
def partner_slots_share(h: Any, who: Any) -> Series:
    """Share of all mills' partners that are of this origin."""
    return share(total(h, "partners", who), h.tally[: h.length]["partners"].sum(axis=1))


@indicator("index", "lower")
def concentration(h: Any, who: Any) -> Series:
    """Concentration of sales over firms (Herfindahl-Hirschman index, 0 to 1)."""
    sold = total(h, "sold_t", who)
    return share(total(h, "sales_squared", who), sold * sold)


@indicator("index", "lower", by="two")
def inequality(h: Any, local: bool) -> Series:
    """Gini coefficient of sales over firms."""
    return h.gini[: h.length, 0 if local else 1]


def _gates() -> None:
    for kind, gate_kind in ((3, "stores"), (4, "industry")):
        for number, gate in enumerate(GATES):

            def refused(h: Any, local: bool, kind: int = kind, number: int = number) -> Series:
                return h.refused[: h.length, kind, 0 if local else 1, number]

            refused.__doc__ = f"Candidates that {gate_kind} refused for: {gate}."
            indicator("count", by="two", name=f"refused_{gate_kind}_{gate}")(refused)

        def admitted(h: Any, local: bool, kind: int = kind) -> Series:
            return h.admitted[: h.length, kind, 0 if local else 1]

        admitted.__doc__ = f"Candidates that {gate_kind} admitted at their own reviews."
        indicator("count", "higher", by="two", name=f"admitted_{gate_kind}")(admitted)


_gates()


def _cooperatives() -> None:
    named = {
        "centre_members": (BUYING, 0, "count", "Members of the material centre."),
        "cooperative_members": (SELLING, 0, "count", "Members of the marketing cooperative."),
        "steel_joint": (BUYING, 1, "t", "Steel that members received through the material centre."),
        "sales_joint": (SELLING, 1, "t", "Goods that members delivered for one another to big stores."),
    }
    for name, (which, field, unit, meaning) in named.items():

        def column(h: Any, which: int = which, field: int = field) -> Series:
            return h.cooperatives[: h.length, field, which]

        column.__doc__ = meaning
        indicator(unit, "higher", by="city", name=name)(column)


_cooperatives()
