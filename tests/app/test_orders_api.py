"""Order quality and returns over HTTP: what pages show, within the scope, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.handled import OTHER, handled
from tests.app.serving import NOW, OWNER, P1, Application, application
from tests.app.test_api import problem
from tongguan.model.access import Role, Scope

PATHS = ("/orders/quality", "/orders/quality/rules", "/orders/flags", "/returns", "/returns/waiting", "/returns/ended")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("orders") / "home") as found:
        found.load(*handled(NOW))
        yield found


@pytest.fixture(scope="module")
def city(app: Application) -> dict[str, str]:
    return app.session("city", Role.ANALYST, P1)


def asked(app: Application, path: str, headers: dict[str, str] | None = None) -> Any:
    answer = app.send("GET", path, headers=OWNER if headers is None else headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_flags_are_counted_by_rule(app: Application) -> None:
    day = asked(app, "/orders/quality")
    (found,) = (one for one in day["rules"] if one["rule"] == "missing_document")
    assert found == {"rule": "missing_document", "reason": "incomplete", "count": {"now": 2, "before": 0, "week": 0}}
    assert (day["flagged"]["now"], day["made"]["now"], day["waiting"], len(day["past"])) == (2, 6, 0, 14)
    past = asked(app, "/orders/quality?day=2026-11-19")
    assert (past["flagged"]["now"], past["made"]["now"], past["waiting"]) == (0, 2, None)
    assert asked(app, "/orders/quality?business_class=payment")["flagged"]["now"] == 0


def test_flags_are_listed_with_why(app: Application) -> None:
    page = asked(app, "/orders/flags")
    assert page["total"] == 2 and {row["case_id"] for row in page["rows"]} == {"flagged", "far-flagged"}
    assert {(row["rule"], row["reason"], row["step"]) for row in page["rows"]} == {("missing_document", "incomplete", "created")}
    assert len(asked(app, "/orders/flags?limit=1&offset=1&day=2026-11-20")["rows"]) == 1
    assert asked(app, "/orders/flags?rule=duplicate_order")["total"] == asked(app, "/orders/flags?day=2026-11-19")["total"] == 0


def test_the_rules_are_told(app: Application) -> None:
    book = asked(app, "/orders/quality/rules")
    (rule,) = (one for one in book["rules"] if one["name"] == "duplicate_order")
    assert (rule["kind"], rule["within"], rule["hold"], rule["label"]["zh"]) == ("repeated", "PT600S", True, "重复下单")


def test_a_period_of_returns(app: Application) -> None:
    report = asked(app, "/returns")
    assert len(report["days"]) == 30 and report["days"][-1] == {"day": "2026-11-20", "cancelled": 2, "asked": 2, "ended": 2}
    assert report["today"]["value"] == {"CNY": 2 * (9900 + 500)}
    assert {one["value"]: one["now"]["asked"] for one in report["by"]["reason"]} == {"changed_mind": 0, "quality": 2}
    report = asked(app, "/returns?since=2026-11-18&until=2026-11-19&reason=quality")
    assert [one["day"] for one in report["days"]] == ["2026-11-18", "2026-11-19"] and report["days"][1]["asked"] == 0


def test_what_waits_and_what_ended(app: Application) -> None:
    page = asked(app, "/returns/waiting")
    assert {one["row"]["case_id"]: one["about"]["amount"] for one in page["rows"]} == {"returned": 9900, "far-returned": 9900}
    assert asked(app, "/returns/waiting?product_id=P1&limit=1")["total"] == 2
    assert asked(app, "/returns/waiting?reason=changed_mind")["total"] == asked(app, "/returns/waiting?lateness=silent")["total"] == 0
    page = asked(app, "/returns/ended")
    assert [(one["case_id"], one["type"], one["about"]["reason"]) for one in sorted(page["rows"], key=lambda one: str(one["case_id"]))] == [
        ("cancelled", "order.cancelled", "changed_mind"),
        ("far-cancelled", "order.cancelled", "changed_mind"),
    ]
    assert asked(app, "/returns/ended?day=2026-11-19")["total"] == asked(app, "/returns/ended?reason=quality")["total"] == 0


def test_a_city_sees_its_own_alone(app: Application, city: dict[str, str]) -> None:
    for path in (path for path in PATHS if path != "/orders/quality/rules"):
        for where in ("", f"?region={OTHER}"):
            answer = app.send("GET", f"{path}{where}", headers=city)
            assert answer.status_code == 200 and "far-" not in answer.text and "P-02" not in answer.text, path
    day = asked(app, "/orders/quality", city)
    assert (day["flagged"]["now"], day["made"]["now"]) == (1, 3)
    assert asked(app, "/orders/flags", city)["total"] == asked(app, "/returns/waiting", city)["total"] == 1
    assert asked(app, f"/orders/flags?region={OTHER}", city)["total"] == asked(app, f"/returns/ended?region={OTHER}", city)["total"] == 0
    report = asked(app, "/returns", city)
    assert report["days"][-1] == {"day": "2026-11-20", "cancelled": 1, "asked": 1, "ended": 1}
    assert report["today"]["value"] == {"CNY": 9900 + 500} and [one["value"] for one in report["by"]["region"]] == ["P-01-01"]
    assert asked(app, f"/returns?region={OTHER}", city)["today"]["value"] == {}


def test_what_waits_is_told_to_who_sees_returns(app: Application) -> None:
    payer = app.session("payer", Role.STAGE_OWNER, Scope(stages=frozenset({"payment"})))
    assert asked(app, "/returns/waiting", payer)["total"] == 0
    assert asked(app, "/orders/quality", payer)["waiting"] is None


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/orders/quality?rule=duplicate_order", "no parameter 'rule'"),
        ("/orders/quality?day=yesterday", "is no date"),
        ("/orders/quality?day=2026-11-21", "2000-01-01 to 2026-11-20"),
        ("/orders/quality/rules?day=2026-11-20", "no parameter 'day'"),
        ("/orders/flags?limit=10001", "0 to 10000"),
        ("/orders/flags?day=1970-01-01", "2000-01-01 to 2026-11-20"),
        ("/returns?since=2026-11-20&until=2026-11-19", "1 to 3,660 days"),
        ("/returns?since=2010-01-01", "1 to 3,660 days"),
        ("/returns?until=2026-11-21", "2000-01-01 to 2026-11-20"),
        ("/returns?day=2026-11-20", "no parameter 'day'"),
        ("/returns?reasn=quality", "did you mean 'reason'"),
        ("/returns/waiting?lateness=lat", "did you mean 'late'"),
        ("/returns/waiting?since=2026-11-20", "no parameter 'since'"),
        ("/returns/ended?day=2027-01-01", "2000-01-01 to 2026-11-20"),
        ("/returns/ended?offset=x", "0 to"),
    ],
)
def test_what_cannot_be_asked_says_what_can(app: Application, path: str, says: str) -> None:
    found = problem(app.send("GET", path, headers=OWNER), 400)
    assert says in f"{found['detail']} {found.get('valid', '')}"


def test_nobody_is_told_anything(app: Application) -> None:
    for path in PATHS:
        problem(app.send("GET", path), 401)


def test_the_longest_and_the_earliest_period_are_answered(app: Application) -> None:
    assert len(asked(app, "/returns?since=2000-01-01&until=2010-01-07")["days"]) == 3_660
    assert asked(app, "/returns?since=2000-01-01&until=2000-01-01")["days"] == [
        {"day": "2000-01-01", "cancelled": 0, "asked": 0, "ended": 0}
    ]
