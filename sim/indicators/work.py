"""Firms, people and output."""

from __future__ import annotations

from typing import Any

from sim.firms import BOUNDS
from sim.indicators.declare import Series, indicator, mean, share, total


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


def _bounds() -> None:
    for name in BOUNDS:

        def bound(h: Any, who: Any, name: str = name) -> Series:
            return mean(h, f"bound_{name}", who)

        what = "nothing: nothing was to be made" if name == "none" else name
        bound.__doc__ = f"Share of firms whose output was bound by {what}."
        indicator("share", name=f"bound_{name}")(bound)


_bounds()
