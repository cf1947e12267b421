"""Sentences that answer the report's own argument: training alone, market access alone, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.words import Effect, find

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["sums", "verdict"]

ALONE = {1: "raises", 0: "has no clear effect on", -1: "lowers"}
EACH = {
    1: "Each alone raises the local market share",
    0: "Neither alone has a clear effect on the local market share",
    -1: "Each alone lowers the local market share",
}
ORDER = {
    1: ", market access more than training",
    0: ", neither clearly more than the other",
    -1: ", training more than market access",
}
TOGETHER = {
    1: "together they bring more than the sum of the two",
    0: "together they add up, as far as these runs can tell",
    -1: "together they bring less than the sum of the two",
}


def verdict(effects: pd.DataFrame) -> str:
    """Return the answer in one short sentence without numbers; nothing where a programme was not run."""
    training, access, order, together = (
        find(effects, name, "market_share", "local")
        for name in ("training_only", "access_only", "access_less_training", "interaction")
    )
    if training is None or access is None:
        return ""
    if training.direction == access.direction:
        text = EACH[training.direction]
        text += ORDER[order.direction] if order is not None and training.direction > 0 else ""
    else:
        text = f"Training alone {ALONE[training.direction]} the local market share, market access alone "
        text += f"{ALONE[access.direction]} it"
    return f"{text}; {TOGETHER[together.direction]}." if together is not None else f"{text}."


def sums(effects: pd.DataFrame) -> list[tuple[str, str]]:
    """Return, with a lead each, whether the two programmes add up and how they compare."""
    said = []
    together = find(effects, "interaction", "market_share", "local")
    if together is not None:
        said.append(("Do they need each other?", _together(together)))
    order = find(effects, "access_less_training", "market_share", "local")
    training = find(effects, "training_only", "market_share", "local")
    if order is not None and training is not None:
        said.append(("The owner’s argument.", _argument(order, training, together)))
    return said


def _together(effect: Effect) -> str:
    """Return the sign of the interaction in words."""
    if effect.direction > 0:
        return (
            f"Yes, in part: each makes the other work better. Both together bring {effect.amount} more "
            f"({effect.span}) than the sum of what each brings alone."
        )
    if effect.direction < 0:
        return (
            f"No: each makes the other work less well. Both together bring {effect.amount} less "
            f"({effect.amount_span}) than the sum of what each brings alone."
        )
    if effect.nothing:
        return "No: both together bring exactly the sum of what each brings alone."
    return (
        f"Not as far as these runs can tell: there is no clear interaction ({effect.signed}; {effect.span}, "
        "includes zero), so the effects simply add up."
    )


def _argument(order: Effect, training: Effect, together: Effect | None) -> str:
    """Return whether the numbers side with the newspaper's firm owner, who put access before training."""
    text = (
        "A firm owner told the newspaper that training opens the market in theory, but that in practice "
        "firms need the government to help them into the big stores. "
    )
    if order.direction > 0:
        text += "These runs side with that order at the budgets tried: market access alone brings "
        text += f"{order.amount} more than training alone ({order.span})."
    elif order.direction < 0:
        text += "These runs do not side with that order at the budgets tried: training alone brings "
        text += f"{order.amount} more than market access alone ({order.amount_span})."
    else:
        text += "At the budgets tried, these runs cannot put one before the other: market access less training "
        text += f"is {order.signed} ({order.span})."
    if training.direction > 0:
        text += " Training alone is not without effect, though"
        text += "; it does more where access is opened too." if together is not None and together.direction > 0 else "."
    elif training.direction == 0:
        text += " Training alone shows no clear effect."
    else:
        text += " Training alone even lowers the share."
    return text
