"""What is no study of Sobol' indices is refused, and the rows or the input named."""

import numpy as np
import pytest

from sim.errors import UserError
from sim.study.sensitivity import DUMMY, analyse_sobol, evaluate, morris_effects, sobol_design, sobol_indices
from tests.known_functions import SUM, luck


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


def test_counts_are_whole_numbers():
    with pytest.raises(UserError, match=r"Samples: 64\.0 must be a whole number"):
        sobol_indices(SUM.outcome(), SUM.inputs, 64.0)
    with pytest.raises(UserError, match=r"Replications: 1\.5 must be a whole number"):
        sobol_indices(SUM.outcome(), SUM.inputs, 64, 1.5)
    with pytest.raises(UserError, match=r"Samples: 2\.5 must be a whole number"):
        morris_effects(SUM.outcome(), SUM.inputs, 2.5)
    assert sobol_design(["one"], np.int64(32)).samples == 32


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
    with pytest.raises(UserError, match="Inputs: none"):
        sobol_indices(lambda _row, _seed: 1.0, {}, 32)
    with pytest.raises(UserError, match="the design is for one, and not for two"):
        evaluate(sobol_design(["one"], 32), lambda _row, _seed: 1.0, {"two": (0, 1)})
    with pytest.raises(UserError, match="Replications: 0"):
        sobol_design(["one"], 32, replications=0)


def test_outcomes_that_inputs_do_not_move_have_no_indices():
    with pytest.raises(UserError, match="the same in every run"):
        sobol_indices(lambda _row, _seed: 80.0, {"one": (0, 1)}, 32)
    with pytest.raises(UserError, match="cannot be told from luck"):
        sobol_indices(lambda _row, seed: luck(seed), {"one": (0, 1)}, 32)
