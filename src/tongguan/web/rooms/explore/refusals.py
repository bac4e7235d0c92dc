"""Why a question cannot be answered, in the visitor's language, with what would be valid; and indicators that were typed by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from tongguan.model.indicators import Indicator
from tongguan.web.kit.components import Way
from tongguan.web.kit.period import GRAINS
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.explore.wanted import MOST_BUCKETS, MOST_NAMES, SHORT, Wanted, timed, too_many

_NAMED: Final = re.compile(r".*[(（]([\w.]+)[)）]\s*")
"""``Label (name)``, as the field proposes it."""

_MOST_NEAR: Final = 6

_DIMENSIONS: Final = {
    "step": msg("Step"),
    "status": msg("Status"),
    "method": msg("Method"),
    "entry_point": msg("Entry point"),
    "returning": msg("Came back"),
    "title": msg("Page title"),
    "path": msg("Page path"),
    "referrer": msg("Referrer"),
    "user_agent": msg("Browser"),
    "city": msg("Customer's city"),
    "state": msg("Customer's state"),
    "purpose": msg("Purpose"),
    "delivery_kind": msg("Kind of delivery"),
    "source_status": msg("Status at the source"),
    "installments": msg("Instalments"),
    "direction": msg("Call direction"),
    "ended_by": msg("Ended by"),
    "solved": msg("Solved"),
    "queue": msg("Queue"),
    "complexity": msg("Complexity"),
    "survey": msg("Survey"),
    "question": msg("Question"),
    "priority": msg("Priority"),
    "identity_kind": msg("Kind of identity"),
    "model": msg("Model"),
    "software": msg("Software"),
    "site": msg("Site"),
    "account_period": msg("Account period"),
}
"""Attributes of events that the kit does not name."""


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer.

    Attributes:
        text: the reason, translated.
        valid: what could be chosen instead.
        detail: the reason as the engine says it, in English; empty where ``text`` says all.
    """

    text: str
    valid: Sequence[Way] = ()
    detail: str = ""


def dimension_label(visit: Visit, name: str) -> str:
    """Name a dimension; an attribute that nobody named is shown as it is."""
    return visit.text(_DIMENSIONS[name]) if name in _DIMENSIONS else visit.codes.column(name)


def indicator_label(visit: Visit, indicator: Indicator) -> str:
    """Name an indicator."""
    return indicator.label.in_language(visit.language)


def found_by(text: str, known: Mapping[str, Indicator]) -> str:
    """Return the name of the indicator that a text means: its name, ``label (name)``, or its label; empty for none."""
    named = _NAMED.fullmatch(text)
    for name in (text, named[1] if named else ""):
        if name in known:
            return name
    folded = text.casefold()
    return next((one.name for one in known.values() if folded in (one.label.zh.casefold(), one.label.en.casefold())), "")


def nearest(text: str, known: Mapping[str, Indicator]) -> list[Indicator]:
    """Return the indicators whose names or labels hold a text or look like it."""
    folded = text.casefold()
    words = {one.name: (one.name, one.label.zh.casefold(), one.label.en.casefold()) for one in known.values()}
    found = [name for name, own in words.items() if any(folded in word for word in own)]
    looks = {word: name for name, own in words.items() for word in own}
    found += [looks[word] for word in get_close_matches(folded, looks, _MOST_NEAR, 0.5)]
    return [known[name] for name in dict.fromkeys(found)][:_MOST_NEAR]


def not_there(visit: Visit, text: str, wanted: Wanted, known: Mapping[str, Indicator]) -> Refusal:
    """Say that there is no such indicator, and which are near."""
    kept = [name for name in (*wanted.names, *wanted.unknown) if name != text]
    ways = [
        Way(indicator_label(visit, one), wanted.address().having(names=",".join(dict.fromkeys((*kept, one.name)))), title=one.name)
        for one in nearest(text, known)
    ]
    return Refusal(visit.text("There is no indicator “%(name)s”, or you do not see it.", name=text), ways)


def refusals(visit: Visit, wanted: Wanted, known: Mapping[str, Indicator], dimensions: Sequence[str]) -> list[Refusal]:
    """Return why the question cannot be asked; nothing where it can. ``dimensions`` are those that its indicators share."""
    text = visit.text
    found = [not_there(visit, name, wanted, known) for name in wanted.unknown]
    if len(wanted.names) > MOST_NAMES:
        found.append(Refusal(text("At most %(n)s indicators stand side by side. Remove some.", n=MOST_NAMES)))
    names = visit.listing(indicator_label(visit, known[name]) for name in wanted.names)
    if wanted.names:
        found += [_not_shared(visit, wanted, names, name, dimensions) for name in wanted.by if name not in dimensions]
        for name in wanted.where:
            if name not in dimensions and name not in wanted.by:
                said = text("“%(names)s” cannot be narrowed by “%(dimension)s”.", names=names, dimension=dimension_label(visit, name))
                remove = Way(text("Remove the filter"), wanted.address().having(**{name: ""}))
                found.append(Refusal(said, [remove]))
    daily = [indicator_label(visit, known[name]) for name in wanted.names if not timed(known[name], known)]
    if wanted.grain in SHORT and daily:
        ways = [Way(text(label), wanted.address().having(grain=grain)) for grain, label in GRAINS.items() if grain not in SHORT]
        found.append(Refusal(text("“%(names)s” is known by whole days only.", names=visit.listing(daily)), ways))
    elif too_many(wanted):
        said = text("More than %(n)s points in time. Choose fewer days or a longer time step.", n=visit.formats.full(MOST_BUCKETS))
        found.append(Refusal(said, [Way(text("Automatic"), wanted.address().having(grain=""))]))
    return found


def _not_shared(visit: Visit, wanted: Wanted, names: str, name: str, dimensions: Sequence[str]) -> Refusal:
    place = ("by", "by2")[wanted.by.index(name)]
    clean = {"is": "", "of": ""} if place == "by" else {"is2": "", "of2": ""}
    ways = [
        Way(dimension_label(visit, one), wanted.address().having(**{place: one}, **clean), title=one)
        for one in dimensions
        if one not in wanted.by
    ]
    said = visit.text("“%(names)s” cannot be split by “%(dimension)s”.", names=names, dimension=dimension_label(visit, name))
    return Refusal(said, ways)
