"""``@compiled``: one scalar rule, run as machine code over rows, or as plain Python over Mesa agents.

numba's own cache does not notice that a rule *called* from another file was edited, and then serves the old rule
without a word. The cache folder is therefore named after every source file that can affect a run.

``NUMBA_DISABLE_JIT=1`` turns the compiler off: the same loops then run as plain Python, with the same results to the
last bit, so that breakpoints, print and coverage work.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

from sim.errors import UserError

__all__ = ["code_fingerprint", "cold", "compiled", "interpreted", "python"]

_SOURCE = Path(__file__).resolve().parent.parent
_STUDY_SIDE = {
    "study",
    "report",
    "cli",
    "app",
    "describe.py",
    "policy_table.py",
    "odd.py",
    "dictionary.py",
    "crate.py",
    "schema.py",
    "starters.py",
    "errors.py",
    "exits.py",
    "__init__.py",
    "__main__.py",
}
_KEPT_FOLDERS = 4
_ROOM_BYTES = 50_000_000  # the rules take 12 MB, and the compiler as much again for a moment


@cache
def code_fingerprint() -> str:
    """Return a hash of every source file that can affect a run (a plot or a study edit does not change it).

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(_SOURCE.rglob("*.py")):
        relative = file.relative_to(_SOURCE)
        if relative.parts[0] in _STUDY_SIDE:
            continue
        digest.update(relative.as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kotabaja"


def _cache_folder() -> Path:
    versions = f"{numba.__version__} {np.__version__} {sys.version}"
    name = hashlib.blake2b((code_fingerprint() + versions).encode(), digest_size=8).hexdigest()
    return _cache_root() / name


def cold() -> bool:
    """Tell whether the rules must still be compiled on this machine."""
    folder = Path(numba.config.CACHE_DIR) if numba.config.CACHE_DIR else _cache_folder()
    return not interpreted() and not any(folder.rglob("*.nbi"))


def interpreted() -> bool:
    """Tell whether the compiler is off (``NUMBA_DISABLE_JIT=1``)."""
    return bool(numba.config.DISABLE_JIT)


def _prune(root: Path, keep: Path) -> None:
    """Delete the cache folders of older sources; another process may be deleting them too."""
    if not root.is_dir():
        return
    others = sorted((f for f in root.iterdir() if f != keep), key=lambda f: f.stat().st_mtime, reverse=True)
    for folder in others[_KEPT_FOLDERS:]:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse_unusable(folder: Path) -> None:
    """Refuse a folder that cannot keep the rules: numba would keep them beside the source, and serve stale ones."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        said = "" if os.access(folder, os.W_OK) else "it is read-only"
    except OSError as problem:
        said = problem.strerror or str(problem)
    if not said and cold() and shutil.disk_usage(folder).free < _ROOM_BYTES:
        said = f"less than {_ROOM_BYTES // 1_000_000} MB are free"
    if said:
        advice = "Name another folder in the environment: XDG_CACHE_HOME=/path."
        message = f"{folder}: the compiled rules cannot be kept here: {said}. {advice}"
        raise UserError(message)


if not os.environ.get("NUMBA_CACHE_DIR"):
    _folder = _cache_folder()
    numba.config.CACHE_DIR = str(_folder)
    if not _folder.exists():
        _prune(_cache_root(), _folder)
if not interpreted():
    _refuse_unusable(Path(numba.config.CACHE_DIR))


def compiled(rule: Any) -> Any:
    """Compile a rule or a loop for rows of a table; the plain function when the compiler is off.

    Rules are inlined into their loops. No fast-math and no parallel loops: results must equal plain Python to the
    last bit.
    """
    return numba.njit(cache=True, error_model="numpy", forceinline=True)(rule)


def python(rule: Any) -> Any:
    """Return a compiled rule as the plain function it was written as, for a single agent: no call is cheaper."""
    return getattr(rule, "py_func", rule)
