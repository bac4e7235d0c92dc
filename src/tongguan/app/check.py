"""``tongguan check``: does everything agree that must agree?"""

from __future__ import annotations

from dataclasses import dataclass

from tongguan.app.installation import Installation
from tongguan.records import audit, blocks, ledger
from tongguan.warehouse.migrations import MIGRATIONS
from tongguan.warehouse.schema import case_select, views


@dataclass(frozen=True)
class Finding:
    """One thing checked.

    Attributes:
        name: what was checked.
        ok: whether it holds.
        detail: what was compared, with numbers.
    """

    name: str
    ok: bool
    detail: str


def check(installation: Installation) -> list[Finding]:
    """Compare the books with each other and with the warehouse, while no block is being loaded; findings in a fixed order."""
    with installation.loader.held():
        return [
            _accounts(installation),
            _events(installation),
            _projections(installation),
            _cases(installation),
            _audit(installation),
            _spool(installation),
        ]


def _accounts(installation: Installation) -> Finding:
    with installation.database.read() as connection:
        wrong = ledger.check(connection)
        totals = ledger.totals(connection)
    received = sum(row.received for row in totals)
    if wrong:
        first = wrong[0].row
        detail = (
            f"{len(wrong)} hours do not balance, first {first.source} {first.hour.isoformat()}: {first.missing} records unaccounted for"
        )
        return Finding("received = accepted + duplicate + quarantined + rejected", False, detail)
    return Finding("received = accepted + duplicate + quarantined + rejected", True, f"{received} records in {len(totals)} source hours")


def _events(installation: Installation) -> Finding:
    with installation.database.read() as connection:
        accepted = sum(row.accepted for row in ledger.totals(connection))
    stored, ids = installation.warehouse.query("SELECT count(), uniqExact(event_id) FROM events").first()
    ok = stored == accepted and ids == stored
    return Finding("accepted = events stored, each id once", ok, f"ledger {accepted}, events {stored}, ids {ids}")


def _projections(installation: Installation) -> Finding:
    warehouse = installation.warehouse
    events = int(warehouse.query("SELECT count() FROM events").first()[0])
    keys = int(warehouse.query("SELECT count() FROM event_keys").first()[0])
    hours = int(warehouse.query("SELECT sum(events) FROM hourly_counts").first()[0])
    naming = next(view.select for view in views(installation.vocabulary) if view.target == "event_objects")
    mentions = int(warehouse.query(f"SELECT count() FROM ({naming})").first()[0])
    objects = int(warehouse.query("SELECT count() FROM event_objects").first()[0])
    detail = f"events {events}, event_keys {keys}, hourly_counts {hours}; mentions of objects {mentions}, event_objects {objects}"
    return Finding("projections hold every event", events == keys == hours and mentions == objects, detail)


def _cases(installation: Installation) -> Finding:
    counted = "SELECT kind, sum(length(entries)), uniqExact(case_id) FROM {source} GROUP BY kind ORDER BY kind"
    expected, found = (
        {kind: (steps, cases) for kind, steps, cases in installation.warehouse.query(counted.format(source=source)).rows}
        for source in (f"({case_select(installation.vocabulary)})", "cases")
    )
    nothing = (0, 0)
    wrong = [
        "{}: events say {} steps of {} cases, cases hold {} of {}".format(kind, *expected.get(kind, nothing), *found.get(kind, nothing))
        for kind in sorted(expected.keys() | found.keys())
        if expected.get(kind) != found.get(kind)
    ]
    total = sum(cases for _, cases in found.values())
    return Finding("cases agree with events", not wrong, "; ".join(wrong) or f"{total} cases")


def _audit(installation: Installation) -> Finding:
    with installation.database.read() as connection:
        broken = audit.verify(connection)
    return Finding("audit chain is whole", broken is None, "every entry follows from the one before" if broken is None else str(broken))


def _spool(installation: Installation) -> Finding:
    with installation.database.read() as connection:
        unfinished = blocks.planned(connection)
    waiting = installation.ingest.spool.backlog()
    state = installation.loader.state
    detail = f"{waiting} bytes wait" + (f", block {unfinished.number} is on its way" if unfinished else "")
    if state.failing_since is not None:
        detail += f"; the loader fails since {state.failing_since.isoformat()}: {state.error[:200]}"
    return Finding("spool is being loaded", state.failing_since is None, f"{detail}; warehouse schema {MIGRATIONS[-1].number}")
