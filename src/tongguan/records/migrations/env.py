"""What Alembic runs for every command: the caller's connection, and the caller's transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from tongguan.records.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
