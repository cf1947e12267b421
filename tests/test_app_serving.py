"""What leaves the page, and who may reach it: the export of a run, the server's gate, the command's messages."""

import asyncio
import io
import json
import socket
from zipfile import ZipFile

import pandas as pd
import pytest

from sim import MetalSupplyChain, Scenario
from sim.app import server
from sim.app.export import archive, archive_name, scenario_text
from sim.app.form import form_of, scenario_of
from sim.app.twin import Twin, without_programmes
from sim.errors import UserError
from tests.commands import call

# The export


@pytest.fixture
def unpacked(tmp_path):
    form = form_of("both", "en").without_use(0).with_lever(0, "budget_jt_year", "900")
    world = scenario_of(form, "en")
    towns = Twin(world, without_programmes(world), seed=4)
    for _ in range(3):
        towns.step()
    assert archive_name(towns) == "kotabaja-both-seed4-month3.zip"
    ZipFile(io.BytesIO(archive(towns))).extractall(tmp_path)
    return towns, tmp_path


def test_an_export_holds_the_run_of_both_towns(unpacked):
    towns, folder = unpacked
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
    own = ["firms.csv", "indicators.csv", "manifest.json", "scenario.toml"]
    assert files == [*(f"beside/{name}" for name in own), "difference.csv", *(f"town/{name}" for name in own)]
    table = pd.read_csv(folder / "town/indicators.csv")
    pd.testing.assert_frame_equal(table, towns.town.indicators, check_dtype=False)
    assert len(pd.read_csv(folder / "town/firms.csv")) == len(towns.town.model.firms_frame())


def test_an_exported_scenario_makes_the_same_run_again(unpacked):
    towns, folder = unpacked
    facts = json.loads((folder / "town/manifest.json").read_text(encoding="utf-8"))
    again = Scenario.load(folder / "town/scenario.toml")
    assert again.fingerprint == facts["scenario_fingerprint"] == towns.town.scenario.fingerprint
    run = MetalSupplyChain(again, seed=facts["seed"], months=facts["months"]).run()
    pd.testing.assert_frame_equal(run.indicators, towns.town.indicators)
    beside = Scenario.load(folder / "beside/scenario.toml")
    assert beside.fingerprint == Scenario.load("baseline").fingerprint


def test_a_scenario_of_one_s_own_travels_with_its_file(tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text(
        'base = "baseline.toml"\nreason = "Mine."\n\n[firms.insolvency_months]\nvalue = 5\n'
        'source = "assumption: to see"\n',
        encoding="utf-8",
    )
    towns = Twin(Scenario.load(own))
    towns.step()
    there = tmp_path / "there"
    ZipFile(io.BytesIO(archive(towns))).extractall(there)
    again = Scenario.load(there / "town/scenario.toml")
    assert again.fingerprint == towns.town.scenario.fingerprint != Scenario.load("baseline").fingerprint


def test_an_exported_scenario_reads_well():
    text = scenario_text(Scenario.load("training_only"))
    assert text.startswith("# Written by kotabaja app.\n")
    assert '[[policies.training]]\nfrom = "2023-06"\nto = "2028-05"\nbudget_jt_year = 750.0\n' in text


# The server


def answer(headers, host="127.0.0.1", kind="http"):
    """Ask the gate; return what it sends, or "let through"."""
    sent = []

    async def page(scope, receive, send):
        sent.append("let through")

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    asyncio.run(server.at_home(page, host, 8765)(scope, None, send))
    return sent


@pytest.mark.parametrize("name", ["127.0.0.1:8765", "localhost:8765"])
def test_this_machine_is_let_through(name):
    assert answer({"host": name}) == ["let through"]
    assert answer({"host": name, "origin": f"http://{name}"}, kind="websocket") == ["let through"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:8765"},
        {"host": "127.0.0.1:8765", "origin": "http://evil.example"},
        {"host": "127.0.0.1:8765", "origin": "null"},
        {},
    ],
)
def test_other_sites_are_not_let_through(headers):
    assert answer(headers)[0]["status"] == 403
    assert answer(headers, kind="websocket")[0] == {"type": "websocket.close", "code": 1008}


def test_a_server_for_others_lets_them_through():
    assert answer({"host": "kota.example:8765"}, host="0.0.0.0") == ["let through"]


def test_a_port_that_is_taken_is_refused_in_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=r"cannot be used: .*in use.* Choose another with --host and --port\."):
            server.listen("127.0.0.1", port)


def test_telemetry_and_the_network_are_switched_off():
    assert server.SETTINGS["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "False"
    assert not server.SETTINGS["SOLARA_ASSETS_CDN"].startswith("http")


# The command


def test_without_its_packages_the_page_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr(server, "NEEDED", ("solara_of_another_world",))
    code, out, err = call(capsys, "app", "--no-browser")
    assert (code, out) == (2, "")
    assert err.startswith("The page needs packages that are not installed (solara_of_another_world).")


def test_the_page_refuses_a_scenario_that_is_not_there(capsys):
    code, _, err = call(capsys, "app", "nowhere", "--no-browser")
    assert code == 2
    assert err.startswith("nowhere: no such file.")


def test_the_page_speaks_two_languages_only(capsys):
    code, _, err = call(capsys, "app", "--lang", "fr", "--no-browser")
    assert code == 2
    assert "'en', 'id'" in err
