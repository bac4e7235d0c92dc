"""Fulfilment and acceptance over HTTP: what pages show, within the scope, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.handled import OTHER, handled
from tests.app.serving import NOW, OWNER, P1, Application, application
from tests.app.test_api import problem
from tongguan.model.access import Role, Scope


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("fulfilment") / "home") as found:
        found.load(*handled(NOW))
        yield found


@pytest.fixture(scope="module")
def city(app: Application) -> dict[str, str]:
    return app.session("city", Role.ANALYST, P1)


@pytest.fixture(scope="module")
def allocator(app: Application) -> dict[str, str]:
    return app.session("allocator", Role.STAGE_OWNER, Scope(stages=frozenset({"allocation"})))


def asked(app: Application, path: str, headers: dict[str, str] | None = None) -> Any:
    answer = app.send("GET", path, headers=OWNER if headers is None else headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def step(now: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = (one for part in now["parts"] for one in part["steps"] if one["step"] == name)
    return found


def test_all_parts_stand_with_their_steps(app: Application) -> None:
    now = asked(app, "/fulfilment")
    assert [part["part"]["name"] for part in now["parts"]] == ["automatic", "manual", "allocation", "delivery", "activation", "oto"]
    queued = step(now, "acceptance_queued")
    assert (queued["standing"]["counts"]["late"], queued["came"], queued["ended"]["on_time"]) == (2, 4, 4)
    assert (now["day"], now["at"]) == ("2026-11-20", "2026-11-20T04:30:00Z")


def test_a_day_that_is_past_tells_nothing_of_now(app: Application) -> None:
    past = asked(app, "/fulfilment?day=2026-11-19")
    queued = step(past, "acceptance_queued")
    assert (past["at"], queued["standing"], queued["came"]) == ("2026-11-19T15:59:59.999999Z", None, 2)
    assert step(asked(app, "/fulfilment?day=2026-11-20"), "acceptance_queued")["standing"]["counts"]["late"] == 2


def test_a_part_is_told_by_region_and_why_it_failed(app: Application) -> None:
    day = asked(app, "/fulfilment/manual")
    (regions,) = (one["rows"] for one in day["breakdowns"] if one["by"] == "region")
    assert {row["value"]: row["standing"]["counts"]["late"] for row in regions} == {"P-01": 1, "P-02": 1}
    assert day["reasons"] == [{"reason": "debt", "count": 2, "before": 0}]
    assert asked(app, "/fulfilment/manual?region=P-01")["reasons"] == [{"reason": "debt", "count": 1, "before": 0}]


def test_what_is_open_is_listed_by_pages_and_filters(app: Application) -> None:
    page = asked(app, "/fulfilment/manual/open")
    assert [one["row"]["case_id"] for one in page["rows"]] == ["far-late", "late"] and page["total"] == 2
    assert {one["row"]["lateness"] for one in page["rows"]} == {"late"}
    assert page["rows"][0]["held"]["queue"] == "acceptance"
    second = asked(app, "/fulfilment/manual/open?limit=1&offset=1")
    assert [one["row"]["case_id"] for one in second["rows"]] == ["late"] and second["total"] == 2
    assert asked(app, "/fulfilment/manual/open?step=acceptance_claimed")["total"] == 0
    on_time = asked(app, "/fulfilment/manual/open?lateness=on_time")
    assert {one["row"]["case_id"] for one in on_time["rows"]} <= {"failed", "far-failed"}
    assert on_time["total"] == on_time["counts"].get("on_time", 0)


def test_acceptance_is_counted_day_by_day(app: Application) -> None:
    quality = asked(app, "/acceptance")
    assert len(quality["days"]) == 30
    assert quality["days"][-1] == {"day": "2026-11-20", "done": 2, "failed": 2}
    assert [one["day"] for one in asked(app, "/acceptance?days=2&channel=app")["days"]] == ["2026-11-19", "2026-11-20"]
    assert asked(app, "/acceptance?days=1&channel=web")["days"] == [{"day": "2026-11-20", "done": 0, "failed": 0}]


def test_a_city_sees_its_own_alone(app: Application, city: dict[str, str]) -> None:
    paths = ("/fulfilment", "/fulfilment/manual", "/fulfilment/manual/open?lateness=late", "/acceptance?days=2")
    for path in (*paths, *(f"{path}{'&' if '?' in path else '?'}region={OTHER}" for path in paths)):
        answer = app.send("GET", path, headers=city)
        assert answer.status_code == 200 and "far-" not in answer.text and "P-02" not in answer.text, path
    queued = step(asked(app, "/fulfilment", city), "acceptance_queued")
    assert (queued["standing"]["counts"]["late"], queued["came"]) == (1, 2)
    assert [one["row"]["case_id"] for one in asked(app, "/fulfilment/manual/open", city)["rows"]] == ["late"]
    assert asked(app, "/acceptance", city)["days"][-1] == {"day": "2026-11-20", "done": 1, "failed": 1}
    assert step(asked(app, f"/fulfilment?region={OTHER}", city), "acceptance_queued")["came"] == 0


def test_parts_of_other_stages_are_not_there(app: Application, allocator: dict[str, str]) -> None:
    assert [part["part"]["name"] for part in asked(app, "/fulfilment", allocator)["parts"]] == ["allocation"]
    for path in ("/fulfilment/manual", "/fulfilment/manual/open"):
        assert problem(app.send("GET", path, headers=allocator), 404)["valid"] == "valid: allocation"
    problem(app.send("GET", "/acceptance", headers=allocator), 404)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/fulfilment?chanel=app", 400, "did you mean 'channel'"),
        ("/fulfilment?day=today", 400, "is no date"),
        ("/fulfilment?day=2026-11-21", 400, "2000-01-01 to 2026-11-20"),
        ("/fulfilment?day=1999-12-31", 400, "2000-01-01 to 2026-11-20"),
        ("/fulfilment?at=2026-11-20T04:00:00Z", 400, "no parameter 'at'"),
        ("/fulfilment/manul", 404, "did you mean 'manual'"),
        ("/fulfilment/manul/open", 404, "did you mean 'manual'"),
        ("/fulfilment/manual/open?lateness=very", 400, "warned"),
        ("/fulfilment/manual/open?step=allocated", 400, "acceptance_queued"),
        ("/fulfilment/manual/open?limit=many", 400, "0 to 10000"),
        ("/fulfilment/manual/open?offset=-1", 400, "0 to"),
        ("/acceptance?days=0", 400, "1 to 366"),
        ("/acceptance?days=367", 400, "1 to 366"),
    ],
)
def test_what_cannot_be_asked_says_what_can(app: Application, path: str, status: int, says: str) -> None:
    found = problem(app.send("GET", path, headers=OWNER), status)
    assert says in f"{found['detail']} {found.get('valid', '')}"


def test_nobody_is_told_anything(app: Application) -> None:
    for path in ("/fulfilment", "/fulfilment/manual", "/fulfilment/manual/open", "/acceptance"):
        problem(app.send("GET", path), 401)


def test_a_story_comes_with_its_clocks(app: Application, city: dict[str, str]) -> None:
    clocks = asked(app, "/cases/order/failed", city)["clocks"]
    assert (clocks[0]["step"], clocks[0]["next_step"], clocks[0]["lateness"]) == ("acceptance_queued", "acceptance_failed", "on_time")
    assert clocks[0]["limited"] and clocks[0]["late_from"] > clocks[0]["until"]
    late = asked(app, "/cases/order/late")["clocks"]
    assert (late[-1]["step"], late[-1]["until"], late[-1]["lateness"]) == ("acceptance_queued", None, "late")
    assert [one["step"] for one in late] == ["created", "acceptance_queued"]
    problem(app.send("GET", "/cases/order/far-late", headers=city), 404)
