"""Valid events of any vocabulary, made from its declarations alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tongguan.model.event import MEASURES, REFERENCES
from tongguan.model.vocabulary import EventType, Kind, Vocabulary

_PERSONAL_SHARE = 0.3


class EventMaker:
    """Makes events that move cases along.

    Args:
        vocabulary: its types that reach milestones are used.
        chance: seeded source of chance.
        start: time of the earliest event; the others follow within three hours.
        cases: among how many cases of a kind the events are spread.
    """

    def __init__(self, vocabulary: Vocabulary, chance: random.Random, start: datetime, cases: int = 500) -> None:
        self._types: Sequence[EventType] = [t for t in vocabulary.event_types.values() if t.milestones]
        self._vocabulary = vocabulary
        self._chance = chance
        self._start = start
        self._cases = cases

    def make(self, event_id: str) -> bytes:
        """Return one record under an id."""
        chance, found = self._chance, self._chance.choice(self._types)
        # Whole seconds, so that many events share an instant.
        values: dict[str, Any] = {
            "type": found.name,
            "time": self._start + timedelta(seconds=chance.randrange(10_800)),
            "event_id": event_id,
            "sequence": chance.randrange(3),
        }
        for kind in found.milestones:
            values[f"{kind}_id"] = f"{kind}-{chance.randrange(self._cases)}"
        for column in (*found.requires, "channel", "amount"):
            values.setdefault(column, self._value(column))
        attributes = {a.name: "13800138000" for a in found.attributes if a.personal and a.kind is Kind.TEXT and not a.values}
        if attributes and chance.random() < _PERSONAL_SHARE:
            values["attributes"] = attributes
        return msgspec.json.encode(values)

    def _value(self, column: str) -> Any:
        if column in self._vocabulary.codes:
            return self._chance.choice(sorted(self._vocabulary.codes[column]))
        if column in MEASURES:
            return self._chance.randrange(1, 100_000)
        if column == "currency":
            return "CNY"
        if column == "due_time":
            return self._start + timedelta(days=1)
        if column in REFERENCES:
            return f"{column.removesuffix('_id')}-{self._chance.randrange(self._cases)}"
        return "any"
