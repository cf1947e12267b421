"""The main job: run what a briefing is about, and write its page with all records and tables behind it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.files import Delivery, output_folder, versions

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.figures import Picture
    from sim.report.findings import Findings
    from sim.report.page import Method
    from sim.report.plan import Plan
    from sim.scenario import Scenario
    from sim.study.runs import Progress

__all__ = ["MANIFEST", "PAGE", "PDF", "contents", "make_brief", "method_of", "sealed"]

PAGE, PDF, MANIFEST = "brief.html", "brief.pdf", "manifest.json"
LIBRARIES = ("matplotlib", "babel", "jinja2", "weasyprint")


def make_brief(
    plan: Plan,
    out: str | Path,
    *,
    language: str = "en",
    workers: int | None = None,
    progress: Progress | None = None,
    work: Callable[..., Any] | None = None,
    follow_firms: bool = True,
) -> tuple[Path, str]:
    """Run a briefing's scenarios and write its folder; return the path of the page, and why there is no PDF, if so.

    Parameters
    ----------
    plan
        What is compared, on how many pairs and draws.
    out
        Folder for ``brief.html``, ``brief.pdf``, ``figures/``, ``records/``, tables and ``manifest.json``; made if
        missing.
    language
        ``en`` or ``id``.
    workers, progress
        As in :func:`sim.study.runs.run_all`.
    work
        What a run is; the model unless given.
    follow_firms
        Whether each firm is compared with its twin, for winners and losers.

    Examples
    --------
    >>> from sim.report.plan import plan_of
    >>> make_brief(plan_of(), "results", language="fr")
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Language: 'fr' is not known. Choose en (English) or id (Bahasa Indonesia).
    """
    from sim.report.language import speaker

    speaker(language)  # refuses one that is not known before anything runs
    folder = output_folder(out)
    found = run(plan, workers=workers, progress=progress, work=work, follow_firms=follow_firms)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    today = (datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)).date()
    method = method_of(plan, language, today)
    made = {**found.files, **contents(found, method, language)}

    from sim.report.pdf import pdf_of

    paper, problem = pdf_of(made[PAGE].decode())
    if paper is not None:
        made[PDF] = paper
    facts = _manifest(plan, method, found, made)
    with Delivery(folder) as files:
        for name, content in made.items():
            files.data(name, content)
        files.json(MANIFEST, facts)
    if PDF not in made:  # one of an earlier briefing would say something else
        (folder / PDF).unlink(missing_ok=True)
    return folder / PAGE, problem


def run(
    plan: Plan,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    work: Callable[..., Any] | None = None,
    follow_firms: bool = True,
) -> Findings:
    """Run all that a plan asks for: pairs, easings, and draws of the leading policies."""
    import pandas as pd

    from sim.relief import RELIEFS
    from sim.report.figures import RECORDED_COLUMNS
    from sim.report.findings import EXPERIMENT, Findings, firm_records
    from sim.study.assumption_draws import run_draws
    from sim.study.bind import VALUE_ADDED, bind
    from sim.study.compare import compare

    worlds = plan.worlds
    known = [one for one in plan.scenarios if one.name in EXPERIMENT]
    runs = [plan.seeds * len(worlds), plan.seeds * len(RELIEFS)]
    runs.append(plan.draws * (1 + min(len(plan.scenarios), len(known) + plan.leading)))
    parts = [_part(progress, sum(runs[:place]), sum(runs)) for place in range(3)]
    options: dict[str, Any] = {"workers": workers} | ({"work": work} if work else {})
    comparison = compare(
        plan.scenarios,
        plan.against,
        plan.seeds,
        keep=RECORDED_COLUMNS,
        follow_firms=follow_firms,
        progress=parts[0],
        **options,
    )
    usual = comparison.values(plan.against.name, VALUE_ADDED).tolist()
    binding = bind(
        plan.against, plan.seeds, progress=parts[1], usual=dict(zip(comparison.seeds, usual, strict=True)), **options
    )
    months = comparison.records
    shown = {plan.against.name: "baseline", **{one.name: one.name for one in known}}
    records: dict[str, pd.DataFrame] = {
        "M": comparison.by_seed,
        "T": months[months["scenario"].isin(list(shown))].replace({"scenario": shown}).reset_index(drop=True),
        "E": binding.runs,
        "F": firm_records({name: own for name, own in comparison.gains.items() if own}, comparison.seeds),
        "D": pd.DataFrame({"scenario": []}),
        "I": pd.DataFrame(),
    }
    first = Findings(worlds, records, RELIEFS)
    leading = dict.fromkeys([*(one.name for one in known), *first.ranked[: plan.leading]])
    drawn = [one for one in plan.scenarios if one.name in leading]
    doubts = run_draws(drawn, plan.against, plan.draws, progress=parts[2], **options)
    if progress is not None:
        progress(sum(runs), sum(runs))
    return Findings(worlds, {**records, "D": doubts.outcomes, "I": doubts.inputs}, RELIEFS)


def _part(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Return the progress of one study as a part of the whole."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)


def contents(found: Findings, method: Method, language: str) -> dict[str, bytes]:
    """Return every file that follows from the records: the page, its figures, and the tables behind them."""
    from sim.report import tables
    from sim.report.figures import RELIEF_LABELS, doubts_picture, pictures
    from sim.report.language import speaker
    from sim.report.page import page

    say = speaker(language)
    relaxed = tables.relaxation_table(found.binding, {name: say(label) for name, label in RELIEF_LABELS.items()})
    sketch = doubts_picture(say, found)
    drawn = {sketch.key: sketch} | pictures(say, found.experiment, found.months, relaxed, method.first_simulated)
    for picture in drawn.values():
        picture.make()
    leading = [name for name in found.drawn if name in found.ranked] or found.drawn
    return {
        PAGE: page(say, found, relaxed, drawn, method).encode(),
        "effects.csv": _csv(found.effects),
        "bind.csv": _csv(found.binding.table),
        "who.csv": _csv(found.who),
        "draws.csv": _csv(found.doubts.best(leading)),
        "assumptions.csv": _csv(found.doubts.matters(found.drawn)),
        **_figure_files(drawn),
    }


def _csv(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV, with numbers unrounded and dates as days."""
    return str(frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")).encode()


def _figure_files(drawn: Mapping[str, Picture]) -> dict[str, bytes]:
    """Return the files of every figure: SVG, PNG and the table behind it."""
    files = {}
    for key, picture in drawn.items():
        for kind, content in (*picture.files.items(), ("csv", _csv(picture.table))):
            files[f"figures/{key}.{kind}"] = content
    return files


def method_of(plan: Plan, language: str, made_on: date, made_with: Mapping[str, str] | None = None) -> Method:
    """Gather how a briefing is made."""
    from sim.core.compiled import code_fingerprint
    from sim.core.parameters import month_number, month_text
    from sim.report.page import Method
    from sim.study.assumption_draws import moved_inputs
    from sim.study.ensemble import fitting_worlds

    baseline = plan.against
    first = month_number(str(baseline["time.first_observed"]))
    last = first + int(baseline["time.observed_months"]) - 1
    asked = ["kotabaja brief", plan.study, f"--seeds {plan.seeds}", "" if language == "en" else f"--lang {language}"]
    return Method(
        language=language,
        scenarios={one.name: one for one in plan.worlds},
        seeds=plan.seeds,
        draws=plan.draws,
        assumptions=len(baseline.assumptions),
        moved=len(moved_inputs(baseline)),
        entries=len(baseline.parameters),
        fitting=fitting_worlds(baseline),
        first_simulated=month_text(first - int(baseline["time.warm_up_months"])),
        first_observed=month_text(first),
        last_observed=month_text(last),
        code_fingerprint=code_fingerprint(),
        versions=made_with or {**versions(), **{name: _version(name) for name in LIBRARIES}},
        made_on=made_on,
        commands=(" ".join(word for word in asked if word),),
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except ImportError:
        return "none"


def _manifest(plan: Plan, method: Method, found: Findings, made: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what was run and, for every file beside this one, the hash of its bytes; sealed against change."""
    from sim.report.findings import RECORDS
    from sim.study.assumption_draws import WAY

    return sealed(
        {
            "command": "brief",
            "study": plan.study,
            "language": method.language,
            "against": {plan.against.name: plan.against.fingerprint},
            "scenarios": {one.name: one.fingerprint for one in plan.scenarios},
            "places": {one.name: place_of(one) for one in plan.worlds},
            "seeds": plan.seeds,
            "draws": plan.draws,
            "leading": plan.leading,
            "way_of_draws": WAY,
            "drawn": found.drawn,
            "records": dict(RECORDS),
            "observed": [method.first_observed, method.last_observed],
            "assumptions": method.assumptions,
            "register_entries": method.entries,
            "reliefs": found.binding.details,
            "made_on": method.made_on.isoformat(),
            "versions": dict(method.versions),
            "code_fingerprint": method.code_fingerprint,
            "commands": list(method.commands),
            "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(made.items())},
        }
    )


def place_of(scenario: Scenario) -> str:
    """Return where a scenario is found again: its name if it is shipped, else its path."""
    from sim.scenario import Scenario as Kind
    from sim.scenario import shipped_names

    for name in shipped_names():
        if name.rpartition("/")[2] == scenario.name and Kind.load(name).path == scenario.path:
            return name
    return str(scenario.path)


def sealed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts with a hash of themselves at the end, so that a changed digit in them shows.

    Examples
    --------
    >>> one = sealed({"seeds": 30})
    >>> sealed(one) == one, sealed({**one, "seeds": 31}) == {**one, "seeds": 31}
    (True, False)
    """
    own = {key: value for key, value in facts.items() if key != "seal"}
    text = json.dumps(own, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {**own, "seal": hashlib.sha256(text.encode()).hexdigest()}
