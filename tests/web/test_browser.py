"""Pages in Chromium: accessibility, keyboard, no console errors, no sideways scrolling, the mirrored formatter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.web.chromium import Served, served
from tests.web.operation import make_operation
from tests.web.pages import PAGES

pytestmark = pytest.mark.browser

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "cases" / "formats.json").read_text("utf-8"))


def visit(context: BrowserContext, site: Served, path: str) -> tuple[Page, list[str]]:
    """Open a page and collect what the console complains of."""
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(site.address + path)
    page.wait_for_selector(".tg-skeleton", state="detached")
    return page, said


@pytest.mark.parametrize(("language", "theme", "width"), [("zh-CN", "light", 1440), ("en", "dark", 390)])
def test_every_page_is_accessible_and_fits(site: Served, language: str, theme: str, width: int) -> None:
    context, axe, wrong = site.context(language, theme, width), Axe(), []
    for name, path in PAGES.items():
        if name == "signin":
            continue
        page, said = visit(context, site, path)
        found = axe.run(page).response["violations"]
        wrong += [
            f"{name}: {v['id']} {v['impact']} {[n['target'] for n in v['nodes']][:4]}"
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        wrong += [f"{name}: console: {text}" for text in said if "404" not in text or not name.endswith("missing")]
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [f"{name}: {overflow} px too wide"] if overflow > 0 else []
        page.close()
    context.close()
    assert not wrong, "\n".join(wrong)


def test_sign_in_page_is_accessible(site: Served) -> None:
    for theme_width in (1440, 390):
        context = site.browser.new_context(viewport={"width": theme_width, "height": 900})
        page, said = visit(context, site, "/signin")
        found = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
        assert (found, said) == ([], [])
        context.close()


def test_keyboard_tour(site: Served) -> None:
    """From the panorama to an order and back without touching the mouse."""
    context = site.context()
    page, said = visit(context, site, "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "tg-skip"
    page.keyboard.press("?")
    assert page.locator("#keyboard").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keyboard").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/orders")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    chosen = page.locator("tr.tg-here th a").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{chosen}")
    page.keyboard.press("Escape")
    page.wait_for_url("**/orders")
    page.keyboard.press("]")
    page.wait_for_url("**page=2**")
    page.keyboard.press("[")
    page.wait_for_url("**/orders")
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("DD2026000007")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/DD2026000007?found=DD2026000007")
    page.locator(".tg-back a").last.click()
    page.wait_for_url("**/orders?q=DD2026000007&list=1")
    assert page.locator("#table-orders tbody tr").count() == 1
    assert said == []
    context.close()


def test_filters_go_into_the_address_and_back_works(site: Served) -> None:
    context = site.context()
    page, _ = visit(context, site, "/orders")
    page.select_option("#f-channel", "app")
    page.wait_for_url("**/orders?channel=app")
    page.select_option("#f-region", "GX-NN")
    page.wait_for_url("**/orders?channel=app&region=GX-NN")
    page.go_back()
    page.wait_for_url("**/orders?channel=app")
    assert page.locator("#f-channel").input_value() == "app"
    context.close()


def test_confirmation_before_replay(site: Served) -> None:
    operation = make_operation()
    with served(operation.application) as address:
        live = Served(operation, address, site.browser)
        context = live.context()
        page, said = visit(context, live, "/data/quarantine?reason=unmapped_code")
        replay = page.get_by_role("button", name="Replay")
        assert replay.is_disabled()
        page.locator("[data-pick]").first.check()
        replay.click()
        assert page.locator("#confirm").is_visible()
        page.get_by_role("button", name="Cancel").click()
        assert len(operation.questions._quarantine) == sum(r.state == "open" for r in operation.questions._quarantine.values())
        replay.click()
        page.get_by_role("button", name="Yes, do it").click()
        page.wait_for_selector(".tg-banner")
        assert "1 taken, 0 still not valid." in page.locator(".tg-banner").inner_text()
        assert said == []
        context.close()


def test_personal_value_is_shown_in_place(site: Served) -> None:
    order = next(t for t in site.operation.questions._traces.values() if any(e.type == "package.shipped" for e in t.events)).case.case_id
    context = site.context()
    page, said = visit(context, site, f"/orders/{order}")
    page.locator(".tg-moment", has_text="Handed to carrier").locator("summary").click()
    page.get_by_role("button", name="Show").first.click()
    page.wait_for_selector("mark")
    assert page.locator("mark").first.inner_text() == "李雷"
    assert said == []
    context.close()


def test_narrow_navigation_is_a_drawer(site: Served) -> None:
    context = site.context(width=390)
    page, _ = visit(context, site, "/")
    assert not page.locator(".tg-nav").is_visible()
    page.get_by_role("button", name="Open navigation").click()
    assert page.locator(".tg-nav").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".tg-nav").is_visible()
    context.close()


def test_folded_navigation_stays_folded(site: Served) -> None:
    context = site.context()
    page, _ = visit(context, site, "/")
    page.get_by_role("button", name="Fold navigation").click()
    page.goto(site.address + "/orders")
    assert page.evaluate("document.body.classList.contains('tg-nav-closed')")
    context.close()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_formatter_of_the_browser_equals_the_server(site: Served, language: str) -> None:
    context = site.context(language)
    page, _ = visit(context, site, "/help")
    script = "([calls, language]) => calls.map(([name, args]) => TongguanFormat.make(language, 'Asia/Shanghai')[name](...args))"
    written = page.evaluate(script, [[[case["call"], case["args"]] for case in CASES], language])
    assert written == [case[language] for case in CASES]
    context.close()


@pytest.mark.parametrize(
    ("language", "name", "args", "expected"),
    [
        ("zh-CN", "compact_beside", [[10_000, 9_400], [8_000, 9_400], [5_000, 12_000], [0, 12_000]], ["10,000", "8,000", "0.5万", "0"]),
        ("en", "compact_beside", [[500, 2_400], [1_500, 2_400], [2_000_000, 1_400_000_000]], ["0.5K", "1.5K", "0B"]),
        ("zh-CN", "money_compact_beside", [[500_000, 7_320_000], [8_000_000, 7_320_000]], ["¥0.5万", "¥8万"]),
    ],
)
def test_numbers_of_one_axis_share_the_unit_of_the_greatest(
    site: Served, language: str, name: str, args: list[list[int]], expected: list[str]
) -> None:
    context = site.context(language)
    page, _ = visit(context, site, "/help")
    script = "([name, calls, language]) => calls.map((args) => TongguanFormat.make(language, 'Asia/Shanghai')[name](...args))"
    assert page.evaluate(script, [name, args, language]) == expected
    context.close()


def test_charts_are_drawn_and_have_a_table(site: Served) -> None:
    context = site.context()
    page, said = visit(context, site, "/data")
    page.wait_for_selector("#ledger canvas")
    page.get_by_text("View as table").click()
    assert page.locator("#ledger table tbody tr").count() >= 24
    assert said == []
    context.close()


def test_a_text_filter_applies_when_it_is_left_and_escape_leaves_it_as_it_was(site: Served) -> None:
    context = site.context()
    page, said = visit(context, site, "/orders?channel=app")
    page.fill("#f-customer_id", "KH00007")
    page.keyboard.press("Tab")
    page.wait_for_url("**/orders?channel=app&customer_id=KH00007")
    page.fill("#f-customer_id", "KH00008")
    page.keyboard.press("Escape")
    assert page.input_value("#f-customer_id") == "KH00007"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    page.fill("#f-q", "DD")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=DD**")
    assert "customer_id=KH00007" in page.url and asked == [page.url]
    assert said == []
    context.close()
