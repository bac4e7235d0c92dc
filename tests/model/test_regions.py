"""The tree of regions: what can be a book, names, and what a text means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.model.access import Level, Scope
from tongguan.model.regions import LONGEST_CODE, Region, RegionsError, RegionTree, check_regions

P = Region("P", "", "云岭省", "Yunling")
P1 = Region("P-01", "P", "云泽市", "Yunze")
P2 = Region("P-02", "P", "青榆市", "Qingyu")
P10 = Region("P-10", "P", "鹿渚市", "Luzhu")
P101 = Region("P-01-01", "P-01", "城中区", "Centre")
P201 = Region("P-02-01", "P-02", "城中区", "Centre")
BOOK = [P, P1, P101, P2, P201, P10]


@pytest.mark.parametrize(
    ("regions", "says", "valid"),
    [
        ([P, replace(P1, parent="Q")], "line 2: parent 'Q' of 'P-01' is not in the list", "P, P-01"),
        ([P, P1, P], "line 3: code 'P' is on line 1 already", "once"),
        ([replace(P, parent="P-01"), P1], "line 1: parent 'P-01' of 'P' leads back: P in P-01 in P", "tree"),
        ([replace(P, parent="P")], "line 1: parent 'P' of 'P' leads back: P in P", "tree"),
        ([P, Region("P" * 201, "P", "长", "Long")], "line 2: code 'PPPP", f"at most {LONGEST_CODE}"),
        ([replace(P, code="")], "line 1: code '' cannot be", "visible"),
        ([replace(P, code="P 1")], "line 1: code 'P 1' cannot be", "without spaces"),
        ([replace(P, code="P\u200b")], "line 1: code", "visible"),
        ([replace(P, zh=" ")], "line 1: zh ' ' cannot be a name", "1 to 100"),
        ([replace(P, en="x" * 101)], "line 1: en 'xxx", "1 to 100"),
        ([P, P1, replace(P101, parent="P")], "line 3: parent 'P' of 'P-01-01'", "'P-01'"),
        ([P, replace(P1, parent="")], "line 2: parent '' of 'P-01'", "'P'"),
        ([P, Region("450100", "P", "南宁市", "Nanning")], "line 2: parent 'P' of '450100'", "begins with 'P-'"),
    ],
)
def test_what_cannot_be_a_book_is_told_with_its_line(regions: list[Region], says: str, valid: str) -> None:
    with pytest.raises(RegionsError) as refused:
        check_regions(regions)
    assert says in refused.value.detail and valid in refused.value.valid
    assert str(refused.value) == f"{refused.value.detail} (valid: {refused.value.valid})"


def test_lines_are_those_of_the_file() -> None:
    with pytest.raises(RegionsError, match="line 9: code 'P' is on line 2 already"):
        check_regions([P, P], [2, 9])


def test_a_level_may_be_left_out() -> None:
    check_regions([P, Region("P-01-01", "P", "城中区", "Centre"), Region("Q-9", "", "别处", "Elsewhere")])


def test_names_and_depths() -> None:
    tree = RegionTree(BOOK)
    assert [tree.name("P-01", language) for language in ("zh-CN", "en")] == ["云泽市", "Yunze"]
    assert tree.name("P-99", "en") == "P-99" and "P-99" not in tree and "P-01" in tree
    assert [tree.depth(region.code) for region in tree] == [0, 1, 2, 1, 2, 1]


def test_a_scope_sees_its_part() -> None:
    tree = RegionTree(BOOK).within(Scope(Level.CITY, regions=frozenset({"P-01", "P-10"})))
    assert list(tree) == [P1, P101, P10]
    assert [tree.depth(region.code) for region in tree] == [0, 1, 0]
    assert list(RegionTree(BOOK).within(Scope())) == BOOK


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P-01", "P-01"),
        ("云泽市", "P-01"),
        ("yunze", "P-01"),
        ("城中区 (P-02-01)", "P-02-01"),
        ("城中区（P-02-01）", "P-02-01"),
        ("城中区", "城中区"),
        ("P-99", "P-99"),
        ("somewhere (P-99)", "somewhere (P-99)"),
        ("", ""),
    ],
)
def test_what_a_text_means(text: str, code: str) -> None:
    assert RegionTree(BOOK).code_of(text) == code


@given(st.permutations(BOOK))
def test_the_order_of_the_list_does_not_matter(regions: list[Region]) -> None:
    check_regions(regions)
    tree = RegionTree(regions)
    assert {region.code: tree.depth(region.code) for region in tree} == {
        "P": 0,
        "P-01": 1,
        "P-01-01": 2,
        "P-02": 1,
        "P-02-01": 2,
        "P-10": 1,
    }
    seen: set[str] = set()
    for region in tree:
        assert not region.parent or region.parent in seen
        seen.add(region.code)
