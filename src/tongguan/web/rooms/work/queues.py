"""All queues of the visitor's stages: what waits in each, what is late, and the way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.model.tasks import QueueCounts, Standing, Task, TaskFilter, TaskPage
from tongguan.model.waiting import Lateness
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Empty, Status
from tongguan.web.kit.filters import scope_text
from tongguan.web.kit.live import Part
from tongguan.web.kit.live import stream as live_stream
from tongguan.web.kit.tables import PAGE_ROWS, Cell, Column, Table, headings, rows_of
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.work.asked import ALL
from tongguan.web.rooms.work.places import PATH, queue_href, queue_name, task_href
from tongguan.web.rooms.work.words import near, standing_cell


@dataclass(frozen=True)
class Figure:
    """A count of a queue as a link; ``mark`` where it is not nothing and judges the queue."""

    label: str
    count: str
    href: str
    mark: Status | None = None


@dataclass(frozen=True)
class QueueCard:
    """One queue.

    Attributes:
        status, word: how it stands: late before warned; good where neither is; unknown where no source ever sent anything.
        oldest: how long the oldest task waits; empty where none does.
        may_take: the visitor may work here and something waits.
    """

    name: str
    label: str
    stage: str
    href: str
    status: Status
    word: str
    whose: Sequence[Figure]
    how: Sequence[Figure]
    oldest: str
    oldest_title: str
    may_take: bool
    may_work: bool


@dataclass(frozen=True)
class QueuesPage:
    """Context of the page.

    Attributes:
        nothing: no source ever sent anything, so nothing is known of any queue.
        mine, table: what the visitor has in all queues; None where only the counts are drawn anew.
        live: address of the stream.
        sees_skills: the visitor may see who can do what.
    """

    scope: str
    panel: Panel[Sequence[QueueCounts]]
    cards: Sequence[QueueCard]
    empty: Empty
    nothing: bool = False
    mine: Panel[TaskPage] | None = None
    table: Table | None = None
    live: str = f"/live{PATH}"
    sees_skills: bool = False


def _card(visit: Visit, counts: QueueCounts, *, known: bool) -> QueueCard:
    queue, text, fmt = visit.site.vocabulary.queues[counts.queue], visit.text, visit.formats
    path = queue_href(queue.name)

    def at(**values: str) -> str:
        return str(Address(path, values))

    def number(count: int) -> str:
        return fmt.full(count if known else None)

    def how(lateness: Lateness, count: int, mark: Status | None) -> Figure:
        word, _ = visit.codes.lateness(lateness)
        return Figure(word, number(count), at(standing=ALL, lateness=str(lateness)), mark if count else None)

    status = Status.BAD if counts.late else Status.WATCH if counts.warned else Status.GOOD if known else Status.UNKNOWN
    words = {Status.BAD: text("Late"), Status.WATCH: text("Warned"), Status.GOOD: text("On time")}
    return QueueCard(
        name=queue.name,
        label=queue_name(visit, queue),
        stage=visit.codes.stage(queue.stage),
        href=path,
        status=status,
        word=words.get(status) or text(status.word),
        whose=[
            Figure(text("To be claimed"), number(counts.open), path),
            Figure(text("Mine"), number(counts.mine), at(standing=str(Standing.MINE))),
            Figure(text("With others"), number(counts.others), at(standing=str(Standing.OTHERS))),
        ],
        how=[
            how(Lateness.LATE, counts.late, Status.BAD),
            how(Lateness.WARNED, counts.warned, Status.WATCH),
            how(Lateness.PAUSED, counts.paused, None),
            *([how(Lateness.SILENT, counts.silent, None)] if counts.silent else ()),
        ],
        oldest=fmt.duration((visit.now - counts.oldest).total_seconds()) if counts.oldest else "",
        oldest_title=fmt.iso(counts.oldest),
        may_take=counts.may_work and counts.open > 0,
        may_work=counts.may_work,
    )


async def _page(visit: Visit) -> QueuesPage:
    panel = await visit.ask(visit.site.tasks.queues(visit.user))
    empty = Empty(
        visit.text("You have no queue"),
        visit.text("No queue belongs to the stages that you see."),
        visit.text("What waits"),
        "/waiting",
    )
    nothing = visit.site.freshness.nothing
    cards = [_card(visit, one, known=not nothing) for one in panel.value or ()]
    return QueuesPage(scope_text(visit), panel, cards, empty, nothing, sees_skills=visit.may(Permission.MANAGE_TASKS))


def _table(visit: Visit, found: TaskPage, cards: Sequence[QueueCard]) -> Table:
    text, vocabulary = visit.text, visit.site.vocabulary
    way = next((card.href for card in cards if card.may_take), "")
    columns: list[Column[Task]] = [
        Column("case", text("Case"), lambda t: Cell(t.case_id, t.case_id, task_href(t))),
        # Second, so that it is whole on narrow screens.
        Column("standing", text("Lateness"), lambda t: standing_cell(visit, t)),
        Column("queue", text("Queue"), lambda t: Cell(queue_name(visit, vocabulary.queues[t.queue]), t.queue)),
        Column("until", text("Claimed until"), lambda t: Cell(near(visit, t.lease_until), visit.formats.iso(t.lease_until))),
        Column("step", text("Step"), lambda t: Cell(visit.codes.milestone(t.kind, t.step), t.step)),
        Column("region", text("Region"), lambda t: Cell(visit.codes.label("region", t.region), t.region)),
        Column("class", text("Business class"), lambda t: Cell(visit.codes.label("business_class", t.business_class), t.business_class)),
        Column("customer", text("Customer"), lambda t: Cell(t.customer_id or visit.formats.full(None), t.customer_id)),
    ]
    return Table(
        key="mine",
        caption=text("Tasks that you have"),
        headings=headings(columns, None, Address(PATH, {})),
        rows=rows_of(columns, found.rows, lambda t: t.id, task_href),
        pager=None,
        exports=(),
        empty=Empty(text("You have no task now"), text("What you claim stands here."), text("To be claimed") if way else "", way),
    )


async def queues(visit: Visit) -> Response:
    """The queues, and below them what the visitor has in any of them."""
    page = await _page(visit)
    if not visit.may(Permission.WORK_ON_TASKS):
        return visit.render("work/queues.html", page)
    mine = await visit.ask(visit.site.tasks.tasks(visit.user, TaskFilter(standing=Standing.MINE), PAGE_ROWS, 0))
    return visit.render("work/queues.html", replace(page, mine=mine, table=_table(visit, mine.value, page.cards) if mine.value else None))


async def live_queues(visit: Visit) -> Response:
    """The counts, as they change."""
    return live_stream(visit, _parts)


async def _parts(visit: Visit) -> Sequence[Part]:
    # People move tasks, not the loader: there is no pulse to wait for.
    return [Part("work-queues", visit.fragment("work/_queues.html", await _page(visit)), again=True)]
