"""The page on policies says what the data beside it say, and the data are of the scenarios as they stand."""

import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest

from sim import Scenario
from sim.policies import catalogue
from sim.study.evidence import findings
from sim.study.intervals import paired
from sim.study.pairs import DEFAULT
from tests.policy_page import PAGE, TABLES, data, effects, ranked, renewed
from tests.policy_study import FOLDER, SHARE, again, alone, together
from tests.towns import long_interpreted

MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
TEXT = PAGE.read_text(encoding="utf-8")
SEEDS = data("seeds").set_index("seed")
RENEW = "run python -m tests.policy_study, then mend the words of docs/policies.md"


def test_the_tables_of_the_page_are_those_of_the_data():
    assert renewed(TEXT) == TEXT, "run python -m tests.policy_page"
    assert set(re.findall(r"<!-- table: (\w+) -->", TEXT)) == set(TABLES)


@pytest.mark.parametrize("name", MANIFEST["sha256"])
def test_the_data_are_whole(name):
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == MANIFEST["sha256"][name], RENEW


def test_the_data_are_of_the_scenarios_as_they_stand():
    baseline = Scenario.load("baseline")
    names, both = together(baseline)
    known = {one.name: one.fingerprint for one in (*alone(), *both.values())}
    assert MANIFEST["scenarios"] == known, RENEW
    assert MANIFEST["against"] == {"baseline": baseline.fingerprint}, RENEW
    assert names == list(DEFAULT)


def test_every_policy_and_every_pair_is_measured_on_a_hundred_seeds():
    assert MANIFEST["seeds"] == len(SEEDS) >= 100
    assert list(SEEDS.index) == list(range(1, len(SEEDS) + 1))
    assert set(ranked()) == set(catalogue())
    assert set(data("evidence")["policy"]) == {one.policy for one in findings()}
    for table in ("effects", "displacement", "additionality", "pairs"):
        assert (data(table)["pairs"] == MANIFEST["seeds"]).all(), table


def test_effects_and_interactions_are_those_of_the_runs():
    effects, pairs = data("effects"), data("pairs")
    for row in effects[effects["indicator"] == "market_share"].itertuples():
        found, _ = paired(SEEDS[row.scenario].to_numpy(), SEEDS["baseline"].to_numpy())
        np.testing.assert_allclose([row.difference, row.low, row.high], [found.mean, found.low, found.high], rtol=1e-9)
    for row in pairs[pairs["indicator"] == SHARE].itertuples():
        both = SEEDS[f"{row.first} + {row.second}"]
        beyond = both + SEEDS["baseline"] - SEEDS[row.first] - SEEDS[row.second]
        np.testing.assert_allclose(row.interaction, beyond.mean(), rtol=1e-9, atol=1e-12)


def test_the_words_of_the_page_hold():
    known, found = effects()["difference"], data("evidence").set_index(["scenario", "measure"])
    for name, part in (("equipment", 1 / 20), ("credit", 1 / 9)):  # spends a twentieth, a ninth of its budget
        [use] = Scenario.load(f"policies/{name}").uses
        assert 12 * known[name, "spending", ""] / use.levers["budget_jt_year"] == pytest.approx(part, rel=0.1)
    assert {name for name in catalogue() if known[name, "jobs", "local"] < 0} == {"coaching", "training"}
    for name in ("store_access", "partnership", "tkdn"):  # fewer points than coaching, as much value added or more
        assert known[name, "market_share", "local"] < known["coaching", "market_share", "local"]
        assert known[name, "value_added", "local"] > 0.98 * known["coaching", "value_added", "local"]
    inside = {key: row["found_low"] <= row["twin"] <= row["found_high"] for key, row in found.iterrows()}
    assert inside["store_access", "profit_jt"]
    assert inside["training", "profit_jt"]
    assert not inside["training", "revenue_jt"]
    assert not inside["equipment", "return"]
    assert (
        found.loc[("store_access", "profit_jt"), "contrast_low"]
        > found.loc[("store_access", "profit_jt"), "found_high"]
    )


def test_the_pictures_show_every_policy_and_every_pair():
    for name in ("cost", "pairs"):
        drawn = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
        for policy in catalogue() if name == "cost" else DEFAULT:
            assert catalogue()[policy].title_en in drawn, (name, policy)


@pytest.mark.long
def test_a_sample_of_the_runs_comes_out_the_same_to_the_last_bit():
    seeds = (1, 58, 100)
    names = list(SEEDS.columns)
    sample = [*names[:17], *names[17::6]]
    found = pd.DataFrame(again(sample, seeds), index=seeds, columns=sample)
    pd.testing.assert_frame_equal(found, SEEDS.loc[list(seeds), sample], check_exact=True, check_names=False)


@long_interpreted
def test_one_pair_of_runs_comes_out_the_same_to_the_last_bit():
    names = ["baseline", "store_access"]
    assert again(names, [7]).tolist() == [SEEDS.loc[7, names].tolist()]
