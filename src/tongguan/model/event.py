"""One event, as a source says it and as the warehouse keeps it.

Everything that Tongguan knows came in as an event: one wide shape, sparse, with the same names at the
API, in mappings, in the spool and in the ``events`` table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

DIMENSIONS: Final = (
    "channel",
    "sub_channel",
    "region",
    "business_class",
    "brand",
    "tier",
    "network",
    "result",
    "reason",
)
"""Columns by which events are grouped: short codes, empty where the source does not say."""

REFERENCES: Final = (
    "customer_id",
    "session_id",
    "order_id",
    "payment_id",
    "package_id",
    "product_id",
    "resource_id",
    "contact_id",
    "ticket_id",
    "device_id",
    "campaign_id",
    "actor_id",
)
"""Columns that name an object; an object's kind is the name without ``_id``."""

OBJECT_KINDS: Final = tuple(name.removesuffix("_id") for name in REFERENCES)

MEASURES: Final = ("amount", "quantity", "duration")
"""Integer columns: amount in minor units of ``currency``, quantity in pieces, duration in milliseconds."""

_Code = Annotated[str, msgspec.Meta(max_length=200)]
_Reference = Annotated[str, msgspec.Meta(max_length=200)]
_Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Zoned = Annotated[datetime, msgspec.Meta(tz=True)]


class ObjectRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A further object that the event touches (OCEL 2.0 event-to-object relation)."""

    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    qualifier: Annotated[str, msgspec.Meta(max_length=64)] = ""


class Event(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What happened, when, where, to what.

    ``time`` must carry a zone. ``event_id`` is the source's own identifier; without one it is derived from the
    content, so two identical events without ids count once. ``sequence`` is the source's own order of events that
    share an instant (0 where it has none). ``due_time`` is the moment promised to the customer for whatever the
    event starts. ``attributes`` holds what only this type has; see the event reference. ``null`` means the same as leaving a
    field out.
    """

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    time: _Zoned
    event_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    sequence: Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)] | None = None
    channel: _Code | None = None
    sub_channel: _Code | None = None
    region: _Code | None = None
    business_class: _Code | None = None
    brand: _Code | None = None
    tier: _Code | None = None
    network: _Code | None = None
    result: _Code | None = None
    reason: _Code | None = None
    amount: _Whole | None = None
    currency: Annotated[str, msgspec.Meta(max_length=3)] | None = None
    quantity: _Whole | None = None
    duration: _Whole | None = None
    due_time: _Zoned | None = None
    customer_id: _Reference | None = None
    session_id: _Reference | None = None
    order_id: _Reference | None = None
    payment_id: _Reference | None = None
    package_id: _Reference | None = None
    product_id: _Reference | None = None
    resource_id: _Reference | None = None
    contact_id: _Reference | None = None
    ticket_id: _Reference | None = None
    device_id: _Reference | None = None
    campaign_id: _Reference | None = None
    actor_id: _Reference | None = None
    attributes: dict[str, Any] | None = None
    objects: list[ObjectRef] | None = None


EVENT_FIELDS: Final = tuple(Event.__struct_fields__)
"""The names a source may use, in order."""

ROW_COLUMNS: Final = (*EVENT_FIELDS, "rank", "source", "batch", "position", "received_time")
"""The columns of one spooled row, in order: the event's fields and what ingest adds.

``rank`` is the declared rank of the type; ``batch`` and ``position`` say which record of which batch it was;
``received_time`` is when the batch came in.
"""
