"""What a calibration rules out: emulators, implausibility, the region that is left, and when waves stop."""

import numpy as np
import pytest

from sim.errors import UserError
from sim.study.calibration.emulator import Emulator, Runs, emulators, luck_variance
from sim.study.calibration.region import Crowd, Wave, narrowed
from sim.study.calibration.targets import CUTOFF, Target
from sim.study.calibration.waves import Plan, history_match
from sim.study.sampling import latin_design


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
