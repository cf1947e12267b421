"""Where the city's steel goes, and who gets it."""

from __future__ import annotations

from typing import Any

from sim.indicators.declare import Series, indicator, mean, share, total


@indicator("t", "higher")
def steel(h: Any, who: Any) -> Series:
    """Steel received, from mills and distributors."""
    return total(h, "direct_t", who) + total(h, "bought_t", who)


@indicator("t", "higher")
def steel_direct(h: Any, who: Any) -> Series:
    """Steel received from the mills' allotment."""
    return total(h, "direct_t", who)


@indicator("t")
def steel_distributor(h: Any, who: Any) -> Series:
    """Steel bought from distributors."""
    return total(h, "bought_t", who)


@indicator("t")
def steel_wanted(h: Any, who: Any) -> Series:
    """Steel wanted."""
    return total(h, "wanted_t", who)


@indicator("share", "higher")
def steel_fill(h: Any, who: Any) -> Series:
    """Steel received against steel wanted (above 1 when lots are larger than the need)."""
    return share(steel(h, who), total(h, "wanted_t", who))


@indicator("share", "higher")
def steel_direct_share(h: Any, who: Any) -> Series:
    """Share of the mills' deliveries to small firms that went to these firms."""
    return share(total(h, "direct_t", who), h.mills[: h.length, 4])


@indicator("share", "higher")
def orders_direct(h: Any, who: Any) -> Series:
    """Share of firms with an order at a mill."""
    return mean(h, "ordered_direct", who)


@indicator("share", "higher", by="city")
def steel_stays_share(h: Any) -> Series:
    """Share of the mills' output worked by the city's small firms: allotment, and the mills' part of dealers' sales."""
    dealt = float(h.scenario["steel.distributor_city_share"]) * total(h, "bought_t", h.local)
    return share(total(h, "direct_t", h.local) + dealt, h.mills[: h.length, 0])


def _mills() -> None:
    named = {
        "mill_output": (0, "t", "Steel made by the city's mills."),
        "shipped_contracts": (1, "t", "Steel shipped by the mills on long-term contracts."),
        "shipped_elsewhere": (2, "t", "Steel shipped by the mills to other buyers."),
        "allotment": (3, "t", "Steel that the mills offer to small firms."),
        "allotment_delivered": (4, "t", "Steel that the mills deliver to small firms."),
        "allotment_ordered": (5, "t", "Orders of small firms waiting at the mills."),
    }
    for name, (number, unit, meaning) in named.items():

        def column(h: Any, number: int = number) -> Series:
            return h.mills[: h.length, number]

        column.__doc__ = meaning
        indicator(unit, by="city", name=name)(column)


_mills()


@indicator("jt/t", by="city")
def steel_price(h: Any) -> Series:
    """World steel price in the city."""
    return h.world[: h.length, 0]


@indicator("jt/t", by="city")
def import_price(h: Any) -> Series:
    """Price of imports and factory goods."""
    return h.world[: h.length, 1]
