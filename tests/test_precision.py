"""How many pairs: stopping rules and intervals that hold together, tried on differences whose truth is known."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.errors import UserError
from sim.study.intervals import chance_higher, interval, proportion
from sim.study.precision import Precision, pairs_needed, until_precise
from sim.study.simultaneous import simultaneous
from tests.towns import INTERPRETED

FEW = 200 if INTERPRETED else 999


def stop(rule, differences):
    """Return the verdict at which a study with this rule stops."""
    for look in rule.looks:
        found = rule.verdict(differences[:look])
        if found.reached:
            break
    return found


def coverage(rule, draw, truth, studies, seed=1):
    """Return how often the interval at the stop holds the truth, and the mean number of pairs."""
    luck = np.random.default_rng(seed)
    found = [stop(rule, truth + draw(luck, rule.most)).interval for _ in range(studies)]
    return np.mean([one.low <= truth <= one.high for one in found]), np.mean([one.pairs for one in found])


def normal(deviation):
    return lambda luck, size: deviation * luck.normal(size=size)


# When to stop


def test_a_study_stops_when_two_looks_in_a_row_are_narrow():
    rule = Precision(share=0.1, most=50)
    assert rule.looks == (10, 12, 15, 18, 22, 27, 33, 40, 48, 50)
    wide_at_ten = np.array([10.0, 10.4, 9.6, 10.2, 9.8, 10.0, 7.5, 12.5, 10.0, 10.0, *[10.0, 10.2] * 20])
    half = [(one.high - one.low) / 2 / one.mean for one in (interval(wide_at_ten[:n]) for n in (10, 12, 15))]
    assert half[0] < 0.1
    assert half[1] < 0.1
    assert [rule.verdict(wide_at_ten[:n]).reached for n in (10, 12)] == [False, True]
    narrower = Precision(share=half[1] * 1.001, most=50)  # narrow at 12 for the first time
    assert [narrower.verdict(wide_at_ten[:n]).reached for n in (10, 12, 15)] == [False, False, True]
    assert narrower.verdict(wide_at_ten[:15]).reason.startswith("half-width within")


def test_the_floor_stops_a_study_of_no_effect():
    nothing = np.array([0.1, -0.1] * 100)
    assert not stop(Precision(share=0.1), nothing).reached
    assert stop(Precision(share=0.1), nothing).reason == "not precise enough at 200 pairs"
    found = stop(Precision(share=0.1, floor=0.1), nothing)
    assert (found.reached, found.reason, found.interval.pairs) == (True, "half-width within the floor of 0.1", 12)


def test_at_the_most_one_narrow_look_is_enough_and_pairs_without_a_value_do_not_count():
    assert Precision(fewest=10, most=10).verdict([1.0, 1.01] * 5).reached
    few = [1.0, 1.01] * 4 + [math.nan] * 4
    assert Precision(most=12).verdict(few).reached is False
    assert Precision(most=12).verdict(few).interval.pairs == 8


def test_pairs_are_run_until_all_is_known_or_the_most_is_run():
    asked = []
    luck = np.random.default_rng(3).normal(size=(2, 100))

    def pairs(first, last):
        asked.append((first, last))
        part = luck[:, first - 1 : last]
        return {"sure": 10.0 + part[0], "unsure": 1.0 + part[1], "unasked": part[0]}

    found = until_precise(pairs, {"sure": Precision(0.1, most=100), "unsure": Precision(0.1, floor=0.4, most=100)})
    assert list(found) == ["sure", "unsure"]
    assert all(one.reached for one in found.values())
    assert [last for _, last in asked] == list(Precision(most=100).looks[: len(asked)])
    assert [first for first, _ in asked] == [1, *(last + 1 for _, last in asked[:-1])]
    together = found["sure"].interval
    assert together.pairs == found["unsure"].interval.pairs == asked[-1][1] > 12
    assert together == interval(10.0 + luck[0, : together.pairs])
    capped = until_precise(pairs, {"unsure": Precision(0.01, most=20)})
    assert capped["unsure"].reason == "not precise enough at 20 pairs"


def test_a_name_at_its_own_most_does_not_hold_the_others():
    def pairs(first, last):
        return {"rough": [(-1.0) ** seed for seed in range(first, last + 1)], "fine": [1.0] * (last + 1 - first)}

    found = until_precise(pairs, {"rough": Precision(most=15), "fine": Precision(most=100)})
    assert (found["rough"].reached, found["rough"].interval.pairs) == (False, 15)
    assert found["fine"].reached


@pytest.mark.parametrize(
    ("rule", "truth", "deviation"),
    [(Precision(0.1, most=100), 1.0, 0.2), (Precision(0.0, floor=0.5, most=100), 0.0, 1.0)],
)
def test_the_interval_at_the_stop_holds_the_truth_in_most_of_few_studies(rule, truth, deviation):
    held, pairs = coverage(rule, normal(deviation), truth, studies=400)
    assert held >= 0.91
    assert 12 < pairs < 60


@pytest.mark.long
@pytest.mark.parametrize("deviation", [0.15, 0.25, 0.4])
@pytest.mark.parametrize("floor", [0.0, 0.1])
@pytest.mark.parametrize("shape", ["normal", "t5"])
def test_the_interval_at_the_stop_holds_the_truth_in_93_of_100_studies(deviation, floor, shape):
    def heavy(luck, size):
        return deviation * luck.standard_t(5, size=size) / math.sqrt(5 / 3)

    rule = Precision(0.1, floor=floor, most=200)
    held, _ = coverage(rule, heavy if shape == "t5" else normal(deviation), 1.0, studies=5_000)
    assert held >= 0.93


@pytest.mark.long
@pytest.mark.parametrize("floor", [0.3, 0.5, 0.7])
def test_the_interval_of_no_effect_at_the_stop_holds_it_in_93_of_100_studies(floor):
    held, _ = coverage(Precision(0.1, floor=floor, most=200), normal(1.0), 0.0, studies=5_000)
    assert held >= 0.93


def test_how_many_pairs_are_needed_is_found_from_a_few():
    known = np.array([1.0, -1.0] * 15)
    pairs = pairs_needed(known, 0.1)
    variance = known.var(ddof=1)
    assert stats.t.ppf(0.975, pairs - 1) * math.sqrt(variance / pairs) <= 0.1
    assert stats.t.ppf(0.975, pairs - 8) * math.sqrt(variance / (pairs - 7)) > 0.1
    assert pairs_needed([3.0, 3.0, math.nan], 0.1) == 2


# Intervals that hold together


def columns(luck, pairs, comparisons, shared, shape="normal"):
    drawn = math.sqrt(1 - shared) * luck.normal(size=(comparisons, pairs)) + math.sqrt(shared) * luck.normal(size=pairs)
    return np.exp(0.8 * drawn) - math.exp(0.32) if shape == "lognormal" else drawn


def all_hold(studies, pairs, comparisons, shared, shape="normal", resamples=FEW):
    """Return how often all intervals hold 0 together."""
    luck = np.random.default_rng(7)
    held = []
    for _ in range(studies):
        drawn = columns(luck, pairs, comparisons, shared, shape)
        found = simultaneous(dict(enumerate(drawn)), resamples=resamples)
        held.append(all(one.low <= 0.0 <= one.high for one in found.values()))
    return np.mean(held)


def width(drawn, resamples=FEW):
    """Return how many standard errors the intervals reach to each side."""
    one = simultaneous(dict(enumerate(drawn)), resamples=resamples)[0]
    return (one.high - one.mean) / (drawn[0].std(ddof=1) / math.sqrt(drawn.shape[1]))


def test_all_of_many_intervals_hold_together():
    assert all_hold(40, 30, 20, shared=0.5) >= 0.875
    alone = np.mean(
        [interval(row).low <= 0 <= interval(row).high for row in columns(np.random.default_rng(7), 30, 500, 0)]
    )
    assert alone == pytest.approx(0.95, abs=0.03)  # one by one, of 20 one is missed in every study


@pytest.mark.long
@pytest.mark.parametrize("shape", ["normal", "lognormal"])
@pytest.mark.parametrize("shared", [0.0, 0.7])
@pytest.mark.parametrize(("pairs", "comparisons"), [(15, 10), (30, 100)])
def test_all_of_many_intervals_hold_together_in_95_of_100_studies(pairs, comparisons, shared, shape):
    held = all_hold(30_000 // (100 + comparisons), pairs, comparisons, shared, shape)
    assert held >= (0.92 if shape == "normal" else 0.88)


def test_what_comparisons_share_makes_their_intervals_narrower():
    luck = np.random.default_rng(1)
    apart, together = columns(luck, 60, 50, 0.0), columns(luck, 60, 50, 0.95)
    alone = stats.t.ppf(0.975, 59)
    sidak = stats.t.ppf(0.5 + 0.95 ** (1 / 50) / 2, 59)
    assert width(apart) == pytest.approx(sidak, rel=0.15)
    assert alone < width(together) < 0.9 * sidak
    assert width(apart[:1]) == pytest.approx(alone, rel=0.1)


def test_means_stay_those_of_each_alone_and_missing_pairs_do_not_count():
    drawn = columns(np.random.default_rng(2), 30, 3, 0.5)
    drawn[1, :5] = math.nan
    found = simultaneous({("both", number): row for number, row in enumerate(drawn)}, resamples=FEW)
    for number, row in enumerate(drawn):
        one, alone = found["both", number], interval(row)
        assert (one.mean, one.pairs) == (alone.mean, alone.pairs)
        assert one.low < alone.low < alone.high < one.high
    assert found == simultaneous({("both", number): row for number, row in enumerate(drawn)}, resamples=FEW)
    assert simultaneous({}) == {}


def test_differences_that_hardly_ever_differ_have_no_bounds():
    luck = np.random.default_rng(4)
    plain = columns(luck, 30, 5, 0.0)
    rare = np.zeros(30)
    rare[[3, 17]] = 1.0
    found = simultaneous(dict(enumerate([*plain, rare, np.full(30, 80.0)])), resamples=FEW)
    assert (found[5].low, found[5].high) == (-math.inf, math.inf)
    assert found[6].low == found[6].mean == found[6].high == 80.0
    without = simultaneous(dict(enumerate(plain)), resamples=FEW)
    assert [found[number] for number in range(5)] == [without[number] for number in range(5)]


def test_too_few_pairs_or_unequal_ones_are_refused():
    with pytest.raises(UserError, match="9 pairs of b are too few"):
        simultaneous({"a": np.arange(10.0), "b": [math.nan, *range(9)]})
    with pytest.raises(UserError, match="different numbers of seeds"):
        simultaneous({"a": np.arange(10.0), "b": np.arange(11.0)})
    with pytest.raises(UserError, match="1 or more"):
        simultaneous({"a": np.arange(10.0)}, seed=0)
    with pytest.raises(UserError, match="one of them above 0"):
        Precision(share=0.0)
    with pytest.raises(UserError, match="5 to 200 pairs"):
        Precision(fewest=5)
    with pytest.raises(UserError, match="12 differences of a for 10 seeds"):
        until_precise(lambda _first, _last: {"a": np.arange(12.0)}, Precision())
    with pytest.raises(UserError, match=r"nothing is known of b\. There are a"):
        until_precise(lambda first, last: {"a": np.arange(last + 1.0 - first)}, {"a": Precision(), "b": Precision()})
    with pytest.raises(UserError, match="1 known pairs"):
        pairs_needed([1.0], 0.1)


# Which is higher


def test_the_chance_to_be_higher_is_paired():
    luck = np.random.default_rng(5).normal(size=100)
    found = chance_higher(luck + 0.1, luck)
    assert (found.mean, found.high, found.pairs) == (1.0, 1.0, 100)
    assert found.low == pytest.approx(1 / (1 + 1.959964**2 / 100), rel=1e-4)
    assert chance_higher(luck, luck).mean == 0.5
    assert chance_higher([1.0, math.nan, 0.0], [0.0, 0.0, 1.0]).pairs == 2
    assert math.isnan(chance_higher([math.nan], [1.0]).mean)
    assert stats.binomtest(7, 20).proportion_ci(method="wilson").low == pytest.approx(proportion(7, 20).low)
    assert (proportion(0, 20).low, proportion(20, 20).high) == (0.0, 1.0)
