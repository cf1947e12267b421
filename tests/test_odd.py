"""The ODD document: its tables are those of the code, and it has all seven elements."""

from pathlib import Path

import pytest

from sim import cli
from sim.errors import UserError
from sim.odd import TABLES, renew, renewed

DOCUMENT = Path(__file__).parent.parent / "docs" / "odd.md"


def test_the_tables_of_the_document_are_those_of_the_code():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: kotabaja describe --odd"


def test_it_has_the_seven_elements_in_their_order():
    heads = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert [head[3:5] for head in heads[:7]] == ["1.", "2.", "3.", "4.", "5.", "6.", "7."]


def test_a_changed_table_is_written_anew_and_people_s_words_stay(tmp_path):
    copy = tmp_path / "odd.md"
    text = DOCUMENT.read_text(encoding="utf-8")
    copy.write_text(text.replace("| `firms.wear` |", "| `firms.waer` |"), encoding="utf-8")
    assert renew(copy)
    assert copy.read_text(encoding="utf-8") == text
    assert not renew(copy)


def test_marks_that_are_missing_or_unknown_and_a_missing_file_are_refused(tmp_path, capsys):
    marks = "".join(f"<!-- table: {name} -->\n<!-- end: {name} -->\n" for name in TABLES)
    with pytest.raises(UserError, match="unknown marks: lions"):
        renewed(marks + "<!-- table: lions -->\n<!-- end: lions -->")
    assert cli.main(["describe", "--odd", "--document", str(tmp_path / "none.md")]) == 2
    assert "cannot be read" in capsys.readouterr().err
