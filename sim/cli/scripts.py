"""What commands offer to scripts: ``--quiet`` everywhere, and ``--json`` where a command returns facts."""

from __future__ import annotations

import inspect
import io
import json
import math
from collections.abc import Callable, Mapping
from contextlib import ExitStack, redirect_stdout
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from sim.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Facts", "for_scripts", "rows_of"]

# What a command returns to be printed by --json, or how to make it.
Facts = Mapping[str, Any] | list[Any] | Callable[[], list[dict[str, Any]]]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no tables and no progress, only errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of tables.")]
WORD = inspect.Parameter.KEYWORD_ONLY


def for_scripts(command: Callable[..., Facts | None]) -> Callable[..., None]:
    """Return a command with ``--quiet``, and with ``--json`` if it returns facts.

    A command prints what a person reads and returns what a script reads.
    """
    hints = get_type_hints(command, include_extras=True)
    facts = hints.pop("return", None) is not type(None)
    added = {"quiet": Quiet, "as_json": AsJson} if facts else {"quiet": Quiet}

    @wraps(command)
    def offered(*words: Any, quiet: bool = False, as_json: bool = False, **options: Any) -> None:
        found: Facts | None = None
        with ExitStack() as hush:
            if quiet or as_json:
                hush.enter_context(redirect_stdout(io.StringIO()))
            if quiet:
                from sim.study.screen import without_progress

                hush.enter_context(without_progress())
            try:
                found = command(*words, **options)
            except UserError as problem:
                found = problem.facts
                raise
            finally:
                hush.close()
                if as_json and found is not None:
                    print(json.dumps(_plain(found), indent=2, ensure_ascii=False, allow_nan=False))

    own = [one.replace(annotation=hints[name]) for name, one in inspect.signature(command).parameters.items()]
    further = [inspect.Parameter(name, WORD, default=False, annotation=kind) for name, kind in added.items()]
    offered.__signature__ = inspect.Signature([*own, *further])  # type: ignore[attr-defined]
    offered.__annotations__ = {**hints, **added}
    return offered


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as facts: one object a row."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: no number is infinite, and what is unknown is null."""
    if callable(value):
        value = value()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
