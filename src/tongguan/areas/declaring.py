"""Short ways to write the declarations of a pack, so that an area's ``events.py`` reads like a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from tongguan.model.vocabulary import Attribute, EventType, Kind, Label, Limit, Milestone


def happening(
    name: str,
    zh: str,
    en: str,
    meaning: str,
    rank: int,
    *,
    requires: str = "",
    attributes: Sequence[Attribute] = (),
    **milestones: str,
) -> EventType:
    """Return an event type.

    Args:
        name: ``noun.past_participle``.
        zh: display name in Chinese.
        en: display name in English.
        meaning: what happened, and who says it.
        rank: place among events of one instant, 0–999.
        requires: columns that must not be empty, parted by spaces.
        attributes: what it may carry besides the wide columns.
        milestones: case kind → milestone reached in that case.
    """
    return EventType(
        name=name,
        label=Label(zh, en),
        meaning=meaning,
        rank=rank,
        requires=tuple(requires.split()),
        attributes=tuple(attributes),
        milestones=MappingProxyType(milestones),
    )


SILENT: Final = timedelta(days=14)
"""Nobody knows any more what became of a case of which nothing was heard for so long."""


def limits(warning: timedelta, late: timedelta, *steps: str, promised: bool = False, working: bool = False) -> dict[str, Limit]:
    """Return the same limit for several steps; see :class:`Limit`."""
    return dict.fromkeys(steps, Limit(warning, late, promised, working, SILENT))


def step(name: str, zh: str, en: str, status: str) -> Milestone:
    """Return a milestone that becomes the current step of its case."""
    return Milestone(name, Label(zh, en), status)


def again(name: str, zh: str, en: str, status: str) -> Milestone:
    """Return a step that may also follow an end, and then reopens the case."""
    return Milestone(name, Label(zh, en), status, reopens=True)


def end(name: str, zh: str, en: str, status: str) -> Milestone:
    """Return a step after which nothing more is expected."""
    return Milestone(name, Label(zh, en), status, final=True)


def aside(name: str, zh: str, en: str, status: str) -> Milestone:
    """Return a milestone beside the flow: timed and counted, never the current step."""
    return Milestone(name, Label(zh, en), status, step=False)


def text(name: str, meaning: str, *values: str) -> Attribute:
    """Return a text attribute; with ``values`` only those are valid."""
    return Attribute(name, Kind.TEXT, meaning, values=values)


def personal(name: str, meaning: str) -> Attribute:
    """Return a text attribute that says something about an identifiable person."""
    return Attribute(name, Kind.TEXT, meaning, personal=True)


def whole(name: str, meaning: str) -> Attribute:
    """Return an integer attribute."""
    return Attribute(name, Kind.INTEGER, meaning)


def decimal(name: str, meaning: str) -> Attribute:
    """Return a decimal attribute."""
    return Attribute(name, Kind.DECIMAL, meaning)


def truth(name: str, meaning: str) -> Attribute:
    """Return an attribute that is true or false."""
    return Attribute(name, Kind.BOOLEAN, meaning)


def moment(name: str, meaning: str) -> Attribute:
    """Return an attribute that is an instant with a zone."""
    return Attribute(name, Kind.TIME, meaning)


def day(name: str, meaning: str) -> Attribute:
    """Return an attribute that is a day."""
    return Attribute(name, Kind.DATE, meaning)


def money(name: str, meaning: str) -> Attribute:
    """Return an attribute in minor units of the event's currency."""
    return Attribute(name, Kind.MONEY, meaning)


def several(name: str, meaning: str) -> Attribute:
    """Return an attribute that is a list."""
    return Attribute(name, Kind.LIST, meaning)


def labels(codes: Mapping[str, tuple[str, str]]) -> Mapping[str, Label]:
    """Return a code list from code → (Chinese, English)."""
    return MappingProxyType({code: Label(zh, en) for code, (zh, en) in codes.items()})
