"""The two-minute tour of the demo, walked by clicking alone, as somebody does who sees it for the first time.

A test walks it; ``python -m tests.app.tour OUT`` starts a demo of its own, walks it in both languages and takes the pictures of the
README.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.app.test_serve import environment
from tests.fixtures.ports import free_port
from tests.tools import ROOT
from tests.web.chromium import LAUNCH, find_chromium

PASSWORD = "a tour of the province"
SIZE = (1280, 1000)

Shoot = Callable[[str], None]


@contextmanager
def running_demo(folder: Path, days: int, orders_per_day: int, seconds: float = 300) -> Iterator[tuple[str, str]]:
    """Start a demo in an empty folder and give its address and first password, once all its history is there."""
    port, told = free_port(), folder / "told.txt"
    command = [sys.executable, "-m", "tongguan", "demo", "--days", str(days), "--orders-per-day", str(orders_per_day)]
    with told.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(folder / "home", port), stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + seconds
        while f"all {days} days are there" not in told.read_text():
            assert process.poll() is None and time.monotonic() < deadline, told.read_text()
            time.sleep(0.2)
        found = re.search(r"password (\S+)", told.read_text())
        assert found is not None
        address = f"http://127.0.0.1:{port}"
        _wait_loaded(folder / "home")
        yield address, found.group(1)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_loaded(home: Path) -> None:
    """Return once the warehouse has what was told so far."""
    from tongguan.app.client import LocalApi

    with LocalApi(home) as api:
        api.wait_loaded()


def sign_in(page: Page, address: str, password: str, name: str = "admin") -> None:
    """Sign in for the first time, and set a password of one's own."""
    page.goto(address)
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/password")
    current, new, again = page.query_selector_all("input[type=password]")
    current.fill(password)
    new.fill(PASSWORD)
    again.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#flow-stages")


def speak(page: Page, language: str) -> None:
    """Choose a language in one's menu."""
    if page.get_attribute("html", "lang") != language:
        page.click(".tg-menu > summary")
        page.click(f"button[name=language][value={language}]")
        page.wait_for_selector(f"html[lang='{language}']")
    assert page.get_attribute("html", "lang") == language


def walk(page: Page, address: str, shoot: Shoot) -> None:
    """Walk from the panorama to the orders that the payment outage of yesterday hit, and to those that wait for a clerk."""
    page.goto(address)
    shoot("1-panorama")
    page.click("#kpi-worst[href*='/stages/']")
    page.wait_for_url("**/stages/**")
    assert "/stages/payment" in page.url and "hour=1" in page.url, page.url
    shoot("2-worst-hour")
    page.click("#by-payment_channel tbody tr:first-child a")
    page.wait_for_url("**value=**")
    assert "value=alipay" in page.url, page.url
    page.click("a[href*='failed=1']")
    shoot("3-payment-channel")
    page.click("table a[href^='/orders/']")
    page.wait_for_selector(".tg-timeline")
    assert page.locator("code", has_text="payment.failed").count() >= 1
    shoot("4-order")
    page.go_back()
    assert "/stages/payment" in page.url and "failed=1" in page.url, page.url
    page.click(".tg-back a")
    page.wait_for_selector("#flow-stages")
    page.goto(address)
    page.click("#stage-acceptance")
    page.click("#waiting a[href^='/waiting']")
    page.wait_for_url("**/waiting**")
    assert "stage=acceptance" in page.url, page.url
    assert page.locator("tbody tr[data-row]").count() >= 10
    shoot("5-acceptance")


def pictures(page: Page, out: Path, language: str) -> Shoot:
    """Return what takes a picture of the part of a page that one sees first."""

    def shoot(name: str) -> None:
        page.wait_for_load_state("load")
        page.wait_for_timeout(800)
        page.mouse.move(0, 0)
        page.screenshot(path=out / f"{name}.{language}.png")

    return shoot


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, running_demo(Path(place), 15, 1800) as (address, password), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=LAUNCH)
        width, height = SIZE
        page = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
        sign_in(page, address, password)
        for language in ("zh-CN", "en"):
            speak(page, language)
            walk(page, address, pictures(page, out, language))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
