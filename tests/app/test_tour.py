"""The tour of the README, walked in Chromium: yesterday's payment outage is found by clicking."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.app.tour import running_demo, sign_in, speak, walk
from tests.tools import require_tool
from tests.web.chromium import LAUNCH, find_chromium


@pytest.mark.browser
def test_the_outage_of_yesterday_is_found_by_clicking(tmp_path: Path) -> None:
    chromium = find_chromium()
    require_tool("chromium (apt-get install chromium)", chromium is not None)
    seen: list[str] = []
    with running_demo(tmp_path, days=3, orders_per_day=1500) as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        page = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en").new_page()
        sign_in(page, address, password)
        speak(page, "en")
        walk(page, address, seen.append)
        browser.close()
    assert len(seen) == 5
