"""Calibration: emulators, what rules out, the region that is left, its file, and the ensemble that comes of it."""

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
from sim.study.calibration.emulator import Emulator, Runs, emulators, luck_variance
from sim.study.calibration.plan_file import load_calibration
from sim.study.calibration.region import Crowd, Wave, narrowed
from sim.study.calibration.results import moments_frame, ranges_frame, results_text, waves_frame, write_results
from sim.study.calibration.targets import CUTOFF, Target, calibration_facts, target_of
from sim.study.calibration.waves import Plan, history_match
from sim.study.ensemble import load_ensemble
from sim.study.patterns import HELD_OUT, MISS, PROGRAMMES_KIND, patterns
from sim.study.pools import InProcess
from sim.study.sampling import latin_design
from tests.commands import call
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


def bent(points):
    """Return a smooth function of two inputs of the unit cube."""
    return np.sin(3.0 * points[:, 0]) + points[:, 1] ** 2


def points(number, inputs=2, seed=1):
    return latin_design([f"x{one}" for one in range(inputs)], number, seed=seed).unit


def learnt(number=60, noise=0.0, low=0.5, high=0.5, sd=0.05):
    """Return an emulator of the bent function, from runs with luck."""
    x = points(number)
    luck = noise * np.random.default_rng(1).standard_normal((number, 2))
    return emulators(Runs(x, {"y": bent(x)[:, None] + luck}), [Target("y", low, high, sd)])[0]


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


# Emulators


def test_an_emulator_learns_a_function_and_knows_how_well():
    one, x = learnt(low=-2.0, high=-2.0, sd=1.0), points(200, seed=2)
    mean, variance = one.expect(x)
    assert np.abs(mean - bent(x)).max() < 0.02
    one, x = learnt(number=100, noise=0.2, low=-2.0, high=-2.0, sd=1.0), points(400, seed=2)
    mean, variance = one.expect(x)
    away = np.abs(mean - bent(x)) / np.sqrt(variance)
    assert (away < 3.0).mean() > 0.98


def test_an_emulator_of_a_constant_says_the_constant():
    x = points(30)
    one = emulators(Runs(x, {"y": np.full((30, 2), 7.0)}), [Target("y", 6.0, 6.0, 0.5)])[0]
    assert one.process is None
    assert one.expect(x)[0] == pytest.approx(7.0)
    assert one.implausibility(x) == pytest.approx(2.0)


def test_a_moment_that_rules_nothing_out_keeps_its_trend_and_the_spread_about_it():
    x = points(60)
    quiet = emulators(Runs(x, {"y": bent(x)[:, None]}), [Target("y", 0.0, 2.0, 1.0)])[0]
    assert quiet.process is None
    mean, variance = quiet.expect(x)
    assert variance == pytest.approx(((bent(x) - mean) ** 2).mean())
    assert learnt().process is not None


def test_implausibility_holds_emulator_fact_and_luck():
    class Process:
        def predict(self, x, return_std):
            return np.zeros(len(x)), np.full(len(x), 3.0)

    one = Emulator(Target("y", 0.0, 1.0, 4.0), np.array([27.0, 0.0]), Process(), 1.0, 144.0, np.zeros((2, 2)))
    # 26 above the range, against the root of 3² + 4² + 12² = 13²; without luck against 5, with a quarter root(61)
    assert one.implausibility(np.zeros((1, 1)))[0] == pytest.approx(2.0)
    assert one.implausibility(np.zeros((1, 1)), luck_part=0.0)[0] == pytest.approx(5.2)
    assert one.implausibility(np.zeros((1, 1)), luck_part=0.25)[0] == pytest.approx(26.0 / 61.0**0.5)


def test_luck_is_what_replications_disagree_about():
    assert luck_variance(np.array([[1.0, 3.0], [10.0, 10.0]])) == pytest.approx(1.0)
    assert luck_variance(np.array([[1.0], [10.0]])) == 0.0


def test_a_moment_without_values_is_refused_by_name():
    x = points(30)
    values = np.full((30, 2), np.nan)
    values[:19] = 1.0
    with pytest.raises(UserError, match="Moment y: 19 of 30 points have a value"):
        emulators(Runs(x, {"y": values}), [Target("y", 0.0, 0.0, 1.0)])


def test_points_without_a_value_are_left_out_of_their_moment():
    x = points(60)
    values = np.repeat(bent(x)[:, None], 2, axis=1)
    values[::6, 0] = np.nan
    one = emulators(Runs(x, {"y": values}), [Target("y", -2.0, -2.0, 1.0)])[0]
    assert np.abs(one.expect(x)[0] - bent(x)).max() < 0.05


# The region


def test_one_moment_alone_rules_nothing_out_with_rank_two():
    near, far = learnt(low=0.0, high=2.0), learnt(low=9.0, high=9.0)
    x = points(50, seed=3)
    assert not Wave([near, far], 1).keeps(x, CUTOFF).any()
    assert Wave([near, far], 2).keeps(x, CUTOFF).all()
    assert not Wave([near, far, far], 2).keeps(x, CUTOFF).any()
    assert (Wave([near, far], 2).worst(x) == near.implausibility(x)).all()


def test_a_crowd_is_spread_evenly_over_a_thin_region():
    # y is the mean of five inputs: what is left is a slice of the cube, all of it equally likely
    trend = np.array([0.0, *[0.2] * 5])
    one = Emulator(Target("y", 0.2, 0.2, 0.005), trend, None, 0.0, 0.0, np.zeros((6, 6)))
    start = Crowd(points(2000, inputs=5, seed=4), 1.0)
    left = narrowed(start, [Wave([one], 1)], CUTOFF, seed=1)
    mean = left.points.mean(axis=1)
    assert left.points.shape == start.points.shape
    assert (np.abs(mean - 0.2) <= 0.015 + 1e-12).all()
    fair = np.random.default_rng(1).random((1_000_000, 5))
    fair = fair[np.abs(fair.mean(axis=1) - 0.2) <= 0.015]
    assert left.share == pytest.approx(len(fair) / 1_000_000, rel=0.2)
    assert left.points.mean(axis=0) == pytest.approx(fair.mean(axis=0), abs=0.02)
    assert left.points.std(axis=0) == pytest.approx(fair.std(axis=0), abs=0.02)
    assert ((left.points >= 0.0) & (left.points <= 1.0)).all()


def test_nothing_left_is_said():
    x = points(40)
    one = emulators(Runs(x, {"y": bent(x)[:, None]}), [Target("y", 40.0, 40.0, 0.01)])[0]
    with pytest.raises(UserError, match=r"Nothing is left: below .* of the ranges"):
        narrowed(Crowd(points(200, seed=4), 1.0), [Wave([one], 1)], CUTOFF, seed=1)


def test_waves_stop_when_nothing_more_is_ruled_out_and_are_the_same_again():
    def run(number, x):
        return {"y": np.repeat(bent(x)[:, None], 2, axis=1)}

    target = [Target("y", 0.5, 0.5, 0.05)]
    first, again = (list(history_match(["a", "b"], target, run, Plan(40, rank=1, crowd=300))) for _ in range(2))
    assert 1 < len(first) < Plan(40).most_waves
    assert first[-1].crowd.share > 0.9 * first[-2].crowd.share
    assert [one.crowd.share for one in first] == [one.crowd.share for one in again]
    assert (first[-1].crowd.points == again[-1].crowd.points).all()
    assert (np.abs(bent(first[-1].crowd.points) - 0.5) < 0.2).all()


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
