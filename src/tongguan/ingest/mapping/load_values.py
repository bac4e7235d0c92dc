"""One field of a rule: the function that makes its value, and its options."""

from __future__ import annotations

import re
from collections.abc import Callable

from yaml.nodes import MappingNode, Node, ScalarNode

from tongguan.ingest.mapping.context import Context
from tongguan.ingest.mapping.times import format_fault, zone_named
from tongguan.ingest.mapping.values import (
    Amounts,
    Column,
    Constant,
    Count,
    Digest,
    Exact,
    Extreme,
    Field,
    FirstOf,
    FromColumn,
    Instant,
    Json,
    Result,
    Template,
    Truth,
    Value,
    Whole,
)
from tongguan.lib.suggest import valid_hint
from tongguan.lib.yaml_nodes import Section, constant_of, items_of, line_of, text_of

_MONEY = ("currency", "decimal_point", "thousands")
_TIME = ("formats", "zone")
OPTIONS: dict[str, tuple[str, ...]] = {
    "from": ("codes",),
    "value": (),
    "template": ("codes",),
    "first_of": ("codes",),
    "digest": (),
    "money": _MONEY,
    "sum": _MONEY,
    "time": _TIME,
    "latest_of": _TIME,
    "earliest_of": _TIME,
    "integer": ("times",),
    "decimal": ("decimal_point", "thousands"),
    "boolean": ("when_true", "when_false"),
    "json": (),
    "count": (),
}
"""Functions of the mapping language with their options; each also takes ``required``."""

_PLACE = re.compile(r"\{([^{}]*)\}|\{\{|\}\}|[{}]")
_NONE = Constant("")


class ValueLoader:
    """Reads values; mistakes go to the context's issues."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._issues = context.issues
        self._makers: dict[str, Callable[[Section, Node, str], Value]] = {
            "from": lambda part, node, each: FromColumn(self._column(node, each)),
            "value": lambda part, node, each: Constant(constant_of(node, "value", self._issues)),
            "template": lambda part, node, each: template_of(node, self._context, each),
            "first_of": self._first_of,
            "digest": lambda part, node, each: Digest(self._columns(node, each)),
            "money": lambda part, node, each: self._amounts(part, (self._column(node, each),)),
            "sum": lambda part, node, each: self._amounts(part, self._columns(node, each, any_row=True)),
            "time": lambda part, node, each: self._instant(part, self._column(node, each)),
            "latest_of": lambda part, node, each: self._extreme(part, node, each, latest=True),
            "earliest_of": lambda part, node, each: self._extreme(part, node, each, latest=False),
            "integer": lambda part, node, each: Whole(self._column(node, each), part.whole("times", 1, least=1)),
            "decimal": lambda part, node, each: Exact(self._column(node, each), *self._marks(part)),
            "boolean": self._truth,
            "json": lambda part, node, each: Json(self._column(node, each)),
            "count": lambda part, node, each: self._count(node),
        }

    def field(self, target: str, node: Node, valid: frozenset[Result], each: str, *, required: bool = False) -> Field:
        """Return one field; ``valid`` is what its value may be."""
        wants_time = Result.TIME in valid and len(valid) == 1
        if isinstance(node, ScalarNode):
            value = self._plain(node, each, wants_time)
            codes, must = "", False
        else:
            value, codes, must = self._function(target, node, each, wants_time)
        if value is not _NONE and value.result not in valid:
            words = " or ".join(sorted(valid))
            self._issues.add(node, f"{target} must be {words}, but this gives {value.result}; {_advice(value.result, valid)}")
        return Field(target, value, required or must, codes, line_of(node))

    def _plain(self, node: Node, each: str, wants_time: bool) -> Value:
        column = self._column(node, each)
        return Instant(column, self._context.formats, self._context.zone) if wants_time else FromColumn(column)

    def _function(self, target: str, node: Node, each: str, wants_time: bool) -> tuple[Value, str, bool]:
        if not isinstance(node, MappingNode):
            self._issues.add(node, f"{target} must be a column or a function such as {{money: price}}")
            return _NONE, "", False
        keys = [str(key.value) for key, _ in node.value if isinstance(key, ScalarNode)]
        names = [key for key in keys if key in OPTIONS]
        if len(names) != 1:
            said = f"has the functions {', '.join(names)}" if names else f"has no function among {', '.join(keys)}"
            hint = valid_hint(keys[0] if keys and not names else "", OPTIONS, most=len(OPTIONS))
            self._issues.add(node, f"{target} {said}; give exactly one; {hint}")
            return _NONE, "", False
        name = names[0]
        part = Section(node, target, self._issues, (name, "required", *OPTIONS[name]))
        value = (
            self._first_of(part, part.node_of(name), each, wants_time)
            if name == "first_of"
            else self._makers[name](part, part.node_of(name), each)
        )
        codes = part.text("codes")
        if codes and codes not in self._context.codes:
            self._issues.add(part.node_of("codes"), f"{target}: no code table {codes!r}; {valid_hint(codes, self._context.codes)}")
        return value, codes, part.flag("required")

    def _column(self, node: Node, each: str, *, any_row: bool = False) -> Column:
        return self._context.column(text_of(node, "a column", self._issues), node, each, any_row=any_row)

    def _columns(self, node: Node, each: str, *, any_row: bool = False) -> tuple[Column, ...]:
        found = tuple(self._column(item, each, any_row=any_row) for item in items_of(node, "columns", self._issues))
        if not found:
            self._issues.add(node, "at least one column must be named")
        return found

    def _parts(self, node: Node, each: str, wants_time: bool) -> tuple[Value, ...]:
        found = []
        for item in items_of(node, "a list of columns", self._issues):
            if isinstance(item, ScalarNode):
                found.append(self._plain(item, each, wants_time))
            else:
                value, codes, required = self._function("a part", item, each, wants_time)
                if codes or required:
                    self._issues.add(item, "'codes' and 'required' belong to the whole field, not to a part of it")
                found.append(value)
        return tuple(found) or (_NONE,)

    def _first_of(self, part: Section, node: Node, each: str, wants_time: bool = False) -> Value:
        parts = self._parts(node, each, wants_time)
        results = sorted({value.result for value in parts if value is not _NONE})
        if len(results) > 1:
            self._issues.add(node, f"{part.what}: the parts of first_of give different things: {', '.join(results)}")
        return FirstOf(parts)

    def _extreme(self, part: Section, node: Node, each: str, *, latest: bool) -> Value:
        formats, zone = self._time_options(part)
        parts = tuple(
            Instant(value.column, formats, zone) if isinstance(value, Instant) and ("formats" in part or "zone" in part) else value
            for value in self._parts(node, each, wants_time=True)
        )
        for value in parts:
            if value.result is not Result.TIME and value is not _NONE:
                self._issues.add(node, f"{part.what}: every part must be a time, but one gives {value.result}")
        return Extreme(parts, latest)

    def _instant(self, part: Section, column: Column) -> Value:
        return Instant(column, *self._time_options(part))

    def _time_options(self, part: Section) -> tuple[tuple[str, ...], str]:
        formats = tuple(part.texts("formats"))
        for text in formats:
            if fault := format_fault(text):
                self._issues.add(part.get("formats") or part.node, f"{part.what}: {fault}")
        zone = part.text("zone", self._context.zone)
        if zone and zone_named(zone) is None:
            self._issues.add(
                part.get("zone") or part.node, f"{part.what}: unknown time zone {zone!r}; use an IANA name such as Asia/Shanghai"
            )
        return formats or self._context.formats, zone

    def _amounts(self, part: Section, columns: tuple[Column, ...]) -> Value:
        currency = part.text("currency", self._context.currency)
        if not re.fullmatch("[A-Z]{3}", currency):
            self._issues.add(part.get("currency") or part.node, f"{part.what}: currency {currency!r} must be three capital letters")
        return Amounts(columns, currency, *self._marks(part))

    def _marks(self, part: Section) -> tuple[str, str]:
        point = part.text("decimal_point", ".")
        thousands = part.text("thousands")
        if len(point) != 1 or len(thousands) > 1 or point == thousands:
            self._issues.add(part.node, f"{part.what}: decimal_point and thousands must be one character each, and different")
        return point, thousands

    def _truth(self, part: Section, node: Node, each: str) -> Value:
        true = frozenset(part.texts("when_true")) or frozenset({"true", "1", "yes", "Y"})
        false = frozenset(part.texts("when_false")) or frozenset({"false", "0", "no", "N"})
        if true & false:
            self._issues.add(node, f"{part.what}: {', '.join(sorted(true & false))} cannot mean both true and false")
        return Truth(self._column(node, each), true, false)

    def _count(self, node: Node) -> Value:
        role = text_of(node, "count", self._issues)
        many = [join.role for join in self._context.joins.values() if join.many]
        if role not in many:
            self._issues.add(node, f"count: {role!r} is no join with 'take: many'; {valid_hint(role, many)}")
        return Count(role)


def template_of(node: Node, context: Context, each: str) -> Template:
    """Return a template such as ``"{order_id}:{payments.sequential}"``; ``{{`` and ``}}`` are braces."""
    text = text_of(node, "a template", context.issues)
    parts: list[str | Column] = []
    at = 0
    for found in _PLACE.finditer(text):
        parts.append(text[at : found.start()])
        at = found.end()
        if found.group(1) is not None:
            parts.append(context.column(found.group(1).strip(), node, each))
        elif found.group() in ("{{", "}}"):
            parts.append(found.group()[0])
        else:
            context.issues.add(node, f"template {text!r} has a single {found.group()!r}; write it twice to mean itself")
    parts.append(text[at:])
    if not any(isinstance(part, Column) for part in parts):
        context.issues.add(node, f"template {text!r} names no column; use 'value:' for a constant")
    return Template(tuple(part for part in parts if part != ""))


def _advice(result: Result, valid: frozenset[Result]) -> str:
    if Result.MONEY in valid:
        return "use {money: column}"
    if Result.WHOLE in valid:
        return "use {integer: column}"
    if Result.TIME in valid:
        return "use {time: column}"
    if Result.TRUTH in valid:
        return "use {boolean: column}"
    if Result.JSON in valid:
        return "use {json: column}"
    return "put constants in quotes" if result in (Result.WHOLE, Result.TRUTH) else "use {from: column}"
