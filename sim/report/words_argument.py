"""Sentences that answer the report's own argument: training alone, market access alone, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.language import Language, later
from sim.report.words import Effect, find

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["sums", "verdict"]

ALONE = {
    (1, 0): later("Training alone raises the local market share, market access alone has no clear effect on it"),
    (1, -1): later("Training alone raises the local market share, market access alone lowers it"),
    (0, 1): later("Training alone has no clear effect on the local market share, market access alone raises it"),
    (0, -1): later("Training alone has no clear effect on the local market share, market access alone lowers it"),
    (-1, 1): later("Training alone lowers the local market share, market access alone raises it"),
    (-1, 0): later("Training alone lowers the local market share, market access alone has no clear effect on it"),
    (0, 0): later("Neither alone has a clear effect on the local market share"),
    (-1, -1): later("Each alone lowers the local market share"),
    (1, 1): later("Each alone raises the local market share"),
}
ORDER = {
    1: later("{alone}, market access more than training"),
    0: later("{alone}, neither clearly more than the other"),
    -1: later("{alone}, training more than market access"),
}
TOGETHER = {
    1: later("{alone}; together they bring more than the sum of the two."),
    0: later("{alone}; together they add up, as far as these runs can tell."),
    -1: later("{alone}; together they bring less than the sum of the two."),
}
OWNER = later(
    "A firm owner told the newspaper that training opens the market in theory, but that in practice firms need the "
    "government to help them into the big stores."
)
SIDES = {
    1: later(
        "These runs side with that order at the budgets tried: market access alone brings {amount} more than "
        "training alone ({span})."
    ),
    -1: later(
        "These runs do not side with that order at the budgets tried: training alone brings {amount} more than "
        "market access alone ({span})."
    ),
    0: later(
        "At the budgets tried, these runs cannot put one before the other: market access less training is {change} "
        "({span})."
    ),
}


def verdict(say: Language, effects: pd.DataFrame) -> str:
    """Return the answer in one short sentence without numbers; nothing where a programme was not run."""
    training, access, order, together = (
        find(say, effects, name, "market_share", "local")
        for name in ("training_only", "access_only", "access_less_training", "interaction")
    )
    if training is None or access is None:
        return ""
    text = say(ALONE[training.direction, access.direction])
    if order is not None and training.direction == access.direction == 1:
        text = say(ORDER[order.direction], alone=text)
    return say(TOGETHER[together.direction], alone=text) if together is not None else f"{text}."


def sums(say: Language, effects: pd.DataFrame) -> list[tuple[str, str]]:
    """Return, with a lead each, whether the two programmes add up and how they compare."""
    said = []
    together = find(say, effects, "interaction", "market_share", "local")
    if together is not None:
        said.append((say("Do they need each other?"), _together(together)))
    order = find(say, effects, "access_less_training", "market_share", "local")
    training = find(say, effects, "training_only", "market_share", "local")
    if order is not None and training is not None:
        said.append((say("The owner’s argument."), _argument(order, training, together)))
    return said


def _together(effect: Effect) -> str:
    """Return the sign of the interaction in words."""
    say = effect.say
    if effect.direction > 0:
        return say(
            "Yes, in part: each makes the other work better. Both together bring {amount} more ({span}) than the sum "
            "of what each brings alone.",
            amount=effect.amount,
            span=effect.span,
        )
    if effect.direction < 0:
        return say(
            "No: each makes the other work less well. Both together bring {amount} less ({span}) than the sum of what "
            "each brings alone.",
            amount=effect.amount,
            span=effect.amount_span,
        )
    if effect.nothing:
        return say("No: both together bring exactly the sum of what each brings alone.")
    return say(
        "Not as far as these runs can tell: there is no clear interaction ({change}; {span}, includes zero), so the "
        "effects simply add up.",
        change=effect.signed,
        span=effect.span,
    )


def _argument(order: Effect, training: Effect, together: Effect | None) -> str:
    """Return whether the numbers side with the newspaper's firm owner, who put access before training."""
    say = order.say
    span = order.amount_span if order.direction < 0 else order.span
    sides = say(SIDES[order.direction], amount=order.amount, change=order.signed, span=span)
    if training.direction > 0 and together is not None and together.direction > 0:
        also = say("Training alone is not without effect, though; it does more where access is opened too.")
    elif training.direction > 0:
        also = say("Training alone is not without effect, though.")
    elif training.direction == 0:
        also = say("Training alone shows no clear effect.")
    else:
        also = say("Training alone even lowers the share.")
    return f"{say(OWNER)} {sides} {also}"
