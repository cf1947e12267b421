"""The tables of the ODD document, written from the code's own declarations so that they cannot drift.

``docs/odd.md`` holds chapters written by people and, between two marks, tables that :func:`renewed` writes anew:
``<!-- table: NAME -->`` … ``<!-- end: NAME -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sim import describe
from sim.errors import UserError
from sim.study.files import Delivery

__all__ = ["TABLES", "renew", "renewed"]

_MARKED = re.compile(r"(<!-- table: ([a-z ]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)


def renewed(text: str) -> str:
    """Return a document with every marked table written anew.

    Raises
    ------
    UserError
        A mark names no table, or a table has no mark.

    Examples
    --------
    >>> renewed("no table")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: The document lacks marks for: entities, ...
    """
    marks = [mark[1] for mark in re.finditer(r"<!-- table: (.*?) -->", text)]
    unknown = [mark for mark in marks if mark not in TABLES]
    missing = [name for name in TABLES if name not in marks]
    if unknown or missing:
        said = f"has unknown marks: {', '.join(unknown)}" if unknown else f"lacks marks for: {', '.join(missing)}"
        message = f"The document {said}."
        raise UserError(message)
    return _MARKED.sub(lambda found: found[1] + "\n".join(TABLES[found[2]]()) + "\n" + found[3], text)


def renew(path: Path) -> bool:
    """Write the tables of a document anew; tell whether anything changed."""
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is not text in UTF-8"
        message = f"{path}: cannot be read ({said}). Run this in a checkout, or name the document with --document."
        raise UserError(message) from None
    after = renewed(before)
    if after != before:
        with Delivery(path.parent) as files:
            files.text(path.name, after)
    return after != before


def _rows(head: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    """Yield a Markdown table, with an empty line around it."""
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(' '.join(str(word).replace('|', '/').split()) for word in row)} |"
    yield ""


def _entities() -> Iterator[str]:
    for root, kinds in describe.families().items():
        yield ""
        yield f"**{root.__name__}**: {describe.first_sentence(root.__doc__)}"
        for kind in kinds:
            yield f"- {kind.__name__}: {describe.first_sentence(kind.__doc__)}"
        columns = ((f"`{name}`", one.unit, one.meaning) for name, one in root.columns.items())
        yield from _rows(("state variable", "unit", "meaning"), columns)


def _schedule() -> Iterator[str]:
    steps = ((heading, call, says) for heading, calls in describe.month() for call, says in calls)
    yield from _rows(("stage", "call", "what it does"), steps)


def _rules() -> Iterator[str]:
    rules = ((f"`{one.file}`", f"`{one.title}`", one.says) for one in describe.rules_found())
    yield from _rows(("file", "rule", "what it does"), rules)


def _parameters() -> Iterator[str]:
    entries = describe.baseline().parameters.values()
    rows = (
        (f"`{one.address}`", describe.written(one.value), one.unit, " to ".join(map(describe.written, one.range)),
         one.meaning, one.source)
        for one in entries
    )  # fmt: skip
    yield from _rows(("parameter", "value", "unit", "range", "meaning", "source"), rows)


def _policies() -> Iterator[str]:
    from sim.policies import catalogue

    kinds = catalogue()
    head = ("policy", "English", "Indonesian", "in the report", "moves", "fades", "evidence")
    rows = (
        (
            f"`{name}`",
            one.title_en,
            one.title_id,
            "yes" if one.in_report else "beyond",
            one.moves,
            one.fades,
            one.evidence,
        )
        for name, one in kinds.items()
    )
    yield from _rows(head, rows)
    levers = (
        (f"`policies.{name}.{key}`", lever.allowed, describe.written(lever.rest), lever.meaning)
        for name, one in kinds.items()
        for key, lever in one.levers.items()
    )
    yield from _rows(("lever", "allowed", "at rest", "meaning"), levers)


def _indicators() -> Iterator[str]:
    from sim.indicators import DECLARED

    rows = ((f"`{one.name}`", one.unit, one.better, one.by, one.meaning) for one in DECLARED)
    yield from _rows(("indicator", "unit", "better", "columns by", "meaning"), rows)


def _flows() -> Iterator[str]:
    from sim.accounts import MONEY, TONNES

    rows = ((one.name, one.giver, one.taker, one.unit) for one in (*MONEY, *TONNES))
    yield from _rows(("flow", "from", "to", "unit"), rows)


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "entities": _entities,
    "schedule": _schedule,
    "rules": _rules,
    "parameters": _parameters,
    "policies": _policies,
    "indicators": _indicators,
    "flows": _flows,
}
