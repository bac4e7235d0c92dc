"""The store itself: one address, SQLite or PostgreSQL, and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tongguan.records.errors import BadDsnError, NewerStoreError, StoreBusyError, StoreUnreachableError

WAIT_SECONDS = 30.0
"""How long a writer waits for the one before it."""


class Database:
    """The operational store, safe to share between threads. Use :meth:`open`.

    Writers on SQLite share one connection and so queue in this process; writers of other processes are waited for by
    ``busy_timeout``. PostgreSQL lets them run side by side at READ COMMITTED.
    """

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer = writer
        self._reader = reader

    @classmethod
    def open(cls, dsn: str) -> Database:
        """Open ``sqlite:////absolute/path.db`` or ``postgresql://user@host/name``. Call :meth:`migrate` before use.

        Raises:
            BadDsnError: no such kind of store, a relative path, a folder that does not exist, no driver.
        """
        try:
            url = make_url(dsn)
        except ArgumentError as error:
            # The text may hold a password, so it is not repeated.
            raise BadDsnError("…", "无法解析", "it is not an address") from error
        kind = url.get_backend_name()
        if kind == "sqlite":
            return cls(*_sqlite_engines(url))
        if kind in ("postgresql", "postgres"):
            return cls(*_postgres_engines(url))
        raise BadDsnError(_shown(url), f"不支持 {kind!r}", f"{kind!r} is not supported")

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is one SQLite file."""
        return self._writer.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give a connection in a write transaction; commit at the end, roll back on any exception.

        Never open a second one in the same thread inside the first: on SQLite it would wait for itself.

        Raises:
            StoreBusyError: waited :data:`WAIT_SECONDS` for other writers.
            StoreUnreachableError: the database does not answer.
        """
        with _connect(self._writer) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the store throughout, and cannot write."""
        with _connect(self._reader) as connection, connection.begin():
            yield connection

    def migrate(self) -> str:
        """Bring the tables to this release's state, in one transaction; return the revision. Done already: no change.

        Raises:
            NewerStoreError: a later release made the store.
        """
        # Alembic costs 0.1 s to import and is needed once per start.
        from tongguan.records import migrate

        with self.begin() as connection:
            found = _revision(connection)
            if found is not None and found not in migrate.known_revisions():
                raise NewerStoreError(found, migrate.latest_revision())
            migrate.upgrade(connection)
        return migrate.latest_revision()

    def revision(self) -> str | None:
        """Return the revision that the tables are at, or None for an empty store."""
        with self.read() as connection:
            return _revision(connection)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._reader.dispose()
        self._writer.dispose()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


@contextmanager
def _connect(engine: Engine) -> Iterator[Connection]:
    """Check a connection out; what the caller does with it is outside the translation of errors."""
    try:
        connection = engine.connect()
    except PoolTimeoutError as error:
        raise StoreBusyError(WAIT_SECONDS) from error
    except OperationalError as error:
        raise StoreUnreachableError(_shown(engine.url), str(error.orig).strip()) from error
    with connection:
        yield connection


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _sqlite_engines(url: URL) -> tuple[Engine, Engine]:
    if not url.database or url.database == ":memory:" or not Path(url.database).is_absolute():
        raise BadDsnError(_shown(url), "SQLite 需要绝对路径", "SQLite needs an absolute path")
    if not Path(url.database).parent.is_dir():
        raise BadDsnError(_shown(url), "文件夹不存在", "its folder does not exist")
    plain = url.set(drivername="sqlite")
    # One connection for all writers of this process: they queue in the pool instead of polling the file's lock.
    writer = create_engine(plain, pool_size=1, max_overflow=0, pool_timeout=WAIT_SECONDS, connect_args={"timeout": WAIT_SECONDS})
    reader = create_engine(plain, pool_size=8, max_overflow=24, pool_timeout=WAIT_SECONDS, connect_args={"timeout": WAIT_SECONDS})
    _prepare_sqlite(writer, "BEGIN IMMEDIATE", query_only=False)
    _prepare_sqlite(reader, "BEGIN", query_only=True)
    return writer, reader


def _prepare_sqlite(engine: Engine, begin: str, *, query_only: bool) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself: on_begin does, and with the right lock.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # Deleted personal values are overwritten, not only unlinked.
        cursor.execute("PRAGMA secure_delete = ON")
        if query_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        try:
            connection.exec_driver_sql(begin)
        except OperationalError as error:
            if "locked" in str(error.orig):
                raise StoreBusyError(WAIT_SECONDS) from error
            raise

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _postgres_engines(url: URL) -> tuple[Engine, Engine]:
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"), pool_size=5, max_overflow=27, pool_timeout=WAIT_SECONDS, pool_pre_ping=True
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise BadDsnError(_shown(url), "未安装 psycopg（tongguan[postgres]）", "psycopg is not installed (tongguan[postgres])") from error
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine, reader
