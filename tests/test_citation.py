"""CITATION.cff says the version of the program, under the keys that its format asks for."""

import re
from pathlib import Path

from sim import __version__

ROOT = Path(__file__).parent.parent
NEEDED = {"cff-version", "message", "title", "authors"}


def test_the_citation_is_of_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    said = dict(re.findall(r"^([a-z-]+): ?(.*)$", text, re.MULTILINE))
    assert said.keys() >= NEEDED
    assert (said["cff-version"], said["version"], said["license"]) == ("1.2.0", __version__, "MIT")
