"""Files that are no scenario, the lines of keys, months, and how values are shown."""

from pathlib import Path

import pytest

from sim.core.parameters import UNITS, month_index, month_number, month_text
from sim.core.toml_lines import did_you_mean, lines_of, shown
from sim.scenario import check
from tests.small_town import REGISTER, write_town

UNREADABLE = {
    "folder": (lambda path: path.mkdir(), "is a folder. Name one scenario file"),
    "binary": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff"), "this is not text in UTF-8."),
    "zeros": (lambda path: path.write_bytes(b"\x00" * 64), "this is not valid TOML"),
    "enormous": (lambda path: path.write_bytes(b"#" * 5_000_001), "is not a plain file of less than 5 MB"),
    "nothing": (lambda _: None, "no such file."),
    "broken link": (lambda path: path.symlink_to(path.parent / "gone"), "no such file."),
    "link to itself": (lambda path: path.symlink_to(path), "no such file."),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_as_a_scenario_is_refused(tmp_path, kind):
    make, says = UNREADABLE[kind]
    path = tmp_path / "town.toml"
    make(path)
    (problem,) = check(path, schema={})
    assert problem.startswith(str(path))
    assert says in problem


@pytest.mark.parametrize("name", ["", "a\0b", "n" * 5000, "two\nlines"])
def test_an_impossible_name_is_no_such_file(name):
    (problem,) = check(name, schema={})
    assert "no such file." in problem


@pytest.mark.parametrize("forbidden", ["read_bytes", "is_file"])
def test_a_file_without_permission_is_told(tmp_path, monkeypatch, forbidden):
    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    path = write_town(tmp_path) / "baseline.toml"
    monkeypatch.setattr(Path, forbidden, refuse)
    (problem,) = check(path, schema={})
    assert problem.endswith("cannot be read (Permission denied). Check the permissions of the file.")


def test_a_file_from_another_editor_is_read(tmp_path):
    path = tmp_path / "town.toml"
    path.write_bytes(b"\xef\xbb\xbf" + REGISTER.replace("\n", "\r\n").encode())
    assert check(path, schema={}) == []


def test_lines_are_found_through_long_texts_and_lists():
    text = 'a = """\n[no.table]\nno = 1\n"""\n[[p]]\nx = 1\n[[p]]\n"x y".z = [\n 1,\n]\n[q]  # [no]\nb = 1\n'
    expected = {
        "a": 1,
        "p": 5,
        "p.0": 5,
        "p.0.x": 6,
        "p.1": 7,
        "p.1.x y": 8,
        "p.1.x y.z": 8,
        "q": 11,
        "q.b": 12,
    }
    assert lines_of(text) == expected


@pytest.mark.parametrize("text", ["2023-00", "2023-13", "2023-6", "23-06", "2023-06-01", "", "2023-06\n"])
def test_what_is_no_month_has_no_number(text):
    with pytest.raises(ValueError, match="is not a month"):
        month_number(text)


def test_months_can_be_counted():
    assert month_text(month_number("2018-06") + 60) == "2023-06"
    assert month_index("2018-06", first="2018-06") == 1
    assert [month_text(month_number("2023-12") + step) for step in range(2)] == ["2023-12", "2024-01"]


def test_values_are_shown_as_a_file_holds_them_and_short():
    assert [shown(value) for value in (True, 1, 0.5, "a\nb")] == ["true", "1", "0.5", '"a\\nb"']
    assert (shown({}), shown([])) == ("a table", "a list")
    assert len(shown("x" * 500)) <= 61


def test_only_near_names_are_offered():
    assert did_you_mean("monht", UNITS) == ' Did you mean "month"?'
    assert not did_you_mean("parsec", UNITS)
