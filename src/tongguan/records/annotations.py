"""Notes at days of indicators. A removed one can be brought back for a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from tongguan.model.annotations import KEPT, LONGEST_TEXT, MOST_NOTES, Annotation, tidy, writable
from tongguan.records.errors import BadNoteError, DaysReversedError, NoSuchRowError, TooManyNotesError
from tongguan.records.tables import LIVE_NOTE, note_table, users


def list_notes(
    conn: Connection, indicators: Collection[str] | None = None, since: date | None = None, until: date | None = None
) -> list[Annotation]:
    """Return notes by their days.

    Args:
        conn: the transaction.
        indicators: of these indicators alone; an empty name stands for notes on every indicator. None: of all.
        since, until: only those with a day from ``since`` to ``until``; None leaves an end open.
    """
    wanted = _all().where(LIVE_NOTE).order_by(note_table.c.first_day, note_table.c.last_day, note_table.c.id)
    if indicators is not None:
        wanted = wanted.where(note_table.c.indicator.in_(sorted(indicators)))
    # ISO days sort as text.
    if since is not None:
        wanted = wanted.where(note_table.c.last_day >= since.isoformat())
    if until is not None:
        wanted = wanted.where(note_table.c.first_day <= until.isoformat())
    return [_note(row) for row in conn.execute(wanted)]


def get(conn: Connection, note_id: str) -> Annotation | None:
    """Return a note, also a removed one that can still be brought back."""
    row = conn.execute(_all().where(note_table.c.id == note_id)).one_or_none()
    return None if row is None else _note(row)


def create(
    conn: Connection, note_id: str, indicator: str, first_day: date, last_day: date, text: str, *, author: str, at: datetime
) -> Annotation:
    """Keep a note.

    Args:
        conn: the transaction.
        note_id: new.
        indicator: its name; empty for every indicator.
        first_day, last_day: both included.
        text: what is written; it is kept on one line.
        author: user id.
        at: now.

    Raises:
        BadNoteError: nothing to see, or too long.
        DaysReversedError: the last day lies before the first.
        TooManyNotesError: the indicator has :data:`MOST_NOTES`.
    """
    said = tidy(text)
    if not writable(said):
        raise BadNoteError(said[:LONGEST_TEXT], LONGEST_TEXT)
    if last_day < first_day:
        raise DaysReversedError(first_day.isoformat(), last_day.isoformat())
    _check_room(conn, indicator)
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    conn.execute(insert(note_table).values(id=note_id, indicator=indicator, text=said, author=author, made_at=at, **days))
    return _needed(conn, note_id)


def remove(conn: Connection, note_id: str, at: datetime) -> Annotation:
    """Remove a note; :func:`restore` brings it back for a day.

    Raises:
        NoSuchRowError: there is none, or it is removed already.
    """
    conn.execute(delete(note_table).where(note_table.c.deleted_at < at - KEPT))
    gone = update(note_table).where(note_table.c.id == note_id, LIVE_NOTE).values(deleted_at=at)
    if conn.execute(gone).rowcount == 0:
        raise _missing(note_id)
    return _needed(conn, note_id)


def restore(conn: Connection, note_id: str) -> Annotation:
    """Bring a removed note back.

    Raises:
        NoSuchRowError: there is none, or it is not removed.
        TooManyNotesError: there is no room any more.
    """
    note = _needed(conn, note_id)
    if note.deleted_time is None:
        raise _missing(note_id)
    _check_room(conn, note.indicator)
    conn.execute(update(note_table).where(note_table.c.id == note_id).values(deleted_at=None))
    return _needed(conn, note_id)


def _check_room(conn: Connection, indicator: str) -> None:
    # Two writers at once may both take the last place: the limit keeps charts readable, one note more does no harm.
    held = select(func.count()).select_from(note_table).where(note_table.c.indicator == indicator, LIVE_NOTE)
    if conn.execute(held).scalar_one() >= MOST_NOTES:
        raise TooManyNotesError(MOST_NOTES)


_NAMES: Final = ("id", "indicator", "first_day", "last_day", "text", "author", "made_at", "deleted_at")


def _all() -> Any:
    columns = (*(note_table.c[name] for name in _NAMES), users.c.display_name, users.c.name.label("user_name"))
    return select(*columns).select_from(note_table.outerjoin(users, users.c.id == note_table.c.author))


def _needed(conn: Connection, note_id: str) -> Annotation:
    found = get(conn, note_id)
    if found is None:
        raise _missing(note_id)
    return found


def _missing(note_id: str) -> NoSuchRowError:
    return NoSuchRowError("标注", "note", note_id[:100])


def _note(row: Row[Any]) -> Annotation:
    first, last = (date.fromisoformat(day) for day in (row.first_day, row.last_day))
    name = row.display_name or row.user_name or ""
    return Annotation(row.id, row.indicator, first, last, row.text, row.author, name, row.made_at, row.deleted_at)
