"""Expressions that people write in indicators: parsed, checked against a whitelist, and written again as SQL of the engine.

What a person wrote never reaches the engine as text. It is parsed (SQLGlot), every node must be one of a short list, every name a column of
the fact or an attribute of its event types, every function one that reads nothing but its arguments. The SQL is generated from the tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tongguan.lib.suggest import valid_hint
from tongguan.metrics.errors import ExpressionError

LONGEST: Final = 2_000
"""Characters of an expression."""

DEEPEST: Final = 40
"""Levels of brackets and operators."""

_NODES: Final[tuple[type[exp.Expr], ...]] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.And,
    exp.Or,
    exp.Not,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.In,
    exp.Between,
    exp.Is,
    exp.Neg,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Case,
    exp.If,
)

_FUNCTIONS: Final[Mapping[type[exp.Expr], str]] = {
    exp.Coalesce: "coalesce",
    exp.Nullif: "nullIf",
    exp.Lower: "lower",
    exp.Upper: "upper",
    exp.Length: "length",
    exp.Abs: "abs",
    exp.Greatest: "greatest",
    exp.Least: "least",
    exp.StartsWith: "startsWith",
    exp.EndsWith: "endsWith",
}
"""Functions that read nothing but their arguments."""

_WORDS: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"[^"]*"|`[^`]*`|\w+""")
"""Texts and names in quotes, and bare words."""

_OPERATORS: Final[Mapping[type[exp.Expr], str]] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}


def checked_sql(text: str, columns: Mapping[str, str]) -> str:
    """Return an expression over a fact as SQL of the engine.

    Args:
        text: as written.
        columns: name → SQL of it.

    Raises:
        ExpressionError: it cannot be parsed, says what is not allowed, or names no column.
    """
    tree = _parsed(text, columns)
    _check(tree, text)

    def written(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        return sqlglot.parse_one(columns[_name(node, columns, text)], dialect="clickhouse")

    return str(tree.transform(written).sql(dialect="clickhouse", comments=False))


def _parsed(text: str, columns: Mapping[str, str] | None = None) -> exp.Expr:
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression has {len(text):,} characters; at most {LONGEST:,} are read")
    # Some columns are words of SQL, such as `system`: they are read as names where the text makes no sense otherwise.
    named = _WORDS.sub(lambda found: f"`{found[0]}`" if columns and found[0] in columns else found[0], text)
    failure: Exception | None = None
    for one in dict.fromkeys((text, named)):
        try:
            return sqlglot.parse_one(one, into=exp.Condition, dialect="clickhouse")
        except (SqlglotError, RecursionError) as error:
            failure = error
    raise ExpressionError(f"{_short(text)} cannot be read as one expression") from failure


def _check(tree: exp.Expr, text: str) -> None:
    for node in tree.walk():
        if node.depth > DEEPEST:
            raise ExpressionError(f"{_short(text)} is nested more than {DEEPEST} levels deep")
        kind: type[exp.Expr] = type(node)
        if isinstance(node, exp.Func) and not isinstance(node, (exp.And, exp.Or, exp.Case, exp.If)):
            if kind not in _FUNCTIONS:
                name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
                raise ExpressionError(f"function {name!r} may not be used; {valid_hint(name, _FUNCTIONS.values())}")
        elif not isinstance(node, _NODES):
            raise ExpressionError(f"{_short(node.sql(dialect='clickhouse'))} ({node.key}) may not be used in an expression")
        if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest") or node.args.get("field")):
            raise ExpressionError(f"{_short(text)}: after IN stands a list of values")


def _name(node: exp.Column, columns: Mapping[str, str], text: str) -> str:
    if node.table:
        raise ExpressionError(f"{_short(text)}: {node.sql()!r} names a table; only columns of the fact are known; valid: plain names")
    if node.name not in columns:
        raise ExpressionError(f"no column {node.name!r}; {valid_hint(node.name, columns)}")
    return node.name


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")


Formula = Callable[[Mapping[str, float | None]], float | None]
"""Gives the value of a formula from those of the names in it."""


def formula(text: str, names: Mapping[str, str] | None = None) -> tuple[Formula, tuple[str, ...]]:
    """Return arithmetic over indicators as a function, and the names in it, in order of appearance.

    Anything divided by 0 or by nothing is nothing.

    Args:
        text: names, numbers, ``+ - * /`` and brackets.
        names: valid names; None for any.

    Raises:
        ExpressionError: it says anything else.
    """
    tree = _parsed(text)
    found: dict[str, None] = {}
    return _built(tree, text, names, found), tuple(found)


def _built(node: exp.Expr, text: str, names: Mapping[str, str] | None, found: dict[str, None], depth: int = 0) -> Formula:
    if depth > DEEPEST:
        raise ExpressionError(f"{_short(text)} is nested more than {DEEPEST} levels deep")
    if isinstance(node, exp.Paren):
        return _built(node.this, text, names, found, depth + 1)
    if isinstance(node, exp.Neg):
        inner = _built(node.this, text, names, found, depth + 1)
        return lambda values: None if (value := inner(values)) is None else -value
    if isinstance(node, exp.Literal) and not node.is_string:
        number = float(node.this)
        return lambda _: number
    if isinstance(node, exp.Column):
        name = _name(node, names, text) if names is not None else node.name
        found[name] = None
        return lambda values: values.get(name)
    kind: type[exp.Expr] = type(node)
    if kind in _OPERATORS:
        left, right = (_built(side, text, names, found, depth + 1) for side in (node.this, node.expression))
        return _binary(_OPERATORS[kind], left, right)
    raise ExpressionError(
        f"{_short(node.sql(dialect='clickhouse'))} may not stand in a formula; valid: names, numbers, + - * / and brackets"
    )


def _binary(operator: str, left: Formula, right: Formula) -> Formula:
    def value(values: Mapping[str, float | None]) -> float | None:
        a, b = left(values), right(values)
        if a is None or b is None:
            return None
        match operator:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case _:
                return a / b if b else None

    return value


def weighed(text: str) -> tuple[str, ...]:
    """Return the names in a formula whose size says how much stands behind it: of quotients those of divisors, else all.

    Raises:
        ExpressionError: it cannot be read.
    """
    return tuple(dict.fromkeys(_weighed(_parsed(text))))


def _weighed(node: exp.Expr) -> list[str]:
    if isinstance(node, exp.Column):
        return [node.name]
    left, right = (_weighed(side) if isinstance(side := node.args.get(key), exp.Expr) else [] for key in ("this", "expression"))
    divided = isinstance(node, exp.Div) and bool(right)
    return ([] if divided and not node.this.find(exp.Div) else left) + right
