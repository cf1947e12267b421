"""Ranking flips: which policy is best where, and where another one takes its place."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, ndtri

from sim.errors import UserError
from sim.study.flips import best_by_bins, best_policies, best_shares, flip_points
from sim.study.logistic import crossing, fit
from sim.study.sensitivity import base_rows, latin_design, sobol_design
from tests.known_functions import luck

IDLE = "idle"
INPUTS = {"elasticity": (1.0, 5.0), "visits": (0.0, 1.0), IDLE: (0.0, 1.0)}
HOLDS_AT = 3.0


def invented(rows=400, seed=1, noise=0.3):
    """Return inputs and outcomes: access beats training above an elasticity of 3, the other inputs balanced out."""
    design = latin_design(list(INPUTS), rows, 2, seed)
    values = design.values(INPUTS)
    drawn = noise * luck(design.seeds)
    elasticity, visits = values["elasticity"].to_numpy()[:, None], values["visits"].to_numpy()[:, None]
    return values, {
        "training": 2.0 + 0.0 * elasticity + drawn,
        "access": 2.0 + 0.5 * (elasticity - HOLDS_AT) + 2.0 * (visits - 0.5) + 1.5 * drawn,
        "neither": 0.0 * elasticity + drawn,
    }


# Shares


def test_the_best_policy_of_a_row_is_that_of_the_highest_or_lowest_mean():
    outcomes = {"a": [[1.0, 3.0], [0.0, 0.0]], "b": [[1.0, 1.0], [1.0, 0.0]]}
    assert best_policies(outcomes).to_numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert best_policies(outcomes, "lower").to_numpy().tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_policies_that_tie_share_the_row():
    table = best_shares({"a": [1.0, 2.0, 5.0, 0.0], "b": [1.0, 2.0, 0.0, 1.0], "c": [1.0, 0.0, 0.0, 0.0]})
    assert table["share"].to_list() == pytest.approx([(1 / 3 + 1 / 2 + 1) / 4, (1 / 3 + 1 / 2 + 1) / 4, 1 / 12])
    assert (table["low"] < table["share"]).all()
    assert (table["share"] < table["high"]).all()


def test_shares_by_bins_follow_the_input():
    values, outcomes = invented()
    table = best_by_bins(outcomes, values)
    assert table.groupby(["input", "part"])["share"].sum().to_list() == pytest.approx([1.0] * 24)
    assert table.drop_duplicates(["input", "part"]).groupby("input")["rows"].sum().to_dict() == dict.fromkeys(
        INPUTS, 400
    )
    access = table[(table["input"] == "elasticity") & (table["policy"] == "access")]
    assert access["share"].iloc[0] < 0.15
    assert access["share"].iloc[-1] > 0.85
    assert access["start"].iloc[0] == pytest.approx(1.0, abs=0.02)
    assert access["end"].iloc[-1] == pytest.approx(5.0, abs=0.02)
    assert (access["end"].to_numpy()[:-1] < access["start"].to_numpy()[1:]).all()
    idle = table[(table["input"] == IDLE) & (table["policy"] == "access")]
    assert np.ptp(idle["share"]) < 0.35


def test_an_input_of_few_values_or_of_words_has_one_part_for_each():
    values = pd.DataFrame(
        {"rule": ["size", "lot", "lot", "size"], "stores": [3, 5, 3, 3], "open": [True, False, True, True]}
    )
    table = best_by_bins({"a": [1.0, 0.0, 0.0, 1.0], "b": [0.0, 1.0, 1.0, 0.0]}, values)
    a = table[table["policy"] == "a"]
    found = {(one.input, one.start): (one.share, one.rows) for one in a.itertuples()}
    assert found == {
        ("rule", "size"): (1.0, 2),
        ("rule", "lot"): (0.0, 2),
        ("stores", 3): (pytest.approx(2 / 3), 3),
        ("stores", 5): (0.0, 1),
        ("open", False): (0.0, 1),
        ("open", True): (pytest.approx(2 / 3), 3),
    }


# Flips


def test_the_flip_is_found_where_it_is():
    values, outcomes = invented()
    table = flip_points(outcomes, values).set_index("input")
    assert set(table.index) == {"elasticity", "visits"}
    flip = table.loc["elasticity"]
    assert (flip["below"], flip["above"]) == ("training", "access")
    assert flip["low"] < HOLDS_AT < flip["high"]
    assert flip["high"] - flip["low"] < 0.6
    assert table.loc["visits", "low"] < 0.5 < table.loc["visits", "high"]


def test_the_flip_of_a_cost_is_the_same_turned_round():
    values, outcomes = invented()
    costs = {name: -runs for name, runs in outcomes.items()}
    assert flip_points(costs, values, "lower").equals(flip_points(outcomes, values))
    turned = flip_points(outcomes, values, "lower")
    assert "neither" not in set(turned["above"]) | set(turned["below"])  # always best: no flip


def test_a_flip_between_policies_that_are_not_best_is_none():
    values, outcomes = invented()
    best = outcomes | {"wonder": np.full((400, 2), 100.0)}
    assert flip_points(best, values).empty


def test_three_policies_flip_twice():
    x = np.linspace(0.0, 3.0, 301)
    outcomes = {"low": -x, "middle": np.where((x > 1.0) & (x < 2.0), 1.0, -5.0), "high": x - 3.9}
    table = flip_points(outcomes, pd.DataFrame({"x": x}))
    found = {(one.below, one.above): one.value for one in table.itertuples()}
    assert found == {("low", "middle"): pytest.approx(1.0, abs=0.02), ("middle", "high"): pytest.approx(2.0, abs=0.02)}


def test_words_and_inputs_that_never_vary_have_no_flip():
    values, outcomes = invented(100)
    values = values.assign(rule=["size", "lot"] * 50, still=1.0)[["rule", "still"]]
    table = flip_points(outcomes, values)
    assert table.empty
    assert list(table.columns) == ["input", "below", "above", "value", "low", "high"]


def test_the_rows_of_a_sobol_design_serve():
    design = sobol_design(["x"], 128, 1)
    rows = base_rows(design)
    x = design.values({"x": (0, 1)}).iloc[rows]
    table = flip_points({"a": np.zeros(len(x)), "b": x["x"].to_numpy() - 0.3}, x)
    assert table["value"].item() == pytest.approx(0.3, abs=0.02)


def flips_over_designs(designs, rows):
    """Return how often the interval holds the flip, how often an idle input flips, and the mean place."""
    holds, idle, places = [], 0, []
    for seed in range(1, designs + 1):
        values, outcomes = invented(rows, seed)
        table = flip_points(outcomes, values).set_index("input")
        flip = table.loc["elasticity"]
        holds.append(flip["low"] <= HOLDS_AT <= flip["high"])
        places.append(flip["value"])
        idle += IDLE in table.index
    return np.mean(holds), idle / designs, np.mean(places)


def test_the_interval_of_a_flip_holds_it_nearly_always():
    holds, idle, place = flips_over_designs(40, 200)
    assert holds >= 0.85
    assert idle <= 0.05
    assert place == pytest.approx(HOLDS_AT, abs=0.05)


@pytest.mark.long
def test_the_interval_of_a_flip_holds_it_as_often_as_it_says():
    holds, idle, place = flips_over_designs(400, 200)
    assert holds >= 0.91
    assert idle <= 0.03
    assert place == pytest.approx(HOLDS_AT, abs=0.03)


# The curve


def test_the_logistic_curve_is_that_of_its_maker():
    at = (np.arange(4000) + 0.5) / 4000
    chance = expit(6 * at - 2)
    weight = chance * (1 - chance)
    information = np.array([[weight.sum(), (weight * at).sum()], [(weight * at).sum(), (weight * at * at).sum()]])
    shares = (ndtri(chance) + luck(latin_design(["x"], 4000).seeds[:, 0]) > 0).astype(float)
    (intercept, slope), cov = fit(at, shares)
    assert intercept == pytest.approx(-2.0, abs=3 * np.sqrt(cov[0, 0]))
    assert slope == pytest.approx(6.0, abs=3 * np.sqrt(cov[1, 1]))
    assert cov == pytest.approx(np.linalg.inv(information), rel=0.1)


def test_a_perfect_parting_stays_finite():
    for size in (10, 1000, 20_000):
        at = (np.arange(size) + 0.5) / size
        found = crossing(at, (at > 0.3).astype(float))
        assert found.low < 0.3 < found.high
        assert found.high - found.low < 2 / np.sqrt(size)
    assert crossing(at, np.ones(size)) is None


# Refusals


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(UserError, match="'none' must be higher or lower"):
        best_policies({"a": [1.0], "b": [2.0]}, "none")
    with pytest.raises(UserError, match="1 is too few for a ranking"):
        best_policies({"a": [1.0]})
    with pytest.raises(UserError, match=r"Outcomes of b: no number in 1 rows: 1 \(the first"):
        best_policies({"a": [1.0, 2.0], "b": [2.0, np.nan]})
    with pytest.raises(UserError, match=r"a 1, b 2"):
        best_policies({"a": [1.0], "b": [2.0, 3.0]})
    with pytest.raises(UserError, match="1 rows of inputs for 2 rows"):
        flip_points({"a": [1.0, 2.0], "b": [2.0, 3.0]}, pd.DataFrame({"x": [1.0]}))
