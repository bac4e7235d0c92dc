"""Findings over HTTP: filters, what cannot be asked, and scopes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.app.serving import NOW, OWNER, P1, Application, application
from tests.app.test_api import problem
from tongguan.detect.watcher import CURSOR
from tongguan.model.access import Role, Scope
from tongguan.model.findings import Finding, FindingKind
from tongguan.records import cursors, findings
from tongguan.records.database import Database

ROWS = (
    Finding("orders", "order", "channel", "web", FindingKind.DAYS, date(2026, 11, 17), date(2026, 11, 18), 41, 118, -154, 7.5),
    Finding(
        "manual_acceptances", "acceptance", "region", "P-01", FindingKind.DAYS, date(2026, 11, 18), date(2026, 11, 18), 9, 0.5, 8.5, 9.0
    ),
    Finding(
        "manual_acceptances", "acceptance", "region", "P-02", FindingKind.DAYS, date(2026, 11, 16), date(2026, 11, 16), 8, 0.5, 7.5, 8.0
    ),
    Finding(
        "satisfaction_score", "after_sales", "channel", "app", FindingKind.DRIFT, date(2026, 11, 12), date(2026, 11, 18), 71, 90, -60, 6.1
    ),
)
"""What was found, as it is kept."""

NEWEST_FIRST = ["P-01", "web", "app", "P-02"]


def keep(database: Database, through: str) -> None:
    """Put findings where the watcher keeps them."""
    with database.begin() as connection:
        findings.replace_all(connection, ROWS)
        cursors.put(connection, CURSOR, {"state": "", "looked": NOW.isoformat(), "through": through})


def places(found: dict[str, Any]) -> list[str]:
    return [row["value"] for row in found["rows"]]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("findings") / "home") as found:
        keep(found.installation.database, "2026-11-19")
        yield found


def test_everything_the_newest_first(app: Application) -> None:
    found = app.send("GET", "/findings", headers=OWNER).json()
    assert places(found) == NEWEST_FIRST
    assert (found["since"], found["through"]) == ("2026-11-06", "2026-11-19") and found["looked"].startswith("2026-11-20T04:30:00")
    assert found["rows"][1] == {
        "watch": "orders",
        "stage": "order",
        "by": "channel",
        "value": "web",
        "kind": "days",
        "first_day": "2026-11-17",
        "last_day": "2026-11-18",
        "observed": 41.0,
        "expected": 118.0,
        "concerned": -154.0,
        "score": 7.5,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stage=acceptance", ["P-01", "P-02"]),
        ("watch=satisfaction_score", ["app"]),
        ("day=2026-11-17", ["web", "app"]),
        ("day=2026-11-06", []),
        ("channel=web", ["web"]),
        ("region=P", ["P-01", "P-02"]),
        ("region=P-01-01", []),
        ("stage=acceptance&day=2026-11-16&region=P-02", ["P-02"]),
        ("business_class=goods", []),
    ],
)
def test_filters(app: Application, query: str, expected: list[str]) -> None:
    assert places(app.send("GET", f"/findings?{query}", headers=OWNER).json()) == expected


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("stage=oder", "did you mean 'order'"),
        ("watch=oders", "did you mean 'orders'"),
        ("day=yesterday", "'yesterday' is no date"),
        ("day=2026-11-31", "such as 2026-11-21"),
        ("day=9999-12-31", "no date"),
        ("chanel=app", "did you mean 'channel'"),
        ("limit=5", "'limit'"),
    ],
)
def test_what_cannot_be_asked_says_what_can(app: Application, query: str, says: str) -> None:
    found = problem(app.send("GET", f"/findings?{query}", headers=OWNER), 400)
    assert says in f"{found['detail']} {found.get('valid', '')}" and found["valid"]


def test_each_is_told_theirs(app: Application) -> None:
    city = app.session("city-findings", Role.DISPATCHER, P1)
    assert places(app.send("GET", "/findings", headers=city).json()) == ["P-01"]
    assert places(app.send("GET", "/findings?region=P-02", headers=city).json()) == []
    owner = app.session("orders-findings", Role.STAGE_OWNER, Scope(stages=frozenset({"order", "after_sales"})))
    assert places(app.send("GET", "/findings", headers=owner).json()) == ["web", "app"]
    assert places(app.send("GET", "/findings?stage=acceptance", headers=owner).json()) == []
    assert "sign in" in problem(app.send("GET", "/findings"), 401)["valid"]
