"""Finding a TOML file by its path, or by its name among the files that are shipped in a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from sim.core.toml_lines import did_you_mean, shown
from sim.errors import UserError

__all__ = ["found", "is_file", "label_of", "names_in", "shipped_in", "spelled_out"]

APART = ("sweeps/", "calibration/")  # files of another kind, each found in its own folder


def names_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder: paths within it, without ``.toml``."""
    names = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.toml"))
    return sorted(name for name in names if not name.startswith(APART))


def shipped_in(folder: Path, name: str) -> Path | None:
    """Return the shipped file of a name: with or without ``.toml``, with or without its sub-folder."""
    wanted = name.removesuffix(".toml")
    names = names_in(folder)
    whole = [one for one in names if one == wanted]
    ends = [one for one in names if one.endswith(f"/{wanted}")]
    chosen = whole or (ends if len(ends) == 1 else [])
    return folder / f"{chosen[0]}.toml" if chosen else None


def spelled_out(words: Sequence[str], folder: Path) -> list[str]:
    """Return files and names with every pattern (``policies/*``) replaced by what it stands for and nobody named yet.

    A pattern stands for the TOML files that it matches, as in a shell; else for the shipped files.

    Raises
    ------
    UserError
        If a pattern matches nothing.
    """
    chosen: list[str] = []
    for word in words:
        if not set(word) & set("*?[") or is_file(Path(word)):
            chosen.append(word)
            continue
        path = Path(word)
        beside = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
        matches = sorted(str(one) for one in beside if one.suffix == ".toml")
        wanted = word.removeprefix(f"{folder.name}/").removesuffix(".toml").split("/")
        matches = matches or [name for name in names_in(folder) if _match(name.split("/"), wanted)]
        if not matches:
            message = f"{shown(word)} matches no TOML file. Shipped are {', '.join(names_in(folder))}."
            raise UserError(message)
        chosen += [one for one in matches if one not in words and one not in chosen]
    return chosen


def _match(name: Sequence[str], pattern: Sequence[str]) -> bool:
    """Tell whether a path matches a pattern, part by part."""
    return len(name) == len(pattern) and all(map(fnmatchcase, name, pattern))


def label_of(path: Path) -> str:
    """Return a path as short as messages can have it: relative where it lies below the working folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)


def is_file(path: Path, *, or_folder: bool = False) -> bool:
    """Tell whether a file stands there (or anything at all), for names that no file can have too."""
    try:
        return path.exists() if or_folder else path.is_file()
    except PermissionError:  # something stands there: reading it will say so
        return or_folder
    except (OSError, ValueError):  # a name too long, a zero character
        return False


def found(path_or_name: str | os.PathLike[str], folder: Path, what: str = "scenario") -> tuple[Path, str]:
    """Return the file that a user means, and how to call it in messages.

    A file that exists comes first, then the shipped files; ``scenarios/NAME.toml`` is also found where the
    working folder has no such folder of its own.

    Parameters
    ----------
    path_or_name : str or path
        What the user wrote.
    folder : Path
        The folder of shipped files.
    what : str
        What the files are, for the message.

    Raises
    ------
    UserError
        If there is no such file.
    """
    said = os.fspath(path_or_name)
    path = Path(said)
    if said and is_file(path):
        return path, said
    if said:
        shipped = shipped_in(folder, said) or shipped_in(folder, said.removeprefix(f"{folder.name}/"))
        if shipped:
            return shipped, label_of(shipped)
    if said and is_file(path, or_folder=True):
        return path, said
    names = names_in(folder)
    stems = {name.rpartition("/")[2]: name for name in names}
    near = did_you_mean(said.removesuffix(".toml"), names) or did_you_mean(path.stem, stems)
    name = said if said and said.isprintable() else shown(said)
    message = (
        f"{name}: no such file.{near} Write the path of a TOML file, or the name of a shipped {what}:"
        f" {', '.join(names)}."
    )
    raise UserError(message)
