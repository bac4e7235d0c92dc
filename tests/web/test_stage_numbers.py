"""The numbers of a stage's page: measures as declared, none, few, huge, of several currencies; tables sorted and exported."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role, User
from tongguan.model.answers import Breakdown, EventFilter, MeasureDay, Share, StageDay
from tongguan.model.measures import Figure
from tongguan.web.kit.charts import Form
from tongguan.web.kit.components import Status
from tongguan.web.kit.export import harmless
from tongguan.web.kit.formats import Formats
from tongguan.web.rooms.panorama.stage_figures import Reading, judge_share, judge_volume

Answering = Callable[[Callable[[StageDay], StageDay]], Operation]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Gives operations whose stages have a changed day."""

    def changed(change: Callable[[StageDay], StageDay]) -> Operation:
        operation = make_operation()
        asked = operation.questions.stage_day

        async def stage_day(user: User, stage: str, where: EventFilter) -> StageDay | None:
            day = await asked(user, stage, where)
            return change(day) if day else None

        monkeypatch.setattr(operation.questions, "stage_day", stage_day)
        return operation

    return changed


def page_of(operation: Operation, path: str = "/stages/payment", role: Role = Role.ADMIN, language: str = "en") -> str:
    return Visitor.as_role(operation, role, language=language).get(path).text


def card(page: str, key: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(page.split(f'id="kpi-{key}"')[1].split("</a>")[0]))).partition(">")[2]


def rows(page: str, by: str) -> list[list[str]]:
    table = page.split(f'id="table-by-{by}"')[1].split("</table>")[0]
    bare = re.sub(r'<span aria-hidden="true">.*?</span>', "", table)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.S) for row in re.findall(r"<tr.*?</tr>", bare, re.S)]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row] for row in cells]


def test_a_page_begins_with_at_most_six_figures_each_one_link() -> None:
    page = page_of(make_operation())
    keys = re.findall(r'id="kpi-([a-z_]+)"', page)
    assert keys == ["volume", "failing", "waiting", "successes", "success_rate", "paid"]
    assert 'href="/stages/payment?measure=paid#curve" id="kpi-paid"' in page


def test_without_measures_their_parts_are_left_out(answering: Answering) -> None:
    page = page_of(answering(lambda day: replace(day, measures={}, past=(), breakdowns=())))
    assert 'id="kpi-volume"' in page
    assert 'id="kpi-paid"' not in page
    for part in ('id="fortnight"', 'id="regions"', 'class="tg-shares-grid'):
        assert part not in page


@pytest.mark.parametrize(
    "figure", [None, 0, {}, {"CNY": -5}, {"CNY": 10**18, "USD": 1}, 10**15, -3, float("nan"), float("inf"), 0.5], ids=repr
)
def test_no_figure_breaks_the_page(figure: Figure, answering: Answering) -> None:
    day = MeasureDay(figure, figure, figure, [figure] * 24, [None] * 24)
    shares = [Share("app", 10**12, 0, 0, {"paid": figure, "success_rate": figure}), Share("", 0, 0)]
    names = ("volume", "failures", "successes", "success_rate", "paid", "average_paid", "payment_time")
    counts: Mapping[str, MeasureDay] = {name: day for name in names if name not in ("volume", "failures")}
    operation = answering(lambda day: replace(day, measures=counts, breakdowns=[Breakdown("channel", shares)]))
    for name in names:
        page = page_of(operation, f"/stages/payment?measure={name}")
        assert "tg-error-status" not in page, name
        assert page.count("<h1") == 1
        assert not re.search(r">[^<]*(NaN|Infinity|None|∞|nan)[^<]*<", page.split("<main")[1]), name


def test_a_share_of_too_few_is_greyed_and_judged_by_nobody(answering: Answering) -> None:
    few = {"volume": MeasureDay(12, 9, 9, [1] * 24), "failures": MeasureDay(9, 0, 0, [1] * 24)}
    page = page_of(answering(lambda day: replace(day, measures=few)))
    assert "too few: n=12" in card(page, "failing")
    assert "Abnormal" not in card(page, "failing")
    assert "样本不足 n=12" in page_of(answering(lambda day: replace(day, measures=few)), language="zh-CN")


def test_money_of_two_currencies_is_never_added_up() -> None:
    paid = Reading("paid", "Paid", Form.MONEY)
    fmt = Formats("en", make_operation(orders=0).site.settings.zone)
    assert paid.text(fmt, {"USD": 100, "CNY": 250}) == "¥2.50 + $1.00"
    assert paid.currency({}, {"USD": 100, "CNY": 250}) == "CNY"
    assert paid.number({"USD": 100}, "CNY") is None
    assert paid.change(fmt, "vs", {"CNY": 300}, {"CNY": 200}).text == "+50.0%"
    assert paid.change(fmt, "vs", {"CNY": 300}, {}).text == "—"


def test_shares_change_in_points() -> None:
    fmt = Formats("en", make_operation(orders=0).site.settings.zone)
    change = Reading("r", "R", Form.RATE).change(fmt, "vs", 0.5, 0.488)
    assert (change.text, change.direction) == ("+1.2 pp", "up")


@pytest.mark.parametrize(
    ("share", "count", "usual", "status"),
    [
        (None, 99, 0.0, Status.UNKNOWN),
        (0.9, 29, 0.0, Status.UNKNOWN),
        (0.049, 30, 0.0, Status.GOOD),
        (0.05, 30, 0.0, Status.WATCH),
        (0.1, 30, 0.0, Status.BAD),
        (0.31, 30, 0.2, Status.WATCH),
    ],
)
def test_how_a_share_of_failures_stands(share: float | None, count: int, usual: float, status: Status) -> None:
    assert judge_share(share, count, usual) is status


@pytest.mark.parametrize(
    ("now", "before", "status"), [(5, 29, Status.UNKNOWN), (14, 30, Status.BAD), (23, 30, Status.WATCH), (30, 30, Status.GOOD)]
)
def test_how_a_volume_stands(now: int, before: int, status: Status) -> None:
    assert judge_volume(now, before) is status


SHARES: Sequence[Share] = (
    Share("app", 100, 40, 200, {"paid": {"CNY": 1234}}),
    Share("web", 300, 3, 150, {"paid": {"CNY": 99_999}}),
    Share("kiosk", 200, 20, 0, {}),
    Share("", 5, 5, 5, {"paid": {"CNY": 1}}),
)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["App", "Kiosk", "Web hall"]),
        ("-volume", ["Web hall", "Kiosk", "App"]),
        ("failing", ["Web hall", "Kiosk", "App"]),
        ("change", ["App", "Web hall", "Kiosk"]),
        ("-paid", ["Web hall", "App", "Kiosk"]),
        ("name", ["App", "Kiosk", "Web hall"]),
        ("evil", ["App", "Kiosk", "Web hall"]),
    ],
)
def test_tables_sort_with_the_unknown_and_the_rest_last(sort: str, order: list[str], answering: Answering) -> None:
    operation = answering(lambda day: replace(day, breakdowns=[Breakdown("channel", SHARES)]))
    page = page_of(operation, f"/stages/payment?sort={sort}")
    assert [row[0] for row in rows(page, "channel")[1:]] == [*order, "others"]
    assert 'aria-sort="' in page.split('id="table-by-channel"')[1]


def test_a_file_holds_the_rows_of_the_table(answering: Answering) -> None:
    operation = answering(lambda day: replace(day, breakdowns=[Breakdown("channel", SHARES)]))
    visitor = Visitor.as_role(operation, Role.ADMIN, language="en")
    page = visitor.get("/stages/payment?sort=-paid").text
    (href,) = [unescape(one) for one in re.findall(r'href="(/stages/payment/by/channel\.csv[^"]*)"', page)]
    assert "sort=-paid" in href
    answer = visitor.get(href)
    heads, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    shown_heads, *shown = rows(page, "channel")
    assert [head.partition(" (")[0] for head in heads] == shown_heads
    assert heads[-1] == "Paid (CNY)"
    for line, row in zip(lines, shown, strict=True):
        assert line[0] == harmless(row[0])
        plain = [
            cell.replace(",", "").replace("%", "").replace("¥", "").replace("+", "").replace("−", "-").replace("—", "") for cell in row
        ]
        assert [cell.removesuffix(".0") for cell in line[1:]] == [harmless_number(cell).removesuffix(".0") for cell in plain[1:]]
    assert visitor.get(href.replace(".csv", ".xlsx")).content[:2] == b"PK"


def harmless_number(text: str) -> str:
    return text or "—"


def test_files_are_for_those_who_may_export_and_of_what_is_declared() -> None:
    operation = make_operation()
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    assert agent.get("/stages/payment/by/channel.csv").status_code == 403
    assert "/by/channel.csv" not in agent.get("/stages/payment").text
    admin = Visitor.as_role(operation, Role.ADMIN)
    assert admin.get("/stages/payment/by/nothing.csv").status_code == 404
    assert admin.get("/stages/nothing/by/channel.csv").status_code == 404
    failing = Visitor.as_role(make_operation(failing=True), Role.ADMIN)
    assert failing.get("/stages/payment/by/channel.csv").status_code == 503


def test_where_failures_stand_out_is_said_first_and_leads_there(answering: Answering) -> None:
    operation = answering(
        lambda day: replace(day, breakdowns=[Breakdown("channel", SHARES)], failures_before=[1] * 24, volume_before=[100] * 24)
    )
    page = page_of(operation)
    part = page.split('class="tg-standouts"')[1].split("</p>")[0]
    assert "Channel: App" in part
    assert "40.0%" in part
    assert 'href="/stages/payment?by=channel&amp;value=app"' in part
    assert "Web hall" not in part


def test_regions_stand_in_the_order_of_the_book_and_the_rest_last(answering: Answering) -> None:
    shares = [Share("", 9, 0), Share("XX-1", 9, 0), Share("GX-GL", 50, 5, 50), Share("GX-NN", 50, 0, 50)]
    page = page_of(answering(lambda day: replace(day, breakdowns=[Breakdown("region", shares)])))
    grid = page.split('id="regions"')[1].split("</ul>")[0]
    assert re.findall(r'tg-region-name">([^<]+)', grid) == ["Nanning", "Guilin", "XX-1", "others"]
    assert "value=GX-GL" in grid
    assert grid.count("<a ") == 3


def test_a_heat_cell_leads_to_its_hour() -> None:
    page = page_of(make_operation(), "/stages/payment?channel=app&heat=volume")
    table = page.split('id="fortnight-chart"')[1].split("</table>")[0]
    assert "/stages/payment?channel=app&amp;day=2026-11-20&amp;hour=15&amp;heat=volume" in table
    assert "/stages/payment?channel=app&amp;hour=12&amp;heat=volume" in table, "today has no day in its address"


def test_measures_asked_of_the_operation_are_those_of_the_page() -> None:
    operation = make_operation()
    user = operation.accounts.session_for(Role.ADMIN).user
    day = asyncio.run(operation.questions.stage_day(user, "payment", EventFilter()))
    assert day is not None
    volume = day.measures["volume"].now
    assert isinstance(volume, int)
    assert str(volume) in card(page_of(operation), "volume")
