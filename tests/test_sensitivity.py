"""Sensitivity by other means than variance: effects, distributions, curves; and what all methods leave alone."""

import copy
import random

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import pawn as salib_pawn
from scipy.stats import expon, norm

from sim.errors import UserError
from sim.study.sampling import cube
from sim.study.sensitivity import (
    analyse_morris,
    analyse_pawn,
    curve_design,
    latin_design,
    morris_design,
    morris_effects,
    one_at_a_time,
    pawn_indices,
    sobol_indices,
)
from tests.known_functions import IDLE, ISHIGAMI, SUM, luck

SLOPES = {"one": 4.0, "two": 3.0, "three": 2.0, "four": 1.0, IDLE: 0.0}


# Elementary effects


def test_the_elementary_effects_of_a_sum_are_its_slopes():
    table = morris_effects(SUM.outcome(0.5), SUM.inputs, samples=10).set_index("input")
    for column in ("mu", "mu_star", "mu_star_low", "mu_star_high"):
        assert table[column].to_dict() == pytest.approx(SLOPES)
    # All runs of a trajectory share their luck, which is added: it cancels to the last bit but rounding.
    assert table[["sigma", "luck"]].to_numpy() == pytest.approx(0.0, abs=1e-9)


def test_elementary_effects_are_those_of_salib():
    design = morris_design(ISHIGAMI.names, 30, 1, seed=2)
    outcomes = ISHIGAMI.outcomes(design)
    table = analyse_morris(design, outcomes)
    theirs = salib_morris.analyze(cube(ISHIGAMI.names), design.unit, outcomes[:, 0], num_levels=4, seed=1)
    for column in ("mu", "mu_star", "sigma"):
        assert table[column].to_numpy() == pytest.approx(np.array(theirs[column]), abs=1e-9)
    half = (table["mu_star_high"] - table["mu_star"]).to_numpy()
    assert half == pytest.approx(np.array(theirs["mu_star_conf"]), rel=0.15, abs=1e-9)
    assert table["luck"].isna().all()


def test_luck_that_an_input_reshuffles_is_no_effect_of_it():
    def outcome(row, seed):
        return 2.0 * row["strong"] + luck((seed + int(1e6 * row["shuffling"]) * 7919) % (2**32 - 1) + 0.5)

    table = morris_effects(outcome, {"strong": (0, 1), "shuffling": (0, 1)}, samples=300).set_index("input")
    shuffling = table.loc["shuffling"]
    assert shuffling["mu_star"] == pytest.approx(shuffling["luck"], rel=0.15)
    assert table.loc["strong", "luck"] < 1e-9


def test_more_trajectories_begin_with_the_same_ones():
    small, large = morris_design(SUM.names, 4, seed=3), morris_design(SUM.names, 8, seed=3)
    assert np.array_equal(large.first(4).unit, small.unit)
    assert np.array_equal(large.first(4).seeds, small.seeds)
    assert len(np.unique(large.seeds)) == 8 * 2
    with pytest.raises(UserError, match="1 is too few trajectories"):
        morris_design(SUM.names, 1)


def test_a_distribution_without_end_stays_finite_at_the_ends_of_a_grid():
    inputs = {"normal": norm(10, 2), "waiting": expon(), "range": (0, 1)}
    values = morris_design(list(inputs), 20).values(inputs)
    assert np.isfinite(values.to_numpy()).all()
    assert values["normal"].min() == pytest.approx(norm(10, 2).ppf(0.005))
    assert set(values["range"].round(9)) == {0.0, round(1 / 3, 9), round(2 / 3, 9), 1.0}
    assert curve_design(list(inputs), 5, 2).values(inputs)["waiting"].max() == pytest.approx(expon().ppf(0.995))


# Distributions


def test_the_pawn_index_is_that_of_salib():
    design = latin_design(ISHIGAMI.names, 500, seed=4)
    outcomes = ISHIGAMI.outcomes(design)
    table = analyse_pawn(design, outcomes)
    theirs = salib_pawn.analyze(cube(ISHIGAMI.names), design.unit, outcomes[:, 0])
    # SALib leaves the highest value of each input out
    for column in ("median", "mean", "maximum"):
        assert table[column].to_numpy() == pytest.approx(theirs[column], abs=0.005)


def test_pawn_finds_what_a_mean_does_not_show():
    def outcome(row, seed):
        return row["spread"] * luck(seed)

    table = pawn_indices(outcome, {"spread": (0, 1), "nothing": (0, 1)}, 1000).set_index("input")
    assert table["clear"].to_dict() == {"spread": True, "nothing": False}
    assert table.loc["spread", "maximum"] > 0.2


def test_an_idle_input_passes_the_noise_floor_one_time_in_twenty():
    clear = []
    for seed in range(1, 31):
        design = latin_design(SUM.names, 200, seed=seed)
        table = analyse_pawn(design, SUM.outcomes(design, 0.5), seed).set_index("input")
        clear.append(table.loc[IDLE, "clear"])
        assert table.loc["one", "clear"]
    assert sum(clear) <= 5


def test_pawn_counts_equal_outcomes_together():
    design = latin_design(["coin", IDLE], 400, 2, seed=2)
    outcomes = np.repeat(design.unit[:, :1] > 0.5, 2, axis=1).astype(float)
    table = analyse_pawn(design, outcomes).set_index("input")
    assert table.loc["coin", "maximum"] == pytest.approx(0.5)
    assert table.loc["coin", "median"] == pytest.approx(0.5)
    assert not table.loc[IDLE, "clear"]
    with pytest.raises(UserError, match="99 rows are too few"):
        analyse_pawn(latin_design(["coin"], 99), np.ones(99))


# Curves


def test_a_curve_shows_the_bend_and_the_paired_change():
    def outcome(row, seed):
        return (row["bent"] - 2.0) ** 2 + row["flat"] * 0.0 + luck(seed)

    table = one_at_a_time(outcome, {"bent": (0, 4), "flat": (1, 2)}, points=5, replications=20, centre={"bent": 3.0})
    bent = table[table["input"] == "bent"]
    assert list(bent["value"]) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert list(bent["change"]) == pytest.approx([3.0, 0.0, -1.0, 0.0, 3.0])
    # Changes are paired: luck is gone from them, and stays in the levels.
    assert (bent["change_high"] - bent["change_low"]).max() < 1e-9
    assert (bent["high"] - bent["low"]).min() > 0.5
    assert list(table[table["input"] == "flat"]["change"]) == pytest.approx([0.0] * 5)
    assert table.attrs["centre"] == {"bent": 3.0, "flat": 1.5}
    with pytest.raises(UserError, match=r"straight is no input\. Inputs are bent, flat"):
        one_at_a_time(outcome, {"bent": (0, 4), "flat": (1, 2)}, centre={"straight": 1.0})
    with pytest.raises(UserError, match="Points: 1"):
        curve_design(["bent"], 1)


# What all leave alone


def global_states():
    name, words, *rest = np.random.get_state()  # noqa: NPY002 - whether somebody moved it is the question
    return random.getstate(), name, words.tolist(), rest


@pytest.mark.parametrize(
    "ask",
    [
        lambda outcome, inputs: sobol_indices(outcome, inputs, 32, resamples=20, second_order=True),
        lambda outcome, inputs: morris_effects(outcome, inputs, 5),
        lambda outcome, inputs: pawn_indices(outcome, inputs, 100),
        lambda outcome, inputs: one_at_a_time(outcome, inputs, 3, 2),
    ],
    ids=["sobol", "morris", "pawn", "curves"],
)
def test_nothing_of_the_caller_or_of_numpy_is_touched(ask):
    inputs = {"one": (0.0, 1.0), "two": (0.0, 1.0)}

    def outcome(row, _seed):
        return row.pop("one") + 2 * row.pop("two")  # a rude one

    before = copy.deepcopy(inputs)
    states = global_states()
    ask(outcome, inputs)
    assert inputs == before
    assert global_states() == states


def test_the_names_that_a_caller_gives_stay_as_they_are():
    names = ["one", "two"]
    morris_design(names, 3)
    latin_design(names, 10)
    assert names == ["one", "two"]
    first = cube(names)
    salib_morris.analyze(first, morris_design(names, 3).unit, np.arange(9.0), seed=1)
    assert "groups" not in cube(names)
    assert first != cube(names)  # SALib writes into its description, which is why nobody shares one
