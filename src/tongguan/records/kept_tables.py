"""Tables of what users write down: saved views of lists, and notes at days of indicators."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, Column, Index, Named, Table, TypedColumns

from tongguan.records.columns import Instant, Words
from tongguan.records.metadata import metadata


class SavedViewColumns(TypedColumns):
    """Filters, order and columns of a list under a name. An empty ``name`` holds the columns that a user wants on a page."""

    id: Named[str] = Column(Words, primary_key=True)
    owner: Named[str] = Column(Words)
    page: Named[str] = Column(Words)
    name: Named[str] = Column(Words)
    query: Named[str] = Column(Words)
    shared: Named[bool] = Column(Boolean)
    changed_at: Named[datetime] = Column(Instant)
    deleted_at: Named[datetime | None] = Column(Instant)


saved_views = Table("saved_views", metadata, SavedViewColumns, Index(None, "page", "shared"))

LIVE_VIEW: Final = saved_views.c.deleted_at.is_(None)
"""Which views are there; deleted ones can be brought back for a while. No two live ones of an owner and page have the same name."""

_VIEW_NAME: Final = (saved_views.c.owner, saved_views.c.page, saved_views.c.name)
Index("uq_saved_views_live_name", *_VIEW_NAME, unique=True, sqlite_where=LIVE_VIEW, postgresql_where=LIVE_VIEW)


class AnnotationColumns(TypedColumns):
    """Notes at days of an indicator; an empty ``indicator`` stands for every one. Days are ISO texts."""

    id: Named[str] = Column(Words, primary_key=True)
    indicator: Named[str] = Column(Words)
    first_day: Named[str] = Column(Words)
    last_day: Named[str] = Column(Words)
    text: Named[str] = Column(Words)
    author: Named[str] = Column(Words)
    made_at: Named[datetime] = Column(Instant)
    deleted_at: Named[datetime | None] = Column(Instant)


note_table = Table("annotations", metadata, AnnotationColumns, Index(None, "indicator", "first_day"))

LIVE_NOTE: Final = note_table.c.deleted_at.is_(None)
"""Which notes are there; removed ones can be brought back for a while."""
