"""MetalSupplyChain is a Mesa model, and runs in Mesa's own page as it is."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.serving import FIRST_MS, served

pytestmark = pytest.mark.browser


def test_the_model_steps_and_resets_in_solaraviz(watched):
    with served(Path(__file__).with_name("solaraviz_page.py")) as address:
        page = watched(address)
        page.get_by_role("button", name="Step").wait_for(timeout=FIRST_MS)
        for _ in range(3):
            page.get_by_role("button", name="Step").click()
            page.wait_for_timeout(500)
        expect(page.locator("img").first).to_be_visible()
        page.get_by_role("button", name="Reset").click()
        page.get_by_role("button", name="Step").click()
        expect(page.locator("img").first).to_be_visible()
