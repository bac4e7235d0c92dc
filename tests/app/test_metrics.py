"""Indicators over HTTP: numbers, rows behind them, own files, scopes, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.serving import OWNER, P1, Application, application
from tests.app.test_api import problem
from tongguan.model.access import PERMISSIONS, Level, Permission, Role, Scope

OWN = """
own_rate:
  label: {zh: 支付成功率, en: Paid rate}
  meaning: {zh: 成功支付占全部结束的支付, en: Payments that succeeded of those that ended.}
  owner: payment
  floor: 2
  part: {count: payment.succeeded}
  whole: {count: [payment.succeeded, payment.failed]}
own_orders:
  label: {zh: 订单, en: Orders}
  meaning: {zh: 订单, en: Orders.}
  cases: order
  owner: order
own_half:
  label: {zh: 一半, en: Half}
  meaning: {zh: 一半, en: Half.}
  formula: own_orders / 2
"""


def event(number: int, kind: str, day: int = 19, **fields: Any) -> dict[str, Any]:
    about = {"order_id": f"M{number}"} if kind == "order.created" else {"payment_id": f"P{number}"}
    return {"type": kind, "time": f"2026-11-{day}T02:00:00Z", "event_id": f"m{number}", **about, **fields}


EVENTS = [
    event(1, "order.created", channel="app", region="P-01-02"),
    event(2, "payment.succeeded", channel="app", region="P-01-02", amount=900, currency="CNY"),
    event(3, "payment.succeeded", channel="web", region="P-02", amount=100, currency="CNY"),
    event(4, "payment.failed", channel="app", region="P-01-02", reason="bank.refused"),
    event(5, "payment.failed", 12, channel="app", region="P-01", reason="bank.refused"),
    event(6, "order.created", channel="web", region="P-02"),
]
DAY = "from=2026-11-19&to=2026-11-19"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("metrics") / "home") as found:
        found.load(*EVENTS)
        folder = found.installation.home.folder / "indicators"
        folder.mkdir()
        (folder / "own.yaml").write_text(OWN, encoding="utf-8")
        yield found


def get(app: Application, path: str, headers: dict[str, str] | None = None) -> Any:
    answer = app.send("GET", path, headers=headers or OWNER)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_shelf_has_those_of_the_packs_and_own_ones(app: Application) -> None:
    found = get(app, "/metrics")
    own = [one for one in found["indicators"] if one["area"] == "own"]
    assert [one["name"] for one in own] == ["own_rate", "own_orders", "own_half"] and found["problems"] == []
    assert own[0]["label"] == {"zh": "支付成功率", "en": "Paid rate"} and own[0]["written"] == "own.yaml:3"
    assert own[0]["kind"]["part"]["types"] == ["payment.succeeded"]


def test_a_number_with_part_whole_places_and_comparison(app: Application) -> None:
    found = get(app, f"/metrics/own_rate?{DAY}&by=channel&compare=prev")
    rows = {row["values"][0]: row for row in found["rows"]}
    assert rows["app"]["amounts"]["own_rate"] == {"value": 0.5, "part": 1, "whole": 2, "thin": False}
    assert rows["web"]["amounts"]["own_rate"] == {"value": 1.0, "part": 1, "whole": 1, "thin": True}
    assert found["totals"][-1]["amounts"]["own_rate"]["value"] == pytest.approx(2 / 3)
    assert rows["app"]["before"]["prev"]["own_rate"] == {"value": None, "part": 0, "whole": 0, "thin": True}
    assert "payment.succeeded" in found["statements"][0] and "{" not in found["statements"][0]


def test_several_at_once_over_days_with_filters(app: Application) -> None:
    found = get(app, "/metrics/own_rate,own_orders,own_half?from=2026-11-12&to=2026-11-19&grain=week&where=region=P-01")
    told = [(row["bucket"], *(row["amounts"][name]["value"] for name in ("own_rate", "own_orders", "own_half"))) for row in found["rows"]]
    assert told == [("2026-11-09", 0, 0, 0), ("2026-11-16", 0.5, 1, 0.5)]


def test_thirty_days_up_to_today_without_a_period(app: Application) -> None:
    query = get(app, "/metrics/own_rate")["query"]
    assert (query["since"], query["until"], query["grain"]) == ("2026-10-22", "2026-11-20", "total")


def test_the_rows_behind_a_number(app: Application) -> None:
    def ids(query: str) -> list[str]:
        return [row["event_id"] for row in get(app, f"/metrics/own_rate/rows?{query}")["events"]]

    assert sorted(ids(DAY)) == ["m2", "m3"]
    assert sorted(ids(f"{DAY}&side=whole")) == ["m2", "m3", "m4"]
    assert ids(f"{DAY}&side=rest") == ["m4"]
    assert ids(f"{DAY}&where=channel=web") == ["m3"]
    assert len(ids(f"{DAY}&side=whole&limit=1")) == 1
    cases = get(app, f"/metrics/own_orders/rows?{DAY}&where=channel=web")
    assert [row["case_id"] for row in cases["cases"]] == ["M6"] and cases["total"] == 1
    assert get(app, "/metrics/own_orders/rows?from=2020-01-01&to=2020-01-02")["cases"] == []


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/metrics/own_rat", 404, "did you mean 'own_rate'"),
        ("/metrics/own_rate/rows?side=half", 400, "valid: part, rest, whole"),
        ("/metrics/own_half/rows", 400, "ask for the rows of own_orders"),
        ("/metrics/own_rate?by=chanel", 400, "did you mean 'channel'"),
        ("/metrics/own_rate?grain=days", 400, "did you mean 'day'"),
        ("/metrics/own_rate?compare=last", 400, "valid: prev, yoy"),
        ("/metrics/own_rate?from=soon", 400, "such as 2026-11-21"),
        ("/metrics/own_rate?from=2026-11-20&to=2026-11-19", 400, "lies before the first day"),
        ("/metrics/own_rate?where=channel", 400, "such as channel=app"),
        ("/metrics/own_rate?where=amount=1", 400, "cannot be taken apart by 'amount'"),
        ("/metrics/own_rate?top=-1", 400, "from 0 to 1,000"),
        ("/metrics/own_rate?limit=1", 400, "no parameter 'limit'"),
        ("/metrics?all=1", 400, "no parameter 'all'"),
    ],
)
def test_what_cannot_be_asked(app: Application, path: str, status: int, says: str) -> None:
    found = problem(app.send("GET", path, headers=OWNER), status)
    assert says in f"{found['detail']} {found.get('valid', '')}"


def test_a_city_sees_its_rows_and_a_stage_its_indicators(app: Application) -> None:
    city = app.session("city", Role.ANALYST, P1)
    assert get(app, f"/metrics/own_rate?{DAY}", city)["rows"][0]["amounts"]["own_rate"]["whole"] == 2
    assert [row["event_id"] for row in get(app, f"/metrics/own_rate/rows?{DAY}", city)["events"]] == ["m2"]
    stage = app.session("stage", Role.ANALYST, Scope(stages=frozenset({"order"})))
    names = [one["name"] for one in get(app, "/metrics", stage)["indicators"]]
    assert "own_orders" in names and "own_rate" not in names and "own_half" not in names
    problem(app.send("GET", "/metrics/own_rate", headers=stage), 404)
    problem(app.send("GET", "/metrics/own_rate/rows", headers=stage), 404)


@pytest.fixture(scope="module")
def compares(app: Application) -> dict[str, str]:
    """Return the session of an analyst of one city."""
    return app.session("compares", Role.ANALYST, P1)


def test_regions_are_compared_for_those_who_may(app: Application, compares: dict[str, str]) -> None:
    regions = {"P-01": (30, 10), "P-02": (20, 20), "P-03": (29, 0), "": (40, 0)}
    number = 100
    for region, counts in regions.items():
        for kind, count in zip(("payment.succeeded", "payment.failed"), counts, strict=True):
            about = {"amount": 100, "currency": "CNY"} if kind == "payment.succeeded" else {"reason": "bank.refused"}
            placed = {"region": f"{region}-09"} if region else {}
            app.load(*(event(number + one, kind, 10, channel="app", **about, **placed) for one in range(count)))
            number += count
    path = "/metrics/own_rate/regions?from=2026-11-10&to=2026-11-10"
    found = get(app, path, compares)
    assert found == {
        "name": "own_rate",
        "since": "2026-11-10",
        "until": "2026-11-10",
        "floor": 30,
        "regions": [{"region": "P-01", "value": 0.75, "rank": None}, {"region": "P-02", "value": 0.5, "rank": None}],
        "few": 1,
        "at": found["at"],
    }
    assert {**get(app, path), "at": ""} == {**found, "at": ""}, "who sees every region is told the same"
    assert get(app, "/metrics/own_rate?from=2026-11-10&to=2026-11-10", compares)["rows"][0]["amounts"]["own_rate"]["whole"] == 40, (
        "elsewhere the scope holds"
    )


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/metrics/own_rat/regions", 404, "did you mean 'own_rate'"),
        ("/metrics/own_rate/regions?where=channel=app", 400, "no parameter 'where'"),
        ("/metrics/own_rate/regions?by=channel", 400, "no parameter 'by'"),
        ("/metrics/own_rate/regions?grain=day", 400, "no parameter 'grain'"),
        ("/metrics/own_rate/regions?from=2026-11-20&to=2026-11-19", 400, "lies before the first day"),
    ],
)
def test_what_is_not_published(app: Application, compares: dict[str, str], path: str, status: int, says: str) -> None:
    found = problem(app.send("GET", path, headers=compares), status)
    assert says in f"{found['detail']} {found.get('valid', '')}"


@pytest.mark.parametrize("role", list(Role))
def test_comparing_regions_is_a_permission_of_its_own(app: Application, role: Role) -> None:
    answer = app.send("GET", "/metrics/own_rate/regions", headers=app.session(f"one-{role}", role, P1))
    assert answer.status_code == (200 if Permission.COMPARE_REGIONS in PERMISSIONS[role] else 403)
    if answer.status_code == 403:
        assert f"role {role} may not compare_regions" in answer.json()["detail"]


def test_stages_hide_what_is_published(app: Application) -> None:
    scope = Scope(Level.CITY, frozenset({"order"}), frozenset({"P-01"}))
    stage = app.session("stage-of-city", Role.STAGE_OWNER, scope)
    problem(app.send("GET", "/metrics/own_rate/regions", headers=stage), 404)
    assert get(app, "/metrics/own_orders/regions", stage)["regions"] == []


def test_a_file_that_went_wrong_is_told_and_what_it_said_stays(app: Application) -> None:
    path = app.installation.home.folder / "indicators" / "second.yaml"
    path.write_text("second:\n  label: {zh: 数, en: Number}\n  meaning: {zh: 数, en: N.}\n  count: order.creatd\n", encoding="utf-8")
    found = get(app, "/metrics")
    assert len(found["problems"]) == 1 and "second.yaml:2: second: no event type 'order.creatd'" in found["problems"][0]
    assert "own_rate" in [one["name"] for one in found["indicators"]]
    missed = problem(app.send("GET", "/metrics/second", headers=OWNER), 404)["detail"]
    assert "no indicator 'second'" in missed and "own files have mistakes" in missed and "second.yaml:2" in missed
    path.write_text(path.read_text(encoding="utf-8").replace("creatd", "created"), encoding="utf-8")
    found = get(app, "/metrics")
    assert found["problems"] == [] and "second" in [one["name"] for one in found["indicators"]]
    path.write_text("own_rate:\n  label: {zh: 数, en: N}\n  meaning: {zh: 数, en: N.}\n  count: order.created\n", encoding="utf-8")
    assert "'own_rate' is declared before, in own.yaml:3" in get(app, "/metrics")["problems"][0]
    path.unlink()
    assert get(app, "/metrics")["problems"] == []


def test_the_rows_of_a_conversion_are_those_that_were_followed(app: Application) -> None:
    path = app.installation.home.folder / "indicators" / "followed.yaml"
    path.write_text(
        "bought:\n  label: {zh: 数, en: N}\n  meaning: {zh: 数, en: N.}\n"
        "  part: {count: contact.ended, then: {any: payment.succeeded, by: customer_id, within: 1h}}\n  whole: {count: contact.ended}\n",
        encoding="utf-8",
    )
    talks = [event(n, "contact.ended", 18, contact_id=f"K{n}", customer_id=f"c{n}", channel="app") for n in (31, 32)]
    app.load(*talks, event(33, "payment.succeeded", 18, customer_id="c32", amount=1, currency="CNY"))
    on = "from=2026-11-18&to=2026-11-18"
    amount = get(app, f"/metrics/bought?{on}")["rows"][0]["amounts"]["bought"]
    assert (amount["part"], amount["whole"]) == (1, 2)
    told = {side: [row["event_id"] for row in get(app, f"/metrics/bought/rows?{on}&side={side}")["events"]] for side in ("part", "rest")}
    path.unlink()
    assert told == {"part": ["m32"], "rest": ["m31"]}


def test_two_conversions_keep_their_own_times_and_different_things_have_no_rest(app: Application) -> None:
    named = "  label: {zh: 数, en: N}\n  meaning: {zh: 数, en: N.}\n"
    then = "{{count: contact.ended, then: {{any: payment.succeeded, by: customer_id, within: {}}}}}"
    path = app.installation.home.folder / "indicators" / "twice.yaml"
    path.write_text(
        f"soon:\n{named}  part: {then.format('10min')}\n  whole: {then.format('3d')}\n"
        f"apart:\n{named}  part: {{count: payment.succeeded}}\n  whole: {{count: contact.ended}}\n",
        encoding="utf-8",
    )
    app.load(
        event(41, "contact.ended", 17, contact_id="K41", customer_id="c41"),
        {**event(42, "payment.succeeded", 17, customer_id="c41", amount=1, currency="CNY"), "time": "2026-11-17T02:05:00Z"},
        event(43, "contact.ended", 16, contact_id="K43", customer_id="c43"),
        event(44, "payment.succeeded", 17, customer_id="c43", amount=1, currency="CNY"),
    )
    on = "from=2026-11-16&to=2026-11-17"
    amount = get(app, f"/metrics/soon?{on}")["rows"][0]["amounts"]["soon"]
    assert (amount["part"], amount["whole"]) == (1, 2)
    assert [row["event_id"] for row in get(app, f"/metrics/soon/rows?{on}&side=rest")["events"]] == ["m43"]
    refused = problem(app.send("GET", f"/metrics/apart/rows?{on}&side=rest", headers=OWNER), 400)
    path.unlink()
    assert "no rest" in refused["detail"]
