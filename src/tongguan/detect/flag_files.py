"""Reads the file of the rules that flag cases; every mistake is told at once, with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from yaml.nodes import Node

from tongguan.lib.suggest import valid_hint
from tongguan.lib.yaml_nodes import Issue, Issues, Section, YamlFileError, composed, items_of
from tongguan.model.durations import parse_duration
from tongguan.model.event import DIMENSIONS, REFERENCES
from tongguan.model.flags import NEEDED, FlagBook, FlagKind, FlagRule
from tongguan.model.vocabulary import EventType, Label, Vocabulary

_BOOK: Final = ("kind", "made", "flagged", "review", "holdable", "look_back", "rules")
_PARAMETERS: Final = tuple(dict.fromkeys(name for names in NEEDED.values() for name in names))
_RULE: Final = ("name", "label", "meaning", "kind", "reason", "hold", "on", "classes", "not_classes", *_PARAMETERS)
_MISSABLE: Final = ("amount", "channel", "region", "business_class", "customer_id", "product_id")
"""What can be looked up again once time is over."""

LONGEST_LOOK: Final = timedelta(days=5)
"""Events that were sent are remembered for a week: what is looked at longer could be told twice."""


class FlagFileError(YamlFileError):
    """A file of rules that cannot be."""


def read_flags(path: Path, vocabulary: Vocabulary, source: str = "") -> FlagBook:
    """Return the rules of a file.

    Args:
        path: the file.
        vocabulary: whose event types, case kinds, codes and milestones it may name.
        source: what people are told of where the rules stand; the file's name where left out.

    Raises:
        FlagFileError: lists every mistake as ``file:line: message``.
        OSError: the file cannot be read.
    """
    _, node = composed(path, FlagFileError)
    if node is None:
        raise FlagFileError(path, [Issue(1, f"the file is empty; valid keys: {', '.join(_BOOK)}")])
    issues = Issues()
    book = _Reader(vocabulary, issues, source or path.name).book(node)
    issues.check(path, FlagFileError)
    return book


class _Reader:
    def __init__(self, vocabulary: Vocabulary, issues: Issues, source: str) -> None:
        self._vocabulary = vocabulary
        self._issues = issues
        self._source = source
        self._made: EventType | None = None

    def book(self, node: Node) -> FlagBook:
        section = Section(node, "the file", self._issues, _BOOK, whole=True)
        kind = section.needed_text("kind")
        known = self._vocabulary.case_kinds.get(kind)
        if kind and known is None:
            self._issues.add(section.node_of("kind"), f"no case kind {kind!r}; {valid_hint(kind, self._vocabulary.case_kinds)}")
        types = {name: self._type(section, name) for name in ("made", "flagged", "review")}
        self._made = self._vocabulary.event_types.get(types["made"])
        steps = section.texts("holdable")
        for step in steps if known else ():
            if known and step not in {one.name for one in known.milestones if one.step}:
                valid = valid_hint(step, [one.name for one in known.milestones if one.step])
                self._issues.add(section.node_of("holdable"), f"case kind {kind!r} has no step {step!r}; {valid}")
        look_back = self._duration(section, "look_back")
        if look_back > LONGEST_LOOK:
            self._issues.add(section.node_of("look_back"), f"'look_back' is at most {LONGEST_LOOK.days}d")
        return FlagBook(
            kind, **types, holdable=tuple(steps), look_back=look_back, rules=self._rules(section, look_back), source=self._source
        )

    def _type(self, section: Section, key: str) -> str:
        name = section.needed_text(key)
        if name and name not in self._vocabulary.event_types:
            self._issues.add(section.node_of(key), f"no event type {name!r}; {valid_hint(name, self._vocabulary.event_types)}")
        return name

    def _rules(self, section: Section, look_back: timedelta) -> tuple[FlagRule, ...]:
        node = section.need("rules")
        found: dict[str, FlagRule] = {}
        for item in items_of(node, "'rules'", self._issues) if node is not None else ():
            rule = self._rule(item)
            if rule.name in found:
                self._issues.add(item, f"rule {rule.name!r} stands more than once")
            if rule.on and rule.within >= look_back:
                self._issues.add(item, f"rule {rule.name!r}: 'within' must be shorter than 'look_back', or nothing is ever found")
            found[rule.name] = rule
        return tuple(found.values())

    def _rule(self, node: Node) -> FlagRule:
        section = Section(node, "a rule", self._issues, _RULE)
        section.need("kind")
        kind = FlagKind(section.choice("kind", FlagKind, FlagKind.REPEATED))
        for name in NEEDED[kind]:
            section.need(name)
        for name in set(_PARAMETERS) - set(NEEDED[kind]):
            if name in section:
                self._issues.add(section.node_of(name), f"a rule of kind {kind} has no {name!r}; it has {', '.join(NEEDED[kind])}")
        given: dict[str, Any] = {
            "name": section.needed_text("name"),
            "label": self._label(section, "label"),
            "meaning": self._label(section, "meaning"),
            "kind": kind,
            "reason": section.needed_text("reason"),
            "hold": section.flag("hold"),
            "on": section.flag("on") if "on" in section else True,
            "classes": self._codes(section, "classes"),
            "not_classes": self._codes(section, "not_classes"),
            "same": self._names(section, "same", self._comparable()),
            "within": self._duration(section, "within") if "within" in section else timedelta(),
            "most": section.whole("most", 0, 1),
            "fields": self._names(section, "fields", _MISSABLE),
            "answers": self._names(section, "answers", self._vocabulary.event_types),
            "spreads": self._spreads(section),
            "least": section.whole("least", 0, 5),
            "days": section.whole("days", 0, 1),
        }
        return FlagRule(**{one.name: given[one.name] for one in fields(FlagRule)})

    def _comparable(self) -> list[str]:
        own = [one.name for one in self._made.attributes] if self._made else []
        return [*DIMENSIONS, *REFERENCES, *own]

    def _names(self, section: Section, key: str, valid: Sequence[str] | Mapping[str, object]) -> tuple[str, ...]:
        found = section.texts(key)
        for name in found:
            if name not in valid:
                self._issues.add(section.node_of(key), f"{key!r} names {name!r}; {valid_hint(name, valid)}")
        if key in section and not found:
            self._issues.add(section.node_of(key), f"{key!r} must name something")
        return tuple(found)

    def _codes(self, section: Section, key: str) -> tuple[str, ...]:
        known = self._vocabulary.codes.get("business_class", {})
        found = section.texts(key)
        for code in found:
            if known and code not in known:
                self._issues.add(section.node_of(key), f"no business class {code!r}; {valid_hint(code, known)}")
        return tuple(found)

    def _label(self, section: Section, key: str) -> Label:
        section.need(key)
        label = section.section(key, ("zh", "en"))
        return Label(label.needed_text("zh"), label.needed_text("en")) if label else Label("", "")

    def _duration(self, section: Section, key: str) -> timedelta:
        text = section.needed_text(key)
        found = parse_duration(text)
        if text and not found:
            self._issues.add(section.node_of(key), f"{key!r} is {text!r}; valid: a duration such as 30s, 10m, 2h, 1d")
        return found or timedelta()

    def _spreads(self, section: Section) -> float:
        text = section.text("spreads")
        if not text:
            return 0.0
        try:
            found = float(text)
        except ValueError:
            found = 0.0
        if not 1 <= found <= 1000:
            self._issues.add(section.node_of("spreads"), f"'spreads' is {text!r}; valid: a number from 1 to 1000")
        return found
