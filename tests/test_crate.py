"""RO-Crate metadata of a folder of results: read back by the format's own library."""

import json

import pytest
from rocrate.rocrate import ROCrate

from sim import cli
from sim.crate import METADATA


@pytest.fixture
def folder(tmp_path):
    cli.main(["run", "baseline", "--months", "1", "--set", "town.scale=0.1", "--out", str(tmp_path)])
    return tmp_path


def test_the_crate_names_every_file_and_says_what_it_is(folder, capsys):
    assert cli.main(["crate", str(folder)]) == 0
    assert METADATA in capsys.readouterr().out
    crate = ROCrate(folder)
    written = {one.name for one in folder.iterdir()} - {METADATA}
    assert {one.id for one in crate.data_entities} == written
    table = crate.dereference("indicators.csv")
    assert table["encodingFormat"] == "text/csv"
    assert table["description"] == "one row a simulated month"
    (action,) = [one for one in crate.contextual_entities if one.type == "CreateAction"]
    assert json.loads(action["description"])["scenario"] == "baseline"


def test_the_same_folder_is_described_by_the_same_bytes(folder):
    cli.main(["crate", str(folder)])
    first = (folder / METADATA).read_bytes()
    cli.main(["crate", str(folder)])
    assert (folder / METADATA).read_bytes() == first


@pytest.mark.parametrize("text", [None, "{}", "[]", "no json"])
def test_a_folder_of_something_else_is_refused_and_left_as_it_is(tmp_path, capsys, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    assert cli.main(["crate", str(tmp_path)]) == 2
    assert "manifest" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before
