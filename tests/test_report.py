"""The briefing: its folder is whole, its page needs no network and no eyes, and it says what it rests on."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from sim.errors import UserError
from sim.indicators import catalogue
from sim.relief import RELIEFS
from sim.report import amounts, figures, tables
from sim.report.annex import ROWS
from sim.report.brief import make_brief
from sim.report.findings import EXPERIMENT, RECORDS
from sim.report.plan import Plan
from sim.scenario import Scenario
from tests import report_data
from tests.commands import kotabaja
from tests.described import undescribed

KINDS = ("svg", "png", "csv")


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    report_data.install(monkeypatch)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of a briefing on the invented town."""
    out = tmp_path_factory.mktemp("brief")
    with pytest.MonkeyPatch.context() as patch:
        report_data.install(patch)
        report_data.brief(out)
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
        if tag not in {"meta", "link", "img", "br", "col"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_figure_has_svg_png_and_the_table_behind_it(folder):
    keys = {*report_data.pictures(seeds=2), "draws"}
    assert {path.name for path in (folder / "figures").iterdir()} == {f"{k}.{kind}" for k in keys for kind in KINDS}
    for key in keys:
        assert (folder / f"figures/{key}.svg").read_text().lstrip().startswith("<?xml")
        assert (folder / f"figures/{key}.png").read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(folder / f"figures/{key}.csv")) > 0


def test_the_page_needs_no_network_and_is_small(folder):
    text = (folder / "brief.html").read_text()
    links = Reader(text).links
    assert links
    assert [link for link in links if not link.startswith(("data:", "figures/", "#record-"))] == []
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
    assert len(reader.images) == len(report_data.pictures(seeds=2)) + 1
    assert all(len(image["alt"]) > 60 for image in reader.images)
    assert len({image["alt"] for image in reader.images}) == len(reader.images)
    heads = [found for tag, found in reader.tags if tag == "th"]
    assert heads
    assert all(found.get("scope") in {"col", "row", "rowgroup"} for found in heads)
    tags = [tag for tag, _ in reader.tags]
    assert tags.count("caption") == tags.count("table") == 4  # firms were not followed
    assert tags.count("h1") == tags.count("main") == 1


def test_the_page_says_what_it_rests_on(folder):
    text = (folder / "brief.html").read_text()
    assert "4 assumptions among the 7 entries of the register" in text
    assert "was not checked against facts" in text
    assert "kotabaja brief --seeds 4" in text
    assert all(f"print-{name}" in text for name in report_data.EFFECTS)
    assert "4 pairs" in text


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_page_names_the_city_of_its_scenario(tmp_path, monkeypatch, code):
    towns = {"cilegon": {"local": False}, "tegal": {"local": True}}
    monkeypatch.setattr(report_data.Fake, "family", lambda *_: towns)
    given, effects = report_data.plan(seeds=2, draws=10), {"tegal": {}, **report_data.EFFECTS}
    given.against.name = "tegal"
    text = report_data.brief(tmp_path, language=code, effects=effects, months=6, given=given).read_text()
    assert text.count("Kota Tegal") == 2
    assert "figure-effects" in text  # the report's argument is answered there too
    assert "Cilegon" not in text


def test_text_from_a_scenario_cannot_become_markup(tmp_path):
    plan = report_data.plan(seeds=2, draws=10)
    plan.scenarios[0].reason = "<script>alert(1)</script>"
    page = report_data.brief(tmp_path, months=6, given=plan)
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


def test_the_tables_of_the_folder_have_their_columns(folder, monkeypatch):
    effects = pd.read_csv(folder / "effects.csv")
    assert list(effects.columns) == list(tables.EFFECT_COLUMNS)
    assert set(effects["scenario"]) == {*tables.PROGRAMMES, *tables.CONTRASTS}
    assert all((folder / name).is_file() for name in RECORDS.values())
    assert list(pd.read_csv(folder / "bind.csv")["constraint"]) == list(report_data.RELIEFS)
    monkeypatch.setattr("sim.indicators.catalogue", catalogue)
    assert set(undescribed(folder)) == {f"records/draw_inputs.parquet: {one}" for one in report_data.ASSUMED}


def test_two_briefings_of_equal_runs_are_equal(folder, tmp_path):
    report_data.brief(tmp_path)
    for path in folder.rglob("*.*"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


def test_progress_counts_all_runs(tmp_path):
    seen = []
    report_data.brief(
        tmp_path,
        months=6,
        given=report_data.plan(seeds=2, draws=10),
        progress=lambda done, total: seen.append((done, total)),
    )
    total = 2 * (4 + len(report_data.RELIEFS)) + 10 * 4
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_folder_that_cannot_be_written_is_refused_before_any_run(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        report_data.brief(tmp_path / "file", work=None)


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
    plan = Plan(Scenario.load("baseline"), tuple(worlds), seeds=2, draws=10)
    page = make_brief(plan, tmp_path, workers=1)[0].read_text()
    reader = Reader(page)
    assert reader.open == []
    assert [link for link in reader.links if not link.startswith(("data:", "figures/", "#record-"))] == []
    assert all(one.fingerprint in page for one in worlds)
    assert not re.search(r"\b(nan|not known)\b", re.sub(r"base64,[^\"]+", "", page))
    assert set(pd.read_csv(tmp_path / "bind.csv")["constraint"]) == set(RELIEFS)
    assert len(pd.read_csv(tmp_path / "who.csv")) > 0
    assert kotabaja("verify", tmp_path, "--runs", 4).returncode == 0
    table = tmp_path / "bind.csv"
    digits = table.read_text()
    table.write_text(digits[:-2] + str((int(digits[-2]) + 1) % 10) + "\n")
    found = kotabaja("verify", tmp_path, "--runs", 0)
    assert found.returncode == 1
    assert "bind.csv" in found.stdout + found.stderr
