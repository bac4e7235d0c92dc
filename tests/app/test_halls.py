"""Halls over HTTP: the same answer as on pages, cut by the user's scope."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.serving import OWNER, P1, Application, application, order
from tongguan.model.access import Role

TOLD = [
    *(order(f"h{n}", channel="shop", region=region) for n, region in enumerate(("P-01-01", "P-01", "P-02"))),
    *(
        {"type": kind, "time": f"2026-11-20T04:{minute:02}:00Z", "channel": "sms", "event_id": f"p{minute}", "duration": 2000, **why}
        for minute, kind, why in ((5, "probe.completed", {}), *((m, "probe.failed", {"reason": "timeout"}) for m in (10, 15, 20)))
    ),
    {"type": "ticket.opened", "time": "2026-11-19T04:00:00Z", "ticket_id": "t1", "channel": "web", "region": "P-02", "event_id": "t1"},
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("halls") / "home") as found:
        assert found.load(*TOLD)["quarantined"] == 0
        yield found


AT = "at=2026-11-20T04:30:00Z"


def test_the_halls_of_a_moment(app: Application) -> None:
    found = app.send("GET", f"/halls?{AT}", headers=OWNER).json()
    halls = {hall["channel"]: hall for hall in found["halls"]}
    assert (found["day"], len(halls)) == ("2026-11-20", 8)
    assert halls["shop"]["volume"]["current"] == 3 and halls["shop"]["standing"] == {"grade": "unknown", "why": "no_data"}
    assert halls["sms"]["reach"]["reach"] == "down" and halls["sms"]["standing"]["grade"] == "bad"
    assert halls["sms"]["response"] == {"median": 2.0, "p95": 2.0, "answers": 1, "usual": None}
    assert len(halls["app"]["hours"]) == 24


def test_a_city_sees_its_own_and_what_concerns_everybody(app: Application) -> None:
    city = app.session("city-halls", Role.DISPATCHER, P1)
    halls = {hall["channel"]: hall for hall in app.send("GET", f"/halls?{AT}", headers=city).json()["halls"]}
    assert halls["shop"]["volume"]["current"] == 2 and halls["sms"]["reach"]["reach"] == "down"
    now = {hall["channel"]: hall for hall in app.send("GET", "/halls", headers=city).json()["halls"]}
    assert now["web"]["problems"] == []
    now = {hall["channel"]: hall for hall in app.send("GET", "/halls?region=P-02", headers=OWNER).json()["halls"]}
    assert [(one["kind"], one["count"]) for one in now["web"]["problems"]] == [("tickets", 1)]


def test_one_hall_alone(app: Application) -> None:
    found = app.send("GET", f"/halls?channel=sms&{AT}", headers=OWNER).json()
    assert [hall["channel"] for hall in found["halls"]] == ["sms"]


@pytest.mark.parametrize("moment", ["1971-01-01T00:00:00Z", "2148-12-31T00:00:00Z"])
def test_far_away_moments_are_empty(app: Application, moment: str) -> None:
    answered = app.send("GET", f"/halls?at={moment}", headers=OWNER)
    assert answered.status_code == 200
    assert {hall["volume"]["last_hour"] for hall in answered.json()["halls"]} == {0}
