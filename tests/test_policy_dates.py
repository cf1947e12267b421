"""Every policy starts and ends on its dates, and what it leaves in firms fades as it declares."""

import functools
from dataclasses import replace

import numpy as np

from sim import MetalSupplyChain, Scenario
from sim.core.parameters import month_number
from tests.each_policy import BUDGET, LAPSING, LONG, POLICIES, every_policy, in_force
from tests.towns import everything, levers, long_interpreted, run, town, unlike, with_policy

# What help leaves in a firm, and the entry of the register by which it fades or wears away.
FADES = {
    "skill_help": "firms.help_fading",
    "quality": "firms.quality_drift",
    "motivation": "firms.motivation_speed",
    "marketing": "firms.marketing_drift",
    "capacity_t": "firms.wear",
    "waste_saved": "firms.wear",
    "certificate_months": "firms.certificate_months",
}


@every_policy
def test_a_policy_acts_from_its_first_month_to_its_last(name, monkeypatch):
    called = {moment: [] for moment in ("begin", "set_rules", "deliver", "look_back")}
    for moment, months in called.items():
        usual = getattr(POLICIES[name], moment)

        def noted(self, model, months=months, usual=usual):
            months.append(model.month)
            usual(self, model)

        monkeypatch.setattr(POLICIES[name], moment, noted)
    scenario = in_force(name, first="2023-09", last="2024-08")
    run(scenario)
    first = month_number("2023-09") - month_number(scenario.first_month) + 1
    every_month = list(range(first, first + 12))
    assert called == {"begin": [first], "set_rules": every_month, "deliver": every_month, "look_back": every_month}


@every_policy
def test_a_policy_changes_nothing_before_its_first_month_and_costs_nothing_after_its_last(name):
    scenario = in_force(name, first="2023-09", last="2024-08")
    table, usual = run(scenario).indicators, run(town(**LONG)).indicators
    first = month_number("2023-09") - month_number(scenario.first_month)
    assert table[:first].equals(usual[:first])
    assert (table["spending_jt"][first + 12 :] == 0).all()
    assert (table["shadow_cost_jt"][first + 12 :] == 0).all()


@every_policy
def test_the_rules_of_a_policy_end_with_it(name):
    scenario = in_force(name, 1.0, first="2023-09", last="2023-12")
    model = MetalSupplyChain(scenario, seed=1)
    usual = MetalSupplyChain(town(**LONG), seed=1)
    after = month_number("2024-02") - month_number(scenario.first_month) + 1
    while model.month < after:
        model.step()
        usual.step()
    for table, column in (
        ("producers", "reserved_share"),
        ("producers", "retained_share"),
        ("producers", "local_first"),
        ("buyers", "quota_slots"),
        ("buyers", "review_help"),
    ):
        now, before = model.tables[table].rows[column], usual.tables[table].rows[column]
        np.testing.assert_array_equal(now, before, err_msg=column)
    assert model.tables["government"].rows["cash_jt"][0] == 0.0


@every_policy
def test_two_uses_that_follow_each_other_at_new_year_are_one(name):
    # so little money that it must be saved up from month to month
    saved_up = {BUDGET: 120.0} if BUDGET in POLICIES[name].levers else {}
    whole = in_force(name, first="2023-06", last="2024-12", **saved_up)
    [use] = whole.uses
    parts = (replace(use, last="2023-12"), replace(use, first="2024-01"))
    split = Scenario(whole.name, whole.path, whole.reason, whole.parameters, parts)
    assert unlike(everything(run(split)), everything(run(whole))) == []


@functools.cache
def what_help_leaves(name):
    """Return, by column that a policy wrote in firms and that fades, the mean gap to the same town without the policy.

    Two gaps over the firms that the policy touched: in the last month in force, and three years later.
    """
    scenario = with_policy(town(observed=48), name, levers(name, 1.0), first="2023-06", last="2024-05")
    model, usual = MetalSupplyChain(scenario, seed=1), MetalSupplyChain(town(observed=48), seed=1)
    firms, others = model.tables["firms"].rows, usual.tables["firms"].rows
    acts, touched = model._government_acts, {column: set() for column in FADES}

    def act(moment):
        before = {column: firms[column].copy() for column in FADES}
        acts(moment)
        for column, was in before.items():
            touched[column] |= set(firms["uid"][firms[column] != was].tolist())

    model._government_acts = act
    seen_at = []
    for month in (model.warm_up + 12, model.months):
        while model.month < month:
            model.step()
            usual.step()
        seen_at.append((firms.copy(), others.copy()))
    uid = firms["uid"]
    same = np.all([(rows["uid"] == uid) & rows["working"] for pair in seen_at for rows in pair], axis=0)
    gaps = {}
    for column, uids in touched.items():
        rows = same & np.isin(uid, list(uids))
        if rows.any():
            gaps[column] = [float((one[column] - other[column])[rows].mean()) for one, other in seen_at]
    return gaps


@long_interpreted
@every_policy
def test_what_a_policy_leaves_in_firms_fades_after_its_end_as_it_declares(name):
    for column, (at_the_end, later) in what_help_leaves(name).items():
        assert FADES[column] in POLICIES[name].fades, column
        assert at_the_end > 0.0, column
        assert abs(later) < at_the_end, column


@long_interpreted
def test_the_search_for_what_fades_finds_all_of_it():
    assert {column for name in POLICIES for column in what_help_leaves(name)} == set(FADES)


@every_policy
def test_help_that_still_runs_stops_with_the_policy(name):
    model = MetalSupplyChain(in_force(name, 1.0, first="2023-06", last="2024-06"), seed=1)
    while model.running:
        model.step()
        roll = model.office.rolls.get(name)
        if roll and model.month >= model.office.policies[0].last:
            assert roll.running.size == 0
    assert (model.tables["firms"].rows["visibility_help"] == 0.0).all()


@every_policy
def test_what_a_policy_allows_for_a_month_is_gone_after_its_end(name):
    model = run(in_force(name, 1.0, first="2023-06", last="2024-06"))
    assert model.month > model.office.policies[0].last + 1
    for table, columns in LAPSING.items():
        for column in columns:
            assert not model.tables[table].rows[column].any(), column
