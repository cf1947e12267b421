"""Prices, quality, and what is earned and owed."""

from __future__ import annotations

from typing import Any

from sim.indicators.declare import Series, indicator, mean, share, total


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


@indicator("jt")
def subsidised_debt(h: Any, who: Any) -> Series:
    """Debt on guaranteed loans (KUR) of the policy credit, a part of all debt."""
    return total(h, "kur_jt", who)


@indicator("jt", "lower")
def defaults_subsidised(h: Any, who: Any) -> Series:
    """Guaranteed loans (KUR) of closed firms that are never repaid, a part of all such debt."""
    return h.counts[: h.length]["kur_defaulted_jt"][:, who].sum(axis=1)


@indicator("jt", "higher")
def net_worth(h: Any, who: Any) -> Series:
    """Net worth of the firms."""
    return total(h, "equity_jt", who)
