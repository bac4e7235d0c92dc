"""SQL that merges the partial states of ``cases`` into one row per case.

The engine keeps no finished rows: late, repeated and out-of-order events only add partial states, and the merge gives the same
answer in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tongguan.model.vocabulary import CaseKind, Sum
from tongguan.warehouse.schema import CASE_ATTRIBUTES, SECOND_CENTURY, key_time_sql


def quoted(names: Iterable[str]) -> str:
    """Return names of the vocabulary as SQL text literals. They come from packs, never from a request."""
    return ", ".join("'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'" for name in names)


def states_sql(kind: CaseKind, where: str = "") -> str:
    """Return a SELECT with one row per case of a kind.

    Columns: ``case_id``, ``entries`` (sorted by order key), ``step``, ``status``, ``open``, ``step_time``, ``first_time``,
    ``last_time``, ``due_time`` (NULL without), every case attribute, and ``sold`` and ``paid`` where the kind declares them
    (NULL where no event carries an amount).

    Args:
        kind: which kind of case.
        where: a condition on ``case_id`` alone, with parameters; it narrows what is merged.
    """
    steps = [m for m in kind.milestones if m.step]
    latest = ", ".join(f"argMaxMerge({name}) AS {name}" for name in CASE_ATTRIBUTES)
    merged = (
        f"SELECT case_id, arraySort(groupArrayArray(entries)) AS entries, {latest}, argMaxMerge(due_time) AS due"
        f" FROM cases WHERE kind = '{kind.name}'{f' AND ({where})' if where else ''} GROUP BY case_id"
    )
    sums = "".join(
        f", {_sum_sql(kind.sums[name]) if name in kind.sums else 'CAST(NULL, ' + _INT + ')'} AS {name}" for name in ("sold", "paid")
    )
    finals = quoted(m.name for m in steps if m.final) or _NOTHING
    reopening = quoted(m.name for m in steps if m.reopens) or _NOTHING
    return (
        f"SELECT case_id, entries, {', '.join(CASE_ATTRIBUTES)},"
        f" arrayFilter(e -> e.milestone IN ({quoted(m.name for m in steps)}), entries) AS reached,"
        # A step after an end counts only where it reopens the case; see Milestone.reopens.
        f" toUInt32(arrayLastIndex(e -> e.milestone IN ({finals}), reached)) AS ended,"
        f" arrayExists(e -> e.milestone IN ({reopening}), arraySlice(reached, ended + 1)) AS reopened,"
        " if(empty(reached), entries[1], if(ended = 0 OR reopened, reached[-1], reached[ended])) AS current,"
        " if(empty(reached), '', current.milestone) AS step,"
        f" transform(step, [{quoted(m.name for m in steps)}], [{quoted(m.status for m in steps)}], '') AS status,"
        f" step NOT IN ({finals}) AS open,"
        f" {key_time_sql('current.key')} AS step_time,"
        f" {key_time_sql('entries[1].key')} AS first_time, {key_time_sql('entries[-1].key')} AS last_time,"
        f" if(toUnixTimestamp64Micro(due) = 0, NULL, due) AS due_time{sums}"
        f" FROM ({merged})"
    )


ROW_COLUMNS: Final = (
    *("case_id", "step", "status", "open", "step_time", "first_time", "last_time", "due_time", "paused_since"),
    *CASE_ATTRIBUTES,
    *("sold", "paid", "events"),
)
"""Columns of a finished row, besides its kind and version."""


def rows_sql(kind: CaseKind, where: str = "") -> str:
    """Return a SELECT of the finished rows of a kind, one per case: what :func:`states_sql` gives, without ``entries``.

    They follow the states by the pace of whoever keeps them (``processes.open_steps``), about a second.

    Args:
        kind: which kind of case.
        where: a condition on the columns, with parameters.
    """
    return f"SELECT {', '.join(ROW_COLUMNS)} FROM case_rows FINAL WHERE kind = '{kind.name}'{f' AND ({where})' if where else ''}"


def keep_rows_sql(kind: CaseKind, where: str) -> str:
    """Return the INSERT that writes finished rows anew: for cases that fit ``where``, with ``{version:UInt64}``."""
    taken = {"paused_since": f"{paused_sql(kind)} AS paused_since", "events": "length(entries) AS events"}
    columns = ", ".join(taken.get(name, name) for name in ROW_COLUMNS)
    return (
        f"INSERT INTO case_rows (kind, {', '.join(ROW_COLUMNS)}, version)"
        f" SELECT '{kind.name}', {columns}, {{version:UInt64}} FROM ({states_sql(kind, where)})"
    )


def paused_sql(kind: CaseKind) -> str:
    """Return since when somebody outside must act: the first pause that neither an end of a pause nor a step followed; else NULL.

    A step that is itself a pause lets the pause begin with its stay. The expression is one over :func:`states_sql`.
    """
    if not kind.pauses:
        return "CAST(NULL, 'Nullable(DateTime64(6, \\'UTC\\'))')"
    others = {*kind.pauses.values(), *(milestone.name for milestone in kind.milestones if milestone.step)} - set(kind.pauses)
    went_on = f"arrayLastIndex(e -> e.milestone IN ({quoted(sorted(others))}), entries)"
    began = f"arrayFirstIndex(e -> e.milestone IN ({quoted(sorted(kind.pauses))}), arraySlice(entries, {went_on} + 1))"
    since = key_time_sql(f"entries[{went_on} + {began}].key")
    return f"if({began} > 0, greatest({since}, step_time), NULL)"


def story_sql(kind: CaseKind) -> str:
    """Return two columns over :func:`states_sql`, of what clocks depend on: steps, and what begins and ends pauses.

    ``milestones`` names them in order, ``times`` says when, in microseconds since 1970.
    """
    telling = sorted({*(milestone.name for milestone in kind.milestones if milestone.step), *kind.pauses, *kind.pauses.values()})
    told = f"arrayFilter(e -> e.milestone IN ({quoted(telling)}), entries)"
    times = f"toInt64(bitShiftRight(e.key, 72)) - {SECOND_CENTURY}"
    return f"arrayMap(e -> e.milestone, {told}) AS milestones, arrayMap(e -> {times}, {told}) AS times"


_INT = "'Nullable(Int64)'"
_NOTHING = "'\\0'"


def _sum_sql(total: Sum) -> str:
    plus, otherwise = _amounts(total.plus), _amounts(total.otherwise)
    found = f"empty({plus})"
    value = f"arraySum({plus})"
    if total.minus:
        minus = _amounts(total.minus)
        found, value = f"empty({plus}) AND empty({minus})", f"{value} - arraySum({minus})"
    fallback = f"if(empty({otherwise}), NULL, arraySum({otherwise}))" if total.otherwise else "NULL"
    return f"if({found}, {fallback}, {value})"


def _amounts(milestones: tuple[str, ...]) -> str:
    wanted = f"e.milestone IN ({quoted(milestones)}) AND isNotNull(e.amount)"
    return f"arrayMap(e -> assumeNotNull(e.amount), arrayFilter(e -> {wanted}, entries))"
