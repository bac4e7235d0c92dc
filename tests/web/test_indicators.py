"""Indicators on their pages: the catalogue, the page of each, files, failures, and what lies outside the scope."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_findings import bare, section
from tests.web.test_tables import lines_of, shown
from tests.web.visitor import Visitor
from tongguan.app.server import _API
from tongguan.lib.now import fixed
from tongguan.model.access import Role, Scope, User
from tongguan.model.indicator_answers import IndicatorQuery, IndicatorTable
from tongguan.web.kit.period import Period

NAMES = [one.name for one in make_operation().indicators.registry.values()]


@pytest.fixture(scope="module")
def site() -> Operation:
    return make_operation()


@pytest.fixture(scope="module")
def ann(site: Operation) -> Visitor:
    return Visitor.as_role(site, Role.ANALYST, language="en")


def cards(page: str) -> dict[str, str]:
    """Return the words of each key figure by its key."""
    return {key: bare(card) for key, card in re.findall(r'<a class="card tg-kpi[^>]*id="kpi-([a-z]+)"[^>]*>(.*?)</a>', page, re.S)}


def failed(page: str) -> int:
    """Return how many parts of a page could not be answered; one more stands in it for parts that are asked for later."""
    return page.count("tg-state-failed") - 1


def seeing(operation: Operation, scope: Scope, language: str = "en") -> Visitor:
    """Return a stage owner with a scope."""
    row = operation.accounts._users["u-stage_owner"]
    operation.accounts._users["u-stage_owner"] = replace(row, user=replace(row.user, scope=scope))
    return Visitor.as_role(operation, Role.STAGE_OWNER, language=language)


# The catalogue


def test_the_catalogue_has_every_indicator_in_its_class(ann: Visitor) -> None:
    page = ann.get("/indicators").text
    assert sorted(re.findall(r'<tr data-row data-href="/indicators/([a-z_0-9]+)"', page)) == sorted(NAMES)
    groups = [bare(group) for group in re.findall(r'<tr class="tg-catalogue-group">(.*?)</tr>', page, re.S)]
    assert groups == ["Sales class 6", "Service class 3", "Operations class 4", "Channel capability 1"]
    assert 'hx-get="/live/indicators"' in page and bare(section(page, 'id="line-orders"', "tr")).startswith("Orders orders … …")
    rows = ann.get("/live/indicators").text
    assert rows in ann.get("/indicators?numbers=1").text, "without scripts the page has them too"
    rate = bare(section(rows, 'id="line-payment_success_rate"', "tr"))
    assert re.match(r"Payment success rate payment_success_rate 96\.\d% [↑↓]? ?[+−]?0\.\d pp", rate)
    assert 'class="tg-spark"' in section(rows, 'id="line-orders"', "tr")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=RATE", ["sales_conversion_rate", "payment_success_rate"]),
        ("q=%E5%AE%A2%E5%8D%95%E4%BB%B7", ["average_order_value"]),
        ("q=opened+tickets", ["complaints"]),
        ("class=capability", ["visitors"]),
        ("tier=assessed", ["sales_amount"]),
        ("owner=stock&area=sales", ["stock_on_hand"]),
        ("q=rate&class=operations", ["payment_success_rate"]),
        ("q=nothing-like-this", []),
    ],
)
def test_the_catalogue_is_searched_and_narrowed(ann: Visitor, query: str, names: list[str]) -> None:
    page = ann.get(f"/indicators?{query}").text
    assert re.findall(r'<tr data-row data-href="/indicators/([a-z_0-9]+)"', page) == names
    assert page.count('class="tg-set-chip"') == query.count("=")
    assert ("No indicator fits" in page) == (not names)
    files = lines_of(ann.get(f"/indicators.csv?{query}").content)
    assert sorted(line["Code"] for line in files) == sorted(names)


def test_the_catalogue_asks_twice_for_all_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    asked: list[IndicatorQuery] = []
    real = operation.indicators.answer

    async def answer(user: User, query: IndicatorQuery) -> IndicatorTable:
        asked.append(query)
        return await real(user, query)

    monkeypatch.setattr(operation.indicators, "answer", answer)
    visitor = Visitor.as_role(operation, Role.ADMIN)
    visitor.get("/indicators")
    assert asked == [], "the page is there before its numbers"
    visitor.get("/live/indicators")
    assert [len(query.names) for query in asked] == [len(NAMES) - 2, 2]
    assert {(query.since.isoformat(), query.until.isoformat()) for query in asked} == {("2026-11-14", "2026-11-20")}


def test_what_is_wrong_with_own_files_is_told_above_the_catalogue() -> None:
    operation = make_operation()
    operation.indicators.problems = ["indicators/own.yaml:7: no event type 'order.creatd'; did you mean 'order.created'?"]
    page = Visitor.as_role(operation, Role.ANALYST, language="en").get("/indicators").text
    assert "own.yaml:7" in section(page, 'class="tg-banner tg-banner-bad" role="alert"', "div")


def test_the_catalogue_as_a_file(ann: Visitor) -> None:
    lines = {line["Code"]: line for line in lines_of(ann.get("/indicators.csv").content)}
    assert lines["orders"]["Name in Chinese"] == "订单数" and lines["orders"]["Declared in"] == "areas/sales/indicators.yaml:3"
    assert 90 < Decimal(lines["payment_success_rate"]["Last 7 days"]) < 100, "shares are in percent"
    assert lines["payment_success_rate"]["Floor"] == "30"
    assert ann.get("/indicators.xlsx").status_code == 200


# The page of one


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_indicator_has_a_page(site: Operation, name: str, language: str) -> None:
    visitor = Visitor.as_role(site, Role.ADMIN, language=language)
    answer = visitor.get(f"/indicators/{name}")
    assert answer.status_code == 200
    page = answer.text
    assert 3 <= len(cards(page)) <= 6
    assert 'id="trend-chart" data-chart' in page and 'id="table-by"' in page and site.indicators.registry[name].written in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "query",
    [
        "period=7d",
        "period=month",
        "since=2026-11-21&until=2026-11-21",
        "since=2026-11-25",
        "since=2026-11-20&until=2026-11-10",
        "since=soon&grain=never&compare=who&by=nothing&sort=-x&side=left&period=x&channel=",
        "since=2025-01-01&until=2026-11-21&grain=hour",
        "period=90d&grain=month&compare=both",
        "compare=none&by=district",
        "channel=fax",
    ],
)
@pytest.mark.parametrize("name", ["orders", "payment_success_rate", "sales_amount_month", "complaints_per_10k_orders", "stock_on_hand"])
def test_any_address_has_an_answer(ann: Visitor, name: str, query: str) -> None:
    answer = ann.get(f"/indicators/{name}?{query}")
    assert answer.status_code == 200
    assert failed(answer.text) == 0


def test_a_ratio_shows_its_part_and_whole(ann: Visitor) -> None:
    page = ann.get("/indicators/payment_success_rate").text
    found = cards(page)
    assert list(found) == ["period", "part", "whole", "latest", "best", "worst"]
    assert re.match(r"This period 96\.\d% [↑↓]? ?[+−]?0\.\d pp vs previous [↑↓]?[+−]?0\.\d pp vs last year", found["period"])
    about = bare(section(page, 'id="definition"'))
    assert "Part Number of events Payment succeeded payment.succeeded" in about and "payment.failed" in about
    assert "the axis does not begin at 0" in page


def test_the_curve_has_what_was_asked_for(ann: Visitor) -> None:
    def series(query: str) -> list[str]:
        return re.findall(r'"name": "([^"]+)"', section(ann.get(f"/indicators/orders?{query}").text, 'id="trend"'))

    assert series("") == ["This period", "previous period"]
    assert series("compare=yoy") == ["This period", "last year"]
    assert series("compare=both") == ["This period", "previous period", "last year"]
    assert series("compare=none") == ["This period"]


@pytest.mark.parametrize(
    ("query", "first", "last", "unfinished"),
    [
        ("", "10-23", "11-21", 29),
        ("since=2026-11-01&until=2026-11-30", "11-01", "11-21", 20),
        ("since=2026-11-01&until=2026-11-10", "11-01", "11-10", None),
        ("since=2026-11-21&until=2026-11-21", "00:00", "14:00", 14),
        ("since=2026-11-20&until=2026-11-20", "00:00", "23:00", None),
        ("period=90d&grain=week", "2026-W35", "2026-W47", 12),
        ("period=last&grain=month", "2026-10", "2026-10", None),
        ("period=month&grain=month", "2026-11", "2026-11", 0),
        ("period=month&grain=quarter", "2026-Q4", "2026-Q4", 0),
    ],
)
def test_the_curve_ends_where_time_does(ann: Visitor, query: str, first: str, last: str, unfinished: int | None) -> None:
    trend = section(ann.get(f"/indicators/orders?{query}").text, 'id="trend"')
    categories = re.findall(r'"([^"]+)"', re.findall(r'"categories": \[(.*?)\]', trend)[0])
    assert (categories[0], categories[-1]) == (first, last)
    (open_at,) = re.findall(r'"open": (\w+)', trend)
    assert open_at == ("null" if unfinished is None else str(unfinished))


def test_keys_lead_to_the_period_before_and_after(ann: Visitor) -> None:
    page = ann.get("/indicators/orders?period=last&channel=app&by=region").text
    (before,) = re.findall(r'href="([^"]+)" data-previous', page)
    assert unescape(before) == "/indicators/orders?channel=app&since=2026-09-01&until=2026-09-30&by=region"
    (after,) = re.findall(r'href="([^"]+)" data-next', page)
    assert "since=2026-11-01&until=2026-11-30" in unescape(after)
    assert "data-next" not in ann.get("/indicators/orders").text


@pytest.mark.parametrize(
    ("period", "by", "shifted"),
    [
        (("2026-11-15", "2026-11-21"), -1, ("2026-11-08", "2026-11-14")),
        (("2026-11-15", "2026-11-21"), 1, ("2026-11-22", "2026-11-28")),
        (("2026-03-01", "2026-03-31"), -1, ("2026-02-01", "2026-02-28")),
        (("2026-01-01", "2026-03-31"), 1, ("2026-04-01", "2026-06-30")),
    ],
)
def test_periods_are_shifted_by_their_length(period: tuple[str, str], by: int, shifted: tuple[str, str]) -> None:
    moved = Period(*map(date.fromisoformat, period)).shifted(by)
    assert (moved.since.isoformat(), moved.until.isoformat()) == shifted


def test_the_table_adds_up_to_the_period(ann: Visitor) -> None:
    page = ann.get("/indicators/orders?by=region&period=7d").text
    heads, *rows = shown(page, "by")
    assert heads[0] == "Region" and [re.sub("[▴▾]", "", head) for head in heads[1:]] == ["Orders", "Of all", "vs previous (%)"]
    total = section(page, 'id="table-by"', "table").split("<tfoot>")[1]
    counts = [int(row[1].replace(",", "")) for row in rows if row[0] != "All together"]
    assert counts == sorted(counts, reverse=True)
    assert f"{sum(counts):,}" in bare(total)


def test_a_row_narrows_the_page_and_the_chip_widens_it(ann: Visitor) -> None:
    page = ann.get("/indicators/orders?by=channel&period=7d").text
    (href,) = {found for found in re.findall(r'data-href="([^"]+)"', section(page, 'id="by"')) if "channel=kiosk" in found}
    narrow = ann.get(unescape(href)).text
    assert "kiosk" in unescape(href) and "By Region" in narrow
    (chip,) = re.findall(r'<a class="tg-set-chip" href="([^"]+)"', narrow)
    assert "channel" not in chip
    assert cards(narrow)["period"] != cards(page)["period"]


def test_thin_values_are_greyed_and_never_the_worst() -> None:
    operation = make_operation()
    registry = operation.indicators.registry
    registry._all["payment_success_rate"] = replace(registry["payment_success_rate"], floor=700)
    page = Visitor.as_role(operation, Role.ANALYST, language="en").get("/indicators/payment_success_rate?period=7d").text
    rows = re.findall(r'<tr data-row[^>]*class="tg-row-thin">(.*?)</tr>', page, re.S)
    assert [bare(row).split(" ○ ")[0] for row in rows] == ["Kiosk"] and "too few: n=" in rows[0]
    assert "Kiosk" not in cards(page)["best"] + cards(page)["worst"]


@pytest.mark.parametrize(("name", "sums"), [("orders", True), ("orders_28_days", True), ("visitors", True), ("average_order_value", False)])
def test_what_sums_up_is_told_in_shares_and_the_rest_beside_all(ann: Visitor, name: str, sums: bool) -> None:
    heads = " ".join(shown(ann.get(f"/indicators/{name}").text, "by")[0])
    assert ("Of all" in heads, "vs all" in heads) == (sums, not sums)


def test_rows_lead_to_orders_on_each_side(ann: Visitor) -> None:
    page = ann.get("/indicators/payment_success_rate").text
    rows = section(page, 'id="rows"')
    assert re.findall(r'aria-current="true">([^<]+)<', rows) == ["Part"]
    assert len(re.findall(r'data-href="/orders/DD', rows)) == 50
    assert "side=whole#rows" in rows and "side=rest#rows" in rows
    rest = section(ann.get("/indicators/payment_success_rate?side=rest").text, 'id="rows"')
    assert re.findall(r'aria-current="true">([^<]+)<', rest) == ["Not in the part"] and "No rows in this period" in rest
    assert "side=rest" in ann.get("/indicators/sales_conversion_rate").text, "who was not followed is the rest of a conversion"


def test_cases_behind_a_number_lead_to_orders(ann: Visitor) -> None:
    rows = section(ann.get("/indicators/open_orders").text, 'id="rows"')
    assert re.search(r"newest \d+ of \d+", bare(rows)) and 'data-href="/orders/DD' in rows


def test_what_is_made_of_others_leads_to_their_rows(ann: Visitor) -> None:
    page = ann.get("/indicators/complaints_per_10k_orders?period=7d&channel=app").text
    rows = section(page, 'id="rows"')
    assert [unescape(href) for href in re.findall(r'<a class="btn" href="([^"]+)"', rows)] == [
        "/indicators/complaints?channel=app&period=7d#rows",
        "/indicators/orders?channel=app&period=7d#rows",
    ]
    assert "complaints / orders * 10000" in section(page, 'id="definition"')
    assert "there are no rows behind it" in ann.get("/indicators/stock_on_hand").text


def test_the_sql_that_was_asked_can_be_copied(ann: Visitor) -> None:
    page = ann.get("/indicators/orders").text
    assert page.count("data-copy=") >= 2 and "SELECT orders" in page


def test_files_hold_what_is_shown(ann: Visitor) -> None:
    page = ann.get("/indicators/payment_success_rate?period=7d&compare=both&by=region&sort=name").text
    links = [unescape(href) for href in re.findall(r'href="(/indicators/[^"]+\.(?:csv|xlsx)[^"]*)"', page)]
    assert len(links) == 4 and all(ann.get(link).status_code == 200 for link in links)
    curve, table = (lines_of(ann.get(link).content) for link in links if ".csv" in link)
    assert [line["Time"] for line in curve][0::6] == ["2026-11-15", "2026-11-21"]
    assert Decimal(curve[0]["Payment success rate (%)"]) == round(100 * Decimal(curve[0]["Part"]) / Decimal(curve[0]["Whole"]), 4)
    assert "Difference to last year (pp)" in curve[0]
    assert [line["Region"] for line in table] == [row[0] for row in shown(page, "by")[1:-1]] == sorted(line["Region"] for line in table)


def test_files_are_written_down_and_only_for_those_who_may() -> None:
    operation = make_operation()
    Visitor.as_role(operation, Role.ANALYST).get("/indicators/orders/by/channel.csv?period=7d")
    (entry,) = operation.lists.log
    assert (entry[1].page, entry[1].query, entry[1].rows) == ("/indicators/orders/by/channel", "period=7d", 5)
    agent = Visitor.as_role(operation, Role.SERVICE_AGENT)
    assert ".csv" not in agent.get("/indicators/orders").text
    assert agent.get("/indicators/orders/trend.csv").status_code == agent.get("/indicators.csv").status_code == 403
    assert Visitor.as_role(operation, Role.ANALYST).get("/indicators/orders/by/nothing.csv").status_code == 404


# What is not there


def test_an_unknown_name_is_told_with_the_nearest(ann: Visitor) -> None:
    answer = ann.get("/indicators/order")
    assert answer.status_code == 404
    assert 'href="/indicators/orders"' in answer.text and "Did you mean" in answer.text
    far = ann.get("/indicators/zzzzzz")
    assert far.status_code == 404 and "Did you mean" not in far.text
    assert ann.get("/indicators/order/trend.csv").status_code == ann.get("/indicators/order/by/channel.csv").status_code == 404


def test_an_operation_without_data_says_so() -> None:
    visitor = Visitor.as_role(make_operation(orders=0), Role.ADMIN, language="en")
    rate = visitor.get("/indicators/payment_success_rate").text
    assert "Nothing was there to measure in this period" in rate and "Nothing was there to take apart" in rate
    assert "This period —" in cards(rate)["period"] and "NaN" not in rate
    for name in ("orders", "payment_success_rate"):
        page = visitor.get(f"/indicators/{name}").text
        assert all(re.search(r"— ", one + " ") and not re.search(r"(^| )0( |$)", one) for one in cards(page).values()), (
            "nothing is known to be 0"
        )
        assert page.count("No source has sent anything yet") == 1 and ".csv" not in page
    for path in ("/indicators", "/live/indicators"):
        lines = re.findall(r"<tr data-row.*?</tr>", visitor.get(path).text, re.S)
        assert len(lines) == len(NAMES)
        assert all("tg-spark" not in line.replace("tg-catalogue-spark", "") and line.count("—") >= 3 for line in lines)
    assert "No source has sent anything yet" in visitor.get("/indicators").text


def test_what_adds_up_has_no_best_place(ann: Visitor) -> None:
    assert all(word in ann.get("/indicators/orders").text for word in ("Most: ", "Least: "))
    assert all(word in ann.get("/indicators/payment_success_rate").text for word in ("Best: ", "Worst: "))


def test_a_day_that_is_not_over_stands_beside_the_same_hours(ann: Visitor) -> None:
    card = cards(ann.get("/indicators/orders?since=2026-11-21&until=2026-11-21").text)["period"]
    found = re.search(r"([+−]?)([0-9.]+)% vs previous", card)
    assert found and float(found[2]) < 30, card


def test_a_question_that_fails_leaves_the_page_standing() -> None:
    visitor = Visitor.as_role(make_operation(failing=True), Role.ADMIN, language="en")
    catalogue = visitor.get("/indicators")
    assert catalogue.status_code == 200
    assert visitor.get("/live/indicators").text.count("Indicator values could not be loaded") == 1
    assert len(re.findall(r"<tr data-row data-href", catalogue.text)) == len(NAMES)
    page = visitor.get("/indicators/orders")
    assert (
        page.status_code == 200 and page.text.count("tg-state-failed") == 4
    )  # the curve, the table, the rows, and the template of live parts
    assert "The values of this indicator could not be loaded" in page.text and "Orders that were created." in page.text
    assert [visitor.get(f"/indicators{path}.csv").status_code for path in ("", "/orders/trend", "/orders/by/channel")] == [503] * 3


def test_who_sees_one_stage_sees_its_indicators_alone() -> None:
    owner = seeing(make_operation(), Scope(stages=frozenset({"aftersales"})))
    page = owner.get("/indicators").text
    found = sorted(re.findall(r'<tr data-row data-href="/indicators/([a-z_0-9]+)"', page))
    assert found == ["complaints", "complaints_per_10k_orders", "satisfaction"]
    assert owner.get("/indicators/orders").status_code == 404
    derived = owner.get("/indicators/complaints_per_10k_orders").text
    assert 'href="/indicators/orders' not in derived, "what it is made of lies outside the scope"


def test_who_sees_one_city_counts_that_city_alone() -> None:
    operation = make_operation()
    whole = cards(Visitor.as_role(operation, Role.ADMIN, language="en").get("/indicators/orders?region=GX-GL").text)["period"]
    owner = seeing(operation, Scope(regions=frozenset({"GX-GL"})))
    assert cards(owner.get("/indicators/orders").text)["period"] == whole
    assert [row[0] for row in shown(owner.get("/indicators/orders?by=region").text, "by")[1:-1]] == ["Guilin"]


def test_the_first_day_of_a_year_is_compared_with_the_last_of_the_year_before() -> None:
    visitor = Visitor.as_role(make_operation(fixed(datetime(2026, 12, 31, 16, 5, tzinfo=UTC))), Role.ADMIN, language="en")
    page = visitor.get("/indicators/orders?period=month").text
    assert "Latest: 00:00" in cards(page)["latest"]
    assert visitor.get("/indicators/orders?period=last").status_code == 200


def test_no_page_lies_where_the_server_answers_programs(site: Operation) -> None:
    assert [page.path for page in site.site.pages() if page.path.startswith(_API)] == []
