"""Inputs of a design in words: what each number means, of whom, and in what unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.study.design import Design

__all__ = ["input_label", "input_labels"]

# Rooms of which there are several of a kind; their meanings speak of any of them.
MEMBERS = {"buyer_": "buyers: ", "cluster_": "firms of ", "mill_": "mill "}
SELF_SAID = ("yes/no", "count")  # units that a meaning says by itself


def input_labels(design: Design) -> dict[str, str]:
    """Return every input of a design in words, by its key."""
    return {one.name: input_label(one.name, design.scenarios[0]) for one in design.inputs}


def input_label(key: str, scenario: Scenario) -> str:
    """Return an input in words: the register's meaning, whose it is, and its unit.

    Examples
    --------
    >>> from sim import Scenario
    >>> town = Scenario.load("baseline")
    >>> input_label("market.price_elasticity", town)
    "Weight of log price in a buyer's choice (elasticity)"
    >>> input_label("buyer_stores.listing_fee_jt", town)
    'Listing fee (buyers: stores; jt)'
    >>> input_label("policies.training.firms_a_cohort", town)
    'Training: places in one cohort; a cohort starts every quarter (firms)'
    """
    parts = key.split(".")
    if parts[0] == "policies":
        from sim.policies import Lever, catalogue

        policy = catalogue()[parts[1]]
        lever = policy.levers.get(parts[-1])
        meaning, unit = (lever.meaning, lever.unit) if isinstance(lever, Lever) else (parts[-1], "")
        words = f"{policy.title_en}: {meaning[:1].lower()}{meaning[1:]}"
        return f"{words} ({unit})" if unit and unit not in SELF_SAID else words
    entry = scenario.parameters[key]
    whose = [
        said + parts[0].removeprefix(prefix).replace("_", " ").title().replace(" Of ", " of ")
        if prefix != "buyer_"
        else said + parts[0].removeprefix(prefix).replace("_", " ")
        for prefix, said in MEMBERS.items()
        if parts[0].startswith(prefix)
    ]
    brackets = [*whose, *([entry.unit] if entry.unit not in SELF_SAID else [])]
    return f"{entry.meaning} ({'; '.join(brackets)})" if brackets else entry.meaning
