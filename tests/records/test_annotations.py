"""Notes at days of indicators: which are found, what cannot be one, limits, and bringing back what was removed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tongguan.model.access import EVERYTHING, Role, User
from tongguan.model.annotations import KEPT, LONGEST_TEXT, MOST_NOTES
from tongguan.records import annotations as notes
from tongguan.records import users
from tongguan.records.database import Database
from tongguan.records.errors import BadNoteError, DaysReversedError, NoSuchRowError, TooManyNotesError
from tongguan.records.passwords import Passwords
from tongguan.records.tables import note_table

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
DAY = date(2026, 11, 18)


def write(db: Database, note_id: str, indicator: str = "orders", first: date = DAY, last: date | None = None, text: str = "x") -> None:
    with db.begin() as conn:
        notes.create(conn, note_id, indicator, first, last or first, text, author="u1", at=AT)


def ids(db: Database, *indicators: str, since: date | None = None, until: date | None = None) -> list[str]:
    with db.read() as conn:
        return [note.id for note in notes.list_notes(conn, indicators or None, since, until)]


def test_what_is_written_is_found_with_its_author(db: Database, passwords: Passwords) -> None:
    with db.begin() as conn:
        users.create(conn, User("u1", "ann", "安", Role.ANALYST, EVERYTHING), "correct horse battery", passwords, AT)
    write(db, "a", text="  促销\u3000618\n开始 ", last=DAY + timedelta(2))
    with db.read() as conn:
        found = notes.get(conn, "a")
        assert notes.get(conn, "b") is None
    assert found is not None
    assert (found.indicator, found.text, found.author, found.author_name) == ("orders", "促销 618 开始", "u1", "安")
    assert (found.first_day, found.last_day, found.made_time, found.deleted_time) == (DAY, date(2026, 11, 20), AT, None)


def test_notes_of_days_by_their_days(db: Database) -> None:
    write(db, "late", first=date(2027, 1, 1))
    write(db, "span", first=date(2026, 11, 1), last=date(2026, 11, 30))
    write(db, "day")
    write(db, "all", indicator="", first=date(2026, 11, 19))
    write(db, "other", indicator="complaints")
    assert ids(db) == ["span", "day", "other", "all", "late"]
    assert ids(db, "orders", "") == ["span", "day", "all", "late"]
    assert ids(db, "orders") == ["span", "day", "late"]
    assert ids(db, "orders", since=DAY, until=DAY) == ["span", "day"]
    assert ids(db, "orders", since=date(2026, 12, 1)) == ["late"]
    assert ids(db, "orders", until=date(2026, 11, 1)) == ["span"]
    assert ids(db, "orders", since=date(2026, 12, 1), until=date(2026, 12, 31)) == []


@pytest.mark.parametrize("text", ["", " \u3000\n", "n" * (LONGEST_TEXT + 1), "a\x00b", "turned \u202e round", "\ud800"])
def test_what_cannot_be_a_note(db: Database, text: str) -> None:
    with pytest.raises(BadNoteError, match=f"1–{LONGEST_TEXT} visible"):
        write(db, "a", text=text)
    assert ids(db) == []


def test_days_stand_the_right_way_round(db: Database) -> None:
    with pytest.raises(DaysReversedError, match="the last day 2026-11-17 lies before the first, 2026-11-18"):
        write(db, "a", last=DAY - timedelta(1))
    write(db, "b", text="n" * LONGEST_TEXT)
    assert ids(db) == ["b"]


def test_a_removed_note_comes_back_within_a_day(db: Database) -> None:
    write(db, "a")
    with db.begin() as conn:
        assert notes.remove(conn, "a", AT).deleted_time == AT
        with pytest.raises(NoSuchRowError, match="no such note: 'a'"):
            notes.remove(conn, "a", AT)
    assert ids(db) == []
    with db.begin() as conn:
        assert notes.restore(conn, "a").deleted_time is None
        with pytest.raises(NoSuchRowError):
            notes.restore(conn, "a")
        with pytest.raises(NoSuchRowError):
            notes.restore(conn, "nobody's")
    assert ids(db) == ["a"]


def test_removed_notes_are_forgotten_after_a_day(db: Database) -> None:
    write(db, "a")
    write(db, "b")
    with db.begin() as conn:
        notes.remove(conn, "a", AT)
        notes.remove(conn, "b", AT + KEPT + timedelta(seconds=1))
        assert notes.get(conn, "a") is None
        assert conn.execute(select(func.count()).select_from(note_table)).scalar_one() == 1


def test_an_indicator_has_so_many_notes(db: Database) -> None:
    with db.begin() as conn:
        for number in range(MOST_NOTES):
            notes.create(conn, f"n{number}", "orders", DAY, DAY, "x", author="u1", at=AT)
        with pytest.raises(TooManyNotesError, match=f"at most {MOST_NOTES} notes"):
            notes.create(conn, "more", "orders", DAY, DAY, "x", author="u1", at=AT)
        notes.create(conn, "other", "", DAY, DAY, "x", author="u1", at=AT)
        notes.remove(conn, "n0", AT)
        notes.create(conn, "more", "orders", DAY, DAY, "x", author="u1", at=AT)
        with pytest.raises(TooManyNotesError):
            notes.restore(conn, "n0")
