"""Indicators: each declared once, with unit, direction and meaning, and worked out over all months at once.

``h`` is the run's history, ``who`` a boolean mask of clusters. An indicator declared ``by="origin"`` has a column for
local firms, for external firms and for each outside cluster; ``by="city"`` has one column. Mean values are means over
firms. A share whose denominator is zero is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.buyers import GATES, HOME, KINDS
from sim.firms import BOUNDS
from sim.policies import catalogue as policies
from sim.reckoning import DELIVERED, DEMAND, DEPTH, FIRST, FIRST_DELIVERED, REACHED

__all__ = ["Column", "Indicator", "catalogue", "work_out"]

Series = NDArray[np.float64]
SUFFIX = {"t": "_t", "jt": "_jt", "jt/t": "_jt_t", "fte": "_fte", "months": "_months"}
CITY = slice(0, HOME)


@dataclass(frozen=True)
class Indicator:
    """One indicator: name, unit, which direction is better for the city, meaning, and how it is worked out."""

    name: str
    unit: str
    better: str
    meaning: str
    by: str
    of: Callable[..., Series]


@dataclass(frozen=True)
class Column:
    """One column of the indicator table."""

    column: str
    indicator: str
    origin: str
    unit: str
    better: str
    meaning: str


DECLARED: list[Indicator] = []


def indicator(unit: str, better: str = "none", by: str = "origin", name: str = "") -> Callable[..., Any]:
    """Declare an indicator; the function's docstring is its meaning."""

    def declare(of: Callable[..., Series]) -> Callable[..., Series]:
        meaning = (of.__doc__ or "").strip()
        DECLARED.append(Indicator(name or of.__name__, unit, better, meaning, by, of))
        return of

    return declare


def share(part: Series, whole: Series) -> Series:
    """Return part / whole, and 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=np.asarray(whole) > 0.0)


def total(h: Any, field: str, who: NDArray[np.bool_]) -> Series:
    """Return a sum of the tally over some clusters, by month."""
    return h.sums(field, who)


def mean(h: Any, field: str, who: NDArray[np.bool_]) -> Series:
    """Return a mean over the firms of some clusters, by month."""
    return share(total(h, field, who), total(h, "firms", who))


def city_sales(h: Any, who: NDArray[np.bool_]) -> Series:
    """Return the goods sold to buyers of the city [t] by month."""
    fields = [f"sold_{kind}_t" for kind in KINDS[:HOME]]
    return np.sum([total(h, field, who) for field in fields], axis=0)


# Markets ---------------------------------------------------------------------------------------------------------


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


# Competitiveness, decomposed exactly: share = access x depth x conversion x fill x rescue ---------------------------


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


# Firms, work and production ------------------------------------------------------------------------------------------


@indicator("count", "higher")
def firms(h: Any, who: Any) -> Series:
    """Firms at work."""
    return total(h, "firms", who)


@indicator("fte", "higher")
def jobs(h: Any, who: Any) -> Series:
    """People at work, owners and family included."""
    return total(h, "workers_fte", who)


@indicator("fte")
def firm_size(h: Any, who: Any) -> Series:
    """People at work in a firm."""
    return mean(h, "workers_fte", who)


@indicator("fte")
def largest_firm(h: Any, who: Any) -> Series:
    """People at work in the largest firm."""
    return h.tally[: h.length]["largest_fte"][:, who].max(axis=1, initial=0.0)


@indicator("t", "higher")
def output(h: Any, who: Any) -> Series:
    """Goods made."""
    return total(h, "output_t", who)


@indicator("t")
def capacity(h: Any, who: Any) -> Series:
    """Output of all machines at full work."""
    return total(h, "capacity_t", who)


@indicator("share", "higher")
def use(h: Any, who: Any) -> Series:
    """Output against capacity."""
    return share(total(h, "output_t", who), total(h, "capacity_t", who))


@indicator("share", "lower")
def idle(h: Any, who: Any) -> Series:
    """Share of firms that made nothing."""
    return mean(h, "idle", who)


@indicator("count")
def entries(h: Any, who: Any) -> Series:
    """Firms that opened."""
    return h.counts[: h.length]["entries"][:, who].sum(axis=1)


@indicator("count", "lower")
def exits(h: Any, who: Any) -> Series:
    """Firms that closed."""
    return h.counts[: h.length]["exits"][:, who].sum(axis=1)


@indicator("count", "lower")
def insolvencies(h: Any, who: Any) -> Series:
    """Firms that closed because they could not pay."""
    return h.counts[: h.length]["insolvencies"][:, who].sum(axis=1)


@indicator("count")
def turned_away(h: Any, who: Any) -> Series:
    """Openings that found no free row in the cluster's table (a limit of the program, reported if it binds)."""
    return h.counts[: h.length]["turned_away"][:, who].sum(axis=1)


# Steel ----------------------------------------------------------------------------------------------------------------


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
    """Share of the mills' output that small firms of the city work: allotment, and the mills' part of what dealers sell."""
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


# Prices, quality, money -----------------------------------------------------------------------------------------------


@indicator("jt/t")
def price(h: Any, who: Any) -> Series:
    """Posted price, mean over firms."""
    return mean(h, "price_jt_t", who)


@indicator("jt/t", "lower")
def unit_cost(h: Any, who: Any) -> Series:
    """Normal unit cost, mean over firms."""
    return mean(h, "unit_cost_jt_t", who)


@indicator("share")
def markup(h: Any, who: Any) -> Series:
    """Mark-up on normal unit cost, mean over firms."""
    return mean(h, "markup", who)


@indicator("index", "higher")
def skill(h: Any, who: Any) -> Series:
    """Skill at work, mean over firms."""
    return mean(h, "skill", who)


@indicator("index", "higher")
def quality(h: Any, who: Any) -> Series:
    """Quality of goods, mean over firms."""
    return mean(h, "quality", who)


@indicator("share", "higher")
def motivation(h: Any, who: Any) -> Series:
    """Motivation, mean over firms."""
    return mean(h, "motivation", who)


@indicator("jt", "higher")
def revenue(h: Any, who: Any) -> Series:
    """Value of goods sold, in all markets."""
    return total(h, "revenue_jt", who)


@indicator("jt", "higher")
def value_added(h: Any, who: Any) -> Series:
    """Sales less steel, energy and overhead: what is paid as wages, interest and owners' income."""
    return total(h, "revenue_jt", who) - total(h, "cost_sold_jt", who) - total(h, "overhead_jt", who)


@indicator("jt", "higher")
def wages(h: Any, who: Any) -> Series:
    """Wages paid to hired workers."""
    return total(h, "wages_jt", who)


@indicator("share", "higher")
def margin(h: Any, who: Any) -> Series:
    """Sales less steel, overhead and wages, against sales."""
    return share(value_added(h, who) - total(h, "wages_jt", who), total(h, "revenue_jt", who))


@indicator("jt")
def cash(h: Any, who: Any) -> Series:
    """Money in hand."""
    return total(h, "cash_jt", who)


@indicator("jt")
def receivables(h: Any, who: Any) -> Series:
    """Money owed by buyers."""
    return total(h, "receivable_jt", who)


@indicator("jt")
def debt(h: Any, who: Any) -> Series:
    """Debt."""
    return total(h, "debt_jt", who)


@indicator("jt", "lower")
def defaults(h: Any, who: Any) -> Series:
    """Debt of closed firms that is never repaid."""
    return h.counts[: h.length]["defaulted_jt"][:, who].sum(axis=1)


@indicator("jt", "higher")
def net_worth(h: Any, who: Any) -> Series:
    """Net worth of the firms."""
    return total(h, "equity_jt", who)


# Relations ------------------------------------------------------------------------------------------------------------


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


def _of_city(h: Any, column: int) -> Series:
    return np.asarray(h.by_kind[: h.length, CITY, column].sum(axis=1))


@indicator("count", "higher", by="two")
def listings(h: Any, local: bool) -> Series:
    """Places held on the lists of the city's buyers."""
    return _of_city(h, 4 if local else 5)


@indicator("count", "higher", by="two")
def listings_stores(h: Any, local: bool) -> Series:
    """Places held on big stores' lists."""
    return h.by_kind[: h.length, KINDS.index("stores"), 4 if local else 5]


@indicator("share", "higher", by="two")
def reliability(h: Any, local: bool) -> Series:
    """Reliability as the city's buyers remember it, mean over listings."""
    return share(_of_city(h, 6 if local else 7), listings(h, local))


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


def _bounds() -> None:
    for name in BOUNDS:

        def bound(h: Any, who: Any, name: str = name) -> Series:
            return mean(h, f"bound_{name}", who)

        what = "nothing: nothing was to be made" if name == "none" else name
        bound.__doc__ = f"Share of firms whose output was bound by {what}."
        indicator("share", name=f"bound_{name}")(bound)


_bounds()


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


# Government -----------------------------------------------------------------------------------------------------------


@indicator("jt", "lower", by="city")
def spending(h: Any) -> Series:
    """Public money spent on all policies."""
    return h.spending[: h.length].sum(axis=1)


@indicator("jt", "lower", by="city")
def shadow_cost(h: Any) -> Series:
    """Cost that regulations put on others, beside the budget."""
    return h.shadow[: h.length].sum(axis=1)


def _by_policy() -> None:
    for name in policies():

        def spent(h: Any, name: str = name) -> Series:
            if name not in h.policies:
                return np.zeros(h.length)
            return h.spending[: h.length, h.policies.index(name)]

        spent.__doc__ = f"Public money spent on the policy {name}."
        indicator("jt", "lower", by="city", name=f"spending_{name}")(spent)


_by_policy()


# The table ------------------------------------------------------------------------------------------------------------


def _columns_of(item: Indicator, clusters: list[str], local: NDArray[np.bool_]) -> Iterator[tuple[Column, Any]]:
    suffix = SUFFIX.get(item.unit, "")

    def column(origin: str) -> Column:
        name = item.name + (f"_{origin}" if origin else "") + suffix
        better = item.better if origin in ("local", "") else "none"
        return Column(name, item.name, origin, item.unit, better, item.meaning)

    if item.by == "city":
        yield column(""), None
    elif item.by == "two":
        yield column("local"), True
        yield column("external"), False
    else:
        yield column("local"), local
        yield column("external"), ~local
        for c, name in enumerate(clusters):
            if not local[c]:
                mask = np.zeros(len(clusters), bool)
                mask[c] = True
                yield column(name), mask


def catalogue(scenario: Any) -> list[Column]:
    """Return the columns of the indicator table, in order; the same for every scenario with the same clusters."""
    family = scenario.family("cluster")
    local = np.array([bool(facts["local"]) for facts in family.values()])
    return [column for item in DECLARED for column, _ in _columns_of(item, list(family), local)]


def work_out(h: Any) -> pd.DataFrame:
    """Return every indicator of a run, one row a month; ``month`` from 1 and ``warm_up`` (0 or 1) come first."""
    months = np.arange(1, h.length + 1)
    table: dict[str, Any] = {"month": months, "warm_up": (months <= h.warm_up).astype(np.int64)}
    for item in DECLARED:
        for column, who in _columns_of(item, h.clusters, h.local):
            table[column.column] = item.of(h) if item.by == "city" else item.of(h, who)
    return pd.DataFrame(table)


