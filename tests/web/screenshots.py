"""Every page as pictures: ``python -m tests.web.screenshots OUT [--state normal|empty|fault] [PAGE …]``.

Each page × language × theme × width becomes one PNG named ``<page>.<language>.<theme>.<width>.png``. ``empty`` is an operation
without any data, ``fault`` one whose every question fails.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.web.chromium import LAUNCH, find_chromium, served
from tests.web.operation import Operation, make_operation
from tests.web.pages import PAGES
from tongguan.model.access import Role
from tongguan.web.kit.security import THEME_COOKIE

LANGUAGES = ("zh-CN", "en")
THEMES = ("light", "dark")
WIDTHS = (1920, 1440, 390)
STATES: dict[str, Callable[[], Operation]] = {
    "normal": make_operation,
    "empty": partial(make_operation, orders=0),
    "fault": partial(make_operation, failing=True),
}


def shoot(browser: Browser, operation: Operation, address: str, out: Path, wanted: list[str]) -> int:
    """Take all pictures into ``out`` and return how many."""
    count = 0
    for language, theme, width in itertools.product(LANGUAGES, THEMES, WIDTHS):
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        for name, path in PAGES.items():
            if wanted and name not in wanted:
                continue
            context.clear_cookies()
            if name == "signin":  # in the theme of whoever used the browser last
                context.add_cookies([{"name": THEME_COOKIE, "value": theme, "url": address}])
            else:
                session = operation.accounts.session_for(Role.ADMIN, language=language, theme=theme)
                context.add_cookies([{"name": "tongguan_session", "value": session.cookie, "url": address}])
            page = context.new_page()
            page.goto(address + path)
            page.wait_for_load_state("load")
            page.wait_for_timeout(700)  # a page with a stream is never idle
            page.screenshot(path=out / f"{name}.{language}.{theme}.{width}.png", full_page=True)
            page.close()
            count += 1
        context.close()
    return count


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.web.screenshots", description="Every page as pictures.")
    parser.add_argument("out", type=Path, help="folder of the pictures")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"all unless given: {', '.join(PAGES)}")
    parser.add_argument("--state", choices=STATES, default="normal", help="operation that the pages show")
    given = parser.parse_intermixed_args(arguments)
    if unknown := sorted(set(given.pages) - set(PAGES)):
        parser.error(f"no page is called {', '.join(unknown)}; pages: {', '.join(PAGES)}")
    given.out.mkdir(parents=True, exist_ok=True)
    operation = STATES[given.state]()
    with served(operation.application) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH)
        print(f"{shoot(browser, operation, address, given.out, given.pages)} pictures in {given.out}")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
