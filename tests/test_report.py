"""The briefing: sentences follow the numbers, figures are files with words, and the page needs no network."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.errors import UserError
from sim.indicators import catalogue
from sim.relief import RELIEFS
from sim.report import amounts, figures, plots, style, tables, words, words_argument, words_context
from sim.report.brief import EXPERIMENT, make_brief
from sim.report.page import ROWS
from sim.scenario import Scenario
from tests import report_data

KINDS = ("svg", "png", "csv")


@pytest.fixture(autouse=True)
def invented_indicators(monkeypatch):
    monkeypatch.setattr("sim.indicators.catalogue", lambda _: report_data.COLUMNS)
    monkeypatch.setattr("sim.relief.RELIEFS", report_data.RELIEFS)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of a briefing on the invented town."""
    out = tmp_path_factory.mktemp("brief")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.indicators.catalogue", lambda _: report_data.COLUMNS)
        patch.setattr("sim.relief.RELIEFS", report_data.RELIEFS)
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        make_brief(report_data.worlds(), out, seeds=4, workers=1, work=report_data.Town())
    return out


class Reader(HTMLParser):
    """What a browser would fetch, what a screen reader would say, and whether tags are closed."""

    def __init__(self, text):
        super().__init__()
        self.links, self.images, self.tags, self.ids, self.open = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[key] for key in ("src", "href", "action", "srcset") if key in found]
        self.images += [found] if tag == "img" else []
        if tag not in {"meta", "link", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def table(**effects):
    """Return effects on the local market share, in shares: scenario = (difference, low, high)."""
    base = 0.4
    rows = [
        (name, "market_share", "local", "share", "higher", base, base + change, change, low, high, 30, 12.0)
        for name, (change, low, high) in effects.items()
    ]
    return pd.DataFrame(rows, columns=tables.EFFECT_COLUMNS)


RISE, FALL, UNCLEAR = (0.012, 0.009, 0.015), (-0.012, -0.015, -0.009), (0.001, -0.002, 0.004)


# Sentences ----------------------------------------------------------------------------------------


def test_the_headline_turns_when_the_data_turn():
    said = words.headline(table(training_only=UNCLEAR, access_only=RISE, both=RISE))
    assert "Training alone has no clear effect on local firms’ share of the city’s market" in said
    assert "(+0.1 percentage points; 95 % interval −0.2 to 0.4, includes zero)" in said
    assert "market access alone raises it by 1.2 percentage points (0.9 to 1.5)" in said
    assert "both together raise it by 1.2 percentage points" in said
    turned = words.headline(table(training_only=RISE, access_only=FALL, both=UNCLEAR))
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
    assert expected in words_argument.verdict(effects)


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
    assert expected in dict(words_argument.sums(effects))["Do they need each other?"]


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
    said = dict(words_argument.sums(effects))["The owner’s argument."]
    assert all(part in said for part in expected)


def test_size_is_said_against_the_baseline():
    small, middle, large = ((size, size * 0.9, size * 1.1) for size in (0.002, 0.02, 0.08))
    effects = table(training_only=small, access_only=middle, both=large)
    said = words.headline(effects)
    assert "Training alone slightly raises" in said
    assert "market access alone raises it" in said
    assert "both together strongly raise it" in said


def test_a_single_pair_has_no_interval_and_no_clear_effect():
    said = words.headline(table(training_only=(0.01, math.nan, math.nan)))
    assert "no clear effect" in said
    assert "no interval from one pair of runs" in said


def test_a_programme_names_the_factor_it_moves_and_its_price():
    effects = tables.effect_table(report_data.comparison())
    training, access = (words.programme(effects, name) for name in ("training_only", "access_only"))
    assert "conversion (orders won for each place on a list) rises from" in training
    assert "access (" not in training
    assert "access (demand of buyers who list a local firm at all) rises from" in access
    assert "The city’s budget pays Rp 1.1 billion a year" in training
    turned = copy.deepcopy(report_data.EFFECTS)
    turned["training_only"] = {"fill": -0.03, "spending": 0.0}
    said = words.programme(tables.effect_table(report_data.comparison(report_data.Town(turned))), "training_only")
    assert "Training alone lowers local firms’ share" in said
    assert "fill (orders delivered at once) falls from" in said
    assert "The city’s budget pays nothing for it." in said


def test_who_gives_way_follows_the_tonnes():
    effects = tables.effect_table(report_data.comparison())
    said = words_context.displacement(effects, "both", "With both programmes")
    assert re.search(r"local firms sell [\d.]+ t a month more", said)
    assert re.search(r"Firms from outside sell [\d.]+ t a month less", said)
    turned = effects.assign(difference=-effects["difference"], low=-effects["high"], high=-effects["low"])
    said = words_context.displacement(turned, "both", "With both programmes")
    assert re.search(r"local firms sell [\d.]+ t a month less", said)
    assert re.search(r"Firms from outside sell [\d.]+ t a month more", said)


def test_the_most_valuable_easing_comes_first_and_unclear_ones_apart():
    values = tables.relaxation_table(report_data.binding(), {})
    said = words_context.relaxations(values)
    assert said.index("all steel at the mill's price") < said.index("one more store lists")
    assert "No clear gain from: Rp 30 million of cash for every firm." in said
    swapped = values.assign(difference=-values["difference"], low=-values["high"], high=-values["low"])
    said = words_context.relaxations(swapped)
    assert said.startswith("No easing tried raises value added clearly. These lower it: machines for 30 % more")


def test_the_record_warns_that_market_is_large_by_construction():
    shares = pd.DataFrame({"constraint": ["market", "steel"], "share": [0.6, 0.4]})
    assert "almost by construction" in words_context.recorded(shares)
    other = shares.assign(share=[0.3, 0.7])
    assert "names “steel” most often (70 % of local firms)" in words_context.recorded(other)
    assert "by construction" not in words_context.recorded(other)


def test_numbers_keep_their_sign_and_an_end_is_not_rounded_to_zero():
    assert amounts.interval(0.0004, 0.0072, "share", 0.0038) == "0.04 to 0.72"
    assert amounts.interval(-0.013, -0.007, "share", -0.01) == "−1.3 to −0.7"
    assert amounts.interval(0.0140, 0.0159, "share", 0.0150, coarsest=0.0016) == "1.4 to 1.6"
    assert amounts.change(0.0150, 0.0140, 0.0159, "share", words=False, coarsest=0.0016) == "+1.5"
    assert amounts.interval(0.006, 0.013, "share", 0.0095, coarsest=0.02) == "0.6 to 1.3"
    assert amounts.change(-19.0, -21.0, -17.0, "jt") == "−Rp 19 million a month"
    assert amounts.level(math.nan, "share") == "not known"
    assert amounts.plain(-0.001, 1) == "0.0"
    assert amounts.change(3.0, 2.0, 4.0, "wagons") == "+3 wagons"


# Tables -------------------------------------------------------------------------------------------


def test_the_interaction_is_what_both_bring_beyond_the_sum():
    rows = tables.effect_table(report_data.comparison())
    share = tables.pick(rows, "market_share", "local").set_index("scenario")
    alone = share.loc["training_only", "difference"] + share.loc["access_only", "difference"]
    together = share.loc["interaction"]
    assert together["difference"] == pytest.approx(share.loc["both", "difference"] - alone)
    assert together["value"] - together["baseline"] == pytest.approx(together["difference"])
    assert share.loc["access_less_training", "difference"] == pytest.approx(
        share.loc["access_only", "difference"] - share.loc["training_only", "difference"]
    )


def test_bands_are_dated_from_the_first_observed_month():
    records = tables.monthly_records(report_data.comparison(seeds=3))
    bands = tables.change_bands(records, "market_share_local", "2022-06")
    assert bands["date"].min() == pd.Timestamp("2023-06-01")
    assert set(bands["scenario"]) == set(tables.PROGRAMMES)
    assert (bands["low"] <= bands["mean"]).all()
    assert (bands["mean"] <= bands["high"]).all()


def test_the_steel_flows_balance():
    records = tables.monthly_records(report_data.comparison(seeds=2))
    flows = tables.steel_flows(records).set_index(["source", "target"])["tonnes_a_month"]
    mean = records.mean(numeric_only=True)
    direct = mean["steel_direct_local_t"] + mean["steel_direct_external_t"]
    output = mean["shipped_contracts_t"] + mean["shipped_elsewhere_t"] + direct
    assert flows["mills"].sum() == pytest.approx(output)
    assert flows["allotment"].sum() == pytest.approx(flows["mills", "allotment"])


# Figures ------------------------------------------------------------------------------------------


def drawn(effects=report_data.EFFECTS, seeds=4):
    town = report_data.Town(effects)
    comparison = report_data.comparison(town, seeds)
    relaxed = tables.relaxation_table(report_data.binding(town, seeds), {})
    rows = tables.effect_table(comparison)
    return figures.pictures(rows, tables.monthly_records(comparison), relaxed, "2022-06")


def near_ties():
    """Return effects so close that the labels of the lines would lie on each other."""
    return {name: {"access": 1e-4 * number, "spending": 1.0} for number, name in enumerate(report_data.EFFECTS)}


@pytest.mark.parametrize("effects", [report_data.EFFECTS, near_ties()], ids=["usual", "near ties"])
def test_no_label_overlaps_another_or_leaves_the_figure(effects):
    for picture in drawn(effects).values():
        assert picture.make().overlaps == [], picture.key


def test_overlapping_labels_are_found():
    figure = Figure()
    figure.text(0.5, 0.5, "one")
    figure.text(0.51, 0.5, "two")
    figure.text(0.99, 0.2, "far too long for the place")
    found = style.overlapping_labels(figure)
    assert ("one", "two") in found
    assert ("far too long for the place", "the edge of the figure") in found


def test_equal_data_give_equal_bytes_and_other_data_other_words():
    first, second = drawn(), drawn()
    turned = copy.deepcopy(report_data.EFFECTS)
    turned["training_only"]["conversion"] = -0.02
    other = drawn(turned)
    for key in ("effects", "change_over_time", "steel_flow"):
        assert first[key].make().files == second[key].make().files
    assert "Training only: −" in other["effects"].alternative
    assert "Training only: +" in first["effects"].alternative
    assert "Training only: conversion +" in first["factors"].alternative
    assert "Training only: conversion −" in other["factors"].alternative


def test_plots_draw_on_given_axes_or_on_new_ones():
    import matplotlib.pyplot as plt

    effects = tables.pick(tables.effect_table(report_data.comparison(seeds=3)), "market_share", "local")
    given = Figure().subplots()
    assert plots.effect_forest(effects, ax=given) is given
    made = plots.effect_forest(effects)
    assert isinstance(made, Axes)
    plt.close("all")


@pytest.mark.parametrize("tonnes", [(168_000.0, 220.0, 30.0, 170.0, 600.0), (0.0, 0.0, 0.0, 0.0, 0.0)])
def test_the_steel_picture_stands_any_town(tonnes):
    contracts, allotment, local, external, bought = tonnes
    flows = pd.DataFrame(
        [
            ("mills", "contracts", contracts),
            ("mills", "elsewhere", 0.0),
            ("mills", "allotment", allotment),
            ("allotment", "local", local),
            ("allotment", "external", external),
            ("allotment", "unused", allotment - local - external),
            ("distributors", "local", bought),
            ("distributors", "external", 0.0),
        ],
        columns=["source", "target", "tonnes_a_month"],
    )
    with style.look():
        figure = Figure(figsize=(7.2, 4), layout="constrained")
        plots.steel_flow(flows, ax=figure.subplots())
        assert style.overlapping_labels(figure) == []


# The page and its folder --------------------------------------------------------------------------


def test_every_figure_has_svg_png_and_the_table_behind_it(folder):
    keys = set(drawn(seeds=2))
    assert {path.name for path in (folder / "figures").iterdir()} == {f"{k}.{kind}" for k in keys for kind in KINDS}
    for key in keys:
        assert (folder / f"figures/{key}.svg").read_text().lstrip().startswith("<?xml")
        assert (folder / f"figures/{key}.png").read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(folder / f"figures/{key}.csv")) > 0


def test_the_page_needs_no_network_and_is_small(folder):
    text = (folder / "brief.html").read_text()
    links = Reader(text).links
    assert links
    assert [link for link in links if not link.startswith(("data:", "figures/"))] == []
    assert "http://" not in text
    assert "https://" not in text
    assert not re.search(r"url\(|@import|<script", text)
    assert len(text.encode()) < 2_000_000
    for link in links:
        if link.startswith("figures/"):
            assert (folder / link).is_file()


def test_the_page_can_be_read_without_seeing_it(folder):
    text = (folder / "brief.html").read_text()
    reader = Reader(text)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert ("html", {"lang": "en"}) in reader.tags
    assert len(reader.images) == len(drawn(seeds=2))
    assert all(len(image["alt"]) > 60 for image in reader.images)
    assert len({image["alt"] for image in reader.images}) == len(reader.images)
    heads = [found for tag, found in reader.tags if tag == "th"]
    assert heads
    assert all(found.get("scope") in {"col", "row", "rowgroup"} for found in heads)
    tags = [tag for tag, _ in reader.tags]
    assert tags.count("caption") == tags.count("table") == 2
    assert tags.count("h1") == tags.count("main") == 1


def test_the_page_says_what_it_rests_on(folder):
    text = (folder / "brief.html").read_text()
    assert "4 assumptions among the 7 entries of the register" in text
    assert "not yet calibrated" in text
    assert "kotabaja brief --seeds 4" in text
    assert all(f"print-{name}" in text for name in report_data.EFFECTS)
    assert "4 pairs" in text


def test_text_from_a_scenario_cannot_become_markup(tmp_path):
    worlds = report_data.worlds()
    worlds[1].reason = "<script>alert(1)</script>"
    page = make_brief(worlds, tmp_path, seeds=2, workers=1, work=report_data.Town(months=6))
    assert "<script>" not in page.read_text()
    assert "&lt;script&gt;" in page.read_text()


def test_the_manifest_covers_every_other_file(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert manifest["sha256"] == found
    assert manifest["seeds"] == 4
    assert manifest["scenarios"]["both"] == "print-both"


def test_the_tables_of_the_folder_have_their_columns(folder):
    effects = pd.read_csv(folder / "effects.csv")
    assert list(effects.columns) == list(tables.EFFECT_COLUMNS)
    assert set(effects["scenario"]) == {*tables.PROGRAMMES, *tables.CONTRASTS}
    assert list(pd.read_csv(folder / "bind.csv")["constraint"]) == list(report_data.RELIEFS)


def test_two_briefings_of_equal_runs_are_equal(folder, tmp_path):
    make_brief(report_data.worlds(), tmp_path, seeds=4, workers=1, work=report_data.Town())
    for path in folder.rglob("*.*"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


def test_progress_counts_all_runs(tmp_path):
    seen = []
    make_brief(
        report_data.worlds(),
        tmp_path,
        seeds=2,
        workers=1,
        work=report_data.Town(months=6),
        progress=lambda done, total: seen.append((done, total)),
    )
    total = 2 * (4 + 1 + len(report_data.RELIEFS))
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_folder_that_cannot_be_written_and_a_missing_scenario_are_refused_before_any_run(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        make_brief(report_data.worlds(), tmp_path / "file")
    with pytest.raises(UserError, match="missing: access_only, both"):
        make_brief(report_data.worlds()[:2], tmp_path)


# The model's own names


def test_every_row_of_the_page_is_an_indicator_of_the_model():
    known = catalogue(Scenario.load("baseline"))
    pairs = {(column.indicator, column.origin) for column in known}
    assert {row[:2] for _, rows in ROWS for row in rows} <= pairs
    assert ("steel_stays_share", "") in pairs
    assert set(figures.RECORDED_COLUMNS) <= {column.column for column in known}
    shown = {row[:2] for _, rows in ROWS for row in rows}
    assert {column.unit for column in known if (column.indicator, column.origin) in shown} <= set(amounts.UNITS)
    assert set(figures.RELIEF_LABELS) == set(RELIEFS)


@pytest.mark.long
def test_the_briefing_of_the_real_town(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.indicators.catalogue", catalogue)
    monkeypatch.setattr("sim.relief.RELIEFS", RELIEFS)
    worlds = [Scenario.load(name) for name in EXPERIMENT]
    page = make_brief(worlds, tmp_path, seeds=2, workers=1).read_text()
    reader = Reader(page)
    assert reader.open == []
    assert [link for link in reader.links if not link.startswith(("data:", "figures/"))] == []
    assert all(one.fingerprint in page for one in worlds)
    assert not re.search(r"\b(nan|not known)\b", re.sub(r"base64,[^\"]+", "", page))
    assert set(pd.read_csv(tmp_path / "bind.csv")["constraint"]) == set(RELIEFS)
