"""Notes at days of indicators, over the operational store. What is written, removed or brought back is in the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import date
from typing import Final, TypeVar

from sqlalchemy import Connection

from tongguan.app.stored import in_store
from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Now
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import User
from tongguan.model.annotations import Annotation, may_write_on_all
from tongguan.records import annotations as kept
from tongguan.records import audit
from tongguan.records.database import Database
from tongguan.records.errors import BadNoteError, DaysReversedError, NoSuchRowError, RecordsError, TooManyNotesError
from tongguan.records.mask import mask
from tongguan.web.kit.annotations import NoteRefusal, NoteRefusedError
from tongguan.web.kit.indicators import Indicators, NoSuchIndicatorError

T = TypeVar("T")

_REFUSALS: Final[dict[type[RecordsError], NoteRefusal]] = {
    BadNoteError: NoteRefusal.TEXT,
    DaysReversedError: NoteRefusal.ORDER,
    TooManyNotesError: NoteRefusal.FULL,
    NoSuchRowError: NoteRefusal.MISSING,
}


def _refused(error: RecordsError) -> NoteRefusedError | None:
    refusal = _REFUSALS.get(type(error))
    return NoteRefusedError(refusal, str(error)) if refusal else None


class RecordAnnotations:
    """Implements :class:`tongguan.web.kit.annotations.Annotations`; nothing here holds up the event loop.

    Args:
        database: migrated.
        now: clock.
        pool: threads for the store.
        indicators: tell which ones a user sees.
    """

    def __init__(self, database: Database, now: Now, pool: Executor, indicators: Indicators) -> None:
        self._database = database
        self._now = now
        self._pool = pool
        self._indicators = indicators

    async def _run(self, work: Callable[[], T]) -> T:
        return await in_store(self._pool, work, _refused)

    async def _seen(self, user: User) -> set[str]:
        """Return the indicators whose notes a user sees; the empty name stands for notes on every indicator."""
        return {"", *(one.name for one in (await self._indicators.shelf(user)).indicators)}

    async def notes(self, user: User, indicator: str = "", since: date | None = None, until: date | None = None) -> Sequence[Annotation]:
        """Return notes by their days."""
        seen = await self._seen(user)
        wanted = {"", _one_of(indicator, seen)} if indicator else seen

        def work() -> list[Annotation]:
            with self._database.read() as conn:
                return kept.list_notes(conn, wanted, since, until)

        return await self._run(work)

    async def write_note(self, user: User, indicator: str, first_day: date, last_day: date, text: str) -> Annotation:
        """Keep a note."""
        if not indicator and not may_write_on_all(user):
            raise NoteRefusedError(NoteRefusal.EVERYWHERE, "only who sees the indicators of every stage may write on all of them")
        name = _one_of(indicator, await self._seen(user))

        def work() -> Annotation:
            at = self._now()
            with self._database.begin() as conn:
                note = kept.create(conn, sortable_id(at), name, first_day, last_day, text, author=user.id, at=at)
                self._log(conn, user, "create", note)
            return note

        return await self._run(work)

    async def remove_note(self, user: User, note_id: str) -> Annotation:
        """Remove a note; it can be brought back for a day."""
        return await self._change(user, note_id, "delete", removed=False)

    async def restore_note(self, user: User, note_id: str) -> Annotation:
        """Bring a removed note back."""
        return await self._change(user, note_id, "restore", removed=True)

    async def note(self, user: User, note_id: str) -> Annotation | None:
        """Return a note that the user sees, or a removed one that the user may bring back."""
        seen = await self._seen(user)

        def work() -> Annotation | None:
            with self._database.read() as conn:
                return _found(conn, user, note_id, seen)

        return await self._run(work)

    async def _change(self, user: User, note_id: str, action: str, *, removed: bool) -> Annotation:
        seen = await self._seen(user)

        def work() -> Annotation:
            with self._database.begin() as conn:
                note = _found(conn, user, note_id, seen)
                if note is None or (note.deleted_time is not None) != removed:
                    state = "was removed within the last day" if removed else "is there"
                    raise NoteRefusedError(NoteRefusal.MISSING, f"no note {note_id[:100]!r} {state}; valid: an id from the list of notes")
                if not note.may_be_removed_by(user):
                    raise NoteRefusedError(NoteRefusal.NOT_YOURS, f"note {note_id!r} is {note.author_name or 'somebody else'}'s")
                changed = kept.restore(conn, note_id) if removed else kept.remove(conn, note_id, self._now())
                self._log(conn, user, action, changed)
            return changed

        return await self._run(work)

    def _log(self, conn: Connection, user: User, action: str, note: Annotation) -> None:
        days = {"first_day": note.first_day.isoformat(), "last_day": note.last_day.isoformat()}
        # The audit is kept for good: what looks personal in a text that anybody may write does not enter it.
        detail = {"indicator": note.indicator, **days, "text": mask(note.text)}
        audit.append(conn, self._now(), user.name, action, "annotation", note.id, detail)


def _one_of(name: str, seen: set[str]) -> str:
    if name not in seen:
        raise NoSuchIndicatorError(f"no indicator {name[:100]!r}; {valid_hint(name, seen - {''})}")
    return name


def _found(conn: Connection, user: User, note_id: str, seen: set[str]) -> Annotation | None:
    note = kept.get(conn, note_id)
    if note is None or note.indicator not in seen:
        return None
    return note if note.deleted_time is None or note.may_be_removed_by(user) else None
