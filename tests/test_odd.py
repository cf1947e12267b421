"""The ODD document: its tables are those of the code, and it has all seven elements."""

import re
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


def sections():
    """Return the text of the submodels, and the literature."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.partition("## 7. Submodels")[2].partition("\n## ")[0], text.partition("## Literature")[2]


def test_every_submodel_names_the_theory_behind_its_rules():
    submodels, _ = sections()
    heads = re.findall(r"^### (.+)$", submodels, re.MULTILINE)
    named = re.findall(r"^\| ([A-Z][^|]+) \| [^|]+ \| [^|]*\d{4}[^|]* \|$", submodels, re.MULTILINE)
    assert set(heads) - {"Theory behind the rules", "Parameters", "Flows"} == set(named)


def test_every_work_that_is_cited_is_in_the_literature_and_every_work_there_is_cited():
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Literature")[0]
    words = " ".join(text.replace(" et al.", "").split())
    listed = [" ".join(one.split()) for one in re.findall(r"^- ([^\d]+ \d{4}),", sections()[1], re.MULTILINE)]
    assert len(listed) == len(set(listed)) > 30
    for work in listed:
        authors, _, year = work.replace(" et al.", "").rpartition(" ")
        assert re.search(rf"{re.escape(authors)}[,;]? \(?{year}", words), f"{work} is cited nowhere"
    years = {tuple(one.replace(" et al.", "").rpartition(" ")[::2]) for one in listed}
    theory = sections()[0].partition("### Theory behind the rules")[2].partition("\n### ")[0]
    cited = re.findall(r"((?:[A-Z][\w-]+(?:, | & )?)+) (\d{4})", theory)
    assert len(cited) > 30
    assert set(cited) <= years


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
