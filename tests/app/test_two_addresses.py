"""The same commands on a ClickHouse server and PostgreSQL: two addresses, and nothing else, change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.clickhouse_http import clickhouse_http
from tests.fixtures.postgres import postgres_dsn

pytestmark = pytest.mark.postgres

EVENTS = [
    {"type": "order.created", "time": "2026-01-05T10:00:00+08:00", "event_id": "1", "order_id": "A", "amount": 1250, "currency": "CNY"},
    {"type": "payment.succeeded", "time": "2026-01-05T10:01:00+08:00", "event_id": "2", "order_id": "A", "payment_id": "P", "amount": 1250},
    {"type": "payment.succeeded", "time": "2026-01-05T10:01:00+08:00", "event_id": "2", "order_id": "A", "payment_id": "P", "amount": 9},
    {"type": "order.created", "time": "2026-01-05T10:00:00+08:00", "order_id": "B", "attributes": {"phone": "19900001111"}},
]


def _run(environment: dict[str, str], *arguments: str, code: int = 0) -> Any:
    command = [sys.executable, "-m", "tongguan", *arguments, "--json"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == code, ended.stderr
    return json.loads(ended.stdout)


def test_two_addresses_change_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_text("\n".join(map(json.dumps, EVENTS)))
    with clickhouse_http(tmp_path / "engine") as warehouse:
        addresses = {"TONGGUAN_WAREHOUSE": warehouse, "TONGGUAN_RECORDS": postgres_dsn(), "TONGGUAN_HOME": str(tmp_path / "home")}
        environment = {**os.environ, **addresses}
        sent = _run(environment, "events", "send", str(tmp_path / "events.ndjson"), "--source", "till")
        assert (sent["received"], sent["accepted"]) == (4, 4)
        assert [row["case_id"] for row in _run(environment, "orders", "--sort", "id")["rows"]] == ["B", "A"]
        assert _run(environment, "orders", "A")["case"]["paid"] == 1250
        (reused,) = _run(environment, "data", "quarantine")["rows"]
        assert reused["problem"]["reason"] == "id_reused"
        assert all(finding["ok"] for finding in _run(environment, "check"))
    assert not (tmp_path / "home" / "warehouse").exists()
    assert not (tmp_path / "home" / "records.db").exists()
