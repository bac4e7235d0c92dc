"""Indicators at ``/metrics``: which, of which days, how old, and what is refused."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.serving import NOW, Application, application
from tests.app.test_serve import command
from tongguan.app.exposed import KEPT, SECONDS, check_exposed
from tongguan.app.installation import open_catalogue
from tongguan.app.settings import SettingsError, read_settings

OWN = """
own_rate:
  label: {zh: 支付成功率, en: Paid rate}
  meaning: {zh: 成功支付占全部结束的支付, en: Payments that succeeded of those that ended.}
  part: {count: payment.succeeded}
  whole: {count: [payment.succeeded, payment.failed]}
"""

Samples = dict[tuple[str, str, str], float]


def payment(number: int, kind: str, time: str) -> dict[str, Any]:
    reason = {"reason": "bank.refused"} if kind == "payment.failed" else {}
    return {"type": kind, "time": time, "event_id": f"x{number}", "payment_id": f"P{number}", "channel": "app", **reason}


# The operation's day of the 20th begins at 16:00 of the 19th in UTC.
EVENTS = [
    payment(1, "payment.succeeded", "2026-11-18T15:59:59Z"),
    payment(2, "payment.succeeded", "2026-11-18T16:00:00Z"),
    payment(3, "payment.failed", "2026-11-19T15:59:59Z"),
    payment(4, "payment.succeeded", "2026-11-19T16:00:00Z"),
]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    home = tmp_path / "home"
    (home / "indicators").mkdir(parents=True)
    (home / "indicators" / "own.yaml").write_text(OWN, encoding="utf-8")
    (home / "settings.yaml").write_text("metrics_exposed: ' own_rate, visits,own_rate, csat, '\n", encoding="utf-8")
    with application(home) as found:
        yield found


def exposed(app: Application) -> Samples:
    async def work() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app.server), base_url="http://test", timeout=60) as client:
            return await client.get("/metrics")

    answer = asyncio.run(work())
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("tongguan_indicator"), sample.labels.get("name", ""), sample.labels.get("period", "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name.startswith("tongguan_indicator")
    }


def test_days_are_those_of_the_operation_and_what_was_not_measured_is_absent(app: Application) -> None:
    app.load(*EVENTS)
    (loop,) = app.server._exposed.loops()
    assert (loop.name, loop.seconds) == ("exposed indicators", SECONDS) and exposed(app) == {}
    loop.round()
    assert exposed(app) == {
        ("", "own_rate", "yesterday"): 0.5,
        ("", "own_rate", "today"): 1.0,
        ("_whole", "own_rate", "yesterday"): 2.0,
        ("_whole", "own_rate", "today"): 1.0,
        ("", "visits", "yesterday"): 0.0,
        ("", "visits", "today"): 0.0,
        # Nobody was asked, so there is no share.
        ("_whole", "csat", "yesterday"): 0.0,
        ("_whole", "csat", "today"): 0.0,
        ("_made_timestamp_seconds", "", ""): NOW.timestamp(),
    }


def test_asking_makes_nothing_and_old_values_go(app: Application) -> None:
    app.load(*EVENTS)
    gauges, here = app.server._exposed, app.installation
    gauges.round()
    before = exposed(app)
    app.load(payment(5, "payment.failed", "2026-11-20T04:00:00Z"))
    here.now = lambda: NOW + KEPT
    assert exposed(app) == before
    here.now = lambda: NOW + KEPT + timedelta(seconds=1)
    assert exposed(app) == {("_made_timestamp_seconds", "", ""): NOW.timestamp()}
    gauges.round()
    assert exposed(app)["", "own_rate", "today"] == 0.5
    # The next day begins.
    here.now = lambda: NOW + timedelta(days=1)
    gauges.round()
    assert exposed(app)["", "own_rate", "yesterday"] == 0.5 and ("", "own_rate", "today") not in exposed(app)


def test_an_indicator_that_is_removed_is_absent(app: Application) -> None:
    app.load(*EVENTS)
    (app.installation.home.folder / "indicators" / "own.yaml").unlink()
    app.server._exposed.round()
    assert {name for _, name, _ in exposed(app)} == {"visits", "csat", ""}


def test_nothing_is_exposed_where_nothing_is_named(tmp_path: Path) -> None:
    assert read_settings(tmp_path, {}).metrics_exposed == ""
    with application(tmp_path / "home") as app:
        assert app.server._exposed.loops() == []
        app.server._exposed.round()
        assert {name for name, _, _ in exposed(app)} == {"_made_timestamp_seconds"}


def test_an_unknown_name_is_told_with_the_nearest_and_what_is_wrong_with_own_files(app: Application) -> None:
    check_exposed("own_rate, visits", app.installation.catalogue)
    with pytest.raises(SettingsError, match=r"^metrics_exposed: no indicator 'own_rat'; did you mean 'own_rate'\? valid: [^;]*$"):
        check_exposed("visits,own_rat", app.installation.catalogue)
    (app.installation.home.folder / "indicators" / "own.yaml").write_text(OWN.replace("payment.failed", "payment.fail"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"no indicator 'own_rate'.*; own files have mistakes: .*own\.yaml:6: .*payment\.failed"):
        check_exposed("own_rate", open_catalogue(app.installation.home, app.installation.vocabulary, app.installation.settings.zone))


def test_a_server_does_not_start_with_an_unknown_name(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.yaml").write_text("metrics_exposed: visits, payment_succes_rate\n", encoding="utf-8")
    answer = command(home, "serve")
    assert answer.returncode == 2
    assert "did you mean 'payment_success_rate'?" in " ".join(answer.stderr.split()) and "Traceback" not in answer.stderr
    # The first password is shown only once: nobody must have been made before the start was refused.
    with sqlite3.connect(home / "records.db") as records:
        assert records.execute("SELECT count(*) FROM users").fetchone() == (0,)
    records.close()
