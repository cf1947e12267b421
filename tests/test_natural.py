"""The mill's outage, with it and without: what it moves, in which direction, and when it is over."""

import pandas as pd
import pytest

from sim import Scenario
from sim.study.natural import NATURAL_COLUMNS, WATCHED, natural_experiment, natural_table
from sim.study.natural import write as write_natural
from tests.described import undescribed
from tests.towns import INTERPRETED, SCALE

SEEDS = 2 if INTERPRETED else 6


@pytest.fixture(scope="module")
def found():
    """The experiment in a small town whose mills feed it alone."""
    worlds = []
    for name in ("baseline", "no_outage"):
        world = Scenario.load(name).changed(
            {"town.scale": SCALE, "time.warm_up_months": 12, "time.observed_months": 40}
        )
        worlds.append(world)
    return natural_experiment(*worlds, SEEDS, workers=1)


@pytest.fixture(scope="module")
def effects(found):
    return found.table


def during(effects, indicator):
    return effects[(effects["period"] == "during") & (effects["indicator"] == indicator)].iloc[0]


def test_every_indicator_stands_in_both_periods(effects):
    assert tuple(effects) == NATURAL_COLUMNS
    for period in ("during", "after"):
        assert list(effects[effects["period"] == period]["indicator"]) == list(WATCHED)


def test_the_mill_loses_what_the_register_says_and_gets_it_back(effects):
    world = Scenario.load("baseline")
    mill = {key: world[f"mill_krakatau_steel.{key}"] for key in ("capacity_t", "utilisation", "outage_loss")}
    lost = mill["capacity_t"] * mill["utilisation"] * mill["outage_loss"]
    found = during(effects, "mill_output_t")
    assert found["effect"] == pytest.approx(-lost)
    after = effects[(effects["period"] == "after") & (effects["indicator"] == "mill_output_t")].iloc[0]
    assert after["effect"] == 0.0


def test_small_firms_get_less_from_the_mills_and_make_it_up_at_dealers(effects):
    for origin in ("local", "external"):
        assert during(effects, f"steel_direct_{origin}_t")["effect"] < 0.0
        assert during(effects, f"steel_distributor_{origin}_t")["effect"] > 0.0
    direct, dealers = (during(effects, f"steel_{way}_external_t")["effect"] for way in ("direct", "distributor"))
    assert abs(direct + dealers) < 0.5 * abs(direct)


def test_every_pair_stands_behind_the_table(found, effects):
    assert found.seeds["seed"].tolist() == list(range(1, SEEDS + 1))
    for name in WATCHED:
        assert found.seeds[name].mean() == pytest.approx(during(effects, name)["effect"])


def test_the_table_is_told_and_written(found, tmp_path):
    said = natural_table(found)
    assert "during the outage" in said
    assert "market_share_local" in said
    write_natural(found, tmp_path)
    for name, table in (("natural.csv", found.table), ("natural_seeds.csv", found.seeds)):
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / name), table)
    assert undescribed(tmp_path) == []
