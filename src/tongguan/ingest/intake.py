"""The way in: a delivery goes through the steps, into the spool, and is answered once it is on disk."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

import msgspec

from tongguan.ingest.config import IngestConfig
from tongguan.ingest.errors import KeyReusedError
from tongguan.ingest.frame import Frame, SetAside, pack
from tongguan.ingest.ports import PersonalStore
from tongguan.ingest.spool import Spool
from tongguan.ingest.steps import Report, Steps, Work, preview
from tongguan.lib.ids import BatchNumbers
from tongguan.lib.now import Now
from tongguan.model.event import ROW_COLUMNS
from tongguan.model.ports import BadRecord, Delivery, RawRecord, Receipt, Refusal
from tongguan.model.reasons import Problem, Quarantine

KnownAnswer = tuple[str, Receipt]
"""Digest of the body that an idempotency key came with, and how it was answered."""

FindAnswer = Callable[[str, str], KnownAnswer | None]
"""Looks up an answered key (source, key) in ``records``."""


class Ingest:
    """Takes deliveries. Safe to call from several threads.

    Args:
        steps: record → row.
        spool: where accepted means synced.
        store: encrypts quarantined bodies.
        find_answer: finds answers given in earlier runs.
        numbers: batch numbers.
        now: clock.
        config: limits.
    """

    def __init__(
        self,
        steps: Steps,
        spool: Spool,
        store: PersonalStore,
        find_answer: FindAnswer,
        numbers: BatchNumbers,
        now: Now,
        config: IngestConfig,
    ) -> None:
        self._steps = steps
        self.spool = spool
        self._store = store
        self._find_answer = find_answer
        self._numbers = numbers
        self._now = now
        self._config = config
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, str], tuple[str, Future[Receipt]]] = {}
        self.step_totals: dict[str, Report] = {}

    def remember(self, frames: Sequence[Frame]) -> None:
        """Know the keys of frames that are spooled and not yet loaded (called once, at start)."""
        for frame in frames:
            self._numbers.above(frame.batch)
            if frame.key:
                done: Future[Receipt] = Future()
                done.set_result(self._receipt(frame))
                self._keys[frame.source, frame.key] = (frame.body_digest, done)

    def forget_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Drop keys from memory that ``records`` knows by now."""
        with self._lock:
            for key in keys:
                self._keys.pop(key, None)

    def deliver(self, delivery: Delivery) -> Receipt:
        """Take a delivery and wait until it is durable; see :class:`tongguan.model.ports.Intake`."""
        return self.submit(delivery).result()

    async def deliver_soon(self, delivery: Delivery) -> Receipt:
        """Take a delivery without blocking the event loop while the disk syncs."""
        return await asyncio.wrap_future(self.submit(delivery))

    def submit(self, delivery: Delivery) -> Future[Receipt]:
        """Run the steps now and queue the result for the spool; the future is done once it is synced.

        Raises:
            KeyReusedError, BusyError, NoSpaceError: nothing was taken.
        """
        if not delivery.key:
            return self._take(delivery, "")
        digest = _digest(delivery)
        name = (delivery.source, delivery.key)
        with self._lock:
            under_way = self._keys.get(name)
            if under_way is None and (stored := self._find_answer(*name)) is not None:
                answered: Future[Receipt] = Future()
                answered.set_result(stored[1])
                under_way = (stored[0], answered)
            if under_way is None:
                promised: Future[Receipt] = Future()
                # A sender who leaves must not cancel what others with this key wait for.
                promised.set_running_or_notify_cancel()
                self._keys[name] = (digest, promised)
        if under_way is not None:
            return _again(delivery, digest, under_way)
        return self._take_once(delivery, digest, promised)

    def examine(self, source: str, records: Sequence[RawRecord]) -> list[Problem]:
        """Run the steps without taking anything; return what is wrong with the records, none where all would be taken."""
        work = Work(0, source, self._now())
        self._steps.run(work, records)
        return [bad.problem for bad in work.aside]

    def _take_once(self, delivery: Delivery, digest: str, promised: Future[Receipt]) -> Future[Receipt]:
        name = (delivery.source, delivery.key)
        try:
            taken = self._take(delivery, digest)
        except BaseException as error:
            with self._lock:
                self._keys.pop(name, None)
            promised.set_exception(error)
            raise

        def finish(done: Future[Receipt]) -> None:
            error = done.exception()
            if error is None:
                promised.set_result(done.result())
                return
            with self._lock:
                self._keys.pop(name, None)
            promised.set_exception(error)

        taken.add_done_callback(finish)
        return promised

    def _take(self, delivery: Delivery, digest: str) -> Future[Receipt]:
        work = Work(self._numbers.next(), delivery.source, self._now(), delivery.trusted)
        self._steps.run(work, delivery.records)
        work.aside.extend(delivery.bad)
        self._add_reports(work.reports)
        frame = Frame(
            batch=work.batch,
            source=delivery.source,
            received_time=work.received_time,
            received=delivery.received,
            accepted=len(work.events),
            columns=ROW_COLUMNS,
            rows=work.rows,
            aside=tuple(self._set_aside(record) for record in sorted(work.aside, key=lambda r: r.position)),
            personal=self._store.seal(msgspec.msgpack.encode(work.personal)) if work.personal else b"",
            zone=delivery.zone,
            key=delivery.key,
            body_digest=digest,
            origin=delivery.origin,
            mapping=delivery.mapping,
        )
        synced = self.spool.append(pack(frame))
        answer: Future[Receipt] = Future()

        def finish(done: Future[None]) -> None:
            error = done.exception()
            if error is None:
                answer.set_result(self._receipt(frame))
            else:
                answer.set_exception(error)

        answer.set_running_or_notify_cancel()
        synced.add_done_callback(finish)
        return answer

    def _set_aside(self, record: BadRecord) -> SetAside:
        problem, shown = record.problem, self._steps.shown
        return SetAside(
            position=record.position,
            reason=problem.reason.value,
            field=self._store.mask(problem.field),
            value=shown(problem.field, problem.value),
            message=self._store.mask(problem.message),
            valid=problem.valid,
            preview=preview(lambda text: shown("", text), record.body),
            sealed=self._store.seal(record.body),
            customer=self._customer_of(record.body),
        )

    def _customer_of(self, body: bytes) -> str:
        """Return whose record it is, as far as a bad record says: erasing that customer must reach it."""
        try:
            raw = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        customer = raw.get("customer_id") if isinstance(raw, dict) else None
        return self._steps.customer(customer) if isinstance(customer, str) else ""

    def _receipt(self, frame: Frame) -> Receipt:
        told = tuple(_refusal(aside) for aside in frame.aside[: self._config.told_refusals])
        return Receipt(frame.batch, frame.received, frame.accepted, len(frame.aside), told)

    def _add_reports(self, reports: Sequence[Report]) -> None:
        with self._lock:
            for report in reports:
                total = self.step_totals.setdefault(report.step, Report(report.step, 0, 0, 0.0))
                total.entered += report.entered
                total.passed += report.passed
                total.seconds += report.seconds


def _refusal(aside: SetAside) -> Refusal:
    return Refusal(aside.position, Problem(Quarantine(aside.reason), aside.field, aside.value, aside.message, aside.valid))


def _digest(delivery: Delivery) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for body in (*(r.body for r in delivery.records), *(b.body for b in delivery.bad)):
        digest.update(len(body).to_bytes(8, "big"))
        digest.update(body)
    return digest.hexdigest()


def _again(delivery: Delivery, digest: str, known: tuple[str, Future[Receipt]]) -> Future[Receipt]:
    if known[0] != digest:
        raise KeyReusedError(f"idempotency key {delivery.key!r} of source {delivery.source!r} was used with another body; use a new key")
    answer: Future[Receipt] = Future()
    answer.set_running_or_notify_cancel()

    def finish(done: Future[Receipt]) -> None:
        error = done.exception()
        if error is None:
            answer.set_result(replace(done.result(), repeated=True))
        else:
            answer.set_exception(error)

    known[1].add_done_callback(finish)
    return answer


def count_reasons(records: Sequence[SetAside]) -> Counter[str]:
    """Return how many records were set aside for each reason."""
    return Counter(record.reason for record in records)
