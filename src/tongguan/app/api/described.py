"""What the page docs/reference/api.md says of the routes that read, and of those that mend the quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from tongguan.app.api import case_story
from tongguan.app.api import tasks as task_bodies
from tongguan.model import answers, findings, halls, indicator_answers, published, tasks, waiting
from tongguan.model.access import Permission
from tongguan.model.regions import Region
from tongguan.web.kit import ports


@dataclass(frozen=True)
class Described:
    """One route.

    Attributes:
        permission: what the caller's role must allow; None for the owner of the home.
        parameters: of the query, as ``name: meaning``.
        answer: type of the answer; None for a small object told in ``meaning``.
        several: the answer is a list of them.
        body: type of the body.
    """

    method: str
    path: str
    permission: Permission | None
    meaning: str
    parameters: Sequence[str] = ()
    answer: type[Any] | None = None
    several: bool = False
    body: type[Any] | None = None


_BELOW: Final = {name: f", or below it: codes nest by `{separator}`" for name, separator in answers.NESTED.items()}
_FLOW: Final = tuple(f"{f.name}: only this one{_BELOW.get(f.name, '')}" for f in fields(answers.FlowFilter))
_CASES: Final = (
    "search: beginning of any id of the case: its own, or a customer's, payment's, package's …",
    "status: status word of the current milestone",
    "step: current milestone",
    "stage: stage at which the case waits",
    *(f"{name}: latest value{_BELOW.get(name, '')}" for name in ("channel", "region", "business_class", "customer_id")),
    "since: first event at or after",
    "until: first event before",
    "open_only: `true` for cases that have not ended",
    "ids: cases that have one of these ids exactly, separated by commas; the first page tells in `missing` which nobody has",
    "case_ids: cases of these own ids, separated by commas",
)
_AT: Final = "at: the moment, now without it; what waits is told of now only"
_WITHIN: Final = (
    "hour: only this hour of the day, 0 to 23",
    "by: a breakdown of the stage, such as `channel`; with `value`",
    "value: only events with this value of the breakdown",
    "failed: `true` for failures alone",
)
_PERIOD: Final = (
    "from: first day, such as `2026-11-01`; without it 30 days up to the last",
    "to: last day; today without it",
    "where: a dimension and its value, such as `channel=app`; may be repeated",
)
_PAGE: Final = ("limit: rows, 50 without it", "offset: rows to pass over")
_IDS: Final = 'The body is `{"ids": ["1", "2"]}`.'

READING: Final = (
    Described("GET", "/flow", Permission.SEE_PANORAMA, "The whole process.", (*_FLOW, _AT), answers.Flow),
    Described(
        "GET",
        "/waiting",
        Permission.SEE_PANORAMA,
        "What waits now: open steps with their limits.",
        (
            *_FLOW,
            "stage: only what waits for this stage",
            "step: only at this milestone",
            f"lateness: {', '.join(waiting.Lateness)}",
            "search: beginning of the case's own id",
            f"sort: {', '.join(waiting.WaitingOrder)}; `late` without it: what to act on first",
            "descending: `true` or `false` (without it)",
            *_PAGE,
        ),
        waiting.WaitingPage,
    ),
    Described(
        "GET",
        "/findings",
        Permission.SEE_PANORAMA,
        "Numbers that were unlike other days in the last two weeks. Who sees some regions only is told what was found in one of theirs.",
        (*_FLOW, "stage: only of this stage", "watch: only of this number", "day: only what lies on this day, such as `2026-11-21`"),
        findings.Findings,
    ),
    Described(
        "GET",
        "/metrics",
        Permission.SEE_PANORAMA,
        "Every indicator: what it is made of, its unit, which way is good, by what it is taken apart; and what is wrong with own files.",
        (),
        indicator_answers.IndicatorShelf,
    ),
    Described(
        "GET",
        "/metrics/{names}",
        Permission.SEE_PANORAMA,
        "The numbers of one indicator, or of several separated by commas, with right totals and the SQL that was asked.",
        (
            *_PERIOD,
            f"grain: {', '.join(indicator_answers.Grain)}; `total` without it",
            "by: dimensions, separated by commas",
            f"compare: {', '.join(indicator_answers.Compare)}, or both separated by a comma",
            "top: so many places, those with the most; the rest is one row",
        ),
        indicator_answers.IndicatorTable,
    ),
    Described(
        "GET",
        "/metrics/{metric}/rows",
        Permission.SEE_PANORAMA,
        "The newest rows behind a number: events, or cases. Indicators made of others have none of their own.",
        (*_PERIOD, f"side: of a ratio: {', '.join(indicator_answers.Side)}", "limit: rows, 50 without it, 1,000 at most"),
        indicator_answers.IndicatorRows,
    ),
    Described(
        "GET",
        "/metrics/{metric}/regions",
        Permission.COMPARE_REGIONS,
        "One indicator in every region, also outside the scope, the best first. Told is one number of each whole region behind which at "
        f"least {published.LEAST_BEHIND} rows stand, or the indicator's floor where that is higher; `few` counts the other regions. "
        "No filters, no rows, no SQL. Indicators outside the scope's stages are not there.",
        ("from: first day, such as `2026-11-01`; 30 days up to the last day without it", "to: last day; today without it"),
        published.PublishedRegions,
    ),
    Described(
        "GET",
        "/halls",
        Permission.SEE_PANORAMA,
        "How every hall does: reached, answering, succeeding, volume against the usual; problems, and what goes between halls. "
        "Limited by the regions of the scope; a hall belongs to no stage.",
        (*_FLOW, "at: the moment, now without it; open tickets are told of now only"),
        halls.Halls,
    ),
    Described(
        "GET",
        "/stages/{stage}/events",
        Permission.SEE_PANORAMA,
        "The newest events that count for a stage.",
        (*_FLOW, "day: only this day of the operation, such as `2026-11-21`", *_WITHIN, "limit: rows, 50 without it, 10,000 at most"),
        answers.TraceEvent,
        several=True,
    ),
    Described(
        "GET",
        "/stages/{stage}/day",
        Permission.SEE_PANORAMA,
        "One day of a stage, by hour and taken apart.",
        (*_FLOW, "day: which, such as `2026-11-21`; today without it", *_WITHIN),
        answers.StageDay,
    ),
    Described("GET", "/event-types", Permission.SEE_PANORAMA, "Every event type of this release; see the [event reference](events.md)."),
    Described("GET", "/orders/summary", Permission.SEE_ORDERS, "All orders in one answer.", (), answers.OrderSummary),
    Described(
        "GET",
        "/cases/{kind}",
        Permission.SEE_ORDERS,
        "Cases of a kind: order, payment, package, ticket …",
        (*_CASES, f"sort: {', '.join(ports.CaseOrder)}", "descending: `true` (without it) or `false`", *_PAGE),
        answers.CasePage,
    ),
    Described(
        "GET",
        "/cases/{kind}/{id}",
        Permission.SEE_ORDERS,
        "One case's whole story, and its clocks: at each step the limit, pauses, and whether it was kept.",
        (),
        case_story.CaseStory,
    ),
    Described("GET", "/regions", Permission.SEE_PANORAMA, "The book of regions within the scope.", (), Region, several=True),
    Described("GET", "/sources", Permission.SEE_DATA, "The books of every source.", (), answers.SourceAccount, several=True),
    Described(
        "GET",
        "/ledger",
        Permission.SEE_DATA,
        "The books by hour, the last seven days without `since`.",
        ("source: only this one", "since: first hour", "until: end"),
        ports.LedgerHour,
        several=True,
    ),
    Described(
        "GET", "/deliveries", Permission.SEE_DATA, "Deliveries, newest first.", ("source: only this one", *_PAGE), ports.DeliveryPage
    ),
    Described(
        "GET",
        "/quarantine",
        Permission.SEE_DATA,
        "What was set aside, newest first.",
        (
            "source: only this one",
            "reason: one of those below",
            "field: only this field",
            f"state: {', '.join(ports.QuarantineState)}; open without it",
            *_PAGE,
        ),
        ports.QuarantinePage,
    ),
    Described("GET", "/quarantine/{id}", Permission.SEE_DATA, "One record that was set aside.", (), ports.QuarantineRow),
    Described(
        "POST", "/quarantine/replay", Permission.REPLAY_QUARANTINE, f"Records once more through ingest. {_IDS}", (), ports.ReplayResult
    ),
    Described("POST", "/quarantine/discard", Permission.REPLAY_QUARANTINE, f'Close records for good; answers `{{"discarded": 2}}`. {_IDS}'),
)

_WHO: Final = (
    f"Work needs `{Permission.WORK_ON_TASKS}` and the queue's skill; to urge, and to transfer others' tasks, `{Permission.MANAGE_TASKS}`."
)
TASKS: Final = (
    Described(
        "GET",
        "/tasks",
        Permission.SEE_ORDERS,
        "Tasks of the stages and regions of the scope, the most urgent first: late, warned, the rest, paused; those that are over last. "
        "A claim that ran out is open.",
        (
            "queue: only of this one",
            f"standing: {', '.join(tasks.Standing)}",
            "owner: only what this user has, by id",
            f"lateness: {', '.join(task_bodies.LATENESS)}",
            *(f"{name}: only this one{_BELOW.get(name, '')}" for name in ("channel", "region", "business_class")),
            "search: beginning of the case's own id",
            *_PAGE,
        ),
        tasks.TaskPage,
    ),
    Described(
        "GET", "/tasks/queues", Permission.SEE_ORDERS, "The queues, with what waits in them.", (), task_bodies.QueueAnswer, several=True
    ),
    Described("GET", "/tasks/{id}", Permission.SEE_ORDERS, "A task, its history, and what the caller may do with it.", (), tasks.TaskStory),
    Described(
        "GET",
        "/tasks/{id}/colleagues",
        Permission.SEE_ORDERS,
        "Who else could have it, whoever holds the fewest first; nobody where the caller may not transfer it.",
        (),
        tasks.Colleague,
        several=True,
    ),
    Described(
        "POST",
        "/tasks/{id}/{action}",
        Permission.SEE_ORDERS,
        f"Do something with a task: {', '.join(f'`{one}`' for one in task_bodies.DONE_ONE_BY_ONE)}. {_WHO} "
        "409 says who was faster, with the task as it is now in `task` and what was done last in `last`.",
        (),
        tasks.Task,
        body=task_bodies.TaskBody,
    ),
    Described(
        "POST",
        "/tasks/batch",
        Permission.SEE_ORDERS,
        "The same with several tasks; the answer is 200 also where some were not done.",
        (),
        task_bodies.OutcomeAnswer,
        several=True,
        body=task_bodies.BatchBody,
    ),
    Described(
        "POST",
        "/tasks/{id}/files",
        Permission.SEE_ORDERS,
        f"Attach a file: the body is its bytes, at most {tasks.LARGEST_FILE:,}; at most {tasks.MOST_FILES} a task. {_WHO}",
        ("name: of the file", "note: what it is"),
        tasks.Task,
    ),
    Described(
        "GET", "/tasks/{id}/files/{entry}", Permission.SEE_ORDERS, "The bytes of an attachment, by the id of its entry in the history."
    ),
    Described("GET", "/skills", Permission.MANAGE_USERS, "Who has which skill.", (), tasks.Skilled, several=True),
    Described(
        "PUT",
        "/skills/{name}",
        Permission.MANAGE_USERS,
        "Give a user exactly these skills. Administrators have every skill.",
        (),
        tasks.Skilled,
        body=task_bodies.SkillsBody,
    ),
)
"""What people work off."""
