"""How a pack says what its events, cases and stages are, and the one registry made of all packs.

Packs declare; engines read. No engine knows a telecom word: it gets a :class:`Vocabulary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from tongguan.lib.suggest import valid_hint
from tongguan.model.event import DIMENSIONS, EVENT_FIELDS, OBJECT_KINDS, REFERENCES
from tongguan.model.measures import OWN, How, Measure
from tongguan.model.queues import checked_queues
from tongguan.model.tasks import Queue


class VocabularyError(ValueError):
    """Two packs contradict each other, or a declaration names something that does not exist."""


class Kind(StrEnum):
    """What a value of an attribute is."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TIME = "time"
    DATE = "date"
    """A day, ``2026-11-21``."""
    MONEY = "money"
    LIST = "list"
    OBJECT = "object"


@dataclass(frozen=True)
class Label:
    """A name in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the Chinese name for any ``zh…`` language and the English one otherwise."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Attribute:
    """A value that only some event types carry, inside ``attributes``.

    Attributes:
        name: key in the JSON object, snake_case.
        kind: what its value is; money is an integer in minor units, time is RFC 3339 text with a zone.
        meaning: one sentence in English.
        personal: the value says something about an identifiable person: stored only as a keyed token.
        values: the only valid texts; empty for any.
    """

    name: str
    kind: Kind
    meaning: str
    personal: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventType:
    """One kind of thing that happens.

    Attributes:
        name: ``noun.past_participle``, such as ``order.created``.
        label: display name.
        meaning: one or two sentences in English: what happened, and who says it.
        rank: place among events of the same instant and sequence, 0–999; a cause ranks below its effect.
        requires: columns that must not be empty.
        attributes: what it may carry besides the wide columns.
        milestones: case kind → milestone that this event reaches in the case that it refers to.
        personal: columns of the wide shape whose value is personal in this type.
        version: raised when the meaning of a field changes; older versions are up-cast.
    """

    name: str
    label: Label
    meaning: str
    rank: int = 500
    requires: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    milestones: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    personal: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Milestone:
    """A point that a case reaches.

    Attributes:
        name: unique within the case kind.
        label: display name.
        status: the coarse state a case is in once this is its latest step (TMF622 words where one fits).
        step: False for things that happen beside the flow (an item added, a note): they are counted and timed,
            but never become the current step.
        final: nothing more is expected after it.
        reopens: a step that may follow an end (a return of what was delivered). Any other step after an end is a late or wrongly
            dated record: it stays in the story and does not move the case.
    """

    name: str
    label: Label
    status: str
    step: bool = True
    final: bool = False
    reopens: bool = False


@dataclass(frozen=True)
class Sum:
    """An amount of a case, added up from the amounts of the events at its milestones.

    Attributes:
        plus: milestones whose amounts are added.
        minus: milestones whose amounts are taken away.
        otherwise: milestones added instead where no event at ``plus`` or ``minus`` has an amount.
    """

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limit:
    """How long a case may stand at a step, until people write other rules.

    Attributes:
        warning: from then on it is warned.
        late: from then on it is late.
        promised: where the case has a promised time, that is the limit, and the warning comes ``late - warning`` before it.
        working: working time of the office; else all-day time.
        silent: after so long without any event of the case its state is unknown; None for never. All-day time.
    """

    warning: timedelta
    late: timedelta
    promised: bool = False
    working: bool = False
    silent: timedelta | None = None


@dataclass(frozen=True)
class CaseKind:
    """One kind of run of a process: an order, a package, a ticket.

    Attributes:
        name: also the object kind; the column ``<name>_id`` names its cases.
        label: display name.
        milestones: in the usual order.
        sums: named amounts of a case; lists of cases show ``sold`` and ``paid`` where declared.
        due_at: milestones whose ``due_time`` is what the customer was promised; empty for all.
        limits: step → how long a case may stand there; steps that are not named have no limit.
        pauses: milestone from which somebody outside must act → milestone that ends the pause; so does any later step of the flow.
    """

    name: str
    label: Label
    milestones: tuple[Milestone, ...]
    sums: Mapping[str, Sum] = field(default_factory=lambda: MappingProxyType({}))
    due_at: tuple[str, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=lambda: MappingProxyType({}))
    pauses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def key(self) -> str:
        """The column of ``events`` that holds the id of the case."""
        return f"{self.name}_id"

    def milestone(self, name: str) -> Milestone:
        """Return a milestone by name.

        Raises:
            KeyError: no such milestone; the message names the nearest.
        """
        for milestone in self.milestones:
            if milestone.name == name:
                return milestone
        raise KeyError(f"case kind {self.name!r} has no milestone {name!r}; {valid_hint(name, [m.name for m in self.milestones])}")


@dataclass(frozen=True)
class Stage:
    """One stage of the whole process, as the panorama draws it.

    Attributes:
        name: code, also in addresses of pages.
        label: display name.
        volume: event types whose count is the stage's volume.
        failures: event types whose count is its failures.
        case_kind: the kind of case that waits in this stage; empty when nothing waits.
        waiting_at: milestones at which a case waits for this stage to act.
        breakdowns: by what a day of the stage is taken apart: columns of the event, or attributes of its types.
        burden: its volume is trouble: many are bad news, few are none.
        measures: what it is measured by besides volume and failures, the most important first.
        phase: the part of the sale that it belongs to; stages of one phase stand together.
    """

    name: str
    label: Label
    volume: tuple[str, ...]
    failures: tuple[str, ...] = ()
    case_kind: str = ""
    waiting_at: tuple[str, ...] = ()
    breakdowns: tuple[str, ...] = ("channel", "region", "business_class", "reason")
    burden: bool = False
    measures: tuple[Measure, ...] = ()
    phase: Label = Label("", "")


@dataclass(frozen=True)
class Pack:
    """What one area contributes.

    Attributes:
        area: name of the folder under ``areas``.
        label: display name.
        event_types: its events.
        case_kinds: its kinds of case.
        codes: closed code lists by column (``channel``, ``business_class`` …): code → label. Columns that no pack
            lists take any text.
        names: names of usual codes by column or attribute (``reason``, ``payment_channel`` …) that takes any text: code →
            label. They close nothing; a code without a name is shown as it is. A code under another (``network.slow``)
            has a name of its own.
        queues: what people work off, each made of open steps.
    """

    area: str
    label: Label
    event_types: tuple[EventType, ...] = ()
    case_kinds: tuple[CaseKind, ...] = ()
    codes: Mapping[str, Mapping[str, Label]] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, Mapping[str, Label]] = field(default_factory=lambda: MappingProxyType({}))
    queues: tuple[Queue, ...] = ()


class Vocabulary:
    """Every event type, case kind, code list and stage of an installation.

    Args:
        packs: the areas' packs.
        stages: the stages of the whole process in order.

    Raises:
        VocabularyError: a name declared twice, or a reference to something that no pack declares.
    """

    def __init__(self, packs: Iterable[Pack], stages: Iterable[Stage] = ()) -> None:
        self.packs = tuple(packs)
        self.event_types: dict[str, EventType] = {}
        self.area_of: dict[str, str] = {}
        self.case_kinds: dict[str, CaseKind] = {}
        self.codes: dict[str, dict[str, Label]] = {}
        self.names: dict[str, dict[str, Label]] = {}
        for pack in self.packs:
            self._add(pack)
        self.stages = tuple(stages)
        try:
            self._check()
            self.queues = checked_queues(self)
        except KeyError as error:
            raise VocabularyError(error.args[0]) from error

    def _add(self, pack: Pack) -> None:
        for event_type in pack.event_types:
            if event_type.name in self.event_types:
                raise VocabularyError(f"event type {event_type.name!r} is declared by {self.area_of[event_type.name]} and {pack.area}")
            self.event_types[event_type.name] = event_type
            self.area_of[event_type.name] = pack.area
        for kind in pack.case_kinds:
            if kind.name in self.case_kinds:
                raise VocabularyError(f"case kind {kind.name!r} is declared twice, again by {pack.area}")
            self.case_kinds[kind.name] = kind
        _merge(self.codes, pack.codes, pack.area)
        _merge(self.names, pack.names, pack.area)

    def _check(self) -> None:
        for kind in self.case_kinds.values():
            if kind.name not in OBJECT_KINDS:
                raise VocabularyError(f"case kind {kind.name!r} has no column; {valid_hint(kind.name, OBJECT_KINDS)}")
            _no_twins(f"milestones of {kind.name}", [m.name for m in kind.milestones])
            for milestone in (*kind.due_at, *kind.limits, *kind.pauses, *kind.pauses.values()):
                kind.milestone(milestone)
            for total in kind.sums.values():
                for milestone in (*total.plus, *total.minus, *total.otherwise):
                    kind.milestone(milestone)
        for column in self.codes:
            if column not in EVENT_FIELDS:
                raise VocabularyError(f"codes for column {column!r}; {valid_hint(column, EVENT_FIELDS)}")
        self._check_names()
        for event_type in self.event_types.values():
            self._check_type(event_type)
        for stage in self.stages:
            for name in (*stage.volume, *stage.failures):
                self.event_type(name)
            for milestone in stage.waiting_at:
                self.case_kind(stage.case_kind).milestone(milestone)
            self._check_columns(f"stage {stage.name}", (*stage.volume, *stage.failures), stage.breakdowns)
            self._check_measures(stage)

    def _check_names(self) -> None:
        declared = {*EVENT_FIELDS, *(attribute.name for one in self.event_types.values() for attribute in one.attributes)}
        for column in self.names:
            if column not in declared:
                hint = valid_hint(column, sorted(declared))
                raise VocabularyError(f"names for codes of {column!r}, which is no column and no attribute; {hint}")
            if column in self.codes:
                raise VocabularyError(f"names for codes of {column!r}, whose list is closed: the labels of its codes are its names")

    def _check_type(self, event_type: EventType) -> None:
        if not 0 <= event_type.rank <= 999:
            raise VocabularyError(f"{event_type.name}: rank {event_type.rank} is not within 0–999")
        for column in (*event_type.requires, *event_type.personal):
            if column not in EVENT_FIELDS:
                raise VocabularyError(f"{event_type.name} names column {column!r}; {valid_hint(column, EVENT_FIELDS)}")
        _no_twins(f"attributes of {event_type.name}", [a.name for a in event_type.attributes])
        for kind, milestone in event_type.milestones.items():
            self.case_kind(kind).milestone(milestone)

    def event_type(self, name: str) -> EventType:
        """Return an event type by name; KeyError names the nearest."""
        try:
            return self.event_types[name]
        except KeyError:
            raise KeyError(f"no event type {name!r}; {valid_hint(name, self.event_types)}") from None

    def case_kind(self, name: str) -> CaseKind:
        """Return a case kind by name; KeyError names the nearest."""
        try:
            return self.case_kinds[name]
        except KeyError:
            raise KeyError(f"no case kind {name!r}; {valid_hint(name, self.case_kinds)}") from None

    def _check_columns(self, whose: str, types: Iterable[str], names: Iterable[str]) -> None:
        found = [self.event_type(name) for name in types]
        known = {*DIMENSIONS, *REFERENCES, *(attribute.name for one in found for attribute in one.attributes)}
        for name in names:
            if name not in known:
                raise VocabularyError(f"{whose}: no column and no attribute {name!r}; {valid_hint(name, sorted(known))}")

    def _check_measures(self, stage: Stage) -> None:
        names = [*OWN, *(measure.name for measure in stage.measures)]
        _no_twins(f"measures of stage {stage.name}", names)
        for measure in stage.measures:
            for event_type in measure.types:
                self.event_type(event_type)
            if not measure.types and measure.how is not How.SHARE:
                raise VocabularyError(f"measure {measure.name!r} of stage {stage.name} looks at no event type")
            for column in measure.columns:
                if column not in EVENT_FIELDS:
                    raise VocabularyError(f"measure {measure.name!r} names column {column!r}; {valid_hint(column, EVENT_FIELDS)}")
            for other in (measure.part, measure.whole) if measure.how is How.SHARE else ():
                if other not in names:
                    raise VocabularyError(f"measure {measure.name!r} of stage {stage.name} names {other!r}; {valid_hint(other, names)}")

    def stage(self, name: str) -> Stage:
        """Return a stage by name; KeyError names the nearest."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(f"no stage {name!r}; {valid_hint(name, [s.name for s in self.stages])}")

    def code_label(self, column: str, code: str, language: str) -> str:
        """Return the display name of a code of a column or attribute, or the code itself where no pack names it."""
        label = self.codes.get(column, {}).get(code) or self.names.get(column, {}).get(code)
        return label.in_language(language) if label else code


def _merge(into: dict[str, dict[str, Label]], more: Mapping[str, Mapping[str, Label]], area: str) -> None:
    for column, codes in more.items():
        known = into.setdefault(column, {})
        for code, label in codes.items():
            if known.setdefault(code, label) != label:
                raise VocabularyError(f"code {code!r} of {column!r} has two labels, the second from {area}")


def _no_twins(what: str, names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise VocabularyError(f"{what}: declared more than once: {', '.join(twins)}")
