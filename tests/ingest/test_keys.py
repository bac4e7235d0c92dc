"""Idempotency keys: the same request again is answered as before, and nothing is taken twice."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.fixtures.rig import Rig, delivery, event
from tongguan.ingest.errors import BusyError, KeyReusedError
from tongguan.model.ports import Receipt

MIXED = (event(event_id="1"), b"{", event(event_id="2", channel="ap"))


def repeated(receipt: Receipt) -> Receipt:
    """Return what the same request again is to be answered."""
    return Receipt(receipt.batch, receipt.received, receipt.accepted, receipt.quarantined, receipt.refusals, repeated=True)


def test_the_same_again_is_answered_as_before(made: Rig) -> None:
    first = made.deliver(*MIXED, key="k")
    assert (first.received, first.accepted, first.quarantined, first.repeated) == (3, 1, 2, False)
    assert [(r.position, r.problem.reason.value) for r in first.refusals] == [(1, "malformed_json"), (2, "unknown_code")]
    assert made.deliver(*MIXED, key="k") == repeated(first)
    made.loader.load_all()
    assert made.deliver(*MIXED, key="k") == repeated(first)
    assert made.account().received == 3
    assert made.ids() == ["1"]


@pytest.mark.parametrize("loaded", [False, True])
def test_a_restart_forgets_no_key(made: Rig, loaded: bool) -> None:
    first = made.deliver(*MIXED, key="k")
    if loaded:
        made.loader.load_all()
    made.restart()
    assert made.deliver(*MIXED, key="k") == repeated(first)
    with pytest.raises(KeyReusedError):
        made.deliver(event(event_id="9"), key="k")
    made.loader.load_all()
    assert made.account().received == 3


@pytest.mark.parametrize("other", [(event(event_id="9"),), MIXED[:2], (*MIXED, event(event_id="3")), (MIXED[1], MIXED[0], MIXED[2])])
def test_another_body_under_a_used_key_is_refused(made: Rig, other: tuple[bytes, ...]) -> None:
    made.deliver(*MIXED, key="k")
    for _ in range(2):
        with pytest.raises(KeyReusedError, match=r"'k' of source 'shop'.*use a new key") as caught:
            made.deliver(*other, key="k")
        assert caught.value.retry_after is None
        made.loader.load_all()
    assert made.account().received == 3


def test_keys_belong_to_their_source(made: Rig) -> None:
    made.deliver(event(event_id="1"), key="k", source="one")
    receipt = made.deliver(event(event_id="2"), key="k", source="two")
    assert not receipt.repeated
    made.loader.load_all()
    assert made.ids() == ["1", "2"]


def test_without_a_key_every_delivery_is_taken(made: Rig) -> None:
    receipts = [made.deliver(event(event_id="1")) for _ in range(3)]
    assert len({r.batch for r in receipts}) == 3
    made.loader.load_all()
    account = made.account()
    assert (account.received, account.accepted, account.duplicate) == (3, 1, 2)


def test_eight_at_once_make_one_batch(made: Rig) -> None:
    together = threading.Barrier(8)

    def send(_: int) -> Receipt:
        together.wait(10)
        return made.deliver(*MIXED, key="k")

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(send, range(8)))
    assert len({r.batch for r in receipts}) == 1
    assert sorted(r.repeated for r in receipts) == [False] + [True] * 7
    made.loader.load_all()
    assert made.account().received == 3


def test_a_failed_delivery_does_not_use_its_key_up(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_packed: bytes) -> Future[None]:
        raise BusyError("too much waits")

    monkeypatch.setattr(made.spool, "append", full)
    with pytest.raises(BusyError):
        made.deliver(*MIXED, key="k")
    monkeypatch.undo()
    assert not made.deliver(*MIXED, key="k").repeated


def test_a_failed_write_does_not_use_its_key_up(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Future[None] = Future()
    broken.set_exception(BusyError("the disk went away"))
    monkeypatch.setattr(made.spool, "append", lambda packed: broken)
    with pytest.raises(BusyError):
        made.deliver(*MIXED, key="k")
    monkeypatch.undo()
    assert not made.deliver(*MIXED, key="k").repeated


def test_a_sender_who_leaves_spoils_nothing(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first sender hangs up while the disk syncs; those who come with its key are answered all the same."""
    slow: Future[None] = Future()
    monkeypatch.setattr(made.spool, "append", lambda packed: slow)

    async def leave() -> None:
        waiting = asyncio.ensure_future(made.ingest.deliver_soon(delivery(MIXED, key="k")))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(leave())
    again = made.ingest.submit(delivery(MIXED, key="k"))
    slow.set_result(None)
    assert again.result(5).repeated
    assert made.ingest.submit(delivery(MIXED, key="k")).result(5).repeated


def test_keys_leave_the_memory_once_they_are_stored(made: Rig) -> None:
    for n in range(5):
        made.load(event(event_id=str(n)), key=f"k{n}")
    assert made.ingest._keys == {}
