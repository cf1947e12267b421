"""Where two pages, or two tables, say different things: in which figure or table, beside which words."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from difflib import SequenceMatcher
from html.parser import HTMLParser
from io import StringIO

__all__ = ["page_differences", "table_differences"]

SHOWN = 90


class _Pieces(HTMLParser):
    """What a page says, piece by piece, each with the place it stands in; a picture is a piece by its hash."""

    def __init__(self, page: str, pictures: bool) -> None:
        super().__init__()
        self.pieces: list[tuple[str, str]] = []
        self._pictures, self._in_head = pictures, False
        self._heading, self._caption, self._row, self._tag = "", "", "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the page has come to."""
        found = dict(attrs)
        self._tag = tag
        if tag in ("h1", "h2", "h3", "section"):
            self._caption = self._row = ""
        if tag == "figure":
            self._caption, self._row = f"figure {(found.get('id') or '').removeprefix('figure-')}", ""
        if tag == "caption":
            self._caption = self._row = ""
        if tag == "tr":
            self._row = ""
        if tag == "th":
            self._in_head, self._row = True, ""
        for name in ("src", "alt", "style", "data-record", "aria-label"):
            if found.get(name) and (self._pictures or name != "src"):
                text = str(found[name])
                is_long = text.startswith("data:")
                told = f"picture {hashlib.sha256(text.encode()).hexdigest()[:12]}" if is_long else text
                self.pieces.append((self.place, told))

    def handle_endtag(self, tag: str) -> None:
        """Note where a row's head ends."""
        if tag == "th":
            self._in_head = False

    def handle_data(self, data: str) -> None:
        """Keep a piece of text."""
        text = " ".join(data.split())
        if not text:
            return
        if self._tag in ("h1", "h2", "h3"):
            self._heading = text
        elif self._tag == "strong" and not self._caption:
            self._caption = text.rstrip(".")
        elif self._in_head:
            self._row = f"{self._row} {text}".strip()
        self.pieces.append((self.place, text))

    @property
    def place(self) -> str:
        """Where the page has come to, in words."""
        return ", ".join(part for part in (self._caption or self._heading, self._row) if part) or "the page's head"


def page_differences(written: bytes, made: bytes, *, pictures: bool = True) -> Iterator[str]:
    """Yield where a page says something else than the one that was made again.

    Examples
    --------
    >>> list(page_differences(b"<h2>Who loses</h2><p>Jobs fall by 3</p>", b"<h2>Who loses</h2><p>Jobs fall by 2</p>"))
    ['Who loses: says “Jobs fall by 3”, and the records give “Jobs fall by 2”']
    """
    here, there = (_Pieces(page.decode("utf-8", "replace"), pictures).pieces for page in (written, made))
    same = True
    matcher = SequenceMatcher(None, [text for _, text in here], [text for _, text in there], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        same = False
        place = (there[c : c + 1] or here[a : a + 1] or [("the page", "")])[0][0]
        yield f"{place}: says “{_cut(here[a:b])}”, and the records give “{_cut(there[c:d])}”"
    if same and pictures:
        yield "differs from the page that the records give, though not in what it says"


def _cut(pieces: list[tuple[str, str]]) -> str:
    text = " ".join(text for _, text in pieces)
    return text if len(text) <= SHOWN else text[:SHOWN] + " …"


def table_differences(written: bytes, made: bytes) -> Iterator[str]:
    r"""Yield where a table holds another value than the one that was made again.

    Examples
    --------
    >>> list(table_differences(b"scenario,value\nboth,3\n", b"scenario,value\nboth,2\n"))
    ['line 2, value: is 3, and the records give 2']
    """
    here, there = (list(csv.reader(StringIO(one.decode("utf-8", "replace")))) for one in (written, made))
    if len(here) != len(there):
        yield f"has {len(here)} lines, and the records give {len(there)}"
    for line, (one, other) in enumerate(zip(here, there, strict=False), start=1):
        for place, value in enumerate(other):
            given = one[place] if place < len(one) else ""
            if given != value:
                yield f"line {line}, {there[0][place]}: is {given}, and the records give {value}"
