"""The ``common`` and ``events`` sections of a mapping file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as Lookup
from types import MappingProxyType

from yaml.nodes import Node

from tongguan.ingest.mapping.context import Context
from tongguan.ingest.mapping.load_values import ValueLoader, template_of
from tongguan.ingest.mapping.rules import AllOf, AnyOf, Condition, Not, ObjectRule, OneOf, Present, Rule, columns_of
from tongguan.ingest.mapping.values import Column, Constant, Field, Result
from tongguan.ingest.personal import is_personal_name
from tongguan.lib.suggest import valid_hint
from tongguan.lib.yaml_nodes import Section, items_of, line_of
from tongguan.model.event import DIMENSIONS, EVENT_FIELDS, REFERENCES
from tongguan.model.vocabulary import EventType, Kind, Vocabulary

_RULE = ("type", "name", "when", "each", "event_id", "time", "fields", "attributes", "extra", "objects", "without")
_APART = ("type", "time", "event_id", "attributes", "objects")
FIELDS = tuple(name for name in EVENT_FIELDS if name not in _APART)
"""The wide columns that a rule may fill in ``fields``."""

_TEXT = frozenset({Result.TEXT})
_WHOLE = frozenset({Result.WHOLE})
_COLUMN_RESULTS: dict[str, frozenset[Result]] = {
    **dict.fromkeys((*DIMENSIONS, *REFERENCES, "currency"), _TEXT),
    **dict.fromkeys(("sequence", "quantity", "duration"), _WHOLE),
    "amount": frozenset({Result.MONEY, Result.WHOLE}),
    "due_time": frozenset({Result.TIME}),
}
_KIND_RESULTS: dict[Kind, frozenset[Result]] = {
    Kind.TEXT: _TEXT,
    Kind.INTEGER: _WHOLE,
    Kind.DECIMAL: frozenset({Result.DECIMAL, Result.WHOLE}),
    Kind.BOOLEAN: frozenset({Result.TRUTH}),
    Kind.TIME: frozenset({Result.TIME}),
    Kind.DATE: _TEXT,
    Kind.MONEY: frozenset({Result.MONEY, Result.WHOLE}),
    Kind.LIST: frozenset({Result.JSON}),
    Kind.OBJECT: frozenset({Result.JSON}),
}
_CONDITION = ("present", "absent", "column", "equals", "in", "all", "any", "not")


class RuleLoader:
    """Reads rules; mistakes go to the context's issues."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._issues = context.issues
        self._values = ValueLoader(context)

    def rules(self, top: Section) -> tuple[Rule, ...]:
        """Return the rules in file order."""
        common = top.section("common", FIELDS)
        node = top.need("events")
        rules = []
        for item in items_of(node, "events", self._issues) if node is not None else ():
            rule = self._rule(Section(item, f"event in line {line_of(item)}", self._issues, _RULE), common)
            if rule is not None:
                rules.append((item, rule))
        seen: dict[str, int] = {}
        for item, rule in rules:
            if rule.name in seen:
                self._issues.add(item, f"two rules are called {rule.name!r} (the first in line {seen[rule.name]}); give them a 'name'")
            seen.setdefault(rule.name, rule.line)
        return tuple(rule for _, rule in rules)

    def _rule(self, part: Section, common: Section | None) -> Rule | None:
        type_name = part.needed_text("type")
        event_type = self._context.vocabulary.event_types.get(type_name)
        if event_type is None:
            if type_name:
                hint = valid_hint(type_name, self._context.vocabulary.event_types)
                self._issues.add(part.node_of("type"), f"no event type {type_name!r}; {hint}")
            return None
        each = self._each(part)
        time_node = part.need("time")
        if time_node is None:
            return None
        time = self._values.field("time", time_node, frozenset({Result.TIME}), each)
        id_node = part.get("event_id")
        return Rule(
            name=part.text("name", type_name),
            type=type_name,
            time=time,
            when=self._condition(node, each) if (node := part.get("when")) is not None else None,
            each=each,
            event_id=template_of(id_node, self._context, each) if id_node is not None else None,
            fields=self._fields(part, common, event_type, each),
            attributes=(*self._attributes(part, event_type, each), *self._extra(part, event_type, each)),
            objects=self._objects(part, each),
            line=line_of(part.node),
        )

    def _each(self, part: Section) -> str:
        each = part.text("each")
        many = [join.role for join in self._context.joins.values() if join.many]
        if each and each not in many:
            self._issues.add(part.node_of("each"), f"each: {each!r} is no join with 'take: many'; {valid_hint(each, many)}")
            return ""
        return each

    def _fields(self, part: Section, common: Section | None, event_type: EventType, each: str) -> tuple[Field, ...]:
        own = part.section("fields", FIELDS)
        without = part.texts("without")
        nodes: dict[str, Node] = {}
        if common is not None:
            nodes.update({name: common.node_of(name) for name in common.names() if name not in without})
        if own is not None:
            nodes.update({name: own.node_of(name) for name in own.names()})
        for name in without:
            if common is None or name not in common:
                self._issues.add(part.node_of("without"), f"without: {name!r} is not in 'common'")
        for name in event_type.requires:
            if name not in nodes and name in FIELDS:
                self._issues.add(part.node, f"{event_type.name} needs {name!r} in 'fields' (or in 'common')")
        fields = []
        for name, node in nodes.items():
            field = self._values.field(name, node, _COLUMN_RESULTS[name], each, required=name in event_type.requires)
            self._check_codes(field, node, self._context.vocabulary.codes.get(name, {}))
            fields.append(field)
        return tuple(fields)

    def _attributes(self, part: Section, event_type: EventType, each: str) -> list[Field]:
        declared = {attribute.name: attribute for attribute in event_type.attributes}
        section = part.section("attributes")
        fields = []
        for name in section.names() if section else ():
            node = section.node_of(name) if section else part.node
            attribute = declared.get(name)
            if attribute is None:
                hint = valid_hint(name, declared) if declared else "it declares none"
                self._issues.add(node, f"{event_type.name} declares no attribute {name!r}; {hint}; put others under 'extra'")
                continue
            field = self._values.field(name, node, _KIND_RESULTS[attribute.kind], each)
            self._check_codes(field, node, attribute.values)
            fields.append(field)
        return fields

    def _extra(self, part: Section, event_type: EventType, each: str) -> list[Field]:
        declared = {attribute.name for attribute in event_type.attributes}
        section = part.section("extra")
        fields = []
        for name in section.names() if section else ():
            node = section.node_of(name) if section else part.node
            if name in declared:
                self._issues.add(node, f"{event_type.name} declares {name!r}; put it under 'attributes'")
            elif not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
                self._issues.add(node, f"extra: {name!r} must be small letters, digits and '_', at most 64")
            else:
                fields.append(self._values.field(name, node, frozenset(Result), each))
        return fields

    def _check_codes(self, field: Field, node: Node, valid: Iterable[str]) -> None:
        """Note constants and table codes that the closed list of the target does not have."""
        codes = list(valid)
        if not codes:
            return
        given: list[str] = []
        if isinstance(field.value, Constant):
            given = [str(field.value.value)]
        elif field.codes in self._context.codes:
            table = self._context.codes[field.codes]
            given = [*table.exact.values(), *(code for _, code in table.patterns), *([table.otherwise] if table.otherwise else [])]
        for code in dict.fromkeys(given):
            if code and code not in codes:
                where = f" (code table {field.codes!r})" if field.codes else ""
                self._issues.add(node, f"{field.target}: no code {code!r}{where}; {valid_hint(code, codes)}")

    def _objects(self, part: Section, each: str) -> tuple[ObjectRule, ...]:
        node = part.get("objects")
        rules = []
        for item in items_of(node, "objects", self._issues) if node is not None else ():
            thing = Section(item, "an object", self._issues, ("kind", "id", "qualifier"))
            kind = thing.needed_text("kind")
            id_node = thing.need("id")
            if kind and id_node is not None:
                rules.append(ObjectRule(kind, self._values.field(f"{kind} id", id_node, _TEXT, each), thing.text("qualifier")))
        return tuple(rules)

    def _condition(self, node: Node, each: str) -> Condition | None:
        part = Section(node, "when", self._issues, _CONDITION)
        keys = set(part.names())
        match sorted(keys):
            case ["all"] | ["any"]:
                word = keys.pop()
                found = [self._condition(item, each) for item in items_of(part.node_of(word), f"when: {word}", self._issues)]
                parts = tuple(condition for condition in found if condition is not None)
                return AllOf(parts) if word == "all" else AnyOf(parts)
            case ["not"]:
                inner = self._condition(part.node_of("not"), each)
                return Not(inner) if inner is not None else None
            case ["present"] | ["absent"]:
                word = keys.pop()
                present = Present(self._context.column(part.text(word), part.node_of(word), each, any_row=True))
                return present if word == "present" else Not(present)
            case ["column", "equals"] | ["column", "in"]:
                word = "equals" if "equals" in keys else "in"
                column = self._context.column(part.text("column"), part.node_of("column"), each)
                return OneOf(column, frozenset(part.texts(word)))
        message = "when: give one of 'present', 'absent', 'column' with 'equals' or 'in', 'all', 'any', 'not'"
        self._issues.add(node, message)
        return None


def personal_columns(rules: Iterable[Rule], vocabulary: Vocabulary) -> frozenset[Column]:
    """Return the columns from which personal columns or attributes are made."""
    found: set[Column] = set()
    for rule in rules:
        event_type = vocabulary.event_types[rule.type]
        wide = set(event_type.personal)
        declared = {attribute.name: attribute.personal for attribute in event_type.attributes}
        for field in rule.fields:
            if field.target in wide:
                found.update(field.value.columns)
        for field in rule.attributes:
            if declared.get(field.target, is_personal_name(field.target)):
                found.update(field.value.columns)
    return frozenset(found)


def used_columns(rules: Iterable[Rule], context: Context) -> Lookup[str, frozenset[str]]:
    """Return, per role, the columns that rules and joins take."""
    used: defaultdict[str, set[str]] = defaultdict(set)

    def note(column: Column) -> None:
        used[column.role or context.rows].add(column.name)

    for join in context.joins.values():
        note(join.by)
        used[join.role].add(context.files[join.role].key)
    for rule in rules:
        for column in columns_of(rule.when):
            note(column)
        for column in rule.event_id.columns if rule.event_id else ():
            note(column)
        for field in rule.all_fields():
            for column in field.value.columns:
                note(column)
    return MappingProxyType({role: frozenset(names) for role, names in used.items()})
