"""Plain text laid out for a screen: numbers, tables and paragraphs, as wide as it is and never cut."""

from __future__ import annotations

import math
import shutil
import textwrap
from collections.abc import Iterator, Sequence

__all__ = ["columns", "number", "table", "width", "wrapped"]

NARROWEST = 40
GAP = "  "
NARROWEST_NAMES = 20
NARROWEST_TEXT = 30


def number(value: float) -> str:
    """Write a number for a person: four digits, thousands apart, a dash for none.

    Examples
    --------
    >>> [number(value) for value in (0.01234567, -3.0, 1234567.8, float("nan"))]
    ['0.01235', '-3', '1,234,568', '-']
    """
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"  # noqa: PLR2004 - where commas begin to help


def width() -> int:
    """Return the number of columns of the screen; 80 where there is none."""
    return max(NARROWEST, shutil.get_terminal_size().columns)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], most: int | None = None) -> str:
    """Return a plain text table, words to the left and numbers to the right; nothing is cut.

    A table wider than the screen (or than ``most`` columns) has its names wrapped, and what still does not fit stands
    below, with the names again.

    Examples
    --------
    >>> print(table(["indicator", "mean"], [["market_share_local", "0.2"], ["jobs_local_fte", "512"]]))
    indicator           mean
    market_share_local   0.2
    jobs_local_fte       512
    >>> print(table(["fact", "value", "verdict"], [["Steel that stays in the city", "0.00206", "near"]], most=40))
    fact                   value  verdict
    Steel that stays in  0.00206     near
      the city
    """
    most = width() if most is None else most
    lines = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if sum(widths) + len(GAP) * (len(widths) - 1) > most:
        names = max(NARROWEST_NAMES, most - sum(widths[1:]) - len(GAP) * (len(widths) - 1))
        lines = [part for line in lines for part in _with_wrapped_name(line, names)]
        widths[0] = max(len(line[0]) for line in lines)
    blocks = []
    for places in _blocks(widths, most):
        block = [GAP.join([line[0].ljust(widths[0]), *(line[k].rjust(widths[k]) for k in places)]) for line in lines]
        blocks.append("\n".join(line.rstrip() for line in block))
    return "\n\n".join(blocks)


def _with_wrapped_name(line: list[str], most: int) -> list[list[str]]:
    """Return a row as one or several, its name no wider than ``most`` where it has spaces."""
    name, *values = line
    start = name[: len(name) - len(name.lstrip())]
    parts = textwrap.wrap(
        name.strip(),
        most,
        initial_indent=start,
        subsequent_indent=start + GAP,
        break_long_words=False,
        break_on_hyphens=False,
    )
    first, *rest = parts or [""]
    return [[first, *values], *([part, *[""] * len(values)] for part in rest)]


def _blocks(widths: Sequence[int], most: int) -> list[list[int]]:
    """Return the columns that fit beside the names, block by block."""
    blocks: list[list[int]] = [[]]
    for place in range(1, len(widths)):
        taken = widths[0] + sum(len(GAP) + widths[k] for k in (*blocks[-1], place))
        if blocks[-1] and taken > most:
            blocks.append([])
        blocks[-1].append(place)
    return blocks


def wrapped(words: str, indent: int = 0, hang: int = 0) -> list[str]:
    """Wrap words to the screen, never inside one; further lines are indented by ``hang`` more.

    Examples
    --------
    >>> wrapped("Steel that stays", indent=2)
    ['  Steel that stays']
    """
    start = " " * indent
    return textwrap.wrap(
        words,
        width(),
        initial_indent=start,
        subsequent_indent=start + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def columns(rows: Sequence[Sequence[str]], indent: int = 2) -> Iterator[str]:
    """Yield words in columns; the last is wrapped beside the others, or below them where they leave no room.

    Examples
    --------
    >>> list(columns([("wear", "per month", "Wear"), ("scale", "ratio", "Size")]))
    ['  wear   per month  Wear', '  scale  ratio      Size']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for *words, last in rows:
        head = " " * indent + "".join(word.ljust(wide) + GAP for word, wide in zip(words, widths, strict=True))
        room = width() - len(head)
        lines = wrapped(last, len(head)) if room >= NARROWEST_TEXT else ["", *wrapped(last, indent + 4)]
        yield (head + (lines[0][len(head) :] if lines else "")).rstrip()
        yield from lines[1:]
