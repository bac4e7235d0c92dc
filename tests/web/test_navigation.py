"""The navigation at the side: groups that fold, the line of the page that is open, and room for all of it."""

from __future__ import annotations

import re

import pytest

from tests.web.chromium import Served
from tests.web.operation import make_operation
from tests.web.test_browser import visit
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.web.kit.access import NavEntry
from tongguan.web.kit.navigation import entry_at, nav_groups

ENTRIES = [
    NavEntry("/", "Panorama", "x", "p", group="Operation"),
    NavEntry("/orders", "Orders", "x", "o", group="Operation"),
    NavEntry("/orders/quality", "Order quality", "x", "s", group="Operation"),
    NavEntry("/data", "Data", "x", "d", group="Data quality"),
    NavEntry("/data/quarantine", "Quarantine", "x", "q", group="Data quality"),
    NavEntry("/later", "Later", "x", "l", group="Operation"),
]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "Panorama"),
        ("/orders", "Orders"),
        ("/orders/A-1", "Orders"),
        ("/orders/quality", "Order quality"),
        ("/ordersonly", None),
        ("/data/quarantine/q1", "Quarantine"),
        ("/data/ledger", "Data"),
        ("/stages/payment", None),
    ],
)
def test_the_line_of_a_page_is_the_nearest_one_above_it(path: str, label: str | None) -> None:
    found = entry_at(ENTRIES, path)
    assert (found.label if found else None) == label


def test_groups_are_folded_as_they_were_left_except_the_one_of_the_page() -> None:
    def opened(path: str, *folded: str) -> dict[str, bool]:
        return {group.key: group.open for group in nav_groups(ENTRIES, path, folded)}

    assert [len(group.entries) for group in nav_groups(ENTRIES, "/", ())] == [4, 2]
    assert opened("/") == {"operation": True, "data-quality": True}
    assert opened("/", "data-quality", "nothing") == {"operation": True, "data-quality": False}
    assert opened("/data/quarantine/q1", "data-quality", "operation") == {"operation": False, "data-quality": True}
    assert opened("/stages/payment", "data-quality", "operation") == {"operation": True, "data-quality": False}


def test_the_server_draws_groups_as_this_browser_folds_them() -> None:
    visitor = Visitor.as_role(make_operation(), Role.ADMIN, language="en")
    visitor.cookies["tongguan_groups"] = "administration.me"
    page = visitor.get("/users").text
    found = dict(re.findall(r'data-group="([a-z-]+)" aria-expanded="(true|false)"', page))
    assert found == {"operation": "true", "analysis": "true", "data-quality": "true", "administration": "true", "me": "false"}
    assert re.findall(r'href="([^"]+)"[^>]*aria-current="page"', page.split("</nav>")[0]) == ["/users"]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_administrator_sees_every_line_at_once(site: Served, language: str) -> None:
    context = site.context(language)
    page, said = visit(context, site, "/account")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.evaluate(
        "(() => { const list = document.querySelector('.tg-nav-list'); return list.scrollHeight <= list.clientHeight; })()"
    )
    assert page.locator("[data-jump]").count() == len(site.operation.site.navigation)
    cut = "[...document.querySelectorAll('.tg-nav-label')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert page.evaluate(cut) == []
    assert said == []
    context.close()


@pytest.mark.browser
def test_where_there_is_less_room_the_line_of_the_page_is_in_sight(site: Served) -> None:
    context = site.context()
    page, _ = visit(context, site, "/account")
    page.set_viewport_size({"width": 1366, "height": 600})
    page.reload()
    inside = """(() => {
      const box = (one) => document.querySelector(one).getBoundingClientRect();
      const [list, line, brand] = [box(".tg-nav-list"), box(".tg-nav-list [aria-current]"), box(".tg-brand")];
      return line.top >= list.top && line.bottom <= list.bottom && brand.top === 0 && scrollY === 0;
    })()"""
    assert page.evaluate(inside)
    context.close()


@pytest.mark.browser
def test_groups_fold_by_keyboard_and_stay_folded(site: Served) -> None:
    context = site.context()
    page, said = visit(context, site, "/orders")
    users = page.locator(".tg-nav a[href='/users']")
    page.get_by_role("button", name="Administration").focus()
    page.keyboard.press("Enter")
    assert not users.is_visible()
    assert page.get_by_role("button", name="Administration").get_attribute("aria-expanded") == "false"
    page.goto(site.address + "/waiting")
    assert not users.is_visible()
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/users")
    assert users.is_visible(), "the group of the page is open"
    page.goto(site.address + "/waiting")
    assert not users.is_visible()
    page.get_by_role("button", name="Fold navigation").click()
    assert users.is_visible(), "among symbols alone nothing is folded"
    assert said == []
    context.close()
