"""Notes and findings as marks of a chart in Chromium: where they are drawn, signs on phones, clicks, keys, both themes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.chromium import Served
from tongguan.model.access import Role

pytestmark = pytest.mark.browser

PAGE = "/indicators/orders"
READY = "window.TongguanCharts?.of('trend-chart') && document.querySelector('#trend-chart canvas') !== null"
NOTES = (
    (date(2026, 10, 27), date(2026, 10, 27), "INC-12 支付网关中断"),
    (date(2026, 11, 11), date(2026, 11, 15), "promotion {a|b}"),
    (date(2026, 11, 12), date(2026, 11, 12), "说明" * 100),
    (date(2026, 12, 18), date(2026, 12, 18), "planned"),
)


@pytest.fixture(scope="module", autouse=True)
def noted(site: Served) -> None:
    """Write the notes, as somebody else than who looks."""
    author = site.operation.accounts.session_for(Role.ANALYST).user
    # This thread has the loop of the browser already.
    with ThreadPoolExecutor(1) as pool:
        for first, last, text in NOTES:
            pool.submit(asyncio.run, site.operation.annotations.write_note(author, "orders", first, last, text)).result()


@pytest.fixture
def page(site: Served) -> Iterator[Page]:
    """A page of a signed-in administrator that complained of nothing."""
    context = site.context()
    opened, said = context.new_page(), list[str]()
    opened.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert said == []
    context.close()


def show(page: Page, site: Served, path: str = PAGE) -> None:
    page.goto(site.address + path)
    page.wait_for_function(READY)


def drawn(page: Page) -> dict[str, Any]:
    """Return what the series of the marks holds: signs over lines, bands, rings."""
    found: dict[str, Any] = page.evaluate(
        """() => {
            const one = window.TongguanCharts.of("trend-chart").getOption().series.at(-1);
            return {
                signs: one.markLine.data.map((line) => [line.xAxis, line.label.show ? line.label.formatter : ""]),
                bands: one.markArea.data.map(([from, to]) => [from.xAxis, to.xAxis]),
                rings: one.markPoint.data.map((ring) => [ring.coord[0], ring.label.formatter]),
            };
        }"""
    )
    return found


def test_notes_are_lines_and_bands_and_findings_rings(page: Page, site: Served) -> None:
    show(page, site)
    assert drawn(page) == {"signs": [[4, "1"], [19, "2"], [20, "3"]], "bands": [[19, 23]], "rings": [[26, "A"]]}
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("window.TongguanCharts.of('trend-chart').getOption().series.at(-1).markLine.data[1].label.formatter === '2–3'")
    assert drawn(page)["signs"] == [[4, "1"], [19, "2–3"], [20, ""]]


def test_rings_of_several_findings_lead_to_the_one_that_began_last(page: Page, site: Served) -> None:
    show(page, site, "/indicators/payment_success_rate")
    rings = page.evaluate(
        """() => window.TongguanCharts.of("trend-chart").getOption().series.at(-1).markPoint.data
            .map((ring) => [ring.coord[0], ring.label.formatter, ring.href.split("day=")[1]])"""
    )
    last = "2026-11-20"
    assert rings[:4] == [[22, "A", last], [23, "B", "2026-11-16"], [24, "", "2026-11-16"], [25, "", last]]
    assert rings[-1] == [28, "C", last]


def test_a_chart_without_marks_has_no_series_for_them(page: Page, site: Served) -> None:
    show(page, site, f"{PAGE}?since=2026-11-01&until=2026-11-05")
    assert page.evaluate("window.TongguanCharts.of('trend-chart').getOption().series.every((one) => one.name)")


def test_the_tooltip_tells_the_note_in_lines_that_fit(page: Page, site: Served) -> None:
    show(page, site)
    text = page.evaluate(
        """() => {
            const { formatter } = window.TongguanCharts.of("trend-chart").getOption().tooltip[0];
            return formatter([{ dataIndex: 20, seriesName: "This period", marker: "" }]);
        }"""
    )
    lines = text.split("\n")
    assert lines[0] == "11-12"
    assert lines[2] == "2  promotion {\u200ba|b}"
    assert [len(line) for line in lines[3:]] == [23, 22, 23], "at most three lines, the last with an ellipsis"
    assert lines[-1].endswith("…")


def test_a_click_on_a_mark_leads_to_its_line_and_on_a_ring_to_its_findings(page: Page, site: Served) -> None:
    show(page, site)
    canvas = page.locator("#trend-chart .tg-canvas")
    canvas.scroll_into_view_if_needed()
    at = page.evaluate("window.TongguanCharts.of('trend-chart').convertToPixel({ seriesIndex: 0 }, [4, 300])")
    canvas.click(position={"x": at[0], "y": at[1]})
    page.wait_for_url("**#note-*")
    assert page.locator(".tg-note-list li:target").inner_text().split("\n")[0] == "1"
    value = page.evaluate("JSON.parse(document.querySelector('#trend-chart script').textContent).series[0].values[26]")
    at = page.evaluate("(value) => window.TongguanCharts.of('trend-chart').convertToPixel({ seriesIndex: 0 }, [26, value])", value)
    canvas.click(position={"x": at[0], "y": at[1]})
    page.wait_for_url("**/findings?watch=orders&day=2026-11-18")


def test_a_note_is_written_and_removed_with_the_keyboard(page: Page, site: Served) -> None:
    show(page, site)
    page.locator(".tg-note-form > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("by keys")
    page.keyboard.press("Enter")
    page.locator(".tg-note-list", has_text="by keys").wait_for()
    page.wait_for_function(READY)
    assert [29, "4"] in drawn(page)["signs"]
    page.get_by_role("button", name="Remove the note “by keys”").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The note was removed.").wait_for()
    assert "by keys" not in page.locator("#notes").inner_text()
    page.get_by_role("button", name="Undo").click()
    page.locator(".tg-note-list", has_text="by keys").wait_for()
    page.get_by_role("button", name="Remove the note “by keys”").click()
    page.get_by_text("The note was removed.").wait_for()


@pytest.mark.parametrize(
    ("theme", "language", "width"), [("light", "zh-CN", 1440), ("dark", "en", 1440), ("dark", "zh-CN", 390), ("light", "en", 390)]
)
def test_list_and_form_are_accessible_and_fit(site: Served, theme: str, language: str, width: int) -> None:
    context = site.context(language, theme, width)
    page = context.new_page()
    show(page, site)
    page.locator(".tg-note-form > summary").click()
    page.locator("#trend-chart .tg-as-table summary").click()
    found = [
        (v["id"], [n["target"] for n in v["nodes"]][:3])
        for v in Axe().run(page).response["violations"]
        if v["impact"] in {"serious", "critical"}
    ]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    context.close()
