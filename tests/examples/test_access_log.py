"""examples/access-log: the combined format, and the figures of a real log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.tools import ROOT, require_data
from tongguan.areas.packs import build_vocabulary
from tongguan.ingest.mapping import Mapping, deliveries, dry_run, load_mapping
from tongguan.model.ports import Delivery
from tongguan.model.reasons import Quarantine

LINES = """\
192.0.2.1 - ann [17/May/2015:10:05:03 +0200] "GET /a/b?q=x HTTP/1.1" 200 203 "https://example.com/" "Agent \\"x\\" 1"
192.0.2.1 - - [17/May/2015:10:05:04 +0000] "HEAD / HTTP/1.0" 304 - "-" "-"
192.0.2.1 - - [17/May/2015:10:05:04 +0000] "HEAD / HTTP/1.0" 304 - "-" "-"
192.0.2.2 - - [17/May/2015:10:05:05 +0000] "GET /gone HTTP/1.1" 404 5 "-" "torn
192.0.2.2 - - [17/May/2015:10:05:05 +0000] "GET /gone HTTP/1.1" 404 5 "-" "B"
192.0.2.2 - - [17/Mai/2015:10:05:05 +0000] "GET /gone HTTP/1.1" 404 5 "-" "B"
"""


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return load_mapping(ROOT / "examples" / "access-log" / "mapping.yaml", build_vocabulary())


def views(found: list[Delivery]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(record.body) for delivery in found for record in delivery.records]


def test_combined_lines(mapping: Mapping, tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_text(LINES)
    run = list(deliveries(mapping, [path]))
    first, second, third, fourth = views(run)
    assert first | {"event_id": "", "session_id": ""} == {
        "type": "visit.page_viewed",
        "time": "2015-05-17T08:05:03Z",
        "event_id": "",
        "channel": "web",
        "session_id": "",
        "result": "success",
        "attributes": {
            "ip": "192.0.2.1",
            "user_name": "ann",
            "user_agent": 'Agent \\"x\\" 1',
            "referrer": "https://example.com/",
            "method": "GET",
            "path": "/a/b",
            "protocol": "HTTP/1.1",
            "status": 200,
            "bytes": 203,
        },
    }
    assert {"bytes", "user_agent", "referrer", "user_name"}.isdisjoint(second["attributes"])
    assert second["event_id"] != third["event_id"] and second["session_id"] == third["session_id"] != first["session_id"]
    assert fourth["result"] == "failure"
    assert [bad.problem.reason for bad in run[0].bad] == [Quarantine.BAD_ROW, Quarantine.BAD_TIME]
    assert views(list(deliveries(mapping, [path]))) == views(run)


def test_problems_show_no_personal_data(mapping: Mapping, tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_text(LINES)
    for delivery in deliveries(mapping, [path]):
        for bad in delivery.bad:
            assert "192.0.2.2" not in repr(bad.problem)


def test_figures_of_a_real_log(mapping: Mapping) -> None:
    path = require_data("web_logs_elastic") / "apache_access.log.gz"
    run = list(deliveries(mapping, [path]))
    assert sum(delivery.received for delivery in run) == 10_000
    (bad,) = [bad for delivery in run for bad in delivery.bad]
    assert bad.problem.reason is Quarantine.BAD_ROW and "line 8899" in bad.problem.message
    found = views(run)
    assert len({view["event_id"] for view in found}) == 9999
    assert Counter(view["attributes"]["status"] for view in found) == {
        200: 9125,
        304: 445,
        404: 213,
        301: 164,
        206: 45,
        500: 3,
        403: 2,
        416: 2,
    }
    assert sum(view["attributes"].get("bytes", 0) for view in found) == 2_747_282_505
    assert sum("bytes" not in view["attributes"] for view in found) == 669
    assert len({view["session_id"] for view in found}) == 1861
    assert Counter(view["time"][:10] for view in found) == {"2015-05-17": 1632, "2015-05-18": 2893, "2015-05-19": 2896, "2015-05-20": 2578}
    assert {view["event_id"] for view in views(list(deliveries(mapping, [path])))} == {view["event_id"] for view in found}


def test_dry_run_names_what_is_not_taken(mapping: Mapping, tmp_path: Path) -> None:
    path = tmp_path / "access_log"
    path.write_text(LINES)
    assert dry_run(mapping, [path]).unused == {"log": ("query",)}
