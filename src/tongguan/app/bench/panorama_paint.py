"""When a browser first shows something of the panorama. Needs playwright and Chromium, which Tongguan itself does not."""

from __future__ import annotations

import importlib
import shutil
from typing import Any, Final

from tongguan.web.kit.security import SESSION_COOKIE

_WINDOW: Final = {"width": 1440, "height": 900}
_ASKED: Final = "performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)"
_LAUNCH: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_LOOKS, _PAUSE = 200, 50.0
"""So often, after so many milliseconds, a page is asked whether it was painted."""


class NoBrowserError(Exception):
    """There is no browser to measure with; says what is missing."""


def first_paints(address: str, session: str, times: int) -> list[float]:
    """Return the milliseconds from navigation to the first paint with content, of so many visits; the first one has an empty cache.

    Args:
        address: of the server, such as ``http://127.0.0.1:8600``.
        session: cookie of a browser that is signed in.
        times: visits.

    Raises:
        NoBrowserError: playwright or Chromium is not installed, or shows nothing.
    """
    try:
        playwright: Any = importlib.import_module("playwright.sync_api")
    except ImportError as error:
        raise NoBrowserError(f"playwright is not installed ({error.name})") from error
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        with playwright.sync_playwright() as started:
            browser = started.chromium.launch(executable_path=chromium, args=_LAUNCH)
            context = browser.new_context(viewport=_WINDOW)
            context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": address}])
            page = context.new_page()
            return [_paint(page, f"{address}/") for _ in range(times)]
    except playwright.Error as error:
        raise NoBrowserError(f"Chromium did not show the page: {str(error).splitlines()[0]}") from error


def _paint(page: Any, address: str) -> float:
    page.goto(address, wait_until="load")
    # A page may be loaded before it was painted.
    for _ in range(_LOOKS):
        found = page.evaluate(_ASKED)
        if found:
            return float(found[0])
        page.wait_for_timeout(_PAUSE)
    raise NoBrowserError(f"Chromium painted nothing within {_LOOKS * _PAUSE / 1000:.0f} s")
