"""Second-order Sobol' indices: what two inputs do only together, for a function and from a design file."""

from itertools import combinations
from math import sqrt

import numpy as np
import pandas as pd
import pytest

from sim.study import sensitivities
from sim.study.labels import input_labels
from sim.study.sensitivity import analyse_sobol, sobol_design, sobol_indices
from tests.designs import HEAD, written
from tests.known_functions import HALF, IDLE, ISHIGAMI, SOBOL_G, SOME, luck

TOGETHER = ISHIGAMI.truth("three", "ST")  # the third input acts only with the first
INPUTS = "[inputs.market.price_elasticity]\n[inputs.firms.wear]\n[inputs.buyer_stores.slots]\n"


def pairs(table):
    """Return the rows of second order by their two inputs."""
    return {(row["input"], row["other"]): row for row in table.attrs["second_order"]}


def holds(row, truth):
    return row["S2_low"] <= truth <= row["S2_high"]


def truth_of(pair):
    return TOGETHER if pair == ("one", "three") else 0.0


def test_the_pairs_of_ishigami_lie_in_their_intervals():
    found = pairs(sobol_indices(ISHIGAMI.outcome(), ISHIGAMI.inputs, 1024, 1, second_order=True, resamples=SOME))
    assert list(found) == list(combinations(ISHIGAMI.names, 2))
    assert all(holds(row, truth_of(pair)) for pair, row in found.items())
    assert {pair: row["S2"] for pair, row in found.items()} == pytest.approx(
        {pair: truth_of(pair) for pair in found}, abs=0.05
    )
    assert found["one", "three"]["S2_low"] > 0.1


def test_the_pairs_of_sobol_g_are_products_of_its_first_indices():
    found = pairs(sobol_indices(SOBOL_G.outcome(), SOBOL_G.inputs, 512, 1, second_order=True, resamples=SOME))
    for (one, other), row in found.items():
        assert holds(row, SOBOL_G.truth(one, "S1") * SOBOL_G.truth(other, "S1") * SOBOL_G.variance), (one, other)


def test_luck_does_not_look_like_two_inputs_together():
    found = pairs(sobol_indices(ISHIGAMI.outcome(HALF), ISHIGAMI.inputs, 512, second_order=True, resamples=SOME))
    assert holds(found["one", "three"], TOGETHER)
    assert found["one", "three"]["S2"] == pytest.approx(TOGETHER, abs=0.15)
    assert holds(found["two", IDLE], 0.0)


def test_intervals_hold_the_true_pairs_as_often_as_they_say():
    hits = []
    for seed in range(1, 61):
        design = sobol_design(ISHIGAMI.names, 128, 2, seed, second_order=True, dummy=False)
        table = analyse_sobol(design, ISHIGAMI.outcomes(design, HALF), seed, resamples=SOME)
        hits.append([holds(row, truth_of(pair)) for pair, row in pairs(table).items()])
    assert np.mean(hits, axis=0).min() >= 0.90


@pytest.fixture
def ishigami_town(monkeypatch):
    """Let the indicator be Ishigami's function of a design's three inputs, with luck of half its variance."""

    def outcomes(_folder, design, _column):
        unit = design.plan.unit[:, :3].T
        deviation = sqrt(HALF * ISHIGAMI.variance)
        values = ISHIGAMI.function(*unit, 0.0)[:, None] + deviation * luck(design.plan.seeds)
        return values[None]

    monkeypatch.setattr("sim.study.questions.outcomes", outcomes)


def test_a_design_file_asks_for_pairs_and_they_are_written_and_told(tmp_path, ishigami_town):
    text = HEAD["sobol_indices"].replace("= 32", "= 1024")
    plain, design = (written(tmp_path, text + more + INPUTS) for more in ("", "second_order = true\n"))
    assert (plain.rows, design.rows) == (1024 * 6, 1024 * 10), "three inputs and the dummy"
    found = sensitivities.analyse(design, "nowhere", ["market_share_local"])
    labels = input_labels(design)
    sensitivities.write(found, tmp_path, labels, {})
    kept = pd.read_csv(tmp_path / "indices.csv")
    second = kept[kept["index"] == "S2"].set_index("input")
    assert list(second.index) == [" with ".join(pair) for pair in combinations(plain.plan.names[:3], 2)]
    row = second.loc["market.price_elasticity with buyer_stores.slots"]
    assert row["low"] < TOGETHER < row["high"]
    assert row["value"] == second["value"].max()
    assert set(kept.loc[kept["method"] == "sobol", "index"]) == {"S1", "ST", "S2"}
    told = sensitivities.text(found, {})
    together = told.index("What two inputs do only together")
    assert told.index("market.price_elasticity with buyer_stores.slots") > together
    assert "only together" not in sensitivities.text(sensitivities.analyse(plain, "", ["market_share_local"]), {})
