"""The page that ``kotabaja app`` serves: choices on the left; run, key figures and views on the right.

SolaraViz holds one model, with sliders that are fixed when the page is made and words in English. Here two models run
side by side, the levers change with the scenario, and there are two languages; so the page is plain solara. The model
itself runs in SolaraViz too (tests/browser/solaraviz_page.py).
"""

from __future__ import annotations

from pathlib import Path

import solara

from sim.app.export import archive, archive_name
from sim.app.say import LANGUAGES
from sim.app.start import START
from sim.app.twin import Twin
from sim.app.web.controls import Controls
from sim.app.web.parts import Choice, Frame, Moment, element
from sim.app.web.session import Session
from sim.app.web.views import Figures, KeyFigures, Supplies
from sim.scenario import shipped_names

__all__ = ["Layout", "Page"]

STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
FIGURES = ("factors", "constraints", "spending", "indicator", "firm")
YEAR = 12


@solara.component
def Layout(children: list[solara.Element]) -> None:
    """Put nothing around the page."""
    element("div", *children, cls="kb-page")


@solara.component
def Page() -> None:
    """The whole page, one session a visitor."""
    session = solara.use_memo(lambda: Session(START.scenario, START.language), [])
    solara.use_effect(lambda: _begin(session), [])
    say = session.say
    names = shipped_names()
    if START.scenario not in names:
        names = [START.scenario, *names]
    solara.Style(STYLE)
    Frame(language=say.language, title=say("title"), busy=say("at_work"))
    with element("header", cls="kb-header"):
        with element("div"):
            element("h1", say("title"))
            element("p", say("subtitle"))
        Choice(
            label=say("language"), value=say.language, event_chosen=session.speak,
            options=[{"value": key, "text": name} for key, name in LANGUAGES.items()],
        )  # fmt: skip
    element("a", say("skip"), cls="kb-skip", href="#kb-town")
    with element("div", cls="kb-columns"):
        with element("aside", cls="kb-aside", aria_label=say("choices")):
            Controls(session, names)
        with element("main", cls="kb-main", id="kb-town", tabindex="-1", aria_label=say("results")):
            Run(session)
            element("p", say("about"), cls="kb-about")
            Results(session)


def _begin(session: Session) -> object:
    """Run to the eve of the first observed month when the page opens; stop when it closes."""
    session.start()
    return session.stop


@solara.component
def Run(session: Session) -> None:
    """Show how far the run is, and the buttons that move it."""
    say, twin = session.say, session.twin
    busy, done = session.busy.value, session.reached.value
    session.tick.value  # noqa: B018  # what a run has reached is drawn again when it stands still
    still = bool(busy) or twin is None
    ended = twin is not None and not twin.running
    with element("section", cls="kb-run", aria_label=say("run")):
        with element("div", cls="kb-buttons"):
            solara.Button(say("step"), on_click=lambda: session.go(1), color="primary", disabled=still or ended)
            solara.Button(say("year_step"), on_click=lambda: session.go(YEAR), outlined=True, disabled=still or ended)
            solara.Button(say("to_end"), on_click=session.to_end, outlined=True, disabled=still or ended)
            solara.Button(say("stop"), on_click=session.stop, outlined=True, disabled=not busy)
            if twin is not None and not busy and twin.month > 0:
                Download(session, archive_name(twin))
        text = ""
        if busy:
            text = f"{say(busy)} {say('progress', month=done[0], months=done[1])}"
        elif twin is not None and twin.month:
            text = say("stood", date=say.month(twin.first_month, twin.month, long=True)) + ". "
            text += say("progress", month=twin.month, months=twin.months) + "."
            text += f" {say('ended')}" if ended else ""
        with element("div", cls="kb-progress", role="status"):
            cls = "" if busy else "kb-hidden"
            element("progress", value=str(done[0]), max=str(max(1, done[1])), aria_label=say("run"), cls=cls)
            element("span", text)
        key, values = session.notice.value
        if key:
            element("p", say(key, **values), cls="kb-notice", role="alert" if "error" in values else "status")


@solara.component
def Download(session: Session, name: str) -> None:
    """Offer the run as a file; it is made when it is asked for."""
    button = solara.Button(session.say("export"), outlined=True)
    solara.FileDownload(lambda: _archive(session), name, mime_type="application/zip", children=[button])


def _archive(session: Session) -> bytes:
    with session.lock:
        return archive(session.twin)  # type: ignore[arg-type]  # the button is there only with a twin


@solara.component
def Look(session: Session, twin: Twin, month: int) -> None:
    """Let an earlier month be looked at."""
    say = session.say
    said = say("month_value", date=say.month(twin.first_month, month, long=True), month=month, months=twin.months)
    if month <= twin.warm_up:
        said += f", {say('warm_up')}"
    Moment(
        label=say("month_shown"), value=month, last=twin.month, said=said, disabled=bool(session.busy.value),
        event_moved=session.looked.set,
    )  # fmt: skip


@solara.component
def Results(session: Session) -> None:
    """Show the month that is looked at."""
    say, twin = session.say, session.twin
    session.tick.value  # noqa: B018
    if twin is None or not twin.month:
        return
    month = session.month
    Look(session, twin, month)
    KeyFigures(session, twin, month)
    titles = [say(f"tab_{name}") for name in ("map", *FIGURES)]
    if twin.other is None:
        titles[1 + FIGURES.index("indicator")] = say("tab_indicator_alone")
    with solara.lab.Tabs(value=session.tab, lazy=True, dark=False):
        for number, title in enumerate(titles):
            with solara.lab.Tab(title):
                if number == session.tab.value:
                    if number == 0:
                        Supplies(session, twin, month)
                    else:
                        Figures(session, twin, month, FIGURES[number - 1])
