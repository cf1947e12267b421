"""Who gains and who loses, in towns whose policy a test writes."""

import numpy as np
import pytest

from sim import MetalSupplyChain
from sim.policies import catalogue
from sim.policies._programme import grant, help_given
from sim.study.compare import compare
from sim.study.compared import text
from sim.study.evidence import EVIDENCE_COLUMNS, evidence_frame, evidence_table, findings
from sim.study.firm_record import MONTHLY
from sim.study.spending import spending_rows
from sim.study.twins import new_policies, start_of
from sim.study.who import GROUPS
from tests.towns import levers, long_interpreted, town, wide, with_policy

NAMED = "named"


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


@long_interpreted
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
