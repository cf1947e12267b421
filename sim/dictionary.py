"""The data dictionary: every column of every result table, with its meaning and unit, from the code's declarations.

Indicators, state variables and facts are described where they are declared; the words for what studies add to them
stand in ``dictionary.toml``. A column without words is refused, so that none can be added without them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from sim.describe import baseline
from sim.errors import UserError

__all__ = ["meaning_of", "page", "rows", "tables"]

WORDS = Path(__file__).with_name("dictionary.toml")
Column = tuple[str, str, str]  # name, meaning, unit
MONTHS = ("month", "warm_up")
ADDRESS = "ADDRESS"  # stands for a column for each of several entries of the register


def tables() -> dict[str, list[Column]]:
    """Return every table by its file name: its columns, each with meaning and unit.

    Examples
    --------
    >>> tables()["bind.csv"][0]
    ('constraint', 'Name of the constraint', '')
    """
    from sim.report.figures import RECORDED_COLUMNS
    from sim.report.findings import FIRM_COLUMNS
    from sim.report.tables import FIGURE_COLUMNS
    from sim.study.additionality import ADDITIONALITY_COLUMNS
    from sim.study.assumption_draws import DRAW_COLUMNS, KEPT, LEADER_COLUMNS, MATTER_COLUMNS
    from sim.study.bind import BIND_COLUMNS, RUN_COLUMNS
    from sim.study.calibration.results import MOMENT_COLUMNS, RANGE_COLUMNS, WAVE_COLUMNS
    from sim.study.calibration.targets import calibration_facts
    from sim.study.card import CARD_COLUMNS
    from sim.study.claims import CHANCE_COLUMNS, SIMULTANEOUS_COLUMNS
    from sim.study.comparison import EFFECT_COLUMNS, MEAN_COLUMNS
    from sim.study.curves import CURVE_COLUMNS
    from sim.study.displacement import DISPLACEMENT_COLUMNS
    from sim.study.ensemble_effects import BEST_COLUMNS, ENSEMBLE_COLUMNS
    from sim.study.ensemble_text import TOWN_COLUMNS
    from sim.study.evidence import EVIDENCE_COLUMNS
    from sim.study.flips import FLIP_COLUMNS, PART_COLUMNS, SHARE_COLUMNS
    from sim.study.indices import CONVERGENCE_COLUMNS, INDEX_COLUMNS
    from sim.study.natural import NATURAL_COLUMNS, WATCHED
    from sim.study.pairs import PAIR_COLUMNS
    from sim.study.precise import PRECISION_COLUMNS
    from sim.study.spending import SPENDING_COLUMNS
    from sim.study.store import LABELS
    from sim.study.who import WHO_COLUMNS
    from sim.study.work_queue import Cost

    studies = {
        "effects.csv": EFFECT_COLUMNS,
        "who.csv": WHO_COLUMNS,
        "displacement.csv": DISPLACEMENT_COLUMNS,
        "additionality.csv": ADDITIONALITY_COLUMNS,
        "spending.csv": SPENDING_COLUMNS,
        "simultaneous.csv": SIMULTANEOUS_COLUMNS,
        "chances.csv": CHANCE_COLUMNS,
        "precision.csv": PRECISION_COLUMNS,
        "evidence.csv": EVIDENCE_COLUMNS,
        "ensemble.csv": ENSEMBLE_COLUMNS,
        "best.csv": BEST_COLUMNS,
        "inputs.csv": ("input", "meaning"),
        "indices.csv": INDEX_COLUMNS,
        "convergence.csv": CONVERGENCE_COLUMNS,
        "curves.csv": (*CURVE_COLUMNS, "outcome"),
        "ranking.csv": (*SHARE_COLUMNS, "column"),
        "ranking_along.csv": (*PART_COLUMNS, "column"),
        "flips.csv": (*FLIP_COLUMNS, "column"),
        "pairs.csv": PAIR_COLUMNS,
        "bind.csv": BIND_COLUMNS,
        "card.csv": CARD_COLUMNS,
        "natural.csv": NATURAL_COLUMNS,
        "waves.csv": WAVE_COLUMNS,
        "moments.csv": MOMENT_COLUMNS,
        "ranges.csv": RANGE_COLUMNS,
        "draws.csv": LEADER_COLUMNS,
        "assumptions.csv": MATTER_COLUMNS,
        "records/means.parquet": MEAN_COLUMNS,
        "records/easings.parquet": RUN_COLUMNS,
        "records/firms.parquet": FIRM_COLUMNS,
        "records/draw_inputs.parquet": ("draw", ADDRESS),
        **{f"figures/{key}.csv": columns for key, columns in FIGURE_COLUMNS.items()},
    }
    costs = [one.name for one in fields(Cost)]
    return {
        "indicators.csv": [*_worded("indicators.csv", MONTHS), *_indicators()],
        "firms.parquet": list(_firms()),
        **{file: list(_worded(file, columns)) for file, columns in studies.items()},
        "runs.csv": [*_worded("runs.csv", ("seed",)), *_facts()],
        "members.csv": list(_worded("members.csv", ("member", ADDRESS))),
        "candidates.csv": [
            *_worded("candidates.csv", (ADDRESS, "missed", "member")),
            *((one.key, one.meaning, one.unit) for one in calibration_facts()),
        ],
        "posterior.csv": list(_worded("posterior.csv", ("weight", "misfit", ADDRESS))),
        "natural_seeds.csv": [
            *_worded("natural_seeds.csv", ("seed",)),
            *((name, "Effect of the outage, mean over its observed months", unit) for name, unit in WATCHED.items()),
        ],
        "towns.csv": [*_worded("towns.csv", ("scenario", "member", "seed")), *_indicators(TOWN_COLUMNS)],
        "records/months.parquet": [
            *_worded("records/months.parquet", ("scenario", "seed", "month")),
            *_indicators(RECORDED_COLUMNS),
        ],
        "records/draws.parquet": [
            *_worded("records/draws.parquet", DRAW_COLUMNS[: -len(KEPT)]),
            *_indicators(KEPT),
        ],
        "part-*.parquet": [*_worded("part-*.parquet", LABELS), *_indicators(), *_worded("part-*.parquet", costs)],
    }


def rows() -> list[dict[str, str]]:
    """Return one row a column of every table, for scripts.

    Examples
    --------
    >>> rows()[0]["column"]
    'month'
    """
    return [
        {"file": file, "column": name, "meaning": meaning, "unit": unit}
        for file, columns in tables().items()
        for name, meaning, unit in columns
    ]


def meaning_of(file: str) -> str:
    """Return what a row of a table is, or nothing for other files.

    Examples
    --------
    >>> meaning_of("part-000001.parquet"), meaning_of("brief.html")
    ('one row a run of a sweep, in runs/', '')
    """
    said = next((words["of"] for name, words in _said().items() if name != "common" and fnmatch(file, name)), "")
    return str(said).partition(";")[0]


def page() -> str:
    """Return the page ``docs/data_dictionary.md``: one table a file. Indicators of several origins share a row.

    Examples
    --------
    >>> page().splitlines()[0]
    '# Data dictionary'
    """
    lines = [
        "# Data dictionary",
        "",
        "Every column of every result table. This page is written from the code's own declarations by",
        "`kotabaja describe --columns`; with `--json` scripts get a row for each column. `t` are tonnes, `fte`",
        "full-time workers, `jt` juta rupiah (Rp 1,000,000) of June 2023. An interval covers luck alone. Every folder",
        "holds `manifest.json` too: what was run, with the fingerprints of scenario and code, seeds and versions.",
    ]
    for file, columns in tables().items():
        lines += ["", f"## {file}", "", f"{_said()[file]['of'].capitalize()}.", ""]
        if file == "part-*.parquet":
            known = {name for name, _, _ in _indicators()}
            lines += ["Indicators are those of `indicators.csv`, as means over the observed months.", ""]
            columns = [one for one in columns if one[0] not in known]  # noqa: PLW2901 - what is left of the same
        if file == "indicators.csv":
            lines += [f"*ORIGIN* is {_listed(_origins())}; *TWO* is local or external.", ""]
            columns = [*columns[: len(MONTHS)], *_folded()]  # noqa: PLW2901 - the same, in fewer rows
        lines += ["| column | meaning | unit |", "|---|---|---|"]
        lines += [f"| `{name}` | {meaning.replace('|', '/')} | {unit} |" for name, meaning, unit in columns]
    return "\n".join(lines) + "\n"


@cache
def _said() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _worded(file: str, columns: Sequence[str]) -> Iterator[Column]:
    """Yield columns with the words that stand in the file of words."""
    said = _said()
    for name in columns:
        words = said[file].get(name) or said["common"].get(name)
        if words is None:
            message = f'sim/dictionary.toml: ["{file}"]: {name} has no words. Add {name} = ["Meaning", "unit"].'
            raise UserError(message)
        yield name, *words


def _indicators(columns: Sequence[str] | None = None) -> list[Column]:
    """Return all indicators, or those of some columns, in the order of these."""
    from sim.indicators import catalogue

    known = {one.column: (one.column, _sentence(one.meaning), one.unit) for one in catalogue(baseline())}
    return list(known.values()) if columns is None else [known[column] for column in columns]


def _origins() -> list[str]:
    from sim.indicators import catalogue

    return list(dict.fromkeys(one.origin for one in catalogue(baseline()) if one.origin))


def _folded() -> Iterator[Column]:
    """Yield one row an indicator: its column's name has a word in capitals where several origins share it."""
    from sim.indicators import DECLARED, catalogue

    first: dict[str, Any] = {}
    for one in catalogue(baseline()):
        first.setdefault(one.indicator, one)
    for item in DECLARED:
        one = first[item.name]
        many = {"origin": "ORIGIN", "two": "TWO"}.get(item.by, "")
        name = one.column if not many else one.column.replace("_local", f"_{many}", 1)
        yield name, _sentence(one.meaning), one.unit


def _firms() -> Iterator[Column]:
    from sim.firms import Firm

    for name, one in Firm.columns.items():
        yield name, one.meaning, one.unit
        if name == next(iter(Firm.columns)):
            yield from _worded("firms.parquet", ("cluster_name",))


def _facts() -> Iterator[Column]:
    from sim.study.patterns import LIMITS_KIND, patterns

    for one in patterns():
        if one.kind != LIMITS_KIND:
            yield one.key, one.meaning, one.unit


def _sentence(text: str) -> str:
    """Return a docstring on one line, without its full stop."""
    return " ".join(text.split()).removesuffix(".")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + f" or {words[-1]}"
