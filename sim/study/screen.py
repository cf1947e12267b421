"""What a person sees while a study runs and when it is done: a progress bar, and plain tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TextIO

from sim.study.intervals import interval
from sim.study.layout import number, table
from sim.study.runs import Progress

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.bind import Binding
    from sim.study.compare import Comparison
    from sim.study.intervals import Interval

__all__ = [
    "MAIN_COLUMNS",
    "binding_table",
    "effects_table",
    "means",
    "months_table",
    "number",
    "progress_bar",
    "shows_progress",
    "table",
    "without_progress",
]

# The rows of the short tables; files hold every indicator.
MAIN_COLUMNS = (
    "market_share_local",
    "access_local",
    "depth_local",
    "conversion_local",
    "fill_local",
    "rescue_local",
    "sales_local_t",
    "firms_local",
    "jobs_local_fte",
    "value_added_local_jt",
    "steel_stays_share",
    "spending_jt",
)
SECONDS_BETWEEN_LINES = 5.0
YEAR = 12

shows_progress: ContextVar[bool] = ContextVar("shows_progress", default=True)


def means(indicators: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return the main indicators of one run: means of its first year, first observed year and last year."""
    last = int(indicators["month"].iloc[-1])
    observed = indicators.loc[indicators["warm_up"] == 0, "month"]
    starts = {1, max(1, last - YEAR + 1)} | ({int(observed.iloc[0])} if len(observed) else set())
    spans = sorted({(start, min(last, start + YEAR - 1)) for start in starts})
    names = [name for name in MAIN_COLUMNS if name in indicators.columns]
    return {
        f"{first}-{end}": {
            name: float(indicators.loc[indicators["month"].between(first, end), name].mean()) for name in names
        }
        for first, end in spans
    }


def months_table(indicators: pd.DataFrame) -> str:
    """Return a short table of one run, with the means of ``means``."""
    found = means(indicators)
    names = next(iter(found.values()))
    rows = [[name, *(number(part[name]) for part in found.values())] for name in names]
    return table(["mean of months", *found], rows)


def between(found: Interval) -> str:
    """Write a 95 % interval for a person.

    Examples
    --------
    >>> from sim.study.intervals import Interval
    >>> between(Interval(0.5, -0.25, 1.25, 30))
    '-0.25 to 1.25'
    """
    return f"{number(found.low)} to {number(found.high)}"


def effects_table(comparison: Comparison) -> str:
    """Return a short table of effects on the main indicators, one block a scenario."""
    blocks = []
    for scenario in comparison.scenarios:
        rows = []
        names = (comparison.against.name, scenario.name)
        for name in MAIN_COLUMNS:
            if not all(name in comparison.columns[one] for one in names):
                continue
            means = [interval(comparison.values(one, name)).mean for one in names]
            found = comparison.effect(scenario.name, name)
            rows.append([name, *map(number, means), number(found.mean), between(found)])
        head = [scenario.name, comparison.against.name, "with it", "difference", "95 % interval"]
        blocks.append(table(head, rows))
    return "\n\n".join(blocks)


def binding_table(binding: Binding) -> str:
    """Return a short table of what each eased constraint adds, jt a month, and per unit and Rp 1 billion."""
    head = ["constraint", "difference", "95 % interval", "eased", "unit", "per unit", "per Rp 1 bn"]
    rows = []
    for one in binding.relaxations:
        words = [one.constraint, number(one.change.mean), between(one.change), number(one.units), one.unit]
        rows.append([*words, number(one.per_unit), number(one.per_rp_1bn)])
    return table(head, rows)


@contextmanager
def without_progress() -> Iterator[None]:
    """Show no progress for a while.

    Examples
    --------
    >>> with without_progress(), progress_bar("Comparing", sys.stdout) as progress:
    ...     progress(60, 60)
    """
    before = shows_progress.set(False)
    try:
        yield
    finally:
        shows_progress.reset(before)


@contextmanager
def progress_bar(title: str, stream: TextIO | None = None) -> Iterator[Progress]:
    """Show how far a study is: a bar with rate and time left, or plain lines where no terminal is.

    Examples
    --------
    >>> with progress_bar("Comparing", sys.stdout) as progress:
    ...     progress(30, 60)
    ...     progress(60, 60)
    Comparing: 60 of 60 runs done
    """
    if not shows_progress.get():
        yield lambda done, total: None
        return
    stream = sys.stderr if stream is None else stream
    if not stream.isatty():
        yield _plain_lines(title, stream)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    begun = time.monotonic()
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="")

        def show(done: int, total: int) -> None:
            rate = done / max(time.monotonic() - begun, 1e-9)
            bar.update(task, completed=done, total=total or None, rate=f"{rate:.2g} runs/s")

        yield show


def _plain_lines(title: str, stream: TextIO) -> Progress:
    """Return a progress that writes a line every few seconds and one at the end."""
    begun = said = time.monotonic()
    ended = False

    def show(done: int, total: int) -> None:
        nonlocal said, ended
        now = time.monotonic()
        if done == total > 0 and not ended:
            ended = True
            print(f"{title}: {done} of {total} runs done", file=stream, flush=True)
        elif now - said >= SECONDS_BETWEEN_LINES and done != total:
            said = now
            rate = done / (now - begun)
            rest = f", about {(total - done) / rate:.0f} s left" if total and rate else ""
            of_all = f" of {total}" if total else ""
            print(f"{title}: {done}{of_all} runs, {rate:.2g} runs/s{rest}", file=stream, flush=True)

    return show
