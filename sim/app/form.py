"""The form of the page: a scenario, its policies with their levers as they are typed, a seed, and what stands beside.

A form never changes: each edit makes a new one. What is typed is kept as text, so that a mistake can be shown where
it was made; the scenario itself is checked by the same code as a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal

from sim.core.parameters import month_number, month_text
from sim.core.toml_lines import Problems
from sim.core.uses import PolicyUse, uses_of
from sim.policies import Lever, catalogue
from sim.scenario import Scenario, shipped_names

__all__ = ["Form", "Mistake", "PolicyForm", "example_of", "form_of", "mistakes", "scenario_of", "text_of", "translated"]

NOTHING, WITHOUT = "", "*"  # what stands beside the town: nothing, or the same town without programmes
LAST_SEED = 2**32 - 1
MOST_DECIMALS = "0.##########"


@dataclass(frozen=True)
class PolicyForm:
    """One use of a policy as it is typed: texts by lever, the first and the last month."""

    name: str
    levers: Mapping[str, str]
    first: str
    last: str


@dataclass(frozen=True)
class Form:
    """All choices of the page. ``beside`` is ``""`` for nothing, ``"*"`` for no programme, or a scenario's name."""

    scenario: str
    uses: tuple[PolicyForm, ...]
    seed: str = "1"
    beside: str = WITHOUT

    def with_lever(self, use: int, lever: str, text: str) -> Form:
        """Return the form with one lever, ``from`` or ``to`` typed anew."""
        old = self.uses[use]
        if lever == "from":
            new = replace(old, first=text)
        elif lever == "to":
            new = replace(old, last=text)
        else:
            new = replace(old, levers={**old.levers, lever: text})
        return replace(self, uses=(*self.uses[:use], new, *self.uses[use + 1 :]))

    def without_use(self, use: int) -> Form:
        """Return the form without one of its policies."""
        return replace(self, uses=(*self.uses[:use], *self.uses[use + 1 :]))

    def with_use(self, policy: PolicyForm) -> Form:
        """Return the form with a further policy."""
        return replace(self, uses=(*self.uses, policy))


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one entry, for the page to say in its language.

    ``kind`` is ``number``, ``range``, ``month``, ``outside`` (the simulated months), ``order`` or ``seed``.
    """

    kind: str
    first: str = ""
    last: str = ""


def text_of(value: float | str, language: str) -> str:
    """Return a lever's value as it is typed in a language: a number without grouping, or a rule's name.

    Examples
    --------
    >>> text_of(1250.5, "en"), text_of(1250.5, "id"), text_of("lottery", "id")
    ('1250.5', '1250,5', 'lottery')
    """
    return value if isinstance(value, str) else format_decimal(value, MOST_DECIMALS, locale=language)


def value_of(lever: Any, text: str, language: str) -> float | str | None:
    """Return what was typed as a lever's value, or None where it is no number in this language.

    Examples
    --------
    >>> lever = Lever("jt/year", 0, 2000, 0, "Money")
    >>> value_of(lever, "1.250,5", "id"), value_of(lever, "1,250.5", "en"), value_of(lever, "1.2.5", "en")
    (1250.5, 1250.5, None)
    """
    if not isinstance(lever, Lever):
        return text
    try:
        return float(parse_decimal(text.strip(), locale=language, strict=True))
    except NumberFormatError:
        return None


def form_of(scenario: Scenario | str, language: str, *, seed: str = "1", beside: str = WITHOUT) -> Form:
    """Return the form that stands for a scenario as it is."""
    world = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    uses = tuple(form_use(use, language) for use in world.uses)
    return Form(scenario if isinstance(scenario, str) else world.name, uses, seed, beside)


def translated(form: Form, before: str, after: str) -> Form:
    """Return the form with its numbers as another language writes them; what is no number stays as it is typed."""
    for number, use in enumerate(form.uses):
        for key, text in use.levers.items():
            value = value_of(catalogue()[use.name].levers[key], text, before)
            if value is not None:
                form = form.with_lever(number, key, text_of(value, after))
    return form


@cache
def _example(policy: str) -> tuple[str, PolicyUse] | None:
    """Return a shipped scenario that uses a policy, and its use there; the policy's own scenario first."""
    for name in sorted(shipped_names(), key=lambda name: (name != f"policies/{policy}", name)):
        for use in Scenario.load(name).uses:
            if use.name == policy:
                return name, use
    return None


def example_of(policy: str, form: Form, language: str) -> tuple[PolicyForm, str]:
    """Return a policy to add, with the values of a shipped scenario that uses it, and that scenario's name.

    A policy that no scenario uses comes at rest, over the observed months.
    """
    found = _example(policy)
    if found is not None:
        return form_use(found[1], language), found[0]
    world = Scenario.load(form.scenario)
    levers = {key: text_of(lever.rest, language) for key, lever in catalogue()[policy].levers.items()}
    return PolicyForm(policy, levers, str(world["time.first_observed"]), _last_month(world)), ""


def form_use(use: PolicyUse, language: str) -> PolicyForm:
    """Return one use of a policy as it is typed."""
    return PolicyForm(
        use.name, {key: text_of(value, language) for key, value in use.levers.items()}, use.first, use.last
    )


def _window(world: Scenario) -> tuple[int, int]:
    first = month_number(world.first_month)
    return first, first + world.months - 1


def _last_month(world: Scenario) -> str:
    return month_text(_window(world)[1])


def _month(text: str) -> int | None:
    try:
        return month_number(text.strip())
    except ValueError:
        return None


def mistakes(form: Form, language: str) -> dict[tuple[int, str], Mistake]:
    """Return what is wrong, by place: (number of the policy, lever), or (-1, "seed")."""
    found = {}
    seed = form.seed.strip()
    if not (seed.isascii() and seed.isdecimal() and 1 <= int(seed) <= LAST_SEED):
        found[-1, "seed"] = Mistake("seed")
    world = Scenario.load(form.scenario)
    for number, use in enumerate(form.uses):
        for key, lever in catalogue()[use.name].levers.items():
            value = value_of(lever, use.levers[key], language)
            if value is None:
                found[number, key] = Mistake("number")
            elif lever.refuses(value):
                found[number, key] = Mistake("range")
        found |= {(number, key): mistake for key, mistake in _wrong_months(use, world)}
    return found


def _wrong_months(use: PolicyForm, world: Scenario) -> Iterator[tuple[str, Mistake]]:
    """Yield what is wrong with a policy's months."""
    begin, end = _window(world)
    first, last = _month(use.first), _month(use.last)
    if first is None:
        yield "from", Mistake("month")
    elif not begin <= first <= end:
        yield "from", Mistake("outside", world.first_month, _last_month(world))
    if last is None:
        yield "to", Mistake("month")
    elif first is not None and last < first:
        yield "to", Mistake("order")


def scenario_of(form: Form, language: str) -> Scenario:
    """Return the scenario that the form describes, checked like a file; refuse one with mistakes."""
    world = Scenario.load(form.scenario)
    given: dict[str, list[dict[str, Any]]] = {}
    for use in form.uses:
        kinds = catalogue()[use.name].levers
        values = {key: value_of(kinds[key], text, language) for key, text in use.levers.items()}
        dates = {"from": use.first.strip(), "to": use.last.strip()}
        given.setdefault(use.name, []).append(values | dates)
    problems = Problems(world.name)
    levers = {name: policy.levers for name, policy in catalogue().items()}
    uses = uses_of(given, levers, _window(world), problems)
    problems.stop()
    return replace(world, uses=uses)
