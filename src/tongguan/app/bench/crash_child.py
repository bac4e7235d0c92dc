"""The process that is killed: an installation that takes deliveries from a socket, or looks at what is in it.

``python -m tongguan.app.bench.crash_child serve HOME VOCABULARY`` prints the port on which it listens on 127.0.0.1 and takes
one JSON request a line, answering each with one line once it is durable. It ends when its standard input does.

``python -m tongguan.app.bench.crash_child look HOME VOCABULARY`` loads what is left, reads the ids that were acknowledged from
its standard input, one a line, and prints what it found as JSON.
"""

from __future__ import annotations

import importlib
import json
import logging
import socketserver
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import structlog

from tongguan.app.installation import Installation, open_installation
from tongguan.ingest.errors import DeliveryError
from tongguan.model.ports import Delivery, RawRecord
from tongguan.model.vocabulary import Vocabulary
from tongguan.records import ledger
from tongguan.warehouse.canonical import projections
from tongguan.warehouse.migrations import rebuild
from tongguan.warehouse.schema import PROJECTIONS

_SHOWN = 20


class Request(msgspec.Struct, frozen=True):
    """One delivery of a client."""

    source: str
    key: str
    records: list[str]


def vocabulary_of(address: str) -> Vocabulary:
    """Return the vocabulary at ``module:name``, or the one that the function of that name returns."""
    module, _, name = address.partition(":")
    found: Any = getattr(importlib.import_module(module), name)
    vocabulary = found if isinstance(found, Vocabulary) else found()
    assert isinstance(vocabulary, Vocabulary)
    return vocabulary


def answer(installation: Installation, line: bytes) -> dict[str, Any]:
    """Take one delivery; return what its sender is told."""
    request = msgspec.json.decode(line, type=Request)
    records = [RawRecord(position, text.encode()) for position, text in enumerate(request.records)]
    try:
        receipt = installation.ingest.deliver(Delivery(request.source, len(records), records, key=request.key))
    except DeliveryError as error:
        return {"refused": error.reject.value, "retry_after": error.retry_after}
    return {"refused": "", "accepted": receipt.accepted, "quarantined": receipt.quarantined, "repeated": receipt.repeated}


def serve(installation: Installation) -> None:
    """Take deliveries until standard input ends."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                self.wfile.write(json.dumps(answer(installation, line)).encode() + b"\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    installation.start_loader()
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.shutdown()


def look(installation: Installation, acknowledged: Sequence[str]) -> dict[str, Any]:
    """Load what is left and compare everything that can be told in two ways."""
    installation.load_now()
    warehouse = installation.warehouse
    times: dict[str, int] = {str(i): int(n) for i, n in warehouse.query("SELECT event_id, count() FROM events GROUP BY event_id").rows}
    kept = projections(warehouse)
    for name in PROJECTIONS:
        rebuild(warehouse, installation.vocabulary, name)
    made_anew = projections(warehouse)
    with installation.database.read() as connection:
        imbalances = len(ledger.check(connection))
        account = ledger.totals(connection)
    missing = [event_id for event_id in acknowledged if event_id not in times]
    twice = [event_id for event_id, n in times.items() if n > 1]
    return {
        "stored": sum(times.values()),
        "missing": len(missing),
        "twice": len(twice),
        "examples": (missing + twice)[:_SHOWN] + _differences(kept, made_anew),
        "keys": len(made_anew["event_keys"]),
        "unequal": [name for name in PROJECTIONS if kept[name] != made_anew[name]],
        "imbalances": imbalances,
        "received": sum(row.received for row in account),
        "accepted": sum(row.accepted for row in account),
        "duplicate": sum(row.duplicate for row in account),
        "quarantined": sum(row.quarantined for row in account),
        "ids": sorted(times),
    }


def _differences(kept: dict[str, list[str]], made_anew: dict[str, list[str]]) -> list[str]:
    """Return some rows that are in one of two sets of projections only."""
    found = []
    for name, rows in kept.items():
        found += [f"{name} kept: {row}" for row in sorted(set(rows) - set(made_anew[name]))[:3]]
        found += [f"{name} made anew: {row}" for row in sorted(set(made_anew[name]) - set(rows))[:3]]
    return found


def main(arguments: Sequence[str]) -> int:
    """Run one of the two; return the exit code."""
    # Standard output belongs to the parent.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    what, home, vocabulary = arguments
    installation = open_installation(Path(home), vocabulary=vocabulary_of(vocabulary))
    try:
        if what == "serve":
            serve(installation)
        else:
            found = look(installation, sys.stdin.read().split())
            sys.stdout.write(json.dumps(found) + "\n")
    finally:
        installation.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
