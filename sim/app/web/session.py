"""One visitor's page: what is chosen, the towns that run, and the thread that runs them."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import solara

from sim.app.form import Form, form_of, mistakes, scenario_of, translated
from sim.app.say import Say
from sim.app.twin import Twin, without_programmes
from sim.core.compiled import cold
from sim.errors import UserError
from sim.scenario import Scenario

__all__ = ["Session"]

BETWEEN_REPORTS_S = 0.15


class Session:
    """The state behind one page. ``reactive`` values redraw what shows them when they change.

    ``tick`` counts the moments at which the towns stand still and may be shown; they are only touched under ``lock``.
    """

    def __init__(self, scenario: str, language: str) -> None:
        self.lock = threading.RLock()
        self.language = solara.reactive(language)
        self.form = solara.reactive(form_of(scenario, language))
        self.started: solara.Reactive[Form | None] = solara.reactive(None)
        self.twin: Twin | None = None
        self.tick = solara.reactive(0)
        self.busy = solara.reactive("")  # a key of the words, or nothing
        self.reached = solara.reactive((0, 1))  # months run, of how many
        self.looked = solara.reactive(0)  # the month that is looked at; 0 for the latest
        self.uid: solara.Reactive[int | None] = solara.reactive(None)
        self.view = solara.reactive("town")
        self.tab = solara.reactive(0)
        self.column = solara.reactive("market_share_local")
        self.notice: solara.Reactive[tuple[str, dict[str, str]]] = solara.reactive(("", {}))
        self._stop = threading.Event()

    @property
    def say(self) -> Say:
        """The words of the page's language."""
        return Say(self.language.value)

    @property
    def month(self) -> int:
        """The month to show."""
        latest = self.twin.month if self.twin else 0
        return min(self.looked.value, latest) or latest

    def speak(self, language: str) -> None:
        """Turn the page to another language, and with it the numbers that were typed."""
        before = self.language.value
        if self.started.value is not None:
            self.started.value = translated(self.started.value, before, language)
        self.form.value = translated(self.form.value, before, language)
        self.language.value = language

    def choose(self, scenario: str) -> None:
        """Fill the form with another scenario; seed and comparison stay."""
        form = self.form.value
        self.notice.value = ("", {})
        self.form.value = form_of(scenario, self.language.value, seed=form.seed, beside=form.beside)

    @property
    def mistakes(self) -> dict[tuple[int, str], Any]:
        """What is typed and not allowed, by place."""
        return mistakes(self.form.value, self.language.value)

    def start(self) -> None:
        """Build the towns of the form anew, and run them to the eve of the first observed month."""
        form, language = self.form.value, self.language.value
        if not self.mistakes:
            self._work(lambda: self._start(form, language))

    def go(self, months: int) -> None:
        """Run some months."""
        twin = self.twin
        if twin is not None and twin.running:
            self._work(lambda: self._run(twin.month + months, "running"))

    def to_end(self) -> None:
        """Run to the last month."""
        if self.twin is not None:
            self.go(self.twin.months)

    def stop(self) -> None:
        """Stop after the month that is running."""
        self._stop.set()

    def _start(self, form: Form, language: str) -> None:
        scenario = scenario_of(form, language)
        beside = None
        if form.beside:
            beside = without_programmes(scenario) if form.beside == "*" else Scenario.load(form.beside)
        self.busy.value = "compiling" if cold() else "warming"
        twin = Twin(scenario, beside, int(form.seed))
        with self.lock:
            self.twin = twin
        self.looked.value, self.uid.value, self.view.value = 0, None, "town"
        self.started.value = form
        self._run(max(1, twin.warm_up), self.busy.value)

    def _run(self, until: int, words: str) -> None:
        """Step the towns, tell how far they are now and then, and show them at the end."""
        twin = self.twin
        assert twin is not None
        self.busy.value = words
        first, told = twin.month, time.monotonic()
        until = min(until, twin.months)
        self.looked.value = 0
        while twin.month < until and not self._stop.is_set():
            with self.lock:
                twin.step()
            if time.monotonic() - told > BETWEEN_REPORTS_S:
                self.reached.value = (twin.month - first, until - first)
                told = time.monotonic()
                if self.busy.value == "compiling":
                    self.busy.value = "warming"

    def _work(self, task: Callable[[], None]) -> None:
        """Do a task in a thread of its own; one at a time."""
        if self.busy.value:
            return
        self._stop.clear()
        self.reached.value = (0, 1)
        self.notice.value = ("", {})
        self.busy.value = "running"
        threading.Thread(target=self._do, args=(task,), daemon=True).start()

    def _do(self, task: Callable[[], None]) -> None:
        try:
            task()
        except UserError as problem:
            self.notice.value = ("refused", {"error": str(problem)})
        except Exception as fault:  # whatever it is, the page must say it and stay usable
            traceback.print_exc()
            self.notice.value = ("fault", {"error": f"{type(fault).__name__}: {fault}"})
        finally:
            self.tick.value += 1
            self.busy.value = ""
