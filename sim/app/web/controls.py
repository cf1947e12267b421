"""The left side of the page: scenario, comparison, luck, policies with their levers, and the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from sim.app.form import NOTHING, WITHOUT, Form, Mistake, example_of, text_of
from sim.app.say import Say, scenario_title
from sim.app.web.parts import Choice, Entry, element
from sim.app.web.session import Session
from sim.app.words_levers import meaning_of, rule_name, unit_name
from sim.policies import Lever, catalogue
from sim.report.language import speaker
from sim.scenario import Scenario

__all__ = ["Controls", "policy_title"]


def policy_title(name: str, language: str) -> str:
    """Return a policy's title in a language."""
    policy = catalogue()[name]
    return policy.title_id if language == "id" else policy.title_en


def said_mistake(mistake: Mistake, say: Say, meaning: str = "", allowed: str = "") -> str:
    """Return a mistake in words."""
    return say(f"wrong_{mistake.kind}", **_needed(mistake, meaning, allowed))


def _needed(mistake: Mistake, meaning: str, allowed: str) -> dict[str, str]:
    if mistake.kind in ("number", "range"):
        return {"meaning": meaning, "allowed": allowed}
    return {"first": mistake.first, "last": mistake.last} if mistake.kind == "outside" else {}


def allowed_of(lever: Any, say: Say) -> str:
    """Return what may be typed for a lever."""
    if not isinstance(lever, Lever):
        return say("allowed_rules", rules=", ".join(rule_name(rule, say.language) for rule in lever.options))
    low, high = (text_of(float(end), say.language) for end in (lever.low, lever.high))
    return say("allowed_range", low=low, high=high, unit=unit_name(lever.unit, say.language)).strip()


@solara.component
def Controls(session: Session, names: list[str]) -> None:
    """Let everything be chosen that a run is made of."""
    say, form = session.say, session.form.value
    wrong = session.mistakes
    busy = bool(session.busy.value)

    def edit(new: Form) -> None:
        session.form.value = new

    world = Scenario.load(form.scenario)
    shown = [{"value": name, "text": scenario_title(name)} for name in names]
    with element("section", cls="kb-controls", aria_label=say("choices")):
        Choice(label=say("scenario"), value=form.scenario, options=shown, disabled=busy, event_chosen=session.choose)
        if world.reason:
            told = speaker(say.language)(world.reason)  # as the briefing says it, where it does
            spoken = "en" if told == world.reason else say.language
            element("p", told, cls="kb-hint kb-reason", lang=spoken).key("reason")
        beside = [
            {"value": WITHOUT, "text": say("beside_without")},
            {"value": NOTHING, "text": say("beside_nothing")},
            *shown,
        ]
        Choice(
            label=say("beside"), value=form.beside, options=beside, disabled=busy,
            event_chosen=lambda name: edit(replace(form, beside=name)),
        ).key("beside")  # fmt: skip
        with element("div", cls="kb-luck").key("luck"):
            seed = wrong.get((-1, "seed"))
            Entry(
                label=say("seed"), value=form.seed, hint=say("seed_help"), disabled=busy,
                error=said_mistake(seed, say) if seed else "", event_typed=lambda text: edit(replace(form, seed=text)),
            )  # fmt: skip
            solara.Button(
                say("other_seed"),
                on_click=lambda: edit(replace(form, seed=other_seed(form.seed))),
                outlined=True,
                disabled=busy,
            )
        element("h2", say("policies")).key("policies")
        if not form.uses:
            element("p", say("no_policies"), cls="kb-hint").key("none")
        for number, use in enumerate(form.uses):
            Levers(session, number, wrong).key(f"{number} {use.name}")
        # What has a key stays the same element when policies come and go above it: a click is not lost.
        AddPolicy(session).key("add")
        with element("div", cls="kb-start").key("start"):
            solara.Button(say("start"), on_click=session.start, color="primary", disabled=busy or bool(wrong))
            if wrong:
                element("p", say("mend_first"), cls="kb-error", role="alert")
            elif session.started.value is not None and session.started.value != form:
                element("p", say("changed"), cls="kb-hint kb-changed", role="status")


def other_seed(seed: str) -> str:
    """Return the next seed; 1 after what is no seed."""
    return str(int(seed) + 1) if seed.isascii() and seed.isdecimal() else "1"


@solara.component
def Levers(session: Session, number: int, wrong: dict[tuple[int, str], Mistake]) -> None:
    """Show one policy: its months and its levers."""
    say, form = session.say, session.form.value
    use = form.uses[number]
    policy, title = catalogue()[use.name], policy_title(use.name, say.language)
    busy = bool(session.busy.value)

    def typed(key: str) -> Any:
        def set_text(text: str) -> None:
            session.form.value = session.form.value.with_lever(number, key, text)

        return set_text

    with element("fieldset", cls="kb-policy"):
        element("legend", title)
        with element("div", cls="kb-months"):
            for key, text in (("from", use.first), ("to", use.last)):
                mistake = wrong.get((number, key))
                Entry(
                    label=say(key), value=text, hint=say("month_help"), disabled=busy,
                    error=said_mistake(mistake, say) if mistake else "", event_typed=typed(key),
                )  # fmt: skip
        for key, lever in policy.levers.items():
            meaning, language = meaning_of(lever.meaning, say.language)
            allowed = allowed_of(lever, say)
            if isinstance(lever, Lever):
                mistake = wrong.get((number, key))
                Entry(
                    label=meaning, value=use.levers[key], unit=unit_name(lever.unit, say.language), hint=allowed,
                    error=said_mistake(mistake, say, meaning, allowed) if mistake else "",
                    hint_language=language if mistake else "", disabled=busy, event_typed=typed(key),
                )  # fmt: skip
            else:
                rules = [{"value": rule, "text": rule_name(rule, say.language)} for rule in lever.options]
                Choice(label=meaning, value=use.levers[key], options=rules, disabled=busy, event_chosen=typed(key))
        solara.Button(
            say("remove"), on_click=lambda: session.form.set(session.form.value.without_use(number)),
            text=True, disabled=busy, attributes={"aria-label": say("remove_this", name=title)}, classes=["kb-remove"],
        )  # fmt: skip


@solara.component
def AddPolicy(session: Session) -> None:
    """Let a policy be added that is not there yet."""
    say, form = session.say, session.form.value
    chosen, choose = solara.use_state("")
    left = {
        name: policy_title(name, say.language) for name in catalogue() if name not in {use.name for use in form.uses}
    }
    if not left:
        return
    busy = bool(session.busy.value)

    def add() -> None:
        if chosen in left:
            policy, source = example_of(chosen, form, say.language)
            session.form.value = session.form.value.with_use(policy)
            key = "added_from" if source else "added_at_rest"
            values = {"name": left[chosen]} | ({"scenario": scenario_title(source)} if source else {})
            session.notice.value = (key, values)
            choose("")

    options = [{"value": "", "text": say("choose")}]
    options += [{"value": name, "text": title} for name, title in sorted(left.items(), key=lambda item: item[1])]
    with element("div", cls="kb-add"):
        Choice(label=say("add_policy"), value=chosen, options=options, disabled=busy, event_chosen=choose)
        solara.Button(say("add"), on_click=add, outlined=True, disabled=busy or chosen not in left)
