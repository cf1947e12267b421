"""Reading one TOML file: its tables, the line of every key, and the problems found in it.

Python's reader gives no lines for keys, so :func:`lines_of` finds them with a small scan; it runs only when
there is something to complain about.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import UserError

__all__ = ["Problems", "did_you_mean", "lines_of", "parse_settings", "parse_value", "read_toml", "shown"]

MOST_BYTES = 5_000_000
_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")


def shown(value: Any) -> str:
    """Return a value as it stands in a TOML file, cut short where it is long.

    Examples
    --------
    >>> shown(True), shown("2023-06"), shown(7.5)
    ('true', '"2023-06"', '7.5')
    """
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, int):
        # Python refuses to write out whole numbers of more than 4300 digits.
        text = str(value) if abs(value) < 10**40 else "a number of more than 40 digits"
    elif isinstance(value, str):
        text = '"' + value.encode("unicode_escape").decode() + '"'
    elif isinstance(value, Mapping):
        text = "a table"
    elif isinstance(value, (list, tuple)):
        text = "a list"
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:57] + '..."'  # noqa: PLR2004 - a line people can read


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``' Did you mean "..."?'`` for a near miss, or nothing.

    Examples
    --------
    >>> did_you_mean("firms.cover_month", ["firms.cover_months", "firms.wear"])
    ' Did you mean "firms.cover_months"?'
    >>> did_you_mean("zzz", ["firms.wear"])
    ''
    """
    near = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""


def lines_of(text: str) -> dict[str, int]:
    r"""Return the line, from 1, of every table and key in a TOML text, by dotted address.

    Tables of a list are numbered from 0: ``policies.training.0.from``. A table that other tables imply stands
    where it is first named.

    Examples
    --------
    >>> lines_of('[firms.wear]\nvalue = 0.1\n[[policies]]\nfrom = "2024-01"')
    {'firms': 1, 'firms.wear': 1, 'firms.wear.value': 2, 'policies': 3, 'policies.0': 3, 'policies.0.from': 4}
    """
    lines: dict[str, int] = {}
    for number, address in _scan(text):
        parts = address.split(".")
        for length in range(1, len(parts) + 1):
            lines.setdefault(".".join(parts[:length]), number)
    return lines


def _scan(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the address of every table and key, in the order of the text."""
    counts: dict[str, int] = {}
    table = ""
    inside = ""  # the quotes of the long string this line stands in
    for number, line in enumerate(text.split("\n"), start=1):
        if inside:
            if line.count(inside) % 2:
                inside = ""
            continue
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _plain(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}.{counts[table]}"
            yield number, table
        elif key:
            yield number, f"{table}.{_plain(key[1])}".lstrip(".")
        inside = next((quotes for quotes in ('"""', "'''") if line.count(quotes) % 2), "")


def _plain(dotted: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_PART, dotted))


def parse_value(text: str) -> Any:
    """Return the value that a word of the command line means: a TOML value, or the word itself.

    Examples
    --------
    >>> parse_value("0.5"), parse_value("true"), parse_value("2023-06"), parse_value("first come")
    (0.5, True, '2023-06', 'first come')
    """
    word = text.strip()
    try:
        parsed = tomllib.loads(f"value = {word}")
    except (ValueError, RecursionError):
        # .5 and 007 are numbers to people, though not to TOML
        return float(word) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", word, re.IGNORECASE) else word
    return parsed["value"] if list(parsed) == ["value"] else word


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Return ``KEY=VALUE`` words of the command line as keys and values.

    Examples
    --------
    >>> parse_settings(["firms.wear=0.01", "policies.training.from=2024-01"])
    {'firms.wear': 0.01, 'policies.training.from': '2024-01'}
    """
    parsed: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not equals or not key or not text.strip():
            message = f"--set {setting}: write KEY=VALUE, for example time.observed_months=24."
            raise UserError(message)
        if key in parsed:
            message = f"--set {key}: is given twice. Keep one."
            raise UserError(message)
        parsed[key] = parse_value(text)
    return parsed


class Problems:
    r"""The problems of one file, as messages that begin with file, line (where known) and key.

    Examples
    --------
    >>> problems = Problems("town.toml", "[firms.wear]\nvalue = 9")
    >>> problems.add("firms.wear.value", "is too much.")
    >>> problems.messages
    ['town.toml:2: firms.wear.value: is too much.']
    """

    def __init__(self, label: str, text: str = "") -> None:
        self.label = label
        self.messages: list[str] = []
        self._text = text
        self._lines: dict[str, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.messages)

    def add(self, key: str, message: str, at: str | None = None) -> None:
        """Note a problem with ``key``, on the line of ``at`` (or of the nearest table around it)."""
        if self._lines is None:
            self._lines = lines_of(self._text)
        place = key if at is None else at
        while place and place not in self._lines:
            place = place.rpartition(".")[0]
        line = f"{self._lines[place]}:" if place else ""
        self.messages.append(f"{self.label}:{line} {key}: {message}")

    def refuse(self, key: str, message: str) -> NoReturn:
        """Refuse the file at once, where nothing after this problem can be read."""
        self.add(key, message)
        raise UserError("\n".join(self.messages))

    def stop(self) -> None:
        """Refuse the file if anything is wrong with it: all problems, one a line."""
        if self.messages:
            raise UserError("\n".join(self.messages))


def read_toml(path: Path, label: str) -> tuple[dict[str, Any], Problems]:
    """Return the tables of a TOML file, and the place to note its problems.

    Parameters
    ----------
    path : Path
        An existing file.
    label : str
        The file's name in messages: what the user wrote.

    Raises
    ------
    UserError
        If the file cannot be read, is not text, or is not TOML.
    """
    try:
        # Opening a pipe or a device may never end.
        raw = path.read_bytes() if path.is_file() and path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        message = f"{label}: cannot be read ({error.strerror or error}). Check the permissions of the file."
        raise UserError(message) from None
    if raw is None:
        kind = "a folder" if path.is_dir() else "not a plain file of less than 5 MB"
        message = f"{label}: is {kind}. Name one scenario file, for example scenarios/baseline.toml."
        raise UserError(message)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"{label}:{line}: this is not text in UTF-8. A scenario is a TOML text file; save it as UTF-8."
        raise UserError(message) from None
    try:
        return tomllib.loads(text), Problems(label, text)
    except (ValueError, RecursionError) as error:
        raise UserError(_broken(label, text, error)) from None


def _broken(label: str, text: str, error: Exception) -> str:
    """Say where a text stops being TOML and what to look for."""
    said = "the tables are nested too deeply" if isinstance(error, RecursionError) else str(error)
    found = re.search(r" \(at line (\d+), column \d+\)", said)
    reason = re.sub(r" \(at .*\)$", "", said.partition("; use sys.")[0])
    lines = text.rstrip().split("\n")
    last = len(lines) if "end of document" in said else 0
    number = int(found[1]) if found else last
    start = lines[number - 1] if 0 < number <= len(lines) else ""
    place = f"{label}:{number}:" if number else f"{label}:"
    key = next((address for line, address in _scan(text) if line == number), "")
    if re.search("overwrite|twice|Duplicate|mutate", reason):
        advice = "This key or table is written twice; keep one."
    elif re.search(r"=\s*\d{4}-\d{2}\s*(#.*)?$", start):
        advice = 'Write a month in double quotes: "2023-06".'
    else:
        advice = "Text stands in double quotes, numbers stand without, a table is [room.name]."
    return f"{place} {key + ': ' if key else ''}this is not valid TOML: {reason}. {advice}"
