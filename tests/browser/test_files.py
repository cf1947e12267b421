"""The pages that are files: the briefing, as somebody opens and prints it."""

import pytest

from tests.browser.everybody import sheets, shortcomings
from tests.commands import kotabaja

pytestmark = pytest.mark.browser

FAULTY = """<!doctype html><html><head><title>A page</title></head><body style="width: 1500px">
<p style="color: #bbb">Pale</p>
<table style="table-layout: fixed; width: 20px"><tr><td>Unspeakable</td><td>2</td></tr></table>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="50" height="2000">
</body></html>"""


@pytest.fixture(scope="session")
def briefing(tmp_path_factory):
    """Write a briefing of two seeds and return its page."""
    folder = tmp_path_factory.mktemp("briefing")
    done = kotabaja("brief", "--seeds", 2, "--draws", 10, "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder / "brief.html"


def test_the_briefing_can_be_read_by_everybody_and_printed(watched, briefing):
    assert shortcomings(watched, briefing, most_sheets=9) == []


def test_the_two_pages_are_two_sheets_when_a_browser_prints_them(watched, briefing):
    assert sheets(watched(briefing.resolve().as_uri()), without=".annex") == 2


def test_a_page_with_faults_is_found_out(watched, tmp_path):
    page = tmp_path / "faulty.html"
    page.write_text(FAULTY + "<!--" + "x" * 2_000_000 + "-->", encoding="utf-8")
    found = "\n".join(shortcomings(watched, page, most_sheets=1))
    size = ("bytes are more", "wider than its window", "sheets of A4")
    reach = ("beyond its cell", "beyond the right edge", "higher than a sheet")
    assert [one for one in ("html-has-lang", "image-alt", "color-contrast", *size, *reach) if one not in found] == []
