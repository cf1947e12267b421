"""How a sweep stands: what is done, what has failed and why, what is left. Looking disturbs no sweep under way."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.store import LABELS, OK, RUNS, parts_in
from sim.study.summary import read_runs
from sim.study.sweep import read_manifest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["standing"]

MOST_ERRORS = 5
MOST_SETTINGS = 12  # of a command that a person can still read


def standing(folder: str | Path) -> str:
    """Return in plain text how many runs of a sweep are done, have failed, and are left.

    Examples
    --------
    >>> standing("nowhere")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: nowhere: holds no sweep. Start one: kotabaja sweep DESIGN --out nowhere
    """
    from sim.core.compiled import code_fingerprint

    place = Path(folder)
    if place.is_file():
        message = f"{folder}: is a file. --status reads the folder that a sweep has written."
        raise UserError(message)
    made = read_manifest(place)
    if not made:
        message = f"{folder}: holds no sweep. Start one: kotabaja sweep DESIGN --out {folder}"
        raise UserError(message)
    scenarios = ", ".join(made["scenarios"])
    total, seeds = int(made["runs"]), made["seeds"]
    each = seeds["replications"] if isinstance(seeds, dict) else len(seeds)
    lines = [f"Design {made['design']}: {made['method']}, {made['rows']:,} rows, seeds {each}, scenarios {scenarios}"]
    if parts_in(place / RUNS):
        runs = read_runs(place, [*LABELS, "cpu_s", *made["inputs"]])
        failed = runs[runs["status"] != OK]
        lines.append(
            f"{total:,} runs: {len(runs) - len(failed):,} done, {len(failed):,} failed, {total - len(runs):,} left"
        )
        lines.append(f"{runs['cpu_s'].mean():.2g} s of processor a run")
        lines += _failures(failed, made)
    else:
        lines.append(f"{total:,} runs: 0 done, 0 failed, {total:,} left")
    if made["code_fingerprint"] != code_fingerprint():
        lines.append("The code of the model has changed since: the same command would do every run anew.")
    return "\n".join(lines)


def _failures(failed: pd.DataFrame, made: Mapping[str, Any]) -> list[str]:
    """Return what went wrong, the most frequent first, each with a command that shows one."""
    lines = []
    for error, count in failed["error"].value_counts(sort=True).head(MOST_ERRORS).items():
        first = failed[failed["error"] == error].sort_values(["row", "seed"]).iloc[0]
        lines += [f"  {count:,} x {error}", f"    for example row {first['row']}: {_command(first, made)}"]
    others = failed["error"].nunique() - MOST_ERRORS
    return [*lines, f"  and {others} other errors"] if others > 0 else lines


def _command(run: pd.Series[Any], made: Mapping[str, Any]) -> str:
    """Return the command that does one run of a sweep."""
    settings = made["fixed"] | {name: run[name] for name in made["inputs"]}
    words = ["kotabaja", "run", run["scenario"], "--seed", str(run["seed"])]
    if made["months"]:
        words += ["--months", str(made["months"])]
    shown = [f"--set {shlex.quote(f'{name}={value}')}" for name, value in list(settings.items())[:MOST_SETTINGS]]
    more = [f"and {len(settings) - MOST_SETTINGS} more"] if len(settings) > MOST_SETTINGS else []
    return " ".join([*words, *shown, *more])
