"""The rows and seeds that Sobol' indices ask for, and whether there were enough of them."""

import numpy as np
import pytest
from scipy.stats import lognorm, norm, randint

from sim.study.sensitivity import (
    DUMMY,
    analyse_sobol,
    base_rows,
    evaluate,
    sobol_convergence,
    sobol_design,
    sobol_indices,
)
from tests.known_functions import HALF, SOME, SUM, luck

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
