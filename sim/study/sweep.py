"""A sweep: every run of a design, kept on disk as it comes, so that the same command continues what was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.files import Delivery, StorageError, manifest, output_folder, unwritable, versions
from sim.study.pools import cores
from sim.study.resume import Found, resume
from sim.study.runs import Progress, run_all
from sim.study.simulate import Job, simulate
from sim.study.store import EARLIER, Store

if TYPE_CHECKING:
    from sim.study.design import Design, Planned

__all__ = ["MANIFEST", "Left", "facts", "read_manifest", "sweep"]

MANIFEST = "manifest.json"
LOCK = ".lock"


class Left:
    """The runs of a design that are still to be done: sized, so that progress can tell how many."""

    def __init__(self, design: Design, found: Found) -> None:
        self.design, self.found = design, found

    def __len__(self) -> int:
        return len(self.design) - int(self.found.done.sum())

    def __iter__(self) -> Iterator[Planned]:
        return self.design.runs(self.found.done)


def sweep(
    design: Design,
    folder: str | Path,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
    work: Callable[[Job], Any] = simulate,
    columns: Sequence[str] | None = None,
) -> int:
    """Do what is left of a design's runs and keep each in ``folder``; return how many have failed.

    A run that fails is kept with its error and stops nothing. A result that cannot be written stops the sweep; what
    was written before stays, and the same call continues.

    Parameters
    ----------
    design
        What to run.
    folder
        Where the runs are kept, or where those of an earlier call are.
    workers, executor, progress
        As in :func:`sim.study.runs.run_all`; but runs never work in this process, which must outlive them.
    say
        Told in a line what stands already.
    work
        What is done with a job.
    columns
        The indicators to keep; all of the design's scenarios unless given.
    """
    folder = output_folder(folder)
    failed = 0
    with _alone(folder):
        before = read_manifest(folder)
        store = Store(folder, design, _columns(design) if columns is None else columns)
        found = resume(store, same=_is_same(before, design))
        with Delivery(folder) as files:
            files.json(MANIFEST, manifest("sweep", facts(design)))
        _tell(before, design, found, folder, say)
        outcomes = run_all(
            Left(design, found),
            work=work,
            workers=workers or cores(),
            executor=executor,
            progress=progress,
            ordered=False,
            apart=True,
        )
        with closing(outcomes):
            try:
                for outcome in outcomes:
                    failed += outcome.failure is not None
                    store.add(outcome)
                store.flush()
            except StorageError as problem:
                message = f"{problem}\nWhat was written before is kept: the same command continues from there."
                raise StorageError(message) from problem
            except BaseException:
                store.flush()
                raise
    return failed


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what a folder of runs says about its making; nothing where no sweep has begun."""
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        message = f"{path}: cannot be read ({problem}). Choose another folder with --out."
        raise UserError(message) from problem
    if not isinstance(found, dict) or found.get("command") != "sweep":
        message = f"{folder}: holds other results than those of a sweep. Choose another folder with --out."
        raise UserError(message)
    return found


def facts(design: Design) -> dict[str, Any]:
    """Return what the manifest says of a design."""
    seeds = {"replications": design.replications, "own": True} if design.own else design.seeds[0].tolist()
    return {
        "design": design.name,
        "method": design.method,
        "reason": design.reason,
        "design_fingerprint": design.fingerprint,
        "runs": len(design),
        "rows": design.rows,
        "scenarios": {one.name: one.fingerprint for one in design.scenarios},
        "seeds": seeds,
        "months": design.months,
        "inputs": list(design.values),
        "fixed": dict(design.fixed),
    }


def _is_same(before: dict[str, Any], design: Design) -> bool:
    """Tell whether what stands was made for this very design, with this code."""
    from sim.core.compiled import code_fingerprint

    made = (before.get("design_fingerprint"), before.get("code_fingerprint"))
    return made == (design.fingerprint, code_fingerprint())


def _tell(before: dict[str, Any], design: Design, found: Found, folder: Path, say: Callable[[str], None]) -> None:
    """Say what stands already, and clearly so if it is of another design or code."""
    if not before:
        return
    from sim.core.compiled import code_fingerprint

    same_name = before.get("design") == design.name
    which = "" if same_name else f" ({before.get('design')} then, {design.name} now)"
    changed = [
        what
        for what, key, now in (
            (f"The design{which}", "design_fingerprint", design.fingerprint),
            ("The code of the model", "code_fingerprint", code_fingerprint()),
        )
        if before.get(key) != now
    ]
    if changed:
        say(f"{' and '.join(changed).replace(' and The', ' and the')} changed since the last call.")
    say(f"{int(found.done.sum()):,} of {len(design):,} runs stand already.")
    if found.earlier:
        say(f"{found.earlier:,} runs of an earlier design or code are kept in {folder / EARLIER} and are not counted.")
    then, now = before.get("versions", {}), versions()
    other = [f"{name} {then[name]} then, {now[name]} now" for name in then if then[name] != now.get(name, then[name])]
    if other and found.done.any():
        say(f"Other versions than last time ({'; '.join(other)}): last digits may differ.")


def _columns(design: Design) -> list[str]:
    """Return the indicators of all scenarios of a design."""
    from sim.indicators import catalogue

    return list(dict.fromkeys(entry.column for one in design.scenarios for entry in catalogue(one)))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder while this sweep writes into it: two writers would lose each other's runs."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout as held:
        message = f"{folder}: another sweep is writing there. Wait until it ends, or choose another folder with --out."
        raise UserError(message) from held
    except OSError as problem:
        raise unwritable(folder / LOCK, problem) from problem
    with lock:
        yield
