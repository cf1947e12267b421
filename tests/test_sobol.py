"""Sobol' indices: of functions whose indices are known, with luck and without."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from SALib.analyze import sobol as salib
from scipy.stats import lognorm, norm, randint

from sim.errors import UserError
from sim.study.sampling import cube
from sim.study.sensitivity import (
    DUMMY,
    analyse_sobol,
    base_rows,
    evaluate,
    paired_effect,
    sobol_convergence,
    sobol_design,
    sobol_indices,
)
from tests.known_functions import FUNCTIONS, IDLE, ISHIGAMI, SOBOL_G, SUM, luck

HALF = 0.5  # luck with half the variance that the inputs cause
SOME = 200  # resamples: enough for a test


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


def test_the_second_order_is_what_two_inputs_do_together():
    table = sobol_indices(ISHIGAMI.outcome(HALF), ISHIGAMI.inputs, 512, second_order=True, resamples=SOME)
    pairs = {(row["input"], row["other"]): row for row in table.attrs["second_order"]}
    assert list(pairs) == list(combinations(ISHIGAMI.names, 2))
    together = ISHIGAMI.truth("three", "ST")
    assert pairs["one", "three"]["S2_low"] < together < pairs["one", "three"]["S2_high"]
    assert pairs["one", "three"]["S2"] == pytest.approx(together, abs=0.15)
    assert pairs["two", IDLE]["S2_low"] < 0.0 < pairs["two", IDLE]["S2_high"]


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
    found = coverage(FUNCTIONS[name], noise, samples=512, designs=400, replications=2 if noise else 1)
    assert min(found.values()) >= 0.90, found
    if noise:
        assert 0.90 <= found[IDLE, "S1"] <= 0.98, found
        assert 0.90 <= found[IDLE, "ST"] <= 0.98, found


# Designs


@pytest.mark.parametrize("second_order", [False, True])
def test_a_row_of_a_design_takes_one_input_from_elsewhere(second_order):
    names = ["one", "two", "three"]
    design = sobol_design(names, 32, second_order=second_order)
    runs = design.unit.reshape(32, design.block, 4)
    a, b = runs[:, 0], runs[:, -1]
    assert not np.isclose(a, b).any()
    assert design.block == (10 if second_order else 6)
    for place in range(4):
        own = np.arange(4) == place
        assert np.array_equal(runs[:, 1 + place], np.where(own, b, a))
        if second_order:
            assert np.array_equal(runs[:, 5 + place], np.where(own, a, b))
    assert 0.0 <= design.unit.min() < 0.05
    assert 0.95 < design.unit.max() < 1.0


def test_a_larger_study_runs_no_row_again():
    small = sobol_design(SUM.names, 64, seed=5)
    large = sobol_design(SUM.names, 128, seed=5)
    assert np.array_equal(large.unit[: len(small.unit)], small.unit)
    assert np.array_equal(large.seeds[: len(small.unit)], small.seeds)
    seen = []

    def counted(row, seed):
        seen.append(seed)
        return SUM.outcome(HALF)(row, seed)

    known = evaluate(small, counted, SUM.inputs)
    extended = evaluate(large, counted, SUM.inputs, known=known)
    assert len(seen) == large.seeds.size
    assert np.array_equal(extended, SUM.outcomes(large, HALF))


def test_every_run_has_luck_of_its_own():
    design = sobol_design(SUM.names, 256, replications=3)
    assert design.seeds.min() >= 1
    assert len(np.unique(design.seeds)) == design.seeds.size
    drawn = luck(design.seeds)
    assert abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 0.1
    assert abs(drawn.mean()) < 0.05
    assert drawn.std() == pytest.approx(1.0, abs=0.05)


def test_the_same_seed_gives_the_same_table_and_another_seed_another():
    first, again, other = (
        sobol_indices(SUM.outcome(HALF), SUM.inputs, 64, seed=seed, resamples=SOME) for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert first.attrs == again.attrs
    assert not first.equals(other)


def test_the_rows_of_a_design_hold_an_ordinary_sample():
    design = sobol_design(SUM.names, 64, second_order=True)
    sample = design.unit[base_rows(design)]
    assert sample.shape == (128, len(SUM.names) + 1)
    assert np.unique(sample, axis=0).shape == sample.shape
    assert sample.mean(axis=0) == pytest.approx(0.5, abs=0.02)


def test_every_distribution_works():
    inputs = {"normal": norm(0, 2), "log": lognorm(0.5), "count": randint(0, 3), "range": (0, 1)}

    def outcome(row, _seed):
        assert row["count"] in {0, 1, 2}
        return row["normal"] + np.log(row["log"]) + row["count"] + row["range"]

    table = sobol_indices(outcome, inputs, 512, 1, resamples=SOME).set_index("input")
    parts = {"normal": 4.0, "log": 0.25, "count": 2 / 3, "range": 1 / 12}
    truth = {name: part / sum(parts.values()) for name, part in parts.items()}
    assert table["ST"].to_dict() == pytest.approx(truth, abs=0.03)


# Convergence


def test_convergence_is_read_from_the_first_rows():
    design = sobol_design(SUM.names, 512)
    outcomes = SUM.outcomes(design, HALF)
    table = sobol_convergence(design, outcomes, resamples=SOME)
    assert sorted(table["samples"].unique()) == [32, 64, 128, 256, 512]
    widest = table.groupby("samples")["ST_half"].max()
    assert widest[512] < widest[128] < widest[32]
    last = table[table["samples"] == 512].set_index("input")
    whole = analyse_sobol(design, outcomes, resamples=SOME).set_index("input")
    assert last["ST"].to_dict() == whole["ST"].to_dict()
    assert list(last["rank"]) == [1, 2, 3, 4, 5]
    assert DUMMY not in last.index
    assert not table.attrs["settled"]
    # The widest half-width of ST of this sum is about 0.04 after 2048 samples, and was 0.06 after 1024.
    more = sobol_design(SUM.names, 2048)
    assert sobol_convergence(more, SUM.outcomes(more, HALF), resamples=SOME).attrs["settled"]


# Refusals


def test_a_run_without_a_number_is_refused_and_named():
    design = sobol_design(["one"], 32)
    outcomes = np.ones(design.seeds.shape)
    outcomes[[7, 50], [1, 0]] = np.nan, np.inf
    with pytest.raises(
        UserError, match=r"2 of 128 rows have a run without a number: rows 7, 50 \(the first row is 0\)"
    ):
        analyse_sobol(design, outcomes)
    outcomes[:] = np.nan
    with pytest.raises(UserError, match=r"rows 0, 1, 2, 3, 4, 5, 6, 7 and 120 more"):
        analyse_sobol(design, outcomes)
    with pytest.raises(UserError, match=r"1 of 128 rows has a run without a number: row 3 "):
        sobol_indices(lambda row, seed: np.nan if seed == design.seeds[3, 1] else row["one"], {"one": (0, 1)}, 32)


@pytest.mark.parametrize("shape", [(127, 2), (128,), (128, 3)])
def test_outcomes_that_do_not_fit_the_design_are_refused(shape):
    with pytest.raises(UserError, match="128 rows of 2 replications"):
        analyse_sobol(sobol_design(["one"], 32), np.ones(shape))


@pytest.mark.parametrize("seed", [0, -1, 1.5, None, True])
def test_seed_0_is_refused(seed):
    with pytest.raises(UserError, match="must be a whole number of 1 or more"):
        sobol_indices(SUM.outcome(), SUM.inputs, 64, seed=seed)
    design = sobol_design(["one"], 32)
    with pytest.raises(UserError, match="must be a whole number of 1 or more"):
        analyse_sobol(design, np.ones(design.seeds.shape), seed=seed)


@pytest.mark.parametrize(("samples", "advice"), [(1000, "512 or 1024"), (16, "32 or 64"), (0, "32 or 64")])
def test_samples_are_a_power_of_two(samples, advice):
    with pytest.raises(UserError, match=f"Use {advice}"):
        sobol_design(["one"], samples)


@pytest.mark.parametrize("given", [(1, 1), (2, 1), (0, np.inf), 3.0, ("a", "b"), (1, 2, 3), None])
def test_an_input_that_is_no_range_is_refused(given):
    with pytest.raises(UserError, match=r"Input price: .* is neither"):
        sobol_indices(lambda row, _: row["price"], {"price": given}, 32)


def test_names_must_fit():
    with pytest.raises(UserError, match="dummy is the name of the input that does nothing"):
        sobol_design(["one", DUMMY], 32)
    with pytest.raises(UserError, match="each once"):
        sobol_design(["one", "one"], 32)
    with pytest.raises(UserError, match="Inputs: none"):
        sobol_design([], 32, dummy=False)
    with pytest.raises(UserError, match="the design is for one, and not for two"):
        evaluate(sobol_design(["one"], 32), lambda _row, _seed: 1.0, {"two": (0, 1)})
    with pytest.raises(UserError, match="Replications: 0"):
        sobol_design(["one"], 32, replications=0)


def test_outcomes_that_inputs_do_not_move_have_no_indices():
    with pytest.raises(UserError, match="the same in every run"):
        sobol_indices(lambda _row, _seed: 80.0, {"one": (0, 1)}, 32)
    with pytest.raises(UserError, match="cannot be told from luck"):
        sobol_indices(lambda _row, seed: luck(seed), {"one": (0, 1)}, 32)
