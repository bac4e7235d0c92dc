"""``tongguan check``: does everything agree that must agree?"""

from __future__ import annotations

from dataclasses import dataclass

from tongguan.app.installation import Installation
from tongguan.records import audit, blocks, ledger, open_steps, task_keeping
from tongguan.warehouse.case_states import quoted, rows_sql, states_sql
from tongguan.warehouse.migrations import MIGRATIONS
from tongguan.warehouse.views import case_select, views


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
        # Before open steps are brought up to date: where they are made anew, tasks are held against all of them, which mends what is wrong.
        tasks = _tasks(installation)
        return [
            _accounts(installation),
            _events(installation),
            _projections(installation),
            _cases(installation),
            _case_rows(installation),
            tasks,
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


def _case_rows(installation: Installation) -> Finding:
    """Compare the finished rows of cases with their states, and the open steps with the rows, after taking in what is booked."""
    installation.keeper.catch_up()
    warehouse, vocabulary = installation.warehouse, installation.vocabulary
    digest = "count(), groupBitXor(cityHash64(case_id, step, step_time, last_time))"
    steps, wrong, rows, expected = installation.keeper.watched(), [], 0, 0
    for kind in vocabulary.case_kinds.values():
        made, kept = (tuple(warehouse.query(f"SELECT {digest} FROM ({sql(kind)})").first()) for sql in (states_sql, rows_sql))
        rows += int(kept[0])
        if made != kept:
            wrong.append(f"{kind.name}: {made[0]} cases, {kept[0]} rows, or other steps")
        if kind.name in steps:
            open_ones = f"SELECT count() FROM ({rows_sql(kind)}) WHERE step IN ({quoted(sorted(steps[kind.name]))})"
            expected += int(warehouse.query(open_ones).first()[0])
    with installation.database.read() as connection:
        found = open_steps.number(connection)
    if found != expected:
        wrong.append(f"{expected} cases stand at open steps, {found} rows tell so")
    return Finding("rows of cases and open steps agree with cases", not wrong, "; ".join(wrong) or f"{rows} rows, {found} open steps")


def _tasks(installation: Installation) -> Finding:
    """Compare live tasks with the open steps of their queues, after what is noted to have changed was taken in."""
    installation.task_keeper.catch_up()
    wrong, live = [], 0
    with installation.database.read() as connection:
        for queue in installation.vocabulary.queues.values():
            found = task_keeping.disagreement(connection, queue)
            live += task_keeping.live(connection, queue)
            if found.first:
                wrong.append(
                    f"{queue.name}: {found.missing} open steps without a task, {found.changed} tasks that say something else, "
                    f"{found.left} whose case left the queue, first case {found.first}"
                )
    return Finding("tasks agree with open steps", not wrong, "; ".join(wrong) or f"{live} live tasks")


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
