"""The views of the page: key figures, the map of suppliers, figures over time, and one firm."""

from __future__ import annotations

from typing import Any

import numpy as np
import solara

from sim.app import figures, figures_more
from sim.app.chart import VIEWS, map_of, place_name
from sim.app.network import home_of
from sim.app.say import Say
from sim.app.twin import Twin, without_programmes
from sim.app.web.controls import policy_title
from sim.app.web.parts import Choice, Map, element, picture
from sim.app.web.session import Session
from sim.buyers import KINDS
from sim.core.parameters import month_number
from sim.policies import catalogue
from sim.report.style import BINDS

__all__ = ["Figures", "KeyFigures", "Supplies"]

KEY = (
    "market_share_local",
    "sales_local_t",
    "sales_external_t",
    "imports_t",
    "value_added_local_jt",
    "jobs_local_fte",
    "firms_local",
    "spending_jt",
)
COLOURS = {name: look.colour for name, look in BINDS.items()}


def table(head: list[str], rows: list[list[Any]], caption: str, cls: str = "") -> Any:
    """Return a table whose first column names its rows."""
    titles = [element("th", title, scope="col") for title in head]
    body = [
        element("tr", element("th", row[0], scope="row"), *[element("td", cell) for cell in row[1:]]) for row in rows
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", element("tr", *titles)),
            element("tbody", *body),
            cls=cls,
        ),
        cls="kb-wide",
        tabindex="0",
        role="group",
        aria_label=caption,
    )


@solara.component
def KeyFigures(session: Session, twin: Twin, month: int) -> None:
    """Show the month's main numbers of both towns, their difference, and their means since the first observed month."""
    say = session.say
    with session.lock:
        towns = [town.indicators for town in twin.towns]
    since = say.month(twin.first_month, twin.warm_up + 1)
    compared = twin.other is not None
    rows = []
    for column in KEY:
        unit = figures.INDICATORS[column]
        now = [float(frame[column].iloc[month - 1]) for frame in towns]
        means = [frame[column].iloc[twin.warm_up : month].mean() for frame in towns]
        row = [say(column), *(say.level(value, unit) for value in now)]
        if compared:
            row += [say.change(now[0] - now[1], unit), _or_none(say, means[0] - means[1], unit, change=True)]
        else:
            row.append(_or_none(say, means[0], unit))
        rows.append(row)
    head = [say("figure"), *say.names(twin)]
    head += [say("difference"), say("difference_since", date=since)] if compared else [say("mean_since", date=since)]
    table(head, rows, say("key_figures", date=say.month(twin.first_month, month, long=True)), "kb-key")
    if twin.same:
        element("p", say("same_towns"), cls="kb-hint")
    elif compared and month < _first_acts(twin) and _same_but_policies(twin):
        element("p", say("not_begun"), cls="kb-hint")


def _or_none(say: Say, value: float, unit: str, change: bool = False) -> str:
    if np.isnan(value):
        return "–"
    return say.change(value, unit) if change else say.level(value, unit)


def _same_but_policies(twin: Twin) -> bool:
    worlds = {without_programmes(town.scenario) for town in twin.towns}
    return len(worlds) == 1


def _first_acts(twin: Twin) -> int:
    """Return the month in which the first policy of either town begins."""
    begun = month_number(twin.first_month) - 1
    firsts = [month_number(use.first) - begun for town in twin.towns for use in town.scenario.uses]
    return max(1, min(firsts, default=1))


@solara.component
def Supplies(session: Session, twin: Twin, month: int) -> None:
    """Show who supplies whom in the month, and the firm that was clicked."""
    say, uid = session.say, session.uid.value
    view = session.view.value if twin.other is not None else "town"
    with session.lock:
        drawing = map_of(twin, say, view, month, uid)
    words = {key: say(key) for key in ("mills", "buyers", "distributors")}
    words |= {
        "firms": say("local_firms"),
        "city": f"{say('in_city')}: {place_name(home_of(twin.town))}",
        "outside": say("outside_city"),
        "alt": say("map_alt", date=say.month(twin.first_month, month, long=True)),
        "scroll": say("map_scroll"),
    }
    if twin.other is not None:
        called = (*say.names(twin), say("difference"))
        options = [{"value": name, "text": text} for name, text in zip(VIEWS, called, strict=True)]
        Choice(label=say("map_view"), value=view, options=options, event_chosen=session.view.set)
    Map(drawing=drawing, words=words, colours=COLOURS, uid=uid, event_picked=session.uid.set)
    widest = drawing["scale"]["tonnes"]
    if drawing["compared"]:
        here, there = say.names(twin)
        element("p", say("map_help_difference", here=here, there=there, tonnes=widest), cls="kb-hint")
        Legend(say, {"more": say("line_more", here=here), "less": say("line_less", here=here)})
    else:
        element("p", say("map_help", tonnes=widest), cls="kb-hint")
        Legend(say, {kind: say(f"line_{kind}") for kind in ("steel", "local", "outside", "imports")})
    if uid is not None:
        Firm(session, twin, month, uid)


@solara.component
def Legend(say: Say, marks: dict[str, str]) -> None:
    """Say what the colours of dots and lines mean."""
    lines = [element("li", element("span", cls=f"kb-line {mark}"), text) for mark, text in marks.items()]
    dots = [
        element("li", element("span", cls="kb-dot", style=f"background:{colour}"), say(f"bound_{name}"))
        for name, colour in COLOURS.items()
    ]
    element("ul", *lines, *dots, cls="kb-legend", aria_label=say("legend"))


@solara.component
def Firm(session: Session, twin: Twin, month: int, uid: int) -> None:
    """Show the history of one firm, in the town that the map shows."""
    say = session.say
    at_other = session.view.value == "other" and twin.other is not None
    town = twin.other if at_other else twin.town
    assert town is not None
    with session.lock:
        months = town.memory.firm(uid)
    name = say.names(twin)[1 if at_other else 0]
    element("h3", say("firm_name", uid=uid) + (f" ({name.lower()})" if twin.other is not None else ""))
    if months.empty:
        element("p", say("firm_not_here", town=name.lower()))
        return
    first, last = int(months["month"].iloc[0]), int(months["month"].iloc[-1])
    if month < first:
        element("p", say("firm_unborn", date=say.month(twin.first_month, first)))
    elif last < month:
        element("p", say("firm_closed", date=say.month(twin.first_month, last)))
    else:
        element("p", say("firm_now", date=say.month(twin.first_month, month)))
        _buyers(say, twin, months[months["month"] == month].iloc[0], month)
    drawn = figures_more.firm_history(twin, say, months, month)
    picture(drawn.svg, drawn.alternative, say("figure_scroll"))


def _buyers(say: Say, twin: Twin, now: Any, month: int) -> None:
    """Show to whom a firm sold."""
    date = say.month(twin.first_month, month)
    sold = sorted(((float(now[f"sold_{kind}_t"]), kind) for kind in KINDS), reverse=True)
    rows = [[say(f"buyer_{kind}"), say.level(tonnes, "t")] for tonnes, kind in sold if tonnes > 0]
    if rows:
        table([say("buyer"), say("firm_sold")], rows, say("firm_buyers", date=date), "kb-small")
    else:
        element("p", say("firm_no_sales", date=date))


@solara.component
def Figures(session: Session, twin: Twin, month: int, which: str) -> None:
    """Show one of the figures over time."""
    say = session.say
    if which == "firm":
        ChooseFirm(session, twin, month)
        if session.uid.value is not None:
            Firm(session, twin, month, session.uid.value)
        return
    if which == "indicator":
        options = [{"value": column, "text": say(column)} for column in figures.INDICATORS]
        Choice(label=say("indicator"), value=session.column.value, options=options, event_chosen=session.column.set)
    with session.lock:
        drawn = _drawn(session, twin, say, month, which)
    if drawn is None:
        element("p", say("no_spending"))
    else:
        picture(drawn.svg, drawn.alternative, say("figure_scroll"))
    if which != "indicator":
        element("p", say(f"{which}_help"), cls="kb-hint")


def _drawn(session: Session, twin: Twin, say: Say, month: int, which: str) -> figures.Picture | None:
    if which == "factors":
        return figures.factors(twin, say, month)
    if which == "constraints":
        return figures_more.constraints(twin, say, month)
    if which == "indicator":
        return figures.indicator(twin, say, session.column.value, month)
    titles = {name: policy_title(name, say.language) for name in catalogue()}
    return figures_more.spending(twin, say, titles, month)


@solara.component
def ChooseFirm(session: Session, twin: Twin, month: int) -> None:
    """Let a firm at work be chosen by its number: what a click on the map does, for the keyboard."""
    say, uid = session.say, session.uid.value
    with session.lock:
        uids = twin.town.memory.uids(month)
    if uid is not None and uid not in uids:
        uids = sorted([uid, *uids])
    options = [{"value": "", "text": say("no_firm")}, *({"value": str(one), "text": str(one)} for one in uids)]
    Choice(
        label=say("choose_firm"), value="" if uid is None else str(uid), options=options, hint=say("firm_help"),
        event_chosen=lambda text: session.uid.set(int(text) if text else None),
    )  # fmt: skip
