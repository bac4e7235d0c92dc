"""Comparison with other regions on the page of an indicator: who sees it, what stands in it, its files, and what never does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.web.operation import Operation, make_operation
from tests.web.test_findings import bare, section
from tests.web.test_tables import lines_of
from tests.web.visitor import Visitor
from tongguan.model.access import PERMISSIONS, Level, Permission, Role, Scope, User
from tongguan.model.indicators import Better
from tongguan.model.published import PublishedRegion, PublishedRegions

NANNING = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
QINGXIU = Scope(Level.DISTRICT, regions=frozenset({"GX-NN-01"}))
RATE = "/indicators/payment_success_rate"


def seeing(operation: Operation, role: Role, scope: Scope, language: str = "en") -> Visitor:
    row = operation.accounts._users[f"u-{role}"]
    operation.accounts._users[f"u-{role}"] = replace(row, user=replace(row.user, scope=scope))
    return Visitor.as_role(operation, role, language=language)


def part(page: str) -> str:
    return section(page, 'id="regions"')


def lines(page: str) -> list[str]:
    return [bare(row) for row in re.findall(r"<tr data-row.*?</tr>", part(page), re.S)]


def answering(monkeypatch: pytest.MonkeyPatch, operation: Operation, few: int = 0, **values: float) -> None:
    """Let the comparison be these numbers, the best first."""

    async def published(user: User, name: str, since: date, until: date) -> PublishedRegions:
        better = operation.indicators.registry[name].better
        ranked = better is not Better.NEITHER
        regions = [
            PublishedRegion(code.replace("_", "-"), value, at if ranked else None) for at, (code, value) in enumerate(values.items(), 1)
        ]
        return PublishedRegions(name, since, until, 30, regions, few, operation.site.settings.now())

    monkeypatch.setattr(operation.indicators, "published", published)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("scope", [Scope(), NANNING], ids=["everywhere", "one city"])
def test_it_is_for_those_who_may_and_see_some_regions_only(role: Role, scope: Scope) -> None:
    visitor = seeing(make_operation(), role, scope)
    may = Permission.COMPARE_REGIONS in PERMISSIONS[role]
    assert ('id="regions"' in visitor.get(RATE).text) == (may and bool(scope.regions))
    for kind in ("csv", "xlsx"):
        answer = visitor.get(f"{RATE}/regions.{kind}")
        assert answer.status_code == (200 if may and Permission.EXPORT in PERMISSIONS[role] else 403), role


def test_who_may_by_default() -> None:
    assert {role for role in Role if Permission.COMPARE_REGIONS in PERMISSIONS[role]} == {
        Role.ADMIN,
        Role.MANAGER,
        Role.ANALYST,
        Role.STAGE_OWNER,
    }


def test_regions_stand_by_rank_and_the_own_one_is_marked() -> None:
    page = seeing(make_operation(), Role.ANALYST, NANNING).get(RATE).text
    found = lines(page)
    assert [line.split()[0] for line in found] == [str(place) for place in range(1, 5)]
    assert sorted(re.sub(r"^\d+ | [\d.]+%$| ◆ yours", "", line) for line in found) == ["Beihai", "Guilin", "Liuzhou", "Nanning"]
    assert [line for line in found if "◆ yours" in line] == [line for line in found if "Nanning" in line] != []
    (place,) = [line.split()[0] for line in found if "Nanning" in line]
    assert f"Nanning: {place} of 4" in bare(part(page)) and "Higher is better" in part(page)
    rates = [float(line.split()[-1].rstrip("%")) for line in found]
    assert rates == sorted(rates, reverse=True)
    assert "data-href" not in part(page) and "<code" not in part(page), "it leads to no rows and tells no SQL"


def test_it_is_what_those_see_who_see_every_region() -> None:
    own = seeing(make_operation(), Role.ANALYST, NANNING).get(f"{RATE}/regions.csv")
    whole = Visitor.as_role(make_operation(), Role.ADMIN, language="en").get(f"{RATE}/by/region.csv")
    told = {line["Region"]: line["Payment success rate (%)"] for line in lines_of(own.content)}
    assert told == {line["Region"]: line["Payment success rate (%)"] for line in lines_of(whole.content)}
    assert list(lines_of(own.content)[0]) == ["Ranking", "Region", "Code", "Yours", "Payment success rate (%)"]


def test_who_sees_a_district_is_told_where_its_city_stands() -> None:
    page = seeing(make_operation(), Role.STAGE_OWNER, QINGXIU).get("/indicators/orders").text
    assert re.search(r"Nanning ◆ partly yours", bare(part(page))) and re.search(r"Nanning: \d of 4", bare(part(page)))


def test_chinese_is_spoken() -> None:
    said = bare(part(seeing(make_operation(), Role.ANALYST, NANNING, "zh-CN").get(RATE).text))
    assert "与其他区域对比" in said and "◆ 本区域" in said and re.search(r"南宁：第 \d 名，共 4 个区域", said)


def test_filters_change_nothing_and_it_is_said() -> None:
    visitor = seeing(make_operation(), Role.ANALYST, NANNING)
    narrow, wide = (visitor.get(f"/indicators/orders{query}").text for query in ("?channel=app&region=GX-NN", ""))
    assert lines(narrow) == lines(wide)
    assert "Filters of this page do not count here." in part(narrow) and "Filters of this page" not in part(wide)
    assert lines(visitor.get("/indicators/orders?period=7d").text) != lines(wide)
    files = re.findall(r'href="(/indicators/orders/regions\.[^"]+)"', part(visitor.get("/indicators/orders?period=7d").text))
    assert files == ["/indicators/orders/regions.csv?period=7d", "/indicators/orders/regions.xlsx?period=7d"]


def test_regions_with_too_few_are_a_number_of_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    visitor = seeing(operation, Role.ANALYST, NANNING)
    answering(monkeypatch, operation, 2, GX_GL=0.9)
    said = bare(part(visitor.get(RATE).text))
    assert "2 regions with too few (less than 30) are not shown." in said
    assert "Your regions are not among these: too little stands behind their numbers." in said
    answering(monkeypatch, operation, 1, GX_GL=0.9)
    assert "1 region with too few (less than 30) is not shown." in bare(part(visitor.get(RATE).text))
    answering(monkeypatch, operation, 3)
    said = bare(part(visitor.get(RATE).text))
    assert "No region has enough behind its number in this period 3 regions with too few" in said and "Choose more days." in said
    assert "regions.csv" not in part(visitor.get(RATE).text)


def test_where_neither_way_is_good_there_are_no_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    registry = operation.indicators.registry
    monkeypatch.setitem(registry._all, "orders", replace(registry["orders"], better=Better.NEITHER))
    page = seeing(operation, Role.ANALYST, NANNING).get("/indicators/orders").text
    assert all(line.startswith("— ") for line in lines(page)) and "The greatest first, no ranks" in part(page)
    assert " of 4" not in bare(part(page))


def test_less_than_nothing_has_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = make_operation()
    visitor = seeing(operation, Role.ANALYST, NANNING)
    answering(monkeypatch, operation, 0, GX_GL=5, GX_NN=-5)
    assert "tg-meter" not in part(visitor.get("/indicators/orders").text)
    answering(monkeypatch, operation, 0, GX_GL=5, GX_NN=4)
    assert re.findall(r'tg-meter-fill" width="([\d.]+)"', part(visitor.get("/indicators/orders").text)) == ["100.0", "80.0"]


def test_what_knows_no_regions_is_not_compared() -> None:
    visitor = seeing(make_operation(), Role.ANALYST, NANNING)
    assert 'id="regions"' not in visitor.get("/indicators/stock_on_hand").text
    assert visitor.get("/indicators/stock_on_hand/regions.csv").status_code == 404
    assert visitor.get("/indicators/nothing/regions.csv").status_code == 404


def test_stages_still_count() -> None:
    scope = replace(NANNING, stages=frozenset({"aftersales"}))
    visitor = seeing(make_operation(), Role.STAGE_OWNER, scope)
    assert visitor.get(f"{RATE}/regions.csv").status_code == 404
    assert 'id="regions"' in visitor.get("/indicators/complaints_per_10k_orders").text


@pytest.mark.parametrize("given", [{"failing": True}, {"orders": 0}], ids=["fault", "empty"])
def test_a_failure_or_nothing_fills_the_section_alone(given: dict[str, Any]) -> None:
    visitor = seeing(make_operation(**given), Role.ANALYST, NANNING)
    answer = visitor.get(RATE)
    assert answer.status_code == 200
    words = "This part could not be loaded" if "failing" in given else "No region has enough behind its number in this period"
    assert words in part(answer.text)
    assert visitor.get(f"{RATE}/regions.csv").status_code == (503 if "failing" in given else 200)
