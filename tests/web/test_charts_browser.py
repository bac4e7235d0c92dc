"""The stage page in Chromium: charts equal their tables, a cell of the heat map leads to its hour, keys, both themes, paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.chromium import Served

pytestmark = pytest.mark.browser

READY = "window.TongguanCharts?.of('curve-chart') && document.querySelector('#curve-chart canvas') !== null"


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


def show(page: Page, site: Served, path: str) -> None:
    page.goto(site.address + path)
    page.wait_for_function(READY)


@pytest.mark.parametrize(("theme", "language", "width"), [("light", "zh-CN", 1440), ("dark", "en", 1920), ("dark", "zh-CN", 390)])
def test_stage_page_is_accessible_and_fits(site: Served, theme: str, language: str, width: int) -> None:
    context = site.context(language, theme, width)
    page = context.new_page()
    show(page, site, "/stages/payment")
    page.locator(".tg-as-table summary").first.click()
    found = [
        (v["id"], [n["target"] for n in v["nodes"]][:3])
        for v in Axe().run(page).response["violations"]
        if v["impact"] in {"serious", "critical"}
    ]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    context.close()


def test_what_is_drawn_equals_the_table_and_is_written_alike(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment?day=2026-11-20&measure=paid")
    for key in ("curve-chart", "failures-chart"):
        drawn = page.evaluate(
            """(key) => {
                const figure = document.getElementById(key);
                const data = JSON.parse(figure.querySelector("script").textContent);
                const series = window.TongguanCharts.of(key).getOption().series;
                const plain = (found) => (found !== null && typeof found === "object" ? found.value : found) ?? null;
                const write = (value) => Tongguan.format[data.form[0]](value, ...(data.form[0] === "money" ? [data.currency] : []));
                const rows = data.categories.map((name, i) => [name, ...data.series.map((one) =>
                    write(plain(series.find((other) => other.name === one.name).data[i])))]);
                const table = [...figure.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
                return { rows, table };
            }""",
            key,
        )
        assert len(drawn["table"]) == 24
        assert drawn["rows"] == drawn["table"]


def test_no_share_is_written_above_all_at_an_axis(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment?day=2026-11-20&measure=success_rate")
    ticks = """() => {
        const write = window.TongguanCharts.of("curve-chart").getOption().yAxis[0].axisLabel.formatter;
        return [0.9, 1, 1.02].map((tick) => write(tick));
    }"""
    assert page.evaluate(ticks) == ["90.0%", "100.0%", ""]


def test_money_of_nothing_is_not_measured_in_cents(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment?day=2026-11-20&measure=paid")
    steps = """(value) => {
        const data = JSON.parse(document.querySelector("#curve-chart script").textContent);
        data.series = data.series.map((one) => ({ ...one, values: one.values.map(() => value) }));
        return window.TongguanChartOptions.options(data, Tongguan.format, true, 800).yAxis.minInterval ?? null;
    }"""
    assert [page.evaluate(steps, value) for value in (0, None, 5)] == [100, 100, None]


def test_the_hour_that_is_not_over_hangs_on_a_dashed_line(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment")
    found = page.evaluate(
        """() => window.TongguanCharts.of("curve-chart").getOption().series.filter((one) => one.name === "today")
            .map((one) => [one.lineStyle.type, one.data.map((v) => (v?.value === undefined ? v : v.value) !== null)])"""
    )
    (_, whole), (dash, part) = found
    assert not whole[14]
    assert whole[13]
    assert dash == [5, 4]
    assert [hour for hour, known in enumerate(part) if known] == [13, 14]


def test_a_cell_of_the_heat_map_leads_to_its_hour(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment?channel=app&heat=volume")
    canvas = page.locator("#fortnight-chart .tg-canvas")
    canvas.scroll_into_view_if_needed()
    at = page.evaluate("window.TongguanCharts.of('fortnight-chart').convertToPixel({ seriesIndex: 0 }, [15, 1])")
    canvas.click(position={"x": at[0], "y": at[1]})
    page.wait_for_url("**/stages/payment?channel=app&day=2026-11-20&hour=15&heat=volume")
    assert page.get_by_text("Only: 15:00").is_visible()


def test_keys_of_the_stage_page(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment")
    page.keyboard.press("[")
    page.wait_for_url("**/stages/payment?day=2026-11-20")
    page.wait_for_function(READY)
    page.keyboard.press("]")
    page.wait_for_url("**/stages/payment")
    page.wait_for_function(READY)
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.closest('.tg-filters, .tg-days') !== null")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement?.classList.contains('tg-page')")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")
    page.locator("#table-by-channel tbody tr").first.evaluate(
        "(row) => document.querySelectorAll('[data-row]').forEach((one) => { if (one !== row) one.removeAttribute('data-row'); })"
    )
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**by=channel&value=**")
    page.wait_for_function(READY)
    page.keyboard.press("Escape")
    page.wait_for_url(site.address + "/")


def test_the_comparison_is_hidden_and_that_stays_in_the_address(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment")
    names = "[...new Set(window.TongguanCharts.of('curve-chart').getOption().series.map((one) => one.name))]"
    assert page.evaluate(names) == ["today", "yesterday", "last week"]
    page.keyboard.press("c")
    assert "compare=off" in page.url
    assert page.evaluate(names) == ["today"]
    assert not page.locator(".tg-spark-before").first.is_visible()
    page.reload()
    page.wait_for_function(READY)
    assert page.evaluate(names) == ["today"]
    page.locator("#by-channel tbody a").first.click()
    page.wait_for_url("**value=**compare=off**")
    page.wait_for_function(READY)
    page.select_option("#f-channel", "app")
    page.wait_for_url("**channel=app**compare=off**")
    page.wait_for_function(READY)
    page.keyboard.press("c")
    assert "compare" not in page.url
    assert page.evaluate(names)[:2] == ["today", "yesterday"]


def test_a_chart_is_drawn_again_when_its_numbers_change_and_disposed_of_when_it_goes(page: Page, site: Served) -> None:
    show(page, site, "/stages/payment")
    page.evaluate(
        """() => {
            const script = document.querySelector("#curve-chart script");
            const data = JSON.parse(script.textContent);
            data.series[1].values[0] = 4321;
            script.textContent = JSON.stringify(data);
            document.dispatchEvent(new CustomEvent("htmx:after:swap"));
        }"""
    )
    assert page.evaluate(
        "window.TongguanCharts.of('curve-chart').getOption().series.some((one) => JSON.stringify(one.data).includes('4321'))"
    )
    gone = page.evaluate(
        """() => {
            const chart = window.TongguanCharts.of("curve-chart");
            document.querySelector("#curve-chart").remove();
            document.dispatchEvent(new CustomEvent("htmx:after:swap"));
            return chart.isDisposed();
        }"""
    )
    assert gone


def test_paper_is_white_in_the_dark_theme(site: Served) -> None:
    context = site.context(theme="dark")
    page = context.new_page()
    show(page, site, "/stages/payment")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.tg-table td')).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".tg-nav").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    context.close()


def test_the_first_column_stays_in_sight_on_a_narrow_screen(site: Served) -> None:
    context = site.context(width=390)
    page = context.new_page()
    show(page, site, "/stages/payment")
    scroll = page.locator("#by-channel .tg-scroll")
    scroll.scroll_into_view_if_needed()
    before = page.locator("#table-by-channel tbody th").first.bounding_box()
    scroll.evaluate("(box) => { box.scrollLeft = 200; }")
    assert scroll.evaluate("(box) => box.scrollLeft") == 200
    after = page.locator("#table-by-channel tbody th").first.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["x"] - after["x"]) < 2
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_names_beside_bars_stand_inside_the_picture(site: Served, width: int) -> None:
    context = site.context("en", "light", width)
    page = context.new_page()
    page.goto(f"{site.address}/explore?names=payment_success_rate&by=channel&by2=region&grain=total&period=month")
    page.wait_for_function("document.querySelector('[data-chart] canvas') !== null")
    left = page.evaluate(
        """() => {
            const chart = window.TongguanCharts.of(document.querySelector("[data-chart]").id);
            const texts = chart.getZr().storage.getDisplayList().filter((one) => one.style?.text);
            return texts.map((one) => {
                const box = one.getBoundingRect().clone();
                if (one.transform) box.applyTransform(one.transform);
                return [one.style.text, box.x];
            });
        }"""
    )
    assert "Web hall · Nanning" in {text for text, _ in left}
    assert [text for text, x in left if x < 0] == []
    context.close()


_EIGHT = """(width) => {
  const named = (one) => ({ name: `Third-party channel ${one}`, colour: `c${one}`, role: "", dotted: false, values: [1, 2] });
  const series = [1, 2, 3, 4, 5, 6, 7, 8].map(named);
  const data = { kind: "lines", form: ["full", "compact"], categories: ["a", "b"], open: null, zoom: false, hrefs: [], marks: [], series };
  const made = TongguanChartOptions.options(data, Tongguan.format, true, width);
  const place = document.body.appendChild(document.createElement("div"));
  place.style.cssText = `width: ${width}px; height: 240px`;
  const chart = echarts.init(place);
  chart.setOption(made);
  const drawn = chart.getViewOfComponentModel(chart.getModel().getComponent("legend")).group.getBoundingRect();
  const fits = drawn.height <= made.grid.top && drawn.width <= width;
  const kept = { type: made.legend.type, top: made.grid.top, fits: made.legend.type === "scroll" || fits };
  chart.dispose();
  place.remove();
  return kept;
}"""


@pytest.mark.parametrize(("width", "kind", "top"), [(1600, "plain", 28), (1150, "plain", 52), (800, "plain", 52), (390, "scroll", 28)])
def test_many_names_take_a_second_line_before_they_are_turned_over(site: Served, width: int, kind: str, top: int) -> None:
    context = site.context()
    page = context.new_page()
    show(page, site, "/stages/payment")
    assert page.evaluate(_EIGHT, width) == {"type": kind, "top": top, "fits": True}
    context.close()
