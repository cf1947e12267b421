"""Pictures of who gains, what policies do together and what they cost: right, readable, on the axes that are given."""

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.text import Text

from sim.report import alt_more
from sim.report.language import LANGUAGES, Language, speaker
from sim.report.names import title_of
from sim.report.plots_who import cost_plane, interaction_matrix, winners_and_losers
from sim.report.style import look, overlapping_labels
from sim.study.compare import EFFECT_COLUMNS
from sim.study.pairs import PAIR_COLUMNS
from sim.study.who import WHO_COLUMNS
from tests.test_report_language import Marked, unmarked

NAMES = ["training", "store_access", "local_allotment", "a_slump"]
CLASSES = ["1-4 workers", "5-19 workers", "20 and more workers"]


def pairs():
    rows = [
        (
            NAMES[i],
            NAMES[j],
            "market_share_local",
            0.03,
            0.01 * (i + 1),
            0.01 * (j + 1),
            gap,
            gap - 0.002,
            gap + 0.002,
            9,
        )
        for j in range(len(NAMES))
        for i in range(j)
        for gap in [0.004 * (i - 1) + 0.0005]
    ]
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))


def who():
    rows = [
        (name, "size", size, firms, "value_added_jt", "jt/month", 10.0, gain, gain - 0.5, gain + 0.5, 9)
        for k, name in enumerate(NAMES)
        for size, firms, gain in zip(CLASSES, (90, 58, 3), (0.3 * k, 1.0, -1.0), strict=True)
    ]
    return pd.DataFrame(rows, columns=list(WHO_COLUMNS))


def effects():
    rows = []
    for k, name in enumerate(NAMES):
        cost, shadow = (0.0, 20.0) if name == "local_allotment" else (30.0 + k, 0.0)
        for indicator, origin, value in (
            ("market_share", "local", 0.001 + 0.00001 * k),
            ("market_share", "external", -0.01),
            ("spending", "", cost),
            ("shadow_cost", "", shadow),
        ):
            ends = (value, value - 0.0005, value + 0.0005)
            rows.append((name, indicator, origin, "share", "higher", 0.0, value, *ends, 9, 2.0))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


PICTURES = [(interaction_matrix, pairs), (winners_and_losers, who), (cost_plane, effects)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("draw", "table"), PICTURES, ids=lambda one: one.__name__)
def test_no_label_overlaps_another_or_leaves_the_figure(draw, table, language):
    with look():
        ax = draw(table(), language=language)
        assert overlapping_labels(ax.figure) == []
        plt.close(ax.figure)


@pytest.mark.parametrize(("draw", "table"), PICTURES, ids=lambda one: one.__name__)
def test_every_word_is_from_a_catalogue_or_a_scenario_s_own_name(draw, table):
    with look():
        ax = draw(table(), language=Language("id", Marked()))
        for text in (one.get_text() for one in ax.findobj(Text)):
            rest = unmarked(text)
            for name in NAMES:
                rest = rest.replace(title_of(speaker("id"), name), "")
            assert not any(letter.isalpha() for letter in rest), text
        plt.close(ax.figure)


def test_words_for_who_cannot_see_follow_the_tables():
    say = speaker()
    told = alt_more.winners(say, who())
    assert "Training: 20 and more workers −10.0 %" not in told  # of the twins' 10: from −15 to −5
    assert "Local steel allotment: 1-4 workers +6.0 %, 5-19 workers +10.0 %, and 20 and more workers −10.0 %" in told
    assert "Local steel allotment: Rp 0.2 billion a year, +0.10 points (0.05 to 0.15)" in alt_more.costs(say, effects())
    assert alt_more.pairs(say, pairs()).endswith(
        "Together more than the sum: Local steel allotment with A slump. Less: Training with Access to big stores; "
        "Training with Local steel allotment; Training with A slump."
    )


@pytest.mark.parametrize(("draw", "table"), PICTURES, ids=lambda one: one.__name__)
def test_a_picture_is_drawn_on_the_axes_that_are_given(draw, table):
    with look():
        figure, given = plt.subplots(figsize=(7.2, 4.0))
        assert draw(table(), ax=given) is given
        assert isinstance(given, Axes)
        plt.close(figure)


def words(ax):
    return {text.get_text() for text in ax.texts}


def test_the_matrix_shows_each_alone_and_what_is_not_clear_in_brackets():
    with look():
        ax = interaction_matrix(pairs())
        assert {"+1.00", "+2.00", "+3.00", "+4.00"} <= words(ax)  # alone
        assert {"−0.35", "(+0.05)", "+0.45"} <= words(ax)
        assert {title_of(speaker(), name) for name in NAMES} <= words(ax)
        plt.close(ax.figure)


def test_classes_are_drawn_in_per_cent_of_their_twins():
    with look():
        ax = winners_and_losers(who())
        dots = [line for line in ax.lines if line.get_marker() == "s"]
        assert [line.get_xdata()[0] for line in dots] == pytest.approx([3.0, 10.0, -10.0])
        assert dots[0].get_markerfacecolor() == "white"  # -2 to 8 %: not clear
        assert ax.get_yticklabels()[0].get_text() == "1-4 workers\n(90 firms)"
        plt.close(ax.figure)


def test_costs_are_a_year_s_in_billions_with_the_shadow_cost_apart():
    with look():
        ax = cost_plane(effects())
        budget = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
        shadow = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D"]
        assert budget == pytest.approx([0.36, 0.372, 0.396])
        assert shadow == pytest.approx([0.24])
        plt.close(ax.figure)
