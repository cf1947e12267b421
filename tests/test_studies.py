"""``make studies``: every table of a long study has its command, what stands is skipped, what fails stops it all."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests import studies
from tests.studies import DOCS, ROOT, STUDIES, Study

CODE = "import pathlib, sys; at = pathlib.Path(sys.argv[1]); (at / 'table.csv').write_text('a\\n1\\n'); sys.exit({})"


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A study that writes a table at once, results elsewhere, and the list of what was shipped."""
    shipped = []

    def small(code=0):
        monkeypatch.setitem(STUDIES, "small", Study(("tests.studies", "OUT"), shipped.append, "a second"))
        command = [sys.executable, "-c", CODE.format(code), str(tmp_path / "small")]
        real = studies.subprocess.run
        monkeypatch.setattr(studies.subprocess, "run", lambda _, **options: real(command, **options))

    monkeypatch.setattr(studies, "RESULTS", tmp_path)
    return small, shipped, tmp_path


def test_a_study_is_run_shipped_and_skipped_when_it_stands(bench, capsys):
    small, shipped, results = bench
    small()
    assert studies.main(["small"]) == 0
    assert studies.main(["small"]) == 0
    assert shipped == [results / "small"]
    said = capsys.readouterr().out
    assert "small: begins; it takes about a second" in said
    assert "small: stands already." in said


def test_a_study_of_another_program_is_made_anew(bench):
    small, shipped, results = bench
    small()
    studies.main(["small"])
    stamp = results / "small" / "done.json"
    stamp.write_text(json.dumps({"key": "of another program"}))
    studies.main(["small"])
    assert len(shipped) == 2


def test_a_study_that_fails_ships_nothing_and_stops_the_rest_with_its_code(bench, capsys):
    small, shipped, results = bench
    small(code=3)
    assert studies.main(["small", "card"]) == 3
    assert shipped == []
    assert not (results / "small" / "done.json").exists()
    assert "stopped with exit code 3" in capsys.readouterr().out


def test_an_unknown_study_is_refused_by_name(capsys):
    with pytest.raises(SystemExit, match="2"):
        studies.main(["cards"])
    assert "no such study: cards. There are calibrate, card," in capsys.readouterr().err


def test_every_command_of_a_study_is_one_that_exists():
    for study in STUDIES.values():
        if study.words[0] == "sim":
            assert f"## kotabaja {study.words[1]}\n" in (DOCS / "command.md").read_text(encoding="utf-8")
        else:
            assert (ROOT / study.words[0].replace(".", "/")).with_suffix(".py").is_file()


def test_every_shipped_table_is_made_by_a_study_or_has_a_manifest_that_says_how():
    source = Path(studies.__file__).read_text(encoding="utf-8")
    for folder in ("validation", "calibration", "sensitivity"):
        for table in (DOCS / folder).glob("*.csv"):
            assert f'"{table.name}"' in source, f"{table}: add it to tests/studies.py"
    for folder in {path.parent for path in DOCS.rglob("*.csv")}:
        assert list(folder.glob("*.json")), f"{folder} has tables and no manifest"


def test_the_guide_for_contributors_names_every_study():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| \[.*\]\((docs/\w+\.md)\) \| (.+) \|$", guide, re.MULTILINE)
    assert [name for name, _, _ in rows] == list(STUDIES)
    for name, page, takes in rows:
        assert (ROOT / page).is_file()
        assert takes.startswith(STUDIES[name].takes)


def test_the_make_file_runs_them():
    assert re.search(r"^studies:.*\n\t.*-m tests\.studies$", (ROOT / "Makefile").read_text(), re.MULTILINE)
