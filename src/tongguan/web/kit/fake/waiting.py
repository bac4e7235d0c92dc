"""What waits, from memory: every open order stands at its step, and how long ago it came there says how it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tongguan.model.access import Scope
from tongguan.model.answers import NESTED, CaseRow
from tongguan.model.vocabulary import Vocabulary
from tongguan.model.waiting import Lateness, OpenStep, WaitingFilter, WaitingOrder, WaitingPage, WaitingRow

_SORTS: dict[WaitingOrder, Callable[[WaitingRow], Any]] = {
    WaitingOrder.SINCE: lambda row: row.since,
    WaitingOrder.LATE: lambda row: row.late_from,
    WaitingOrder.CASE_ID: lambda row: row.case_id,
}


_SILENT = timedelta(days=4)


def waiting_rows(cases: Sequence[CaseRow], vocabulary: Vocabulary, scope: Scope, at: datetime) -> list[WaitingRow]:
    """Return the open steps of cases, for the stages that a scope sees.

    Every eleventh case is paused, every seventh silent once nothing was heard of it for four days.
    """
    stages = {(stage.case_kind, step): stage.name for stage in vocabulary.stages for step in stage.waiting_at}
    found = []
    for number, case in enumerate(cases):
        stage = stages.get((case.kind, case.step), "")
        if not stage or not scope.sees_stage(stage):
            continue
        limit = vocabulary.case_kind(case.kind).limits.get(case.step)
        open_step = OpenStep(
            kind=case.kind,
            case_id=case.case_id,
            step=case.step,
            since=case.last_time,
            warned_from=case.last_time + limit.warning if limit else None,
            late_from=case.last_time + limit.late if limit else None,
            paused_since=case.last_time if number % 11 == 10 else None,
            silent_from=case.last_time + _SILENT if number % 7 == 3 else None,
            **{name: getattr(case, name) for name in ("channel", "region", "business_class", "brand", "customer_id")},
        )
        found.append(WaitingRow(**vars(open_step), stage=stage, lateness=open_step.lateness_at(at)))
    return found


def _fits(row: WaitingRow, where: WaitingFilter) -> bool:
    same = all(getattr(where, name) in ("", getattr(row, name)) for name in ("stage", "step", "channel", "brand"))
    below = all(
        getattr(where, name) in ("", getattr(row, name)) or getattr(row, name).startswith(getattr(where, name) + mark)
        for name, mark in NESTED.items()
    )
    return same and below and row.case_id.startswith(where.search.strip()) and where.lateness in (None, row.lateness)


def waiting_page(
    rows: Sequence[WaitingRow], where: WaitingFilter, order: WaitingOrder, descending: bool, limit: int, offset: int
) -> WaitingPage:
    """Return one page of rows, with the counts of all that match but for their lateness."""
    found = [row for row in rows if _fits(row, where)]
    others = [row for row in rows if _fits(row, replace(where, lateness=None))]
    key = _SORTS[order]
    known = sorted((row for row in found if key(row) is not None), key=key, reverse=descending)
    ordered = [*known, *(row for row in found if key(row) is None)]
    counts = {one: sum(row.lateness is one for row in others) for one in Lateness}
    return WaitingPage(ordered[offset : offset + limit], len(found), offset, limit, counts)
