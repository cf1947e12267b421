"""Studies: paired comparisons and what binds, worked by hand; and what a person sees of them."""

import io
import math
import sys
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.errors import UserError
from sim.study.bind import BIND_COLUMNS, bind
from sim.study.compare import EFFECT_COLUMNS, compare
from sim.study.intervals import interaction, interval, paired
from sim.study.screen import binding_table, effects_table, number, progress_bar
from tests.small_work import Named, invented_run

BASELINE, TRAINING, ACCESS, BOTH = map(Named, ("baseline", "training", "access", "both"))
RELIEFS = {
    "steel": SimpleNamespace(unit="t", meaning="steel at the mill's price"),
    "cash": SimpleNamespace(unit="jt", meaning="30 jt of cash"),
}


def entry(column, indicator, origin, unit, better):
    return SimpleNamespace(column=column, indicator=indicator, origin=origin, unit=unit, better=better)


CATALOGUE = [
    entry("market_share_local", "market_share", "local", "share", "higher"),
    entry("value_added_local_jt", "value_added", "local", "jt", "higher"),
    entry("spending_jt", "spending", "", "jt", "lower"),
    entry("absent_t", "absent", "", "t", "none"),
]


@pytest.fixture
def invented(monkeypatch):
    """Let three columns be all indicators there are."""
    monkeypatch.setattr("sim.indicators.catalogue", lambda _scenario: CATALOGUE)


# Intervals


def test_an_interval_is_student_s():
    # By hand: mean 5, variance 10/3 of four values, t(3) = 3.1824463
    found = interval([3.0, 4.0, 6.0, 7.0])
    assert found.mean == 5.0
    assert found.high - found.mean == pytest.approx(3.182446305284 * math.sqrt(10 / 3 / 4), rel=1e-10)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)
    assert found.pairs == 4
    assert found.excludes_zero
    assert not interval([-1.0, 1.0]).excludes_zero


def test_pairs_without_a_value_do_not_count():
    found, ratio = paired([1.0, math.nan, 3.0, 5.0], [0.0, 1.0, math.nan, 3.0])
    assert (found.mean, found.pairs) == (1.5, 2)
    assert ratio == (8.0 + 4.5) / 0.5
    nothing, ratio = paired([math.nan, math.nan], [1.0, 2.0])
    assert nothing.pairs == 0
    assert all(map(math.isnan, (nothing.mean, nothing.low, nothing.high, ratio)))


def test_differences_that_are_all_equal_have_no_ratio():
    luck = np.array([0.1, 0.2, 0.7])
    found, ratio = paired(luck + 80.0, luck)  # equal but for rounding
    assert found.low == found.mean == found.high == pytest.approx(80.0)
    assert math.isnan(ratio)
    same, ratio = paired(luck, luck)
    assert (same.low, same.mean, same.high) == (0.0, 0.0, 0.0)
    assert math.isnan(ratio)


def test_an_interaction_is_what_both_do_beyond_the_sum():
    found = interaction(both=[9.0, 11.0], first=[6.0, 7.0], second=[7.0, 7.0], baseline=[5.0, 5.0])
    assert (found.mean, found.pairs) == (1.5, 2)


# Comparison


def test_effects_are_paired_by_seed(invented):
    table = compare([TRAINING, ACCESS], BASELINE, seeds=3, work=invented_run).effects
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert list(table["scenario"]) == ["training"] * 3 + ["access"] * 3
    share = table.iloc[0]
    assert list(share.iloc[1:5]) == ["market_share", "local", "share", "higher"]
    # Differences 0.011, 0.012, 0.013; variance 0.01² without, 0.011² with, 0.001² between; t(2) = 4.30
    assert share["baseline"] == pytest.approx(0.22)
    assert share["value"] == pytest.approx(0.232)
    assert share["difference"] == pytest.approx(0.012)
    assert share["high"] - share["difference"] == pytest.approx(4.302652729911 * 0.001 / math.sqrt(3))
    assert share["pairs"] == 3
    assert share["variance_ratio"] == pytest.approx(1.0 + 121.0 * 1.0 + 99.0)
    spending = table.iloc[2]
    assert list(spending[["difference", "low", "high"]]) == [80.0, 80.0, 80.0]
    assert math.isnan(spending["variance_ratio"])


def test_one_worker_and_two_give_the_same_bytes(invented):
    tables = [
        compare([TRAINING, BOTH], BASELINE, seeds=20, workers=workers, work=invented_run).effects.to_csv()
        for workers in (1, 2)
    ]
    assert tables[0] == tables[1]


def test_a_comparison_keeps_every_seed(invented):
    found = compare([TRAINING, ACCESS, BOTH], BASELINE, seeds=4, work=invented_run)
    frame = found.by_seed
    assert list(frame.columns) == ["scenario", "seed", "column", "value"]
    assert len(frame) == 4 * 4 * 3
    one = frame[(frame["scenario"] == "access") & (frame["seed"] == 2) & (frame["column"] == "market_share_local")]
    assert one["value"].item() == found.values("access", "market_share_local")[1] == pytest.approx(0.242)
    together = found.interaction("both", "training", "access", "market_share_local")
    assert together.mean == pytest.approx(0.05 - 0.03 - 0.0025)
    assert found.effect("both", "spending_jt").mean == 80.0
    text = effects_table(found)
    assert text.count("market_share_local") == 3
    assert "absent" not in text


def test_a_scenario_may_be_compared_with_itself(invented):
    table = compare([BASELINE], BASELINE, seeds=2, work=invented_run).effects
    assert set(table["difference"]) == {0.0}


@pytest.mark.parametrize(
    "scenarios", [[TRAINING, ACCESS, TRAINING], [TRAINING, Named("training", "1")], [Named("baseline", "1")]]
)
def test_two_scenarios_of_one_name_are_refused(scenarios):
    with pytest.raises(UserError, match=r"Two scenarios are named (training|baseline)\."):
        compare(scenarios, BASELINE, work=invented_run)


@pytest.mark.parametrize("ask", [partial(compare, [TRAINING], BASELINE), partial(bind, BASELINE, reliefs=RELIEFS)])
def test_one_seed_gives_no_interval(ask):
    with pytest.raises(UserError, match="Seeds: 1 is too few"):
        ask(seeds=1, work=invented_run)


# What binds


def test_each_constraint_is_eased_alone_and_paired():
    binding = bind(BASELINE, seeds=3, reliefs=RELIEFS, work=invented_run)
    table = binding.table
    assert tuple(table.columns) == BIND_COLUMNS
    assert list(table["constraint"]) == ["steel", "cash"]
    assert list(table["unit"]) == ["t", "jt"]
    # Steel: 30.5, 31, 31.5 more; 60 t eased at 15 jt a month
    assert table["difference"][0] == pytest.approx(31.0)
    assert table["high"][0] == pytest.approx(31.0 + 4.302652729911 * 0.5 / math.sqrt(3))
    assert table["per_rp_1bn"][0] == pytest.approx(31.0 / 15.0 * 1000.0)
    assert math.isnan(table["per_rp_1bn"][1])
    assert binding.details["steel"]["per_unit_jt_month"] == pytest.approx(31.0 / 60.0)
    assert binding.details["cash"]["per_unit_jt_month"] is None
    assert binding.value_added.mean == 200.0
    assert "steel" in binding_table(binding)


def test_runs_without_an_easing_that_were_made_already_are_not_made_again():
    whole = bind(BASELINE, seeds=3, reliefs=RELIEFS, work=invented_run)
    nothing = whole.runs[whole.runs["constraint"] == "nothing"]
    usual = dict(zip(nothing["seed"], nothing["value_added_jt"], strict=True))
    made = []

    def counted(job):
        made.append(job.relief)
        return invented_run(job)

    shared = bind(BASELINE, seeds=3, reliefs=RELIEFS, work=counted, workers=1, usual=usual)
    assert set(made) == set(RELIEFS)
    pd.testing.assert_frame_equal(shared.runs, whole.runs, check_exact=True)


# On the screen


def test_numbers_are_short_for_a_person():
    assert [number(value) for value in (0.0, 0.123456, 999.94, 1000.0, -2e6, math.inf)] == [
        *("0", "0.1235", "999.9", "1,000", "-2,000,000", "inf"),
    ]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with progress_bar("Comparing", screen) as progress:
        progress(0, 0)
        progress(5, 10)
        progress(10, 10)
    text = screen.getvalue()
    assert "Comparing" in text
    assert "10/10" in text
    assert "runs/s" in text


def test_progress_is_plain_lines_elsewhere(monkeypatch, capsys):
    moments = iter([0.0, 1.0, 6.0, 12.0, 13.0, 14.0])
    monkeypatch.setattr("sim.study.screen.time.monotonic", lambda: next(moments))
    with progress_bar("Comparing", sys.stdout) as progress:
        progress(1, 40)
        progress(12, 40)
        progress(30, 0)
        progress(40, 40)
        progress(40, 40)
    assert capsys.readouterr().out.splitlines() == [
        "Comparing: 12 of 40 runs, 2 runs/s, about 14 s left",
        "Comparing: 30 runs, 2.5 runs/s",
        "Comparing: 40 of 40 runs done",
    ]
