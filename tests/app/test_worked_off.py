"""The backlog of acceptance in the demo: seen on the panorama, followed to its queue, worked off by two people in two browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.app.tour import running_demo, sign_in
from tests.tools import require_tool
from tests.web.chromium import LAUNCH, find_chromium
from tongguan.app.client import LocalApi

PEOPLE = ("mei", "jun")
EACH = 3
"""So many tasks each of them works off."""
FAR = 120_000
"""Milliseconds in which what the store takes in must be seen, on a machine with other work."""


def made(home: Path) -> dict[str, str]:
    """Create two agents who can accept orders; return their first passwords."""
    passwords = {}
    with LocalApi(home) as api:
        for name in PEOPLE:
            given = {"name": name, "display_name": name.title(), "role": "stage_owner"}
            passwords[name] = api.call("POST", "/api/v1/users", json=given)["password"]
            api.call("PUT", f"/api/v1/skills/{name}", json={"skills": ["acceptance"]})
    return passwords


@contextmanager
def two_browsers(playwright: Playwright, chromium: str) -> Iterator[tuple[Browser, Browser]]:
    """Give two browsers of their own, as on two desks."""
    browsers = [playwright.chromium.launch(executable_path=chromium, args=LAUNCH) for _ in PEOPLE]
    try:
        yield browsers[0], browsers[1]
    finally:
        for browser in browsers:
            browser.close()


def desk(browser: Browser, address: str, name: str, password: str) -> Page:
    """Sign in at a desk."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en").new_page()
    page.set_default_timeout(FAR)
    sign_in(page, address, password, name)
    return page


def follow(page: Page, address: str) -> None:
    """Go from the panorama to the queue by clicking alone."""
    page.goto(address)
    stage = page.locator("#stage-acceptance")
    expect(stage).to_contain_text("late", ignore_case=True)
    stage.click()
    page.wait_for_url("**/stages/acceptance**")
    page.locator("a[href^='/fulfilment/manual']").first.click()
    page.wait_for_url("**/fulfilment/manual**")
    page.locator("a[href^='/work/acceptance/']").first.click()
    page.wait_for_url("**/work/acceptance/**")
    page.locator("a[href='/work']").first.click()
    page.wait_for_url("**/work")
    page.locator("main a[href^='/work/acceptance']").first.click()
    page.wait_for_url(re.compile(r"/work/acceptance(\?.*)?$"))


def take(page: Page) -> str:
    """Take the next task; return its page."""
    before = page.url
    page.locator("button[value=next]").first.click()
    page.wait_for_url(lambda url: url != before and "/work/acceptance/" in url)
    return page.url.partition("?")[0]


def finish(page: Page, note: str) -> None:
    """Finish the task that is open on the page."""
    page.keyboard.press("f")
    page.fill("#note-finish", note)
    page.click("details[open] .tg-work-go button")
    expect(page.locator(".tg-work-told")).to_be_visible(timeout=FAR)


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_two_people_work_off_the_backlog(tmp_path: Path) -> None:
    chromium = find_chromium()
    require_tool("chromium (apt-get install chromium)", chromium is not None)
    with running_demo(tmp_path, days=3, orders_per_day=1500) as (address, _), sync_playwright() as playwright:
        passwords = made(tmp_path / "home")
        with two_browsers(playwright, str(chromium)) as browsers:
            pages = [desk(browser, address, name, passwords[name]) for browser, name in zip(browsers, PEOPLE, strict=True)]
            for page in pages:
                follow(page, address)
            taken: dict[str, list[str]] = {name: [] for name in PEOPLE}
            for turn in range(EACH):
                for name, page in zip(PEOPLE, pages, strict=True):
                    taken[name].append(take(page))
                # Who looks at the other's task cannot take it, and reads who has it.
                pages[1].goto(taken["mei"][-1])
                expect(pages[1].locator("main")).to_contain_text("Mei")
                assert pages[1].locator("button", has_text="Claim").count() == 0
                pages[1].goto(taken["jun"][-1])
                for name, page in zip(PEOPLE, pages, strict=True):
                    finish(page, f"{name} {turn}")
            assert len({*taken["mei"], *taken["jun"]}) == 2 * EACH
            order = pages[0].locator("a", has_text="Story of the order").get_attribute("href")
            assert order is not None
            expect_accepted(pages[0], address + order)


def expect_accepted(page: Page, order: str) -> None:
    """Wait until the order's story tells of the acceptance by hand."""
    for _ in range(60):
        page.goto(order)
        if page.locator("code", has_text="acceptance.manual_done").count():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{order} tells of no acceptance by hand")
