"""The page's map and figures: drawn from the run, told in words, without labels that overlap."""

from xml.etree import ElementTree

import pytest

from sim import Scenario
from sim.app import figures, figures_more
from sim.app.chart import map_of, place_name
from sim.app.figures import INDICATORS
from sim.app.say import Say
from sim.app.twin import Twin, without_programmes
from sim.report.style import look, overlapping_labels
from tests.towns import town


@pytest.fixture(scope="module")
def twin():
    world = town("both", warm_up=14, observed=30)
    towns = Twin(world, without_programmes(world), seed=2)
    while towns.running:
        towns.step()
    return towns


@pytest.fixture(scope="module")
def alone():
    towns = Twin(town())
    for _ in range(14):
        towns.step()
    return towns


@pytest.fixture
def overlaps(monkeypatch):
    """Collect what overlaps in the figures that a test draws."""
    found = []

    def looked_at(size_in, paint):
        def painted(figure):
            said = paint(figure)
            found.extend(overlapping_labels(figure))
            return said

        return real(size_in, painted)

    real = figures.draw
    monkeypatch.setattr(figures, "draw", looked_at)
    monkeypatch.setattr(figures_more, "draw", looked_at)
    with look():
        yield found


def drawn(towns, say, month):
    uid = towns.town.memory.uids(month)[0]
    titles = {"training": "Pelatihan", "store_access": "Akses ke toko besar (temu bisnis)"}
    return {
        "factors": figures.factors(towns, say, month),
        "indicator": figures.indicator(towns, say, "market_share_local", month),
        "constraints": figures_more.constraints(towns, say, month),
        "spending": figures_more.spending(towns, say, titles, month),
        "firm": figures_more.firm_history(towns, say, towns.town.memory.firm(uid), month),
    }


@pytest.mark.parametrize("language", ["en", "id"])
def test_figures_are_pictures_with_words_and_no_label_overlaps_another(twin, overlaps, language):
    for name, made in drawn(twin, Say(language), twin.months).items():
        assert ElementTree.fromstring(made.svg).tag.endswith("svg"), name
        assert len(made.alternative) > 40, name
    assert overlaps == []


def test_a_text_alternative_tells_the_numbers_of_both_towns_and_their_difference(twin):
    month = twin.months
    say = Say("en")
    here, there = (frame.indicators["market_share_local"].iloc[month - 1] for frame in twin.towns)
    said = figures.indicator(twin, say, "market_share_local", month).alternative
    assert f"With programmes {say.level(here, 'share')}" in said
    assert f"Without programmes {say.level(there, 'share')}" in said
    assert say.change(here - there, "share") in said


def test_a_town_alone_has_figures_too(alone, overlaps):
    made = drawn(alone, Say("en"), 14)
    assert made.pop("spending") is None
    assert all(made.values())
    assert "programmes" not in made["indicator"].alternative
    assert overlaps == []


@pytest.mark.parametrize("column", INDICATORS)
def test_every_figure_over_time_can_be_drawn(twin, column):
    assert figures.indicator(twin, Say("id"), column, 20).alternative


def test_the_map_shows_every_local_firm_and_every_flow(twin):
    drawing = map_of(twin, Say("en"), "town", twin.months, None)
    assert [dot["uid"] for dot in drawing["firms"]] == sorted(
        twin.town.memory.firms["uid"][twin.months - 1][twin.town.memory.working(twin.months)].tolist(),
        key=[dot["uid"] for dot in drawing["firms"]].index,
    )
    left, top, wide, high = drawing["floor"]
    assert all(left <= dot["x"] <= left + wide and top <= dot["y"] <= top + high for dot in drawing["firms"])
    kinds = {edge["kind"] for edge in drawing["edges"]}
    assert kinds == {"steel", "local", "outside", "imports"}
    assert max(edge["width"] for edge in drawing["edges"]) == drawing["scale"]["width"]
    assert not drawing["dimmed"]


def test_the_map_of_a_difference_has_more_and_less(twin):
    drawing = map_of(twin, Say("en"), "difference", twin.months, None)
    assert drawing["compared"]
    assert {edge["kind"] for edge in drawing["edges"]} == {"more", "less"}
    assert all("+" in edge["label"] or "−" in edge["label"] for edge in drawing["edges"])


def test_a_firm_that_is_looked_at_gets_its_own_lines(twin):
    month = twin.months
    rows = twin.town.memory.firms[month - 1]
    uid = int(rows["uid"][rows["sold_t"].argmax()])
    drawing = map_of(twin, Say("en"), "town", month, uid)
    assert drawing["dimmed"]
    own = [edge for edge in drawing["edges"] if edge["firm"]]
    assert any("the firm →" in edge["label"] for edge in own)


def test_places_have_names():
    assert place_name("krakatau_steel") == "Krakatau Steel"


def test_towns_are_called_by_what_sets_them_apart():
    both, baseline = Scenario.load("both"), Scenario.load("baseline")
    assert Say("en").names(Twin(both, without_programmes(both))) == ("With programmes", "Without programmes")
    assert Say("id").names(Twin(both, baseline)) == ("both", "baseline")
    assert Say("en").names(Twin(without_programmes(both), both)) == ("both, as set here", "both")
    assert Say("en").names(Twin(baseline)) == ("This town",)
