"""Who sells how much to whom, and why: market shares and their five factors."""

from __future__ import annotations

from typing import Any

from sim.buyers import HOME, KINDS
from sim.indicators.declare import CITY, Series, city_sales, indicator, share, total
from sim.tally import DELIVERED, DEMAND, DEPTH, FIRST, FIRST_DELIVERED, REACHED


@indicator("t", by="city")
def demand(h: Any) -> Series:
    """Goods that buyers of the city need: the contestable demand."""
    return h.by_kind[: h.length, CITY, 0].sum(axis=1)


@indicator("t", "higher")
def sales(h: Any, who: Any) -> Series:
    """Goods sold to buyers of the city."""
    return city_sales(h, who)


@indicator("t")
def sales_home(h: Any, who: Any) -> Series:
    """Goods that outside firms sell in their home markets."""
    return total(h, "sold_home_t", who)


@indicator("t", "lower", by="city")
def imports(h: Any) -> Series:
    """Imports and factory goods bought by buyers of the city."""
    return h.by_kind[: h.length, CITY, 1].sum(axis=1)


@indicator("share", "higher")
def market_share(h: Any, who: Any) -> Series:
    """Share of the city's contestable demand."""
    return share(city_sales(h, who), demand(h))


@indicator("share", "lower", by="city")
def import_share(h: Any) -> Series:
    """Share of imports and factory goods in the city's contestable demand."""
    return share(imports(h), demand(h))


def _by_channel() -> None:
    for number, kind in enumerate(KINDS[:HOME]):

        def sold(h: Any, who: Any, kind: str = kind) -> Series:
            return total(h, f"sold_{kind}_t", who)

        def part(h: Any, who: Any, kind: str = kind, number: int = number) -> Series:
            return share(total(h, f"sold_{kind}_t", who), h.by_kind[: h.length, number, 0])

        def needed(h: Any, number: int = number) -> Series:
            return h.by_kind[: h.length, number, 0]

        def main(h: Any, who: Any, kind: str = kind) -> Series:
            firms = total(h, "firms", who) - total(h, "main_none", who)
            return share(total(h, f"main_{kind}", who), firms)

        needed.__doc__ = f"Goods that {kind} need."
        sold.__doc__ = f"Goods sold to {kind}."
        part.__doc__ = f"Share of what {kind} need."
        main.__doc__ = f"Share of selling firms whose main buyer of the last year is {kind}."
        indicator("t", by="city", name=f"demand_{kind}")(needed)
        indicator("t", "higher", name=f"sales_{kind}")(sold)
        indicator("share", "higher", name=f"market_share_{kind}")(part)
        indicator("share", name=f"main_buyer_{kind}")(main)


_by_channel()


def _factor(h: Any, local: bool, part: int, above: int, below: int) -> Series:
    chain = h.chain[: h.length, 0 if local else 1, part]
    return share(chain[:, above], chain[:, below])


FACTORS = {
    "access": (REACHED, DEMAND, "Share of demand whose buyer lists at least one such firm."),
    "depth": (DEPTH, REACHED, "Share of such firms among the suppliers listed by those buyers, weighted by demand."),
    "conversion": (FIRST, DEPTH, "First-round orders to such firms against demand times their share of the lists."),
    "fill": (FIRST_DELIVERED, FIRST, "Share of first-round orders that was delivered in the first round."),
    "rescue": (DELIVERED, FIRST_DELIVERED, "All deliveries against first-round deliveries."),
}


def _factors() -> None:
    for part, suffix in enumerate(("", "_no_households")):
        for name, (above, below, meaning) in FACTORS.items():

            def factor(h: Any, local: bool, part: int = part, above: int = above, below: int = below) -> Series:
                return _factor(h, local, part, above, below)

            factor.__doc__ = meaning + (" Households left out." if part else "")
            better = "none" if name == "rescue" else "higher"
            indicator("share" if name != "rescue" else "ratio", better, by="two", name=name + suffix)(factor)


_factors()


@indicator("share", "higher", by="two")
def market_share_no_households(h: Any, local: bool) -> Series:
    """Share of the city's contestable demand, households left out."""
    return _factor(h, local, 1, DELIVERED, DEMAND)
