"""Scenarios: loading, reading, changing, resting; what is equal and what is not."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

from sim import scenario, scenario_file
from sim.errors import UserError
from sim.scenario import Scenario, check, shipped, shipped_names
from tests.small_town import (
    DIFFERENCE,
    NAMES,
    REGISTER,
    cluster,
    levers_at_rest,
    load,
    use,
    write_several,
    write_town,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_several(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def town(folder):
    return load(folder, "baseline")


def test_a_register_is_read_in_the_order_of_its_file(town):
    assert list(town.parameters)[:2] == ["time.first_observed", "time.warm_up_months"]
    assert (town.name, town.reason, town.policies, town.uses) == ("baseline", "", (), ())
    wear = town.parameters["firms.wear"]
    assert (wear.value, wear.unit, wear.range) == (0.008, "per month", (0.004, 0.015))
    assert (wear.source, wear.meaning, wear.assumed) == ("Bank survey 2021, medium", "Wear", False)


def test_values_are_read_by_address_room_and_family(town):
    assert town["firms.cover_months"] == 2
    assert "firms.cover_months" in town
    assert town.room("firms") == {"wear": 0.008, "cover_months": 2, "draws": True}
    assert town.family("cluster") == {
        "cilegon": {"local": True, "firms": 150},
        "tegal": {"local": False, "firms": 450},
    }


def test_a_value_has_the_type_of_its_unit(town):
    kinds = {"firms.wear": float, "cluster_tegal.firms": int, "firms.draws": bool, "time.warm_up_months": int}
    assert {address: type(town[address]) for address in kinds} == kinds


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda town: town["firms.waer"], "firms.wear"),
        (lambda town: town.room("frims"), "firms"),
        (lambda town: town.family("clutter"), "cluster_"),
    ],
)
def test_an_unknown_address_names_the_nearest(town, ask, hint):
    with pytest.raises(KeyError, match=hint):
        ask(town)


def test_a_record_holds_the_numbers_of_a_room_and_leaves_months_out(town):
    record = town.record("firms")
    assert record.dtype.names == ("wear", "cover_months", "draws")
    assert record.tolist() == [(0.008, 2.0, 1.0)]
    assert town.record("mill_one").dtype == np.dtype([("output_t", "f8")])


def test_a_table_has_one_row_a_member(town):
    assert town.table("cluster").tolist() == [(1.0, 150.0), (0.0, 450.0)]


def test_records_of_one_scenario_share_nothing(town):
    town.record("firms")["wear"] = 9
    town.table("cluster")["firms"] = 9
    assert town.record("firms")["wear"] == 0.008
    assert town.table("cluster")["firms"].tolist() == [150, 450]


def test_assumptions_are_the_entries_that_say_so(town):
    assert len(town.assumptions) == len(town.parameters) - 1


def test_a_run_begins_with_the_warm_up(town):
    assert (town.first_month, town.months) == ("2018-06", 120)


def test_a_difference_stands_on_its_base(folder, town):
    slump, deeper = load(folder, "slump"), load(folder, "deeper")
    assert (slump["firms.wear"], slump.reason) == (0.01, "a test")
    assert slump.parameters["firms.wear"].source == town.parameters["firms.wear"].source
    assert (deeper["firms.wear"], deeper["firms.cover_months"], deeper.reason) == (0.01, 3, "more")
    assert list(deeper.parameters) == list(town.parameters)


def test_a_base_is_found_from_any_working_folder(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(folder, "slump")["firms.wear"] == 0.01


def test_a_difference_may_widen_a_range_with_a_source(tmp_path):
    wider = '[firms.wear]\nvalue = 0.02\nrange = [0.004, 0.03]\nsource = "mills, 2024"\nmeaning = "Wear now"\n'
    town = load(write_town(tmp_path, wider=DIFFERENCE + wider), "wider")
    wear = town.parameters["firms.wear"]
    assert (wear.value, wear.range) == (0.02, (0.004, 0.03))
    assert (wear.source, wear.meaning) == ("mills, 2024", "Wear now")


def test_a_difference_may_add_a_member_of_a_family(tmp_path):
    town = load(write_town(tmp_path, more=DIFFERENCE + cluster("ceper", "false", 30)), "more")
    assert list(town.family("cluster")) == ["cilegon", "tegal", "ceper"]


def test_another_town_needs_data_only(tmp_path, town):
    other = REGISTER.replace("cilegon", "slawi").replace("mill_one", "mill_far")
    found = write_town(tmp_path, other=other)
    elsewhere = Scenario.load(found / "other.toml", schema=town.parameters)
    assert list(elsewhere.family("mill")) == ["far"]


def test_policies_have_every_lever_and_dates(folder):
    every = load(folder, "every")
    assert every.policies == tuple(NAMES)
    for one in every.uses:
        assert one.levers == levers_at_rest(one.name)
        assert (one.first, one.last) == ("2024-01", "2025-12")


def test_a_file_replaces_a_policy_of_its_base_or_takes_it_away(tmp_path):
    name = NAMES[0]
    base = 'base = "with.toml"\nreason = "a test"\n'
    found = write_town(
        tmp_path,
        **{"with": DIFFERENCE + use(name)},
        later=base + use(name, "2026-01", "2026-02"),
        without=base + f"policies.{name} = []\n",
    )
    assert [one.first for one in load(found, "later").uses] == ["2026-01"]
    assert load(found, "without").uses == ()


def test_the_fingerprint_is_of_content_not_of_words(folder, tmp_path, town):
    words = REGISTER.replace("A number", "Quite a number").replace("for a test", "for another")
    numbers = words.replace("value = 2\n", "value = 2.0\n").replace("[0.5, 6.0]", "[0.1, 7]")
    (tmp_path / "other.toml").write_text("# a comment\n" + numbers, encoding="utf-8")
    other = Scenario.load(tmp_path / "other.toml", schema={})
    assert (other.fingerprint, hash(other)) == (town.fingerprint, hash(town))
    assert len(town.fingerprint) == 32
    assert town != "baseline"


def test_the_order_of_members_is_content_and_the_order_of_rooms_is_not(tmp_path, town):
    one, two = cluster("cilegon", "true", 150), cluster("tegal", "false", 450)
    wear = REGISTER[REGISTER.index("[firms.wear]") : REGISTER.index("[firms.cover_months]")]
    found = write_town(
        tmp_path, swapped=REGISTER.replace(one + two, two + one), moved=REGISTER.replace(wear, "") + wear
    )
    assert load(found, "swapped") != town
    assert load(found, "moved") == town


def test_a_scenario_never_changes(town):
    with pytest.raises(AttributeError):
        town.name = "other"
    with pytest.raises(TypeError):
        town.parameters["firms.wear"] = None


def test_a_scenario_travels_to_other_processes(folder):
    every = load(folder, "every").changed({"firms.wear": 0.01})
    every.record("firms")
    copy = pickle.loads(pickle.dumps(every))
    assert (copy, copy.uses, dict(copy.changes), copy.path) == (
        every,
        every.uses,
        {"firms.wear": 0.01},
        every.path,
    )
    assert dict(copy.parameters) == dict(every.parameters)
    assert len(pickle.dumps(every)) < 10_000


def test_a_scenario_without_policies_waits_for_no_heavy_library(folder):
    code = (
        "import sys; from sim.scenario import Scenario; "
        f"Scenario.load({str(folder / 'slump.toml')!r}, schema={{}}).fingerprint; "
        "print([name for name in ('numpy', 'numba', 'mesa', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_check_lists_every_problem_and_nothing_for_a_good_file(folder, tmp_path):
    bad = DIFFERENCE + "[firms.wear]\nvalue = 9\n[firms.draws]\nvalue = 1\n" + use(NAMES[0], to="2023-13")
    found = write_town(tmp_path, bad=bad)
    assert check(folder / "every.toml", schema={}) == []
    problems = check(found / "bad.toml", schema={})
    keys = ["firms.wear", "firms.draws", f"policies.{NAMES[0]}.to"]
    assert [problem.split(": ")[1] for problem in problems] == keys


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Stand a folder of shipped scenarios in for the real one."""
    folder = tmp_path / "scenarios"
    (folder / "limits").mkdir(parents=True)
    write_town(folder, both=DIFFERENCE + use(NAMES[0]))
    (folder / "limits" / "no_demand.toml").write_text(DIFFERENCE, encoding="utf-8")
    for module in (scenario, scenario_file):
        monkeypatch.setattr(module, "shipped_folder", lambda: folder)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return folder


@pytest.mark.parametrize(
    "name", ["both", "both.toml", "scenarios/both.toml", "limits/no_demand", "no_demand", "no_demand.toml"]
)
def test_shipped_scenarios_are_found_by_name(shelf, name):
    assert Scenario.load(name).path.is_relative_to(shelf)


def test_a_file_beside_the_user_comes_before_a_shipped_one(shelf, tmp_path):
    (tmp_path / "elsewhere" / "both.toml").write_text(DIFFERENCE, encoding="utf-8")
    assert Scenario.load("both.toml").policies == ()
    assert Scenario.load("both").policies == (NAMES[0],)


def test_shipped_scenarios_are_listed(shelf):
    assert shipped_names() == ["baseline", "both", "limits/no_demand"]
    assert shipped("both") == shelf / "both.toml"
    assert shipped("neither") is None


def test_a_missing_file_lists_the_shipped_ones(shelf):
    with pytest.raises(UserError) as caught:
        Scenario.load("bohh.toml")
    assert str(caught.value).startswith('bohh.toml: no such file. Did you mean "both"?')
    assert "baseline, both, limits/no_demand" in str(caught.value)


def test_the_shipped_baseline_is_the_measure_of_a_whole_register(shelf):
    (shelf / "town.toml").write_text(REGISTER.replace("[firms.wear]", "[firms.tear]"), encoding="utf-8")
    problems = check("town")
    assert len(problems) == 2
    assert 'firms.tear: unknown entry. Did you mean "firms.wear"?' in problems[0]
    assert "firms.wear: is missing." in problems[1]
    assert check("baseline") == []
