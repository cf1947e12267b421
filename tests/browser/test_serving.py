"""The server: what it leaves behind, and whom it answers."""

import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser.serving import FIRST_MS, served

pytestmark = pytest.mark.browser


def test_a_server_leaves_no_file_in_the_home_folder_nor_in_the_temporary_one(watched, tmp_path):
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    own = {"HOME": str(home), "TMPDIR": str(temporary), "XDG_CACHE_HOME": cache}
    with served("-m", "sim", "app", "both", "--no-browser", "--port", 0, **own) as address:
        watched(address).get_by_text("Key figures of May 2023").wait_for(timeout=FIRST_MS)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == []


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_a_page_of_another_site_is_not_answered(address, header):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(address, headers=header))
    assert refused.value.code == 403
    refused.value.close()


def test_what_the_assets_lack_is_not_fetched(address):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}_solara/cdn/vega@5/build/vega.min.js")
    assert refused.value.code == 404
    refused.value.close()
