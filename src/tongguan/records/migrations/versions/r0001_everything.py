"""Everything that the first release keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create all tables, and the empty chain of the audit."""
    _accounts()
    _comings()
    _loader()
    _quarantine()
    _vault()
    _audit()
    _regions()
    _users()
    _saved_views()
    _waiting()
    _findings()
    _annotations()
    _rule_books()
    _tasks()


def _accounts() -> None:
    op.create_table(
        "reader_counts",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "hour", name="pk_reader_counts"),
    )
    op.create_table(
        "ledger",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "hour", "outcome", "reason", name="pk_ledger"),
    )
    op.create_index("ix_ledger_hour", "ledger", ["hour"])
    op.create_table(
        "sources",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_time", sa.BigInteger(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_sources"),
    )


def _comings() -> None:
    outcomes = ("received", "accepted", "quarantined", "duplicate")
    op.create_table(
        "deliveries",
        sa.Column("batch", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "origin", "state")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("received_time", *outcomes)),
        sa.PrimaryKeyConstraint("batch", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_source_batch", "deliveries", ["source", "batch"])
    op.create_table(
        "imports",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("fingerprint", "source", "name", "mapping", "state")),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_imports"),
    )
    op.create_index("ix_imports_started_at", "imports", ["started_at"])
    op.create_table(
        "idempotency",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])


def _loader() -> None:
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cursors"),
    )
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.JSON(), nullable=False),
        sa.Column("end", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("unfinished", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_blocks"),
        sa.UniqueConstraint("unfinished", name="uq_blocks_unfinished"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("table_name", "row_id", "version", name="uq_outbox_table_name_row_id_version"),
    )
    op.create_index("ix_outbox_sent_at_id", "outbox", ["sent_at", "id"])


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("valid", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("received_time", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("replay_batch", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("batch", "position", "reason", name="uq_quarantine_batch_position_reason"),
    )
    op.create_index("ix_quarantine_state_source_reason", "quarantine", ["state", "source", "reason"])


def _vault() -> None:
    op.create_table(
        "vault_keys",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_vault_keys"),
    )
    op.create_table(
        "vault_values",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["vault_keys.owner"], name="fk_vault_values_owner", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", "owner", name="pk_vault_values"),
    )
    op.create_index("ix_vault_values_owner", "vault_values", ["owner"])
    op.create_table(
        "erasures",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("destroyed", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.UniqueConstraint("customer", "at", name="uq_erasures_customer_at"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )
    op.create_index("ix_audit_object_kind_object_id", "audit", ["object_kind", "object_id"])
    op.create_index("ix_audit_user_name", "audit", ["user_name"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.execute("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '')")


def _regions() -> None:
    op.create_table(
        "regions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_regions"),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("density", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("signed_in_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name_key", name="pk_sign_in_attempts"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    live = sa.text("revoked_at IS NULL")
    op.create_index("uq_api_tokens_live_name", "api_tokens", ["name"], unique=True, sqlite_where=live, postgresql_where=live)


def _waiting() -> None:
    texts = ("step", "channel", "region", "business_class", "brand", "customer_id", "tier")
    instants = ("warned_from", "late_from", "paused_since", "silent_from", "breach_at")
    op.create_table(
        "open_steps",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("since", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in instants),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "case_key", name="pk_open_steps"),
    )
    op.create_index("ix_open_steps_kind_step_since", "open_steps", ["kind", "step", "since"])
    op.create_index("ix_open_steps_breach_at", "open_steps", ["breach_at"])


def _saved_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
    )
    op.create_index("ix_saved_views_page_shared", "saved_views", ["page", "shared"])
    live = sa.text("deleted_at IS NULL")
    names = ["owner", "page", "name"]
    op.create_index("uq_saved_views_live_name", "saved_views", names, unique=True, sqlite_where=live, postgresql_where=live)


def _findings() -> None:
    keys = ("watch", "value", "kind", "first_day")
    op.create_table(
        "findings",
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*keys, "last_day", "stage", "by")),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("observed", "expected", "concerned", "score")),
        sa.PrimaryKeyConstraint(*keys, name="pk_findings"),
    )


def _annotations() -> None:
    op.create_table(
        "annotations",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "indicator", "first_day", "last_day", "text", "author")),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_annotations"),
    )
    op.create_index("ix_annotations_indicator_first_day", "annotations", ["indicator", "first_day"])


def _rule_books() -> None:
    op.create_table(
        "rule_books",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("valid_from", "made_at")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("author", "note")),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_rule_books"),
    )
    op.create_table(
        "rule_drafts",
        sa.Column("owner", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("base", "changed_at")),
        *(sa.Column(name, sa.JSON(none_as_null=True), nullable=name == "before") for name in ("document", "before")),
        sa.PrimaryKeyConstraint("owner", name="pk_rule_drafts"),
    )


def _tasks() -> None:
    texts = ("queue", "kind", "case_key", "case_id", "step", "state", "owner", "owner_name", "channel", "region", "business_class")
    needed = ("since", "made_at", "through")
    instants = ("lease_until", "claimed_at", "warned_from", "late_from", "paused_since", "silent_from", "urged_at", "ended_at")
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*texts, "brand", "customer_id", "outcome_by", "reason", "note")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("version", "urged", "files")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in needed),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in instants),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    keys = ["queue", "kind", "case_key"]
    for names in (keys, ["queue", "ended_at"], ["ended_at"]):
        op.create_index(f"ix_tasks_{'_'.join(names)}", "tasks", names)
    live = sa.text("ended_at IS NULL")
    op.create_index("uq_tasks_live_case", "tasks", keys, unique=True, sqlite_where=live, postgresql_where=live)
    _task_history()


def _task_history() -> None:
    texts = ("action", "actor", "actor_name", "to_name", "reason", "note", "file", "key_owner")
    op.create_table(
        "task_entries",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_task_entries_task_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_task_entries"),
    )
    op.create_index("ix_task_entries_task_id_id", "task_entries", ["task_id", "id"])
    op.create_table(
        "user_skills",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_skills_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "skill", name="pk_user_skills"),
    )
    op.create_table(
        "touched_cases",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "case_key", name="pk_touched_cases"),
    )
