"""Traffic of a shop as the benchmarks send it: real event types, interleaved, in the order of their times.

One turn a second: in every turn a visit begins and every earlier order makes its next step, so that the steps of one order lie
minutes apart and the cases of many orders are moved on together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO, Final

_CHANNELS: Final = ("app", "web", "wechat", "hall", "phone", "kiosk", "app", "web")
_CLASSES: Final = ("goods.handset", "goods.number_card", "goods.broadband", "goods.converged", "handling.plan_change", "payment.top_up")
_BRANDS: Final = ("goTone", "mZone", "easyOwn", "and")
_TIERS: Final = ("high", "middle", "low")
_NETWORKS: Final = ("5g", "4g", "5g")
_CARRIERS: Final = ("SF", "EMS", "JD", "YTO")
_CHINA: Final = timezone(timedelta(hours=8))
_LENGTH_BYTES: Final = 8
_SECOND: Final = timedelta(seconds=1)
_APART: Final = 70
"""Milliseconds between two events of one turn."""


def order_id(number: int) -> str:
    """Return the id of the order with a number."""
    return f"BN{number:010d}"


def _visit(n: int) -> str:
    return f'"session_id":"s{n:010x}","customer_id":"c{n % 700_001:07d}","device_id":"d{n % 900_007:07d}"'


def _page(place: int) -> Callable[[int], str]:
    return lambda n: (
        f'{_visit(n)},"duration":{800 + n % 5000},"attributes":{{"path":"/shop/{n % 97}/{place}","page":"p{n % 997}",'
        f'"referrer":"/shop/{n % 89}","status":200,"bytes":{10_000 + n % 90_000}}}'
    )


def _created(n: int) -> str:
    # Mobile numbers are what every order of an operator carries; they go through the vault.
    return (
        f'{_visit(n)},"order_id":"{order_id(n)}","amount":{9900 + n % 500_000},"currency":"CNY","quantity":2,"attributes":{{'
        f'"phone":"139{n % 100_000_000:08d}","city":"Nanning","delivery_kind":"courier","traffic_source":"direct"}}'
    )


def _item(line: int) -> Callable[[int], str]:
    return lambda n: (
        f'"customer_id":"c{n % 700_001:07d}","order_id":"{order_id(n)}","product_id":"g{n * 7 % 5003:05d}","quantity":1,'
        f'"amount":{4900 + n % 250_000},"currency":"CNY",'
        f'"attributes":{{"item":"{line}","sku":"sku-{n % 5003}","price":{4900 + n % 250_000}}}'
    )


def _paid(n: int) -> str:
    return (
        f'"customer_id":"c{n % 700_001:07d}","order_id":"{order_id(n)}","payment_id":"p{n:010d}","amount":{9900 + n % 500_000},'
        f'"currency":"CNY","attributes":{{"payment_channel":"wallet","method":"app","channel_reference":"42{n:018d}"}}'
    )


def _approved(n: int) -> str:
    return f'"customer_id":"c{n % 700_001:07d}","order_id":"{order_id(n)}","actor_id":"rule-{n % 9}","attributes":{{"automatic":true}}'


def _package(place: str) -> Callable[[int], str]:
    return lambda n: (
        f'"customer_id":"c{n % 700_001:07d}","order_id":"{order_id(n)}","package_id":"k{n:010d}","actor_id":"w{n % 50}",'
        f'"attributes":{{"carrier":"{_CARRIERS[n % 4]}","waybill":"{n * 13:014d}","place":"{place}"}}'
    )


_STEPS: Final[tuple[tuple[str, int, Callable[[int], str]], ...]] = (
    ("visit.session_started", 0, _page(0)),
    ("visit.page_viewed", 1, _page(1)),
    ("visit.page_viewed", 3, _page(2)),
    ("visit.product_viewed", 4, lambda n: f'{_page(3)(n)},"product_id":"g{n * 7 % 5003:05d}"'),
    ("visit.checkout_started", 6, _page(4)),
    ("order.created", 8, _created),
    ("order.item_added", 8, _item(1)),
    ("order.item_added", 8, _item(2)),
    ("payment.succeeded", 20, _paid),
    ("order.approved", 25, _approved),
    ("package.packed", 300, _package("NN-1")),
    ("package.shipped", 900, _package("NN-2")),
    ("package.delivered", 3000, _package("GL-7")),
)
EVENTS_A_TURN: Final = len(_STEPS)
_LONGEST: Final = max(lag for _, lag, _ in _STEPS)
SINGLE_STEP: Final = 5
"""The step of :data:`_STEPS` that makes an order: what a marked or single event is."""


class Traffic:
    """Events of a shop.

    Args:
        start: when it begins; the events end within a second for every thirteen of them.
        first: number of the first order; traffic that shares none has no id in common.
        turn: time between two turns of thirteen events; below a second all events of a turn have one time.
    """

    def __init__(self, start: datetime, first: int = 0, turn: timedelta = _SECOND) -> None:
        self._start = start.astimezone(_CHINA).replace(microsecond=0)
        self._first = first + _LONGEST
        self._turn = turn

    def lines(self) -> Iterator[str]:
        """Yield events as JSON texts, without end."""
        turn, apart = 0, _APART if self._turn >= _SECOND else 0
        while True:
            moment = self._start + turn * self._turn
            second, millis = moment.strftime("%Y-%m-%dT%H:%M:%S"), moment.microsecond // 1000
            for slot, (name, lag, rest) in enumerate(_STEPS):
                number = self._first + turn - lag
                yield _event(name, slot, number, f"{second}.{millis + slot * apart:03d}+08:00", rest(number))
            turn += 1

    def orders(self) -> Iterator[tuple[str, str]]:
        """Yield (order id, event as JSON text) of new orders, without end. They share no id with :meth:`lines`."""
        name, _, rest = _STEPS[SINGLE_STEP]
        number = self._first + 5_000_000_000
        while True:
            at = (self._start + timedelta(seconds=number % 3600)).isoformat(timespec="milliseconds")
            yield order_id(number), _event(name, SINGLE_STEP, number, at, rest(number))
            number += 1


def _event(name: str, slot: int, n: int, at: str, rest: str) -> str:
    return (
        f'{{"type":"{name}","time":"{at}","event_id":"b{n:011d}-{slot}","channel":"{_CHANNELS[n % 8]}",'
        f'"region":"GX-{n % 14:02d}","business_class":"{_CLASSES[n % 6]}","brand":"{_BRANDS[n % 4]}","tier":"{_TIERS[n % 3]}",'
        f'"network":"{_NETWORKS[n % 3]}",{rest}}}'
    )


def write_bodies(path: Path, lines: Iterator[str], events: int, size: int) -> None:
    """Write NDJSON bodies of ``size`` events to a file, each with its length before it; the last one may be smaller."""
    with path.open("wb") as file:
        left = events
        while left > 0:
            count = min(size, left)
            body = "\n".join(next(lines) for _ in range(count)).encode()
            file.write(len(body).to_bytes(_LENGTH_BYTES, "big") + body)
            left -= count


def read_body(file: BinaryIO) -> bytes:
    """Return the next body of a file that :func:`write_bodies` wrote; empty at its end."""
    return file.read(int.from_bytes(file.read(_LENGTH_BYTES), "big"))
