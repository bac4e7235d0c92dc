"""Codes that take any text have names for people: all that the made-up province tells, in both languages."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import pytest

from tongguan.areas.packs import ALL_PACKS, build_vocabulary
from tongguan.areas.payments.codes import PAYMENT_CHANNELS
from tongguan.model.vocabulary import Attribute
from tongguan.simulate.columns import Codes, Column, Same
from tongguan.simulate.days import Province
from tongguan.simulate.province.channels import SUBS
from tongguan.simulate.province.money import PAYMENT_CODES
from tongguan.simulate.service.rates import CATEGORIES, HOLD_REASONS, REJECT_REASONS
from tongguan.simulate.visits.services import FAILURES, SERVICES
from tongguan.simulate.world import Setting

VOCABULARY = build_vocabulary()

RAW: Final = frozenset({("method", "visit.page_viewed"), ("step", "probe.failed")})
"""Attributes of some types that share their name with named ones and hold technical words: HTTP methods, steps of a probe."""

NAMED: Final = sorted(VOCABULARY.names)

CHINESE = re.compile(r"[\u4e00-\u9fff]|^[A-Z0-9 ]+$")


def told_by(column: Column | None) -> set[str]:
    """Return every text that a column may say in its rows."""
    if isinstance(column, Codes):
        return {column.names[place] for place in set(column.index.tolist()) if place >= 0}
    return {column.value} if isinstance(column, Same) and isinstance(column.value, str) else set()


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    """Return what two days say in each named column or attribute."""
    found: dict[str, set[str]] = {name: set() for name in NAMED}
    province = Province(Setting(seed=1, first=date(2026, 9, 1), orders_per_day=400))
    for batch in (*province.day(province.since).batches, *province.day(province.since + 1).batches):
        for name in NAMED:
            if (name, batch.type) not in RAW:
                found[name] |= told_by(batch.attributes.get(name) or batch.column(name))
    return {name: codes - {""} for name, codes in found.items()}


@pytest.mark.parametrize("column", NAMED)
def test_every_code_that_a_day_tells_has_a_name(column: str, told: dict[str, set[str]]) -> None:
    assert sorted(told[column] - VOCABULARY.names[column].keys()) == []


def test_a_day_tells_what_the_test_looks_for(told: dict[str, set[str]]) -> None:
    for column in ("payment_channel", "category", "service", "traffic_source", "page", "resource_kind", "method", "kind", "sub_channel"):
        assert told[column], column
    assert len(told["reason"]) > 60


def test_what_a_day_may_tell_seldom_has_a_name_too() -> None:
    wanted = {
        "reason": {*FAILURES, *HOLD_REASONS, *REJECT_REASONS, "account_closed", "unreachable", "opted_out", "number_closed", "worn_out"},
        "category": set(CATEGORIES),
        "service": {service.code for service in SERVICES},
        "payment_channel": set(PAYMENT_CODES),
        "sub_channel": {sub.code for sub in SUBS if sub.code},
    }
    for column, codes in wanted.items():
        assert sorted(codes - VOCABULARY.names[column].keys()) == [], column


@pytest.mark.parametrize("column", NAMED)
def test_names_are_chinese_and_english(column: str) -> None:
    for code, label in VOCABULARY.names[column].items():
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", code), code
        assert CHINESE.search(label.zh), code
        assert label.en.strip() and not re.search(r"[\u4e00-\u9fff]", label.en) and label.en != code, code
        assert VOCABULARY.code_label(column, code, "zh-CN") == label.zh and VOCABULARY.code_label(column, code, "en") == label.en


@pytest.mark.parametrize("column", NAMED)
def test_codes_of_one_column_are_told_apart_by_their_names(column: str) -> None:
    codes = VOCABULARY.names[column]
    for names in ([label.zh for label in codes.values()], [label.en for label in codes.values()]):
        assert sorted({name for name in names if names.count(name) > 1}) == []


def test_an_attribute_with_closed_values_is_named_in_full_and_for_nothing_else() -> None:
    attributes: dict[str, list[Attribute]] = {}
    for event_type in VOCABULARY.event_types.values():
        for attribute in event_type.attributes:
            attributes.setdefault(attribute.name, []).append(attribute)
    for column, codes in VOCABULARY.names.items():
        declared = attributes.get(column, [])
        closed = {value for attribute in declared for value in attribute.values}
        assert closed <= codes.keys(), column
        if declared and all(attribute.values for attribute in declared):
            assert closed == codes.keys(), column


def test_a_pack_names_only_what_its_own_events_carry() -> None:
    wide = {"reason", "result", "brand", "sub_channel"}
    for pack in ALL_PACKS:
        own = {attribute.name for event_type in pack.event_types for attribute in event_type.attributes}
        assert pack.names.keys() - wide <= own, pack.area


def test_names_close_nothing() -> None:
    assert "payment_channel" not in VOCABULARY.codes and "reason" not in VOCABULARY.codes
    assert VOCABULARY.code_label("payment_channel", "alipay", "zh-CN") == PAYMENT_CHANNELS["alipay"].zh == "支付宝"
    assert VOCABULARY.code_label("category", "network.slow", "zh-CN") == "网速慢"
    assert VOCABULARY.code_label("product_id", "card-5g-59", "zh-CN") == "card-5g-59", "names of products come with their listing"
