"""The columns of a list of tasks, on the page and in files."""

from __future__ import annotations

from collections.abc import Sequence

from tongguan.model.tasks import ENDED, Queue, Standing, Task, TaskState
from tongguan.web.kit.tables import Cell, Column
from tongguan.web.kit.visit import Visit
from tongguan.web.rooms.work.asked import standing_of
from tongguan.web.rooms.work.places import task_href
from tongguan.web.rooms.work.words import STANDINGS, is_over, lateness_of, owner_text, reason_text, standing_cell


def columns(visit: Visit, queue: Queue, *, claims: bool = False) -> list[Column[Task]]:
    """Return all columns; ``claims`` adds the button that takes a task."""
    fmt, text, codes = visit.formats, visit.text, visit.codes

    def code(column: str, value: str) -> Cell:
        return Cell(codes.label(column, value) if value else fmt.full(None), value)

    def waits(task: Task) -> Cell:
        return Cell(fmt.duration(((task.ended_at or visit.now) - task.since).total_seconds()), fmt.iso(task.since))

    def why(task: Task) -> Cell:
        said = reason_text(visit, queue, task.state, task.kind, task.reason)
        return Cell(said or fmt.full(None), task.note)

    found: list[Column[Task]] = [
        Column("case", text("Case"), lambda t: Cell(t.case_id, t.case_id, task_href(t))),
        Column("standing", text("Lateness"), lambda t: live_cell(visit, t, "standing")),
        Column("owner", text("With whom"), lambda t: live_cell(visit, t, "owner")),
        Column("waits", text("Waited"), waits, number=True),
        Column("step", text("Step"), lambda t: Cell(codes.milestone(t.kind, t.step), t.step)),
        Column("region", text("Region"), lambda t: code("region", t.region)),
        Column("class", text("Business class"), lambda t: code("business_class", t.business_class)),
        Column("channel", text("Channel"), lambda t: code("channel", t.channel)),
        Column("customer", text("Customer"), lambda t: Cell(t.customer_id or fmt.full(None), t.customer_id)),
        Column(
            "urged", text("Urged"), lambda t: Cell(str(t.urged) if t.urged else fmt.full(None), value=t.urged), number=True, usual=False
        ),
        Column("reason", text("Reason"), why, usual=standing_of(visit) in (Standing.ENDED, None)),
        Column("since", text("Since"), lambda t: Cell(fmt.minute(t.since), fmt.iso(t.since), value=t.since), usual=False),
        Column("limit", text("Limit"), lambda t: Cell(fmt.minute(t.late_from), fmt.iso(t.late_from), value=t.late_from), usual=False),
        Column("brand", text("Brand"), lambda t: code("brand", t.brand), usual=False),
    ]
    return [*found, Column("act", text("Action"), lambda t: live_cell(visit, t, "act"))] if claims else found


def live_cell(visit: Visit, task: Task, name: str) -> Cell:
    """Return a cell that is drawn anew in its place while the page is open: ``standing``, ``owner`` or ``act``."""
    key = f"{name}-{task.id}"
    if name == "standing":
        cell = standing_cell(visit, task)
        return Cell(cell.text, cell.title, mark=cell.mark, tone=cell.tone, key=key)
    if name == "owner":
        quiet = task.state is TaskState.OPEN or is_over(task)
        return Cell(owner_text(visit, task), visit.formats.iso(task.lease_until or task.ended_at), tone="muted" if quiet else "", key=key)
    if task.state is TaskState.OPEN:
        return Cell(visit.text("Claim"), press=f"{task.id}.{task.version}", key=key)
    return Cell("", key=key)


def export_columns(visit: Visit, queue: Queue, shown: Sequence[Column[Task]]) -> list[Column[Task]]:
    """Return the columns of the list's files: those shown, with one thing to a column and times that programs read."""
    text = visit.text
    own: dict[str, list[Column[Task]]] = {
        "standing": [
            Column("standing", text("Lateness"), lambda t: Cell(visit.codes.lateness(lateness_of(t, visit.now))[0])),
            Column(
                "state", text("State"), lambda t: Cell(standing_cell(visit, t).text if is_over(t) else text(STANDINGS[_whose(visit, t)]))
            ),
        ],
        "owner": [
            Column("owner", text("With whom"), lambda t: Cell(t.owner_name or t.outcome_by)),
            Column("until", text("Until"), lambda t: Cell("", value=t.lease_until)),
            Column("ended", text("Ended"), lambda t: Cell("", value=t.ended_at)),
        ],
        "region": [
            Column("region", text("Region"), lambda t: Cell(visit.codes.label("region", t.region))),
            Column("region_code", text("Region code"), lambda t: Cell(t.region)),
        ],
        "customer": [Column("customer", text("Customer"), lambda t: Cell(t.customer_id))],
        "reason": [
            Column("reason", text("Reason"), lambda t: Cell(reason_text(visit, queue, t.state, t.kind, t.reason))),
            Column("note", text("Comment"), lambda t: Cell(t.note)),
        ],
        "limit": [Column("limit", text("Limit"), lambda t: Cell("", value=t.late_from))],
        "waits": [Column("since", text("Since"), lambda t: Cell("", value=t.since))],
        "since": [],
    }
    return [column for one in shown for column in own.get(one.name, [one])]


def _whose(visit: Visit, task: Task) -> Standing:
    if task.state in ENDED:
        return Standing.ENDED
    if task.state is TaskState.OPEN:
        return Standing.OPEN
    return Standing.MINE if task.owner == visit.user.id else Standing.OTHERS
