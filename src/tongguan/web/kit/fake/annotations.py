"""Notes at days of indicators in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tongguan.lib.ids import sortable_id
from tongguan.lib.now import Now
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import User
from tongguan.model.annotations import LONGEST_TEXT, MOST_NOTES, Annotation, may_write_on_all, tidy, writable
from tongguan.web.kit.annotations import NoteRefusal, NoteRefusedError
from tongguan.web.kit.faults import Cause
from tongguan.web.kit.indicators import Indicators, NoSuchIndicatorError
from tongguan.web.kit.ports import QuestionFailedError


class FakeAnnotations:
    """Notes in memory; not for anything but tests and looking at pages.

    Attributes:
        failing: no question is answered.
    """

    def __init__(self, now: Now, indicators: Indicators, *, failing: bool = False) -> None:
        self._now = now
        self._indicators = indicators
        self._notes: dict[str, Annotation] = {}
        self.failing = failing

    async def notes(self, user: User, indicator: str = "", since: date | None = None, until: date | None = None) -> Sequence[Annotation]:
        self._check_up()
        seen = {"", await self._one(user, indicator)} if indicator else {"", *await self._seen(user)}
        found = [one for one in self._notes.values() if one.deleted_time is None and one.indicator in seen and one.lies_in(since, until)]
        return sorted(found, key=lambda one: (one.first_day, one.last_day, one.id))

    async def write_note(self, user: User, indicator: str, first_day: date, last_day: date, text: str) -> Annotation:
        self._check_up()
        said = tidy(text)
        if indicator:
            await self._one(user, indicator)
        elif not may_write_on_all(user):
            raise NoteRefusedError(NoteRefusal.EVERYWHERE, "only who sees every indicator may write on all of them")
        if not writable(said):
            raise NoteRefusedError(NoteRefusal.TEXT, f"{said[:LONGEST_TEXT]!r} cannot be a note: give 1–{LONGEST_TEXT} visible characters")
        if last_day < first_day:
            raise NoteRefusedError(NoteRefusal.ORDER, f"the last day {last_day} lies before the first, {first_day}")
        if sum(one.indicator == indicator and one.deleted_time is None for one in self._notes.values()) >= MOST_NOTES:
            raise NoteRefusedError(NoteRefusal.FULL, f"an indicator has at most {MOST_NOTES} notes")
        now = self._now()
        note = Annotation(sortable_id(now), indicator, first_day, last_day, said, user.id, user.display_name, now)
        self._notes[note.id] = note
        return note

    async def remove_note(self, user: User, note_id: str) -> Annotation:
        return self._put(replace(await self._changeable(user, note_id, removed=False), deleted_time=self._now()))

    async def restore_note(self, user: User, note_id: str) -> Annotation:
        return self._put(replace(await self._changeable(user, note_id, removed=True), deleted_time=None))

    async def note(self, user: User, note_id: str) -> Annotation | None:
        self._check_up()
        found = self._notes.get(note_id)
        if found is None or (found.indicator and found.indicator not in await self._seen(user)):
            return None
        return found if found.deleted_time is None or found.may_be_removed_by(user) else None

    def _check_up(self) -> None:
        if self.failing:
            raise QuestionFailedError("the operational store does not answer", cause=Cause.OPERATIONS_AWAY)

    def _put(self, note: Annotation) -> Annotation:
        self._notes[note.id] = note
        return note

    async def _changeable(self, user: User, note_id: str, *, removed: bool) -> Annotation:
        note = await self.note(user, note_id)
        if note is None or (note.deleted_time is not None) != removed:
            raise NoteRefusedError(NoteRefusal.MISSING, f"no note {note_id[:100]!r}")
        if not note.may_be_removed_by(user):
            raise NoteRefusedError(NoteRefusal.NOT_YOURS, f"note {note_id!r} is somebody else's")
        return note

    async def _seen(self, user: User) -> set[str]:
        return {one.name for one in (await self._indicators.shelf(user)).indicators}

    async def _one(self, user: User, name: str) -> str:
        seen = await self._seen(user)
        if name not in seen:
            raise NoSuchIndicatorError(f"no indicator {name!r}; {valid_hint(name, seen)}")
        return name
