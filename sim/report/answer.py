"""The answer in three sentences: the best policy, the report's argument, and at whose expense.

Every sentence is chosen by the signs of intervals and filled with numbers. Likelihood words are shares of the draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.report import amounts
from sim.report.findings import Findings
from sim.report.language import Language, later
from sim.report.likelihood import of_draws
from sim.report.words import Effect, find
from sim.report.words_context import small

if TYPE_CHECKING:
    import pandas as pd

    from sim.policies import Policy
    from sim.scenario import Scenario

__all__ = ["Told", "answer", "name_of", "short"]

BEST = {
    1: later(
        "Of the {number} policies compared, {policy} raises local firms’ share of the city’s market most: by {amount} "
        "({span}), for {cost}."
    ),
    0: later(
        "None of the {number} policies compared clearly raises local firms’ share of the city’s market; the largest "
        "change is that of {policy}, {change} ({span})."
    ),
    -1: later(
        "All of the {number} policies compared lower local firms’ share of the city’s market; {policy} lowers it "
        "least, by {amount} ({span})."
    ),
}
LIKELY_BEST = later(
    "That it is the best of the {few} leading ones is {likely} ({hits} of {draws} draws of the assumptions)."
)
DOES = {
    1: later("{policy} raises the local share by {amount}"),
    0: later("{policy} has no clear effect on the local share ({change})"),
    -1: later("{policy} lowers the local share by {amount}"),
}
TOGETHER = {
    1: later("{one}, {other}; both together bring {change}, more than the sum of the two"),
    0: later("{one}, {other}; both together bring {change}, no clear difference from the sum of the two"),
    -1: later("{one}, {other}; both together bring {change}, less than the sum of the two"),
}
ORDER = later(
    "{clause}. Where all assumptions vary, {one}, and {two}; that {policy} brings more than {other} is {likely} "
    "({hits} of {draws} draws)."
)
# Where the middle of the draws lies against the effect at the assumptions as they stand.
MIDDLE = {
    1: later("{policy} brings {middle} in the middle, more than that"),
    0: later("{policy} brings {middle} in the middle, about as much"),
    -1: later("{policy} brings {middle} in the middle, less than that"),
}
GIVES_WAY = {
    1: later("With {policy}, local firms sell {amount} more, of which {outside} is taken from {whom}; {jobs}."),
    0: later("With {policy}, local firms do not clearly sell more or less ({change}); {jobs}."),
    -1: later("With {policy}, local firms sell {amount} less; {jobs}."),
}
JOBS = {
    1: later("local metal jobs rise by {amount} ({span}), and that they rise is {likely} ({hits} of {draws} draws)"),
    0: later(
        "local metal jobs do not clearly change ({change}; {span}), and that they rise is {likely} ({hits} of {draws} "
        "draws)"
    ),
    -1: later("local metal jobs fall by {amount} ({span}), and that they rise is {likely} ({hits} of {draws} draws)"),
}

JOBS_ALONE = {
    1: later("local metal jobs rise by {amount} ({span})"),
    0: later("local metal jobs do not clearly change ({change}; {span})"),
    -1: later("local metal jobs fall by {amount} ({span})"),
}


@dataclass(frozen=True)
class Told:
    """A sentence, and the records that its numbers are from: letters of the records, with the scenario."""

    text: str
    records: str


def name_of(say: Language, scenario: Scenario) -> str:
    """Return what a scenario is called: its policies' titles in the reader's language, or its own name."""
    from sim.policies import catalogue
    from sim.report.findings import label_of

    titles = [catalogue()[name] for name in scenario.policies if name in catalogue()]
    if not titles or len(titles) > 2:
        return scenario.name.replace("_", " ").capitalize()
    first, *others = (_title(say, one) for one in titles)
    return label_of(scenario, " + ".join([first, *map(small, others)]))


def _title(say: Language, policy: type[Policy]) -> str:
    """Return a policy's title without what stands in brackets."""
    title = (policy.title_id if say.code == "id" else policy.title_en) or policy.name
    return title.partition(" (")[0]


def short(name: str) -> str:
    """Return a name for the middle of a sentence: without what stands in brackets, with a small first letter.

    Examples
    --------
    >>> short("Akses ke toko besar (temu bisnis)"), short("TKDN certificates")
    ('akses ke toko besar', 'TKDN certificates')
    """
    return small(name.partition(" (")[0])


def answer(say: Language, found: Findings) -> list[Told]:
    """Return the answer in three sentences; the second only where training and market access were run."""
    return [one for one in (_best(say, found), _argument(say, found), _price(say, found)) if one is not None]


def _share(say: Language, effects: pd.DataFrame, name: str) -> Effect:
    """Return the effect on the local market share."""
    effect = find(say, effects, name, "market_share", "local")
    assert effect is not None
    return effect


def _best(say: Language, found: Findings) -> Told:
    """Return which policy is best, at what cost, and how likely it is to be so."""
    first = found.ranked[0]
    effect = _alone(_share(say, found.effects, first))
    spent = find(say, found.effects, first, "spending", "")
    text = say(
        BEST[effect.direction],
        number=say.number(len(found.ranked)),
        policy=short(name_of(say, found.scenarios[first])),
        amount=effect.amount,
        change=effect.signed,
        span=effect.amount_span if effect.direction else effect.span,
        cost=amounts.billions_a_year(say, spent.difference)
        if spent and spent.difference > 0
        else say("no public money"),
    )
    leading = [name for name in found.drawn if name in found.ranked]
    if first in leading and len(leading) > 1:
        others = [found.doubts.effect(name) for name in leading if name != first]
        ahead = found.doubts.effect(first) > np.max(others, axis=0)
        text = f"{text} {say(LIKELY_BEST, few=say.number(len(leading)), **of_draws(say, ahead))}"
    return Told(text, f"M:{first} D")


def _alone(effect: Effect) -> Effect:
    """Return an effect with the digits that its own interval bears, not those of the table."""
    return replace(effect, coarsest=0.0)


def _argument(say: Language, found: Findings) -> Told | None:
    """Return what training and market access do alone and together, and how likely access is to bring more."""
    if found.experiment.empty:
        return None
    names = {}
    parts = []
    for scenario in ("training_only", "access_only"):
        effect = _share(say, found.experiment, scenario)
        names[effect.scenario] = short(name_of(say, found.scenarios[effect.scenario]))
        parts.append(
            say(DOES[effect.direction], policy=names[effect.scenario], amount=effect.amount, change=effect.signed)
        )
    both, together = (_share(say, found.experiment, name) for name in ("both", "interaction"))
    clause = say(
        TOGETHER[together.direction], one=parts[0][0].upper() + parts[0][1:], other=parts[1], change=both.signed
    )
    if not {"training_only", "access_only"} <= set(found.drawn):
        return Told(f"{clause}.", "M:training_only M:access_only M:both")
    access, training = (found.doubts.effect(name) for name in ("access_only", "training_only"))
    text = say(
        ORDER,
        clause=clause,
        one=_middle(say, found, "training_only", names),
        two=_middle(say, found, "access_only", names),
        policy=names["access_only"],
        other=names["training_only"],
        **of_draws(say, access > training),
    )
    return Told(text, "M:training_only M:access_only M:both D")


def _middle(say: Language, found: Findings, scenario: str, names: dict[str, str]) -> str:
    """Return where the middle of the draws lies against the effect at the assumptions as they stand.

    The two differ where that effect lies outside the middle half of the draws.
    """
    usual = _share(say, found.experiment, scenario).difference
    low, middle, high = (float(one) for one in np.quantile(found.doubts.effect(scenario), (0.25, 0.5, 0.75)))
    side = 1 if low > usual else -1 if high < usual else 0
    return say(MIDDLE[side], policy=names[scenario], middle=say.number(100 * middle, 1, sign=True))


def _price(say: Language, found: Findings) -> Told | None:
    """Return whose sales the gain of the best policy is, and what becomes of jobs."""
    first = found.ranked[0]
    sales = find(say, found.effects, first, "sales", "local")
    jobs = find(say, found.effects, first, "jobs", "local")
    if sales is None or jobs is None:
        return None
    sales, jobs = _alone(sales), _alone(jobs)
    lost = {
        later("firms from outside"): find(say, found.effects, first, "sales", "external"),
        later("importers and factories"): find(say, found.effects, first, "imports", ""),
    }
    losses = {whom: -one.difference for whom, one in lost.items() if one is not None}
    whom = max(losses, key=lambda key: losses[key]) if losses else ""
    part = losses[whom] / sales.difference if whom and sales.difference else math.nan
    parts = {"amount": jobs.amount, "change": jobs.signed, "span": jobs.amount_span if jobs.direction else jobs.span}
    if first in found.drawn:
        rises = found.doubts.effect(first, "jobs_local_fte") > 0
        clause = say(JOBS[jobs.direction], **parts, **of_draws(say, rises))
    else:
        clause = say(JOBS_ALONE[jobs.direction], **parts)
    text = say(
        GIVES_WAY[sales.direction],
        policy=short(name_of(say, found.scenarios[first])),
        amount=sales.amount,
        change=sales.signed,
        outside=amounts.level(say, part, "share", 0),
        whom=say(whom),
        jobs=clause,
    )
    return Told(text, f"M:{first} D")
