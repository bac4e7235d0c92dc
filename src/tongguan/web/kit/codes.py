"""Names of codes for people: from the packs where they declare them, else from the pages' own texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tongguan.model.access import Level, Permission, Role, Scope
from tongguan.model.reasons import Quarantine
from tongguan.model.vocabulary import Vocabulary
from tongguan.model.waiting import Lateness
from tongguan.web.kit.components import Choice, Status
from tongguan.web.kit.lateness import LATENESS
from tongguan.web.kit.ports import QuarantineState
from tongguan.web.kit.regions import RegionBook
from tongguan.web.kit.texts import Texts, msg

COLUMNS: Final = {
    "channel": msg("Channel"),
    "sub_channel": msg("Sub-channel"),
    "region": msg("Region"),
    "business_class": msg("Business class"),
    "brand": msg("Brand"),
    "tier": msg("Customer tier"),
    "network": msg("Network"),
    "result": msg("Result"),
    "reason": msg("Reason"),
    "customer_id": msg("Customer"),
    "session_id": msg("Session"),
    "order_id": msg("Order"),
    "payment_id": msg("Payment"),
    "package_id": msg("Package"),
    "product_id": msg("Product"),
    "resource_id": msg("Resource"),
    "contact_id": msg("Contact"),
    "ticket_id": msg("Ticket"),
    "device_id": msg("Device"),
    "campaign_id": msg("Campaign"),
    "actor_id": msg("Staff"),
    "payment_channel": msg("Payment channel"),
    "bank": msg("Bank"),
    "carrier": msg("Courier"),
    "category": msg("Category"),
    "kind": msg("Kind"),
    "service": msg("Service"),
    "traffic_source": msg("Came from"),
    "page": msg("Page"),
    "resource_kind": msg("Kind of resource"),
    "warehouse": msg("Warehouse"),
    "district": msg("District"),
    "place": msg("Place"),
    "plan": msg("Plan"),
    "topic": msg("Topic"),
    "skill": msg("Skill group"),
    "mode": msg("Mode"),
    "target": msg("Target"),
    "cause": msg("Cause"),
    "severity": msg("Severity"),
    "touchpoint": msg("Touchpoint"),
    "score": msg("Score"),
    "value": msg("Value"),
    "sold": msg("Sold"),
    "paid": msg("Paid"),
    "seconds": msg("Duration"),
    "system": msg("System"),
    "amount": msg("Amount"),
    "currency": msg("Currency"),
    "quantity": msg("Quantity"),
    "duration": msg("Duration"),
    "due_time": msg("Promised time"),
    "sequence": msg("Sequence"),
    "event_id": msg("Event id"),
    "type": msg("Type"),
    "time": msg("Time"),
    "source": msg("Source"),
    "batch": msg("Delivery"),
    "position": msg("Position"),
    "received_time": msg("Received"),
    "rank": msg("Rank"),
}

STATUSES: Final = {
    "created": (msg("Created"), Status.GOOD),
    "confirmed": (msg("Confirmed"), Status.GOOD),
    "acknowledged": (msg("Acknowledged"), Status.GOOD),
    "pending": (msg("Pending"), Status.GOOD),
    "queued": (msg("Queued"), Status.GOOD),
    "new": (msg("New"), Status.GOOD),
    "authorized": (msg("Authorised"), Status.GOOD),
    "approved": (msg("Approved"), Status.GOOD),
    "paid": (msg("Paid"), Status.GOOD),
    "accepted": (msg("Accepted"), Status.GOOD),
    "processing": (msg("Processing"), Status.GOOD),
    "inProgress": (msg("In progress"), Status.GOOD),
    "running": (msg("Running"), Status.GOOD),
    "activating": (msg("Activating"), Status.GOOD),
    "reserved": (msg("Reserved"), Status.GOOD),
    "allocated": (msg("Allocated"), Status.GOOD),
    "packed": (msg("Packed"), Status.GOOD),
    "invoiced": (msg("Invoiced"), Status.GOOD),
    "shipped": (msg("Shipped"), Status.GOOD),
    "delivered": (msg("Delivered"), Status.GOOD),
    "activated": (msg("Activated"), Status.GOOD),
    "listed": (msg("Listed"), Status.GOOD),
    "available": (msg("Available"), Status.GOOD),
    "planned": (msg("Planned"), Status.GOOD),
    "offered": (msg("Offered"), Status.GOOD),
    "up": (msg("Up"), Status.GOOD),
    "done": (msg("Done"), Status.GOOD),
    "completed": (msg("Completed"), Status.GOOD),
    "resolved": (msg("Resolved"), Status.GOOD),
    "closed": (msg("Closed"), Status.GOOD),
    "refunded": (msg("Refunded"), Status.GOOD),
    "merged": (msg("Merged"), Status.GOOD),
    "held": (msg("On hold"), Status.WATCH),
    "paused": (msg("Paused"), Status.WATCH),
    "due": (msg("Due"), Status.WATCH),
    "partial": (msg("Partly done"), Status.WATCH),
    "returning": (msg("Being returned"), Status.WATCH),
    "refunding": (msg("Being refunded"), Status.WATCH),
    "cancelling": (msg("Being cancelled"), Status.WATCH),
    "assessingCancellation": (msg("Cancellation under review"), Status.WATCH),
    "pendingCancellation": (msg("Awaiting cancellation"), Status.WATCH),
    "unavailable": (msg("Out of stock"), Status.WATCH),
    "quarantined": (msg("Set aside"), Status.WATCH),
    "rejected": (msg("Rejected"), Status.BAD),
    "refused": (msg("Refused"), Status.BAD),
    "failed": (msg("Failed"), Status.BAD),
    "lost": (msg("Lost"), Status.BAD),
    "down": (msg("Down"), Status.BAD),
    "cancelled": (msg("Cancelled"), Status.UNKNOWN),
    "returned": (msg("Returned"), Status.UNKNOWN),
    "reversed": (msg("Reversed"), Status.UNKNOWN),
    "withdrawn": (msg("Withdrawn"), Status.UNKNOWN),
    "retired": (msg("Retired"), Status.UNKNOWN),
    "delisted": (msg("Delisted"), Status.UNKNOWN),
    "abandoned": (msg("Abandoned"), Status.UNKNOWN),
}
"""Status words of cases (TMF622, TMF621) with their names and how they are marked."""

REASONS: Final = {
    Quarantine.MALFORMED_JSON: msg("Not valid JSON"),
    Quarantine.NOT_AN_OBJECT: msg("Not a JSON object"),
    Quarantine.WRONG_TYPE: msg("Wrong type of value"),
    Quarantine.MISSING_FIELD: msg("Required field missing"),
    Quarantine.UNKNOWN_FIELD: msg("Unknown field"),
    Quarantine.UNKNOWN_TYPE: msg("Unknown event type"),
    Quarantine.UNKNOWN_CODE: msg("Unknown code"),
    Quarantine.BAD_TIME: msg("Unreadable time"),
    Quarantine.TIME_WITHOUT_ZONE: msg("Time without zone"),
    Quarantine.TIME_IN_FUTURE: msg("Time in the future"),
    Quarantine.TIME_TOO_OLD: msg("Time too long ago"),
    Quarantine.BAD_ATTRIBUTE: msg("Invalid attribute"),
    Quarantine.BAD_AMOUNT: msg("Invalid amount"),
    Quarantine.TOO_LARGE: msg("Record too large"),
    Quarantine.BAD_TEXT: msg("Unreadable text"),
    Quarantine.ID_REUSED: msg("Id used again with other content"),
    Quarantine.BAD_ROW: msg("Unreadable row"),
    Quarantine.UNMAPPED_CODE: msg("Code missing from the mapping"),
    Quarantine.JOIN_MISSING: msg("No matching row in the joined file"),
}

ROLES: Final = {
    Role.ADMIN: msg("Administrator"),
    Role.MANAGER: msg("Manager"),
    Role.ANALYST: msg("Channel analyst"),
    Role.DISPATCHER: msg("Duty dispatcher"),
    Role.STAGE_OWNER: msg("Stage owner"),
    Role.AUDITOR: msg("Auditor"),
    Role.SERVICE_AGENT: msg("Service agent"),
}

PERMISSIONS: Final = {
    Permission.SEE_PANORAMA: msg("see the panorama"),
    Permission.SEE_ORDERS: msg("see orders"),
    Permission.SEE_DATA: msg("see incoming data"),
    Permission.REPLAY_QUARANTINE: msg("replay and discard quarantined records"),
    Permission.SEE_PERSONAL: msg("see personal data"),
    Permission.EXPORT: msg("export lists"),
    Permission.COMPARE_REGIONS: msg("compare regions"),
    Permission.WORK_ON_TASKS: msg("work on tasks"),
    Permission.MANAGE_TASKS: msg("transfer and urge tasks"),
    Permission.EDIT_RULES: msg("change rules"),
    Permission.MANAGE_USERS: msg("manage users"),
    Permission.MANAGE_TOKENS: msg("manage API tokens"),
    Permission.ERASE_PERSONAL: msg("erase personal data"),
}

LEVELS: Final = {Level.PROVINCE: msg("Province"), Level.CITY: msg("City"), Level.DISTRICT: msg("District")}

STATES: Final = {
    QuarantineState.OPEN: msg("Open"),
    QuarantineState.REPLAYED: msg("Replayed"),
    QuarantineState.DISCARDED: msg("Discarded"),
}


class Codes:
    """Names in one language; a code that nobody named is shown as it is."""

    def __init__(self, vocabulary: Vocabulary, texts: Texts, regions: RegionBook) -> None:
        self._regions = regions
        self._vocabulary = vocabulary
        self._texts = texts
        self._language = texts.language

    def label(self, column: str, code: str) -> str:
        """Name a code of a column."""
        if column == "region" and code in self._regions.tree:
            return self._regions.tree.name(code, self._language)
        return self._vocabulary.code_label(column, code, self._language)

    def column(self, name: str) -> str:
        """Name a column of events."""
        return self._texts(COLUMNS[name]) if name in COLUMNS else name

    def kind(self, kind: str) -> str:
        """Name a kind of object or case."""
        if kind in self._vocabulary.case_kinds:
            return self._vocabulary.case_kinds[kind].label.in_language(self._language)
        return self.column(f"{kind}_id") if f"{kind}_id" in COLUMNS else kind

    def event_type(self, name: str) -> str:
        """Name an event type."""
        known = self._vocabulary.event_types.get(name)
        return known.label.in_language(self._language) if known else name

    def area(self, name: str) -> str:
        """Name an area."""
        return next((pack.label.in_language(self._language) for pack in self._vocabulary.packs if pack.area == name), name)

    def stage(self, name: str) -> str:
        """Name a stage."""
        return next((s.label.in_language(self._language) for s in self._vocabulary.stages if s.name == name), name)

    def milestone(self, kind: str, name: str) -> str:
        """Name a milestone of a case kind."""
        known = self._vocabulary.case_kinds.get(kind)
        found = [m for m in known.milestones if m.name == name] if known else []
        return found[0].label.in_language(self._language) if found else name

    def status(self, word: str) -> str:
        """Name a status word of a case."""
        return self._texts(STATUSES[word][0]) if word in STATUSES else word

    def status_mark(self, word: str) -> Status:
        """Tell how a status word is marked."""
        return STATUSES[word][1] if word in STATUSES else Status.UNKNOWN

    def lateness(self, lateness: Lateness) -> tuple[str, Status | None]:
        """Return the word and the mark of how an open step stands against its limit."""
        word, mark = LATENESS[lateness]
        return self._texts(word), mark

    def of_enum(self, value: Quarantine | Role | Permission | Level | QuarantineState) -> str:
        """Name a member of a closed list."""
        for names in (REASONS, ROLES, PERMISSIONS, LEVELS, STATES):
            found: Mapping[object, str] = names  # type: ignore[assignment]  # keys of one list each
            if value in found:
                return self._texts(found[value])
        raise KeyError(f"{value!r} has no name for people; give it one in web/kit/codes.py")

    def role(self, name: str) -> str:
        """Name a role by its code."""
        return self.of_enum(Role(name))

    def level(self, name: str) -> str:
        """Name a level by its code."""
        return self.of_enum(Level(name))

    def choices(self, column: str) -> list[Choice]:
        """Return the codes of a column that packs list as choices of a filter; see :meth:`regions` for those."""
        return [Choice(code, label.in_language(self._language)) for code, label in self._vocabulary.codes.get(column, {}).items()]

    def regions(self, scope: Scope) -> list[Choice]:
        """Return the regions of the book that a scope sees as choices, each after what it lies in."""
        tree = self._regions.tree.within(scope)
        return [Choice(region.code, region.name(self._language), tree.depth(region.code)) for region in tree]
