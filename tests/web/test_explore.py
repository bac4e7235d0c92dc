"""Indicators put together: the form, what is answered, files, saved views, and what cannot be asked for."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from python_calamine import CalamineWorkbook

from tests.web.operation import Operation, make_operation
from tests.web.test_tables import shown
from tests.web.visitor import Visitor
from tongguan.model.access import Level, Role, Scope, User
from tongguan.model.indicator_answers import Compare, Grain, IndicatorQuery, IndicatorShelf, IndicatorTable
from tongguan.web.kit.indicators import NotAskableError
from tongguan.web.kit.ports import QuestionFailedError

FIRST, LAST = date(2026, 11, 9), date(2026, 11, 15)
WEEK = f"since={FIRST}&until={LAST}"


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.fixture(scope="module")
def admin() -> Visitor:
    """Return who reads English; on a site of their own, as a user has one language only."""
    return Visitor.as_role(make_operation(), Role.ADMIN, language="en")


def answer(operation: Operation, names: tuple[str, ...], grain: Grain = Grain.TOTAL, **more: Any) -> IndicatorTable:
    user = operation.accounts.session_for(Role.ADMIN).user
    return asyncio.run(operation.indicators.answer(user, IndicatorQuery(names, FIRST, LAST, grain, **more)))


def charts(html: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', html, re.S)]


def links(html: str, pattern: str) -> list[str]:
    return [unescape(found) for found in re.findall(rf'(?<![-\w])href="({pattern}[^"]*)"', html)]


def alerts(html: str) -> list[str]:
    return [
        " ".join(re.sub(r"<[^>]+>", " ", one).split())
        for one in re.findall(r'<div class="tg-banner tg-banner-bad".*?</div></div>', html, re.S)
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_where_nothing_is_chosen_three_questions_lead_on(operation: Operation, language: str) -> None:
    visitor = Visitor.as_role(operation, Role.MANAGER, language=language)
    page = visitor.get("/explore").text
    begin = page.split('class="tg-explore-begin"')[1].split("</ul>")[0]
    wanted = links(begin, r"/explore\?")
    assert [parse_qs(urlsplit(one).query)["names"] for one in wanted] == [["payment_success_rate"], ["sales_conversion_rate"], ["orders"]]
    for one in wanted:
        answered = visitor.get(one).text
        assert 'id="table-explore"' in answered
        assert charts(answered)
        assert "tg-explore-begin" not in answered


def test_bars_and_table_of_a_whole_period_say_the_same_as_the_answer(operation: Operation, admin: Visitor) -> None:
    found = answer(operation, ("orders",), by=("channel",))
    page = admin.get(f"/explore?names=orders&by=channel&grain=total&{WEEK}").text
    (chart,) = charts(page)
    assert chart["kind"] == "bars"
    assert [one["values"] for one in chart["series"]] == [[row.amounts["orders"].value for row in found.rows]]
    head, *rows, total = shown(page, "explore")
    assert head == ["Channel", "Orders"]
    assert [row[1] for row in rows] == [f"{row.amounts['orders'].value:,}" for row in found.rows]
    assert total == ["All together", f"{found.totals[-1].amounts['orders'].value:,}"]
    hrefs = links(page.split('id="table-explore"')[1].split("</table>")[0], "/indicators/orders")
    assert [parse_qs(urlsplit(one).query)["channel"][0] for one in hrefs] == [row.values[0] for row in found.rows]
    assert all(f"since={FIRST}" in one and f"until={LAST}" in one and admin.get(one).status_code == 200 for one in hrefs)


def test_the_rest_is_one_row_after_the_others(operation: Operation, admin: Visitor) -> None:
    query = f"/explore?names=orders&by=channel&by2=region&grain=total&top=5&{WEEK}"
    page = admin.get(query).text
    _, *rows, total = shown(page, "explore")
    assert [row[0] for row in rows].index("others") == len(rows) - 1 == 5
    whole = answer(operation, ("orders",)).totals[-1].amounts["orders"].value
    assert sum(int(row[2].replace(",", "")) for row in rows) == whole == int(total[2].replace(",", ""))
    every = admin.get(query.replace("top=5", "top=all")).text
    assert "others" not in [row[0] for row in shown(every, "explore")]


def test_lines_stand_one_for_each_place_in_the_colour_of_its_channel(admin: Visitor) -> None:
    page = admin.get(f"/explore?names=orders&by=channel&{WEEK}").text
    (chart,) = charts(page)
    assert chart["kind"] == "lines"
    assert chart["categories"] == [f"11-{day:02d}" for day in range(9, 16)]
    colours = {one["name"]: one["colour"] for one in chart["series"]}
    assert colours["App"] == "c1"
    assert colours["Web hall"] == "c2"
    assert len(set(colours.values())) == len(colours) == 5


def test_what_is_written_alike_shares_a_chart(admin: Visitor) -> None:
    page = admin.get(f"/explore?names=orders,visitors,payment_success_rate,average_order_value&{WEEK}").text
    names = [[one["name"] for one in chart["series"]] for chart in charts(page)]
    assert names == [["Orders", "Visitors"], ["Payment success rate"], ["Average order value"]]
    assert len(re.findall(r'class="card tg-kpi[ "]', page)) == 4
    assert charts(admin.get(f"/explore?names=orders&{WEEK}&show=table").text) == []


def test_differences_stand_beside_their_numbers(operation: Operation, admin: Visitor) -> None:
    found = answer(operation, ("orders", "payment_success_rate"), compare=(Compare.PREVIOUS, Compare.YEAR), by=("channel",))
    page = admin.get(f"/explore?names=orders,payment_success_rate&by=channel&grain=total&against=both&{WEEK}").text
    head, first, *_ = shown(page, "explore")
    share = "Payment success rate"
    assert head == [
        *("Channel", "Orders", "Orders vs previous (%)", "Orders vs last year (%)"),
        *(share, f"{share} vs previous (pp)", f"{share} vs last year (pp)"),
    ]
    row = found.rows[0]
    now, before = (float(one["orders"].value or 0) for one in (row.amounts, row.before[Compare.PREVIOUS]))
    assert first[2].lstrip("↑↓ ").replace("−", "-").strip("+%") == f"{100 * (now / before - 1):.1f}"
    assert re.fullmatch(r"([↑↓] )?[+−]?\d+\.\d", first[5]), "the unit stands in the heading"
    card = page.split('id="kpi-orders"')[1].split("</a>")[0]
    assert "vs previous" in card
    assert "vs last year" in card


def test_thin_numbers_are_grey(operation: Operation) -> None:
    admin = Visitor.as_role(make_operation(), Role.ADMIN, language="en")
    page = admin.get("/explore?names=satisfaction&by=channel&by2=region&since=2026-11-20&until=2026-11-20&grain=total&top=all").text
    body = page.split('id="table-explore"')[1].split("</table>")[0]
    assert "tg-tone-muted" in body
    assert "too few: n=" in body


def test_an_indicator_is_added_by_name_by_label_and_from_the_list(admin: Visitor) -> None:
    for typed in ("visitors", "Visitors (visitors)", "访客数", "visitors "):
        sent = admin.get(f"/explore?names=orders&by=channel&period=7d&add={typed}")
        assert sent.status_code == 303, typed
        assert parse_qs(urlsplit(sent.headers["location"]).query) == {"names": ["orders,visitors"], "by": ["channel"], "period": ["7d"]}
    page = admin.get("/explore?names=orders").text
    picked = page.split("tg-explore-groups")[1].split("</details>")[0]
    assert "/explore?names=orders%2Cvisitors" in picked
    assert 'href="/explore" title' in picked, "a chosen one leads to the page without it"
    assert '<option value="Visitors (visitors)">' in page


def test_a_name_that_is_none_is_told_with_the_nearest(operation: Operation) -> None:
    for language, said in (("en", "There is no indicator “ordres”"), ("zh-CN", "没有名为“ordres”的指标")):
        visitor = Visitor.as_role(operation, Role.ADMIN, language=language)
        typed = visitor.get("/explore?names=visitors&by=channel&add=ordres").text
        kept = visitor.get("/explore?names=visitors,ordres&by=channel").text
        for page in (typed, kept):
            (alert,) = alerts(page)
            assert said in alert
            assert "/explore?names=visitors%2Corders&amp;by=channel" in page
            assert '<option value="channel" selected>' in page
        assert 'name="add" value="ordres"' in typed
        assert "tg-explore-unknown" in kept


def test_what_cannot_be_asked_is_said_in_the_readers_language_with_what_can(operation: Operation) -> None:
    cases = {
        "names=stock_on_hand&by=region": ("“在库资源数”不能按“区域”拆分。 可改为： 渠道 业务类别", "names=stock_on_hand&amp;by=channel"),
        "names=stock_on_hand&region=GX-NN": ("“在库资源数”不能按“区域”筛选。 可改为： 清除该筛选", "/explore?names=stock_on_hand&quot;"),
        "names=orders_28_days&grain=hour": ("只有按日的数据。 可改为： 整个时段", "names=orders_28_days&amp;grain=week"),
        "names=orders&grain=minute": ("时间点超过 3,000 个", "/explore?names=orders"),
        "names=orders,visitors,complaints,satisfaction,open_orders,sales_amount": ("最多同时分析 5 个指标", "names=visitors%2C"),
    }
    visitor = Visitor.as_role(operation, Role.ADMIN)
    for query, (said, way) in cases.items():
        page = visitor.get(f"/explore?{query}").text
        (alert,) = alerts(page)
        assert said in alert, query
        assert way.replace("&quot;", '"') in page, query
        assert "table-explore" not in page
        assert visitor.get(f"/explore.csv?{query}").headers["location"].startswith("/explore?names=")


def test_what_only_the_engine_refuses_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()

    async def refuse(user: User, query: IndicatorQuery) -> IndicatorTable:
        raise NotAskableError("orders: 1,000,001 places; ask for fewer")

    monkeypatch.setattr(operation.indicators, "answer", refuse)
    page = Visitor.as_role(operation, Role.ADMIN).get("/explore?names=orders&by=channel").text
    (alert,) = alerts(page)
    assert alert.startswith("无法这样查询")
    assert "1,000,001 places" in alert
    assert '<option value="channel" selected>' in page


def test_the_form_keeps_what_was_filled_in_and_forgets_the_value_of_another_dimension(admin: Visitor) -> None:
    query = f"/explore?names=orders&by=district&is=GX-NN-01&of=district&channel=app&against=prev&top=20&grain=week&{WEEK}"
    page = admin.get(query).text
    form = page.split('class="tg-explore-fields"')[1].split("</form>")[0]
    assert re.findall(r'<option value="([^"]+)" selected>', form) == ["district", "week", "prev", "20"]
    assert "GX-NN-01" in form
    for name, value in (("names", "orders"), ("channel", "app"), ("of", "district"), ("since", str(FIRST))):
        assert f'<input type="hidden" name="{name}" value="{value}">' in form
    assert len(shown(page, "explore")) == 3, "heading, the one district, all together"
    other = admin.get(query.replace("by=district", "by=business_class")).text
    assert len(shown(other, "explore")) > 3
    assert "GX-NN-01" not in other.split('class="tg-explore-fields"')[1].split("</form>")[0]


def test_ways_to_other_days(admin: Visitor) -> None:
    page = admin.get(f"/explore?names=orders&{WEEK}").text
    days = page.split("data-days")[1].split("</form>")[0]
    before, after = links(days, "/explore")
    assert "since=2026-11-02&until=2026-11-08" in before
    assert "since=2026-11-16&until=2026-11-22" in after
    ranges = links(page.split("data-range")[1].split("</div>")[0], "/explore")
    assert ranges == [f"/explore?names=orders{more}" for more in ("&period=7d", "", "&period=90d", "&period=month", "&period=last")]
    backwards = admin.get(f"/explore?names=orders&since={LAST}&until={FIRST}").text
    assert shown(backwards, "explore") == shown(page, "explore")


def test_files_hold_what_is_shown_as_numbers(operation: Operation) -> None:
    admin = Visitor.as_role(operation, Role.ADMIN, language="en")
    query = f"names=sales_amount,payment_success_rate&by=channel&against=prev&{WEEK}&top=20"
    page = admin.get(f"/explore?{query}").text
    href = links(page, r"/explore\.csv")[0]
    sent = admin.get(href)
    rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
    share = rows[0][4]
    assert share == "Payment success rate (%)", "numbers of files are bare"
    assert [one if one != share else "Payment success rate" for one in rows[0]] == shown(page, "explore")[0]
    found = answer(operation, ("sales_amount", "payment_success_rate"), Grain.DAY, by=("channel",), top=20)
    assert len(rows) == 2 + len(found.rows)
    for row, line in zip(found.rows, rows[1:], strict=False):
        assert line[1] == row.bucket
        assert float(line[2]) == pytest.approx(float(row.amounts["sales_amount"].value or 0) / 100)
        assert float(line[4]) == pytest.approx(100 * float(row.amounts["payment_success_rate"].value or 0), abs=1e-4)
    assert rows[-1][0] == "All together"
    book = CalamineWorkbook.from_filelike(io.BytesIO(admin.get(href.replace(".csv", ".xlsx")).content))
    sheet = book.get_sheet_by_index(0).to_python()
    assert [float(str(row[2])) for row in sheet[1:]] == [float(row[2]) for row in rows[1:]]
    name, file = operation.lists.log[-1]
    assert (name, file.page, file.kind, file.rows) == ("admin", "/explore", "xlsx", len(rows) - 1)
    assert file.query.startswith("names=sales_amount%2Cpayment_success_rate&by=channel")


def test_a_view_is_kept_shared_and_applied(operation: Operation) -> None:
    admin, manager = Visitor.as_role(operation, Role.ADMIN), Visitor.as_role(operation, Role.MANAGER)
    query = "names=orders%2Cvisitors&by=channel&period=7d&against=prev&top=5"
    page = admin.get(f"/explore?{query}").text
    kept = unescape(re.findall(r'name="query" value="([^"]*)"', page)[0])
    assert parse_qs(kept) == parse_qs(query)
    admin.post("/views", {"page": "/explore", "query": kept, "name": "渠道周报", "shared": "1"})
    (href,) = [one for one in links(manager.get("/explore").text, r"/explore\?") if "view=" in one]
    assert {**parse_qs(query), "view": parse_qs(urlsplit(href).query)["view"]} == parse_qs(urlsplit(href).query)
    assert shown(manager.get(href).text, "explore") == shown(page, "explore")


def test_nobody_sees_beyond_the_scope(operation: Operation) -> None:
    own = make_operation()
    admin = own.accounts.session_for(Role.ADMIN).user
    scope = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
    asyncio.run(own.accounts.change_user(admin, "u-analyst", Role.ANALYST, scope))
    analyst = Visitor.as_role(own, Role.ANALYST, language="en")
    query = f"/explore?names=orders&by=region&grain=total&{WEEK}"
    assert len(shown(analyst.get(query).text, "explore")) == 3
    assert len(shown(Visitor.as_role(own, Role.ADMIN).get(query).text, "explore")) > 3


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_empty_operation_and_one_that_fails(language: str) -> None:
    unsent = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language=language)
    title = "尚无数据源接入" if language == "zh-CN" else "No source has sent anything yet"
    for query in ("", "?names=orders&by=channel", "?names=orders&by=region&channel=app"):
        page = unsent.get(f"/explore{query}").text
        assert page.count(title) == 1 and 'href="/help#data"' in page.split("</nav>", 1)[1]
        assert "tg-kpi" not in page.split("</head>")[1]
    quiet = make_operation()
    quiet.indicators.empty = True
    empty = Visitor.as_role(quiet, Role.ADMIN, language=language).get("/explore?names=orders&by=channel")
    assert empty.status_code == 200
    assert ("没有可统计的数据" if language == "zh-CN" else "Nothing was there to measure") in empty.text
    assert 'class="btn" href="/help#data"' in empty.text
    narrow = Visitor.as_role(quiet, Role.ADMIN, language=language).get("/explore?names=orders&by=region&channel=app")
    assert 'class="btn" href="/explore?names=orders&amp;by=region"' in narrow.text
    failing = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language=language)
    for query in ("", "?names=orders", "?names=orders&by=channel&grain=total"):
        answer = failing.get(f"/explore{query}")
        assert answer.status_code == 200
        assert ("tg-state-failed" in answer.text.split("</main>")[0]) == bool(query)
        assert "tg-explore-fields" in answer.text
    assert failing.get("/explore.csv?names=orders").status_code == 503


def test_where_the_shelf_cannot_be_read_no_name_is_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()

    async def fail(user: User) -> IndicatorShelf:
        raise QuestionFailedError("warehouse does not answer")

    monkeypatch.setattr(operation.indicators, "shelf", fail)
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/explore?names=orders&add=visitors").text.split("</main>")[0]
    assert "tg-state-failed" in page
    assert ">orders</span>" in page
    assert "tg-explore-unknown" not in page
    assert not alerts(page)


@pytest.mark.parametrize(
    "query",
    [
        "names=,,&by=zz",
        "names=orders&grain=zz&top=zz&against=zz&since=zz&period=zz",
        "names=orders&by=channel&by2=channel",
        "add=%20",
        "page=99&names=orders",
    ],
)
def test_odd_addresses_are_answered(admin: Visitor, query: str) -> None:
    assert admin.get(f"/explore?{query}").status_code == 200
