"""Tables of rule books: every version that was ever published, and what each user has not published yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Named, Table, TypedColumns

from tongguan.records.columns import Instant, Words
from tongguan.records.metadata import metadata


class RuleBookColumns(TypedColumns):
    """Versions of the rule book, from 1; never changed. ``author`` is a sign-in name, empty for the first one."""

    version: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    valid_from: Named[datetime] = Column(Instant)
    document: Named[dict[str, Any]] = Column(JSON)
    author: Named[str] = Column(Words)
    note: Named[str] = Column(Words)
    made_at: Named[datetime] = Column(Instant)


rule_books = Table("rule_books", metadata, RuleBookColumns)


class RuleDraftColumns(TypedColumns):
    """A user's changes to version ``base``; ``before`` is the draft as it was before its last change."""

    owner: Named[str] = Column(Words, primary_key=True)
    base: Named[int] = Column(BigInteger)
    document: Named[dict[str, Any]] = Column(JSON)
    before: Named[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    changed_at: Named[datetime] = Column(Instant)


rule_drafts = Table("rule_drafts", metadata, RuleDraftColumns)
