"""Who gains and who loses: firms against their twins, whose sales a gain was, and four numbers of additionality."""

import math

import numpy as np
import pytest

from sim.study.additionality import ADDITIONALITY_COLUMNS, LEAKAGE, NUMBERS, WINDOWS, additional, additionality_rows
from sim.study.displacement import PARTS, displaced, displacement_rows
from sim.study.firm_record import MEASURES, MONTHLY, STATE, FirmRecord, Roll, RunRecord
from sim.study.twins import twins
from sim.study.who import GROUPS, WHO_COLUMNS, classes, who_rows

SALES = list(MONTHLY).index("sales_t")

# Worked by hand: three local firms and one outside, months 1 to 30; help comes in month 13.


def firms(**columns):
    state = np.zeros(4, [(name, "f8" if name not in ("uid", "local") else "i8") for name in STATE])
    state["uid"], state["local"] = [11, 12, 13, 14], [1, 1, 1, 0]
    state = state.astype([(name, "?" if name == "local" else state.dtype[name]) for name in STATE])
    for name, values in columns.items():
        state[name] = values
    return state


def record(sold_t, alive=None, **columns):
    """Return a record of firms that sell so much a month, by firm: (before month 13, in it, after it)."""
    months = np.arange(1, 31)
    monthly = np.zeros((len(MONTHLY), 30, 3))
    for firm, (before, during, after) in enumerate(sold_t):
        monthly[:, :, firm] = np.where(months < 13, before, np.where(months == 13, during, after))
    working = np.ones((30, 3), bool) if alive is None else alive
    state = firms(**columns)
    outcomes = np.zeros((4, len(MEASURES)))
    outcomes[:3, 0] = [after for _, _, after in sold_t]
    return FirmRecord(13, 1, np.arange(4), state, outcomes, monthly * working, working)


def run_of(one, **city):
    """Return a run in which local firms sell what the record says, and the rest of the city as given."""
    local_t = one.monthly[0].sum(axis=1)
    names = {"sales_external_t": 5.0, "imports_t": 2.0, **city}
    rest = [np.full(30, value) for value in names.values()]
    demand_t = local_t + sum(rest)
    return RunRecord(12, {13: one}, {}, np.array([local_t] * len(MONTHLY)), np.array([local_t, *rest, demand_t]))


ROLL = Roll(np.array([11, 12]), np.array([13, 13]), np.array([13, 0]))
WITHOUT = record([(10.0, 10.0, 10.5), (10.0, 10.0, 10.0), (4.0, 4.0, 4.0)])
WITH = record([(10.0, 10.0, 12.0), (10.0, 10.0, 9.0), (4.0, 4.0, 4.0)])


def numbers_of(with_=WITH, without=WITHOUT, roll=ROLL):
    found = additional(run_of(with_), run_of(without), with_, without, roll)
    year, everything = (found.numbers[:, w, SALES] for w in range(len(WINDOWS)))
    return found, dict(zip(NUMBERS, year.tolist(), strict=True)), dict(zip(NUMBERS, everything.tolist(), strict=True))


def test_four_numbers_are_those_worked_by_hand():
    found, year, everything = numbers_of()
    # Firm 11 grows by 2, firm 12 that waits falls by 1: 3, of 12 - 3 that it would have had
    assert year["contrast"] == [3.0, 9.0]
    assert year["twin"] == [1.5, 10.5]
    # Firms 12 and 13 got no help: they lose 1 and 0 of 10 and 4
    assert year["spill_over"] == [-0.5, 7.0]
    assert year["city"] == [0.5, 10.5]
    assert year["spill_over_applicants"] == [-1.0, 10.0]
    # Without help firm 11 would have grown by 0.5 and firm 12 by nothing
    assert year["selection"] == [0.5, 9.0]
    assert year["contrast"][0] == year["twin"][0] - year["spill_over_applicants"][0] + year["selection"][0]
    assert everything == year  # nothing changes after the year
    assert (found.firms, found.everybody) == (1, 1)


def test_the_city_counts_every_firm_helped_so_far():
    roll = Roll(np.array([11, 12, 99]), np.array([13, 13, 13]), np.array([13, 0, 13]))  # 99 was founded later
    found, year, _ = numbers_of(roll=roll)
    assert year["city"][0] == 0.25
    assert (found.firms, found.everybody) == (1, 2)


def test_a_firm_helped_later_waits_until_then():
    roll = Roll(np.array([11, 12]), np.array([13, 13]), np.array([13, 19]))
    _, year, _ = numbers_of(roll=roll)
    # Only firm 11 has a whole year after help; firm 12 is compared with in months 14 to 18
    assert year["contrast"][0] == 3.0
    assert year["twin"][0] == 1.5


def test_closed_firms_count_on_neither_side_of_the_contrast():
    alive = np.ones((30, 3), bool)
    alive[18:, 1] = False
    _, year, _ = numbers_of(with_=record([(10, 10, 12), (10, 10, 9), (4, 4, 4)], alive))
    assert year["contrast"][0] == 3.0  # from months 14 to 18 alone
    assert year["spill_over"][0] == pytest.approx((5 * -0.5 + 7 * -5.0) / 12)  # but its twin still sells 10


def test_without_help_or_anybody_to_compare_with_there_is_no_number():
    _, year, _ = numbers_of(roll=Roll(*(np.array([], np.int64),) * 3))
    assert all(math.isnan(value) for pair in year.values() for value in pair)
    _, year, _ = numbers_of(roll=Roll(np.array([11]), np.array([13]), np.array([13])))
    assert math.isnan(year["contrast"][0])
    assert year["twin"][0] == 1.5


def test_leakage_is_help_for_firms_that_would_have_grown():
    roll = Roll(np.array([11, 12, 13]), np.array([13] * 3), np.array([13] * 3))
    found, _, _ = numbers_of(roll=roll)
    assert dict(zip(LEAKAGE, found.leakage.tolist(), strict=True)) == {
        "would_have_grown": pytest.approx(1 / 3),
        "would_have_grown_above_median": pytest.approx(1 / 3),
    }


def test_rows_of_additionality_are_means_and_ratios_over_seeds():
    found, _, _ = numbers_of()
    rows = [dict(zip(ADDITIONALITY_COLUMNS, row, strict=True)) for row in additionality_rows("s", "p", [found, found])]
    assert len(rows) == len(NUMBERS) * len(WINDOWS) * len(MONTHLY) + len(LEAKAGE)
    first = rows[0]
    assert (first["number"], first["window"], first["measure"], first["unit"]) == (
        *("contrast", "year", "sales_t", "t/month"),
    )
    assert (first["value"], first["firms"], first["pairs"]) == (3.0, 1.0, 2)
    assert first["percent"] == pytest.approx(100 / 3)


def test_what_helped_firms_gain_is_what_others_lose_and_demand_grows():
    parts = displaced(run_of(WITH, imports_t=1.5), run_of(WITHOUT), WITH, WITHOUT, {"p": ROLL})
    months = 17 / 18  # the month of help itself changes nothing
    expected = {"helped": 1.5 * months, "other_local": 1.0 * months, "newcomers": 0.0, "external": 0.0}
    expected |= {"imports": 0.5, "demand": 0.5 * months - 0.5}
    assert dict(zip(PARTS, parts.tolist(), strict=True)) == pytest.approx(expected)
    assert parts[0] == pytest.approx(parts[1:].sum())
    rows = displacement_rows("s", [parts, 1.1 * parts])
    assert [row[1] for row in rows] == list(PARTS)
    share = rows[1][6]
    assert share == pytest.approx(1.0 / 1.5)


def test_classes_are_of_the_firms_as_they_were():
    sizes = {"workers_fte": [4.9, 5.0, 30.0, 2.0], "age_months": [1, 36, 200, 5], "skill": [0.3, 0.1, 0.2, 0.0]}
    without, with_ = record([(0, 0, 1)] * 3, **sizes), record([(0, 0, 2), (0, 0, 3), (0, 0, 4)], **sizes)
    found = classes(with_, without, {"p": ROLL}, clusters=1)
    rows = [dict(zip(WHO_COLUMNS, row, strict=True)) for row in who_rows("s", [found, found], ["cilegon"])]
    sales = {(row["group"], row["class"]): row for row in rows if row["measure"] == "sales_t"}
    gains = {key: (row["firms"], row["without"], row["difference"], row["low"]) for key, row in sales.items()}
    assert gains["size", "1-4 workers"] == (1, 1.0, 1.0, 1.0)
    assert gains["size", "5-19 workers"] == (1, 1.0, 2.0, 2.0)
    assert gains["size", "20 and more workers"] == (1, 1.0, 3.0, 3.0)
    assert gains["skill", "lowest third"] == (1, 1.0, 2.0, 2.0)
    assert gains["age", "over 10 years"] == (1, 1.0, 3.0, 3.0)
    assert gains["help", "helped"] == (1, 1.0, 1.0, 1.0)
    assert gains["help", "applied, never helped"] == (1, 1.0, 2.0, 2.0)
    assert gains["help", "did not apply"] == (1, 1.0, 3.0, 3.0)
    assert gains["all", "local firms"] == (3, 1.0, 2.0, 2.0)
    assert gains["all", "outside firms"] == (1, 0.0, 0.0, 0.0)
    assert [group for group, _ in dict.fromkeys((row["group"], "") for row in rows)] == list(GROUPS)


def test_only_the_same_firm_is_a_twin():
    other = record([(10, 10, 12)] * 3, age_months=[0, 7, 0, 0])
    here, there = twins(other, WITHOUT)
    assert here.state["uid"].tolist() == there.state["uid"].tolist() == [11, 13, 14]
    assert here.monthly.shape == there.monthly.shape == (len(MONTHLY), 30, 2)
    same, twin = twins(WITH, WITHOUT)
    assert same is WITH
    assert twin is WITHOUT
