"""Versions of the rule book: nothing is overwritten, who comes second is told who was first, and drafts are one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.records.race import race
from tongguan.model.access import EVERYTHING, Role, User
from tongguan.model.calendars import Block, WorkingCalendar
from tongguan.model.clocks import LimitRule
from tongguan.model.rule_documents import Contents, RuleDraft, contents_of
from tongguan.records import audit, users
from tongguan.records.database import Database
from tongguan.records.errors import BadRuleNoteError, NoRuleBookError, RulesChangedError
from tongguan.records.passwords import Passwords
from tongguan.records.rule_books import LONGEST_NOTE, RecordRuleBooks, draft_of, drop_draft, keep_draft

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DESK = WorkingCalendar("desk", "Asia/Shanghai", ((Block(540, 720),),) * 7, known_years=frozenset({2026}))
FIRST = Contents((LimitRule("order", "paid", 5 * MINUTE, 10 * MINUTE, "desk"),), {"desk": DESK}, ())
SECOND = replace(FIRST, rules=(LimitRule("order", "paid", 6 * MINUTE, 12 * MINUTE),))


def books_of(db: Database, at: datetime = AT) -> RecordRuleBooks:
    books = RecordRuleBooks(db, lambda: at)
    books.begin(FIRST)
    return books


def test_the_first_version_is_written_once(db: Database) -> None:
    with pytest.raises(NoRuleBookError, match="no rule book yet"):
        RecordRuleBooks(db, lambda: AT).all()
    books = books_of(db)
    books.begin(SECOND)
    (book,) = books.all()
    assert (book.version, book.valid_from, book.author) == (1, AT, "")
    assert contents_of(book) == FIRST


def test_a_version_follows_the_one_before_and_leaves_it(db: Database, passwords: Passwords) -> None:
    with db.begin() as conn:
        users.create(conn, User("u1", "wang", "王经理", Role.MANAGER, EVERYTHING), "correct horse battery", passwords, AT)
    books_of(db)
    later = RecordRuleBooks(db, lambda: AT + MINUTE)
    made = later.write(SECOND, "wang", "  旺季\n放宽 13800138000 ", 1)
    assert (made.version, made.valid_from, made.author, made.note) == (2, AT + MINUTE, "王经理", "旺季 放宽 13800138000")
    assert [contents_of(book) for book in later.all()] == [FIRST, SECOND]
    with db.read() as conn:
        row = audit.page(conn, audit.AuditFilters(object_kind="rule_book"), 1)[0]
        assert audit.verify(conn) is None
    assert (row.user, row.action, row.object_id, row.detail["rules"]) == ("wang", "publish", "2", 1)
    assert "13800138000" not in row.detail["note"]


def test_who_comes_second_is_told_who_was_first(db: Database) -> None:
    books = books_of(db)
    books.write(SECOND, "wang", "旺季", 1)
    with pytest.raises(RulesChangedError, match="wang published version 2") as found:
        books.write(FIRST, "li", "other", 1)
    assert (found.value.version, found.value.author, found.value.note) == (2, "wang", "旺季")
    assert len(books.all()) == 2
    with pytest.raises(RulesChangedError):
        books.write(FIRST, "li", "of the future", 7)


def test_of_two_at_once_one_publishes(db: Database) -> None:
    books_of(db)

    def publish(number: int) -> int:
        try:
            return RecordRuleBooks(db, lambda: AT).write(SECOND, f"u{number}", "now", 1).version
        except RulesChangedError as error:
            return -error.version

    assert sorted(race(publish)) == [-2, 2]


def test_others_see_a_new_version_and_keep_the_same_objects(db: Database) -> None:
    mine, others = books_of(db), RecordRuleBooks(db, lambda: AT)
    first = others.all()
    assert others.all() is first
    mine.write(SECOND, "wang", "x", 1)
    second = others.all()
    assert [book.version for book in second] == [1, 2]
    assert second[0] is first[0]


def test_a_clock_set_back_does_not_turn_versions_round(db: Database) -> None:
    books_of(db)
    made = RecordRuleBooks(db, lambda: AT - MINUTE).write(SECOND, "wang", "x", 1)
    assert made.valid_from == AT


@pytest.mark.parametrize("note", ["", " \n", "n" * (LONGEST_NOTE + 1)])
def test_a_version_needs_a_note(db: Database, note: str) -> None:
    books = books_of(db)
    with pytest.raises(BadRuleNoteError, match=f"1–{LONGEST_NOTE} characters"):
        books.write(SECOND, "wang", note, 1)
    assert len(books.all()) == 1


def test_drafts_are_kept_for_each_user(db: Database) -> None:
    draft = RuleDraft(1, SECOND, FIRST, AT)
    with db.begin() as conn:
        assert draft_of(conn, "u1") is None
        keep_draft(conn, "u1", RuleDraft(1, FIRST, None, AT))
        keep_draft(conn, "u1", draft)
        assert draft_of(conn, "u1") == draft
        assert draft_of(conn, "u2") is None
        drop_draft(conn, "u1")
        assert draft_of(conn, "u1") is None
