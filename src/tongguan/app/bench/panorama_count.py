"""How many statements a page takes, counted in one process: the application without sockets, and nobody else at work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
from sqlalchemy import Engine, event

from tongguan.app.installation import Installation
from tongguan.app.server import Server
from tongguan.lib.now import system_ticks
from tongguan.warehouse.client import Answer, Warehouse
from tongguan.web.kit.security import SESSION_COOKIE

PAGES: Final = {"panorama": "/", "flow": "/api/v1/flow", "stage": "/stages/payment", "orders": "/orders"}
"""What is asked for, by the name that figures carry."""


class Counted(Warehouse):
    """The warehouse of an installation, which counts what is asked."""

    def __init__(self, counted: Warehouse) -> None:
        vars(self).update(vars(counted))
        self.asked = 0

    def query(self, *arguments: Any, **named: Any) -> Answer:
        """Count, and ask."""
        self.asked += 1
        return super().query(*arguments, **named)


@contextmanager
def _records_counted() -> Iterator[list[str]]:
    """Collect the statements that go to the operational store."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def statements(home: Installation, session: str) -> dict[str, dict[str, int]]:
    """Return, by page, how many queries go to the warehouse and how many statements to the operational store.

    The second request counts: the first of a process reads what later ones need not.
    """
    warehouse = home.warehouse
    home.warehouse = counted = Counted(warehouse)
    server = Server(home, "", system_ticks)
    try:
        return asyncio.run(_counts(server, counted, session))
    finally:
        server.close()
        home.warehouse = warehouse


async def _counts(server: Server, counted: Counted, session: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    transport = httpx.ASGITransport(app=server)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", cookies={SESSION_COOKIE: session}) as client:
        for name, path in PAGES.items():
            for _ in range(2):
                before = counted.asked
                with _records_counted() as seen:
                    answer = await client.get(path)
                answer.raise_for_status()
            found[name] = {"warehouse": counted.asked - before, "records": len(seen)}
    return found
