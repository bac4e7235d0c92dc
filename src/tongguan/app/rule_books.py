"""The rule book for pages and API, over the operational store; and the first version, made of what the packs declare."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from tongguan.app.stored import in_store
from tongguan.areas.packs import process_files
from tongguan.clocks.declared import first_book
from tongguan.clocks.process_files import read_processes
from tongguan.clocks.rules import check_book
from tongguan.lib.now import Now
from tongguan.model.access import User
from tongguan.model.clocks import Books, RuleBook
from tongguan.model.rule_documents import Contents, RuleDraft, contents_of
from tongguan.model.vocabulary import Vocabulary
from tongguan.records.database import Database
from tongguan.records.errors import BadRuleNoteError, RecordsError, RulesChangedError
from tongguan.records.rule_books import RecordRuleBooks, draft_of, drop_draft, keep_draft
from tongguan.web.kit.rules import RuleRefusal, RulesRefusedError

T = TypeVar("T")


def first_contents(vocabulary: Vocabulary, zone: str, now: Now) -> Contents:
    """Return the rules that packs declare: limits of their case kinds, and reference processes.

    Raises:
        ProcessFileError: a file of reference processes is wrong.
    """
    book = first_book(vocabulary, now(), zone)
    processes = [one for path in process_files(vocabulary) for one in read_processes(path, vocabulary)]
    return Contents(book.rules, book.calendars, (*book.processes, *processes))


def open_rule_books(database: Database, vocabulary: Vocabulary, zone: str, now: Now) -> RecordRuleBooks:
    """Return the rule books of a store; the first time with what the packs declare."""
    books = RecordRuleBooks(database, now)
    if not books.begun():
        books.begin(first_contents(vocabulary, zone, now))
    return books


class RecordRules:
    """Implements :class:`tongguan.web.kit.rules.Rules`; nothing here holds up the event loop.

    Args:
        kept: versions.
        database: migrated; drafts.
        vocabulary: what rules may name.
        now: clock.
        pool: threads for the store.
    """

    def __init__(self, kept: RecordRuleBooks, database: Database, vocabulary: Vocabulary, now: Now, pool: Executor) -> None:
        self._kept = kept
        self._database = database
        self._vocabulary = vocabulary
        self._now = now
        self._pool = pool

    async def _run(self, work: Callable[[], T]) -> T:
        return await in_store(self._pool, work, self._refused)

    def _refused(self, error: RecordsError) -> RulesRefusedError | None:
        if isinstance(error, RulesChangedError):
            newest = self._kept.all()[-1]
            return RulesRefusedError(RuleRefusal.CHANGED, str(error), newest)
        if isinstance(error, BadRuleNoteError):
            return RulesRefusedError(RuleRefusal.NOTE, str(error))
        return None

    async def books(self) -> Books:
        """Return every version, the oldest first."""
        return await self._run(self._kept.all)

    async def draft(self, user: User) -> RuleDraft | None:
        """Return what the user changed and has not published."""

        def work() -> RuleDraft | None:
            with self._database.read() as conn:
                return draft_of(conn, user.id)

        return await self._run(work)

    async def keep_draft(self, user: User, base: int, contents: Contents, before: Contents | None) -> None:
        """Put a draft in the place of the user's former one."""

        def work() -> None:
            with self._database.begin() as conn:
                keep_draft(conn, user.id, RuleDraft(base, contents, before, self._now()))

        await self._run(work)

    async def drop_draft(self, user: User) -> None:
        """Forget the user's draft."""

        def work() -> None:
            with self._database.begin() as conn:
                drop_draft(conn, user.id)

        await self._run(work)

    async def publish(self, user: User, contents: Contents, note: str, expected_version: int) -> RuleBook:
        """Publish the next version and forget the user's draft. Logged."""

        def work() -> RuleBook:
            newest = self._kept.all()[-1]
            if newest.version == expected_version and contents_of(newest) == contents:
                raise RulesRefusedError(RuleRefusal.SAME, f"nothing differs from version {newest.version}, which is in force")
            trial = contents.book(expected_version + 1, self._now(), user.name, note)
            if mistakes := check_book(trial, self._vocabulary):
                raise RulesRefusedError(RuleRefusal.MISTAKES, "; ".join(map(str, mistakes)), mistakes=mistakes)
            book = self._kept.write(contents, user.name, note, expected_version)
            with self._database.begin() as conn:
                drop_draft(conn, user.id)
            return book

        return await self._run(work)
