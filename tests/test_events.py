"""Dated changes of the register: they take effect in their month, reach everything, and end."""

import pickle

import numpy as np
import pytest

from sim import MetalSupplyChain, Scenario
from sim.buyers import SHOPS
from tests.towns import SCALE, everything, run, town, unlike

FIRST, LAST = "2023-09", "2023-12"
MONTH_OF_FIRST = 16  # 12 months of warm-up before June 2023


def with_events(folder, *events, **settings):
    """Return a small town with events (key, value, from, to)."""
    lines = ['base = "baseline.toml"', 'reason = "a test"']
    for key, value, first, last in events:
        lines += ["[[events]]", f'key = "{key}"', f"value = {value!r}".replace("'", '"'), f'from = "{first}"']
        lines += [f'to = "{last}"'] if last else []
        lines += ['reason = "a test"']
    path = folder / "dated.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    small = {"town.scale": SCALE, "time.warm_up_months": 12, "time.observed_months": 12}
    return Scenario.load(path).changed(small).changed(settings)


def step_to(scenario, month):
    model = MetalSupplyChain(scenario, seed=1)
    while model.month < month:
        model.step()
    return model


def test_a_change_takes_effect_in_its_month_and_ends_after_its_last(tmp_path):
    scenario = with_events(tmp_path, ("firms.energy_jt_t", 2.0, FIRST, LAST))
    table, usual = run(scenario).indicators, run(town()).indicators
    before = MONTH_OF_FIRST - 1
    assert table[:before].equals(usual[:before])
    assert not table[before : before + 1].equals(usual[before : before + 1])
    energy = [step_to(scenario, month).p_firms["energy_jt_t"][0] for month in (15, 16, 19, 20)]
    assert energy == [town()["firms.energy_jt_t"], 2.0, 2.0, town()["firms.energy_jt_t"]]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("market.price_elasticity", 3.0),
        ("steel.prepaid_share", 0.9),
        ("outside.demand_elasticity", 0.7),
        ("mill_krakatau_steel.allotment_share", 0.004),
        ("cluster_tegal.freight_jt_t", 0.9),
        ("buyer_shops.review_rate", 0.3),
        ("buyer_shops.demand_t", 60.0),
        ("cluster_tegal.home_demand_t", 0.5),
        ("firms.machine_jt_t", 30.0),
    ],
)
def test_a_change_of_any_room_reaches_the_run_and_the_audit_holds(tmp_path, key, value):
    changed = run(with_events(tmp_path, (key, value, FIRST, "")))
    assert not changed.indicators.equals(run(town()).indicators)


def test_an_event_that_changes_nothing_moves_no_bit(tmp_path):
    same = town()["firms.wear"]
    scenario = with_events(tmp_path, ("firms.wear", same, FIRST, LAST))
    assert unlike(everything(run(scenario)), everything(run(town()))) == []


def test_demand_that_halves_halves_what_each_buyer_of_the_kind_needs(tmp_path):
    usual_t = town()["buyer_shops.demand_t"]
    scenario = with_events(tmp_path, ("buyer_shops.demand_t", usual_t / 2, FIRST, LAST))
    during, after = step_to(scenario, MONTH_OF_FIRST), step_to(scenario, MONTH_OF_FIRST + 4)
    usual = MetalSupplyChain(town(), seed=1).tables["buyers"].rows
    shops = usual["kind"] == SHOPS
    np.testing.assert_allclose(during.tables["buyers"].rows["usual_t"][shops], usual["usual_t"][shops] / 2)
    np.testing.assert_allclose(after.tables["buyers"].rows["usual_t"], usual["usual_t"])


def test_a_policys_facts_can_change_on_a_date(tmp_path):
    scenario = with_events(tmp_path, ("training.cost_jt_firm", 9.0, "2024-01", ""), **{"town.scale": 0.15})
    scenario = scenario.changed(
        {
            "policies.training.budget_jt_year": 900,
            "policies.training.firms_a_cohort": 3,
            "policies.training.target": "lottery",
            "policies.training.from": "2023-06",
            "policies.training.to": "2024-05",
            "help.take_up_floor": 0.8,
            "help.no_show_cost_share": 1.0,
        }
    )
    spent = run(scenario).indicators["spending_training_jt"]
    assert set(spent[12:19]) == {0.0, 18.0}
    assert set(spent[19:]) == {0.0, 27.0}


def test_events_are_kept_by_changes_pickles_and_rest_and_belong_to_the_fingerprint(tmp_path):
    scenario = with_events(tmp_path, ("firms.wear", 0.01, FIRST, LAST))
    assert len(scenario.events) == 1
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert scenario.at_rest().events == scenario.changed({"firms.menu_cost": 0.06}).events == scenario.events
    assert scenario.fingerprint != town().fingerprint


def test_a_file_adds_its_events_to_those_of_its_base(tmp_path):
    with_events(tmp_path, ("firms.wear", 0.01, FIRST, LAST))
    more = '[[events]]\nkey = "firms.wear"\nvalue = 0.012\nfrom = "2024-01"\nreason = "more"\n'
    (tmp_path / "more.toml").write_text(f'base = "dated.toml"\nreason = "more"\n{more}', encoding="utf-8")
    assert [event.first for event in Scenario.load(tmp_path / "more.toml").events] == [FIRST, "2024-01"]
