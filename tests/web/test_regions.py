"""Regions on pages: names in the user's language, a list to choose from within the scope, filters that cover what lies below."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest

from tests.web.operation import NOON, Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import Role
from tongguan.model.regions import Region, RegionTree
from tongguan.web.kit.fake.regions import REGIONS
from tongguan.web.kit.filters import MOST_TO_SELECT
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.regions import REMEMBERED, RegionBook

NAMES = {"zh-CN": ("南宁城中区", "柳州高新区"), "en": ("Nanning Centre", "Liuzhou High-Tech")}
BOTH = pytest.mark.parametrize("language", ["zh-CN", "en"])


@pytest.fixture(scope="module")
def operation() -> Operation:
    return make_operation()


def orders_in(operation: Operation, *regions: str) -> set[str]:
    return {t.case.case_id for t in operation.questions._traces.values() if t.case.region in regions}


def field(html: str, name: str = "region") -> str:
    """Return the field of a filter."""
    found = re.search(rf'<label for="f-{name}">.*?</div>', html, re.S)
    assert found
    return found[0]


def options(html: str, name: str = "region") -> dict[str, str]:
    return {unescape(code): unescape(label) for code, label in re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', field(html, name))}


def listed(visitor: Visitor, query: str) -> set[str]:
    rows = csv.DictReader(io.StringIO(visitor.get(f"/orders.csv?{query}").content.decode("utf-8-sig")))
    return {row["Order"] for row in rows}


@BOTH
@pytest.mark.parametrize("path", ["/orders?region=GX-NN-01", "/stages/payment?region=GX-NN-01"])
def test_lists_name_regions_and_keep_the_code_behind(operation: Operation, path: str, language: str) -> None:
    page = Visitor.as_role(operation, Role.ADMIN, language=language).get(path).text
    assert re.search(rf'title="GX-NN-01"[^>]*>\s*{NAMES[language][0]}', page.split("<tbody>", 1)[1])
    assert ">GX-NN-01<" not in page


@BOTH
def test_the_story_of_an_order_names_its_region(operation: Operation, language: str) -> None:
    order = min(orders_in(operation, "GX-LZ-02"))
    page = Visitor.as_role(operation, Role.ADMIN, language=language).get(f"/orders/{order}").text
    assert f'title="GX-LZ-02">{NAMES[language][1]}</dd>' in page


@BOTH
@pytest.mark.parametrize("path", ["/", "/orders", "/stages/payment"])
def test_the_filter_lists_the_tree(operation: Operation, path: str, language: str) -> None:
    found = options(Visitor.as_role(operation, Role.ADMIN, language=language).get(path).text)
    assert list(found) == ["", *(region.code for region in REGIONS)]
    assert found["GX"] == REGIONS.name("GX", language)
    assert found["GX-NN-01"] == "\u2003\u2003" + NAMES[language][0]


def test_the_filter_lists_what_the_scope_sees(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.SERVICE_AGENT).get("/orders").text
    assert list(options(page)) == ["", "GX-NN", "GX-NN-01", "GX-NN-02"]
    assert options(page)["GX-NN"] == "南宁", "the topmost region that is seen is not indented"


def test_a_city_covers_its_districts(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST, language="en")
    both, centre = listed(visitor, "region=GX-NN"), listed(visitor, "region=GX-NN-01")
    assert centre == orders_in(operation, "GX-NN-01") and both == centre | orders_in(operation, "GX-NN")
    assert both > centre


def test_a_class_covers_those_below_it(operation: Operation) -> None:
    visitor = Visitor.as_role(operation, Role.ANALYST, language="en")
    goods, handsets = listed(visitor, "business_class=goods"), listed(visitor, "business_class=goods.handset")
    assert goods > handsets > set()


@pytest.mark.parametrize("meant", ["GX-NN", "南宁", "nanning", "南宁 (GX-NN)"])
@pytest.mark.parametrize("path", ["/", "/orders"])
def test_a_name_in_the_address_will_do(operation: Operation, path: str, meant: str) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get(f"{path}?region={quote(meant)}").text
    assert re.search(r'<option value="GX-NN" selected', field(page))
    assert "region=GX-NN&" in unescape(page) or 'region=GX-NN"' in page


@BOTH
def test_the_chosen_region_is_named_from_the_left_edge_with_its_code_behind(operation: Operation, language: str) -> None:
    page = Visitor.as_role(operation, Role.ADMIN, language=language).get("/orders?region=GX-NN-01").text
    assert f'selected title="GX-NN-01">{NAMES[language][0]}</option>' in field(page), "the closed field has no room for an indent"
    assert re.search(r'<select [^>]*title="GX-NN-01">', field(page))


def test_a_code_that_nobody_named_is_shown_as_it_is(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.ADMIN).get("/orders?region=XX-1").text
    assert '<option value="XX-1" selected>XX-1</option>' in page


def test_a_region_outside_the_scope_gives_nothing(operation: Operation) -> None:
    page = Visitor.as_role(operation, Role.SERVICE_AGENT, language="en").get("/orders?region=GX-LZ").text
    assert "No order fits these filters" in page


def test_files_have_name_and_code(operation: Operation) -> None:
    rows = csv.DictReader(io.StringIO(Visitor.as_role(operation, Role.ANALYST).get("/orders.csv").content.decode("utf-8-sig")))
    found = {(row["区域代码"], row["区域"]) for row in rows}
    assert ("GX-LZ-02", "柳州高新区") in found and ("GX-NN", "南宁") in found


@BOTH
def test_the_page_of_users_names_their_regions(language: str) -> None:
    operation = make_operation(orders=0)
    admin = Visitor.as_role(operation, Role.ADMIN, language=language)
    fields: dict[str, str | list[str]] = {"name": "li.lei", "display_name": "", "role": "analyst", "level": "city"}
    assert admin.post("/users", {**fields, "regions": "Nanning Centre, 柳州, GX-BH XX-1"}).status_code == 201
    (made,) = [row.user for row in asyncio.run(operation.accounts.users()) if row.user.name == "li.lei"]
    assert made.scope.regions == {"GX-NN-01", "GX-LZ", "GX-BH", "XX-1"}
    page = admin.get("/users").text
    for code in ("GX-NN-01", "GX-LZ", "XX-1"):
        assert f'<span title="{code}">{REGIONS.name(code, language)}</span>' in page
    assert f'<option value="GX-NN-01">{REGIONS.name("GX-NN-01", language)}</option>' in page


@BOTH
def test_so_many_regions_are_typed_not_scrolled(language: str) -> None:
    operation = make_operation(orders=3)
    visitor = Visitor.as_role(operation, Role.ADMIN, language=language)
    visitor.get("/")
    operation.site.regions.kept.value = RegionTree(Region(f"P-{n}", "", f"第{n}县", f"County {n}") for n in range(MOST_TO_SELECT + 1))
    found = field(visitor.get("/orders?region=P-7").text)
    name = {"zh-CN": "第7县 (P-7)", "en": "County 7 (P-7)"}[language]
    assert f'value="{name}"' in found.split("<datalist")[0] and f'<option value="{name}">' in found
    assert 'list="l-region"' in found and '<datalist id="l-region">' in found


def test_without_a_book_codes_are_typed() -> None:
    operation = make_operation(orders=3)
    visitor = Visitor.as_role(operation, Role.ADMIN)
    visitor.get("/")
    operation.site.regions.kept.value = RegionTree()
    found = field(visitor.get("/orders?region=GX").text)
    assert 'type="text" name="region" value="GX"' in found and "<option" not in found


class _Answers:
    """Answers with trees, or fails where there is None."""

    def __init__(self, *trees: RegionTree | None) -> None:
        self.left = list(trees)

    async def regions(self) -> RegionTree:
        tree = self.left.pop(0)
        if tree is None:
            raise QuestionFailedError("the store is away")
        return tree


def test_the_book_is_asked_for_once_in_a_while() -> None:
    first, second = RegionTree([Region("A", "", "甲", "A")]), RegionTree([Region("B", "", "乙", "B")])
    answers, moment = _Answers(first, None, second), [NOON]
    book = RegionBook(answers, lambda: moment[0])  # type: ignore[arg-type]  # asked for nothing else
    seen = []
    for later in (timedelta(0), REMEMBERED / 2, REMEMBERED, REMEMBERED * 1.5, REMEMBERED * 2):
        moment[0] = NOON + later
        asyncio.run(book.refresh())
        seen.append((next(iter(book.tree)).code, len(answers.left)))
    # The failure is kept for a while as well, and the last answer stands.
    assert seen == [("A", 2), ("A", 2), ("A", 1), ("A", 1), ("B", 0)]


def test_a_book_that_cannot_be_asked_leaves_pages_standing() -> None:
    book = RegionBook(_Answers(None), lambda: NOON)  # type: ignore[arg-type]  # asked for nothing else
    asyncio.run(book.refresh())
    asyncio.run(book.refresh())
    assert len(book.tree) == 0
