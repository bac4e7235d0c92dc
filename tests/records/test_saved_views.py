"""Saved views: who sees which, names, limits, and bringing back what was deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.records.race import race
from tongguan.model.access import EVERYTHING, Role, User
from tongguan.model.saved_views import LONGEST_NAME, MOST_VIEWS
from tongguan.records import saved_views, users
from tongguan.records.database import Database
from tongguan.records.errors import BadViewNameError, BadViewQueryError, NoSuchRowError, TooManyViewsError, ViewNameTakenError
from tongguan.records.passwords import Passwords
from tongguan.records.saved_views import KEPT, LONGEST_QUERY
from tongguan.records.tables import saved_views as table

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def save(
    db: Database, view_id: str, owner: str, name: str, query: str = "channel=app", *, shared: bool = False, page: str = "/orders"
) -> None:
    with db.begin() as conn:
        saved_views.create(conn, view_id, owner, page, name, query, shared=shared, at=AT)


def names(db: Database, owner: str, page: str = "/orders") -> list[str]:
    with db.read() as conn:
        return [view.name for view in saved_views.list_views(conn, owner, page)]


def test_own_views_and_those_that_others_share(db: Database, passwords: Passwords) -> None:
    with db.begin() as conn:
        users.create(conn, User("u1", "ann", "安", Role.ANALYST, EVERYTHING), "correct horse battery", passwords, AT)
    save(db, "a", "u1", "广西app")
    save(db, "b", "u1", "Late", shared=True)
    save(db, "c", "u2", "mine")
    save(db, "d", "u2", "theirs", shared=True, page="/waiting")
    assert names(db, "u1") == ["Late", "广西app"]
    assert names(db, "u2") == ["mine", "Late"]
    assert names(db, "u3") == ["Late"]
    assert names(db, "u3", "") == ["Late", "theirs"]
    with db.read() as conn:
        view = saved_views.get(conn, "b")
    assert view is not None
    assert (view.owner_name, view.query, view.shared, view.changed_time, view.deleted_time) == ("安", "channel=app", True, AT, None)


def test_a_name_is_one_users_and_one_pages(db: Database) -> None:
    save(db, "a", "u1", "x")
    save(db, "b", "u2", "x")
    save(db, "c", "u1", "x", page="/waiting")
    with pytest.raises(ViewNameTakenError, match="'x' exists here"):
        save(db, "d", "u1", "x")
    with db.begin() as conn:
        changed = saved_views.create(conn, "d", "u1", "/orders", "x", "stage=audit", shared=True, at=AT + KEPT, overwrite=True)
    assert (changed.id, changed.query, changed.shared, changed.changed_time) == ("a", "stage=audit", True, AT + KEPT)


def test_columns_are_kept_under_no_name_and_seen_by_nobody_else(db: Database) -> None:
    save(db, "a", "u1", "", "columns=id,paid", shared=True)
    assert names(db, "u1") == [""]
    assert names(db, "u2") == []


def test_change_says_what_is_wrong(db: Database) -> None:
    save(db, "a", "u1", "x")
    save(db, "b", "u1", "y")
    with db.begin() as conn:
        assert saved_views.change(conn, "a", AT, name="z").name == "z"
        assert saved_views.change(conn, "a", AT, name="z", shared=True).shared
        with pytest.raises(ViewNameTakenError):
            saved_views.change(conn, "a", AT, name="y")
        with pytest.raises(NoSuchRowError, match="no such view: 'q'"):
            saved_views.change(conn, "q", AT, name="y")
        for bad in ("n" * (LONGEST_NAME + 1), " n", "a\nb"):
            with pytest.raises(BadViewNameError):
                saved_views.change(conn, "a", AT, name=bad)
        with pytest.raises(BadViewQueryError, match=f"at most {LONGEST_QUERY}"):
            saved_views.change(conn, "a", AT, query="q" * (LONGEST_QUERY + 1))


def test_a_deleted_view_can_be_brought_back_for_a_day(db: Database) -> None:
    save(db, "a", "u1", "x", shared=True)
    with db.begin() as conn:
        assert saved_views.remove(conn, "a", AT).deleted_time == AT
        with pytest.raises(NoSuchRowError):
            saved_views.remove(conn, "a", AT)
        with pytest.raises(NoSuchRowError):
            saved_views.change(conn, "a", AT, name="y")
    assert names(db, "u1") == names(db, "u2") == []
    with db.begin() as conn:
        assert saved_views.restore(conn, "a").deleted_time is None
        with pytest.raises(NoSuchRowError):
            saved_views.restore(conn, "a")
    assert names(db, "u2") == ["x"]
    save(db, "b", "u1", "y")
    with db.begin() as conn:
        saved_views.remove(conn, "a", AT)
        saved_views.remove(conn, "b", AT + KEPT + timedelta(seconds=1))
        assert saved_views.get(conn, "a") is None
        saved_views.create(conn, "c", "u1", "/orders", "y", "", shared=False, at=AT)
        with pytest.raises(ViewNameTakenError):
            saved_views.restore(conn, "b")


def test_at_most_so_many_on_a_page_also_at_once(db: Database, passwords: Passwords) -> None:
    with db.begin() as conn:
        users.create(conn, User("u1", "ann", "Ann", Role.ANALYST, EVERYTHING), "correct horse battery", passwords, AT)
    for number in range(MOST_VIEWS - 1):
        save(db, f"v{number}", "u1", f"view {number}")
    refused: list[TooManyViewsError] = []

    def put(number: int) -> None:
        try:
            save(db, f"r{number}", "u1", f"race {number}")
        except TooManyViewsError as error:
            refused.append(error)

    race(put, 4)
    assert len(refused) == 3
    assert str(refused[0]) == "a page holds at most 50 views of a user; delete one first"
    save(db, "columns", "u1", "", "columns=id")
    save(db, "other", "u1", "elsewhere", page="/waiting")
    with db.read() as conn:
        assert conn.execute(select(func.count()).select_from(table)).scalar_one() == MOST_VIEWS + 2
