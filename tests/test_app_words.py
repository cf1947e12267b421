"""The page speaks English and Bahasa Indonesia, and says everything in both."""

import json
import re
from pathlib import Path
from string import Formatter

import pytest

import sim.app
from sim.app.figures import FACTORS, INDICATORS
from sim.app.say import Say
from sim.app.words import WORDS
from sim.app.words_levers import MEANINGS, RULES, UNITS, meaning_of, rule_name, unit_name
from sim.buyers import KINDS
from sim.firms import BOUNDS
from sim.indicators import catalogue as indicators
from sim.policies import Lever, catalogue
from sim.scenario import Scenario
from sim.study.ensemble import load_ensemble

ROOT = Path(__file__).parent.parent

SOURCE = "".join(
    path.read_text(encoding="utf-8")
    for path in Path(sim.app.__file__).parent.rglob("*.py")
    if not path.name.startswith("words")
)
# Keys put together while the page is drawn: what they begin with, and what follows.
MADE = {
    "bound_": BOUNDS,
    "buyer_": KINDS,
    "": tuple(INDICATORS),
    "unit_": tuple(INDICATORS.values()),
    "level_": tuple(INDICATORS.values()),
    "change_": tuple(INDICATORS.values()),
    "part_": ("local", "outside", "imports"),
    "line_": ("steel", "local", "outside", "imports"),
    "tab_": ("map", "factors", "constraints", "spending", "indicator", "firm"),
    "wrong_": ("number", "range", "month", "outside", "order", "seed"),
}
MADE_KEYS = {first + last for first, lasts in MADE.items() for last in lasts}
LEVERS = [lever for policy in catalogue().values() for lever in policy.levers.values()]


def fields(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_page_says_how_well_the_baseline_fits_what_is_known(language):
    weights = json.loads((ROOT / "docs" / "validation" / "manifest.json").read_text())["weights"]["held out"]
    passed = round(100 * weights["pass"] / sum(weights.values()))
    told = re.findall(r"\d+", WORDS[language]["about"])
    assert told == [str(len(load_ensemble())), str(passed), "30"]


def test_both_languages_have_the_same_keys_in_the_same_order():
    assert list(WORDS["en"]) == list(WORDS["id"])


@pytest.mark.parametrize("key", WORDS["en"])
def test_both_languages_fill_in_the_same_values(key):
    assert fields(WORDS["en"][key]) == fields(WORDS["id"][key])
    assert WORDS["en"][key].strip()
    assert WORDS["id"][key].strip()


def test_every_key_is_used_and_every_key_that_is_used_is_there():
    named = set(re.findall(r"""["']([a-z0-9_/]+)["']""", SOURCE))
    helps = {f"{name}_help" for name in ("factors", "constraints", "spending")}
    assert set(WORDS["en"]) - named - MADE_KEYS - helps == set()
    said = set(re.findall(r"""say\(["']([a-z0-9_/]+)["']""", SOURCE))
    assert said | MADE_KEYS | helps <= set(WORDS["en"])


def test_what_can_be_looked_at_is_an_indicator_with_that_unit():
    columns = {column.column: column.unit for column in indicators(Scenario.load("baseline"))}
    for column, unit in INDICATORS.items():
        assert columns[column] == unit, column
    assert {f"{name}_local" for name in FACTORS} <= set(INDICATORS)


def test_every_lever_is_said_in_bahasa_indonesia():
    missing = [lever.meaning for lever in LEVERS if lever.meaning not in MEANINGS]
    assert missing == [], "write them in sim/app/words_levers.py"
    units = {lever.unit for lever in LEVERS if isinstance(lever, Lever)} - set(UNITS)
    assert units == set(), "write them in sim/app/words_levers.py"
    rules = {rule for lever in LEVERS if not isinstance(lever, Lever) for rule in lever.options} - set(RULES)
    assert rules == set(), "write them in sim/app/words_levers.py"
    assert all(policy.title_en and policy.title_id for policy in catalogue().values())


def test_no_translation_is_left_of_a_lever_that_is_gone():
    assert set(MEANINGS) - {lever.meaning for lever in LEVERS} == set()
    options = {rule for lever in LEVERS if not isinstance(lever, Lever) for rule in lever.options}
    assert set(RULES) - options == set()


def test_a_lever_without_translation_is_said_to_be_in_english():
    assert meaning_of("Something new", "id") == ("Something new", "en")
    known = next(iter(MEANINGS))
    assert meaning_of(known, "id") == (MEANINGS[known], "id")
    assert meaning_of(known, "en") == (known, "en")
    assert unit_name("firms", "en") == "firms"
    assert rule_name("lottery", "id") == "undian"


def test_numbers_are_written_as_the_language_does():
    assert Say("en").level(1234.56, "t") == "1,235 t"
    assert Say("id").level(1234.56, "t") == "1.235 t"
    assert Say("id").change(-3.26, "t") == "−3,3 t"
    assert Say("en").change(-30.2, "jt") == "−Rp 30.2 million"
    assert Say("en").change(0.0, "t") == "0.0 t"
    assert Say("en").level(float("nan"), "t") == "not known"


def test_months_are_named_in_the_language():
    assert Say("en").month("2018-06", 60, long=True) == "May 2023"
    assert Say("id").month("2018-06", 60, long=True) == "Mei 2023"
