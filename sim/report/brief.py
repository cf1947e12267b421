"""The main job: run the 2 × 2 experiment and the easings, and write the briefing with all behind it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.files import Delivery, output_folder, versions

if TYPE_CHECKING:
    from sim.report.figures import Picture
    from sim.report.page import Method
    from sim.scenario import Scenario
    from sim.study.runs import Progress

__all__ = ["EXPERIMENT", "make_brief"]

EXPERIMENT = ("baseline", "training_only", "access_only", "both")


def make_brief(
    worlds: Sequence[Scenario],
    out: str | Path,
    seeds: int = 30,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    work: Callable[..., Any] | None = None,
    language: str = "en",
) -> Path:
    """Answer "training alone, market access alone, or both?" and return the path of the page.

    Parameters
    ----------
    worlds
        The four scenarios ``baseline``, ``training_only``, ``access_only`` and ``both``.
    out
        Folder for ``brief.html``, ``figures/``, ``effects.csv``, ``bind.csv`` and ``manifest.json``; made if
        missing.
    seeds
        How many pairs; at least 2.
    workers, progress
        As in :func:`sim.study.runs.run_all`.
    work
        What a run is; the model unless given.
    language
        ``en`` or ``id``.

    Examples
    --------
    >>> make_brief([], "results")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: A briefing needs the scenarios baseline, training_only, ...
    """
    named = {one.name: one for one in worlds}
    missing = [name for name in EXPERIMENT if name not in named]
    if missing:
        message = f"A briefing needs the scenarios {', '.join(EXPERIMENT)}; missing: {', '.join(missing)}."
        raise UserError(message)
    folder = output_folder(out)

    from sim.relief import RELIEFS
    from sim.report import tables
    from sim.report.figures import RECORDED_COLUMNS, RELIEF_LABELS, pictures
    from sim.report.language import speaker
    from sim.report.page import page
    from sim.study.bind import bind
    from sim.study.compare import compare

    say = speaker(language)
    baseline, programmes = named["baseline"], [named[name] for name in tables.PROGRAMMES]
    runs = (seeds * len(EXPERIMENT), seeds * (len(RELIEFS) + 1))
    options: dict[str, Any] = {"workers": workers} | ({"work": work} if work else {})
    comparison = compare(
        programmes, baseline, seeds, keep=RECORDED_COLUMNS, progress=_part(progress, 0, sum(runs)), **options
    )
    binding = bind(baseline, seeds, progress=_part(progress, runs[0], sum(runs)), **options)

    effects = tables.effect_table(comparison)
    relaxed = tables.relaxation_table(binding, {name: say(label) for name, label in RELIEF_LABELS.items()})
    method = _method(named, seeds, say.code)
    drawn = pictures(say, effects, tables.monthly_records(comparison), relaxed, method.first_simulated)
    for picture in drawn.values():
        picture.make()
    contents = {
        "brief.html": page(say, effects, relaxed, drawn, method).encode(),
        "effects.csv": _csv(effects),
        "bind.csv": _csv(binding.table),
        **_figure_files(drawn),
    }
    with Delivery(folder) as files:
        for name, content in contents.items():
            files.data(name, content)
        files.json("manifest.json", _manifest(method, binding.details, contents))
    return folder / "brief.html"


def _part(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Return the progress of one study as a part of the whole."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)


def _csv(frame: Any) -> bytes:
    """Return a table as CSV, with numbers unrounded and dates as days."""
    return str(frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")).encode()


def _figure_files(drawn: dict[str, Picture]) -> dict[str, bytes]:
    """Return the files of every figure: SVG, PNG and the table behind it."""
    files = {}
    for key, picture in drawn.items():
        for kind, content in (*picture.files.items(), ("csv", _csv(picture.table))):
            files[f"figures/{key}.{kind}"] = content
    return files


def _method(named: dict[str, Scenario], seeds: int, language: str) -> Method:
    """Gather how the briefing is made."""
    from sim.core.compiled import code_fingerprint
    from sim.core.parameters import month_number, month_text
    from sim.report.page import Method

    baseline = named["baseline"]
    first = month_number(str(baseline["time.first_observed"]))
    last = first + int(baseline["time.observed_months"]) - 1
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return Method(
        scenarios={name: named[name] for name in EXPERIMENT},
        seeds=seeds,
        assumptions=len(baseline.assumptions),
        entries=len(baseline.parameters),
        first_simulated=month_text(first - int(baseline["time.warm_up_months"])),
        first_observed=month_text(first),
        last_observed=month_text(last),
        code_fingerprint=code_fingerprint(),
        versions=versions(),
        made_on=now.date(),
        commands=(
            f"kotabaja brief --seeds {seeds}" + ("" if language == "en" else f" --lang {language}"),
            f"kotabaja compare training_only access_only both --against baseline --seeds {seeds}",
            f"kotabaja bind baseline --seeds {seeds}",
        ),
    )


def _manifest(method: Method, eased: dict[str, Any], contents: dict[str, bytes]) -> dict[str, Any]:
    """Return what was run and, for every file beside this one, the hash of its bytes."""
    return {
        "command": "brief",
        "scenarios": {name: one.fingerprint for name, one in method.scenarios.items()},
        "seeds": method.seeds,
        "observed": [method.first_observed, method.last_observed],
        "assumptions": method.assumptions,
        "register_entries": method.entries,
        "reliefs": eased,
        "made_on": method.made_on.isoformat(),
        "versions": dict(method.versions),
        "code_fingerprint": method.code_fingerprint,
        "commands": list(method.commands),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())},
    }
