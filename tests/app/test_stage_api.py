"""The day of a stage over HTTP: what it is measured by, as pages show it."""

from __future__ import annotations

from pathlib import Path

from tests.app.serving import application, order
from tongguan.model.access import Level, Role, Scope

CITY = Scope(Level.CITY, regions=frozenset({"P-01"}))
BUYER = {"amount": 9900, "currency": "CNY"}


def test_a_day_is_measured_within_the_scope(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        app.load(
            order("m1", region="P-01-01", customer_id="c1", **BUYER),
            order("m2", region="P-01-02", customer_id="c1", **BUYER),
            order("m3", region="P-02-01", customer_id="c2", **BUYER),
            order("m4", region="P-02-01", customer_id="c3", amount=500, currency="USD", time="2026-11-19T04:00:00Z"),
        )
        city, province = app.session("nanning", Role.ANALYST, CITY), app.session("province", Role.ANALYST)
        day = app.send("GET", "/stages/order/day", headers=province).json()
        assert day["day"] == "2026-11-20" and len(day["past"]) == 14 and day["past"][-1]["volume"][13] is None
        assert day["measures"]["volume"]["now"] == 3 and day["measures"]["buyers"]["now"] == 2
        value = day["measures"]["value"]
        assert (value["now"], value["before"], value["week"]) == ({"CNY": 29_700}, {"USD": 500}, {})
        assert value["hours"][12] == {"CNY": 29_700} and value["hours"][13] is None
        assert {part["by"]: [share["value"] for share in part["shares"]] for part in day["breakdowns"]}["region"] == ["P-01", "P-02"]
        own = app.send("GET", "/stages/order/day?region=P-01", headers=city).json()
        assert own["measures"]["value"]["now"] == {"CNY": 19_800}
        (regions,) = (part["shares"] for part in own["breakdowns"] if part["by"] == "region")
        assert [(share["value"], share["figures"]["value"]) for share in regions] == [
            ("P-01-01", {"CNY": 9900}),
            ("P-01-02", {"CNY": 9900}),
        ]
        for address in ("/stages/order/day?day=1971-01-01", "/stages/order/day?day=2199-12-31"):
            assert app.send("GET", address, headers=city).json()["measures"]["volume"]["now"] == 0
