"""Every table of the operational store. ``migrations/`` makes them; a test holds the two equal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Named,
    Table,
    TypedColumns,
    UniqueConstraint,
)

from tongguan.records.columns import Counted, Instant, Words
from tongguan.records.kept_tables import LIVE_NOTE, LIVE_VIEW, note_table, saved_views
from tongguan.records.metadata import metadata
from tongguan.records.rule_tables import rule_books, rule_drafts
from tongguan.records.task_tables import task_entries, tasks, touched_cases, user_skills

__all__ = [
    "LIVE_NOTE",
    "LIVE_VIEW",
    "metadata",
    "note_table",
    "rule_books",
    "rule_drafts",
    "saved_views",
    "task_entries",
    "tasks",
    "touched_cases",
    "user_skills",
]


class ReaderCountColumns(TypedColumns):
    """What the readers counted, apart from what became of it."""

    source: Named[str] = Column(Words, primary_key=True)
    hour: Named[datetime] = Column(Instant, primary_key=True)
    received: Named[int] = Column(BigInteger)


reader_counts = Table("reader_counts", metadata, ReaderCountColumns)


class LedgerColumns(TypedColumns):
    """What became of the records."""

    source: Named[str] = Column(Words, primary_key=True)
    hour: Named[datetime] = Column(Instant, primary_key=True)
    outcome: Named[str] = Column(Words, primary_key=True)
    reason: Named[str] = Column(Words, primary_key=True)
    records: Named[int] = Column(BigInteger)


ledger = Table("ledger", metadata, LedgerColumns, Index(None, "hour"))


class SourceColumns(TypedColumns):
    """When a source was last heard of, and the zone in which its local times are read (empty: it gives offsets)."""

    source: Named[str] = Column(Words, primary_key=True)
    received_time: Named[datetime] = Column(Instant)
    event_time: Named[datetime | None] = Column(Instant)
    zone: Named[str] = Column(Words)


sources = Table("sources", metadata, SourceColumns)


class CursorColumns(TypedColumns):
    """Where a reader stands."""

    name: Named[str] = Column(Words, primary_key=True)
    value: Named[dict[str, Any]] = Column(JSON)


cursors = Table("cursors", metadata, CursorColumns)


class BlockColumns(TypedColumns):
    """The loader's journal. ``unfinished`` is 1 or NULL, and unique: at most one block is on its way."""

    number: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    start: Named[dict[str, Any]] = Column(JSON)
    end: Named[dict[str, Any]] = Column(JSON)
    counts: Named[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    planned_at: Named[datetime] = Column(Instant)
    finished_at: Named[datetime | None] = Column(Instant)
    unfinished: Named[int | None] = Column(Integer)


blocks = Table("blocks", metadata, BlockColumns, UniqueConstraint("unfinished"))


class QuarantineColumns(TypedColumns):
    """Records set aside. ``cipher`` holds the whole record, encrypted; ``value`` and ``preview`` are masked."""

    id: Named[int] = Column(Counted, primary_key=True)
    source: Named[str] = Column(Words)
    batch: Named[int] = Column(BigInteger)
    position: Named[int] = Column(BigInteger)
    reason: Named[str] = Column(Words)
    field: Named[str] = Column(Words)
    value: Named[str] = Column(Words)
    message: Named[str] = Column(Words)
    valid: Named[str] = Column(Words)
    preview: Named[str] = Column(Words)
    cipher: Named[bytes] = Column(LargeBinary)
    mapping: Named[str] = Column(Words)
    origin: Named[str] = Column(Words)
    received_time: Named[datetime] = Column(Instant)
    state: Named[str] = Column(Words)
    closed_at: Named[datetime | None] = Column(Instant)
    closed_by: Named[str | None] = Column(Words)
    replay_batch: Named[int | None] = Column(BigInteger)


quarantine = Table(
    "quarantine",
    metadata,
    QuarantineColumns,
    UniqueConstraint("batch", "position", "reason"),
    Index(None, "state", "source", "reason"),
)


class IdempotencyColumns(TypedColumns):
    """What a sender was answered under its key."""

    source: Named[str] = Column(Words, primary_key=True)
    key: Named[str] = Column(Words, primary_key=True)
    body_hash: Named[str] = Column(Words)
    answer: Named[dict[str, Any]] = Column(JSON)
    at: Named[datetime] = Column(Instant)


idempotency = Table("idempotency", metadata, IdempotencyColumns, Index(None, "at"))


class DeliveryColumns(TypedColumns):
    """The batches that came in, for the data page."""

    batch: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    source: Named[str] = Column(Words)
    origin: Named[str] = Column(Words)
    received_time: Named[datetime] = Column(Instant)
    received: Named[int] = Column(BigInteger)
    accepted: Named[int] = Column(BigInteger)
    quarantined: Named[int] = Column(BigInteger)
    duplicate: Named[int] = Column(BigInteger)
    state: Named[str] = Column(Words)


deliveries = Table("deliveries", metadata, DeliveryColumns, Index(None, "source", "batch"))


class ImportColumns(TypedColumns):
    """How far a file was read."""

    fingerprint: Named[str] = Column(Words, primary_key=True)
    source: Named[str] = Column(Words)
    name: Named[str] = Column(Words)
    mapping: Named[str] = Column(Words)
    rows_done: Named[int] = Column(BigInteger)
    state: Named[str] = Column(Words)
    started_at: Named[datetime] = Column(Instant)
    finished_at: Named[datetime | None] = Column(Instant)


imports = Table("imports", metadata, ImportColumns, Index(None, "started_at"))


class VaultKeyColumns(TypedColumns):
    """Data keys, wrapped by the master key. ``owner`` is ``c:<customer>`` or ``t:<token>``."""

    owner: Named[str] = Column(Words, primary_key=True)
    wrapped: Named[bytes] = Column(LargeBinary)


vault_keys = Table("vault_keys", metadata, VaultKeyColumns)


class VaultValueColumns(TypedColumns):
    """Personal values, encrypted under their owner's key."""

    token: Named[str] = Column(Words, primary_key=True)
    owner: Named[str] = Column(Words, ForeignKey("vault_keys.owner", ondelete="CASCADE"), primary_key=True)
    kind: Named[str] = Column(Words)
    cipher: Named[bytes] = Column(LargeBinary)


vault_values = Table("vault_values", metadata, VaultValueColumns, Index(None, "owner"))


class ErasureColumns(TypedColumns):
    """Customers whose personal values were destroyed; while ``lifted_at`` is NULL none is kept again."""

    id: Named[int] = Column(Counted, primary_key=True)
    customer: Named[str] = Column(Words)
    at: Named[datetime] = Column(Instant)
    by: Named[str] = Column(Words)
    destroyed: Named[int] = Column(BigInteger)
    lifted_at: Named[datetime | None] = Column(Instant)
    lifted_by: Named[str | None] = Column(Words)


erasures = Table("erasures", metadata, ErasureColumns, UniqueConstraint("customer", "at"))


class AuditColumns(TypedColumns):
    """Who did what. ``detail`` is canonical JSON text; ``hash`` covers the row and the hash before it."""

    sequence: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(Instant)
    user_name: Named[str] = Column(Words)
    action: Named[str] = Column(Words)
    object_kind: Named[str] = Column(Words)
    object_id: Named[str] = Column(Words)
    detail: Named[str] = Column(Words)
    hash: Named[str] = Column(Words)


audit = Table("audit", metadata, AuditColumns, Index(None, "object_kind", "object_id"), Index(None, "user_name"))


class AuditHeadColumns(TypedColumns):
    """One row: the end of the chain. Writers queue for it, and a tail cut off is noticed."""

    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    sequence: Named[int] = Column(BigInteger)
    hash: Named[str] = Column(Words)


audit_head = Table("audit_head", metadata, AuditHeadColumns)


class OutboxColumns(TypedColumns):
    """Rows that must become events."""

    id: Named[int] = Column(Counted, primary_key=True)
    table_name: Named[str] = Column(Words)
    row_id: Named[str] = Column(Words)
    version: Named[int] = Column(BigInteger)
    event: Named[dict[str, Any]] = Column(JSON)
    at: Named[datetime] = Column(Instant)
    sent_at: Named[datetime | None] = Column(Instant)


outbox = Table("outbox", metadata, OutboxColumns, UniqueConstraint("table_name", "row_id", "version"), Index(None, "sent_at", "id"))


class RegionColumns(TypedColumns):
    """The book of regions, in the order of ``position``. ``parent`` is empty for what lies in nothing."""

    code: Named[str] = Column(Words, primary_key=True)
    parent: Named[str] = Column(Words)
    zh: Named[str] = Column(Words)
    en: Named[str] = Column(Words)
    position: Named[int] = Column(Integer)


regions = Table("regions", metadata, RegionColumns)


class UserColumns(TypedColumns):
    """Who may sign in. ``name_key`` is the name folded, so that ``Wang`` and ``wang`` are one."""

    id: Named[str] = Column(Words, primary_key=True)
    name: Named[str] = Column(Words)
    name_key: Named[str] = Column(Words)
    display_name: Named[str] = Column(Words)
    role: Named[str] = Column(Words)
    level: Named[str] = Column(Words)
    stages: Named[list[str]] = Column(JSON)
    regions: Named[list[str]] = Column(JSON)
    language: Named[str] = Column(Words)
    theme: Named[str] = Column(Words)
    density: Named[str] = Column(Words)
    password_hash: Named[str] = Column(Words)
    must_change_password: Named[bool] = Column(Boolean)
    created_at: Named[datetime] = Column(Instant)
    disabled_at: Named[datetime | None] = Column(Instant)
    signed_in_at: Named[datetime | None] = Column(Instant)


users = Table("users", metadata, UserColumns, UniqueConstraint("name_key"))


class SignInAttemptColumns(TypedColumns):
    """Failures in a row under a name, whether a user has that name or not."""

    name_key: Named[str] = Column(Words, primary_key=True)
    failures: Named[int] = Column(Integer)
    last_at: Named[datetime] = Column(Instant)


sign_in_attempts = Table("sign_in_attempts", metadata, SignInAttemptColumns)


class SessionColumns(TypedColumns):
    """Signed-in browsers; the cookie's token itself is not kept."""

    token_hash: Named[str] = Column(Words, primary_key=True)
    user_id: Named[str] = Column(Words, ForeignKey("users.id", ondelete="CASCADE"))
    csrf: Named[str] = Column(Words)
    opened_at: Named[datetime] = Column(Instant)
    seen_at: Named[datetime] = Column(Instant)


sessions = Table("sessions", metadata, SessionColumns, Index(None, "user_id"))


class ApiTokenColumns(TypedColumns):
    """Tokens of sending programs; the plain text is not kept."""

    id: Named[str] = Column(Words, primary_key=True)
    token_hash: Named[str] = Column(Words)
    name: Named[str] = Column(Words)
    source: Named[str] = Column(Words)
    created_at: Named[datetime] = Column(Instant)
    created_by: Named[str] = Column(Words)
    last_used_at: Named[datetime | None] = Column(Instant)
    revoked_at: Named[datetime | None] = Column(Instant)
    revoked_by: Named[str | None] = Column(Words)


api_tokens = Table("api_tokens", metadata, ApiTokenColumns, UniqueConstraint("token_hash"))

LIVE_TOKEN: Final = api_tokens.c.revoked_at.is_(None)
"""Which tokens are in force; no two of them have the same name."""

Index("uq_api_tokens_live_name", api_tokens.c.name, unique=True, sqlite_where=LIVE_TOKEN, postgresql_where=LIVE_TOKEN)


class OpenStepColumns(TypedColumns):
    """Where an open case stands, and from when it is warned and late. ``case_key`` is ``case_id`` short enough to index."""

    kind: Named[str] = Column(Words, primary_key=True)
    case_key: Named[str] = Column(Words, primary_key=True)
    case_id: Named[str] = Column(Words)
    step: Named[str] = Column(Words)
    since: Named[datetime] = Column(Instant)
    warned_from: Named[datetime | None] = Column(Instant)
    late_from: Named[datetime | None] = Column(Instant)
    paused_since: Named[datetime | None] = Column(Instant)
    channel: Named[str] = Column(Words)
    region: Named[str] = Column(Words)
    business_class: Named[str] = Column(Words)
    brand: Named[str] = Column(Words)
    customer_id: Named[str] = Column(Words)
    tier: Named[str] = Column(Words)
    silent_from: Named[datetime | None] = Column(Instant)
    breach_at: Named[datetime | None] = Column(Instant)
    told: Named[int] = Column(Integer)


open_steps = Table("open_steps", metadata, OpenStepColumns, Index(None, "kind", "step", "since"), Index(None, "breach_at"))


class FindingColumns(TypedColumns):
    """Numbers that were unlike other days."""

    watch: Named[str] = Column(Words, primary_key=True)
    value: Named[str] = Column(Words, primary_key=True)
    kind: Named[str] = Column(Words, primary_key=True)
    first_day: Named[str] = Column(Words, primary_key=True)
    last_day: Named[str] = Column(Words)
    stage: Named[str] = Column(Words)
    by: Named[str] = Column(Words)
    observed: Named[float] = Column(Double)
    expected: Named[float] = Column(Double)
    concerned: Named[float] = Column(Double)
    score: Named[float] = Column(Double)


findings = Table("findings", metadata, FindingColumns)
