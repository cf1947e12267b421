"""The page's form says what a scenario says, refuses what a file would be refused for, and does so in two languages."""

import pytest

from sim import Scenario
from sim.app.form import Form, Mistake, PolicyForm, example_of, form_of, mistakes, scenario_of, translated
from sim.errors import UserError
from sim.policies import Lever, catalogue
from sim.scenario import shipped_names


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", shipped_names())
def test_the_form_of_a_shipped_scenario_says_the_same_as_its_file(name, language):
    form = form_of(name, language)
    assert mistakes(form, language) == {}
    assert scenario_of(form, language).fingerprint == Scenario.load(name).fingerprint


def test_a_number_outside_its_range_is_refused_where_it_was_typed():
    form = form_of("training_only", "en").with_lever(0, "budget_jt_year", "99000")
    assert mistakes(form, "en") == {(0, "budget_jt_year"): Mistake("range")}
    with pytest.raises(UserError, match="0 to 20000 jt/year"):
        scenario_of(form, "en")


@pytest.mark.parametrize("text", ["", "much", "1.2.3", "nan", "0x10"])
def test_what_is_no_number_is_refused(text):
    form = form_of("training_only", "en").with_lever(0, "budget_jt_year", text)
    assert mistakes(form, "en")[0, "budget_jt_year"].kind in ("number", "range")


def test_a_comma_and_a_point_mean_what_the_language_says():
    form = form_of("both", "id").with_lever(1, "fee_paid_share", "0,5").with_lever(0, "budget_jt_year", "1.250")
    assert mistakes(form, "id") == {}
    uses = {use.name: use.levers for use in scenario_of(form, "id").uses}
    assert uses["store_access"]["fee_paid_share"] == 0.5
    assert uses["training"]["budget_jt_year"] == 1250


def test_a_number_written_for_the_other_language_is_refused_not_misread():
    form = form_of("both", "id").with_lever(1, "fee_paid_share", "0.5")
    assert mistakes(form, "id") == {(1, "fee_paid_share"): Mistake("number")}


def test_the_form_keeps_its_numbers_when_the_language_changes():
    form = form_of("both", "en").with_lever(1, "fee_paid_share", "0.25").with_lever(0, "budget_jt_year", "plenty")
    other = translated(form, "en", "id")
    assert other.uses[1].levers["fee_paid_share"] == "0,25"
    assert other.uses[0].levers["budget_jt_year"] == "plenty"
    assert translated(other, "id", "en") == form


@pytest.mark.parametrize(
    ("key", "text", "kind"),
    [
        ("from", "June", "month"),
        ("from", "2023-13", "month"),
        ("from", "1999-01", "outside"),
        ("to", "2023-05", "order"),
        ("to", "", "month"),
    ],
)
def test_wrong_months_are_refused(key, text, kind):
    form = form_of("training_only", "en").with_lever(0, key, text)
    assert mistakes(form, "en")[0, key].kind == kind


@pytest.mark.parametrize("seed", ["0", "-1", "1.5", "", "two", str(2**32), "²"])
def test_what_is_no_seed_is_refused(seed):
    form = form_of("baseline", "en", seed=seed)
    assert mistakes(form, "en") == {(-1, "seed"): Mistake("seed")}


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_policy_can_be_added_and_taken_away_again(name):
    form = form_of("baseline", "en")
    policy, source = example_of(name, form, "en")
    longer = form.with_use(policy)
    assert mistakes(longer, "en") == {}
    assert [use.name for use in scenario_of(longer, "en").uses] == [name]
    assert source in shipped_names()
    assert longer.without_use(0) == form
    assert scenario_of(form, "en") == Scenario.load("baseline")


def test_a_policy_that_no_scenario_uses_comes_at_rest(monkeypatch):
    monkeypatch.setattr("sim.app.form._example", lambda policy: None)
    policy, source = example_of("training", form_of("baseline", "en"), "en")
    assert source == ""
    assert (policy.first, policy.last) == ("2023-06", "2028-05")
    levers = catalogue()["training"].levers
    assert policy.levers == {k: "0" if isinstance(v, Lever) else v.rest for k, v in levers.items()}


def test_a_form_is_changed_by_making_a_new_one():
    form = Form("baseline", (PolicyForm("training", {"budget_jt_year": "1"}, "2023-06", "2024-05"),))
    changed = form.with_lever(0, "budget_jt_year", "2")
    assert form.uses[0].levers["budget_jt_year"] == "1"
    assert changed.uses[0].levers["budget_jt_year"] == "2"
