"""The data dictionary: every column that is written has its words, and no column has words that is not written."""

import json
from pathlib import Path

import pandas as pd
import pytest

from sim import cli, dictionary
from sim.errors import UserError
from tests.towns import town

PAGE = Path(__file__).parent.parent / "docs" / "data_dictionary.md"


def test_the_page_is_as_the_code_has_it():
    assert PAGE.read_text(encoding="utf-8") == dictionary.page(), (
        "run: kotabaja describe --columns > docs/data_dictionary.md"
    )


def test_a_run_writes_the_columns_of_the_dictionary_in_its_order(tmp_path):
    cli.main(["run", "baseline", "--months", "1", "--set", "town.scale=0.1", "--out", str(tmp_path)])
    for file, read in (("indicators.csv", pd.read_csv), ("firms.parquet", pd.read_parquet)):
        assert list(read(tmp_path / file).columns) == [name for name, _, _ in dictionary.tables()[file]]


def test_every_column_has_a_meaning_and_a_unit_or_is_a_word():
    for row in dictionary.rows():
        assert row["meaning"][0].isupper() or not row["meaning"][0].isalpha(), row
        assert not row["meaning"].endswith("."), row


def test_words_are_of_columns_that_exist():
    for file, columns in dictionary.tables().items():
        words = dictionary._said()[file].keys() - {"of"}
        assert words <= {name for name, _, _ in columns}, file


def test_a_column_without_words_is_refused_with_what_to_write():
    with pytest.raises(UserError, match=r'\["bind.csv"\]: weight_kg has no words. Add weight_kg = '):
        list(dictionary._worded("bind.csv", ["weight_kg"]))


def test_scripts_get_a_row_for_every_column(capsys):
    cli.main(["describe", "--columns", "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert {"file": "indicators.csv", "column": "sales_tegal_t"}.items() <= next(
        row for row in rows if row["column"] == "sales_tegal_t"
    ).items()
    assert len(rows) == len(dictionary.rows())


def test_another_town_has_the_same_indicators_of_its_own_clusters():
    from sim.indicators import catalogue

    known = {one.indicator for one in catalogue(town())}
    assert {one.indicator for one in catalogue(town("tegal"))} == known
