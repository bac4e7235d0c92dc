"""Users, passwords, and when guessing must stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from tests.records.race import race
from tongguan.model.access import Level, Role, Scope, User
from tongguan.records import sessions, sign_in, users
from tongguan.records.database import Database
from tongguan.records.errors import (
    BadNameError,
    BadPreferenceError,
    LockedOutError,
    NameTakenError,
    NoSuchRowError,
    RecordsError,
    WeakPasswordError,
    WrongCredentialsError,
)
from tongguan.records.passwords import LONGEST, Passwords
from tongguan.records.tables import users as table

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
GOOD = "correct horse 电池"
SCOPE = Scope(Level.CITY, frozenset({"payment"}), frozenset({"GX-NN"}))
WANG = User("u1", "Wang", "王", Role.DISPATCHER, SCOPE, must_change_password=True)


@pytest.fixture
def wang(db: Database, passwords: Passwords) -> User:
    with db.begin() as conn:
        users.create(conn, WANG, GOOD, passwords, AT)
    return WANG


def guess(db: Database, passwords: Passwords, name: str, password: str, at: datetime) -> str:
    """Return the name of the signed-in user, or the key of the refusal."""
    try:
        return sign_in.sign_in(db, name, password, passwords, at).name
    except RecordsError as error:
        return error.key


def test_a_user_is_found_as_created(db: Database, wang: User) -> None:
    with db.read() as conn:
        assert users.get(conn, "u1") == users.find(conn, "WANG") == wang
        assert users.find(conn, "nobody") is None
        assert users.count(conn) == 1
        assert [(a.user, a.created_at, a.disabled_at) for a in users.list_accounts(conn)] == [(wang, AT, None)]


@pytest.mark.parametrize("name", ["", " wang", "x" * 65, "a\x00b", "a\nb"])
def test_bad_names_are_refused(db: Database, passwords: Passwords, name: str) -> None:
    with pytest.raises(BadNameError), db.begin() as conn:
        users.create(conn, replace(WANG, name=name), GOOD, passwords, AT)


def test_a_name_belongs_to_one(db: Database, wang: User, passwords: Passwords) -> None:
    with pytest.raises(NameTakenError, match="wANG"), db.begin() as conn:
        users.create(conn, replace(wang, id="u2", name="wANG"), GOOD, passwords, AT)


@pytest.mark.parametrize(
    ("name", "password", "says"),
    [("wang", "too short", "至少 10"), ("wang", "x" * (LONGEST + 1), "至多"), ("wang.xiaoming", "Wang.XiaoMing ", "不能与用户名相同")],
)
def test_weak_passwords_are_refused_in_both_languages(db: Database, passwords: Passwords, name: str, password: str, says: str) -> None:
    with pytest.raises(WeakPasswordError) as caught, db.begin() as conn:
        users.create(conn, replace(WANG, name=name), password, passwords, AT)
    assert says in caught.value.label.in_language("zh-CN")
    assert password not in str(caught.value)


def test_preferences_are_checked_and_kept(db: Database, wang: User) -> None:
    with db.begin() as conn:
        users.set_preferences(conn, "u1", language="en", density="compact")
        users.set_preferences(conn, "u1")
        users.set_preferences(conn, "u1", theme="dark")
        users.set_display_name(conn, "u1", "老王")
        users.change_role(conn, "u1", Role.AUDITOR, Scope())
        expected = replace(wang, language="en", theme="dark", density="compact", display_name="老王", role=Role.AUDITOR, scope=Scope())
        assert users.get(conn, "u1") == expected
        with pytest.raises(BadPreferenceError, match="valid: light, dark"):
            users.set_preferences(conn, "u1", theme="pink")
        with pytest.raises(NoSuchRowError):
            users.set_preferences(conn, "u9", theme="dark")


def test_only_the_right_password_signs_in(db: Database, wang: User, passwords: Passwords) -> None:
    assert sign_in.sign_in(db, "wang", GOOD, passwords, AT) == wang
    assert guess(db, passwords, "wang", GOOD + "!", AT) == "wrong_credentials"
    assert guess(db, passwords, "wang", "x" * 10_000, AT) == "wrong_credentials"
    assert guess(db, passwords, "nobody\x00\ud800", GOOD, AT) == "wrong_credentials"
    assert guess(db, passwords, "n" * 100_000, GOOD, AT) == "wrong_credentials"


@pytest.mark.parametrize("name", ["wang", "nobody"])
def test_five_failures_lock_a_name_for_fifteen_minutes(db: Database, wang: User, passwords: Passwords, name: str) -> None:
    for n in range(5):
        assert guess(db, passwords, name, "wrong", AT + timedelta(minutes=n)) == "wrong_credentials"
    end = AT + timedelta(minutes=4) + sign_in.LOCKED_FOR
    with pytest.raises(LockedOutError) as caught:
        sign_in.sign_in(db, name.upper(), GOOD, passwords, end - timedelta(seconds=1))
    assert caught.value.until == end
    expected = "Wang" if name == "wang" else "wrong_credentials"
    assert guess(db, passwords, name, GOOD, end) == expected


def test_a_success_forgives_and_old_failures_are_forgotten(db: Database, wang: User, passwords: Passwords) -> None:
    for _ in range(3):
        for _ in range(4):
            assert guess(db, passwords, "wang", "wrong", AT) == "wrong_credentials"
        assert guess(db, passwords, "wang", GOOD, AT) == "Wang"
    for n in range(8):
        assert guess(db, passwords, "wang", "wrong", AT + n * sign_in.LOCKED_FOR) == "wrong_credentials"
    with db.begin() as conn:
        assert sign_in.prune_attempts(conn, AT + 7 * sign_in.LOCKED_FOR) == 0
        assert sign_in.prune_attempts(conn, AT + 8 * sign_in.LOCKED_FOR) == 1


def test_guesses_at_the_same_moment_are_counted(db: Database, wang: User, passwords: Passwords) -> None:
    answers = race(lambda _: guess(db, passwords, "wang", "wrong", AT), threads=9)
    assert sorted(answers) == ["locked_out"] * 4 + ["wrong_credentials"] * 5


def test_two_threads_share_the_last_attempt(db: Database, wang: User, passwords: Passwords) -> None:
    for _ in range(4):
        guess(db, passwords, "wang", "wrong", AT)
    assert sorted(race(lambda _: guess(db, passwords, "wang", "wrong", AT))) == ["locked_out", "wrong_credentials"]


def test_a_disabled_user_is_out_at_once(db: Database, wang: User, passwords: Passwords) -> None:
    with db.begin() as conn:
        token = sessions.open_session(conn, "u1", AT).token
        users.disable(conn, "u1", AT)
        assert sessions.find(conn, token, AT) is None
        assert users.get(conn, "u1") is None
        assert users.list_accounts(conn)[0].disabled_at == AT
    assert guess(db, passwords, "wang", GOOD, AT) == "wrong_credentials"
    with db.begin() as conn:
        users.enable(conn, "u1")
        assert sessions.find(conn, token, AT) is None
    assert guess(db, passwords, "wang", GOOD, AT) == "Wang"


def test_changing_the_password_signs_other_browsers_out(db: Database, wang: User, passwords: Passwords) -> None:
    with db.begin() as conn:
        here, there = (sessions.open_session(conn, "u1", AT).token for _ in range(2))
    with pytest.raises(WrongCredentialsError):
        sign_in.change_password(db, wang, "wrong", "another password", passwords, AT)
    with pytest.raises(WeakPasswordError):
        sign_in.change_password(db, wang, GOOD, "short", passwords, AT)
    sign_in.change_password(db, wang, GOOD, "another password", passwords, AT, keep_session=here)
    with db.read() as conn:
        assert sessions.find(conn, here, AT) is not None
        assert sessions.find(conn, there, AT) is None
    assert guess(db, passwords, "wang", GOOD, AT) == "wrong_credentials"
    assert not sign_in.sign_in(db, "wang", "another password", passwords, AT).must_change_password


def test_a_reset_lifts_the_lock_and_asks_for_a_change(db: Database, wang: User, passwords: Passwords) -> None:
    with db.begin() as conn:
        token = sessions.open_session(conn, "u1", AT).token
    for _ in range(5):
        guess(db, passwords, "wang", "wrong", AT)
    sign_in.reset_password(db, wang, "set by an admin", passwords)
    assert sign_in.sign_in(db, "wang", "set by an admin", passwords, AT).must_change_password
    with db.read() as conn:
        assert sessions.find(conn, token, AT) is None
    with pytest.raises(NoSuchRowError):
        sign_in.reset_password(db, replace(wang, id="u9"), "set by an admin", passwords)


def test_a_hash_of_another_cost_is_renewed(db: Database, wang: User, passwords: Passwords) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert guess(db, stronger, "wang", "wrong", AT) == "wrong_credentials"
    assert guess(db, stronger, "wang", GOOD, AT) == "Wang"
    with db.read() as conn:
        kept = conn.execute(select(table.c.password_hash)).scalar_one()
    assert "m=16,t=2" in kept
    assert not stronger.outdated(kept)
    assert passwords.outdated(kept)
    assert guess(db, stronger, "wang", GOOD, AT) == "Wang"
