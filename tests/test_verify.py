"""One changed digit in a briefing's folder is found, wherever it is, and named."""

from __future__ import annotations

import hashlib
import json
import shutil

import pandas as pd
import pytest

from sim.crate import METADATA, describe_folder
from sim.errors import UserError
from sim.report.brief import MANIFEST, sealed
from sim.report.findings import RECORDS
from sim.report.verify import CRATE, verify
from tests import report_data


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the folder of a briefing on the invented town."""
    out = tmp_path_factory.mktemp("brief")
    with pytest.MonkeyPatch.context() as patch:
        report_data.install(patch)
        report_data.brief(out, given=report_data.plan(seeds=3, draws=12), months=24)
    return out


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    report_data.install(monkeypatch)
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def problems(folder, sample=6):
    town = report_data.Town(months=24)
    options = {"workers": 1, "work": town, "reliefs": report_data.RELIEFS, "worlds": report_data.worlds()}
    return verify(folder, sample, **options).problems


def swap(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def forge(folder, name):
    """Give the manifest the new hash of a file, and a new seal: as one would who hides a change."""
    facts = json.loads((folder / MANIFEST).read_text())
    facts["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(sealed(facts)))


@pytest.mark.long
def test_a_folder_as_it_was_made_passes(folder):
    assert problems(folder, sample=None) == ()


def test_one_changed_digit_is_found_in_every_file(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".html", ".csv", ".svg", ".png", ".parquet", ".json"}
    for path in files:
        content = bytearray(path.read_bytes())
        places = [place for place in range(len(content)) if content[place : place + 1].isdigit()]
        if places:
            at = places[len(places) // 2]
            content[at] = content[at] + 1 if content[at] < ord("9") else ord("0")
        else:  # a table without rows
            content += b"1"
        path.write_bytes(bytes(content))
    found = verify_hashes(folder)
    assert [
        path.relative_to(folder).as_posix() for path in files if path.relative_to(folder).as_posix() not in found
    ] == []


def verify_hashes(folder):
    """Return the files that are named where every file was changed."""
    facts = json.loads((folder / MANIFEST).read_text())
    from sim.report.verify import _hashes

    return {one.split(":")[0] for one in _hashes(folder, facts)}


def test_a_number_changed_in_the_page_is_named_with_its_place_though_the_hash_was_forged(folder):
    page = folder / "brief.html"
    text = page.read_text()
    start = text.index('data-record="M:training_only"><span class="change">') + 51
    assert text[start] == "+"
    digit = start + 3
    page.write_text(text[:digit] + ("1" if text[digit] != "1" else "2") + text[digit + 1 :])
    assert "brief.html" in verify_hashes(folder)
    forge(folder, "brief.html")
    (found,) = problems(folder)
    assert found.startswith("brief.html: Table 1, 2 Training: says “+")
    assert "and the records give “+" in found


@pytest.mark.long
def test_a_number_changed_in_a_table_or_figure_is_named_though_the_hash_was_forged(folder):
    table = folder / "figures/effects.csv"
    line = table.read_text().splitlines()[1]
    table.write_text(table.read_text().replace(line, line.replace("0.", "1.", 1)))
    picture = folder / "figures/steel_flow.svg"
    swap(picture, "M 0 ", "M 1 ")
    for name in ("figures/effects.csv", "figures/steel_flow.svg"):
        forge(folder, name)
    found = problems(folder)
    assert any(one.startswith("figures/effects.csv: line 2, ") for one in found)
    assert "figures/steel_flow.svg: is not the picture that the records give" in found


@pytest.mark.long
def test_records_that_were_forged_with_all_that_follows_are_found_by_making_runs_again(folder):
    path = folder / RECORDS["M"]
    table = pd.read_parquet(path)
    table.loc[table["column"] == "jobs_local_fte", "value"] += 1e-6
    table.to_parquet(path, index=False)
    forge(folder, RECORDS["M"])
    found = problems(folder)
    assert any("jobs_local_fte is" in one and "and the run gives" in one for one in found)


@pytest.mark.long
def test_missing_and_strange_files_are_named(folder):
    (folder / "bind.csv").unlink()
    (folder / "note.txt").write_text("not mine")
    found = problems(folder)
    assert "bind.csv: is missing" in found
    assert "note.txt: is not in the manifest" in found


@pytest.mark.long
def test_words_for_archives_beside_a_briefing_are_no_fault(folder):
    describe_folder(folder)
    assert CRATE == METADATA
    assert problems(folder, sample=0) == ()


def test_a_folder_of_other_code_cannot_be_verified(folder):
    facts = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(sealed({**facts, "code_fingerprint": "0" * 32})))
    (found,) = problems(folder)
    assert "made by other code (000000000000" in found


def test_what_is_no_briefing_is_refused(folder):
    (folder / MANIFEST).write_text("{}")
    with pytest.raises(UserError, match="lists no files with their hashes"):
        problems(folder)
    (folder / MANIFEST).write_text(json.dumps(sealed({"command": "compare", "sha256": {}})))
    with pytest.raises(UserError, match="only briefings can be verified"):
        problems(folder)
