"""The tables of long studies that are shipped: each follows from the runs behind it, and some runs are made again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import Scenario
from sim.study.calibration.calibrate import CANDIDATES, measure_moments
from sim.study.calibration.plan_file import load_calibration
from sim.study.card import measure_run
from sim.study.design_file import load_design
from sim.study.ensemble import load_ensemble
from sim.study.intervals import interval
from sim.study.limits import LIMITS
from sim.study.morris import analyse_morris
from sim.study.natural import natural_experiment
from sim.study.sampling import run_seeds
from sim.study.simulate import Job, simulate
from sim.study.sobol import analyse_sobol

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SHARE = "market_share_local"
RENEW = "run make studies, then mend the words of the page"
SAME = {"rel": 1e-12, "abs": 0.0, "nan_ok": True}  # to the last bit on one machine; libraries of others may round


def local_share(scenario, settings, seed):
    return simulate(Job(scenario.changed(settings), int(seed))).named[SHARE]


# The card


def test_the_card_is_the_mean_of_its_runs():
    card = pd.read_csv(DOCS / "validation" / "card.csv").set_index("pattern")
    runs = pd.read_csv(DOCS / "validation" / "runs.csv")
    assert [*runs.columns[1:]] == [one for one in card.index if one not in LIMITS]
    for name in runs.columns[1:]:
        found = interval(runs[name])
        assert list(card.loc[name, ["value", "low", "high"]]) == pytest.approx(
            [found.mean, found.low, found.high], **SAME
        ), RENEW


@pytest.mark.long
def test_two_runs_of_the_card_are_the_same_again():
    runs = pd.read_csv(DOCS / "validation" / "runs.csv").set_index("seed")
    for seed in (17, 93):
        assert runs.loc[seed].to_dict() == pytest.approx(measure_run(Job(Scenario.load("baseline"), seed)), **SAME), (
            RENEW
        )


# The outage


def test_the_effects_of_the_outage_are_the_means_of_its_pairs():
    table = pd.read_csv(DOCS / "validation" / "natural.csv")
    pairs = pd.read_csv(DOCS / "validation" / "natural_seeds.csv")
    during = table[table["period"] == "during"]
    assert list(during["indicator"]) == list(pairs.columns[1:])
    for row in during.to_dict("records"):
        found = interval(pairs[row["indicator"]])
        assert [row["effect"], row["low"], row["high"]] == pytest.approx([found.mean, found.low, found.high], **SAME), (
            RENEW
        )


@pytest.mark.long
def test_two_pairs_of_the_outage_are_the_same_again():
    pairs = pd.read_csv(DOCS / "validation" / "natural_seeds.csv")
    again = natural_experiment(Scenario.load("baseline"), Scenario.load("no_outage"), seeds=2, workers=1).seeds
    for name in pairs:
        assert pairs[name][:2].tolist() == pytest.approx(again[name].tolist(), **SAME), RENEW


# The calibration


def test_the_members_are_the_candidates_that_fit():
    candidates, members = pd.read_csv(DOCS / "calibration" / "candidates.csv"), load_ensemble().values
    plan = load_calibration("town")
    chosen = candidates[candidates["member"] == 1]
    assert (chosen["missed"] < plan.plan.rank).all()
    names = [one.name for one in plan.inputs]
    assert chosen[names].to_numpy().ravel() == pytest.approx(
        members[names].to_numpy().ravel(), **(SAME | {"rel": 1e-9})
    )


@pytest.mark.long
def test_a_candidate_has_the_same_moments_again():
    candidates, plan = pd.read_csv(DOCS / "calibration" / "candidates.csv"), load_calibration("town")
    seeds = run_seeds(plan.plan.seed * 1000 + plan.plan.most_waves + 1, len(candidates), plan.candidate_seeds)
    place = 77
    row = candidates.loc[place]
    world = plan.scenario.changed({one.name: one.typed([row[one.name]])[0].item() for one in plan.inputs})
    found = pd.DataFrame([measure_moments(Job(world, int(seed))) for seed in seeds[place]]).mean()
    told = row[[one.key for one in plan.targets]]
    assert told.to_dict() == pytest.approx(found[told.index].to_dict(), **SAME), f"{CANDIDATES}: {RENEW}"


# Sensitivity


def test_the_indices_of_sobol_follow_from_their_runs():
    design, runs = load_design("sobol_influential"), pd.read_csv(DOCS / "sensitivity" / "sobol_runs.csv")
    columns = [runs[[f"{one.name}_{place}" for place in range(2)]].to_numpy() for one in design.scenarios]
    table = pd.read_csv(DOCS / "sensitivity" / "sobol.csv")
    for outcome, values in ((SHARE, columns[0]), (f"{SHARE}, effect of store_access", columns[1] - columns[0])):
        again = analyse_sobol(design.plan, values).set_index("input")
        told = table[table["outcome"] == outcome].set_index(["index", "input"])["value"]
        for index in ("S1", "ST"):
            assert told[index].drop("dummy").to_dict() == pytest.approx(again[index].to_dict(), abs=0.51e-4), RENEW


def test_the_ranking_follows_from_its_runs():
    design, runs = load_design("ranking_flip"), pd.read_csv(DOCS / "sensitivity" / "ranking_runs.csv")
    table = pd.read_csv(DOCS / "sensitivity" / "ranking.csv").query("column == @SHARE").set_index("policy")
    names = [one.name for one in design.scenarios[1:]]
    best = np.argmax(runs[[f"{name}_0" for name in names]].to_numpy(), axis=1)
    for place, name in enumerate(names):
        told = table["share"].get(name, 0.0)
        assert told == pytest.approx((best == place).mean(), abs=0.51e-4), RENEW


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "file", "points"),
    [("sobol_influential", "sobol_runs.csv", (5, 1234)), ("ranking_flip", "ranking_runs.csv", (7, 201))],
)
def test_some_runs_of_a_study_are_the_same_again(name, file, points):
    design, runs = load_design(name), pd.read_csv(DOCS / "sensitivity" / file)
    for point in points:
        row = design.sample[point]
        for scenario in design.scenarios:
            for place, seed in enumerate(design.seeds[row]):
                told = runs.loc[point, f"{scenario.name}_{place}"]
                assert local_share(scenario, design.settings(row), seed) == pytest.approx(told, **SAME), RENEW


@pytest.mark.long
def test_an_influence_of_morris_is_the_same_again():
    design, name = load_design("morris_uncertain"), "firms.output_t_fte"
    plan, column = design.plan, design.plan.names.index(name)
    moves = np.abs(np.diff(plan.unit.reshape(plan.samples, plan.block, -1), axis=1)).argmax(axis=2)
    values = np.zeros((2, len(plan.unit), plan.replications))
    for trajectory, order in enumerate(moves):
        before = trajectory * plan.block + int(np.flatnonzero(order == column)[0])
        for point in (before, before + 1):
            row = design.sample[point]
            for number, scenario in enumerate(design.scenarios):
                for place, seed in enumerate(design.seeds[row]):
                    values[number, point, place] = local_share(scenario, design.settings(row), seed)
    told = pd.read_csv(DOCS / "sensitivity" / "morris.csv").set_index("input").loc[name]
    for short, found in (("local_share", values[0]), ("access_effect", values[1] - values[0])):
        again = analyse_morris(plan, found).set_index("input").loc[name]
        assert told[[f"{short}_mu_star", f"{short}_low", f"{short}_high", f"{short}_luck"]].tolist() == pytest.approx(
            again[["mu_star", "mu_star_low", "mu_star_high", "luck"]].tolist(), abs=0.51e-6
        ), RENEW
