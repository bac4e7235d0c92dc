"""Pages that move by themselves, in Chromium: nodes, focus and scroll stay; hidden tabs, lost servers and sign-out."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Route

from tests.web.chromium import Served
from tests.web.operation import Operation, make_operation
from tongguan.web.kit.fake.pulse import FakePulse
from tongguan.web.kit.live import Streams

pytestmark = pytest.mark.browser

REMEMBER = """() => {
  window.stayed = true;
  window.tile = document.getElementById('stage-delivery');
  window.removed = 0;
  const named = (node) => node.nodeType === 1 && (node.id || node.querySelector('[id]'));
  new MutationObserver((all) => all.forEach((one) => { window.removed += [...one.removedNodes].filter(named).length; }))
    .observe(document.getElementById('flow-stages'), { childList: true, subtree: true });
}"""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


CONNECTED = "Boolean(document.getElementById('stream')?._htmx?.sse?.lastEventId)"


class _Server(uvicorn.Server):
    """Ends streams before it stops, as the real one does."""

    streams: Streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.streams.close()
        await super().shutdown(sockets)


class Moving:
    """An operation whose pages move, served on one port that may be left and taken again."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.pulse = FakePulse()
        self.operation: Operation = make_operation()
        self.port = 0

    @property
    def streams(self) -> Streams:
        return self.operation.site.settings.streams

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve on the same port each time."""
        settings = replace(self.operation.site.settings, pulse=self.pulse, refresh_seconds=1, streams=Streams())
        object.__setattr__(self.operation.site, "settings", settings)
        server = _Server(uvicorn.Config(self.operation.application, port=self.port, log_level="error", lifespan="off"))
        server.streams = settings.streams
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        self.port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{self.port}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            assert not thread.is_alive()

    def open(self, address: str, path: str = "/") -> Page:
        """Open a page that is connected."""
        page = Served(self.operation, address, self.browser).context().new_page()
        page.goto(address + path)
        until(page, CONNECTED)
        return page

    def change(self) -> None:
        """Let some of what waits be gone."""
        traces = self.operation.questions._traces
        for case_id in list(traces)[: len(traces) // 10]:
            del traces[case_id]
        self.pulse.move()


def until(page: Page, expression: str) -> None:
    """Wait for what is true on a page (its policy lets nobody wait inside it)."""
    deadline = time.monotonic() + 8
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"not yet: {expression}"
        page.wait_for_timeout(50)


def waiting(page: Page) -> str:
    return page.locator("#kpi-waiting [data-live]").first.inner_text()


def test_numbers_are_changed_in_place(browser: Browser) -> None:
    moving = Moving(browser)
    with moving.served() as address:
        page = moving.open(address)
        said = list[str]()
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.locator("#stage-delivery").focus()
        page.keyboard.press("j")
        page.evaluate("window.scrollTo(0, 300)")
        page.wait_for_timeout(100)
        page.evaluate(REMEMBER)
        title, marked = page.title(), page.evaluate("document.querySelector('.tg-here')?.id")
        before, scrolled = waiting(page), page.evaluate("window.scrollY")
        focused = page.evaluate("document.activeElement.id")
        moving.change()
        page.wait_for_selector("#kpi-waiting .tg-changed", timeout=5000)
        assert waiting(page) != before
        assert page.evaluate("window.stayed && window.tile === document.getElementById('stage-delivery')"), "the very same node"
        assert page.evaluate("window.removed") == 0, "no tile is taken away and put back"
        assert (page.evaluate("document.activeElement.id"), page.evaluate("document.querySelector('.tg-here')?.id")) == (focused, marked)
        assert marked and scrolled > 0 and page.evaluate("window.scrollY") == scrolled
        page.wait_for_selector(".tg-changed", state="detached", timeout=3000)
        assert (page.title(), said) == (title, [])
        page.context.close()


def test_what_is_selected_stays_selected(browser: Browser) -> None:
    moving = Moving(browser)
    with moving.served() as address:
        page = moving.open(address)
        before = waiting(page)
        page.evaluate("getSelection().selectAllChildren(document.querySelector('#kpi-waiting [data-live]'))")
        moving.change()
        page.wait_for_timeout(2500)
        assert (waiting(page), page.evaluate("String(getSelection())")) == (before, before)
        page.evaluate("getSelection().removeAllRanges()")
        page.wait_for_selector("#kpi-waiting .tg-changed", timeout=5000)
        page.context.close()


def test_a_hidden_tab_has_no_stream_and_catches_up(browser: Browser) -> None:
    moving = Moving(browser)
    with moving.served() as address:
        page = moving.open(address)
        before = waiting(page)
        page.evaluate(REMEMBER)
        page.evaluate(HIDE, True)
        deadline = time.monotonic() + 5
        while moving.streams._open and time.monotonic() < deadline:
            page.wait_for_timeout(50)
        assert not moving.streams._open
        moving.change()
        page.wait_for_timeout(1500)
        assert waiting(page) == before
        page.evaluate(HIDE, False)
        page.wait_for_selector("#kpi-waiting .tg-changed", timeout=5000)
        assert page.evaluate("window.stayed") and not page.locator("[data-live-lost]").is_visible()
        page.context.close()


def test_a_lost_server_is_told_and_found_again(browser: Browser) -> None:
    moving = Moving(browser)
    banner = "[data-live-lost]"
    with moving.served() as address:
        page = moving.open(address)
        page.evaluate(REMEMBER)
        before = waiting(page)
        assert not page.locator(banner).is_visible()
    page.wait_for_selector(banner, state="visible", timeout=8000)
    assert waiting(page) == before, "the last numbers stay"
    moving.change()
    with moving.served():
        page.wait_for_selector(banner, state="hidden", timeout=15000)
        assert waiting(page) != before and page.evaluate("window.stayed"), "caught up without loading anew"
        page.context.close()


def test_a_stream_that_cannot_be_opened_is_tried_again(browser: Browser) -> None:
    moving = Moving(browser)
    with moving.served() as address:
        page = Served(moving.operation, address, browser).context().new_page()
        page.route("**/live/**", lambda route: route.abort())
        page.goto(address + "/")
        page.wait_for_selector("[data-live-lost]", state="visible", timeout=5000)
        page.unroute("**/live/**")
        page.wait_for_selector("[data-live-lost]", state="hidden", timeout=10000)
        page.context.close()


def test_who_signs_out_elsewhere_is_led_to_the_door(browser: Browser) -> None:
    moving = Moving(browser)
    with moving.served() as address:
        page = moving.open(address)
        moving.operation.accounts._sessions.clear()
        moving.pulse.move()
        page.wait_for_url("**/signin**", timeout=8000)
        page.context.close()


def test_a_stage_tells_that_there_is_news_and_shows_it_when_asked(browser: Browser) -> None:
    moving = Moving(browser)
    with moving.served() as address:
        page = moving.open(address, "/stages/delivery?channel=app")
        page.evaluate(REMEMBER.replace("flow-stages", "news"))
        assert page.locator("#news").inner_text().strip() == ""
        moving.change()
        show = page.locator("#news a")
        show.wait_for(timeout=5000)
        assert page.evaluate("window.stayed") and "?channel=app" in page.url
        show.click()
        page.wait_for_load_state()
        until(page, f"!window.stayed && {CONNECTED}")
        assert page.locator("#news").inner_text().strip() == "" and page.url.endswith("/stages/delivery?channel=app")
        page.context.close()


def test_a_slow_line_does_not_keep_a_page_from_moving(browser: Browser) -> None:
    """The extension for streams may come long after htmx has begun."""
    moving = Moving(browser)
    with moving.served() as address:
        context = Served(moving.operation, address, browser).context()
        page = context.new_page()

        def slowly(route: Route) -> None:
            page.wait_for_timeout(500)
            route.continue_()

        page.route("**/hx-sse.min.js*", slowly)
        page.goto(address + "/")
        until(page, CONNECTED)
        assert [len(own) for own in moving.streams._open.values()] == [1]
        context.close()
