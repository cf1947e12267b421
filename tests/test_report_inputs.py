"""Pictures of which inputs matter and where the answer turns: readable in both languages, with words of a catalogue."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.report.language import LANGUAGES, Language
from sim.report.plots_flips import ranking_flip_map
from sim.report.plots_sensitivity import morris_plane, one_at_a_time_curve, one_at_a_time_fans, pawn_bars, sobol_bars
from sim.report.style import WIDTH_IN, look, overlapping_labels
from sim.study.flips import best_by_bins, flip_points
from tests.test_report_language import Marked, unmarked

INPUTS = ["x.one", "x.two", "x.three"]


def sobol():
    columns = ["S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high"]
    rows = [(0.5, 0.4, 0.6, 0.62, 0.52, 0.7), (0.2, 0.12, 0.28, 0.3, 0.2, 0.4), (0.0, -0.05, 0.05, 0.02, -0.03, 0.06)]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "input", INPUTS)
    table.attrs = {"noise_floor": 0.05, "noise_share": 0.4}
    return table


def pawn():
    table = pd.DataFrame({"input": INPUTS, "median": [0.4, 0.2, 0.08], "mean": 0.2, "maximum": 0.5})
    table.attrs = {"noise_floor": 0.1}
    return table


def morris():
    table = pd.DataFrame(
        {"input": INPUTS, "mu": [-1.1, 0.6, 0.1], "mu_star": [1.1, 0.7, 0.2], "sigma": [0.7, 0.4, 0.2]}
    )
    return table.assign(mu_star_low=table["mu_star"] - 0.1, mu_star_high=table["mu_star"] + 0.2, luck=0.15)


def curves():
    rows = [
        (name, float(value), slope * value, slope * value - 0.2, slope * value + 0.2)
        for name, slope in zip(INPUTS, (1.0, -0.5, 0.1), strict=True)
        for value in range(-2, 3)
    ]
    table = pd.DataFrame(rows, columns=["input", "value", "change", "change_low", "change_high"])
    table.attrs = {"centre": dict.fromkeys(INPUTS, 0.0)}
    return table


def flips():
    values = pd.DataFrame({name: np.linspace(1, 5, 200) for name in INPUTS[:1]})
    outcomes = {"training_only": np.zeros(200), "access_only": values["x.one"].to_numpy() - 2.5}
    return best_by_bins(outcomes, values), flip_points(outcomes, values)


PICTURES = {
    "sobol": (lambda ax, language: sobol_bars(sobol(), ax, language=language), 2.8),
    "pawn": (lambda ax, language: pawn_bars(pawn(), ax, language=language), 2.6),
    "morris": (lambda ax, language: morris_plane(morris(), ax, language=language), 3.6),
    "curve": (lambda ax, language: one_at_a_time_curve(curves(), "x.one", ax, language=language), 2.6),
    "fans": (lambda ax, language: one_at_a_time_fans(curves(), ax, language=language), 3.6),
    "flips": (lambda ax, language: ranking_flip_map(*flips(), ax, language=language), 2.2),
}
every_picture = pytest.mark.parametrize("name", PICTURES)


def drawn(name, language):
    draw, height = PICTURES[name]
    with look():
        figure = Figure(figsize=(1.35 * WIDTH_IN, height), layout="constrained")
        axes = figure.subplots()
        assert draw(axes, language) is axes
    return figure


@every_picture
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_overlaps_another_or_leaves_the_picture(name, language):
    assert overlapping_labels(drawn(name, language)) == []


@every_picture
def test_every_word_is_from_a_catalogue(name):
    for text in (one.get_text() for one in drawn(name, Language("id", Marked())).findobj(Text)):
        rest = unmarked(text)
        for own in INPUTS:
            rest = rest.replace(own, "")
        assert not any(letter.isalpha() for letter in rest), text
