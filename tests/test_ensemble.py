"""A comparison in all worlds of an ensemble: what is unknown and what is luck, who is best, and the shipped members."""

import json

import numpy as np
import pandas as pd
import pytest

from sim import Scenario
from sim.errors import UserError
from sim.study.ensemble import Ensemble, fitting_worlds, load_ensemble
from sim.study.ensemble_effects import (
    BEST_COLUMNS,
    ENSEMBLE_COLUMNS,
    NOTHING,
    best_frame,
    compare_ensemble,
    effects_frame,
    spread,
)
from sim.study.ensemble_text import ensemble_text, towns_frame, write_ensemble
from sim.study.simulate import Summary
from tests.commands import call
from tests.described import undescribed
from tests.towns import levers, town, with_policy

COLUMNS = ("market_share_local", "jobs_local_fte", "value_added_local_jt", "fill_local")
GAIN = {"training_only": 0.02, "access_only": 0.03, "both": 0.07}
BASE = Scenario.load("baseline")
WORLDS = [Scenario.load(name) for name in GAIN]


def invented(job):
    """Return means by hand: a gain that grows with the price elasticity of the world, and luck of the seed."""
    gain = GAIN.get(job.scenario.name, 0.0)
    luck = (0.001 if job.seed % 2 else -0.001) * bool(gain)
    share = 0.3 + gain * job.scenario["market.price_elasticity"] / 4.0 + luck
    return Summary(COLUMNS, np.array([share, 800.0 - 100.0 * gain, 2_000.0, np.nan]))


def members(*elasticities):
    return Ensemble("three", pd.DataFrame({"market.price_elasticity": elasticities}))


def compared(ensemble=None, worlds=WORLDS, seeds=2):
    return compare_ensemble(worlds, BASE, ensemble or members(2.0, 4.0, 6.0), seeds, workers=1, work=invented)


def row(frame, scenario, indicator="market_share"):
    return frame[(frame["scenario"] == scenario) & (frame["indicator"] == indicator)].iloc[0]


def test_every_member_has_seeds_of_its_own_and_scenarios_share_them():
    seen = []

    def noted(job):
        seen.append((job.scenario.name, job.seed, job.scenario["market.price_elasticity"]))
        return invented(job)

    compare_ensemble(WORLDS[:1], BASE, members(2.0, 4.0), 2, workers=1, work=noted)
    assert [one[1:] for one in seen[::2]] == [(1, 2.0), (2, 2.0), (3, 4.0), (4, 4.0)]
    assert [one[1:] for one in seen[1::2]] == [one[1:] for one in seen[::2]]
    assert [one[0] for one in seen[:2]] == ["baseline", "training_only"]


def test_the_two_spreads_are_told_apart():
    frame = effects_frame(compared())
    assert tuple(frame) == ENSEMBLE_COLUMNS
    one = row(frame, "access_only")
    # gains of 0.015, 0.03 and 0.045, and luck of 0.001 up or down
    assert one["effect"] == pytest.approx(0.03)
    assert one["sd_luck"] == pytest.approx(2.0**0.5 * 0.001)
    assert one["sd_parameters"] == pytest.approx((0.015**2 - 0.001**2) ** 0.5)
    assert one["share_parameters"] == pytest.approx(1.0 - 2e-6 / (0.015**2 + 1e-6))
    assert (one["members"], one["seeds"]) == (3, 2)
    assert one["chance_positive"] == one["chance_positive_member"] == 1.0
    assert (one["low"], one["high"]) == pytest.approx((0.0143, 0.0458), abs=0.0005)


def test_luck_alone_leaves_nothing_between_members():
    effects = np.random.default_rng(1).standard_normal((400, 4))
    between, luck = spread(effects)
    assert luck == pytest.approx(1.0, rel=0.05)
    assert between < 0.2
    between, luck = spread(effects + 3.0 * np.random.default_rng(2).standard_normal((400, 1)))
    assert between == pytest.approx(3.0, rel=0.1)


def test_the_interaction_is_what_both_do_beyond_their_sum():
    found = compared()
    assert found.interactions == {"both": ("training_only", "access_only")}
    one = row(effects_frame(found), "both: beyond training_only and access_only")
    assert one["effect"] == pytest.approx(0.02)
    assert one["chance_positive"] == 1.0
    assert compared(worlds=WORLDS[:2]).interactions == {}


def test_who_is_best_is_counted_town_by_town_and_nothing_at_all_may_be():
    frame = best_frame(compared())
    assert tuple(frame) == BEST_COLUMNS
    shares = frame[frame["indicator"] == "market_share"].set_index("scenario")["chance_best"]
    assert shares.to_dict() == {"training_only": 0.0, "access_only": 0.0, "both": 1.0, NOTHING: 0.0}
    jobs = frame[frame["indicator"] == "jobs"].set_index("scenario")["chance_best"]
    assert jobs[NOTHING] == 1.0
    ties = frame[frame["indicator"] == "value_added"].set_index("scenario")["chance_best"]
    assert ties.to_list() == [0.25] * 4
    for _, rows in frame.groupby(["indicator", "origin"]):
        assert rows["chance_best"].isna().all() or rows["chance_best"].sum() == pytest.approx(1.0)


def test_an_effect_without_a_value_has_no_numbers():
    one = row(effects_frame(compared()), "both", "fill")
    assert np.isnan(one["effect"])
    assert np.isnan(one["chance_positive"])


def test_everything_is_written_and_told(tmp_path):
    found = compared()
    write_ensemble(found, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"ensemble.csv", "best.csv", "towns.csv", "manifest.json"}
    assert json.loads((tmp_path / "manifest.json").read_text())["members"] == 3
    assert undescribed(tmp_path) == []
    towns = towns_frame(found)
    assert len(towns) == 3 * 3 * 2
    assert towns["market_share_local"].mean() == pytest.approx(0.04)
    said = ensemble_text(found)
    assert "3 worlds that the facts do not rule out, 2 pairs in each" in said
    assert "beyond" in said  # the long name may be wrapped
    assert max(map(len, said.splitlines())) <= 125


def test_a_scenario_that_sets_what_members_set_is_refused():
    other = BASE.changed({"market.price_elasticity": 5.0})
    object.__setattr__(other, "name", "dearer")
    with pytest.raises(UserError, match=r"dearer: changes market\.price_elasticity, which the members of the ensemble"):
        compared(worlds=[other])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("market.price_elasticit\n4\n5\n", ':1: market.price_elasticit: no such entry.* Did you mean "market.price'),
        ("market.price_elasticity\n4\nmany\n", "has a place without a number"),
        ("market.price_elasticity\n4\n", "has 1 members, and 2 or more are needed"),
        ("", "cannot be read"),
    ],
)
def test_a_wrong_file_of_members_is_refused(tmp_path, text, said):
    (tmp_path / "members.csv").write_text(text)
    with pytest.raises(UserError, match=said):
        load_ensemble(tmp_path)
    with pytest.raises(UserError, match="cannot be read"):
        load_ensemble(tmp_path / "nowhere.csv")


def test_the_command_compares_in_every_world(tmp_path, capsys):
    (tmp_path / "members.csv").write_text("market.price_elasticity,training.skill_gain\n3.5,0.05\n4.5,0.07\n")
    small = town()
    base, trained = tmp_path / "base.toml", tmp_path / "trained.toml"
    times = "".join(f"[{key}]\nvalue = {small[key]}\n" for key in small.changes)
    base.write_text(f'base = "baseline.toml"\nreason = "A test."\n{times}')
    trained.write_text(f'base = "training_only.toml"\nreason = "A test."\n{times}')
    words = ("compare", trained, "--against", base, "--ensemble", "--members", tmp_path, "--out", tmp_path / "out")
    code, out, _ = call(capsys, *words, "--seeds", 2, "--workers", 1)
    assert code == 0
    assert "2 worlds that the facts do not rule out, 2 pairs in each" in out
    assert len(pd.read_csv(tmp_path / "out" / "towns.csv")) == 4
    assert call(capsys, *words, "--pairs")[0] == 2
    assert call(capsys, "compare", trained, "--members", tmp_path)[0] == 2


def test_counts_of_a_member_stay_whole():
    both = Ensemble("two", pd.DataFrame({"market.price_elasticity": [3.5, 4.5], "buyer_stores.slots": [4, 5]}))
    assert both.world(BASE, 1)["buyer_stores.slots"] == 5


def test_a_world_is_the_scenario_with_what_the_member_sets():
    trained = with_policy(BASE, "training", levers("training"))
    world = members(2.0, 3.0).world(trained, 1)
    assert world["market.price_elasticity"] == 3.0
    assert world.uses == trained.uses


def test_only_the_baseline_is_known_to_fit_the_facts():
    assert fitting_worlds(BASE) == fitting_worlds(BASE.changed({"time.observed_months": 12})) == len(load_ensemble())
    assert fitting_worlds(BASE.changed({"firms.wear": 0.01})) == 0
    assert fitting_worlds(Scenario.load("tegal")) == 0
