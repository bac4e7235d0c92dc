"""Real kills: everything that was acknowledged is there exactly once, and everything derived equals the same made anew."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.fixtures.rig import delivery, event
from tests.fixtures.words import SMALL
from tongguan.app.bench.crash import KILLS, RANDOM, CrashReport, run_crash
from tongguan.app.bench.crash_child import look
from tongguan.app.installation import open_installation
from tongguan.lib.failpoint import POINTS

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> CrashReport:
    return run_crash(tmp_path_factory.mktemp("crash") / "home", rounds=len(KILLS), seed=20261121, vocabulary="tests.fixtures.words:SMALL")


def test_it_was_killed_everywhere(report: CrashReport) -> None:
    assert set(POINTS) < set(KILLS)
    assert report.kills == Counter({**dict.fromkeys(POINTS, 1), RANDOM: 2})


def test_clients_went_on_through_the_kills(report: CrashReport) -> None:
    assert report.deliveries > 50
    assert report.retries >= len(POINTS)
    assert report.acknowledged > 500
    assert report.account["duplicate"] > 0
    assert report.account["quarantined"] > 0


def test_everything_acknowledged_is_there_exactly_once(report: CrashReport) -> None:
    assert (report.missing, report.twice, report.foreign) == (0, 0, 0), report.examples
    assert report.stored >= report.acknowledged


def test_everything_derived_equals_the_same_made_anew(report: CrashReport) -> None:
    assert report.unequal == [], report.examples


def test_the_books_add_up(report: CrashReport) -> None:
    assert report.imbalances == 0
    assert report.account["accepted"] == report.stored
    assert report.account["received"] == sum(report.account[name] for name in ("accepted", "duplicate", "quarantined"))
    assert report.sound


def test_what_is_wrong_would_be_seen(tmp_path: Path) -> None:
    installation = open_installation(tmp_path / "home", vocabulary=SMALL)
    try:
        records = [event(event_id=str(n), order_id=f"o{n}") for n in range(5)]
        installation.ingest.deliver(delivery(records))
        sound = look(installation, ["0", "4"])
        assert (sound["stored"], sound["missing"], sound["twice"], sound["unequal"], sound["imbalances"]) == (5, 0, 0, [], 0)
        installation.warehouse.command("INSERT INTO cases SELECT * FROM cases WHERE case_id = 'o1'")
        installation.warehouse.command("INSERT INTO event_keys SELECT * FROM event_keys LIMIT 1")
        wrong = look(installation, ["0", "unheard-of"])
        assert (wrong["missing"], wrong["unequal"], wrong["examples"][0]) == (1, ["event_keys", "cases"], "unheard-of")
        installation.warehouse.command("INSERT INTO events SELECT * FROM events WHERE event_id = '3'")
        assert any(example.startswith("cases made anew: ('order','o1'") for example in wrong["examples"])
        doubled = look(installation, ["0"])
        assert (doubled["twice"], doubled["examples"][:1], doubled["accepted"], doubled["stored"]) == (1, ["3"], 5, 6)
    finally:
        installation.close()


def test_a_report_of_anything_wrong_is_not_sound() -> None:
    account = {"received": 3, "accepted": 3, "duplicate": 0, "quarantined": 0}
    assert CrashReport(acknowledged=3, stored=3, account=account).sound
    assert not CrashReport(acknowledged=3, stored=3, account=account, missing=1).sound
    assert not CrashReport(acknowledged=3, stored=3, account=account, unequal=["cases"]).sound
    assert not CrashReport(acknowledged=3, stored=4, account=account).sound
