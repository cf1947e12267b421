"""The parts that the page is put together from: plain HTML elements, and five small Vue templates.

Vuetify's own fields cannot be read by screen readers as they should be (their drop-down nests one control in another),
so entries are the browser's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

__all__ = ["Choice", "Entry", "Frame", "Map", "Moment", "element", "picture"]


def element(tag: str, *children: Any, cls: str = "", **attributes: str) -> Any:
    """Return an HTML element; an attribute's underscores become hyphens: ``aria_label`` is ``aria-label``."""
    given = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
    return solara.v.Html(tag=tag, children=list(children), class_=cls, attributes=given)


def picture(svg: bytes, alternative: str, scroll: str) -> Any:
    """Return a figure as an image with its text alternative; ``scroll`` says that it may be cut in a narrow window."""
    from base64 import b64encode

    source = f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
    image = element("img", src=source, alt=alternative, cls="kb-figure")
    return element("div", image, cls="kb-wide kb-scroll", tabindex="0", role="group", aria_label=scroll)


@solara.component_vue("vue/frame.vue")
def Frame(language: str = "en", title: str = "", busy: str = "") -> None:
    """Tell the browser the page's language and title, and name the bar that Solara shows while it works."""


@solara.component_vue("vue/choice.vue")
def Choice(
    label: str = "",
    value: str = "",
    options: list[dict[str, str]] | None = None,
    hint: str = "",
    disabled: bool = False,
    event_chosen: Callable[[str], None] | None = None,
) -> None:
    """Let one of several be chosen."""


@solara.component_vue("vue/entry.vue")
def Entry(
    label: str = "",
    value: str = "",
    unit: str = "",
    hint: str = "",
    error: str = "",
    hint_language: str = "",
    disabled: bool = False,
    event_typed: Callable[[str], None] | None = None,
) -> None:
    """Let a number, a month or a name be typed; say below what is allowed, or what is wrong."""


@solara.component_vue("vue/moment.vue")
def Moment(
    label: str = "",
    value: int = 1,
    last: int = 1,
    said: str = "",
    disabled: bool = False,
    event_moved: Callable[[int], None] | None = None,
) -> None:
    """Let a month be looked at."""


@solara.component_vue("vue/map.vue")
def Map(
    drawing: dict[str, Any] | None = None,
    words: dict[str, str] | None = None,
    colours: dict[str, str] | None = None,
    uid: int | None = None,
    event_picked: Callable[[int], None] | None = None,
) -> None:
    """Draw the map of suppliers; a click on a firm's dot picks it."""
