"""Changing a scenario from Python and from the command line, and setting its policies at rest."""

import numpy as np
import pytest

from sim import policies
from sim.errors import UserError
from sim.scenario import Scenario, parse_settings, parse_value
from tests.small_town import NAMES, levers_at_rest, load, numbers_of, write_several


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_several(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def town(folder):
    return load(folder, "baseline")


def test_changed_returns_another_scenario_and_leaves_this_one(town):
    wear = town.changed({"firms.wear": 0.01, "cluster_tegal.firms.value": 7})
    assert (wear["firms.wear"], wear["cluster_tegal.firms"]) == (0.01, 7)
    assert (town["firms.wear"], town["cluster_tegal.firms"]) == (0.008, 450)
    assert dict(wear.changes) == {"firms.wear": 0.01, "cluster_tegal.firms.value": 7}
    assert wear.record("firms")["wear"] == 0.01


def test_changed_there_and_back_is_the_same_scenario(town):
    there = town.changed({"firms.wear": 0.01, "firms.draws": False, "mill_one.outage": "2024-01"})
    back = there.changed({"firms.wear": 0.008, "firms.draws": True, "mill_one.outage": "2023-05"})
    assert there.fingerprint != town.fingerprint
    assert (back.fingerprint, back) == (town.fingerprint, town)


def test_changed_equals_a_file_with_the_same_content(folder, town):
    assert town.changed({"firms.wear": 0.01}) == load(folder, "slump")
    name = NAMES[0]
    settings = {**levers_at_rest(name), "from": "2024-01", "to": "2025-12"}
    added = town.changed({f"policies.{name}.{key}": value for key, value in settings.items()})
    assert added.policies == (name,)
    assert added.uses == tuple(one for one in load(folder, "every").uses if one.name == name)


def test_changed_takes_the_numbers_of_numpy(town):
    changed = town.changed(
        {"firms.wear": np.float64(0.01), "cluster_tegal.firms": np.int64(7), "firms.draws": np.bool_(False)}
    )
    assert changed == town.changed({"firms.wear": 0.01, "cluster_tegal.firms": 7, "firms.draws": False})


@pytest.mark.parametrize("name", NAMES)
def test_changed_sets_levers_and_dates(folder, name):
    lever = numbers_of(name)[0]
    high = policies.catalogue()[name].levers[lever].high
    changed = load(folder, "every").changed({f"policies.{name}.{lever}": high, f"policies.{name}.to": "2026-01"})
    (one,) = (one for one in changed.uses if one.name == name)
    assert (one.levers[lever], one.last) == (high, "2026-01")


def test_changed_names_the_use_of_a_policy_used_twice(folder):
    name, lever = NAMES[0], numbers_of(NAMES[0])[0]
    twice = load(folder, "twice")
    changed = twice.changed({f"policies.{name}.1.to": "2025-07"})
    assert [one.last for one in changed.uses] == ["2024-06", "2025-07"]
    for key, says in ((f"policies.{name}.{lever}", "is used 2 times"), (f"policies.{name}.2.to", "0 to 1")):
        with pytest.raises(UserError, match=says):
            twice.changed({key: 0})


def test_an_unknown_entry_of_a_large_room_lists_the_nearest_dozen():
    with pytest.raises(UserError, match="menu_cost") as refused:
        Scenario.load("baseline").changed({"firms.menus": 1})
    assert str(refused.value).count(", ") == 11
    assert "more; `kotabaja describe` prints them all." in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"firms.waer": 0.01}, 'firms.waer: unknown entry. Did you mean "firms.wear"?'),
        ({"wear": 0.01}, "wear: cannot be set."),
        ({"base": "other.toml"}, "base: cannot be set."),
        ({"firms.wear.value.x": 1}, "firms.wear.value.x: cannot be set."),
        ({"firms.wear.colour": 1}, "firms.wear.colour: unknown key."),
        ({"firms.wear": "0.01"}, 'firms.wear: "0.01" is not a number'),
        ({"firms.wear": float("nan")}, "firms.wear: nan is not a finite number"),
        ({"firms.wear": 1}, "firms.wear: 1 per month is outside its range 0.004 to 0.015."),
        ({"firms.wear": [0.01]}, "firms.wear: a list is not a number"),
        ({"cluster_tegal.firms": -5}, "cluster_tegal.firms: -5 is outside its range 0 to 500."),
        ({"cluster_tegal.firms": 5.0}, "cluster_tegal.firms: 5.0 is not a whole number"),
        ({"buyer_store.count": 0}, "buyer_store.count: 0 is outside its range 1 to 50."),
        ({"cluster_tegal.local": True}, "cluster_cilegon, cluster_tegal are local; exactly one must be"),
        ({"time.warm_up_months": 1.5}, "time.warm_up_months: must be whole months"),
        ({"time.first_observed": "2023-13"}, 'time.first_observed: "2023-13" is not a month'),
        ({"policies.trainign.to": "2024-01"}, "policies.trainign: unknown policy."),
        ({"policies.x": 1}, "policies.x: cannot be set."),
        ({f"policies.{NAMES[0]}.to": "2024-01"}, "is missing; a policy has no defaults"),
    ],
)
def test_changed_is_checked_like_the_file(town, settings, says):
    with pytest.raises(UserError) as caught:
        town.changed(settings)
    assert says in str(caught.value)
    assert all(line.startswith("baseline (changed): ") for line in str(caught.value).splitlines())


def test_a_change_of_time_is_checked_against_the_policies(folder):
    every = load(folder, "every")
    assert every.changed({"time.observed_months": 24}).months == 84
    with pytest.raises(UserError, match="outside the simulated months 2018-06 to 2023-10"):
        every.changed({"time.observed_months": 5})


def test_at_rest_keeps_policies_and_dates_and_rests_every_lever(folder):
    every = load(folder, "every")
    busy = every.changed({f"policies.{name}.{lever}": policies.catalogue()[name].levers[lever].high
                          for name in NAMES for lever in numbers_of(name)})  # fmt: skip
    assert busy != every
    assert busy.at_rest() == every
    assert busy.at_rest().at_rest() == every
    assert busy.at_rest().policies == busy.policies
    assert dict(busy.at_rest().parameters) == dict(busy.parameters)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("-3", -3),
        ("1_000", 1000),
        (".5", 0.5),
        ("007", 7.0),
        ("true", True),
        ("True", "True"),
        ("2024-01", "2024-01"),
        ('"2024-01"', "2024-01"),
        ("first come", "first come"),
        ("[1, 2]", [1, 2]),
        (" 7 ", 7),
        ("1\nb = 2", "1\nb = 2"),
        ("[" * 5000, "[" * 5000),
        ("inf", float("inf")),
        ("infinity", "infinity"),
        ("", ""),
    ],
)
def test_a_word_of_the_command_line_is_a_toml_value_or_itself(text, value):
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)


@pytest.mark.parametrize("settings", [["firms.wear"], ["=1"], ["firms.wear="], ["a.b=1", "a.b=2"]])
def test_a_setting_that_is_not_key_and_value_is_refused(settings):
    with pytest.raises(UserError, match="--set"):
        parse_settings(settings)


def test_settings_are_what_changed_takes(town):
    settings = parse_settings(["firms.wear=0.01", "mill_one.outage=2024-02", "firms.draws = false"])
    changed = town.changed(settings)
    assert (changed["firms.wear"], changed["mill_one.outage"], changed["firms.draws"]) == (
        0.01,
        "2024-02",
        False,
    )
