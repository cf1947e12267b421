"""What is known of such a town, and how far a run is from it."""

import math

import numpy as np
import pandas as pd
import pytest

from sim import Scenario, cli
from sim.errors import UserError
from sim.policies import catalogue
from sim.study.intervals import interval
from sim.study.measures import MEASURES
from sim.study.measures.firms import laplace_over_normal
from sim.study.patterns import (
    PATTERN_COLUMNS,
    Score,
    left_out,
    notes,
    pattern_frame,
    pattern_table,
    patterns,
    score,
)
from sim.study.simulate import Job
from sim.study.watch import FIRM_COLUMNS, Watched, watch

BY_KEY = {one.key: one for one in patterns()}
SHORT = {"time.warm_up_months": 3, "time.observed_months": 2}


# The facts


def test_every_pattern_is_measured_and_every_measure_has_a_pattern():
    assert list(BY_KEY) == list(MEASURES)


@pytest.mark.parametrize("one", patterns(), ids=lambda one: one.key)
def test_every_fact_has_a_target_a_tolerance_and_a_source(one):
    assert one.low <= one.high
    assert math.isfinite(one.low) or math.isfinite(one.high)
    assert one.tolerance > 0.0
    assert all((one.name, one.meaning, one.unit, one.source, one.year))
    assert one.confidence in ("H", "M", "L")


def test_no_pattern_speaks_of_a_policy():
    told = " ".join(f"{one.key} {one.meaning} {one.source}" for one in patterns()).lower()
    assert not [name for name in catalogue() if name.replace("_", " ") in told]


def test_what_is_not_scored_has_a_reason():
    assert len(left_out()) > 0
    assert all(reason.endswith(".") for reason in left_out().values())


# The distance and the verdict


@pytest.mark.parametrize(
    ("key", "value", "distance", "verdict"),
    [
        ("exits_local", 0.083, 0.0, "holds"),
        ("exits_local", 0.103, 1.0, "holds"),
        ("exits_local", 0.053, -1.5, "near"),
        ("exits_local", 0.143, 3.0, "off"),
        ("use_local", 0.7, 0.0, "holds"),
        ("use_local", 0.7375, 1.5, "near"),
        ("use_local", 0.4, -2.0, "near"),
        ("allotment_outside", 1.0, 0.0, "holds"),
        ("allotment_outside", 0.35, -3.0, "off"),
        ("store_suppliers", 0.0, 0.0, "holds"),
        ("store_suppliers", 0.145, 1.5, "near"),
        ("lebaran", math.nan, math.nan, "unknown"),
    ],
)
def test_a_verdict_counts_tolerances_from_the_target_or_the_nearer_end(key, value, distance, verdict):
    found = Score(BY_KEY[key], interval([value - 1e-12, value + 1e-12]))
    assert found.distance == pytest.approx(distance, abs=1e-9, nan_ok=True)
    assert found.verdict == verdict


# The measures, on towns made by hand


def town(months=60, **columns):
    """Return a watched run whose indicators are given, one number or one a month, from June 2023."""
    number = 2023 * 12 + 5 + np.arange(months)
    table = {"year": number // 12, "calendar": number % 12 + 1, **columns}
    return Watched(Scenario.load("baseline"), pd.DataFrame(table), pd.DataFrame(columns=["month", *FIRM_COLUMNS]))


def with_firms(**columns):
    """Return a watched run whose firms are given; all are local unless said."""
    table = pd.DataFrame({"local": True, "month": 0, **columns})
    return Watched(Scenario.load("baseline"), pd.DataFrame(), table)


def test_exits_are_counted_by_the_year():
    run = town(exits_local=[1.0, 0.0] * 30, firms_local=100.0)
    assert MEASURES["exits_local"](run) == pytest.approx(0.06)


def test_net_change_is_that_of_yearly_means():
    run = town(firms_local=np.repeat(100.0 * 0.97 ** np.arange(5), 12))
    assert MEASURES["net_change_local"](run) == pytest.approx(-0.03)
    assert math.isnan(MEASURES["net_change_local"](town(months=23, firms_local=100.0)))


def test_the_number_of_firms_is_compared_with_the_register():
    run = town(firms_local=165.0, firms_external=405.0)
    assert MEASURES["firms_local"](run) == pytest.approx(1.1)
    assert MEASURES["firms_outside"](run) == pytest.approx(0.9)


def test_partnership_is_of_all_firms():
    run = town(partners_local=3.0, partners_external=40.0, firms_local=150.0, firms_external=450.0)
    assert MEASURES["in_partnership"](run) == pytest.approx(43 / 600)


def test_leftovers_compare_two_shares():
    run = town(steel_direct_local_t=10.0, steel_local_t=50.0, steel_direct_external_t=40.0, steel_external_t=100.0)
    assert MEASURES["leftovers"](run) == pytest.approx(0.5)


def test_orders_at_the_mills_are_what_came_and_what_waits():
    run = with_firms(local=[True, False, False], backlog_t=[1.0, 2.0, 0.0], direct_t=[0.0, 0.0, 1.0])
    assert MEASURES["mill_orders_outside"](run) == pytest.approx(0.75)


def test_the_lebaran_month_is_found_through_the_hijri_calendar():
    # Lebaran: 10 April 2024, 31 March 2025 (spread over two months), 20 March 2026, 10 March 2027, 27 February 2028
    demand_t = np.full(60, 100.0)
    for month in (10, 33, 45):  # from 0 at June 2023: April 2024, March 2026, March 2027
        demand_t[month] = 70.0
    demand_t[[21, 22]] = 1.0
    assert MEASURES["lebaran"](town(demand_t=demand_t)) == pytest.approx(-0.3)
    assert math.isnan(MEASURES["lebaran"](town(demand_t=0.0)))


def test_the_building_season_leaves_lebaran_out():
    calendar = town().months["calendar"].to_numpy()
    demand_t = np.where((calendar >= 7) & (calendar <= 10), 108.0, 100.0)
    demand_t[[10, 21, 22, 33, 45, 56, 57]] = 1.0
    assert MEASURES["building_season"](town(demand_t=demand_t)) == pytest.approx(0.08)


def test_public_purchases_are_counted_over_full_calendar_years():
    calendar = town().months["calendar"].to_numpy()
    demand_t = np.select([calendar <= 5, calendar == 6], [5.0, 15.0], 10.0)
    demand_t[:7] = 1000.0  # 2023 is not seen whole
    run = town(demand_government_t=demand_t)
    assert MEASURES["spent_by_may"](run) == pytest.approx(25 / 100)
    assert MEASURES["spent_by_june"](run) == pytest.approx(40 / 100)


def test_a_gap_in_the_middle_is_seen():
    smooth = with_firms(month=11, workers_fte=[1.5] * 50 + [3.0] * 30 + [6.0] * 15 + [12.0] * 5)
    gap = with_firms(month=11, workers_fte=[1.5] * 50 + [3.0] * 30 + [6.0] * 5 + [12.0] * 15)
    assert MEASURES["no_gap"](smooth) == 0.0
    assert MEASURES["no_gap"](gap) == pytest.approx(0.1)
    assert math.isnan(MEASURES["no_gap"](with_firms(month=[10], workers_fte=[3.0])))


def growing(growth):
    """Return firms that sell 1 t a month in the first year and grow by ``growth`` (logs) in the second."""
    firms = np.arange(len(growth))
    uid, month = np.tile(firms, 24), np.repeat(np.arange(24), len(growth))
    sold_t = np.where(month < 12, 1.0, np.exp(np.asarray(growth))[uid])
    return with_firms(uid=uid, month=month, sold_t=sold_t)


def test_the_shape_of_growth_tells_laplace_from_normal():
    rng = np.random.default_rng(1)
    assert MEASURES["growth_tent"](growing(rng.laplace(0.3, 0.1, 4000))) == pytest.approx(0.072, abs=0.01)
    assert MEASURES["growth_tent"](growing(rng.normal(-0.2, 0.1, 4000))) == pytest.approx(-0.048, abs=0.01)
    assert math.isnan(laplace_over_normal(np.full(50, 0.1)))


def test_a_firm_that_was_not_there_two_whole_years_does_not_count():
    run = growing([0.0] * 20 + [0.1, -0.1] * 10)
    late = run.firms.index[(run.firms["uid"] == 0) & (run.firms["month"] == 3)]
    fewer = Watched(run.scenario, run.months, run.firms.drop(late))
    assert MEASURES["growth_tent"](fewer) != MEASURES["growth_tent"](run)


def test_bad_loans_are_those_of_bankable_firms_that_cannot_pay():
    run = with_firms(
        registered=[True, True, True, False],
        age_months=[60.0, 60.0, 12.0, 60.0],
        debt_jt=[30.0, 10.0, 100.0, 100.0],
        bad_months=[0.0, 2.0, 2.0, 2.0],
    )
    assert MEASURES["bad_loans"](run) == pytest.approx(0.25)


def test_the_wage_is_that_of_hired_workers():
    run = with_firms(workers_fte=[1.0, 2.3, 4.3], wage_jt_fte=[9.0, 2.0, 3.0])
    assert MEASURES["wage"](run) == pytest.approx((1.0 * 2.0 + 3.0 * 3.0) / 4.0)


# A run, and the command


def test_a_watched_run_holds_the_observed_months_and_their_firms():
    job = Job(Scenario.load("baseline").changed(SHORT), seed=1)
    run = watch(job)
    assert run.months[["year", "calendar"]].to_numpy().tolist() == [[2023, 6], [2023, 7]]
    per_month = run.local_firms.groupby("month").size().tolist()
    assert per_month == run.months["firms_local"].tolist()
    assert run.local_firms["sold_t"].sum() == pytest.approx(run.months["sales_local_t"].sum(), rel=0.02)


def test_a_run_without_observed_months_is_refused():
    with pytest.raises(UserError, match="no month is left after the warm-up"):
        watch(Job(Scenario.load("baseline").changed(SHORT), seed=1, months=3))


def measured_by_hand(job):
    """Return every pattern's target, one tolerance higher for every seed after the first."""
    ends = {one.key: one.low if math.isfinite(one.low) else one.high for one in patterns()}
    return {key: end + (job.seed - 1) * BY_KEY[key].tolerance for key, end in ends.items()}


def test_scores_are_means_over_seeds_with_intervals():
    scores = score(Scenario.load("baseline"), seeds=3, work=measured_by_hand)
    exits = next(one for one in scores if one.pattern.key == "exits_local")
    assert exits.distance == pytest.approx(1.0)
    assert exits.value.mean == pytest.approx(0.103)
    assert exits.value.low < 0.103 < exits.value.high
    assert exits.value.pairs == 3


def test_the_table_fits_a_screen_and_tells_all():
    scores = score(Scenario.load("baseline"), seeds=3, work=measured_by_hand)
    text = pattern_table(scores) + "\n" + notes(scores)
    assert max(map(len, text.splitlines())) <= 100
    assert all(one.name in text for one in patterns())
    assert all(name in text for name in left_out())
    assert f"Of {len(scores)} patterns: holds" in text


def test_a_pattern_without_a_value_is_unknown():
    scores = score(Scenario.load("baseline"), seeds=2, work=lambda _job: dict.fromkeys(BY_KEY, math.nan))
    assert {one.verdict for one in scores} == {"unknown"}
    assert "unknown 30" in pattern_table(scores)
    assert pattern_frame(scores)["value"].isna().all()


def test_the_frame_has_its_columns_and_one_row_a_pattern():
    frame = pattern_frame(score(Scenario.load("baseline"), seeds=2, work=measured_by_hand))
    assert tuple(frame.columns) == PATTERN_COLUMNS
    assert frame["pattern"].tolist() == list(BY_KEY)
    ends = frame.set_index("pattern").loc[["allotment_outside", "use_local"], ["target_low", "target_high"]]
    assert ends.to_numpy().tolist() == [[0.5, pytest.approx(math.nan, nan_ok=True)], [0.45, 0.7]]


def test_the_command_prints_the_table_and_writes_the_file(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("sim.study.patterns.score.__kwdefaults__", {**score.__kwdefaults__, "work": measured_by_hand})
    assert cli.main(["patterns", "--seeds", "2"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert cli.main(["patterns", "--seeds", "2", "--out", str(tmp_path / "here")]) == 0
    assert sorted(one.name for one in (tmp_path / "here").iterdir()) == ["manifest.json", "patterns.csv"]
    written = pd.read_csv(tmp_path / "here" / "patterns.csv")
    assert written["verdict"].tolist() == ["holds"] * len(patterns())
    assert "Scenario baseline, 2 seeds" in capsys.readouterr().out


def test_a_read_only_place_is_refused_before_the_runs(capsys):
    assert cli.main(["patterns", "--seeds", "2", "--out", "/dev/null/here"]) == 2
    assert capsys.readouterr().err.startswith("/dev/null/here: cannot be written")


@pytest.mark.long
def test_one_worker_and_two_give_the_same():
    world = Scenario.load("baseline")
    assert score(world, seeds=4, workers=1) == score(world, seeds=4, workers=2)


@pytest.mark.long
@pytest.mark.parametrize("name", ["baseline", "limits/no_demand", "limits/no_steel"])
def test_every_shipped_world_can_be_scored(name):
    scores = score(Scenario.load(name), seeds=2)
    assert pattern_table(scores)
    if name == "baseline":
        assert not [one.pattern.key for one in scores if one.verdict == "unknown"]
