"""Calibration: the facts it may use, its file, and the ensemble that comes of it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim import cli
from sim.errors import UserError
from sim.report.plots_calibration import UNITS, calibration_files, ranges_left, ruling_facts
from sim.report.style import look
from sim.study.calibration.calibrate import calibrate, misses
from sim.study.calibration.plan_file import load_calibration
from sim.study.calibration.results import moments_frame, ranges_frame, results_text, waves_frame, write_results
from sim.study.calibration.targets import CUTOFF, Target, calibration_facts, target_of
from sim.study.ensemble import load_ensemble
from sim.study.patterns import HELD_OUT, MISS, PROGRAMMES_KIND, patterns
from sim.study.pools import InProcess
from tests.commands import call
from tests.described import undescribed
from tests.invented_moments import MOMENTS, counted, invented

TINY = """
reason = "A test."
points = 30
replications = 2
most_waves = 2
rank = 1
crowd = 200
candidates = 50
candidate_seeds = 2
members = 20
moments = ["exits_local", "mean_size"]
free = ["training.skill_gain"]

[inputs.firms.exit_rate]

[inputs.firms.output_t_fte]
"""


def calibration(folder, text=TINY, name="tiny"):
    path = folder / f"{name}.toml"
    path.write_text(text)
    return load_calibration(path)


def found(folder, text=TINY, **options):
    options = {"executor": InProcess, "say": lambda _: None, "work": invented} | options
    return calibrate(calibration(folder, text), folder / "out", workers=1, **options)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A calibration of invented moments, and its folder."""
    folder = tmp_path_factory.mktemp("calibration")
    return found(folder), folder / "out"


# Facts


def test_only_facts_that_are_not_held_out_are_matched():
    expected = {one.key for one in patterns() if one.use != HELD_OUT and one.kind != PROGRAMMES_KIND}
    assert {one.key for one in calibration_facts()} == expected


def test_a_fact_rules_out_where_the_card_says_miss():
    for fact in calibration_facts():
        target, end = target_of(fact), fact.high if np.isfinite(fact.high) else fact.low
        sign = 1.0 if np.isfinite(fact.high) else -1.0
        for away, verdict in ((1.99, False), (2.01, True)):
            value = end + sign * away * fact.tolerance
            assert (fact.verdict(value) == MISS) == verdict
            assert bool(abs(target.distance(value)) > CUTOFF * target.sd) == verdict


# The file


def test_the_shipped_calibration_matches_all_facts_that_it_may():
    plan = load_calibration("town")
    assert {one.key for one in plan.targets} == {one.key for one in calibration_facts()}
    assert not {one.name for one in plan.inputs} & {one.name for one in plan.free}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"exits_local"', '"survival_five"', 11, "moments: survival_five is held out"),
        ('"exits_local"', '"exit_local"', 11, 'moments: no such fact: "exit_local". Did you mean "exits_local"?'),
        ("points = 30", "points = 3", 3, "points: 3 is not allowed. Write a whole number from 20 to 5000"),
        ("points = 30", "point = 30", 3, 'point: unknown key. Did you mean "points"?'),
        ('reason = "A test."', "", 0, "reason: is missing or empty"),
        ("rank = 1", "rank = 3", 6, "rank: 3 is more than the 2 moments"),
        ('"training.skill_gain"', '"training.skil"', 12, '"training.skil" fits no number'),
        ('"training.skill_gain"', '"firms.exit_rate"', 14, "firms.exit_rate: is both matched and free"),
        ("firms.exit_rate", "firms.exit_rat", 14, 'no such entry. Did you mean "firms.exit_rate"?'),
        ("[inputs.firms.exit_rate]", "[inputs.policies.training.firms_a_cohort]", 14, "is a lever"),
        ("[inputs.firms.exit_rate]", "[inputs.firms.exit_rate]\nlow = -4", 14, "-4.0 per month is outside"),
        ("points = 30", 'points = 30\nscenario = "both"', 4, "both has policies in force"),
        ("points = 30", 'points = 30\nscenario = "bot"', 4, "bot: no such file"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path, old, new, line, said):
    with pytest.raises(UserError) as problem:
        calibration(tmp_path, TINY.replace(old, new))
    message = str(problem.value)
    assert said in message
    assert message.startswith(f"{tmp_path / 'tiny.toml'}:{line}:" if line else str(tmp_path / "tiny.toml"))


def test_one_input_is_too_few(tmp_path):
    with pytest.raises(UserError, match="inputs: are fewer than two"):
        calibration(tmp_path, TINY.replace("[inputs.firms.output_t_fte]", ""))


# A whole calibration


def test_members_fit_the_facts_and_the_waves_narrow(tiny):
    result, _ = tiny
    exits, size = (next(one for one in patterns() if one.key == key) for key in MOMENTS)
    rates, output = (result.members[key].to_numpy() for key in ("firms.exit_rate", "firms.output_t_fte"))
    assert (np.abs(12.0 * rates - exits.high) < 2.3 * exits.tolerance).all()
    assert ((2.0 / output > size.low - 2.3 * size.tolerance) & (2.0 / output < size.high + 2.3 * size.tolerance)).all()
    assert 0.0 < result.fitting <= result.share < 0.8
    assert waves_frame(result)["share_left"].is_monotonic_decreasing


def test_the_scenario_itself_is_a_member_if_it_fits(tiny, tmp_path):
    result, _ = tiny
    own = result.calibration.scenario
    assert result.scenario_fits
    first = result.members.iloc[0]
    assert all(first[key] == own[key] for key in ("firms.exit_rate", "firms.output_t_fte", "training.skill_gain"))
    narrow = TINY.replace("[inputs.firms.exit_rate]", "[inputs.firms.exit_rate]\nhigh = 0.007")
    assert found(tmp_path, text=narrow).scenario_fits is None


def test_free_inputs_fill_their_range(tiny):
    result, _ = tiny
    low, high = result.calibration.scenario.parameters["training.skill_gain"].range
    drawn = np.sort((result.members["training.skill_gain"].to_numpy()[1:] - low) / (high - low))
    assert np.diff(drawn).max() < 3.0 / len(drawn)


def test_a_calibration_is_continued_and_gives_the_same(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("KOTABAJA_TEST_RUNS", str(tmp_path / "runs"))
    (tmp_path / "runs").mkdir()
    first = found(tmp_path, work=counted)
    runs = len(list((tmp_path / "runs").iterdir()))
    assert runs == 2 * sum(len(one.points) for one in first.waves) + 2 * len(first.places)
    again = found(tmp_path, work=counted)
    assert len(list((tmp_path / "runs").iterdir())) == runs
    pd.testing.assert_frame_equal(first.members, again.members, check_exact=True)
    pd.testing.assert_frame_equal(tiny[0].members, again.members, check_exact=True)


def test_results_are_written_with_their_making(tiny):
    result, folder = tiny
    write_results(result, folder, calibration_files(result))
    told = json.loads((folder / "manifest.json").read_text())
    assert told["members"] == len(result.members) == len(pd.read_csv(folder / "members.csv"))
    assert told["scenario_is_member"] is True
    assert told["moments"]["exits_local"][0] == 0.083
    assert {"ranges.svg", "moments.svg", "pairs.svg", "ranges.png"} <= {path.name for path in folder.iterdir()}
    assert len(load_ensemble(folder)) == len(result.members)
    assert [one for one in undescribed(folder) if "/" not in one] == []
    assert "baseline is one of them" in results_text(result)
    assert set(moments_frame(result)["moment"]) == set(MOMENTS)
    assert list(ranges_frame(result)["matched"]) == [1, 1, 0]


def test_the_pictures_of_a_calibration_are_drawn_in_both_languages(tiny):
    result, _ = tiny
    ranges, moments = ranges_frame(result), moments_frame(result)
    assert set(ranges["unit"]) <= set(UNITS)
    for code, words in (("en", ("least", " to ", "wave 1")), ("id", ("terkecil", " s.d. ", "gelombang 1"))):
        with look():
            drawn = ranges_left(ranges, result.members, language=code)
            grid = ruling_facts(moments, language=code)
        told = [one.get_text() for ax in (drawn, grid) for one in (*ax.get_xticklabels(), *ax.texts)]
        assert [word for word in words if not any(word in one for one in told)] == []
    said = {code: calibration_files(result, code)["ranges.svg"] for code in ("en", "id")}
    assert said["en"] != said["id"]


def test_too_few_that_fit_are_no_ensemble(tmp_path):
    plan = calibration(tmp_path)
    plan = replace(plan, targets=(replace(plan.targets[0], sd=1e-4), plan.targets[1]), members=1)
    with pytest.raises(UserError, match="candidates fit: too few for an ensemble"):
        calibrate(plan, tmp_path / "out", workers=1, executor=InProcess, say=print, work=invented)


def test_a_point_without_a_value_misses_its_fact():
    moments = {"y": np.array([[1.0, np.nan], [1.0, 1.2]])}
    assert misses((Target("y", 1.0, 1.0, 0.1),), moments, CUTOFF).tolist() == [1, 0]


def test_a_wrong_file_ends_the_command_with_its_message(tmp_path, capsys):
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace("points = 30", "points = 3"))
    code, _, err = call(capsys, "calibrate", path, "--out", tmp_path / "out")
    assert code == 2
    assert err.startswith(f"{path}:3: points: 3 is not allowed.")
    assert cli.main(["calibrate", "nowhere"]) == 2


@pytest.mark.long
def test_the_command_calibrates_a_small_town(tmp_path, capsys):
    scenario = tmp_path / "small.toml"
    scenario.write_text(
        'base = "baseline.toml"\nreason = "A test."\n[town.scale]\nvalue = 0.1\n'
        "[time.warm_up_months]\nvalue = 12\n[time.observed_months]\nvalue = 24\n"
    )
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace("rank = 1", f'rank = 2\nscenario = "{scenario}"'))
    code, out, _ = call(capsys, "calibrate", path, "--out", tmp_path / "out", "--workers", 1)
    assert code == 0
    assert "not ruled out" in out
    assert len(load_ensemble(tmp_path / "out")) >= 2
