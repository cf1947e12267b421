"""The two pages: every sentence follows the numbers, in both languages, with its direction."""

from __future__ import annotations

import copy
import re
import zlib

import numpy as np
import pytest

from sim.report import reversal, sheet
from sim.report.answer import answer, short
from sim.report.findings import Findings
from sim.report.language import speaker
from sim.report.likelihood import likelihood, scale
from sim.report.plan import plan_of, worlds_of
from sim.scenario import Scenario
from tests import report_data


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    report_data.install(monkeypatch)


def turned(**changes):
    effects = copy.deepcopy(report_data.EFFECTS)
    for name, own in changes.items():
        effects[name] = own
    return report_data.findings(effects)


@pytest.fixture(scope="module")
def usual():
    with pytest.MonkeyPatch.context() as patch:
        report_data.install(patch)
        return report_data.findings()


@pytest.fixture(scope="module")
def worse():
    with pytest.MonkeyPatch.context() as patch:
        report_data.install(patch)
        return turned(
            training_only={"conversion": -0.03, "spending": 90.0},
            access_only={"access": -0.06},
            both={"conversion": -0.10, "spending": 175.0},
        )


RAISES = {"en": "raises local firms’ share of the city’s market most", "id": "paling menaikkan pangsa IKM lokal"}
LOWERS = {"en": "lower local firms’ share of the city’s market", "id": "menurunkan pangsa IKM lokal"}


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_best_policy_is_named_and_the_sentence_turns_with_the_data(usual, worse, code):
    say = speaker(code)
    first, second, third = (one.text for one in answer(say, usual))
    assert RAISES[code] in first
    assert {"en": "access to big stores", "id": "akses ke toko besar"}[code] in first
    assert {"en": "more", "id": "lebih banyak"}[code] in third
    assert {"en": "training raises the local share", "id": "pelatihan menaikkan pangsa lokal"}[code] in second.lower()
    first, second, third = (one.text for one in answer(say, worse))
    assert LOWERS[code] in first
    assert {"en": "training", "id": "pelatihan"}[code] in first
    assert {"en": "training lowers the local share", "id": "pelatihan menurunkan pangsa lokal"}[code] in second.lower()
    assert {"en": "less than the sum", "id": "kurang dari jumlah"}[code] in second
    assert {"en": "jobs fall by", "id": "pekerjaan logam lokal turun"}[code] in third


@pytest.mark.parametrize("code", ["en", "id"])
def test_likelihood_words_stand_beside_the_draws_they_are_from(usual, code):
    say = speaker(code)
    told = " ".join(one.text for one in answer(say, usual))
    pattern = {"en": r"is ([a-z ]+) \((\d+) of (\d+) draws", "id": r"([a-z ]+) \((\d+) dari (\d+) undian"}[code]
    found = re.findall(pattern, told)
    assert len(found) >= 3
    for words, hits, draws in found:
        assert words.strip().endswith(likelihood(say, int(hits), int(draws)))
    assert "90" in scale(say)


@pytest.mark.parametrize("town", ["usual", "worse"])
def test_the_middles_of_the_draws_are_those_of_the_data(town, request):
    found = request.getfixturevalue(town)
    second = answer(speaker("en"), found)[1].text
    training, access = (100 * np.median(found.doubts.effect(name)) for name in ("training_only", "access_only"))
    said = re.findall(r"brings (.\d\.\d) in the middle", second)
    assert [float(one.replace("\N{MINUS SIGN}", "-")) for one in said] == pytest.approx([training, access], abs=0.051)


def moved(found, scenario, by):
    """Return findings whose draws say that much more of a scenario than they did."""
    draws = found.records["D"].copy()
    draws.loc[draws["scenario"] == scenario, "market_share_local"] += by
    return Findings(found.worlds, {**found.records, "D": draws}, found.reliefs)


SIDES = {"en": ("less than that", "about as much", "more than that"), "id": ("kurang dari", "kira-kira", "lebih dari")}


@pytest.mark.parametrize("code", ["en", "id"])
@pytest.mark.parametrize("side", [-1, 0, 1])
def test_where_the_draws_lie_against_the_effect_is_said_and_turns_with_them(usual, code, side):
    told = answer(speaker(code), moved(usual, "access_only", 0.05 * side))[1].text
    about_training, about_access = re.findall(
        {"en": "in the middle, ([a-z ]+)", "id": "tengahnya, ([a-z -]+)"}[code], told
    )
    assert about_access.startswith(SIDES[code][1 + side])
    assert about_training.startswith(SIDES[code][1])


def test_no_effect_is_said_as_none():
    still = turned(training_only={"spending": 90.0}, access_only={"spending": 85.0}, both={"spending": 175.0})
    first = answer(speaker("en"), still)[0].text
    assert first.startswith("None of the 2 policies compared clearly raises")


def test_the_ranking_turns_with_the_data(usual, worse):
    say = speaker("en")
    rows = sheet.ranking(say, usual)
    assert [row["name"] for row in rows] == ["access_only", "training_only", "both"]
    assert rows[0]["moves"][0].startswith("access\N{NO-BREAK SPACE}▲")
    assert rows[-1]["rank"] == ""
    assert rows[0]["share"].sign == "good"
    rows = sheet.ranking(say, worse)
    assert [row["name"] for row in rows] == ["training_only", "access_only", "both"]
    assert rows[0]["moves"][0].startswith("conversion\N{NO-BREAK SPACE}▼")
    assert rows[0]["per_job"].text == "jobs fall"


@pytest.mark.parametrize("code", ["en", "id"])
def test_losers_are_named_from_the_firms(usual, worse, code):
    say = speaker(code)
    outside = {"en": "firms from outside −", "id": "IKM luar daerah −"}[code]
    local = {"en": "local, 1–4 workers −", "id": "lokal, 1–4 pekerja −"}[code]
    assert outside in sheet.losers_sentence(say, usual).text
    assert local not in sheet.losers_sentence(say, usual).text
    assert local in sheet.losers_sentence(say, worse).text
    assert outside not in sheet.losers_sentence(say, worse).text


def test_the_assumption_that_moves_an_effect_is_found_and_others_are_not(usual):
    told = [one.text for one in reversal.worth_finding_out(speaker("en"), usual)]
    assert len(told) == 1
    assert "Invented push [firms.push]" in told[0]
    assert "1 assumed, 0.5 to 2 possible" in told[0]


def test_what_would_reverse_the_order_is_counted(usual):
    told = [one.text for one in reversal.flips(speaker("en"), usual)]
    assert told[0].startswith("Best for the local share in 30 draws: access to big stores in ")


def test_a_name_in_a_sentence_is_small_unless_it_is_made_of_capitals():
    assert short("Access to big stores") == "access to big stores"
    assert short("TKDN certificates (paid)") == "TKDN certificates"


def test_a_study_is_a_scenario_a_file_or_a_folder(tmp_path):
    assert plan_of("policies/training").scenarios == plan_of().scenarios
    study = tmp_path / "study.toml"
    study.write_text('scenarios = ["policies/training", "policies/credit"]\nseeds = 5\nleading = 1\n')
    plan = plan_of(str(study), draws=20)
    assert [one.name for one in plan.scenarios] == ["training", "credit"]
    assert (plan.seeds, plan.draws, plan.leading) == (5, 20, 1)


def test_a_scenario_without_policies_is_the_town_in_which_the_usual_ones_are_compared():
    plan = plan_of("tegal")
    usual = plan_of()
    assert plan.against == Scenario.load("tegal")
    assert [(one.name, one.uses) for one in plan.scenarios] == [(one.name, one.uses) for one in usual.scenarios]
    assert all(one["cluster_tegal.local"] and not one["cluster_cilegon.local"] for one in plan.scenarios)
    facts = {
        "against": {"tegal": plan.against.fingerprint},
        "scenarios": {one.name: one.fingerprint for one in plan.scenarios},
    }
    assert worlds_of(facts) == list(plan.worlds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scenarios = []\n", "scenarios: must be a list"),
        ('scenarios = ["both"]\nseeds = 1\n', "seeds: must be a whole number of 2 or more"),
        ('scenarios = ["both"]\nseed = 9\n', "seed: is not known in a study file"),
    ],
)
def test_a_study_file_with_a_mistake_is_refused(tmp_path, text, expected):
    from sim.errors import UserError

    study = tmp_path / "study.toml"
    study.write_text(text)
    with pytest.raises(UserError, match=expected):
        plan_of(str(study))


def test_a_folder_without_runs_is_refused(tmp_path):
    from sim.errors import UserError

    with pytest.raises(UserError, match="is not a folder of"):
        plan_of(str(tmp_path))


def test_without_pango_there_is_no_pdf_and_the_reason_is_said(monkeypatch):
    import builtins

    from sim.report.pdf import pdf_of

    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "weasyprint":
            message = "cannot load library 'libpango-1.0-0'"
            raise OSError(message)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    paper, reason = pdf_of("<p>page</p>")
    assert paper is None
    assert "Pango is missing" in reason


def inflated(paper):
    """Return the streams of a PDF as they are read."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL)
    return b"".join(zlib.decompress(part) if part.startswith(b"\x78") else part for part in parts) + paper


@pytest.mark.long
@pytest.mark.parametrize("code", ["en", "id"])
def test_the_paper_is_tagged_and_its_first_part_is_two_pages(tmp_path, code):
    weasyprint = pytest.importorskip("weasyprint", exc_type=OSError)
    report_data.brief(tmp_path, language=code, given=report_data.plan(seeds=3, draws=12), months=24)
    paper = inflated((tmp_path / "brief.pdf").read_bytes())
    assert b"/MarkInfo" in paper
    assert b"pdfuaid" in paper
    document = weasyprint.HTML(string=(tmp_path / "brief.html").read_text()).render()
    assert next(number for number, page in enumerate(document.pages, start=1) if "annex" in page.anchors) == 3
