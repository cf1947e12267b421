"""Results on disk: a file has its final name only when it is whole and safely written."""

from __future__ import annotations

import errno
import json
import os
import platform
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from sim.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Delivery",
    "StorageError",
    "manifest",
    "output_folder",
    "program",
    "remove_unfinished",
    "short_key",
    "unwritable",
    "versions",
]

LIBRARIES = ("mesa", "numba", "numpy", "pandas", "pyarrow", "scipy")
UNFINISHED = ".unfinished"
ADVICE = {
    errno.ENOSPC: "Free some space, or choose another folder with --out.",
    errno.EDQUOT: "Free some space, or choose another folder with --out.",
    errno.EFBIG: "Free some space, or choose another folder with --out.",
}


class StorageError(UserError):
    """A result that cannot be written: what, why, and what to do."""


def unwritable(path: Path, problem: OSError) -> StorageError:
    """Return the error for a place that cannot be written, with what to do about it.

    Examples
    --------
    >>> print(unwritable(Path("results"), OSError(errno.ENOSPC, "No space left on device")))
    results: cannot be written: No space left on device. Free some space, or choose another folder with --out.
    """
    advice = ADVICE.get(problem.errno or 0, "Choose another folder with --out, or allow writing to this one.")
    return StorageError(f"{path}: cannot be written: {problem.strerror or problem}. {advice}")


def output_folder(path: str | Path) -> Path:
    """Make a folder for results and return it; refuse early, before any run, one that cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     output_folder(place + "/new/folder").is_dir()
    True
    >>> output_folder("/dev/null/results")
    Traceback (most recent call last):
    ...
    sim.study.files.StorageError: /dev/null/results: cannot be written: Not a directory. Choose another folder ...
    """
    folder = Path(path)
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        folder.mkdir(parents=True, exist_ok=True)
        attempt = folder / _unfinished("attempt")
        try:
            with attempt.open("xb") as file:
                _settle(file, b"can this be written?")
        finally:
            attempt.unlink(missing_ok=True)
    except OSError as problem:
        raise unwritable(folder, problem) from problem
    return folder


def _unfinished(name: str) -> str:
    """Return a name for a file in the making; no reader of results takes it for data."""
    return f".{name}.{secrets.token_hex(4)}{UNFINISHED}"


def remove_unfinished(folder: Path) -> None:
    """Remove the files in the making that a killed command left in a folder.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     (Path(place) / _unfinished("note.txt")).touch()
    ...     remove_unfinished(Path(place))
    ...     os.listdir(place)
    []
    """
    for left in folder.glob(f".*{UNFINISHED}"):
        left.unlink(missing_ok=True)


def _settle(file: BinaryIO, content: bytes) -> None:
    """Write and wait until the disk has it."""
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


class Delivery:
    """Files that appear in a folder together, each of them whole, or not at all.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as place:
    ...     with Delivery(place) as files:
    ...         files.text("note.txt", "two runs")
    ...         before = sorted(os.listdir(place))
    ...     before[0].startswith(".note.txt"), os.listdir(place)
    (True, ['note.txt'])
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = output_folder(folder)
        self._ready: dict[Path, Path] = {}

    def __enter__(self) -> Delivery:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Give every file its name, or remove all of them if anything went wrong."""
        try:
            if kind is None:
                self._hand_over()
        finally:
            for unfinished in self._ready.values():
                with suppress(OSError):
                    unfinished.unlink(missing_ok=True)

    def _hand_over(self) -> None:
        """Rename the files; the folder is made to remember it."""
        for path in self._ready:
            if path.is_dir():
                message = f"{path}: is a folder, and a file is to be written. Rename it, or choose another --out."
                raise UserError(message)
        for path, unfinished in self._ready.items():
            try:
                unfinished.replace(path)
            except OSError as problem:
                raise unwritable(path, problem) from problem
        with suppress(OSError):  # not every system lets a folder be opened
            handle = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @property
    def names(self) -> list[str]:
        """The files that were added, in order of their names."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self._ready)

    def data(self, name: str, content: bytes) -> None:
        """Add a file of bytes; ``name`` may lie in a folder of its own."""
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(_unfinished(path.name))
            self._ready[path] = unfinished
            with unfinished.open("xb") as file:
                _settle(file, content)
        except OSError as problem:
            raise unwritable(path, problem) from problem

    def text(self, name: str, content: str) -> None:
        """Add a text file."""
        self.data(name, content.encode())

    def json(self, name: str, content: dict[str, Any]) -> None:
        """Add a JSON file."""
        self.text(name, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def csv(self, name: str, frame: pd.DataFrame) -> None:
        """Add a table as CSV, with numbers unrounded."""
        self.text(name, frame.to_csv(index=False, lineterminator="\n"))

    def parquet(self, name: str, frame: pd.DataFrame) -> None:
        """Add a table as Parquet."""
        self.data(name, _in_memory(lambda file: frame.to_parquet(file, index=False, compression="zstd")))


def _in_memory(write: Callable[[BytesIO], Any]) -> bytes:
    """Return what ``write`` writes."""
    file = BytesIO()
    write(file)
    return file.getvalue()


def versions() -> dict[str, str]:
    """Return the versions of everything that a result may depend on, for manifests.

    Examples
    --------
    >>> sorted(versions())[:4]
    ['kotabaja', 'mesa', 'numba', 'numpy']
    """
    from sim import __version__

    found = {"kotabaja": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[library] = version(library)
    return found


@cache
def program() -> str:
    """Return a name for all that a result depends on besides the question: the model's code and the libraries.

    Examples
    --------
    >>> program() == program()
    True
    """
    return short_key(versions())


def manifest(command: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a folder of results says about its making: the facts given, the versions and the code.

    Examples
    --------
    >>> list(manifest("run", {"seed": 1}))
    ['command', 'seed', 'versions', 'code_fingerprint']
    """
    from sim.core.compiled import code_fingerprint

    return {"command": command, **facts, "versions": versions(), "code_fingerprint": code_fingerprint()}


def short_key(*parts: Any) -> str:
    """Return a short name for a folder of results: equal for equal parts and the same code of the model.

    Examples
    --------
    >>> short_key("baseline", 1) == short_key("baseline", 1) != short_key("baseline", 2)
    True
    """
    from sim.core.compiled import code_fingerprint

    text = json.dumps([code_fingerprint(), *parts], sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(text.encode(), digest_size=6).hexdigest()
