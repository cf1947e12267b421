"""The briefing's page: every number and sentence of the template, as plain values."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sim.report import annex, likelihood, reversal, sheet, words, words_argument, words_context
from sim.report.answer import answer
from sim.report.language import Language, later
from sim.report.names import city_name
from sim.report.style import SCENARIOS
from sim.report.tables import PROGRAMMES

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.figures import Picture
    from sim.report.findings import Findings
    from sim.scenario import Scenario

__all__ = ["Method", "page"]

# What the notes' letters stand for; the files are in the folder records.
NOTES = {
    "M": later("means of every run (means.parquet)"),
    "T": later("months (months.parquet)"),
    "E": later("easings (easings.parquet)"),
    "F": later("firms and their twins (firms.parquet)"),
    "D": later("draws (draws.parquet)"),
    "I": later("assumptions drawn (draw_inputs.parquet)"),
}


@dataclass(frozen=True)
class Method:
    """How the briefing was made, for its method box."""

    language: str
    scenarios: Mapping[str, Scenario]
    seeds: int
    draws: int
    assumptions: int
    moved: int
    entries: int
    fitting: int  # worlds that the facts do not rule out, this one among them; 0: not checked
    first_simulated: str
    first_observed: str
    last_observed: str
    code_fingerprint: str
    versions: Mapping[str, str]
    made_on: date
    commands: Sequence[str]


def kept_together(text: str) -> str:
    """Return ``text`` with numbers tied to the unit beside them, so that no line ends between the two."""
    return re.sub(r"(?<=\d) (?=%)|(?<=Rp) (?=\d)", "\N{NO-BREAK SPACE}", text)


def page(say: Language, found: Findings, relaxed: pd.DataFrame, drawn: Mapping[str, Picture], method: Method) -> str:
    """Return the page as one HTML file that needs nothing else to be read: two pages, and an annex after them.

    Parameters
    ----------
    say
        The reader's language.
    found
        What the runs gave.
    relaxed
        The relaxation values.
    drawn
        The figures, drawn.
    method
        How it was made.
    """
    environment = Environment(
        loader=PackageLoader("sim.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["together"] = kept_together
    return environment.get_template("brief.html").render(
        say=say,
        method=method,
        pairs=found.seeds,
        city=city_name(say, found.against),
        without=found.against.name,
        relaxed=annex.relaxation_rows(say, relaxed),
        binding=sheet.binding(say, relaxed),
        binds=words_context.relaxations(say, relaxed),
        fit=words_context.fit(say, method.fitting),
        trust=words_context.trust(say, method.assumptions, method.entries, method.fitting, found.seeds),
        **_two_pages(say, found),
        **_annex(say, found, drawn, method),
    )


def _two_pages(say: Language, found: Findings) -> dict[str, Any]:
    """Return what the two pages say."""
    return {
        "answer": answer(say, found),
        "ranking": sheet.ranking(say, found),
        "classes": [say(label) for label in sheet.CLASSES.values()],
        "losers": sheet.losers(say, found),
        "losing": sheet.losers_sentence(say, found),
        "unclear": sheet.unclear(say, found),
        "flips": reversal.flips(say, found),
        "worth": reversal.worth_finding_out(say, found),
        "scale": likelihood.scale(say),
        "draws_done": len(found.doubts.draws),
        "record_notes": [(letter, say(words)) for letter, words in NOTES.items()],
    }


def _annex(say: Language, found: Findings, drawn: Mapping[str, Picture], method: Method) -> dict[str, Any]:
    """Return what the annex says; the experiment's part is empty where it was not run."""
    effects = found.experiment
    known = not effects.empty
    return {
        "experiment": known,
        "figures": _numbered(drawn),
        "verdict": words_argument.verdict(say, effects) if known else "",
        "headline": words.headline(say, effects) if known else "",
        "answers": [
            *((f"{say(words.PROGRAMME_WORDS[name])}.", words.programme(say, effects, name)) for name in PROGRAMMES),
            *words_argument.sums(say, effects),
        ]
        if known
        else [],
        "displaced": words_context.displacement(say, effects, "both") if known else "",
        "groups": annex.effect_groups(say, effects) if known else [],
        "columns": [say(SCENARIOS[name].label) for name in (*PROGRAMMES, "interaction")],
        "programmes": annex.programme_rows(say, method.scenarios) if known else [],
        "ratios": annex.variance_ratios(say, effects) if known else "",
    }


def _numbered(drawn: Mapping[str, Picture]) -> dict[str, dict[str, Any]]:
    """Return the figures with their numbers, ready to stand in a page."""
    return {
        key: {
            "number": number,
            "key": key,
            "caption": picture.caption,
            "alternative": f"{picture.title}. {picture.alternative}",
            "record": picture.record,
            "source": "data:image/svg+xml;base64," + base64.b64encode(picture.files["svg"]).decode(),
        }
        for number, (key, picture) in enumerate(drawn.items(), start=1)
    }
