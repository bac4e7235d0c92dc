"""A request whose browser leaves is cancelled; one that waits is answered whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from tongguan.app.server import cancelled_with_browser

GET: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}


def run(app: object, messages: Iterator[Message | None], scope: Scope = GET) -> list[Message]:
    """Drive one request; ``None`` among the messages stands for a browser that just waits."""
    sent: list[Message] = []

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await asyncio.sleep(60)
            raise AssertionError("nobody waits a minute here")
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(asyncio.wait_for(cancelled_with_browser(app, scope, receive, send), 10))  # type: ignore[arg-type]
    return sent


REQUEST: Message = {"type": "http.request", "body": b"", "more_body": False}
LEFT: Message = {"type": "http.disconnect"}


def test_a_browser_that_leaves_cancels_the_work() -> None:
    ended = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    assert run(slow, iter([REQUEST, LEFT])) == []
    assert ended == ["cancelled"]


def test_a_browser_that_waits_is_answered() -> None:
    sent = run(PlainTextResponse("here"), iter([REQUEST, None]))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


def test_a_fault_is_not_swallowed() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(broken, iter([REQUEST, None]))


def test_a_request_that_changes_something_is_not_cancelled() -> None:
    done = []

    async def change(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await asyncio.sleep(0.01)
        done.append(True)

    run(change, iter([REQUEST, LEFT]), {**GET, "method": "POST"})
    assert done == [True]
