"""Wrong design files: each is told its line, its key, and what is allowed."""

import pytest

from sim.errors import UserError
from sim.study.design_file import METHODS
from tests.designs import HEAD, WEAR, written

WRONG = [
    (
        "",
        [
            "method: is missing. Methods: grid, lhs, sobol, morris, sobol_indices, curves, list.",
            "reason: is missing or empty.",
        ],
    ),
    (
        HEAD["grid"].replace("grid", "gird") + WEAR,
        ['2: method: unknown method "gird". Did you mean "grid"? Methods:'],
    ),
    (HEAD["grid"] + "sedes = 3\n" + WEAR, ['4: sedes: unknown key. Did you mean "seeds"?']),
    (HEAD["grid"] + "points = 3\n" + WEAR + "levels = 2\n", ["4: points: is not for a grid design, only for lhs"]),
    (HEAD["grid"].replace("= 2", "= 0") + WEAR + "levels = 2\n", ["3: seeds: 0 is not allowed. Write how many"]),
    (HEAD["grid"].replace("= 2", "= [1, 0]") + WEAR + "levels = 2", ["3: seeds: a list is not allowed."]),
    (HEAD["grid"].replace("= 2", "= [1, 1]") + WEAR + "levels = 2", ["3: seeds: a list is not allowed."]),
    (HEAD["grid"].replace("= 2", "= true") + WEAR + "levels = 2", ["3: seeds: true is not allowed."]),
    (HEAD["grid"].replace("seeds = 2\n", "") + WEAR + "levels = 2", ["seeds: is missing. Write how many"]),
    (HEAD["grid"], ["inputs: are missing: there are no rows. Write [inputs.room.name]"]),
    (HEAD["grid"] + WEAR, ["4: firms.wear.levels: is missing. A grid needs levels"]),
    (HEAD["grid"] + WEAR + "levels = 1\n", ["5: firms.wear.levels: 1 is not allowed."]),
    (HEAD["grid"] + WEAR + "values = []\n", ["5: firms.wear.values: is missing."]),
    (HEAD["grid"] + WEAR + "values = [0.006, 0.006]\n", ["5: firms.wear.values: has a value twice."]),
    (HEAD["grid"] + WEAR + "values = [0.006, 0.9]\n", ["4: firms.wear: 0.9 per month is outside its range"]),
    (HEAD["grid"] + WEAR + 'values = ["much"]\n', ['4: firms.wear: "much" is not a number']),
    (
        HEAD["grid"] + "[inputs.firms]\nwear = 3\n",
        ["5: firms.wear: must be a table or a list of values."],
    ),
    (HEAD["lhs"].replace("= 8", "= 0") + WEAR, ["4: points: 0 is not allowed. Write a whole number from 1"]),
    (HEAD["lhs"].replace("= 8", "= 8.5") + WEAR, ["4: points: 8.5 is not allowed."]),
    (
        HEAD["sobol"].replace("= 8", "= 9") + WEAR,
        ["4: points: 9 is not a power of two, which sobol needs. Write 8 or 16"],
    ),
    (HEAD["lhs"] + "design_seed = 0\n" + WEAR, ["5: design_seed: 0 is not allowed."]),
    (HEAD["morris"].replace("replications = 2", "seeds = 2") + WEAR, ["3: seeds: is not for a morris design"]),
    (HEAD["morris"].replace("= 2", "= 0") + WEAR, ["3: replications: 0 is not allowed."]),
    (HEAD["morris"].replace("= 8", "= 1") + WEAR, ["4: points: 1 is too few trajectories for an interval."]),
    (HEAD["sobol_indices"].replace("= 32", "= 8") + WEAR, ["4: points: 8 is not a power of two of 32 or more."]),
    (HEAD["curves"].replace("= 5", "= 1") + WEAR, ["4: points: 1 is too few for a curve."]),
    (
        HEAD["lhs"] + "[inputs.firms.waer]\n",
        ['5: firms.waer: no such entry. Did you mean "firms.wear"? Write room.name'],
    ),
    (
        HEAD["lhs"] + "[inputs.policies.trainig]\nx = [1]\n",
        ['6: policies.trainig.x: no such policy. Did you mean "training"?'],
    ),
    (
        HEAD["lhs"] + "[inputs.policies.training]\nbudget = [1]\n",
        ['6: policies.training.budget: no such lever. Did you mean "budget_jt_year"? training has'],
    ),
    (HEAD["lhs"] + WEAR + "hihg = 1\n", ['6: firms.wear.hihg: unknown key. Did you mean "high"?']),
    (HEAD["lhs"] + WEAR + "high = 0.9\n", ["5: firms.wear: 0.9 per month is outside its range 0.004 to 0.02."]),
    (HEAD["lhs"] + WEAR + "low = 0.01\nhigh = 0.01\n", ["6: firms.wear.low: 0.01 is not below high = 0.01."]),
    (HEAD["lhs"] + WEAR + 'low = "a"\n', ['6: firms.wear.low: "a" is not a number.']),
    (HEAD["lhs"] + WEAR + "low = nan\n", ["6: firms.wear.low: nan is not a number."]),
    (
        HEAD["lhs"] + WEAR + 'dist = "nromal"\n',
        ['6: firms.wear.dist: unknown distribution "nromal". Did you mean "normal"?'],
    ),
    (HEAD["lhs"] + WEAR + 'dist = "normal"\n', ["5: firms.wear.sd: is missing. A normal spread needs it."]),
    (HEAD["lhs"] + WEAR + 'dist = "normal"\nsd = 0\n', ["7: firms.wear.sd: 0 must be above 0."]),
    (
        HEAD["lhs"] + WEAR + 'dist = "triangular"\nmode = 1\n',
        ["7: firms.wear.mode: 1 lies outside 0.004 to 0.02."],
    ),
    (HEAD["lhs"] + WEAR + "mode = 0.01\n", ["6: firms.wear.mode: does not go with uniform."]),
    (
        HEAD["lhs"] + '[inputs.outside.season_january]\ndist = "loguniform"\nlow = -1\n',
        ["7: outside.season_january.low: -1 has no logarithm."],
    ),
    (HEAD["lhs"] + WEAR + "values = [0.006]\nlow = 0.005\n", ["7: firms.wear.low: does not go with values."]),
    (
        HEAD["lhs"] + WEAR + "values = [0.006, 0.007]\nweights = [1]\n",
        ["7: firms.wear.weights: must be a list of numbers"],
    ),
    (
        HEAD["lhs"] + "[inputs.buyer_stores.number]\nlow = 1.5\n",
        ["6: buyer_stores.number.low: 1.5 is not a whole number."],
    ),
    (HEAD["lhs"] + "[inputs.policies.training]\nfrom = []\n", ["6: policies.training.from.values: is missing."]),
    (
        HEAD["lhs"] + "[inputs.policies.training]\nfirms_a_cohort = [5]\n",
        [f"5: policies.training.{key}: is missing" for key in ("budget_jt_year", "target", "from", "to")],
    ),
    (HEAD["lhs"] + 'every = ["frims.*"]\n', ['5: every: "frims.*" fits no number of the register.']),
    (HEAD["lhs"] + 'every = "firms.*"\n', ["5: every: must be a list of patterns"]),
    (HEAD["lhs"] + "inputs = 3\n", ["5: inputs: must be tables."]),
    (HEAD["lhs"] + 'scenarios = "both"\n' + WEAR, ["5: scenarios: must be a list of names or files"]),
    (HEAD["lhs"] + 'scenarios = ["bth"]\n' + WEAR, ['5: scenarios: bth: no such file. Did you mean "both"?']),
    (
        HEAD["lhs"] + 'scenarios = ["both", "both"]\n' + WEAR,
        ["5: scenarios: both and both are the same. Keep one."],
    ),
    (
        HEAD["lhs"] + "months = 60\n" + WEAR,
        ["5: months: 60 leaves none after the warm-up of 60 months in baseline."],
    ),
    (HEAD["lhs"] + "months = 0\n" + WEAR, ["5: months: 0 is not allowed. Write a whole number from 1 to 1200."]),
    (
        HEAD["lhs"] + "[fixed.firms]\ninsolvency_months = 99\n" + WEAR,
        ["6: firms.insolvency_months: 99 months is outside its range"],
    ),
    (
        HEAD["lhs"] + "[fixed.firms]\nwear = 0.006\n" + WEAR,
        ["7: firms.wear: is both fixed and an input. Keep one."],
    ),
    (HEAD["list"], ["rows: are missing. A list needs [[rows]], or scenarios, or both."]),
    (HEAD["list"] + "rows = 3\n", ["4: rows: must be a list of tables."]),
    (HEAD["list"] + "[[rows]]\nfirms.waer = 1\n", ['5: firms.waer: no such entry. Did you mean "firms.wear"?']),
    (HEAD["list"] + "[[rows]]\nfirms.wear = 1\n", ["5: firms.wear: 1.0 per month is outside its range"]),
    (HEAD["list"] + "[[rows]]\nfirms.wear = [1]\n", ["5: firms.wear: must be one value, not a list."]),
    (
        HEAD["list"] + "[[rows]]\nfirms.wear = 0.006\n[[rows]]\nfirms.insolvency_months = 4\n",
        ["6: firms.wear: is missing in this row.", "4: firms.insolvency_months: is missing in this row."],
    ),
    (
        HEAD["list"] + "[[rows]]\nfirms.wear = 0.006\n[[rows]]\nfirms.wear = 0.006\n",
        ["6: rows: says the same as row 0"],
    ),
    (
        HEAD["grid"]
        + 'scenarios = ["training_only"]\n[inputs.policies.training]\n'
        + 'from = ["2023-06", "2025-01"]\nto = ["2024-01", "2026-01"]\n',
        ['7: policies.training.to: "2024-01" is before from = "2025-01".'],
    ),
    (
        HEAD["grid"] + "[inputs.firms]\nwear = { levels = 2000 }\ninsolvency_months = { levels = 2000 }\n",
        ["4: inputs: make 4,000,000 rows"],
    ),
    (
        HEAD["lhs"] + WEAR + "levels = 3\n",
        ["6: firms.wear.levels: is not for a lhs design, which draws its values. Take it out."],
    ),
    (
        HEAD["grid"] + WEAR + "values = [0.006, 0.007]\nweights = [1, 9]\n",
        ["6: firms.wear.weights: is not for a grid design, which takes each value once. Take it out."],
    ),
    (
        HEAD["sobol_indices"] + 'second_order = "yes"\n' + WEAR,
        ['5: second_order: "yes" is not allowed. Write true or false, without quotes.'],
    ),
    (
        HEAD["morris"] + "second_order = true\n" + WEAR,
        ["5: second_order: is not for a morris design, only for sobol_i"],
    ),
    ("reason = 3\n[inputs", ["2: this is not valid TOML"]),
]


@pytest.mark.parametrize(("text", "told"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_design_is_told_where_and_what_is_allowed(tmp_path, text, told):
    with pytest.raises(UserError) as refused:
        written(tmp_path, text)
    found = [line.split("mine.toml:", 1)[-1].strip() for line in str(refused.value).splitlines()]
    assert len(found) == len(told), found
    for line, begins in zip(found, told, strict=True):
        assert line.startswith(begins)


def test_every_method_is_tried_here():
    assert set(HEAD) == set(METHODS)
