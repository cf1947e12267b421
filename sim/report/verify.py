"""Checks a briefing's folder: every file's hash, every number from the records, and a sample of the runs themselves.

Whoever changes one digit is found: in a file by its hash, in a file and its hash by the numbers that the records give,
in the records too by the runs that are made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sim.errors import UserError
from sim.report.brief import MANIFEST, PAGE, PDF, contents, method_of, sealed
from sim.report.differences import page_differences, table_differences
from sim.report.findings import Findings
from sim.report.plan import Plan, worlds_of
from sim.study.assumption_draws import KEPT, moved_worlds
from sim.study.runs import Progress, run_all
from sim.study.simulate import Job, simulate

__all__ = ["Check", "verify"]

SAMPLE = 8
MOST_SHOWN = 5
CRATE = "ro-crate-metadata.json"  # what `kotabaja crate` adds: words about the folder, no result


@dataclass(frozen=True)
class Check:
    """What a check found: problems, one a line, and what was looked at."""

    problems: tuple[str, ...]
    files: int
    runs: int
    notes: tuple[str, ...] = ()


def verify(
    folder: str | Path,
    sample: int | None = SAMPLE,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    work: Callable[[Any], Any] = simulate,
    reliefs: Mapping[str, Any] | None = None,
    worlds: Sequence[Any] | None = None,
) -> Check:
    """Check a folder that ``kotabaja brief`` wrote.

    Parameters
    ----------
    folder
        The folder, with its ``manifest.json``.
    sample
        How many runs are made again, spread over all of them; all with None.
    workers, progress, work
        As in :func:`sim.study.runs.run_all`.
    reliefs, worlds
        The easings and the scenarios, where they are not those of the model and of the manifest's places.

    Returns
    -------
    Check
        Without problems if all is as it was made.

    Examples
    --------
    >>> verify("/nowhere")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: /nowhere/manifest.json: cannot be read. Name a folder that `kotabaja brief` wrote.
    """
    place = Path(folder)
    facts = _manifest(place)
    problems = list(_hashes(place, facts))
    if facts.get("command") != "brief":
        message = f"{place}: was written by `kotabaja {facts.get('command')}`; only briefings can be verified."
        raise UserError(message)
    from sim.core.compiled import code_fingerprint

    if facts["code_fingerprint"] != code_fingerprint():
        problems.append(
            f"{MANIFEST}: the folder was made by other code ({facts['code_fingerprint'][:12]}, here "
            f"{code_fingerprint()[:12]}): its runs cannot be made again. Use the version that made it."
        )
        return Check(tuple(problems), len(facts["sha256"]), 0)
    if reliefs is None:
        from sim.relief import RELIEFS

        reliefs = RELIEFS
    try:
        plan = _plan(facts, worlds)
        found = Findings.read(place, plan.worlds, reliefs)
        wrong, notes = _numbers(place, facts, plan, found)
        again, runs = _runs(facts, plan, found, sample, {"workers": workers, "progress": progress, "work": work})
    except (UserError, KeyError, ValueError, TypeError, AssertionError) as problem:
        told = str(problem) if isinstance(problem, UserError) else f"{type(problem).__name__}: {problem}"
        return Check((*problems, f"the records do not make a page: {told}"), len(facts["sha256"]), 0)
    return Check((*problems, *wrong, *again), len(facts["sha256"]), runs, tuple(notes))


def _manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder."""
    path = folder / MANIFEST
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        message = f"{path}: cannot be read. Name a folder that `kotabaja brief` wrote."
        raise UserError(message) from problem
    if not isinstance(facts, dict) or "sha256" not in facts:
        message = f"{path}: lists no files with their hashes. Name a folder that `kotabaja brief` wrote."
        raise UserError(message)
    return facts


def _hashes(folder: Path, facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the files themselves."""
    if sealed(facts) != facts:
        yield f"{MANIFEST}: was changed after it was written (its seal does not fit)"
    listed = facts["sha256"]
    for name, known in listed.items():
        try:
            content = (folder / name).read_bytes()
        except OSError:
            yield f"{name}: is missing"
            continue
        if hashlib.sha256(content).hexdigest() != known:
            yield f"{name}: was changed after it was written (its hash does not fit)"
    here = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for name in here:
        if name not in listed and name not in (MANIFEST, CRATE):
            yield f"{name}: is not in the manifest"


def _plan(facts: Mapping[str, Any], worlds: Sequence[Any] | None) -> Plan:
    """Return the plan of a manifest."""
    known = list(worlds) if worlds is not None else worlds_of(facts)
    numbers = {key: int(facts[key]) for key in ("seeds", "draws", "leading")}
    return Plan(known[0], tuple(known[1:]), study=str(facts["study"]), **numbers)


def _numbers(folder: Path, facts: Mapping[str, Any], plan: Plan, found: Findings) -> tuple[list[str], list[str]]:
    """Return where files differ from what the records give, and what could not be compared."""
    here = method_of(plan, facts["language"], date.fromisoformat(facts["made_on"]))
    same = dict(here.versions) == dict(facts["versions"])
    method = method_of(plan, facts["language"], here.made_on, facts["versions"])
    notes = [] if same else ["Pictures were not compared: they were made with other versions of the libraries."]
    problems: list[str] = []
    for name, content in contents(found, method, facts["language"]).items():
        path = folder / name
        written = path.read_bytes() if path.is_file() else b""
        if written == content:
            continue
        if name == PAGE:
            problems += [f"{name}: {one}" for one in page_differences(written, content, pictures=same)][:MOST_SHOWN]
        elif name.endswith(".csv"):
            problems += [f"{name}: {one}" for one in table_differences(written, content)][:MOST_SHOWN]
        elif same:
            problems.append(f"{name}: is not the picture that the records give")
    notes += [f"{PDF} was checked by its hash alone."] if PDF in facts["sha256"] else []
    return problems, notes


def _runs(
    facts: Mapping[str, Any], plan: Plan, found: Findings, sample: int | None, options: dict[str, Any]
) -> tuple[list[str], int]:
    """Return which runs of a sample give other numbers than the records, and how many were made."""
    from sim.report.figures import RECORDED_COLUMNS

    by_name = {one.name: one for one in plan.worlds}
    pairs = [(name, seed) for seed in range(1, plan.seeds + 1) for name in by_name]
    easings = list(found.records["E"][["constraint", "seed"]].itertuples(index=False, name=None))
    draws = list(found.records["D"][["draw", "seed", "scenario"]].itertuples(index=False, name=None))
    jobs = [Job(by_name[name], seed, keep=RECORDED_COLUMNS) for name, seed in _spread(pairs, sample)]
    eased = [
        Job(plan.against, int(seed), relief=None if name == "nothing" else str(name))
        for name, seed in _spread(easings, None if sample is None else sample // 4)
    ]
    chosen = _spread(draws, None if sample is None else sample // 4)
    towns = moved_worlds(plan.worlds, found.records["I"])
    drawn = [Job(towns(int(draw), str(name)), int(seed)) for draw, seed, name in chosen]
    outcomes = list(run_all([*jobs, *eased, *drawn], **options))
    first, second = len(jobs), len(jobs) + len(eased)
    problems: list[str] = []
    for outcome in outcomes[:first]:
        problems += _same_means(found, outcome.job, outcome.result())
    for outcome in outcomes[first:second]:
        problems += _same_easing(found, outcome.job, outcome.result())
    for (draw, _, name), outcome in zip(chosen, outcomes[second:], strict=True):
        problems += _same_draw(found, int(draw), str(name), outcome.result())
    return problems, len(outcomes)


def _spread(everything: Sequence[Any], most: int | None) -> list[Any]:
    """Return at most so many of a list, spread over all of it.

    Examples
    --------
    >>> _spread(range(10), 3), _spread(range(3), None)
    ([0, 4, 9], [0, 1, 2])
    """
    if most is None or len(everything) <= most:
        return list(everything)
    if most < 2:
        return [everything[len(everything) // 2]][:most]
    step = (len(everything) - 1) / (most - 1)
    return [everything[int(step * number)] for number in range(most)]


def _same_means(found: Findings, job: Job, summary: Any) -> Iterator[str]:
    """Yield where a run's means, or its months, are not those of the records."""
    means = found.records["M"]
    own = means[(means["scenario"] == job.scenario.name) & (means["seed"] == job.seed)]
    known = dict(zip(own["column"], own["value"], strict=True))
    for column, value in zip(summary.columns, summary.means.tolist(), strict=True):
        if not _equal(known.get(column), value):
            yield f"records/means.parquet: {job}: {column} is {known.get(column)!r}, and the run gives {value!r}"
            return
    name = "baseline" if job.scenario.name == found.against.name else job.scenario.name
    months = found.records["T"]
    own = months[(months["scenario"] == name) & (months["seed"] == job.seed)]
    if own.empty:
        return
    observed = summary.months[summary.months["warm_up"] == 0]
    for column in job.keep:
        pairs = zip(own["month"], own[column].tolist(), observed[column].tolist(), strict=True)
        for month, stored, value in pairs:
            if not _equal(stored, value):
                yield f"records/months.parquet: {job}, month {month}: {column} is {stored!r}, the run gives {value!r}"
                return


def _same_easing(found: Findings, job: Job, summary: Any) -> Iterator[str]:
    """Yield where an eased run is not that of the records."""
    table = found.records["E"]
    row = table[(table["constraint"] == (job.relief or "nothing")) & (table["seed"] == job.seed)].iloc[0]
    value = float(summary.means[summary.columns.index("value_added_local_jt")])
    pairs = {"value_added_jt": value, "units": summary.relief_units, "cost_jt": summary.relief_cost_jt}
    for column, given in pairs.items():
        if not _equal(float(row[column]), given):
            yield f"records/easings.parquet: {job}: {column} is {float(row[column])!r}, and the run gives {given!r}"
            return


def _same_draw(found: Findings, draw: int, scenario: str, summary: Any) -> Iterator[str]:
    """Yield where a run of a draw is not that of the records."""
    table = found.records["D"]
    row = table[(table["draw"] == draw) & (table["scenario"] == scenario)].iloc[0]
    known = dict(zip(summary.columns, summary.means.tolist(), strict=True))
    for column in KEPT:
        if column in known and not _equal(float(row[column]), known[column]):
            stored, given = float(row[column]), known[column]
            yield f"records/draws.parquet: draw {draw}, {scenario}: {column} is {stored!r}, and the run gives {given!r}"
            return


def _equal(one: float | None, other: float) -> bool:
    """Tell whether two numbers are the same to the last bit; no number equals no number."""
    return one is not None and (one == other or (one != one and other != other))  # noqa: PLR0124 - NaN
