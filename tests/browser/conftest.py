"""A server and a browser for the tests of the page.

The browser is the machine's own Chromium, without a window; it can reach nothing but this machine. Whatever the page
logs as an error, and every request to another host, fails the test.
"""

import os
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.serving import FIRST_MS, served

collect_ignore = ["solaraviz_page.py"]  # it is served, not imported

NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
USUAL_MS = 30_000
expect.set_options(timeout=USUAL_MS)  # a machine may have other work


@pytest.fixture(scope="session")
def address():
    """Serve the page."""
    with served("-m", "sim", "app", "both", "--no-browser", "--port", 0) as found:
        yield found


@pytest.fixture(scope="session")
def browser():
    """Start the machine's own Chromium."""
    path = os.environ.get("KOTABAJA_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = "No Chromium found. On Debian: apt-get install chromium. Or name one: KOTABAJA_CHROMIUM=/path"
        pytest.fail(message, pytrace=False)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=[*SWITCHES, NO_NETWORK])
        yield found
        found.close()


@pytest.fixture
def watched(browser):
    """Return a function that opens an address in a window of its own; afterwards, look at what went wrong there."""
    wrong, windows = [], []

    def opened(url, wide=1400, high=1000):
        window = browser.new_page(viewport={"width": wide, "height": high}, accept_downloads=True)
        windows.append(window)
        host = url.split("/")[2]

        def request(asked):
            if asked.url.startswith(("http", "ws")) and asked.url.split("/")[2] != host:
                wrong.append(f"asked {asked.url}")

        window.on("request", request)
        window.on("websocket", request)
        window.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        window.on("pageerror", lambda error: wrong.append(str(error)))
        window.on("requestfailed", lambda asked: wrong.append(f"failed {asked.url}"))
        window.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        window.set_default_timeout(USUAL_MS)
        window.goto(url)
        return window

    yield opened
    said = [*wrong]  # closing a window breaks off what is under way
    for window in windows:
        window.close()
    assert said == []


@pytest.fixture
def page(watched, address):
    """Return the page, run to the eve of the first observed month."""
    window = watched(address)
    window.get_by_text("Key figures of May 2023").wait_for(timeout=FIRST_MS)
    window.get_by_role("button", name="One month").and_(window.locator(":enabled")).wait_for()
    return window
