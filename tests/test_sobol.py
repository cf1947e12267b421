"""Sobol' indices: of functions whose indices are known, with luck and without."""

from dataclasses import replace

import numpy as np
import pytest
from SALib.analyze import sobol as salib

from sim.errors import UserError
from sim.study.sampling import cube
from sim.study.sensitivity import (
    analyse_sobol,
    paired_effect,
    sobol_design,
    sobol_indices,
)
from tests.known_functions import FUNCTIONS, HALF, IDLE, SOBOL_G, SOME, SUM, luck


def covers(table, known, slack=1e-9):
    """Return whether each interval holds the true index, by (input, index)."""
    rows = table.set_index("input")
    return {
        (name, index): rows.loc[name, f"{index}_low"] - slack
        <= known.truth(name, index)
        <= rows.loc[name, f"{index}_high"] + slack
        for name in known.names
        for index in ("S1", "ST")
    }


def coverage(known, noise, samples, designs, replications=2):
    """Return how often each interval holds the true index, over designs with seeds of their own."""
    hits = []
    for seed in range(1, designs + 1):
        design = sobol_design(known.names, samples, replications, seed, dummy=False)
        table = analyse_sobol(design, known.outcomes(design, noise), seed, resamples=SOME)
        hits.append(covers(table, known))
    return {key: float(np.mean([one[key] for one in hits])) for key in hits[0]}


# What is known


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_indices_of_known_functions_lie_in_their_intervals(name):
    known = FUNCTIONS[name]
    table = sobol_indices(known.outcome(), known.inputs, 512, 1, resamples=SOME)
    assert all(covers(table, known).values())
    assert list(table.columns) == ["input", "S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high"]
    assert list(table["input"]) == list(known.names)
    for index in ("S1", "ST"):
        for row in table.itertuples():
            assert getattr(row, index) == pytest.approx(known.truth(row.input, index), abs=0.06)


def test_without_luck_the_indices_are_those_of_salib():
    design = sobol_design(SOBOL_G.names, 128, 1, seed=3, second_order=True, dummy=False)
    outcomes = SOBOL_G.outcomes(design)
    table = analyse_sobol(design, outcomes, resamples=SOME)
    theirs = salib.analyze(cube(SOBOL_G.names), outcomes[:, 0], calc_second_order=True, seed=1)
    assert table["S1"].to_numpy() == pytest.approx(theirs["S1"], abs=1e-12)
    assert table["ST"].to_numpy() == pytest.approx(theirs["ST"], abs=1e-12)
    pairs = [row["S2"] for row in table.attrs["second_order"]]
    upper = np.triu_indices(len(SOBOL_G.names), 1)
    assert pairs == pytest.approx(theirs["S2"][upper], abs=1e-12)
    half = (table["ST_high"] - table["ST_low"]) / 2
    assert half.to_numpy() == pytest.approx(theirs["ST_conf"], rel=0.3, abs=1e-9)


# Luck


@pytest.mark.parametrize("name", FUNCTIONS)
def test_luck_gives_no_weight_to_an_idle_input_and_takes_none_from_others(name):
    known = FUNCTIONS[name]
    table = sobol_indices(known.outcome(HALF), known.inputs, 1024, resamples=SOME)
    rows = table.set_index("input")
    assert abs(rows.loc[IDLE, "ST"]) < 0.05
    for one in known.names:
        assert rows.loc[one, "ST"] == pytest.approx(known.truth(one, "ST"), abs=0.1)
        assert rows.loc[one, "S1"] == pytest.approx(known.truth(one, "S1"), abs=0.1)
    assert table.attrs["noise_share"] == pytest.approx(HALF / (1 + HALF), abs=0.03)
    assert table.attrs["noise_share_low"] < HALF / (1 + HALF) < table.attrs["noise_share_high"]
    assert abs(table.attrs["dummy"]["ST"]) < table.attrs["noise_floor"] < 0.06
    assert table.attrs["runs"] == 1024 * (len(known.names) + 3) * 2


def test_without_the_correction_luck_looks_like_interaction():
    design = sobol_design(SUM.names, 1024)
    fresh, mean = SUM.outcomes(design, HALF)[:, :1], SUM.outcomes(design, HALF)
    single = sobol_design(SUM.names, 1024, 1)
    # One run a row: the idle input takes the share of luck, 0.5 / 1.5; two runs a row: 0.25 / 1.25
    for table, share in (
        (analyse_sobol(single, fresh, resamples=SOME), 1 / 3),
        (analyse_sobol(design, mean, resamples=SOME, corrected=False), 1 / 5),
    ):
        idle = table.set_index("input").loc[IDLE]
        assert idle["ST"] == pytest.approx(share, abs=0.04)
        assert idle["ST_low"] > 0.1
        assert table.attrs["dummy"]["ST"] == pytest.approx(share, abs=0.04)
        assert np.isnan(table.attrs["noise_share"])
    corrected = analyse_sobol(design, mean, resamples=SOME).set_index("input").loc[IDLE]
    assert corrected["ST_low"] < 0.0 < corrected["ST_high"] < 0.05


def test_equal_rows_may_be_one_run():
    """Inputs with few values give equal rows, which a runner runs once: between them there is no luck."""
    design = sobol_design(["rate", "coin", IDLE], 1024, second_order=True)
    values = design.unit.copy()
    values[:, 1:] = values[:, 1:] > 0.5
    values[:, 3] = 0.0  # nothing reads the dummy, so that its row is A's
    _, first, row = np.unique(values, axis=0, return_index=True, return_inverse=True)
    assert len(first) < 0.75 * len(values)
    merged = replace(design, seeds=design.seeds[first][row])
    # Variances: 1/12 and 1/4, and luck of half their sum
    means = values[:, :1] + values[:, 1:2]
    outcomes = means + np.sqrt(0.5 / 3) * luck(merged.seeds)
    table = analyse_sobol(merged, outcomes, resamples=SOME)
    assert table["ST"].to_list() == pytest.approx([0.25, 0.75, 0.0], abs=0.05)
    assert table["S1"].to_list() == pytest.approx([0.25, 0.75, 0.0], abs=0.06)
    assert table.attrs["dummy"]["ST"] == 0.0
    assert [row["S2"] for row in table.attrs["second_order"]] == pytest.approx([0.0, 0.0, 0.0], abs=0.1)


def test_rows_that_share_luck_are_refused():
    design = sobol_design(SUM.names, 64)
    common = replace(design, seeds=np.tile([1000, 2000], (len(design.unit), 1)))
    with pytest.raises(UserError, match="share their seeds"):
        analyse_sobol(common, SUM.outcomes(common, HALF))
    known = analyse_sobol(common, SUM.outcomes(common, HALF), corrected=False, resamples=SOME)
    assert known.set_index("input").loc[IDLE, "ST"] == pytest.approx(0.0, abs=1e-12)


def test_the_effect_of_a_policy_has_only_the_luck_that_its_runs_do_not_share():
    def baseline(row, seed):
        return row["one"] + luck(seed)

    def policy(row, seed):
        return baseline(row, seed) + 3.0 * row["two"]

    inputs = {"one": (0, 1), "two": (0, 1)}
    level = sobol_indices(policy, inputs, 256, resamples=SOME)
    effect = sobol_indices(paired_effect(policy, baseline), inputs, 256, resamples=SOME)
    assert level.attrs["noise_share"] > 0.4
    assert effect.attrs["noise_share"] < 1e-9
    assert effect.set_index("input")["ST"].to_dict() == pytest.approx({"one": 0.0, "two": 1.0}, abs=0.05)


def test_intervals_hold_the_true_index_as_often_as_they_say_in_few_designs():
    found = coverage(SUM, HALF, samples=128, designs=60)
    assert min(found.values()) >= 0.85
    assert found[IDLE, "ST"] <= 1.0


@pytest.mark.long
@pytest.mark.parametrize("noise", [0.0, HALF])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_intervals_hold_the_true_index_as_often_as_they_say(name, noise):
    replications, designs = (2, 400) if noise else (1, 150)  # narrow bounds of the idle input ask for many designs
    found = coverage(FUNCTIONS[name], noise, 512, designs, replications)
    assert min(found.values()) >= 0.90, found
    if noise:
        assert 0.90 <= found[IDLE, "S1"] <= 0.98, found
        assert 0.90 <= found[IDLE, "ST"] <= 0.98, found
