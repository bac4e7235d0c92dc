"""Sessions of browsers and tokens of programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tongguan.model.access import Role, Scope, User
from tongguan.records import sessions, tokens, users
from tongguan.records.database import Database
from tongguan.records.errors import NoSuchRowError, TokenNameTakenError
from tongguan.records.passwords import Passwords
from tongguan.records.tables import api_tokens
from tongguan.records.tables import sessions as session_table

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def user(db: Database, passwords: Passwords) -> User:
    user = User("u1", "wang", "王", Role.ANALYST, Scope())
    with db.begin() as conn:
        users.create(conn, user, "a long password", passwords, AT)
    return user


def test_a_session_is_found_by_its_token_only(db: Database, user: User) -> None:
    with db.begin() as conn:
        new = sessions.open_session(conn, user.id, AT)
        other = sessions.open_session(conn, user.id, AT)
        found = sessions.find(conn, new.token, AT)
        assert found == sessions.Session("u1", new.csrf, AT, AT)
        assert sessions.find(conn, new.token[:-1], AT) is None
        assert sessions.find(conn, "\x00\ud800", AT) is None
        kept = conn.execute(select(session_table.c.token_hash)).scalars().all()
    assert len(new.token) == 43
    assert len({new.token, new.csrf, other.token, other.csrf}) == 4
    assert new.token not in kept
    assert found is not None
    assert found.csrf_fits(new.csrf)
    assert not found.csrf_fits(other.csrf)
    assert not found.csrf_fits("\ud800")


def test_a_session_ends_when_idle(db: Database, user: User) -> None:
    with db.begin() as conn:
        token = sessions.open_session(conn, user.id, AT).token
        assert sessions.find(conn, token, AT + sessions.IDLE - SECOND) is not None
        assert sessions.find(conn, token, AT + sessions.IDLE) is None
        sessions.touch(conn, token, AT + 30 * SECOND)
        assert sessions.find(conn, token, AT + sessions.IDLE) is None
        busy = AT + timedelta(hours=7)
        sessions.touch(conn, token, busy)
        found = sessions.find(conn, token, AT + sessions.IDLE)
        assert found is not None
        assert found.seen_at == busy
        assert not sessions.needs_touch(found, busy + 59 * SECOND)
        assert sessions.needs_touch(found, busy + 60 * SECOND)
        sessions.touch(conn, token, busy + sessions.IDLE)
        assert sessions.find(conn, token, busy + sessions.IDLE) is None


def test_a_busy_session_ends_as_well(db: Database, user: User) -> None:
    with db.begin() as conn:
        token = sessions.open_session(conn, user.id, AT).token
        moment = AT
        while moment < AT + sessions.LONGEST - timedelta(hours=6):
            moment += timedelta(hours=6)
            sessions.touch(conn, token, moment)
        assert sessions.find(conn, token, AT + sessions.LONGEST - SECOND) is not None
        assert sessions.find(conn, token, AT + sessions.LONGEST) is None
        assert sessions.prune(conn, AT + sessions.LONGEST - SECOND) == 0
        assert sessions.prune(conn, AT + sessions.LONGEST) == 1


def test_sessions_are_revoked_one_or_all(db: Database, user: User) -> None:
    with db.begin() as conn:
        one, two, three = (sessions.open_session(conn, user.id, AT).token for _ in range(3))
        assert sessions.revoke(conn, one)
        assert not sessions.revoke(conn, one)
        assert sessions.revoke_all(conn, user.id, keep=two) == 1
        assert [sessions.find(conn, token, AT) is None for token in (one, two, three)] == [True, False, True]
        assert sessions.revoke_all(conn, user.id) == 1


def test_a_token_is_shown_once_and_found_until_revoked(db: Database) -> None:
    with db.begin() as conn:
        new = tokens.create(conn, "t1", "till 7", "shop", "wang", AT)
        assert new.plaintext.startswith("tg_")
        assert new.plaintext not in conn.execute(select(api_tokens.c.token_hash)).scalars().all()
        found = tokens.find(conn, new.plaintext)
        assert found == tokens.ApiToken("t1", "till 7", "shop", AT, "wang", None, None, None)
        for wrong in ("", "tg_", new.plaintext[3:], new.plaintext + "x", "tg_\ud800"):
            assert tokens.find(conn, wrong) is None
        tokens.revoke(conn, "t1", "li", AT + SECOND)
        assert tokens.find(conn, new.plaintext) is None
        assert [(t.revoked_by, t.revoked_at) for t in tokens.list_tokens(conn)] == [("li", AT + SECOND)]
        with pytest.raises(NoSuchRowError, match="t1"):
            tokens.revoke(conn, "t1", "li", AT)
        with pytest.raises(ValueError, match="needs a name and a source"):
            tokens.create(conn, "t2", "", "shop", "wang", AT)


def test_a_name_has_one_token_in_force(db: Database) -> None:
    with db.begin() as conn:
        tokens.create(conn, "t1", "till 7", "shop", "wang", AT)
    with pytest.raises(TokenNameTakenError, match="till 7"), db.begin() as conn:
        tokens.create(conn, "t2", "till 7", "other", "wang", AT)
    with db.begin() as conn:
        tokens.revoke(conn, "t1", "wang", AT)
        tokens.create(conn, "t3", "till 7", "shop", "wang", AT)
        assert sorted(token.id for token in tokens.list_tokens(conn)) == ["t1", "t3"]


def test_the_use_of_a_token_is_noted_once_a_minute(db: Database) -> None:
    seen = []
    with db.begin() as conn:
        tokens.create(conn, "t1", "till 7", "shop", "wang", AT)
        for seconds in (0, 59, 60):
            tokens.touch(conn, "t1", AT + seconds * SECOND)
            seen.append(tokens.list_tokens(conn)[0].last_used_at)
    assert seen == [AT, AT, AT + 60 * SECOND]
