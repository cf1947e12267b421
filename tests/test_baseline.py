"""Results change only on purpose: a few numbers of a few small towns are the same as when they were last frozen."""

import pandas as pd

from tests.freeze import FILE, INDICATORS, SEEDS, summary

ADVICE = (
    "Results have changed. If that is meant, run `python -m tests.freeze` and add a line that begins with"
    " 'Changes results' to CHANGELOG.md; if it is not, find what moved them."
)


def test_the_baseline_is_as_it_was_frozen():
    frozen, now = pd.read_csv(FILE), summary()
    assert list(now.columns) == list(frozen.columns), ADVICE
    assert now[["scenario", "seed", "month"]].equals(frozen[["scenario", "seed", "month"]]), ADVICE
    # another machine's exp and log may differ in the last bit
    off = ((now[INDICATORS] - frozen[INDICATORS]).abs() > 1e-9 + 1e-6 * frozen[INDICATORS].abs()).any()
    assert off[off].index.tolist() == [], ADVICE


def test_the_frozen_numbers_are_of_different_seeds_and_scenarios():
    frozen = pd.read_csv(FILE)
    assert set(frozen["seed"]) == set(SEEDS)
    last = frozen[frozen["month"] == frozen["month"].max()]
    assert last["value_added_local_jt"].nunique() == len(last)
    assert (last[last["scenario"] == "both"]["spending_jt"] >= 0).all()
