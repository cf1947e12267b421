"""What every policy keeps, whatever it does: run for each file in ``sim/policies``, which no test names."""

import copy
import itertools
import math
import pickle
import sys

import pytest

from sim import MetalSupplyChain, policies
from sim.core.streams import Luck
from sim.errors import UserError
from sim.policies import Choice, Lever, catalogue
from tests.each_policy import BUDGET, FILES, LONG, POLICIES, every_budget, every_lever, every_policy, in_force
from tests.towns import everything, levers, long_interpreted, run, town, unlike, with_policy

# A policy says what it is


@every_policy
def test_a_policy_says_what_it_is_and_on_what_evidence(name):
    policy = POLICIES[name]
    assert policy.name == name
    assert all((policy.title_en, policy.title_id, policy.moves, policy.fades, policy.evidence, policy.__doc__))
    story = sys.modules[policy.__module__].__doc__
    assert [part for part in ("Channel", "Evidence", "Cost") if f"\n{part}\n    " not in story] == []
    assert policy.unit_costs or BUDGET not in policy.levers
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
