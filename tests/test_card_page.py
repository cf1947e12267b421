"""The page on validation says what the card beside it says, and the card is of the facts as they stand."""

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.study.card import CARD_COLUMNS, target_text
from sim.study.limits import LIMITS
from sim.study.patterns import MISS, NEAR, PASS, patterns
from tests.towns import long_interpreted

FOLDER = Path(__file__).parent.parent / "docs" / "validation"
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
CARD = pd.read_csv(FOLDER / "card.csv")
RENEW = "run make card, then mend the words of docs/validation.md"


def test_the_shipped_card_is_whole_and_of_at_least_a_hundred_seeds():
    assert hashlib.sha256((FOLDER / "card.csv").read_bytes()).hexdigest() == MANIFEST["sha256"]["card.csv"], RENEW
    assert MANIFEST["scenario"] == "baseline"
    assert MANIFEST["seeds"] >= 100
    assert tuple(CARD.columns) == CARD_COLUMNS


def test_the_shipped_card_is_of_the_facts_as_they_stand():
    facts = [
        (one.key, target_text(one), one.tolerance, one.unit, one.weight, one.use, f"{one.source} ({one.year})")
        for one in patterns()
    ]
    names = ["pattern", "target", "tolerance", "unit", "weight", "use", "source"]
    assert list(CARD[names].itertuples(index=False, name=None)) == facts, RENEW


@pytest.mark.parametrize("one", patterns(), ids=lambda one: one.key)
def test_every_verdict_follows_from_its_value(one):
    row = CARD.set_index("pattern").loc[one.key]
    assert row["verdict"] == one.verdict(row["value"])


def test_every_near_and_every_miss_has_its_hypothesis_and_nothing_else_has():
    section = PAGE.partition("## What is missed")[2].partition("\n## ")[0]
    named = dict(re.findall(r"\(`(\w+)`, (near|miss)\)", section))
    found = CARD[CARD["verdict"].isin([NEAR, MISS])].set_index("pattern")["verdict"].to_dict()
    assert named == found, RENEW


def test_the_shares_of_the_page_are_those_of_the_card():
    rows = re.findall(r"^\| ([a-z ,]+) \| ([\d.]+) \| (\d+) % \| (\d+) % \| (\d+) % \|$", PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == ["held out", "held out, never looked at", "calibration"]
    for name, total, *parts in rows:
        weights = MANIFEST["weights"][name]
        assert float(total) == sum(weights.values())
        assert [int(part) for part in parts] == [
            round(100 * weights[word] / float(total)) for word in (PASS, NEAR, MISS)
        ], RENEW
    held = CARD[CARD["use"] == "held out"]
    assert held.groupby("verdict")["weight"].sum().reindex([PASS, NEAR, MISS]).fillna(0.0).tolist() == [
        MANIFEST["weights"]["held out"][word] for word in (PASS, NEAR, MISS)
    ]


@long_interpreted
@pytest.mark.parametrize("page", ["README.md", "docs/limits.md"])
def test_other_pages_tell_the_same_share_of_what_was_held_out(page):
    weights = MANIFEST["weights"]["held out"]
    told = re.findall(r"passes (\d+) % of the weight", (FOLDER.parent.parent / page).read_text(encoding="utf-8"))
    assert told == [str(round(100 * weights[PASS] / sum(weights.values())))]


def test_the_baseline_keeps_every_limit():
    assert set(CARD.set_index("pattern").loc[list(LIMITS), "verdict"]) == {PASS}
