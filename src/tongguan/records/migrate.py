"""Running the migrations from inside the program: no alembic.ini, one transaction that the caller owns."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_LOCK = 0x746F6E67
"""Any number, but always this one: PostgreSQL's advisory lock against two processes migrating at once."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "tongguan.records:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the tables to the latest revision, inside the connection's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(_config(connection), "head")


def known_revisions() -> frozenset[str]:
    """Return every revision that this release has."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def latest_revision() -> str:
    """Return the revision that :func:`upgrade` leads to."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise LookupError("the package was installed without its migrations; install it again")
    return head
