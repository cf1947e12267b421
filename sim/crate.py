"""A folder of results as an RO-Crate: metadata by which archives and other programs know what its files are.

The format is that of https://www.researchobject.org/ro-crate, written by its own library (``rocrate``).
"""

from __future__ import annotations

import json
import mimetypes
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim import dictionary
from sim.errors import UserError
from sim.study.files import Delivery

__all__ = ["METADATA", "describe_folder"]

METADATA = "ro-crate-metadata.json"
MANIFEST = "manifest.json"
TYPES = {".parquet": "application/vnd.apache.parquet"}


def describe_folder(folder: Path) -> Path:
    """Write ``ro-crate-metadata.json`` into a folder of results, from its manifest and its files; return its path.

    Examples
    --------
    >>> describe_folder(Path("docs/no_results"))
    Traceback (most recent call last):
    ...
    sim.errors.UserError: docs/no_results: holds no manifest.json. Name a folder that a kotabaja command has written.
    """
    manifest = _manifest(folder)
    try:
        from rocrate.model.softwareapplication import SoftwareApplication
        from rocrate.rocrate import ROCrate
    except ModuleNotFoundError:
        message = "RO-Crate metadata needs the extra crate. Install it with: pip install 'kotabaja[crate]'"
        raise UserError(message) from None

    crate = ROCrate()
    crate.name = f"Kotabaja: {manifest['command']}"
    crate.description = "Results of a simulation of the small metal firms of a steel city. Not a forecast."
    # When it was made, so that the same folder is described by the same bytes.
    crate.datePublished = datetime.fromtimestamp(int((folder / MANIFEST).stat().st_mtime), UTC)
    kept = [one for one in sorted(folder.rglob("*")) if one.is_file() and one.name[0] != "." and one.name != METADATA]
    files = [crate.add_file(one, dest_path=one.relative_to(folder).as_posix(), properties=_words(one)) for one in kept]
    program = {"name": "Kotabaja", "softwareVersion": manifest["versions"]["kotabaja"]}
    kotabaja = crate.add(SoftwareApplication(crate, "#kotabaja", properties=program))
    said = {"name": f"kotabaja {manifest['command']}", "description": json.dumps(manifest, ensure_ascii=False)}
    crate.add_action(kotabaja, identifier="#run", result=files, properties=said)
    with Delivery(folder) as delivery:
        delivery.json(METADATA, crate.metadata.generate())
    return folder / METADATA


def _manifest(folder: Path) -> dict[str, Any]:
    """Return what the folder says of its making."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found["command"], found["versions"]["kotabaja"]
    except FileNotFoundError:
        message = f"{folder}: holds no {MANIFEST}. Name a folder that a kotabaja command has written."
        raise UserError(message) from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        message = f"{folder / MANIFEST}: is not a manifest of kotabaja ({problem!r}). Run the command anew."
        raise UserError(message) from None
    return dict(found)


def _words(file: Path) -> dict[str, str]:
    """Return what is known of a file: its type, and what a row of it is."""
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    known = dictionary.meaning_of(f"{file.parent.name}/{file.name}") or dictionary.meaning_of(file.name)
    return {"name": file.name, "encodingFormat": kind} | ({"description": known} if known else {})
