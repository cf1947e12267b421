"""Who gains and who loses: firms against their twins, whose sales a gain was, and four numbers of additionality."""

import math

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.policies import catalogue
from sim.policies._programme import grant, help_given
from sim.study.additionality import ADDITIONALITY_COLUMNS, LEAKAGE, NUMBERS, WINDOWS, additional, additionality_rows
from sim.study.compare import compare
from sim.study.compared import text
from sim.study.displacement import PARTS, displaced, displacement_rows
from sim.study.evidence import EVIDENCE_COLUMNS, evidence_frame, evidence_table, findings
from sim.study.firm_record import MEASURES, MONTHLY, STATE, FirmRecord, Roll, RunRecord
from sim.study.spending import spending_rows
from sim.study.twins import new_policies, start_of, twins
from sim.study.who import GROUPS, WHO_COLUMNS, classes, who_rows
from tests.towns import levers, long_interpreted, town, wide, with_policy

NAMED = "named"
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


# In the town


def planted(monkeypatch, moment, act, *, settings=None, observed=18):
    """Return a town without and with a policy that a test writes, which begins with the observed months."""
    kind = catalogue()["training"]
    monkeypatch.setattr(kind, "deliver", lambda _self, _town: None)
    monkeypatch.setattr(kind, moment, act)
    base = town(warm_up=12, observed=observed, **(settings or {}))
    chosen = {**levers("training"), "budget_jt_year": 20_000}
    scenario = with_policy(base, "training", chosen)
    object.__setattr__(scenario, "name", NAMED)
    return base, scenario


def richest(model):
    """Return the row of the local firm with most money, one that will not close for want of it."""
    rows = model.tables["firms"].rows
    return np.array([np.argmax(np.where(rows["working"] & rows["local"], rows["cash_jt"], -np.inf))])


def test_money_for_one_firm_on_the_last_day_is_its_gain_and_nobody_else_s(monkeypatch):
    def look_back(self, model):
        if model.month == model.months:
            help_given(model, self, richest(model))
            grant(model, self, richest(model), 7.0)

    base, scenario = planted(monkeypatch, "look_back", look_back)
    found = compare([scenario], base, 2, workers=1, follow_firms=True)
    table = found.who.set_index(["group", "class", "measure"]).sort_index()
    assert table.loc[("help", "helped", "net_worth_jt"), "firms"] == 1
    assert table.loc[("help", "helped", "net_worth_jt"), "difference"] == pytest.approx(7.0)
    local = table.loc[("all", "local firms", "net_worth_jt")]
    assert local["difference"] * local["firms"] == pytest.approx(7.0, rel=0.02)  # seeds have other numbers of firms
    rest = table[table["difference"].notna() & ~table.index.get_level_values("measure").isin(["net_worth_jt"])]
    assert (rest["difference"] == 0.0).all()
    assert (table.loc[("all", "outside firms"), "difference"] == 0.0).all()
    [spent] = found.spending_by_month.query("jt > 0").to_dict("records")
    assert (spent["policy"], spent["month"], spent["date"], spent["jt"]) == ("training", 30, "2024-11", 7.0)


DEMAND_T = {"households": 9.8, "collectors": 14.0, "shops": 8.0, "stores": 10.5, "industry": 16.0, "government": 2.9}
TWO_FIRMS = {"cluster_cilegon.firms": 40, **{f"buyer_{kind}.demand_t": t for kind, t in DEMAND_T.items()}}


def sold_by_firm(scenario, seed):
    """Return what each local firm sold in each observed month, by identity: another way to the same numbers."""
    model = MetalSupplyChain(scenario, seed=seed)
    sold = []
    while model.running:
        model.step()
        rows = model.tables["firms"].rows
        ours = rows[rows["working"] & rows["local"]]
        sold.append(dict(zip(ours["uid"].tolist(), ours["sold_t"].tolist(), strict=True)))
    return sold[model.warm_up :]


@long_interpreted
def test_in_a_town_of_two_firms_one_steals_the_other_s_business(monkeypatch):
    def deliver(self, model):
        if model.month == self.first:
            rows = model.tables["firms"].rows
            both = np.flatnonzero(rows["working"] & rows["local"])
            assert both.size == 2
            model.office.roll(self, rows).note("applied", rows, both, model.month)
            help_given(model, self, both[:1])
            rows["quality"][both[0]] += 3.0

    base, scenario = planted(monkeypatch, "deliver", deliver, settings={"scale": 0.05, "settings": wide(TWO_FIRMS)})
    found = compare([scenario], base, 2, workers=1, follow_firms=True)
    gain, other = [], []
    for seed in (1, 2):
        runs = [sold_by_firm(one, seed) for one in (scenario, base)]
        helped, rival = sorted(runs[1][0])
        gain.append(
            np.mean([with_.get(helped, 0.0) - usual.get(helped, 0.0) for with_, usual in zip(*runs, strict=True)])
        )
        other.append(
            np.mean([with_.get(rival, 0.0) - usual.get(rival, 0.0) for with_, usual in zip(*runs, strict=True)])
        )
    assert min(gain) > 0.0 > max(other)
    parts = found.displacement.set_index("part")["t"]
    assert parts["helped"] == pytest.approx(np.mean(gain))
    assert parts["other_local"] == pytest.approx(-np.mean(other))
    assert parts["helped"] == pytest.approx(parts.drop("helped").sum())
    table = found.additionality.set_index(["number", "window", "measure"])
    assert table.loc[("spill_over", "all", "sales_t"), "value"] < 0.0
    # The experiment takes the rival's loss for the firm's gain
    contrast, twin, rival_t, selection = (
        table.loc[(number, "all", "sales_t"), "value"]
        for number in ("contrast", "twin", "spill_over_applicants", "selection")
    )
    assert contrast - selection > twin > 0.0 > rival_t


def test_sums_over_firms_are_the_city_s_but_for_the_months_of_closing():
    base = town(warm_up=12, observed=12)
    found = compare([base], base, 2, workers=1, follow_firms=True)
    sold_t = [one.classes.without[0, GROUPS["all"].index("local firms")] for one in found.gains["baseline"]]
    for ours_t, city_t in zip(sold_t, found.values("baseline", "sales_local_t"), strict=True):
        assert 0.8 * city_t < ours_t <= city_t * (1.0 + 1e-12)  # the rest: newcomers, and firms in their last month
    table = found.who
    assert (table["difference"].dropna() == 0.0).all()
    assert found.additionality.empty


def test_firms_are_followed_from_where_two_scenarios_part():
    base = town(warm_up=12, observed=12)
    trained = with_policy(base, "training", levers("training"), first="2023-09")
    assert start_of(trained, base) == start_of(base, trained) == 16
    assert start_of(base, base) == 13
    assert start_of(base.changed({"firms.wear": 0.01}), base) == 13
    assert start_of(town(warm_up=12, observed=13), base) is None
    more = with_policy(trained, "local_allotment", levers("local_allotment"), first="2023-12")
    assert start_of(more, trained) == 19
    assert new_policies(more, trained) == ("local_allotment",)


def test_a_scenario_of_other_months_is_compared_but_not_firm_by_firm():
    base, longer = town(warm_up=2, observed=3), town(warm_up=2, observed=4)
    object.__setattr__(longer, "name", NAMED)
    found = compare([longer], base, 2, workers=1, follow_firms=True)
    assert len(found.effects) > 0
    assert found.who.empty
    assert text(found).endswith(f"Not compared firm by firm, for their months are others: {NAMED}")


def test_spending_is_told_for_the_months_in_force():
    base = town(warm_up=2, observed=10)
    lists = {"from": "2023-06", "to": "2023-07", **levers("training")}
    once = {f"policies.training.{key}": value for key, value in lists.items()}
    spent = np.arange(2 * 2 * 12, dtype=float).reshape(2, 2, 12)
    rows = spending_rows(base.changed(once), {"training": spent})
    assert [row[1:4] for row in rows] == [("training", 3, "2023-06"), ("training", 4, "2023-07")]
    assert rows[0][4] == np.mean([2.0, 26.0])  # spent in month 3 by the two seeds
    assert rows[0][7] == np.mean([14.0, 38.0])  # and the shadow cost


# Evidence


def test_every_finding_has_a_source_and_a_measure_of_the_model():
    for one in findings():
        assert one.measure in {*MONTHLY, "return"}
        assert one.low < one.high
        assert one.finding
        assert one.source
        assert one.confidence in {"H", "M", "L"}
    assert {"training", "coaching", "store_access", "equipment"} == {one.policy for one in findings()}


def test_findings_stand_beside_the_model_s_numbers():
    base = town(warm_up=13, observed=16)
    trained = with_policy(base, "training", {**levers("training"), "firms_a_cohort": 4}, last="2023-06")
    object.__setattr__(trained, "name", NAMED)
    found = compare([trained, town("both", warm_up=13, observed=16)], base, 2, workers=1, follow_firms=True)
    frame = evidence_frame(found)
    assert tuple(frame.columns) == EVIDENCE_COLUMNS
    assert set(frame["scenario"]) == {NAMED}  # a scenario of two policies says nothing of one
    table = found.additionality.set_index(["scenario", "number", "window", "measure"])
    for row in frame.itertuples():
        same = table.loc[(NAMED, "twin", "year", row.measure)]
        assert row.twin == pytest.approx(same["percent"], nan_ok=True)
    assert "McKenzie" in evidence_table(frame)
