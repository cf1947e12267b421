"""What moves an outcome: questions, indices, rankings, files and words, and the command on a small town."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.errors import UserError
from sim.report.sensitivity_pictures import sensitivity_files
from sim.study import sensitivities
from sim.study.design_file import load_design
from sim.study.indices import CONVERGENCE_COLUMNS, INDEX_COLUMNS, answer
from sim.study.labels import input_labels
from sim.study.questions import Question, questions
from tests.commands import call, names
from tests.described import undescribed
from tests.towns import long_interpreted

SHARE = "market_share_local"
INPUTS = """
[inputs.firms.wear]
[inputs.market.price_elasticity]
[inputs.buyer_stores.slots]
"""
ONE = '["baseline", "access_only"]'
POLICIES = '["baseline", "training_only", "access_only"]'
SMALL = """
[fixed]
town.scale = 0.06
time = { warm_up_months = 3, observed_months = 4 }
"""


@pytest.fixture
def design(tmp_path):
    """Return what makes a design of its method, its size and its scenarios."""

    def load(method, size, scenarios=ONE, inputs=INPUTS, more=""):
        luck = "seeds = 1" if method in ("lhs", "grid") else "replications = 2"
        points = f"points = {size}\n" if size else ""
        text = f'reason = "A test."\nmethod = "{method}"\n{points}{luck}\nscenarios = {scenarios}\n{more}{inputs}'
        (tmp_path / "mine.toml").write_text(text)
        return load_design(tmp_path / "mine.toml")

    return load


@pytest.fixture
def invented(monkeypatch):
    """Let every run have the outcome that a formula gives; return the formula's parts.

    Price moves the level, wear the effect of access (policy 2), slots nothing. Training is better than access while
    wear is in the lower half of its range.
    """

    def outcomes(_folder, design, _column):
        places = {name: (column - column.min()) / np.ptp(column) for name, column in design.values.items()}
        price, wear = (places[name][design.sample][:, None] for name in ("market.price_elasticity", "firms.wear"))
        seeds = design.seeds[design.sample]
        luck = 0.01 * np.sin(seeds.astype(float))
        level = 1.0 + price + luck
        return np.stack([level, level + 0.5, level + wear][: len(design.scenarios)])

    monkeypatch.setattr("sim.study.questions.outcomes", outcomes)
    monkeypatch.setattr("sim.study.summary.outcomes", outcomes)


def test_a_design_asks_for_levels_effects_and_the_best_policy(design, invented):
    asked = questions(design("morris", 4, POLICIES), "nowhere", [SHARE])
    assert [one.name for one in asked] == [
        SHARE,
        f"{SHARE}, effect of training_only",
        f"{SHARE}, effect of access_only",
        f"{SHARE}, training_only is best",
        f"{SHARE}, access_only is best",
    ]
    assert np.allclose(asked[1].values, 0.5)
    assert np.allclose(asked[3].values + asked[4].values, 1.0)
    one_policy = questions(design("morris", 4), "nowhere", [SHARE])
    assert [one.kind for one in one_policy] == ["level", "effect"]


@pytest.mark.parametrize(
    ("method", "size", "index", "methods"),
    [
        ("morris", 6, "mu_star", ["morris"]),
        ("sobol_indices", 64, "ST", ["sobol", "pawn"]),
        ("lhs", 200, "median", ["pawn"]),
        ("curves", 5, "reach", ["curves"]),
    ],
)
def test_every_method_finds_what_moves_the_level_and_what_the_effect(design, invented, method, size, index, methods):
    found = sensitivities.analyse(design(method, size, POLICIES), "nowhere", [SHARE])
    table = found.indices
    assert tuple(table.columns) == INDEX_COLUMNS
    assert list(dict.fromkeys(table["method"])) == methods
    main = table[(table["index"] == index) & (table["input"] != "dummy")]
    best = main.loc[main.groupby("outcome")["value"].idxmax()].set_index("outcome")["input"]
    assert best[SHARE] == "market.price_elasticity"
    assert best[f"{SHARE}, effect of access_only"] == "firms.wear"
    assert tuple(found.convergence.columns) == CONVERGENCE_COLUMNS
    last = found.convergence[found.convergence["index"] == index].groupby("outcome")["n"].max()
    assert (last == main.groupby("outcome")["n"].max()[last.index]).all()
    notes = {one.question.name: one.note for one in found.answers if one.method in ("sobol", "pawn")}
    if notes:
        assert "the same in every run" in notes[f"{SHARE}, effect of training_only"]
    if method == "sobol_indices":
        assert 0 < table.loc[table["outcome"] == SHARE, "noise_share"].iloc[0] < 0.01
        assert set(table.loc[table["method"] == "sobol", "input"]) >= {"dummy"}


def test_larger_parts_of_a_study_are_doubled_and_ranked(design, invented):
    found = sensitivities.analyse(design("morris", 10), "nowhere", [SHARE]).convergence
    assert list(dict.fromkeys(found["n"])) == [4, 8, 10]
    whole = found[(found["n"] == 10) & (found["outcome"] == SHARE)]
    assert list(whole["rank"]) == [1, 2, 3]
    assert list(whole["value"]) == sorted(whole["value"], reverse=True)


def test_a_ranking_flips_where_another_policy_becomes_best(design, invented):
    found = sensitivities.analyse(design("lhs", 200, POLICIES, more="design_seed = 2\n"), "nowhere", [SHARE])
    (ranking,) = found.rankings
    (flip,) = ranking.flips.to_dict("records")
    assert (flip["input"], flip["below"], flip["above"]) == ("firms.wear", "training_only", "access_only")
    wear = found.design.values["firms.wear"]
    middle = (wear.min() + wear.max()) / 2
    assert flip["low"] < middle < flip["high"]
    assert ranking.shares["share"].sum() == pytest.approx(1.0)
    told = sensitivities.text(found, input_labels(found.design))
    assert "What changes the best policy" in told
    assert not sensitivities.analyse(design("lhs", 200), "nowhere", [SHARE]).rankings, "one policy has no ranking"


def test_files_and_pictures_are_written_and_labels_are_whole(design, invented, tmp_path):
    written = set()
    for method, size, scenarios in (("sobol_indices", 64, POLICIES), ("morris", 4, ONE), ("curves", 5, ONE)):
        found = sensitivities.analyse(design(method, size, scenarios), "nowhere", [SHARE])
        found = replace(found, answers=[one for one in found.answers if one.question.kind == "level"])
        labels = input_labels(found.design)
        assert labels["buyer_stores.slots"] == (
            "Places on a buyer's list; 0: every firm that may sell is listed (buyers: stores)"
        )
        pictures = sensitivity_files(found, labels)
        sensitivities.write(found, tmp_path / method, labels, pictures)
        written |= set(names(tmp_path / method))
        kept = pd.read_csv(tmp_path / method / "indices.csv")
        assert list(kept["outcome"]) == list(found.indices["outcome"])
        assert undescribed(tmp_path / method) == []
        facts = json.loads((tmp_path / method / "sensitivity.json").read_text())
        assert (facts["command"], facts["indicators"], facts["rows"]) == ("sensitivity", [SHARE], found.design.rows)
    assert written >= {"indices.csv", "convergence.csv", "inputs.csv", "curves.csv", "ranking.csv", "ranking_along.csv"}
    assert written >= {"flips.csv", "flips_market_share_local.png", "sobol_market_share_local.svg"}
    assert written >= {"pawn_market_share_local.png", "morris_market_share_local.png", "curves_market_share_local.png"}


def test_files_of_an_earlier_study_in_the_same_folder_are_removed_and_others_stay(design, invented, tmp_path):
    place = tmp_path / "out"
    for method, size in (("curves", 5), ("morris", 4)):
        found = sensitivities.analyse(design(method, size), "nowhere", [SHARE])
        sensitivities.write(found, place, input_labels(found.design), {f"{method}.png": b"drawn"})
        (place / "mine.csv").write_text("a note of my own")
    assert names(place) == [
        "convergence.csv",
        "indices.csv",
        "inputs.csv",
        "mine.csv",
        "morris.png",
        "sensitivity.json",
    ]
    told = json.loads((place / "sensitivity.json").read_text())
    assert told["files"] == ["convergence.csv", "indices.csv", "inputs.csv", "morris.png"]


def test_luck_as_large_as_half_the_signal_is_told_and_taken_out(design):
    plan = design("sobol_indices", 256)
    luck = np.random.default_rng(1).normal(size=plan.plan.seeds.shape)
    signal = math.sqrt(12) * plan.plan.unit[:, 1]  # variance 1
    asked = Question("level", SHARE, "baseline", "share", signal[:, None] + math.sqrt(0.5) * luck)
    found = answer(plan, asked, "sobol")
    assert found.noise_share == pytest.approx(1 / 3, abs=0.05)
    totals = {name: value for name, value, _, _ in found.strongest}
    assert totals["market.price_elasticity"] == pytest.approx(1.0, abs=0.1)
    assert abs(totals["buyer_stores.slots"]) < 0.1


def test_inputs_of_every_may_go_part_of_the_way(design):
    near = design("lhs", 64, inputs="", more='every = ["firms.wear", "buyer_stores.slots"]\nreach = 0.5\n')
    wear, slots = (near.values[name] for name in ("firms.wear", "buyer_stores.slots"))
    town = near.scenarios[0].parameters
    low, high = (town["firms.wear"].value + 0.5 * (end - town["firms.wear"].value) for end in town["firms.wear"].range)
    assert low < wear.min() < low + 0.05 * (high - low)
    assert high > wear.max() > high - 0.05 * (high - low)
    assert (slots.min(), slots.max()) == (3, 23)  # 6, half of the way to 0 and to 40
    with pytest.raises(UserError, match=r"reach: 0 is not allowed\. Write a number above 0, at most 1"):
        design("lhs", 64, inputs="", more='every = ["firms.wear"]\nreach = 0\n')


def test_designs_and_indicators_that_cannot_be_asked_are_refused_before_any_run(design, capsys, tmp_path):
    grid = design("grid", 0, inputs="[inputs.firms]\nwear = { levels = 2 }\n")
    with pytest.raises(UserError, match=r"^mine: a grid design has no sensitivity\. Methods that do: curves, morris"):
        sensitivities.refuse_design(grid)
    design("morris", 4)
    code, out, err = call(capsys, "sensitivity", tmp_path / "mine.toml", "--of", "market_share_locl")
    assert (code, out) == (2, "")
    assert err.startswith('--of: market_share_locl is no indicator of scenario baseline. Did you mean "market_share_lo')


@long_interpreted
def test_the_command_runs_a_small_town_and_more_trajectories_only_add_runs(design, capsys, tmp_path):
    design("morris", 4, more=SMALL)
    words = ["sensitivity", tmp_path / "mine.toml", "--of", "jobs_local_fte", "--workers", 1, "--out", tmp_path / "out"]
    code, out, _ = call(capsys, *words)
    assert code == 0
    assert "morris: jobs_local_fte, effect of access_only" in out
    assert "Weight of log price in a buyer's choice (elasticity)" in out
    first = pd.read_csv(tmp_path / "out" / "indices.csv")
    assert set(first["n"]) == {4}
    design("morris", 5, more=SMALL)
    code, out, _ = call(capsys, *words)
    assert code == 0
    assert "64 of 80 runs stand already." in out
    assert set(pd.read_csv(tmp_path / "out" / "indices.csv")["n"]) == {5}


def test_a_missing_run_is_an_error_that_names_its_row(design, capsys, tmp_path, monkeypatch):
    design("morris", 4, more=SMALL)
    monkeypatch.setattr("sim.study.sweep.sweep", lambda *_, **__: 0)
    runs = tmp_path / "out" / "runs"
    runs.mkdir(parents=True)
    plan = load_design(tmp_path / "mine.toml")
    rows = [(one.name, row, seed) for one in plan.scenarios for row in range(plan.rows) for seed in plan.seeds[row]]
    table = pd.DataFrame(rows, columns=["scenario", "row", "seed"])
    table[SHARE] = 0.5
    table[table["row"] != 3].to_parquet(runs / "part-000001.parquet")
    code, _, err = call(capsys, "sensitivity", tmp_path / "mine.toml", "--out", tmp_path / "out")
    assert code == 2
    assert "4 of 64 runs have no market_share_local: in rows 3." in err
