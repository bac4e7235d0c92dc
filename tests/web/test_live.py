"""Streams of pages, in time that leaps: what is sent, when, to whom, and how they end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message, Scope

from tests.web.leaping import leap
from tests.web.operation import Operation, make_operation
from tests.web.visitor import Visitor
from tongguan.model.access import EVERYTHING, Level, Role
from tongguan.model.access import Scope as Responsibility
from tongguan.web.kit.accounts import Session
from tongguan.web.kit.fake.pulse import FakePulse
from tongguan.web.kit.live import AT_LEAST, BEAT, Part, Streams, stream
from tongguan.web.kit.progress import Progress
from tongguan.web.kit.visit import Visit


class Told:
    """What a browser has been told on one stream, and when."""

    def __init__(self) -> None:
        self.messages: list[tuple[float, str]] = []
        self.left = asyncio.Event()
        self.ended = False

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.messages]

    def parts(self, number: int) -> list[str]:
        """Return the targets of a message."""
        return re.findall(r'hx-target="#([^"]+)"', self.texts[number])

    async def hear(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def tell(self, message: Message) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            self.messages.append((asyncio.get_running_loop().time(), message["body"].decode()))


class Screen:
    """Parts by hand: what they hold is set by the test, and how often they were drawn is counted."""

    def __init__(self, **html: str) -> None:
        self.html = html
        self.drawn = 0

    async def parts(self, visit: Visit) -> Sequence[Part]:
        self.drawn += 1
        return [Part(target, html) for target, html in self.html.items()]


def operation_with(pulse: FakePulse, **settings: Any) -> Operation:
    operation = make_operation()
    object.__setattr__(operation.site, "settings", replace(operation.site.settings, pulse=pulse, **settings))
    return operation


def visit_of(operation: Operation, session: Session, method: str = "GET", headers: dict[str, str] | None = None) -> Visit:
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope: Scope = {"type": "http", "method": method, "path": "/live/x", "query_string": b"", "headers": raw, "state": {}}
    return Visit(Request(scope), operation.site, session)


@asynccontextmanager
async def watching(visit: Visit, parts: Callable[[Visit], Coroutine[Any, Any, Sequence[Part]]], seconds: float = 5) -> AsyncIterator[Told]:
    """Open a stream, and leave it at the end."""
    told = Told()
    response = stream(visit, parts, seconds=seconds)

    async def work() -> None:
        await response(visit.request.scope, told.hear, told.tell)
        told.ended = True

    task = asyncio.create_task(work())
    try:
        await asyncio.sleep(0.01)
        yield told
    finally:
        told.left.set()
        await asyncio.wait_for(task, 60)


def test_the_first_message_holds_all_parts_and_later_ones_what_changed() -> None:
    async def work() -> None:
        pulse, screen = FakePulse(), Screen(cards="<b>1</b>", stages="a\nb")
        operation = operation_with(pulse)
        async with watching(visit_of(operation, operation.accounts.session_for(Role.ADMIN)), screen.parts) as told:
            assert told.parts(0) == ["cards", "stages", "progress"]
            assert told.texts[0].startswith("id: 0\nretry: ") and "data: b</hx-partial>" in told.texts[0] and told.texts[0].endswith("\n\n")
            screen.html["cards"] = "<b>2</b>"
            await asyncio.sleep(9)
            assert len(told.messages) == 1, "nothing is drawn before data moves"
            pulse.move()
            await asyncio.sleep(0.01)
            assert told.texts[1:] == ['id: 1\ndata: <hx-partial hx-target="#cards" hx-swap="innerMorph"><b>2</b></hx-partial>\n\n']

    leap(work())


def test_parts_are_drawn_at_most_once_in_the_refresh_time_and_at_least_every_half_minute() -> None:
    async def work() -> None:
        pulse, screen = FakePulse(), Screen(cards="")
        operation = operation_with(pulse)
        async with watching(visit_of(operation, operation.accounts.session_for(Role.ADMIN)), screen.parts) as told:
            for number in range(100):  # a block every tenth of a second
                screen.html["cards"] = str(number)
                pulse.move()
                await asyncio.sleep(0.1)
            assert screen.drawn in (2, 3) and len(told.messages) == screen.drawn
            before, screen.html["cards"] = screen.drawn, "an age grew"
            await asyncio.sleep(AT_LEAST + BEAT)
            assert screen.drawn > before and "an age grew" in "".join(told.texts)

    leap(work())


def test_silence_is_broken_by_a_sign_of_life() -> None:
    async def work() -> None:
        screen = Screen(cards="always the same")
        operation = operation_with(FakePulse())
        async with watching(visit_of(operation, operation.accounts.session_for(Role.ADMIN)), screen.parts) as told:
            await asyncio.sleep(4 * BEAT)
            assert set(told.texts[1:]) == {"event: beat\ndata:\n\n"}
            times = [at for at, _ in told.messages]
            gaps = [after - before for before, after in pairwise(times)]
            assert len(gaps) >= 3 and max(gaps) <= BEAT + 0.1, gaps

    leap(work())


async def _signed_out(operation: Operation, session: Session) -> None:
    await operation.accounts.sign_out(session)


async def _moved_to_a_city(operation: Operation, session: Session) -> None:
    scope = Responsibility(Level.CITY, regions=frozenset({"GX-NN"}))
    assert await operation.accounts.change_user(session.user, session.user.id, session.user.role, scope)


async def _got_another_role(operation: Operation, session: Session) -> None:
    assert await operation.accounts.change_user(session.user, session.user.id, Role.AUDITOR, EVERYTHING)


async def _must_change_the_password(operation: Operation, session: Session) -> None:
    row = operation.accounts._users[session.user.id]
    operation.accounts._users[session.user.id] = replace(row, user=replace(row.user, must_change_password=True))


@pytest.mark.parametrize("change", [_signed_out, _moved_to_a_city, _got_another_role, _must_change_the_password])
def test_who_is_no_longer_the_same_is_told_nothing_more(change: Callable[[Operation, Session], Coroutine[Any, Any, None]]) -> None:
    async def work() -> None:
        pulse, screen = FakePulse(), Screen(cards="1")
        operation = operation_with(pulse)
        session = operation.accounts.session_for(Role.MANAGER)
        async with watching(visit_of(operation, session), screen.parts) as told:
            await change(operation, session)
            screen.html["cards"] = "secret"
            pulse.move()
            await asyncio.sleep(6)
            assert told.texts[1:] == ["event: left\ndata:\n\n"]
            assert told.ended and screen.drawn == 1
        assert not operation.site.settings.streams._open

    leap(work())


def test_a_question_that_fails_is_told_in_place_and_asked_again() -> None:
    async def work() -> None:
        operation = operation_with(FakePulse())
        session = operation.accounts.session_for(Role.ADMIN, language="en")
        told, application = Told(), operation.application
        headers = [(b"cookie", f"tongguan_session={session.cookie}".encode())]
        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/panorama",
            "query_string": b"",
            "headers": headers,
            "scheme": "http",
        }
        task = asyncio.create_task(application(scope, told.hear, told.tell))
        await asyncio.sleep(1)
        assert told.parts(0) == ["flow-through", "flow-stale", "flow-cards", "flow-head", "flow-stages", "flow-lately", "progress"]
        operation.questions.failing = True
        await asyncio.sleep(AT_LEAST + BEAT)
        failed = [text for text in told.texts if "hx-partial" in text][1:]
        assert len(failed) == 1, "the same failure is told once"
        assert "This part could not be loaded" in failed[0] and "tg-tile" not in failed[0]
        operation.questions.failing = False
        await asyncio.sleep(6)
        assert "kpi-waiting" in told.texts[-1] and "stage-payment" in told.texts[-1], "asked again although no data moved"
        told.left.set()
        await task

    leap(work())


def test_a_session_has_only_so_many_streams() -> None:
    async def work() -> None:
        operation = operation_with(FakePulse(), streams=Streams(most=1))
        session, other = (operation.accounts.session_for(role, language="en") for role in (Role.ADMIN, Role.ANALYST))
        async with watching(visit_of(operation, session), Screen().parts):
            refused = stream(visit_of(operation, session), Screen().parts)
            assert refused.status_code == 429 and b"Too many windows" in bytes(refused.body)
            assert stream(visit_of(operation, other), Screen().parts).status_code == 200
        assert stream(visit_of(operation, session), Screen().parts).status_code == 200

    leap(work())


def _hanging(cancelled: list[bool]) -> Callable[[Visit], Coroutine[Any, Any, Sequence[Part]]]:
    async def parts(visit: Visit) -> Sequence[Part]:
        try:
            await asyncio.sleep(10_000)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return ()

    return parts


def test_a_browser_that_leaves_cancels_the_question() -> None:
    async def work() -> None:
        operation, cancelled = operation_with(FakePulse()), list[bool]()
        async with watching(visit_of(operation, operation.accounts.session_for(Role.ADMIN)), _hanging(cancelled)):
            await asyncio.sleep(3)
        assert cancelled == [True] and not operation.site.settings.streams._open

    leap(work())


def test_a_server_that_stops_ends_every_stream_at_once() -> None:
    async def work() -> None:
        operation, cancelled = operation_with(FakePulse()), list[bool]()
        session = operation.accounts.session_for(Role.ADMIN)
        async with (
            watching(visit_of(operation, session), Screen(cards="1").parts) as idle,
            watching(visit_of(operation, session), _hanging(cancelled)) as asking,
        ):
            began = asyncio.get_running_loop().time()
            operation.site.settings.streams.close()
            await asyncio.sleep(0.01)
            assert idle.ended and asking.ended and cancelled == [True]
            assert asyncio.get_running_loop().time() - began < 1
            assert "left" not in "".join(idle.texts), "the browser connects again, it does not load the page anew"
            async with watching(visit_of(operation, session), Screen(cards="1").parts) as late:
                assert late.ended

    leap(work())


def test_what_works_in_the_background_is_told_without_asking_the_parts() -> None:
    async def work() -> None:
        ongoing, screen = [Progress("load", "载入中", "Loading", 1, 9)], Screen(cards="1")
        operation = operation_with(FakePulse(), progress=lambda: list(ongoing))
        async with watching(visit_of(operation, operation.accounts.session_for(Role.ADMIN)), screen.parts) as told:
            assert 'value="1"' in told.texts[0]
            ongoing[0] = replace(ongoing[0], done=5)
            await asyncio.sleep(6)
            assert told.parts(1) == ["progress"] and 'value="5"' in told.texts[1]
            ongoing.clear()
            await asyncio.sleep(6)
            assert told.parts(2) == ["progress"] and "Loading" not in told.texts[2] and screen.drawn == 1

    leap(work())


def test_asking_for_the_head_of_a_stream_ends() -> None:
    operation = operation_with(FakePulse())
    answer = stream(visit_of(operation, operation.accounts.session_for(Role.ADMIN), "HEAD"), Screen().parts)
    assert answer.body == b"" and answer.media_type == "text/event-stream"


def test_news_of_a_stage_counts_from_where_the_page_was_opened() -> None:
    visitor = Visitor.as_role(make_operation(), Role.ADMIN, language="en")
    first = visitor.get("/live/stages/payment?channel=app").text
    (count,) = re.findall(r"^id: (\d+)$", first, re.M)
    assert 'hx-target="#through"' in first and "new event" not in first
    later = visitor.get("/live/stages/payment?channel=app", {"Last-Event-ID": str(int(count) - 1)}).text
    assert "1 new event<" in later and 'href="/stages/payment?channel=app"' in later
    assert "3 new events" in visitor.get("/live/stages/payment?channel=app", {"Last-Event-ID": str(int(count) - 3)}).text
    assert "The numbers have changed" in visitor.get("/live/stages/payment?channel=app", {"Last-Event-ID": str(int(count) + 3)}).text
    assert f"id: {count}" in visitor.get("/live/stages/payment?channel=app", {"Last-Event-ID": "x'"}).text


def test_days_that_are_past_and_stages_out_of_sight_have_no_stream() -> None:
    visitor = Visitor.as_role(make_operation(), Role.ADMIN)
    for path in ("/live/panorama?day=2026-11-20", "/live/stages/payment?day=2026-11-20", "/live/stages/none"):
        assert visitor.get(path).status_code == 404, path
    assert 'id="stream"' in visitor.get("/stages/payment").text and 'id="news"' in visitor.get("/stages/payment").text
    assert 'id="stream"' not in visitor.get("/stages/payment?day=2026-11-20").text
