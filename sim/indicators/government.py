"""What policies cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.accounts import CAPITAL_RETURNED
from sim.indicators.declare import Series, indicator
from sim.policies import catalogue as policies


@indicator("jt", "lower", by="city")
def spending(h: Any) -> Series:
    """Public money spent on all policies."""
    return h.spending[: h.length].sum(axis=1)


@indicator("jt", "lower", by="city")
def shadow_cost(h: Any) -> Series:
    """Cost that regulations put on others, beside the budget."""
    return h.shadow[: h.length].sum(axis=1)


@indicator("jt", "higher", by="city")
def capital_returned(h: Any) -> Series:
    """Public money that cooperatives return to the treasury when they close."""
    return h.money[: h.length, CAPITAL_RETURNED, 0]


def _by_policy() -> None:
    for name in policies():

        def spent(h: Any, name: str = name) -> Series:
            if name not in h.policies:
                return np.zeros(h.length)
            return h.spending[: h.length, h.policies.index(name)]

        spent.__doc__ = f"Public money spent on the policy {name}."
        indicator("jt", "lower", by="city", name=f"spending_{name}")(spent)


_by_policy()
