"""Versions of the rule book. The newest is in force; older ones stay, so that what ended is judged by the rules of its time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select

from tongguan.lib.now import Now
from tongguan.model.clocks import Books, RuleBook
from tongguan.model.rule_documents import Contents, Document, RuleDraft, document_of, read_document
from tongguan.records import audit
from tongguan.records.database import Database
from tongguan.records.errors import BadRuleNoteError, NoRuleBookError, RulesChangedError
from tongguan.records.mask import mask
from tongguan.records.rule_tables import rule_books, rule_drafts
from tongguan.records.tables import users
from tongguan.records.upsert import insert, upsert

LONGEST_NOTE: Final = 500


class RecordRuleBooks:
    """The rule books of a store; implements :class:`tongguan.model.clocks.RuleBooks`. Threads may share one.

    Args:
        database: migrated.
        now: clock.
    """

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._known: tuple[RuleBook, ...] = ()

    def begun(self) -> bool:
        """Tell whether there is a version."""
        with self._database.read() as conn:
            return _newest_version(conn) > 0

    def begin(self, first: Contents) -> None:
        """Write the first version where there is none; it holds for all time before the second one."""
        at = self._now()
        row = _row(1, at, document_of(first), "", "", at)
        with self._database.begin() as conn:
            statement = insert(conn, rule_books).values(row).on_conflict_do_nothing().returning(rule_books.c.version)
            if conn.execute(statement).one_or_none() is not None:
                audit.append(conn, at, "", "publish", "rule_book", "1", {"rules": len(first.rules)})

    def all(self) -> Books:
        """Return every version, the oldest first; the same objects until there is a newer one.

        Raises:
            NoRuleBookError: :meth:`begin` was never called.
        """
        with self._database.read() as conn:
            newest = _newest_version(conn)
            known = self._known
            if known and known[-1].version == newest:
                return known
            found = _read_after(conn, known[-1].version if known else 0)
        return self._keep(found)

    def _keep(self, found: Sequence[RuleBook]) -> Books:
        with self._lock:
            have = self._known[-1].version if self._known else 0
            self._known += tuple(book for book in found if book.version > have)
            if not self._known:
                raise NoRuleBookError
            return self._known

    def write(self, contents: Contents, author: str, note: str, expected_version: int) -> RuleBook:
        """Publish the next version; it holds from now on.

        Args:
            contents: checked by the caller against the vocabulary.
            author: sign-in name.
            note: why.
            expected_version: the newest version that the author knows.

        Raises:
            RulesChangedError: somebody published another version meanwhile; nothing is changed.
            BadRuleNoteError: the note is empty or too long.
        """
        said = " ".join(note.split())
        if not 0 < len(said) <= LONGEST_NOTE:
            raise BadRuleNoteError(said[:LONGEST_NOTE], LONGEST_NOTE)
        at = self._now()
        with self._database.begin() as conn:
            version = _publish(conn, document_of(contents), author, said, expected_version, at)
            detail = {"note": mask(said), "rules": len(contents.rules), "calendars": sorted(contents.calendars)}
            audit.append(conn, at, author, "publish", "rule_book", str(version), detail)
        return self.all()[-1]


def _publish(conn: Connection, document: Document, author: str, note: str, expected: int, at: datetime) -> int:
    newest = _newest(conn)
    if newest is not None and newest.version == expected:
        # A clock that was set back must not let a version begin before the one that it follows.
        row = _row(expected + 1, max(at, newest.valid_from), document, author, note, at)
        # Whoever waited here for another writer finds the version taken.
        statement = insert(conn, rule_books).values(row).on_conflict_do_nothing().returning(rule_books.c.version)
        if conn.execute(statement).one_or_none() is not None:
            return expected + 1
        newest = _newest(conn)
    if newest is None:
        raise NoRuleBookError
    raise RulesChangedError(newest.version, newest.display_name or newest.author, newest.made_at, newest.note, expected)


def _row(version: int, valid_from: datetime, document: Document, author: str, note: str, at: datetime) -> dict[str, Any]:
    return {"version": version, "valid_from": valid_from, "document": document, "author": author, "note": note, "made_at": at}


def _newest_version(conn: Connection) -> int:
    return conn.execute(select(func.max(rule_books.c.version))).scalar_one() or 0


def _selected() -> Any:
    columns = (*(rule_books.c[name] for name in ("version", "valid_from", "document", "author", "note", "made_at")), users.c.display_name)
    return select(*columns).select_from(rule_books.outerjoin(users, users.c.name == rule_books.c.author))


def _newest(conn: Connection) -> Row[Any] | None:
    return conn.execute(_selected().order_by(rule_books.c.version.desc()).limit(1)).one_or_none()


def _read_after(conn: Connection, version: int) -> list[RuleBook]:
    rows = conn.execute(_selected().where(rule_books.c.version > version).order_by(rule_books.c.version))
    return [read_document(row.document).book(row.version, row.valid_from, row.display_name or row.author, row.note) for row in rows]


def draft_of(conn: Connection, owner: str) -> RuleDraft | None:
    """Return a user's draft; None without one."""
    row = conn.execute(select(rule_drafts).where(rule_drafts.c.owner == owner)).one_or_none()
    if row is None:
        return None
    before = None if row.before is None else read_document(row.before)
    return RuleDraft(row.base, read_document(row.document), before, row.changed_at)


def keep_draft(conn: Connection, owner: str, draft: RuleDraft) -> None:
    """Put a draft in the place of the user's former one."""
    before = None if draft.before is None else document_of(draft.before)
    row = {"owner": owner, "base": draft.base, "document": document_of(draft.contents), "before": before, "changed_at": draft.changed_at}
    upsert(conn, rule_drafts, [row], keys=["owner"], put=["base", "document", "before", "changed_at"])


def drop_draft(conn: Connection, owner: str) -> None:
    """Forget a user's draft."""
    conn.execute(delete(rule_drafts).where(rule_drafts.c.owner == owner))
