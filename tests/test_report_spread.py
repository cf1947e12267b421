"""Pictures of spread, of parts and of who supplies whom: readable in both languages, and true to their tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from scipy import stats

from sim import MetalSupplyChain, Scenario, policies
from sim.report import alt_more, plots_network, plots_parts, plots_spread, tables_more
from sim.report.language import LANGUAGES, Language, speaker
from sim.report.style import WIDTH_IN, look, overlapping_labels
from sim.report.tables import monthly_records
from sim.study.compare import compare
from sim.study.simulate import Job
from sim.study.watch import watch
from tests import spread_data
from tests.test_report_language import MONTHS, Marked, unmarked
from tests.towns import town

REFERENCES = Path(__file__).parent / "pictures"
# By name: how it is drawn, its table, its height in inches, and its words for who cannot see.
PICTURES = {
    "fan": (plots_spread.fan_over_time, spread_data.fan, 3.1, lambda say, table: alt_more.fan(say, table, "")),
    "sizes": (plots_spread.firm_sizes, spread_data.sizes, 3.6, alt_more.sizes),
    "growth": (plots_spread.growth_rates, spread_data.growth, 3.6, alt_more.growth),
    "waterfall": (plots_parts.share_waterfall, spread_data.parts, 3.4, alt_more.waterfall),
    "network": (plots_network.supplier_network, spread_data.links, 5.0, alt_more.network),
}
COMPARED = ("fan", "growth", "waterfall")  # kept in tests/pictures: a few, for all draw alike
every_picture = pytest.mark.parametrize("name", PICTURES)


def drawn(name, language="en"):
    draw, table, height, _ = PICTURES[name]
    with look():
        figure = Figure(figsize=(WIDTH_IN, height), layout="constrained")
        axes = figure.subplots()
        assert draw(table(), ax=axes, language=language) is axes
    return figure


def write_shapes(name, path):
    """Write a picture without its letters, which differ from one version of a font to the next."""
    figure = drawn(name)
    figure.draw_without_rendering()  # the layout is that of the picture with its letters
    figure.set_layout_engine("none")
    for text in figure.findobj(Text):
        text.set_visible(False)
    FigureCanvasAgg(figure).print_figure(path, dpi=50)


@every_picture
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_overlaps_another_or_leaves_the_picture(name, language):
    assert overlapping_labels(drawn(name, language)) == []


@every_picture
def test_every_word_is_from_a_catalogue(name):
    marked = Language("id", Marked())
    places = {"Cilegon", "Tegal", "Ceper"}
    for text in (one.get_text() for one in drawn(name, marked).findobj(Text)):
        words = [word for word in unmarked(text).split() if any(letter.isalpha() for letter in word)]
        assert [word for word in words if word not in MONTHS | places] == [], text
    told = PICTURES[name][3](marked, PICTURES[name][1]())
    assert unmarked(told).strip(" ;,.:") == ""


@pytest.mark.parametrize("name", COMPARED)
def test_a_picture_is_as_it_was(name, tmp_path):
    """Shapes and colours, without letters: python -m tests.draw_pictures renews them; look at the new ones."""
    new = tmp_path / f"{name}.png"
    write_shapes(name, new)
    assert compare_images(str(REFERENCES / f"{name}.png"), str(new), tol=6) is None


def test_a_changed_table_changes_the_picture(tmp_path):
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    drawn("waterfall").savefig(first, dpi=50)
    figure = Figure(figsize=(WIDTH_IN, 3.4), layout="constrained")
    plots_parts.share_waterfall(spread_data.parts(points=(0.9, -2.2, 0.7, -0.3, 0.05)), ax=figure.subplots())
    figure.savefig(second, dpi=50)
    assert compare_images(str(first), str(second), tol=6) is not None


def test_words_for_who_cannot_see_turn_with_the_numbers():
    say = speaker()
    assert "Depth: +2.2 (2.0 to 2.5)" in alt_more.waterfall(say, spread_data.parts())
    assert "Rescue: +0.1 (−0.2 to 0.3, not clear)" in alt_more.waterfall(say, spread_data.parts())
    turned = spread_data.parts(points=(0.9, -2.2, 0.7, -0.3, 0.05))
    assert "Depth: −2.2" in alt_more.waterfall(say, turned)
    assert "the tent fits better" in alt_more.growth(say, spread_data.growth())
    assert "the bell fits better" in alt_more.growth(say, spread_data.growth(stats.norm))
    assert "lonceng lebih cocok" in alt_more.growth(speaker("id"), spread_data.growth(stats.norm))


def test_bars_of_the_waterfall_begin_where_the_last_one_ended():
    (axes,) = drawn("waterfall").axes
    steps = axes.patches[:5]
    level = 36.9
    for bar, points in zip(steps, spread_data.parts()["points"][1:6], strict=True):
        assert bar.get_y() == pytest.approx(level)
        assert bar.get_height() == pytest.approx(points)
        level += points


def test_the_parts_of_a_change_add_up_in_a_real_town():
    worlds = [town(name, observed=6) for name in ("baseline", "both")]
    found = compare(worlds[1:], worlds[0], 2, keep=("market_share_local", *tables_more.FACTOR_COLUMNS), workers=1)
    parts = tables_more.share_parts(found, "both").set_index("part")["points"]
    change = found.effect("both", "market_share_local").mean
    assert parts.iloc[1:-1].sum() == pytest.approx(100 * change)
    assert parts["with"] - parts["without"] == pytest.approx(100 * change)
    assert parts["without"] == pytest.approx(100 * found.values("baseline", "market_share_local").mean())
    records = monthly_records(found)
    spread = tables_more.fan(records, "market_share_local", worlds[0].first_month, "both", 100)
    assert len(spread) == 6
    assert spread["date"].iloc[0] == pd.Timestamp("2023-06-01")
    assert (spread.drop(columns="date").diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_the_order_of_factors_does_not_matter():
    rng = np.random.default_rng(1)
    before, after = rng.uniform(0.2, 1.0, (2, 5, 7))
    parts = tables_more._shapley(before, after)
    assert parts.sum(axis=0) == pytest.approx(after.prod(axis=0) - before.prod(axis=0))
    order = [3, 1, 4, 0, 2]
    assert tables_more._shapley(before[order], after[order]) == pytest.approx(parts[order])
    assert (tables_more._shapley(before, before) == 0).all()


def test_lists_of_a_real_town_hold_working_firms_within_their_places():
    model = MetalSupplyChain(town(), seed=1, months=3).run()
    links = tables_more.supplier_links(model)
    working = set(model.firms_frame()["uid"])
    assert set(links["firm"]) <= working
    assert set(links["kind"]) <= set(plots_network.LISTS)
    assert not links.duplicated(["firm", "buyer"]).any()
    slots = model.tables["buyers"].rows["slots"]
    assert all(len(held) <= slots[buyer] for buyer, held in links.groupby("buyer"))
    assert (links["local"] == (links["cluster"] == "cilegon")).all()


def test_sizes_and_growth_come_from_watched_runs():
    runs = [watch(Job(town(observed=36), seed)) for seed in (1, 2)]
    sizes, growth = tables_more.size_table(runs), tables_more.growth_table(runs)
    last = runs[0].firms[runs[0].firms["month"] == 35]
    assert (sizes["seed"] == 1).sum() == len(last)
    assert set(growth["seed"]) == {1, 2}
    assert growth["growth"].notna().all()


def test_a_scenario_of_one_s_own_is_called_by_its_name():
    from sim.report.names import title_of

    assert title_of(speaker(), Scenario.load("tegal").name) == "Tegal"
    assert title_of(speaker("id"), "training") == "Pelatihan"


def test_a_policy_of_a_notebook_without_titles_is_called_by_its_name():
    from sim.report.names import title_of

    policies.add(type("Gift", (policies.Policy,), {"name": "a_gift"}))
    try:
        assert title_of(speaker("id"), "a_gift") == "A gift"
    finally:
        del policies.catalogue()["a_gift"]
