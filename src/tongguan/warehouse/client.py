"""One way to query, the same for ``chdb:///path`` and ``clickhouse://host``.

A client belongs to one thread (an embedded handle must not be shared, and a server session neither), so
:class:`Warehouse` keeps one per thread. Values reach SQL only as typed parameters (``{name:Type}``).
"""

from __future__ import annotations

import itertools
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tongguan.warehouse.errors import (
    QueryCancelledError,
    QueryTimeoutError,
    QueryTooLargeError,
    WarehouseError,
    WarehouseInUseError,
    WarehouseUnavailableError,
)

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_TIMEOUT, _MEMORY, _NOT_ENOUGH_SPACE, _CANNOT_WRITE, _CANCELLED = 159, 241, 243, 75, 394
_CODE = re.compile(r"Code: (\d+)\.")

_SESSION_SETTINGS: dict[str, Any] = {
    # Tongguan has already made blocks; a queue in front of the table would only add latency.
    "async_insert": 0,
    "join_use_nulls": 1,
    "date_time_input_format": "best_effort",
    # An import may span years, and a year has twelve partitions.
    "max_partitions_per_insert_block": 5000,
}


@dataclass(frozen=True)
class Answer:
    """Rows of a query: ``columns`` names them, ``rows`` holds one tuple each."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    def first(self) -> tuple[Any, ...]:
        """Return the only or first row.

        Raises:
            LookupError: there is none.
        """
        if not self.rows:
            raise LookupError("the query gave no row")
        return self.rows[0]

    def dicts(self) -> list[dict[str, Any]]:
        """Return every row as a dictionary by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Limits:
    """What one query may use: seconds, and bytes of memory."""

    seconds: float = 30.0
    memory: int = 2 * 1024**3


class Cancellation:
    """Lets another thread stop a running query.

    A page makes one, passes it to its queries, and calls :meth:`cancel` when the browser leaves.
    """

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self.tag = f"tongguan-{os.getpid()}-{next(self._numbers)}"
        self.cancelled = threading.Event()

    def cancel(self, warehouse: Warehouse) -> None:
        """Stop every query that carries this cancellation, and refuse later ones."""
        self.cancelled.set()
        warehouse.kill(self.tag)


class Warehouse:
    """The analytical store of one installation.

    Args:
        dsn: ``chdb:///absolute/path`` for the engine in this process, or ``clickhouse://user:password@host:port/database``
            (``clickhouses://`` for TLS; the port is that of the HTTP interface, 8123 or 8443).
        memory: bytes the embedded engine may use in all; ignored for a server.
        limits: what a query may use that does not bring its own.
    """

    def __init__(self, dsn: str, *, memory: int = 4 * 1024**3, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self.dsn = dsn
        self.embedded = dsn.startswith("chdb:")
        self._memory = memory
        self._local = threading.local()
        self._clients: list[Client] = []
        self._lock = threading.Lock()
        self._closed = False
        if self.embedded:
            Path(urlsplit(dsn).path).mkdir(parents=True, exist_ok=True)

    def _open_client(self) -> Client:
        # Imported here because loading the engine costs most of a second, which `tongguan --help` must not pay.
        from clickhouse_connect import common, get_client
        from clickhouse_connect.driver.exceptions import ClickHouseError

        common.set_setting("autogenerate_session_id", False)
        settings = dict(_SESSION_SETTINGS)
        try:
            if self.embedded:
                return get_client(dsn=self.dsn, settings=settings, chdb_options=_engine_options(self._memory), tz_mode="aware")
            parts = urlsplit(self.dsn)
            return get_client(
                host=parts.hostname or "localhost",
                port=parts.port or (8443 if parts.scheme == "clickhouses" else 8123),
                username=parts.username or "default",
                password=parts.password or "",
                database=parts.path.strip("/") or "default",
                secure=parts.scheme == "clickhouses",
                settings=settings,
                query_retries=0,
                tz_mode="aware",
            )
        except (ClickHouseError, RuntimeError, OSError) as error:
            if "lock" in str(error).lower():
                raise WarehouseInUseError(f"{self.dsn} is open in another process: {error}") from error
            raise WarehouseUnavailableError(f"cannot open {parts_without_secret(self.dsn)}: {error}") from error

    def client(self) -> Client:
        """Return this thread's client, opening it on first use.

        Raises:
            WarehouseError: the warehouse is closed or cannot be opened.
        """
        found: Client | None = getattr(self._local, "client", None)
        if found is None:
            if self._closed:
                raise WarehouseError("the warehouse is closed")
            found = self._open_client()
            self._local.client = found
            with self._lock:
                self._clients.append(found)
        return found

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        limits: Limits | None = None,
        cancellation: Cancellation | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Run a SELECT and return its rows.

        Args:
            sql: ClickHouse SQL with typed parameters, such as ``{day:Date}``.
            parameters: their values.
            limits: seconds and memory that it may use; those of the warehouse without.
            cancellation: lets another thread stop it.
            settings: further engine settings for this query alone.

        Raises:
            QueryTimeoutError, QueryTooLargeError, QueryCancelledError: the limits were met, or nobody waits.
            WarehouseUnavailableError: a retry helps.
            WarehouseError: anything else the engine says.
        """
        limits = limits or self._limits
        given = {"max_execution_time": limits.seconds, "max_memory_usage": limits.memory, **(settings or {})}
        if cancellation is not None:
            if cancellation.cancelled.is_set():
                raise QueryCancelledError("cancelled before it began")
            sql = f"/* {cancellation.tag} */ {sql}"
        result = self._guard(lambda: self.client().query(sql, parameters=dict(parameters or {}), settings=given))
        return Answer(tuple(result.column_names), result.result_rows)

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None) -> None:
        """Run a statement without rows (DDL, INSERT … SELECT); the same errors as :meth:`query`."""
        self._guard(lambda: self.client().command(sql, parameters=dict(parameters or {}), settings=dict(settings or {})))

    def insert_rows(
        self,
        table: str,
        columns: Sequence[str],
        data: bytes,
        form: str = "JSONCompactEachRow",
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Insert rows that are already in one of the engine's formats; the same errors as :meth:`query`."""
        names = list(columns) or None
        self._guard(lambda: self.client().raw_insert(table, names, data, settings=dict(settings or {}), fmt=form))

    def kill(self, tag: str) -> None:
        """Stop the running queries whose text carries ``/* tag */``; nothing happens when there is none."""
        if self._closed:
            return
        self.command(
            "KILL QUERY WHERE position(query, {mark:String}) = 1 ASYNC",
            {"mark": f"/* {tag} */"},
        )

    def close(self) -> None:
        """Close every client. Threads that query must have ended: a query at interpreter exit brings the engine down."""
        with self._lock:
            self._closed = True
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()

    def close_thread(self) -> None:
        """Close this thread's client, if it has one; for threads that end before the process does."""
        found: Client | None = getattr(self._local, "client", None)
        if found is not None:
            with self._lock:
                self._clients.remove(found)
            del self._local.client
            found.close()

    def _guard(self, call: Any) -> Any:
        from clickhouse_connect.driver.exceptions import ClickHouseError

        try:
            return call()
        except (ClickHouseError, OSError) as error:
            raise translate(error) from error


def translate(error: Exception) -> WarehouseError:
    """Turn the driver's error into one of ours, by the engine's code."""
    message = str(error)
    found = _CODE.search(message)
    code = int(found.group(1)) if found else None
    if code == _TIMEOUT:
        return QueryTimeoutError(message, code=code)
    if code == _MEMORY:
        return QueryTooLargeError(message, code=code)
    if code == _CANCELLED:
        return QueryCancelledError(message, code=code)
    if code in (_NOT_ENOUGH_SPACE, _CANNOT_WRITE) or code is None:
        return WarehouseUnavailableError(message, code=code)
    return WarehouseError(message, code=code)


def parts_without_secret(dsn: str) -> str:
    """Return the address with its password left out, for logs and errors."""
    parts = urlsplit(dsn)
    if parts.password is None:
        return dsn
    return dsn.replace(f":{parts.password}@", ":…@", 1)


def _engine_options(memory: int) -> dict[str, int]:
    """Return the embedded engine's server settings. Its caches default to gigabytes, sized for a machine of its own."""
    return {
        "max_server_memory_usage": memory,
        "mark_cache_size": memory // 16,
        "primary_index_cache_size": memory // 16,
        "index_mark_cache_size": memory // 64,
    }
