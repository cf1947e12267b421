"""An invented town of the study's shape: effects are put in by hand, so the briefing must find them."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from sim.core.parameters import Parameter
from sim.report import figures
from sim.report.brief import make_brief, run
from sim.report.figures import RECORDED_COLUMNS
from sim.report.findings import Findings
from sim.report.language import speaker
from sim.report.plan import Plan
from sim.report.tables import effect_table, monthly_records, relaxation_table
from sim.study.bind import bind
from sim.study.compare import compare
from sim.study.firm_record import MEASURES
from sim.study.simulate import Summary, observed_means
from sim.study.who import GROUPS

WARM_UP, MONTHS = 12, 60
PLACES = sum(len(own) or 1 for own in GROUPS.values())  # one cluster


class Column(NamedTuple):
    column: str
    indicator: str
    origin: str
    unit: str
    better: str


COLUMNS = [
    Column("market_share_local", "market_share", "local", "share", "higher"),
    *(Column(f"{name}_local", name, "local", "share", "higher") for name in ("access", "depth", "conversion", "fill")),
    Column("rescue_local", "rescue", "local", "ratio", "higher"),
    Column("jobs_local_fte", "jobs", "local", "fte", "higher"),
    Column("value_added_local_jt", "value_added", "local", "jt", "higher"),
    Column("spending_jt", "spending", "", "jt", "lower"),
    Column("shadow_cost_jt", "shadow_cost", "", "jt", "lower"),
    Column("sales_local_t", "sales", "local", "t", "higher"),
    Column("sales_external_t", "sales", "external", "t", "none"),
    Column("imports_t", "imports", "", "t", "none"),
    Column("demand_t", "demand", "", "t", "none"),
]
BASE = {"access": 0.82, "depth": 0.55, "conversion": 0.9, "fill": 0.93, "rescue": 1.02}
# Relative change of each factor, and spending in jt a month: the effects a reader should be told about.
EFFECTS = {
    "baseline": {},
    "training_only": {"conversion": 0.02, "spending": 90.0},
    "access_only": {"access": 0.03, "depth": 0.01, "spending": 85.0},
    "both": {"access": 0.03, "depth": 0.015, "conversion": 0.03, "spending": 175.0},
}
RELIEFS = {
    "steel": SimpleNamespace(unit="t", meaning="All steel at the mill's price", factor=0.02),
    "market": SimpleNamespace(unit="listings", meaning="One more store lists every local firm", factor=0.012),
    "capacity": SimpleNamespace(unit="t/month", meaning="Machines for 30 % more", factor=0.006),
    "cash": SimpleNamespace(unit="jt", meaning="Rp 30 million of cash for every firm", factor=0.0),
}


ASSUMED = {
    f"firms.{name}": Parameter(f"firms.{name}", 1.0, "ratio", (0.5, 2.0), "assumption: invented", f"Invented {name}")
    for name in ("push", "pull", "idle")
}
FACT = Parameter("firms.fact", 1.0, "ratio", (0.5, 2.0), "a source", "An invented fact")
POLICIES = {"training_only": ("training",), "access_only": ("store_access",), "both": ("training", "store_access")}


class Fake(SimpleNamespace):
    """What the briefing reads of a scenario; a draw moves how much a programme does."""

    TIMES: ClassVar = {"time.first_observed": "2023-06", "time.warm_up_months": WARM_UP, "time.observed_months": MONTHS}

    def __getitem__(self, address):
        return self.TIMES[address]

    def family(self, _):
        return {"cilegon": {"local": True}}

    def changed(self, settings):
        return Fake(**{**vars(self), "settings": dict(settings)})


def scenario(name):
    """Return what the briefing reads of a scenario."""
    return Fake(
        name=name,
        reason="" if name == "baseline" else f"Invented {name}",
        uses=(),
        events=(),
        policies=POLICIES.get(name, ()),
        path=Path(f"{name}.toml"),
        first_month="2022-06",
        fingerprint=f"print-{name}",
        parameters={f"firms.fact_{number}": FACT for number in range(4)} | ASSUMED,
        assumptions=range(4),
        settings={},
    )


class Town:
    """A function of a job, as the study asks for: the means and months of one run."""

    def __init__(self, effects=EFFECTS, noise=0.004, months=MONTHS):
        self.effects, self.noise, self.months = effects, noise, months

    def __call__(self, job):
        table = self.run(job)
        columns, means = observed_means(table)
        kept = table[["month", "warm_up", *job.keep]] if job.keep else None
        units, cost_jt = (30.0, 120.0) if job.relief else (0.0, 0.0)
        return Summary(columns, means, kept, relief_units=units, relief_cost_jt=cost_jt)

    def run(self, job):
        push = job.scenario.settings.get("firms.push", 1.0)
        changes = {key: value * push for key, value in self.effects[job.scenario.name].items()}
        if job.relief:
            changes["conversion"] = RELIEFS[job.relief].factor
        luck = np.random.default_rng(job.seed)
        own = np.random.default_rng([job.seed, *(ord(letter) for letter in job.scenario.name + str(job.relief))])
        town = luck.normal(0, 0.04)
        rows = []
        for month in range(1, WARM_UP + self.months + 1):
            grown = min(1.0, max(0, month - WARM_UP) / 18)
            season = 0.03 * math.sin(2 * math.pi * month / 12) + luck.normal(0, 0.01)
            factors = {}
            for name, base in BASE.items():
                jitter = own.normal(0, self.noise) if changes else 0.0
                near = (town + season) if name == "depth" else 0.0
                factors[f"{name}_local"] = base * (1 + changes.get(name, 0.0) * grown + jitter + near)
            share = math.prod(factors.values())
            demand = 500 * (1 + season)
            imports = demand * (0.35 - 0.4 * (share - 0.385))
            bound = {"market": 0.59 - season, "steel": 0.05, "capacity": 0.13 + season, "labour": 0.15}
            bound |= {"cash": 0.06, "none": 0.02}
            rows.append(
                {
                    "month": month,
                    "warm_up": int(month <= WARM_UP),
                    **factors,
                    "market_share_local": share,
                    "jobs_local_fte": 650 * (0.6 + share),
                    "value_added_local_jt": 2900 * (0.6 + share),
                    "spending_jt": changes.get("spending", 0.0),
                    "shadow_cost_jt": 0.0,
                    "demand_t": demand,
                    "sales_local_t": share * demand,
                    "imports_t": imports,
                    "sales_external_t": demand - share * demand - imports,
                    "allotment_t": 220.0,
                    "shipped_contracts_t": 168_000.0,
                    "shipped_elsewhere_t": 71_780.0,
                    "steel_direct_local_t": 31.0,
                    "steel_direct_external_t": 175.0,
                    "steel_distributor_local_t": 190.0,
                    "steel_distributor_external_t": 640.0,
                    **{f"bound_{name}_local": value for name, value in bound.items()},
                }
            )
        return pd.DataFrame(rows)


def worlds():
    return [scenario(name) for name in EFFECTS]


def plan(seeds=4, draws=30):
    """Return the plan of an invented briefing."""
    base, *others = worlds()
    return Plan(base, tuple(others), seeds=seeds, draws=draws)


def brief(out, seeds=4, language="en", effects=EFFECTS, months=MONTHS, given=None, **options):
    """Make the briefing of the invented town and return its page."""
    asked = given or plan(seeds)
    options = {"workers": 1, "work": Town(effects, months=months), "follow_firms": False} | options
    return make_brief(asked, out, language=language, **options)[0]


def findings(effects=EFFECTS, seeds=4):
    """Return what the invented runs give, with winners and losers put in by hand."""
    found = run(plan(seeds), workers=1, work=Town(effects), follow_firms=False)
    return Findings(found.worlds, {**found.records, "F": firms(effects, seeds)}, RELIEFS)


def firms(effects, seeds):
    """Return records of firms in which outside firms lose what a programme moves, and local ones gain it."""
    rows = []
    for name in list(effects)[1:]:
        moved = sum(value for key, value in effects[name].items() if key != "spending")
        for seed in range(1, seeds + 1):
            for measure in MEASURES:
                for place in range(PLACES):
                    gain = (-1 if place == 0 else 1) * moved * (1 + 0.05 * seed)
                    rows.append((name, seed, place, measure, 10.0, 100.0, 100.0 * gain))
    return pd.DataFrame(rows, columns=["scenario", "seed", "place", "measure", "firms", "without", "difference"])


def comparison(town=None, seeds=6):
    """Return the invented 2 x 2 experiment; needs the invented indicators in the place of the model's."""
    base, *others = worlds()
    return compare(others, base, seeds, keep=RECORDED_COLUMNS, work=town or Town(), workers=1)


def binding(town=None, seeds=6):
    """Return the invented relaxation values."""
    return bind(scenario("baseline"), seeds, work=town or Town(), workers=1, reliefs=RELIEFS)


def install(monkeypatch):
    """Put the invented indicators and reliefs in the place of the model's, and stop the clock."""
    monkeypatch.setattr("sim.indicators.catalogue", lambda _: COLUMNS)
    monkeypatch.setattr("sim.report.brief.place_of", lambda one: one.name)
    monkeypatch.setattr("sim.relief.RELIEFS", RELIEFS)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def pictures(effects=EFFECTS, seeds=4, language="en"):
    """Return the briefing's figures of the invented town, not yet drawn."""
    town, say = Town(effects), speaker(language)
    labels = {name: say(label) for name, label in figures.RELIEF_LABELS.items()}
    relaxed = relaxation_table(binding(town, seeds), labels)
    found = comparison(town, seeds)
    return figures.pictures(say, effect_table(found), monthly_records(found), relaxed, "2022-06")
