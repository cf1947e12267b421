"""The register of assumptions: graded, measured, sorted, with a question each; the page is as the register has it."""

import re
from pathlib import Path

import pytest

from sim import Scenario
from sim.errors import UserError
from sim.study.assumptions import GRADES, assumptions, grade, page, question, read_influences, renew
from sim.study.assumptions import _words as words

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "assumptions.md"
TABLE = ROOT / "docs" / "sensitivity" / "morris.csv"
BASE = Scenario.load("baseline")
ASSUMED = [entry for entry in BASE.parameters.values() if entry.assumed]


@pytest.fixture(scope="module")
def found():
    return assumptions(BASE, read_influences(TABLE))


def test_the_page_is_as_the_register_and_the_measurement_have_it():
    assert PAGE.read_text(encoding="utf-8") == page(BASE, read_influences(TABLE)), "run kotabaja describe --assumptions"


def test_every_assumption_is_on_the_page_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z_.]+)` \|", text.partition("## Every assumption")[2], re.MULTILINE)
    assert sorted(listed) == sorted(entry.address for entry in ASSUMED)


def test_what_is_worth_most_comes_first(found):
    worth = [one.worth for one in found]
    assert worth == sorted(worth, reverse=True)
    assert 0.0 < worth[0] <= 1.0
    for one in found:
        assert one.worth == pytest.approx(GRADES[one.grade][0] * one.relative)


def test_influence_counts_above_its_luck_and_against_the_largest():
    measured = {
        "market.nest": {"local_share_mu_star": 0.04, "local_share_luck": 0.01, "access_effect_mu_star": 0.001},
        "firms.wear": {"local_share_mu_star": 0.01, "local_share_luck": 0.02, "access_effect_mu_star": 0.002},
        "market.taste_sd": {},
    }
    found = {one.entry.address: one for one in assumptions(BASE, measured)}
    assert found["market.nest"].relative == pytest.approx(0.75)
    assert found["firms.wear"].relative == pytest.approx(1.0)
    assert found["market.taste_sd"].worth == 0.0


@pytest.mark.parametrize("entry", ASSUMED, ids=lambda entry: entry.address)
def test_every_assumption_has_a_grade_and_a_question(entry):
    assert grade(entry.source.partition(":")[2].strip()) in GRADES
    asked = question(entry)
    assert asked.endswith(".")
    assert "Whoever knows it" not in asked or entry.room in ("time", "town")


def test_questions_by_hand_are_of_assumptions_that_are_there():
    assert set(words()["question"]) <= {entry.address for entry in ASSUMED}
    assert {entry.unit for entry in ASSUMED} <= set(words()["how"])


def test_the_ten_most_worth_finding_have_a_question_of_their_own(found):
    assert {one.entry.address for one in found[:10]} <= set(words()["question"])


def test_the_page_is_written_once(tmp_path):
    path = tmp_path / "assumptions.md"
    assert renew(path, TABLE)
    assert not renew(path, TABLE)
    with pytest.raises(UserError, match="cannot be read"):
        renew(path, tmp_path / "nowhere.csv")
    with pytest.raises(UserError, match="cannot be written"):
        renew(tmp_path / "no" / "folder.md", TABLE)
