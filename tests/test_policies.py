"""What every policy keeps, whatever it does: run for each file in ``sim/policies``, which no test names."""

import ast
import copy
import functools
import itertools
import math
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import MetalSupplyChain, Scenario, policies
from sim.accounts import CITY_BUDGET, LAPSED, MONEY, PROGRAMME
from sim.core.parameters import month_number
from sim.core.streams import Luck
from sim.errors import UserError
from sim.policies import Choice, Lever, catalogue
from tests.towns import everything, levers, long_interpreted, run, town, unlike, wide, with_every_policy, with_policy

POLICIES = catalogue()
FILES = sorted(Path(policies.__file__).parent.glob("*.py"))
BUDGET = "budget_jt_year"
DECEMBER = 12
every_policy = pytest.mark.parametrize("name", POLICIES)
every_budget = pytest.mark.parametrize("name", [name for name in POLICIES if BUDGET in POLICIES[name].levers])
every_lever = pytest.mark.parametrize(
    ("name", "lever"), [(name, key) for name, policy in POLICIES.items() for key in policy.levers]
)
every_other_option = pytest.mark.parametrize(
    ("name", "lever", "option"),
    [
        (name, key, option)
        for name, policy in POLICIES.items()
        for key, lever in policy.levers.items()
        if isinstance(lever, Choice) and key != "target"
        for option in lever.options[1:]
    ],
)
LONG = {"observed": 30}
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
# What must follow from what firms and buyers do, and may not be written by hand.
OUTCOMES = {
    *("sold_t", "orders_t", "order_t", "output_t", "desired_t", "expected_t", "delivered_t", "first_t", "demand_t"),
    *("first_delivered_t", "first_local_t", "first_external_t", "kept_local_t", "kept_external_t", "unmet_t"),
    *("local_t", "external_t", "imported_t", "revenue_jt", "cost_sold_jt", "receivable_jt", "payable_jt"),
    *("sold_by_kind", "usual_sales", "tally", "chain", "demand_by_kind", "history", "listed", "markup"),
}


def in_force(name, part=0.5, first="2023-06", last="2040-12", settings=None, **chosen):
    return with_policy(town(**LONG, settings=settings), name, levers(name, part) | chosen, first, last)


def month_by_month(scenario, seed=1):
    model = MetalSupplyChain(scenario, seed=seed)
    while model.running:
        model.step()
        yield model


# A policy says what it is


@every_policy
def test_a_policy_says_what_it_is_and_on_what_evidence(name):
    policy = POLICIES[name]
    assert policy.name == name
    assert all((policy.title_en, policy.title_id, policy.moves, policy.evidence, policy.__doc__))
    assert policy.title_en != policy.title_id
    assert policy.levers
    for lever in policy.levers.values():
        assert lever.meaning
        assert lever.unit
        assert not lever.refuses(lever.rest)
        if isinstance(lever, Lever):
            assert lever.low < lever.high


def test_every_file_of_the_folder_is_one_policy():
    names = {file.stem for file in FILES if not file.stem.startswith("_")}
    assert set(POLICIES) == names


def test_a_file_with_two_policies_or_none_is_refused(monkeypatch):
    catalogue.cache_clear()
    monkeypatch.setattr(policies.pkgutil, "iter_modules", lambda _path: [_Named("local_allotment"), _Named("two")])
    two = type("One", (policies.Policy,), {"__module__": "sim.policies.two"})
    other = type("Other", (policies.Policy,), {"__module__": "sim.policies.two"})
    real = policies.importlib.import_module
    modules = {"sim.policies.two": type("module", (), {"One": two, "Other": other})}
    monkeypatch.setattr(policies.importlib, "import_module", lambda name: modules.get(name) or real(name))
    try:
        with pytest.raises(TypeError, match="exactly one Policy, found 2"):
            catalogue()
    finally:
        catalogue.cache_clear()


def test_a_policy_of_a_notebook_is_known_to_its_process_alone():
    class Gift(policies.Policy):
        name = "gift"
        cash_jt = Lever("jt", 0, 10, 0, "Money for every local firm")

    class Shy(policies.Policy):
        """Has no name: its module's begins with underscores in a notebook."""

    Shy.name = "__main__"
    try:
        policies.add(Gift)
        policies.add(Gift)  # a cell is run twice
        assert policies.named("gift") is Gift
        with pytest.raises(UserError, match=r"needs a name"):
            policies.add(Shy)
        with pytest.raises(UserError, match=r"a policy already, in sim/policies/training\.py"):
            policies.add(type("Mine", (policies.Policy,), {"name": "training"}))
    finally:
        del catalogue()["gift"]
    with pytest.raises(UserError, match=r"only the process that added it knows it. Use workers=1"):
        policies.named("gift")


class _Named:
    def __init__(self, name):
        self.name = name


# Levers


@every_lever
def test_a_lever_outside_its_range_is_refused_with_its_meaning(name, lever):
    declared = POLICIES[name].levers[lever]
    wrong = ["whatever"] if isinstance(declared, Choice) else [declared.low - 1, declared.high + 1, math.nan, "1", True]
    for value in wrong:
        with pytest.raises(UserError) as caught:
            in_force(name, **{lever: value})
        assert f"policies.{name}.{lever}: " in str(caught.value)
        assert declared.meaning in str(caught.value)
        assert declared.allowed in str(caught.value)


@every_lever
def test_a_lever_has_no_default(name, lever):
    keys = {key: value for key, value in levers(name).items() if key != lever}
    with pytest.raises(UserError, match=f"policies.{name}.{lever}: is missing"):
        with_policy(town(), name, keys)


@every_policy
def test_a_policy_holds_its_levers_and_can_be_pickled_and_copied(name):
    chosen = levers(name, 0.25)
    policy = POLICIES[name](3, 9, **chosen)
    for twin in (pickle.loads(pickle.dumps(policy)), copy.deepcopy(policy)):
        assert type(twin) is type(policy)
        assert (twin.first, twin.last) == (3, 9)
        assert {key: getattr(twin, key) for key in chosen} == chosen


# Nothing done changes nothing


@every_policy
def test_a_policy_at_rest_changes_no_bit(name):
    scenario = in_force(name).at_rest()
    assert scenario.policies == (name,)
    assert unlike(everything(run(scenario)), everything(run(town(**LONG)))) == []


@every_budget
@pytest.mark.parametrize("part", [0.3, 1.0])
def test_a_policy_without_money_changes_no_bit(name, part):
    scenario = in_force(name, part, **{BUDGET: 0.0})
    assert unlike(everything(run(scenario)), everything(run(town(**LONG)))) == []


@every_policy
def test_other_policies_at_rest_move_nothing_beside_one_in_force(name):
    alone = beside = in_force(name)
    for other in POLICIES:
        if other != name:
            rest = {key: lever.rest for key, lever in POLICIES[other].levers.items()}
            beside = with_policy(beside, other, rest)
    assert beside.policies != alone.policies
    assert unlike(everything(run(beside)), everything(run(alone))) == []


@long_interpreted
@every_policy
def test_a_policy_moves_something_when_its_levers_are_not_at_rest(name):
    # in the whole town: in a small one, nobody may happen to be in the place that is changed
    scenario = with_policy(town(scale=1.0, **LONG), name, levers(name, 1.0))
    usual = run(town(scale=1.0, **LONG)).indicators
    moved = run(scenario).indicators
    money = [column for column in usual if "spending" in column or "shadow" in column]
    assert not moved.drop(columns=money).equals(usual.drop(columns=money))


# Dates


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


# Luck and theory


class RecordingLuck(Luck):
    """Luck that notes what a policy asks of it while the policy acts."""

    def __init__(self, seed):
        super().__init__(seed)
        self.asked, self.acting = set(), False

    def __call__(self, process, month=0):
        if self.acting:
            self.asked.add((process, month > 0))
        return super().__call__(process, month)


@every_policy
def test_a_policy_draws_its_own_luck_and_no_other(name):
    model = MetalSupplyChain(in_force(name), seed=1)
    model.luck = RecordingLuck(1)
    acts = model._government_acts

    def act(moment):
        model.luck.acting = True
        acts(moment)
        model.luck.acting = False

    model._government_acts = act
    model.run()
    # what lasts belongs to the town: which buyer likes which firm
    strange = {process for process, of_a_month in model.luck.asked if of_a_month or not process.startswith("market.")}
    assert [process for process in strange if not f"{process}.".startswith(f"policy.{name}.")] == []


@long_interpreted
@every_budget
def test_more_money_never_helps_fewer_firms_nor_others_first(name):
    helped = []
    for purse_jt in (40.0, 400.0, 4_000.0, 40_000.0):
        scenario = with_policy(town(scale=1.0, observed=18), name, levers(name), first="2024-06")
        model = MetalSupplyChain(scenario, seed=1)
        [policy] = model.office.policies
        while model.month < policy.first - 1:
            model.step()
        model._begin_month()
        model._open_office()
        policy.look_back(model)
        model.office.purses[name].left_jt = purse_jt
        policy.set_rules(model)
        policy.deliver(model)
        firms = model.tables["firms"].rows
        helped.append(set(firms["uid"][firms["working"] & (firms["helped_months"] == 0.0)].tolist()))
    assert all(few <= more for few, more in itertools.pairwise(helped))


# Money and staff


@every_other_option
@pytest.mark.parametrize("budget_jt", [0.0, 300.0, 20_000.0])
def test_every_form_of_a_policy_keeps_its_budget_and_the_books(name, lever, option, budget_jt):
    money = {BUDGET: budget_jt} if BUDGET in POLICIES[name].levers else {}
    model = run(in_force(name, 0.5, **money, **{lever: option}))  # the audit of every month is part of the run
    assert model.indicators["spending_jt"].sum() <= budget_jt * 3
    if budget_jt == 0.0 and money:
        assert unlike(everything(model), everything(run(town(**LONG)))) == []


@every_budget
@pytest.mark.parametrize("budget_jt", [5.0, 60.0, 400.0, 20_000.0])
def test_a_policy_never_spends_more_than_its_budget(name, budget_jt):
    scenario = in_force(name, 1.0, first="2023-08", last="2025-03", **{BUDGET: budget_jt})
    allowed_jt = budget_jt * scenario["government.realised_share"]
    spent_jt, released_jt, by_year = 0.0, 0.0, {}
    for model in month_by_month(scenario):
        books = model.money.books
        released_jt += books[CITY_BUDGET, 1] - books[LAPSED, 0]
        spent_jt += model.office.purses[name].spent_jt
        assert spent_jt <= released_jt + books[LAPSED, 0] + 1e-9
        assert model.office.purses[name].left_jt >= 0.0
        year = (month_number(scenario.first_month) + model.month - 1) // 12
        by_year[year] = by_year.get(year, 0.0) + model.office.purses[name].spent_jt
        assert by_year[year] <= allowed_jt * (1 + 1e-12)
        if model.calendar_month == DECEMBER:
            assert model.office.purses[name].left_jt == 0.0, "unspent money lapses at the year's end"
    assert spent_jt > 0.0 or budget_jt < 100.0


@every_budget
def test_a_purse_pays_all_or_nothing(name):
    model = MetalSupplyChain(in_force(name, first="2023-06", **{BUDGET: 1_000.0}), seed=1)
    [policy] = model.office.policies
    model.month = policy.first
    books = np.zeros((len(MONEY), 2))
    model.office.open_month(policy.first, 6, books)
    purse, row = model.office.purses[name], model.tables["government"].rows
    left_jt = purse.left_jt
    assert left_jt == row["cash_jt"][0] == books[CITY_BUDGET, 1] > 10.0
    assert not model.office.spend(policy, PROGRAMME, left_jt * 1.001, books)
    assert (purse.left_jt, row["cash_jt"][0], purse.spent_jt, books[PROGRAMME, 0]) == (left_jt, left_jt, 0.0, 0.0)
    assert model.office.affordable(policy, left_jt / 3) == 3
    assert model.office.affordable(policy, 1e-308) >= 1_000_000
    assert model.office.affordable(policy, left_jt / 2.9) == 2
    assert model.office.spend(policy, PROGRAMME, left_jt, books)
    assert (purse.left_jt, row["cash_jt"][0], purse.spent_jt, books[PROGRAMME, 0]) == (0.0, 0.0, left_jt, left_jt)
    assert not model.office.spend(policy, PROGRAMME, 0.001, books)


@every_policy
def test_a_policy_without_a_budget_spends_nothing(name):
    spent = run(in_force(name, 1.0)).indicators["spending_jt"].sum()
    assert (spent > 0.0) == (BUDGET in POLICIES[name].levers)


def test_every_rupiah_that_is_spent_has_a_receiver():
    scenario = with_every_policy(town(**LONG), 0.4)
    from_office = [i for i, flow in enumerate(MONEY) if flow.giver == "government" and i != LAPSED]
    took = []
    for model in month_by_month(scenario):
        given, taken = model.money.books[from_office].T
        np.testing.assert_allclose(given, taken, rtol=1e-12, atol=1e-12)
        took.append(taken.sum())
    table = model.indicators
    np.testing.assert_allclose(table["spending_jt"], took, rtol=1e-12, atol=1e-9)
    assert table["spending_jt"].sum() > 0.0


@every_policy
def test_what_a_policy_spends_is_its_own_column(name):
    table = run(in_force(name, 1.0)).indicators
    assert table[f"spending_{name}_jt"].equals(table["spending_jt"].rename(f"spending_{name}_jt"))


@pytest.mark.parametrize("staff", [10, 40])
def test_the_staff_handles_no_more_firms_than_it_can(staff):
    scenario = with_every_policy(town(**LONG, settings={"government.staff_firms_month": staff}), 1.0)
    before, busiest = None, 0
    for model in month_by_month(scenario):
        assert 0 <= model.tables["government"].rows["staff_left"][0] <= staff
        firms = model.tables["firms"].rows
        now = dict(zip(firms["uid"].tolist(), firms["helped_times"].tolist(), strict=True))
        if before is not None:
            helped = sum(now[uid] - times for uid, times in before.items() if uid in now)
            assert helped <= staff * 2  # a store that is met is one case for the staff, and signs a few firms
            busiest = max(busiest, staff - model.tables["government"].rows["staff_left"][0])
        before = now
    assert 0 < busiest <= staff


@every_budget
def test_without_staff_no_firm_is_helped(name):
    none = wide({"government.staff_firms_month": 0})
    table = run(in_force(name, 1.0, settings=none)).indicators
    assert (table["helped_local"] == 0).all()


@every_policy
def test_two_policies_do_not_share_a_purse(name):
    others = [other for other in POLICIES if other != name]
    scenario = with_every_policy(town(**LONG), 0.4)
    poor = scenario
    for other in others:
        if BUDGET in POLICIES[other].levers:
            poor = poor.changed({f"policies.{other}.{BUDGET}": 0.0})
    spent = run(poor).indicators
    for other in others:
        assert (spent[f"spending_{other}_jt"] == 0).all(), other


# What a policy may touch


def written_names(tree):
    """Yield the names of columns and attributes that a source writes, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "for_this_month":
            for keyword in node.keywords:
                yield f"{keyword.arg}", node.lineno
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            continue
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute):
                    yield part.attr, node.lineno
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, node.lineno


@pytest.mark.parametrize("file", [*FILES, FILES[0].parent.parent / "relief.py"], ids=lambda file: file.stem)
def test_a_policy_never_writes_what_must_follow_by_itself(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    wrong = [(name, line) for name, line in written_names(tree) if name in OUTCOMES and file.stem != "relief"]
    wrong += [
        (name, line) for name, line in written_names(tree) if name in OUTCOMES - {"markup"} and file.stem == "relief"
    ]
    assert wrong == []


def test_the_search_for_written_outcomes_finds_them():
    fault = "firms['sold_t'][rows] += 1.0\nfirm.revenue_jt = 2.0\ntown.tally['x'], y = 1, 2\n"
    fault += "town.for_this_month('firms', rows, orders_t=3.0)\n"
    assert {name for name, _ in written_names(ast.parse(fault))} >= {"sold_t", "revenue_jt", "tally", "orders_t"}


LAPSING = {
    "firms": ("buys_jointly", "sells_jointly", "shared_volume_t", "financed_share"),
    "buyers": ("quota_slots", "review_help"),
    "cooperatives": ("working", "members", "fee_share", "handled_t"),
}


@pytest.mark.parametrize("file", [*FILES, FILES[0].parent.parent / "relief.py"], ids=lambda file: file.stem)
def test_what_a_policy_allows_for_a_month_is_set_so_that_it_lapses(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = [name for name, _ in written_names(tree)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    lent = [word.arg for one in calls if getattr(one.func, "attr", "") == "for_this_month" for word in one.keywords]
    lapsing = {column for columns in LAPSING.values() for column in columns}
    assert set(lent) <= lapsing
    assert [name for name in names if name in lapsing] == lent


def test_a_rule_that_changes_in_mid_run_reaches_prices_posted_before(monkeypatch):
    kind = catalogue()["local_allotment"]
    model = MetalSupplyChain(in_force("local_allotment", 0.0, first="2023-08", last="2025-03"), seed=1)
    market = model.world.room("market")

    def dearer_freight(policy, town):
        town.clusters["freight_jt_t"] += 5.0 * ~(town.clusters["local"] > 0.0)

    monkeypatch.setattr(kind, "set_rules", dearer_freight)
    [policy] = model.office.policies
    while model.month < policy.first:
        model.step()
    firms = model.tables["firms"].rows
    outside = firms[firms["working"] & ~firms["local"] & (firms["age_months"] > 2)]
    freight_jt_t = model.clusters["freight_jt_t"][outside["cluster"]]
    assert (freight_jt_t > 5.0).all()
    dearer = market["price_elasticity"] * np.log(1.0 + freight_jt_t / outside["price_jt_t"])
    np.testing.assert_allclose(outside["pull"], outside["pull_home"] * np.exp(-dearer / market["nest"]), rtol=1e-12)
