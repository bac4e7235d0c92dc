"""Pages that move by themselves: one stream of Server-Sent Events to a page, carrying the parts that changed.

htmx puts each part into the page by morphing, so focus, scroll and selection stay. docs/guides/pages.md tells how to use it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar

from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tongguan.web.kit.visit import Panel, Visit

AT_LEAST: Final = 30.0
"""Seconds after which parts are drawn again although no data moved: ages grow."""

BEAT: Final = 15.0
"""Seconds of silence after which a sign of life is sent, by which proxies and the page know that the stream stands."""

T = TypeVar("T")


class Pulse(Protocol):
    """Tells when the operation's data moves."""

    async def moved(self, since: int) -> int:
        """Wait until data moved more often than ``since`` times; return how often by now (at once where ``since`` is -1)."""
        ...


class StillPulse:
    """Data that never moves."""

    async def moved(self, since: int) -> int:
        """Return 0 for -1, else wait for ever."""
        if since >= 0:
            await asyncio.get_running_loop().create_future()
        return 0


@dataclass(frozen=True)
class Part:
    """What an element of the page holds now.

    Attributes:
        target: the element's id; the element itself stays, its content is morphed.
        html: the content.
        again: ask soon again although no data moved, because a question failed.
    """

    target: str
    html: str
    again: bool = False


Parts = Callable[[Visit], Awaitable[Sequence[Part]]]
"""Draws all parts of a page, with a visit of its own each time: its clock, user and texts are those of the moment."""


class Asked(Protocol):
    """Context of parts that one question answers."""

    @property
    def panel(self) -> Panel[Any]:
        """The answer, or why there is none."""
        ...


def parts_of(visit: Visit, context: Asked, folder: str, prefix: str, names: Sequence[str]) -> list[Part]:
    """Draw parts from one context: ``<folder>/_<name>.html`` is the content of ``#<prefix>-<name>``."""
    failed = context.panel.failure is not None
    return [Part(f"{prefix}-{name}", visit.fragment(f"{folder}/_{name}.html", context), failed) for name in names]


class Streams:
    """The open streams of one site, all in one event loop.

    Args:
        most: how many one session may have; browsers close those of hidden tabs by themselves.
        together: how many all sessions may have; beyond it pages still show, but do not move.
    """

    def __init__(self, most: int = 12, together: int = 240) -> None:
        self.most = most
        self.together = together
        self._open: dict[str, set[asyncio.Future[None]]] = {}
        self._closed = False

    def full(self, cookie: str) -> bool:
        """Tell whether a session, or all together, have as many streams as they may."""
        return len(self._open.get(cookie, ())) >= self.most or sum(map(len, self._open.values())) >= self.together

    @contextmanager
    def opened(self, cookie: str) -> Iterator[asyncio.Future[None]]:
        """Count a stream of a session; gives what is done once the stream has to end."""
        ending: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closed:
            ending.set_result(None)
        own = self._open.setdefault(cookie, set())
        own.add(ending)
        try:
            yield ending
        finally:
            own.discard(ending)
            if not own:
                self._open.pop(cookie, None)

    def close(self) -> None:
        """End all streams, now and later; browsers connect again, so it is for a server that stops. Call it in their event loop."""
        self._closed = True
        for own in self._open.values():
            for ending in own:
                if not ending.done():
                    ending.set_result(None)


def stream(
    visit: Visit, parts: Parts, *, pulse: Pulse | None = None, seconds: float | None = None, mark: Callable[[], str] | None = None
) -> Response:
    """Answer a page's stream: all parts at once, then whatever changed, until somebody leaves.

    Parts are drawn when data moved, at most once in ``seconds``, and at least every :data:`AT_LEAST` seconds. Before each
    message the session is looked up again; where it ended or its user changed in any way, an event ``left`` ends the stream
    and the page loads anew, through the door that every page has. The board of progress is a part of every stream.

    Args:
        visit: of the request that opens the stream.
        parts: draws the page's parts.
        pulse, seconds: those of the site unless given.
        mark: what the browser hands back as ``Last-Event-ID`` when it connects again.

    Returns:
        ``text/event-stream``; 429 where the session has too many streams already.
    """
    settings = visit.site.settings
    if visit.session is None:
        raise LookupError(f"nobody is signed in on {visit.request.url.path}; a page with a stream must not be public")
    if settings.streams.full(visit.session.cookie):
        said = visit.text(
            "Too many windows of this site are open at once (%(n)s); close some to see numbers move here.", n=settings.streams.most
        )
        return PlainTextResponse(said, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "10"})
    if visit.request.method == "HEAD":
        return Response(media_type="text/event-stream")
    return _Answer(_Stream(visit, parts, pulse or settings.pulse, settings.refresh_seconds if seconds is None else seconds, mark))


class _Answer(StreamingResponse):
    """Sends a stream, and ends its work with it."""

    def __init__(self, of: _Stream) -> None:
        super().__init__((), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._stream = of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = self._stream.visit
        cookie = visit.session.cookie if visit.session else ""
        with visit.site.settings.streams.opened(cookie) as ending:
            async with aclosing(self._stream.events(ending)) as self.body_iterator:
                await super().__call__(scope, receive, send)


class _Stream:
    def __init__(self, visit: Visit, parts: Parts, pulse: Pulse, seconds: float, mark: Callable[[], str] | None) -> None:
        self.visit = visit
        self._parts = parts
        self._pulse = pulse
        self._seconds = seconds
        self._mark = mark
        self._sent: dict[str, str] = {}
        self._drawn: Sequence[Part] = ()
        self._seen = -1
        self._due = 0.0

    async def events(self, ending: asyncio.Future[None]) -> AsyncGenerator[str, None]:
        """Write the events of the stream until it has to end."""
        now = asyncio.get_running_loop().time
        spoken = now()
        moved = True
        while (visit := await self._again()) is not None:
            if moved or now() >= self._due:
                if await _unless(ending, self._draw(visit)) is None:
                    return
                # Drawing takes time: who was shut out meanwhile must not get what was drawn.
                if await self._again() is None:
                    break
            message = self._message(visit)
            if not message and now() >= spoken + BEAT:
                message = "event: beat\ndata:\n\n"
            if message:
                yield message
                spoken = now()
            await asyncio.wait({ending}, timeout=self._seconds)
            moved = await self._moved(ending, visit)
            if ending.done():
                return
        yield "event: left\ndata:\n\n"

    async def _again(self) -> Visit | None:
        """Return a visit of this moment; None where the session ended or its user is not as before."""
        before = self.visit
        session = await before.site.accounts.session(before.session.cookie) if before.session else None
        if before.session is None or session is None or session.user != before.session.user:
            return None
        await before.site.regions.refresh()
        return Visit(before.request, before.site, session)

    async def _draw(self, visit: Visit) -> bool:
        # The number is taken first: what moves while parts are drawn makes them drawn again.
        self._seen = await self._pulse.moved(-1)
        self._drawn = await self._parts(visit)
        self._due = asyncio.get_running_loop().time() + AT_LEAST
        return True

    def _message(self, visit: Visit) -> str:
        """Return one event with all parts that changed since the last; empty where none did."""
        parts = (*self._drawn, Part("progress", visit.fragment("kit/ongoing.html", None)))
        changed = [part for part in parts if self._sent.get(part.target) != part.html]
        if not changed:
            return ""
        first = not self._sent
        self._sent.update((part.target, part.html) for part in changed)
        html = "\n".join(f'<hx-partial hx-target="#{part.target}" hx-swap="innerMorph">{part.html}</hx-partial>' for part in changed)
        data = "".join(f"data: {line}\n" for line in html.replace("\r", "").split("\n"))
        head = f"id: {self._mark() if self._mark else self._seen}\n" + ("retry: 1000\n" if first else "")
        return f"{head}{data}\n"

    async def _moved(self, ending: asyncio.Future[None], visit: Visit) -> bool:
        """Wait for data to move, but not longer than something else may have to be told; tell whether parts are to be drawn."""
        again = any(part.again for part in self._drawn)
        if again or visit.progress:
            return again or await _unless(ending, self._pulse.moved(self._seen), 0.001) is not None
        return await _unless(ending, self._pulse.moved(self._seen), max(BEAT - self._seconds, 0.001)) is not None


async def _unless(ending: asyncio.Future[None], work: Coroutine[object, object, T], seconds: float | None = None) -> T | None:
    """Return what work gives; None, and the work cancelled, where the stream ends or time passes before it is done."""
    task = asyncio.create_task(work)
    both: set[asyncio.Future[T] | asyncio.Future[None]] = {task, ending}
    try:
        await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
