"""Expressions of indicators: what may be said, what may not, and that nothing else reaches the engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.metrics.errors import ExpressionError
from tongguan.metrics.expressions import DEEPEST, LONGEST, checked_sql, formula

COLUMNS = {"channel": "channel", "amount": "amount", "score": "JSONExtractInt(attributes, 'score')"}


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("channel = 'app'", "channel = 'app'"),
        ("score >= 4 and channel in ('app', 'web')", "JSONExtractInt(attributes, 'score') >= 4 AND channel IN ('app', 'web')"),
        ("not (amount is null or amount between 1 and 3)", "NOT (amount IS NULL OR amount BETWEEN 1 AND 3)"),
        ("coalesce(amount, 0) / 100 - -1", "coalesce(amount, 0) / 100 - -1"),
        ("case when score > 3 then 1 else 0 end", "CASE WHEN JSONExtractInt(attributes, 'score') > 3 THEN 1 ELSE 0 END"),
        ("startsWith(lower(channel), 'a')", "startsWith(lower(channel), 'a')"),
        ("channel = 'it''s -- no /* comment */'", "channel = 'it''s -- no /* comment */'"),
        ("amount -- said aside", "amount"),
        ("/* said aside */ amount", "amount"),
    ],
)
def test_what_may_be_said(text: str, sql: str) -> None:
    assert checked_sql(text, COLUMNS) == sql


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("system = 'x'", "JSONExtractString(attributes, 'system') = 'x'"),
        (
            "channel = 'system' or (system = 'a''s system')",
            "channel = 'system' OR (JSONExtractString(attributes, 'system') = 'a''s system')",
        ),
        ("returning", "JSONExtractBool(attributes, 'returning')"),
        ("not returning and channel = 'app'", "NOT JSONExtractBool(attributes, 'returning') AND channel = 'app'"),
        ("`returning`", "JSONExtractBool(attributes, 'returning')"),
    ],
)
def test_a_column_may_be_a_word_of_sql(text: str, sql: str) -> None:
    own = {**COLUMNS, "system": "JSONExtractString(attributes, 'system')", "returning": "JSONExtractBool(attributes, 'returning')"}
    assert checked_sql(text, own) == sql


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("chanel = 'a'", "did you mean 'channel'"),
        ("events.channel = 'a'", "names a table"),
        ("a.b.c.d", "names a table"),
        ("channel in (select channel from users)", "after IN stands a list"),
        ("(select 1)", "may not be used"),
        ("exists(select 1)", "may not be used"),
        ("file('/etc/passwd')", "function 'file' may not be used"),
        ("url('http://x')", "function 'url' may not be used"),
        ("sum(amount)", "function 'sum' may not be used"),
        ("count()", "function 'count' may not be used"),
        ("sleep(3)", "function 'sleep' may not be used"),
        ("dictGet('a', 'b', 1)", "function 'dictGet' may not be used"),
        ("row_number() over ()", "may not be used"),
        ("cast(amount as String)", "function 'cast' may not be used"),
        ("amount::String", "function 'cast' may not be used"),
        ("{secret:String}", "may not be used"),
        ("@@version", "may not be used"),
        ("channel[1]", "may not be used"),
        ("x -> 1", "may not be used"),
        ("*", "may not be used"),
        ("channel like 'a%'", "may not be used"),
        ("amount; drop table events", "cannot be read as one expression"),
        ("drop table events", "cannot be read as one expression"),
        ("set x = 1", "cannot be read as one expression"),
        ("system.one", "cannot be read as one expression"),
        ("select 1", "cannot be read as one expression"),
        ("amount as other", "cannot be read as one expression"),
        ("(amount", "cannot be read as one expression"),
        ("", "cannot be read as one expression"),
        ("1" * (LONGEST + 1), "characters"),
        ("not " * (DEEPEST + 2) + "true", "levels deep"),
        ("(" * 5_00 + "1" + ")" * 500, "cannot be read as one expression"),
    ],
)
def test_what_may_not_be_said(text: str, told: str) -> None:
    with pytest.raises(ExpressionError, match=told):
        checked_sql(text, COLUMNS)


@given(st.text(max_size=80))
def test_any_text_is_refused_or_names_columns_alone(text: str) -> None:
    try:
        sql = checked_sql(text, {"channel": "channel"})
    except ExpressionError:
        return
    assert checked_sql(sql, {"channel": "channel"}) == sql


def test_a_formula_is_arithmetic_over_indicators() -> None:
    value, names = formula("(orders - cancelled) / visitors * 100 - -2")
    assert names == ("orders", "cancelled", "visitors")
    assert value({"orders": 5, "cancelled": 3, "visitors": 4}) == 52


def test_what_is_divided_by_nothing_is_nothing() -> None:
    value, _ = formula("a / b + 1")
    assert value({"a": 1, "b": 0}) is None
    assert value({"a": 1, "b": None}) is None
    assert value({"a": None, "b": 2}) is None
    assert value({"a": 0, "b": 2}) == 1


@pytest.mark.parametrize("text", ["a > b", "sum(a)", "'text'", "a and b", "case when a then b end", "a, b", "", "t.a"])
def test_a_formula_says_nothing_else(text: str) -> None:
    with pytest.raises(ExpressionError):
        formula(text, {"a": "", "b": ""})


def test_a_formula_names_the_nearest_indicator() -> None:
    with pytest.raises(ExpressionError, match="did you mean 'orders'"):
        formula("order / 2", {"orders": ""})
