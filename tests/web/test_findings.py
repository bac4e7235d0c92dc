"""What was unlike other days: in words, on its page, in files, and within the scope."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from python_calamine import CalamineWorkbook

from tests.web.operation import NOON, Operation, make_operation
from tests.web.test_live import visit_of
from tests.web.test_tables import lines_of, shown
from tests.web.visitor import Visitor
from tongguan.model.access import Role, Scope, User
from tongguan.model.findings import Finding, FindingFilter, FindingKind, Findings, Watch, watches
from tongguan.model.indicators import Aggregation, Bad, Indicator, IndicatorClass, Measured, Ratio, Term, WatchRule
from tongguan.model.vocabulary import Label
from tongguan.web.kit.fake.indicator_shelf import SHELF
from tongguan.web.kit.findings import finding_href, finding_line, told_once
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.findings.pages import columns, export_columns

DAY = date(2026, 11, 20)
COUNT = Term("events", Aggregation.COUNT, types=("payment.succeeded",))
AMOUNT = Term("events", Aggregation.SUM, "amount", ("payment.succeeded",))


def own(name: str, label: Label, stage: str, by: str, whole: Term, unit: Measured) -> Watch:
    rule = WatchRule(by, Bad.BOTH)
    one = Indicator(name, label, label, "sales", Ratio(AMOUNT, whole), IndicatorClass.SALES, unit=unit, owner=stage, watch=rule)
    return Watch(one, rule)


OWN = (
    own("value", Label("客单价", "Order value"), "orders", "product_id", COUNT, Measured.MONEY),
    own("lines", Label("对账金额比", "Statement amount"), "audit", "channel", AMOUNT, Measured.SHARE),
    own("answer", Label("应答时长", "Answer time"), "aftersales", "region", COUNT, Measured.SECONDS),
    own("score", Label("满意度", "Satisfaction"), "aftersales", "reason", COUNT, Measured.POINTS),
)
WATCHES = {one.name: one for one in (*watches(SHELF), *OWN)}

FOUND = {
    "count": Finding("orders", "orders", "channel", "web", FindingKind.DAYS, DAY, DAY, 41, 118, -77, 7.1),
    "few": Finding("orders", "orders", "channel", "shop", FindingKind.DAYS, DAY, DAY, 14.4, 0.5, 13.9, 8),
    "share": Finding("payment_success_rate", "payment", "channel", "app", FindingKind.DAYS, DAY, DAY, 0.874, 0.966, -37.2, 10.2),
    "money": Finding("value", "orders", "product_id", "SKU-9", FindingKind.DAYS, DAY, DAY, 123_456.7, 100_000, 1_234_567, 9),
    "amounts": Finding("lines", "audit", "channel", "web", FindingKind.DAYS, DAY, DAY, 0.9, 1, -5_000_000, 30),
    "seconds": Finding("answer", "aftersales", "region", "GX-NN", FindingKind.DAYS, DAY, DAY, 5400, 3600, 90_000, 6.5),
    "points": Finding("score", "aftersales", "reason", "slow", FindingKind.DAYS, DAY, DAY, 72.25, 90.4, -700, 6.5),
}
"""A finding in each unit; ``few`` where hardly any are usual, ``amounts`` a share of two sums of money."""


def visit_in(language: str) -> Visit:
    operation = make_operation()
    asyncio.run(operation.site.regions.refresh())
    return visit_of(operation, operation.accounts.session_for(Role.ADMIN, language=language))


def bare(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def section(html: str, start: str, tag: str = "section") -> str:
    found = re.search(rf"<{tag} [^>]*{start}.*?</{tag}>", html, re.S)
    assert found, start
    return found[0]


def answering(operation: Operation, monkeypatch: pytest.MonkeyPatch, found: Findings | None) -> list[FindingFilter]:
    """Answer every question for findings alike, or with a failure; return what was asked for."""
    asked: list[FindingFilter] = []

    async def findings(user: User, where: FindingFilter) -> Findings:
        asked.append(where)
        if found is None:
            raise QuestionFailedError("the store is busy")
        return found

    monkeypatch.setattr(operation.questions, "findings", findings)
    return asked


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


@pytest.fixture(scope="module")
def manager(operation: Operation) -> Visitor:
    return Visitor.as_role(operation, Role.MANAGER, language="en")


@pytest.mark.parametrize(
    ("name", "language", "told", "concerned"),
    [
        ("count", "en", ("Orders", "Orders", "Web hall", "41", "118", "−77"), "−77"),
        ("count", "zh-CN", ("订单生成", "订单数", "网上营业厅", "41", "118", "−77"), "−77"),
        ("few", "en", ("Orders", "Orders", "Partner shops", "14", "0.5", "+14"), "+14"),
        ("share", "en", ("Payment", "Payment success rate", "App", "87.4%", "96.6%", "−9.2 pp"), "−37"),
        ("share", "zh-CN", ("支付", "支付成功率", "掌上营业厅", "87.4%", "96.6%", "−9.2个百分点"), "−37"),
        ("money", "en", ("Orders", "Order value", "SKU-9", "1,234.57", "1,000.00", "+23.5%"), "+12,345.67"),
        ("amounts", "en", ("Settlement and audit", "Statement amount", "Web hall", "90.0%", "100.0%", "−10.0 pp"), "−50,000.00"),
        ("seconds", "en", ("After-sales", "Answer time", "Nanning", "1h 30min", "1h", "+50.0%"), "—"),
        ("seconds", "zh-CN", ("售后服务", "应答时长", "南宁", "1小时30分", "1小时", "+50.0%"), "—"),
        ("points", "en", ("After-sales", "Satisfaction", "slow", "72.2", "90.4", "−20.1%"), "—"),
    ],
)
def test_a_finding_is_told_in_its_unit(name: str, language: str, told: tuple[str, ...], concerned: str) -> None:
    visit, row = visit_in(language), FOUND[name]
    line = finding_line(visit, row, WATCHES[row.watch])
    assert (line.stage, line.what, line.where, line.observed, line.expected, line.change) == told
    (column,) = (column for column in columns(visit, WATCHES) if column.name == "concerned")
    assert column.cell(row).text == concerned


def test_nothing_usual_has_no_relative_change() -> None:
    assert finding_line(visit_in("en"), replace(FOUND["seconds"], expected=0.0), WATCHES["answer"]).change == "—"


def test_days_on_end_and_slow_changes_say_so() -> None:
    visit = visit_in("en")
    day = finding_line(visit, FOUND["share"], WATCHES["payment_success_rate"])
    assert (day.days, day.days_title, day.kind, day.drift) == ("11-20", "2026-11-20 to 2026-11-20", "Unlike other days", False)
    drift = replace(FOUND["share"], kind=FindingKind.DRIFT, first_day=date(2026, 11, 14))
    slow = finding_line(visit, drift, WATCHES["payment_success_rate"])
    assert (slow.days, slow.days_title, slow.kind, slow.drift) == ("11-14 – 11-20", "2026-11-14 to 2026-11-20", "Slow change", True)
    assert day.key != slow.key
    assert day.where_title == "Channel: app"


@pytest.mark.parametrize(
    ("name", "href"),
    [
        ("share", "/stages/payment?day=2026-11-20&channel=app"),
        ("seconds", "/stages/aftersales?day=2026-11-20&region=GX-NN"),
        ("points", "/stages/aftersales?day=2026-11-20&by=reason&value=slow"),
        ("money", "/stages/orders?day=2026-11-20"),
    ],
)
def test_a_finding_leads_to_its_stage_as_narrow_as_the_page_can_be(name: str, href: str) -> None:
    visit, row = visit_in("en"), replace(FOUND[name], first_day=date(2026, 11, 18))
    assert finding_href(visit, row) == finding_line(visit, row, WATCHES[row.watch]).href == href


def test_one_matter_is_told_once_by_what_stands_out_most() -> None:
    first = FOUND["share"]
    louder = replace(first, watch="lines", score=40.0)
    older = replace(first, last_day=date(2026, 11, 18), first_day=date(2026, 11, 18), score=90.0)
    elsewhere = replace(first, value="web", score=1.0)
    other_dimension = replace(first, by="payment_channel", score=2.0)
    assert told_once([older, elsewhere, first, other_dimension, louder]) == [louder, other_dimension, elsewhere, older]
    assert told_once([]) == []


def counts(html: str) -> dict[str, dict[str, int]]:
    """Return stage → day → number of findings as the matrix tells those who hear it; every stage has as many cells as there are days."""
    matrix = section(html, 'class="tg-table tg-found"', "table")
    days = re.findall(r'<th scope="col" title="([\d-]+)">', matrix)
    found: dict[str, dict[str, int]] = {}
    for row in matrix.split("<tbody>")[1].split("</tr>")[:-1]:
        assert row.count("<td>") == len(days) == 14
        stage = bare(row.split("</th>")[0])
        told = re.findall(r'aria-label="([^,"]+), ([\d-]+), findings: (\d+)"', row)
        assert {name for name, _, _ in told} <= {stage}
        found[stage] = {day: int(count) for _, day, count in told}
    return found


def test_the_matrix_counts_what_lies_on_each_day_of_each_stage(manager: Visitor, operation: Operation) -> None:
    found = counts(manager.get("/findings").text)
    assert list(found) == [stage.label.en for stage in operation.site.vocabulary.stages]
    assert {stage: days for stage, days in found.items() if days} == {
        "Orders": {"2026-11-18": 1},
        "Payment": {f"2026-11-{day}": 2 if day in (15, 16, 20) else 1 for day in range(14, 21)},
    }


def test_the_list_has_the_newest_first(manager: Visitor) -> None:
    page = manager.get("/findings").text
    rows = shown(page, "findings")[1:]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("11-20", "Payment success rate", "App"),
        ("11-14 – 11-20", "Payment success rate", "Kiosk"),
        ("11-18", "Orders", "Web hall"),
        ("11-15 – 11-16", "Payment success rate", "WeChat"),
    ]
    assert [row[-1] for row in rows] == ["Unlike other days", "Slow change", "Unlike other days", "Unlike other days"]
    assert 'href="/stages/payment?day=2026-11-20&amp;channel=app"' in section(page, 'id="list"')


def test_a_link_of_the_list_leads_to_that_day_and_value(manager: Visitor) -> None:
    page = section(manager.get("/findings").text, 'id="list"')
    (href,) = set(re.findall(r'href="(/stages/payment[^"]*wechat)"', page))
    stage = manager.get(unescape(href))
    assert stage.status_code == 200
    assert 'href="/stages/payment?channel=wechat"' in stage.text, "the way back to today keeps the channel"
    assert 'href="/stages/payment/by/region.csv?channel=wechat&day=2026-11-16"' in unescape(stage.text)


def test_a_day_of_a_stage_is_chosen_and_taken_back(manager: Visitor) -> None:
    everything = manager.get("/findings?watch=payment_success_rate").text
    (cell,) = re.findall(r'<a class="tg-found-day" href="([^"]+)"[^>]*aria-label="Payment, 2026-11-16', everything)
    page = manager.get(unescape(cell).removesuffix("#list")).text
    assert [row[3] for row in shown(page, "findings")[1:]] == ["Kiosk", "WeChat"]
    assert counts(page) == counts(everything)
    ((back, label),) = re.findall(r'<a class="tg-found-day" href="([^"]+)" aria-current="true" aria-label="([^"]+)"', page)
    assert label.startswith("Payment, 2026-11-16, findings: 2") and back == "/findings?watch=payment_success_rate#list"


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("stage=orders", ["Web hall"]),
        ("watch=payment_success_rate", ["App", "Kiosk", "WeChat"]),
        ("day=2026-11-18", ["Kiosk", "Web hall"]),
        ("channel=wechat", ["WeChat"]),
        ("stage=payment&day=2026-11-20&channel=app", ["App"]),
    ],
)
def test_filters_narrow_the_list_and_are_told(manager: Visitor, query: str, places: list[str]) -> None:
    page = manager.get(f"/findings?{query}").text
    assert [row[3] for row in shown(page, "findings")[1:]] == places
    assert page.count('class="tg-set-chip"') == query.count("=")


@pytest.mark.parametrize(
    "query", ["stage=zz", "watch=zz", "day=2026-11-01", "day=20261101", "channel=fax", "region=GX-NN", "business_class=goods"]
)
def test_nothing_that_fits_leads_back_to_everything(manager: Visitor, query: str) -> None:
    answer = manager.get(f"/findings?{query}")
    assert answer.status_code == 200
    listed = section(answer.text, 'id="list"')
    assert "Nothing that stands out fits these filters" in listed and "left out" in listed
    assert '<a class="btn" href="/findings">Remove filters</a>' in listed


def test_what_is_no_day_filters_nothing(manager: Visitor) -> None:
    assert shown(manager.get("/findings?day=soon").text, "findings") == shown(manager.get("/findings").text, "findings")


def test_before_the_first_look_there_are_no_days() -> None:
    page = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en").get("/findings").text
    assert "Nothing was looked at yet" in page and "tg-found" not in page


def test_two_quiet_weeks_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    answering(operation, monkeypatch, Findings((), "2026-11-20", "2026-11-07", NOON))
    page = Visitor.as_role(operation, Role.ADMIN, language="en").get("/findings").text
    assert "Nothing stands out" in page and "within what it is on other days" in page and "Remove filters" not in page
    assert not any(counts(page).values())


def test_a_question_that_fails_is_told_with_a_way_to_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    answering(operation, monkeypatch, None)
    ann = Visitor.as_role(operation, Role.ANALYST)
    answer = ann.get("/findings?channel=app")
    assert answer.status_code == 200
    failed = section(answer.text, 'class="tg-state tg-state-failed" role="alert"', "div")
    assert "the store is busy" in failed and 'href="/findings?channel=app"' in failed
    assert 'id="list"' not in answer.text and "tg-found" not in answer.text
    assert ann.get("/findings.csv").status_code == 503
    assert operation.lists.log == []


def found_everywhere(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> Sequence[Finding]:
    rows = list(FOUND.values())
    answering(operation, monkeypatch, Findings(rows, "2026-11-20", "2026-11-07", NOON, WATCHES))
    return rows


def test_csv_holds_codes_and_numbers_to_calculate_with(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    rows = found_everywhere(operation, monkeypatch)
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    (href,) = re.findall(r'href="(/findings\.csv[^"]*)"', ann.get("/findings?stage=&channel=").text)
    response = ann.get(unescape(href))
    assert response.headers["x-total-rows"] == str(len(rows)) and 'filename="findings.csv"' in response.headers["content-disposition"]
    lines = lines_of(response.content)
    assert [line["Code"] for line in lines] == [row.value for row in rows]
    assert {(line["First day"], line["Last day"]) for line in lines} == {("2026-11-20", "2026-11-20")}
    numbers = {name: (line["Worst day"], line["Other days"], line["Concerned"]) for name, line in zip(FOUND, lines, strict=True)}
    assert {name: tuple(Decimal(one) if one else None for one in cells) for name, cells in numbers.items()} == {
        "count": (41, 118, -77),
        "few": (Decimal("14.4"), Decimal("0.5"), Decimal("13.9")),
        "share": (Decimal("0.874"), Decimal("0.966"), Decimal("-37.2")),
        "money": (Decimal("1234.567"), 1000, Decimal("12345.67")),
        "amounts": (Decimal("0.9"), 1, -50_000),
        "seconds": (5400, 3600, None),
        "points": (Decimal("72.25"), Decimal("90.4"), None),
    }


def test_a_workbook_holds_the_same_numbers(operation: Operation) -> None:
    ann = Visitor.as_role(operation, Role.ANALYST, language="en")
    book = CalamineWorkbook.from_filelike(io.BytesIO(ann.get("/findings.xlsx?stage=payment&day=2026-11-16").content))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    assert heads == [column.title for column in export_columns(visit_in("en"), WATCHES)]
    assert [dict(zip(heads, row, strict=True))["Worst day"] for row in rows] == [0.91, 0.79]
    assert [row[:2] for row in rows] == [["2026-11-14", "2026-11-20"], ["2026-11-15", "2026-11-16"]]


def test_files_follow_the_filters_and_are_written_down() -> None:
    operation = make_operation()
    ann = Visitor.as_role(operation, Role.ANALYST)
    (href,) = re.findall(r'href="(/findings\.csv[^"]*)"', ann.get("/findings?day=2026-11-18&channel=web&junk=1").text)
    rows = list(csv.reader(io.StringIO(ann.get(unescape(href)).content.decode("utf-8-sig"))))
    assert len(rows) == 2 and "web" in rows[1]
    (entry,) = operation.lists.log
    assert (entry[1].page, entry[1].query, entry[1].rows) == ("/findings", "day=2026-11-18&channel=web", 1)


def test_who_may_not_export_is_offered_no_file(operation: Operation) -> None:
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    page = agent.get("/findings")
    assert page.status_code == 200 and "findings.csv" not in page.text and "findings.xlsx" not in page.text
    assert [agent.get(f"/findings.{kind}").status_code for kind in ("csv", "xlsx")] == [403, 403]


def test_who_sees_one_stage_is_told_of_no_other() -> None:
    operation = make_operation()
    row = operation.accounts._users["u-stage_owner"]
    only = replace(row.user, scope=Scope(stages=frozenset({"payment"})))
    operation.accounts._users["u-stage_owner"] = replace(row, user=only)
    owner = Visitor.as_role(operation, Role.STAGE_OWNER, language="en")
    page = owner.get("/findings").text
    assert list(counts(page)) == ["Payment"]
    assert {cells[1] for cells in shown(page, "findings")[1:]} == {"Payment"}
    assert 'value="orders"' not in page and 'value="payment_success_rate"' in page
    assert owner.get("/findings?stage=orders").text.count("Nothing that stands out fits") == 1
    assert {line["Stage"] for line in lines_of(owner.get("/findings.csv").content)} == {"Payment"}
    card = section(owner.get("/").text, 'id="kpi-lately"', "a")
    assert '<span class="tg-number" data-live>3</span>' in card


def test_who_sees_one_city_is_asked_for_as_such(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    real, users = operation.questions.findings, []

    async def findings(user: User, where: FindingFilter) -> Findings:
        users.append(user)
        return await real(user, where)

    monkeypatch.setattr(operation.questions, "findings", findings)
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT, language="en")
    for path in ("/findings", "/", "/live/panorama"):
        page = agent.get(path).text
        assert "Payment success</td>" not in page and "tg-lately-list" not in page and "tg-found-day" not in page
    assert len(users) == 3 and all(user.scope.regions == {"GX-NN"} for user in users)
