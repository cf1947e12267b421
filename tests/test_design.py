"""Designs: what a file asks for, and the rows and runs that follow."""

import re
from functools import partial

import numpy as np
import pytest

from sim import Scenario
from sim.errors import UserError
from sim.scenario import designs
from sim.study.design_file import load_design
from sim.study.distributions import Choice, LogUniform, Normal, Triangular, Uniform, Whole
from sim.study.samples import SAMPLES
from tests.designs import HEAD, WEAR, written


@pytest.fixture
def design(tmp_path):
    """Return what makes a design of a text."""
    return partial(written, tmp_path)


# Rows


def test_a_grid_has_every_combination_in_order(design):
    found = design(
        HEAD["grid"]
        + 'scenarios = ["baseline", "training_only"]\n[inputs.firms]\nwear = { low = 0.006, high = 0.01, levels = 3 }\n'
        "insolvency_months = [4, 6]\n"
    )
    assert found.table.to_dict("list") == {
        "row": [0, 1, 2, 3, 4, 5],
        "firms.wear": [0.006, 0.006, 0.008, 0.008, 0.01, 0.01],
        "firms.insolvency_months": [4.0, 6.0] * 3,
    }
    assert len(found) == 6 * 2 * 2 == len(list(found.runs()))
    assert str(found) == "Design mine (grid): 6 rows x 2 scenarios x 2 seeds = 24 runs"


def test_runs_come_row_by_row_with_common_seeds(design):
    found = design(HEAD["grid"].replace("seeds = 2", "seeds = [7, 3]") + "[inputs.firms]\nwear = [0.006, 0.01]\n")
    runs = list(found.runs())
    assert [(run.row, run.seed) for run in runs] == [(0, 7), (0, 3), (1, 7), (1, 3)]
    assert [run.scenario["firms.wear"] for run in runs] == [0.006, 0.006, 0.01, 0.01]
    assert runs[0].scenario.fingerprint == Scenario.load("baseline").changed({"firms.wear": 0.006}).fingerprint
    assert len({run.key for run in runs}) == 4


def test_done_runs_are_left_out(design):
    found = design(HEAD["grid"] + "[inputs.firms]\nwear = [0.006, 0.01]\n")
    done = np.zeros((2, 1, 2), dtype=bool)
    done[0, 0, 1] = done[1, 0, 0] = True
    assert [(run.row, run.seed) for run in found.runs(done)] == [(0, 1), (1, 2)]


def test_a_latin_hypercube_uses_every_slice_of_every_input_once(design):
    found = design(HEAD["lhs"] + WEAR + "[inputs.buyer_stores.number]\nlow = 1\nhigh = 8\n")
    for column in found.plan.unit.T:
        assert sorted((column * 8).astype(int)) == list(range(8))
    assert found.values["buyer_stores.number"].dtype == np.int64
    assert sorted(found.values["buyer_stores.number"]) == list(range(1, 9))


def test_more_points_of_a_sobol_sequence_only_add_rows(design):
    few, many = (design(HEAD["sobol"].replace("points = 8", f"points = {n}") + WEAR) for n in (8, 32))
    assert np.array_equal(few.plan.unit, many.plan.unit[:8])
    assert len({run.key for run in few.runs()} - {run.key for run in many.runs()}) == 0


def test_rows_for_sobol_indices_have_seeds_of_their_own(design):
    text = HEAD["sobol_indices"] + WEAR + "[inputs.firms.insolvency_months]\n"
    found = design(text)
    assert found.rows == 32 * (2 + 3), "two inputs and the one that does nothing"
    assert found.plan.names == ("firms.wear", "firms.insolvency_months", "dummy")
    assert list(found.values) == ["firms.wear", "firms.insolvency_months"]
    assert len(np.unique(found.seeds)) == 2 * found.rows
    assert found.seeds.tolist() == design(text + "\n").seeds.tolist()
    more = design(text.replace("points = 32", "points = 64"))
    assert not {run.key for run in found.runs()} - {run.key for run in more.runs()}, "a larger one only adds runs"
    other = design(text.replace("points = 32", "points = 32\ndesign_seed = 2"))
    assert not set(other.seeds.ravel()) & set(found.seeds.ravel())


def test_trajectories_share_seeds_and_equal_rows_are_one(design):
    found = design(HEAD["morris"] + WEAR + "[inputs.buyer_stores.needs_papers]\nweights = [9, 1]\n")
    assert found.plan.unit.shape == (8 * 3, 2)
    assert found.plan.seeds.tolist() == found.seeds[found.sample].tolist()
    for trajectory in found.plan.seeds.reshape(8, 3, 2):
        assert (trajectory == trajectory[0]).all()
    keys = [run.key for run in found.runs()]
    assert len(set(keys)) == len(keys)
    assert found.rows < 8 * 3, "a step does not always change a choice"


def test_curves_pass_through_the_first_scenario(design):
    found = design(HEAD["curves"] + 'scenarios = ["both"]\n' + WEAR + "[inputs.policies.training.firms_a_cohort]\n")
    assert found.plan.unit.shape == (1 + 2 * 5, 2)
    both = Scenario.load("both")
    levers = next(dict(use.levers) for use in both.uses if use.name == "training")
    here = [found.values[name][0] for name in found.values]
    assert here == pytest.approx([both["firms.wear"], levers["firms_a_cohort"]])
    moved = found.table.drop(columns="row").to_numpy() != np.array(here)
    assert (moved.sum(axis=1) <= 1).all()
    ends = {one.name: one.spread.support() for one in found.inputs}
    assert {name: (column.min(), column.max()) for name, column in found.values.items()} == ends


def test_a_list_holds_rows_whole_scenarios_or_both(design):
    whole = design(HEAD["list"] + 'scenarios = ["baseline", "both"]\n')
    assert (whole.rows, len(whole), list(whole.values)) == (1, 4, [])
    rows = "[[rows]]\nfirms.wear = 0.006\n[[rows]]\nfirms.wear = 0.01\n"
    both = design(HEAD["list"] + 'scenarios = ["baseline", "both"]\n' + rows)
    assert [(run.scenario.name, run.row) for run in both.runs()][::2] == [
        ("baseline", 0),
        ("both", 0),
        ("baseline", 1),
        ("both", 1),
    ]
    assert both.plan is None


def test_points_that_say_the_same_are_one_row(design):
    found = design(HEAD["lhs"] + "[inputs.buyer_stores.needs_papers]\n")
    assert found.rows == 2
    assert len(found.sample) == 8
    drawn = found.values["buyer_stores.needs_papers"][found.sample]
    assert sorted(drawn.tolist()) == [False] * 4 + [True] * 4


def test_levers_choices_months_and_what_is_fixed(design):
    found = design(
        HEAD["grid"]
        + 'scenarios = ["training_only"]\nmonths = 72\n[fixed.policies.training]\nbudget_jt_year = 100\n'
        + '[inputs.policies.training]\nfirms_a_cohort = { levels = 2 }\ntarget = ["lottery", "neediest"]\n'
        + 'from = ["2023-06", "2024-01"]\n'
    )
    assert found.rows == 8
    world = found.world(0, 7)
    assert dict(world.uses[0].levers) == {"budget_jt_year": 100.0, "firms_a_cohort": 500.0, "target": "neediest"}
    assert world.uses[0].first == "2024-01"
    assert {run.months for run in found.runs()} == {72}


def test_patterns_pick_numbers_of_the_register(design):
    found = design(
        HEAD["lhs"] + 'every = ["firms.*", "steel.*"]\nexcept = ["firms.wear"]\n'
        '[fixed.firms]\ninsolvency_months = 5\n[inputs.firms.cash_target_months]\ndist = "triangular"\n'
    )
    register = Scenario.load("baseline").parameters
    numbers = [
        key
        for key, one in register.items()
        if one.room in ("firms", "steel") and not isinstance(one.value, (bool, str)) and one.range[0] < one.range[1]
    ]
    assert sorted(found.values) == sorted(set(numbers) - {"firms.wear", "firms.insolvency_months"})
    spreads = {one.name: one.spread for one in found.inputs}
    entry = register["firms.cash_target_months"]
    assert spreads["firms.cash_target_months"] == Triangular(*map(float, entry.range), mode=float(entry.value))
    other = next(one for one in found.inputs if one.name == "firms.review_attempts")
    assert (other.kind, other.spread) == (int, Whole(*map(float, register["firms.review_attempts"].range)))
    for name, column in found.values.items():
        low, high = register[name].range
        assert low <= column.min() <= column.max() <= high


@pytest.mark.parametrize(
    "spread",
    [
        Uniform(2.0, 5.0),
        LogUniform(2.0, 5.0),
        Triangular(2.0, 5.0, mode=2.0),
        Normal(2.0, 5.0, mean=4.9, sd=0.1),
        Whole(2, 5),
        Choice((2, 3, 5), weights=(0, 1, 0)),
    ],
)
@pytest.mark.parametrize("method", SAMPLES)
def test_every_spread_goes_with_every_method(spread, method):
    places = SAMPLES[method](16, 3, 1)
    values = spread.ppf(np.append(places.ravel(), [0.0, 1.0])).astype(float)
    assert np.isfinite(values).all()
    assert values.min() >= 2.0
    assert values.max() <= 5.0


def test_spreads_have_their_known_quantiles():
    # By hand: the triangle over 0 to 2 with its top at 1 has a quarter of its mass below sqrt(0.5)
    assert Triangular(0.0, 2.0, mode=1.0).ppf([0.25, 0.75]) == pytest.approx([0.5**0.5, 2 - 0.5**0.5])
    assert LogUniform(1.0, 16.0).ppf([0.25, 0.5]) == pytest.approx([2.0, 4.0])
    wide = Normal(-8.0, 8.0, mean=0.0, sd=1.0).ppf([0.025, 0.975])  # hardly cut: 1.96 either way
    assert wide == pytest.approx([-1.959964, 1.959964], abs=1e-6)
    half = Normal(0.0, 8.0, mean=0.0, sd=1.0).ppf([0.5])  # half a normal: its median is the upper quartile
    assert half == pytest.approx([0.67449], abs=1e-5)


def test_an_equal_design_has_an_equal_fingerprint(design):
    text = HEAD["grid"] + "[inputs.firms]\nwear = [0.006, 0.01]\n"
    same = design(text.replace("A test.", "Another reason.").replace("wear = [", "wear = [  "))
    prints = {
        design(text).fingerprint,
        design(text.replace("0.006", "0.007")).fingerprint,
        design(text.replace("seeds = 2", "seeds = 3")).fingerprint,
        design(text + "\n").fingerprint,
        design("months = 70\n" + text).fingerprint,
    }
    assert design(text).fingerprint == same.fingerprint
    assert len(prints) == 4


@pytest.mark.parametrize("name", sorted(path.stem for path in designs().glob("*.toml")))
def test_what_is_shipped_is_right(name):
    found = load_design(name)
    assert len(found) > 0
    text = (designs() / f"{name}.toml").read_text()
    assert re.search(r"Takes\s#?\s?about", text)  # says how long it takes


def test_designs_are_no_scenarios():
    with pytest.raises(UserError, match="no such file"):
        Scenario.load("sweeps/00_small")
    with pytest.raises(UserError, match=r"nothing: no such file\..* shipped design: 00_small"):
        load_design("nothing")


def test_a_folder_is_not_a_design(tmp_path):
    with pytest.raises(UserError, match=r"is a folder\. Name a design file"):
        load_design(tmp_path)
