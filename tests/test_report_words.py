"""Sentences follow the numbers: change the data, and direction, size and interval change."""

from __future__ import annotations

import copy
import math
import re

import pandas as pd
import pytest

from sim.report import amounts, tables, words, words_argument, words_context
from sim.report.language import speaker
from tests import report_data

SAY = speaker("en")


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    report_data.install(monkeypatch)


def table(**effects):
    """Return effects on the local market share, in shares: scenario = (difference, low, high)."""
    base = 0.4
    rows = [
        (name, "market_share", "local", "share", "higher", base, base + change, change, low, high, 30, 12.0)
        for name, (change, low, high) in effects.items()
    ]
    return pd.DataFrame(rows, columns=tables.EFFECT_COLUMNS)


RISE, FALL, UNCLEAR = (0.012, 0.009, 0.015), (-0.012, -0.015, -0.009), (0.001, -0.002, 0.004)


def test_the_headline_turns_when_the_data_turn():
    said = words.headline(SAY, table(training_only=UNCLEAR, access_only=RISE, both=RISE))
    assert "Training alone has no clear effect on local firms’ share of the city’s market" in said
    assert "(+0.1 percentage points; 95 % interval −0.2 to 0.4, includes zero)" in said
    assert "market access alone raises it by 1.2 percentage points (0.9 to 1.5)" in said
    assert "both together raise it by 1.2 percentage points" in said
    turned = words.headline(SAY, table(training_only=RISE, access_only=FALL, both=UNCLEAR))
    assert turned.startswith("Training alone raises local firms’ share of the city’s market by 1.2 percentage points")
    assert "market access alone lowers it by 1.2 percentage points (0.9 to 1.5)" in turned
    assert "both together have no clear effect on it" in turned


@pytest.mark.parametrize(
    ("training", "access", "order", "interaction", "expected"),
    [
        (
            RISE,
            RISE,
            RISE,
            RISE,
            "Each alone raises the local market share, market access more than training; together they",
        ),
        (
            RISE,
            RISE,
            UNCLEAR,
            FALL,
            "market share, neither clearly more than the other; together they bring less",
        ),
        (RISE, RISE, FALL, UNCLEAR, "training more than market access; together they add up"),
        (
            UNCLEAR,
            RISE,
            RISE,
            RISE,
            "Training alone has no clear effect on the local market share, market access alone raises it",
        ),
        (
            FALL,
            UNCLEAR,
            RISE,
            RISE,
            "Training alone lowers the local market share, market access alone has no clear effect on it",
        ),
        (
            UNCLEAR,
            UNCLEAR,
            UNCLEAR,
            UNCLEAR,
            "Neither alone has a clear effect on the local market share; together they add up",
        ),
        (FALL, FALL, UNCLEAR, FALL, "Each alone lowers the local market share; together they bring less"),
    ],
)
def test_the_verdict_follows_the_signs(training, access, order, interaction, expected):
    effects = table(training_only=training, access_only=access, access_less_training=order, interaction=interaction)
    assert expected in words_argument.verdict(SAY, effects)


@pytest.mark.parametrize(
    ("interaction", "expected"),
    [
        (RISE, "each makes the other work better. Both together bring 1.2 percentage points more"),
        (FALL, "each makes the other work less well. Both together bring 1.2 percentage points less"),
        (UNCLEAR, "no clear interaction (+0.1 percentage points; 95 % interval −0.2 to 0.4, includes zero)"),
        ((0.0, 0.0, 0.0), "exactly the sum"),
    ],
)
def test_the_interaction_is_said_with_its_sign(interaction, expected):
    effects = table(training_only=RISE, access_only=RISE, both=RISE, interaction=interaction)
    assert expected in dict(words_argument.sums(SAY, effects))["Do they need each other?"]


@pytest.mark.parametrize(
    ("order", "training", "expected"),
    [
        (
            RISE,
            UNCLEAR,
            [
                "side with that order at the budgets tried: market access alone brings 1.2",
                "Training alone shows no clear",
            ],
        ),
        (FALL, RISE, ["do not side with that order", "training alone brings 1.2", "not without effect"]),
        (UNCLEAR, FALL, ["cannot put one before the other", "Training alone even lowers the share"]),
    ],
)
def test_the_owners_argument_is_answered_whatever_the_numbers_say(order, training, expected):
    effects = table(training_only=training, access_only=RISE, both=RISE, access_less_training=order)
    said = dict(words_argument.sums(SAY, effects))["The owner’s argument."]
    assert all(part in said for part in expected)


def test_size_is_said_against_the_baseline():
    small, middle, large = ((size, size * 0.9, size * 1.1) for size in (0.002, 0.02, 0.08))
    effects = table(training_only=small, access_only=middle, both=large)
    said = words.headline(SAY, effects)
    assert "Training alone slightly raises" in said
    assert "market access alone raises it" in said
    assert "both together strongly raise it" in said


def test_a_single_pair_has_no_interval_and_no_clear_effect():
    said = words.headline(SAY, table(training_only=(0.01, math.nan, math.nan)))
    assert "no clear effect" in said
    assert "no interval from one pair of runs" in said


def test_a_programme_names_the_factor_it_moves_and_its_price():
    effects = tables.effect_table(report_data.comparison())
    training, access = (words.programme(SAY, effects, name) for name in ("training_only", "access_only"))
    assert "conversion (orders won for each place on a list) rises from" in training
    assert "access (" not in training
    assert "access (demand of buyers who list a local firm at all) rises from" in access
    assert "The city’s budget pays Rp 1.1 billion a year" in training
    turned = copy.deepcopy(report_data.EFFECTS)
    turned["training_only"] = {"fill": -0.03, "spending": 0.0}
    said = words.programme(SAY, tables.effect_table(report_data.comparison(report_data.Town(turned))), "training_only")
    assert "Training alone lowers local firms’ share" in said
    assert "fill (orders delivered at once) falls from" in said
    assert "The city’s budget pays nothing for it." in said


def test_who_gives_way_follows_the_tonnes():
    effects = tables.effect_table(report_data.comparison())
    said = words_context.displacement(SAY, effects, "both")
    assert re.search(r"local firms sell [\d.]+ t a month more", said)
    assert re.search(r"Firms from outside sell [\d.]+ t a month less", said)
    turned = effects.assign(difference=-effects["difference"], low=-effects["high"], high=-effects["low"])
    said = words_context.displacement(SAY, turned, "both")
    assert re.search(r"local firms sell [\d.]+ t a month less", said)
    assert re.search(r"Firms from outside sell [\d.]+ t a month more", said)


def test_the_most_valuable_easing_comes_first_and_unclear_ones_apart():
    values = tables.relaxation_table(report_data.binding(), {})
    said = words_context.relaxations(SAY, values)
    assert said.index("all steel at the mill's price") < said.index("one more store lists")
    assert "No clear gain from: Rp 30 million of cash for every firm." in said
    swapped = values.assign(difference=-values["difference"], low=-values["high"], high=-values["low"])
    said = words_context.relaxations(SAY, swapped)
    assert said.startswith("No easing tried raises value added clearly. These lower it: machines for 30 % more")


def test_the_record_warns_that_market_is_large_by_construction():
    shares = pd.DataFrame({"constraint": ["market", "steel"], "share": [0.6, 0.4]})
    assert "almost by construction" in words_context.recorded(SAY, shares)
    other = shares.assign(share=[0.3, 0.7])
    assert "names “steel” most often (70 % of local firms)" in words_context.recorded(SAY, other)
    assert "by construction" not in words_context.recorded(SAY, other)


def test_numbers_keep_their_sign_and_an_end_is_not_rounded_to_zero():
    assert amounts.interval(SAY, 0.0004, 0.0072, "share", 0.0038) == "0.04 to 0.72"
    assert amounts.interval(SAY, -0.013, -0.007, "share", -0.01) == "−1.3 to −0.7"
    assert amounts.interval(SAY, 0.0140, 0.0159, "share", 0.0150, coarsest=0.0016) == "1.4 to 1.6"
    assert amounts.change(SAY, 0.0150, 0.0140, 0.0159, "share", words=False, coarsest=0.0016) == "+1.5"
    assert amounts.interval(SAY, 0.006, 0.013, "share", 0.0095, coarsest=0.02) == "0.6 to 1.3"
    assert amounts.change(SAY, -19.0, -21.0, -17.0, "jt") == "−Rp 19 million a month"
    assert amounts.level(SAY, math.nan, "share") == "not known"
    assert SAY.number(-0.001, 1) == "0.0"
    assert amounts.change(SAY, 3.0, 2.0, 4.0, "wagons") == "+3 wagons"
