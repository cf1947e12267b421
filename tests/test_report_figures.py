"""Tables and figures of the briefing: paired, balanced, readable, and equal bytes for equal data."""

from __future__ import annotations

import copy

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report import plots, style, tables
from tests import report_data


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    report_data.install(monkeypatch)


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


def near_ties():
    """Return effects so close that the labels of the lines would lie on each other."""
    return {name: {"access": 1e-4 * number, "spending": 1.0} for number, name in enumerate(report_data.EFFECTS)}


@pytest.mark.parametrize(
    ("effects", "language"),
    [(report_data.EFFECTS, "en"), (near_ties(), "en"), (report_data.EFFECTS, "id")],
    ids=["usual", "near ties", "Indonesian"],
)
def test_no_label_overlaps_another_or_leaves_the_figure(effects, language):
    for picture in report_data.pictures(effects, language=language).values():
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
    first, second = report_data.pictures(), report_data.pictures()
    turned = copy.deepcopy(report_data.EFFECTS)
    turned["training_only"]["conversion"] = -0.02
    other = report_data.pictures(turned)
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


def test_a_scenario_of_one_s_own_is_drawn_too():
    effects = tables.pick(tables.effect_table(report_data.comparison(seeds=3)), "market_share", "local")
    own = pd.concat([effects, effects.iloc[:1].assign(scenario="my_grant")])
    axes = plots.effect_forest(own, ax=Figure().subplots())
    assert [label.get_text() for label in axes.get_yticklabels()][-1] == "My grant"
    assert len({line.get_marker() for line in axes.lines} - {"None"}) == len(own)


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
