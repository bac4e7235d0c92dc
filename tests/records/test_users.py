"""Users, passwords, and when guessing must stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, select

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
from tongguan.records.passwords import LONGEST, Passwords, check_rules
from tongguan.records.randomness import one_time_password
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
    [
        ("wang", "too short", "至少 12"),
        ("wang", "x" * (LONGEST + 1), "至多"),
        ("wang.xiaoming", "Wang.XiaoMing ", "不能与用户名相同"),
        ("wang", "abababababab12", "过于简单"),
        ("wang", "123456789012", "过于简单"),
        ("wang", "QWERTYuiop12", "过于简单"),
        ("wang", "zyxwvutsrqpo", "过于简单"),
    ],
)
def test_weak_passwords_are_refused_in_both_languages(db: Database, passwords: Passwords, name: str, password: str, says: str) -> None:
    with pytest.raises(WeakPasswordError) as caught, db.begin() as conn:
        users.create(conn, replace(WANG, name=name), password, passwords, AT)
    assert says in caught.value.label.in_language("zh-CN")
    assert password not in str(caught.value)


def test_passwords_of_words_and_random_ones_are_taken() -> None:
    check_rules("correct horse battery", "wang")
    check_rules("马蹄形的电池正确地订书钉子", "wang")
    check_rules(one_time_password(lambda size: bytes(range(3, 3 + 7 * size, 7))), "wang")


def test_a_one_time_password_is_easy_to_read_out() -> None:
    assert one_time_password(lambda size: bytes(range(size))) == "0123-4567-89ab-cdef"
    assert one_time_password(lambda size: bytes([255] * size)) == "zzzz-zzzz-zzzz-zzzz"


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
    assert guess(db, passwords, "wang", GOOD, AT) == "user_disabled"
    assert guess(db, passwords, "wang", "wrong", AT) == "wrong_credentials"
    with db.begin() as conn:
        found = users.account(conn, "u1")
        assert found is not None and found.disabled_at == AT
        assert users.find_account(conn, "WANG") == found
        assert users.account(conn, "u9") is users.find_account(conn, "nobody") is None
    with db.begin() as conn:
        users.enable(conn, "u1")
        assert sessions.find(conn, token, AT) is None
    assert guess(db, passwords, "wang", GOOD, AT) == "Wang"


def test_what_is_noted_belongs_to_the_transaction(db: Database, wang: User, passwords: Passwords) -> None:
    def fail(conn: Connection, user: User) -> None:
        raise ZeroDivisionError(user.name)

    with pytest.raises(ZeroDivisionError, match="Wang"):
        sign_in.sign_in(db, "wang", GOOD, passwords, AT, fail)
    with pytest.raises(ZeroDivisionError, match="Wang"):
        sign_in.change_password(db, wang, GOOD, "another password", passwords, AT, note=fail)
    with pytest.raises(ZeroDivisionError, match="Wang"):
        sign_in.reset_password(db, wang, "another password", passwords, fail)
    with db.read() as conn:
        assert users.list_accounts(conn)[0].signed_in_at is None
    seen: list[User] = []
    sign_in.sign_in(db, "wang", GOOD, passwords, AT, lambda conn, user: seen.append(user))
    assert seen == [wang]
    with db.read() as conn:
        assert users.list_accounts(conn)[0].signed_in_at == AT


class Slow(Passwords):
    """While a password is looked at, something else happens."""

    def __init__(self, passwords: Passwords, meanwhile: Callable[[], None]) -> None:
        self._passwords = passwords
        self._meanwhile = meanwhile

    def fits(self, kept: str | None, password: str) -> bool:
        """Let it happen, then answer."""
        fits = self._passwords.fits(kept, password)
        self._meanwhile()
        return fits

    def outdated(self, kept: str) -> bool:
        """Never."""
        return False

    def hash(self, password: str) -> str:
        """As ever."""
        return self._passwords.hash(password)


def test_who_is_reset_or_disabled_while_signing_in_stays_out(db: Database, wang: User, passwords: Passwords) -> None:
    def disable() -> None:
        with db.begin() as conn:
            users.disable(conn, "u1", AT)

    reset = Slow(passwords, lambda: sign_in.reset_password(db, wang, "set by an admin", passwords))
    assert guess(db, reset, "wang", GOOD, AT) == "wrong_credentials"
    with pytest.raises(WrongCredentialsError):
        slow = Slow(passwords, lambda: sign_in.reset_password(db, wang, "again by an admin", passwords))
        sign_in.change_password(db, wang, "set by an admin", "another password", slow, AT)
    assert guess(db, Slow(passwords, disable), "wang", "again by an admin", AT) == "wrong_credentials"


def test_locks_are_listed_while_they_last(db: Database, wang: User, passwords: Passwords) -> None:
    for _ in range(5):
        guess(db, passwords, "wang", "wrong", AT)
    guess(db, passwords, "li", "wrong", AT)
    end = AT + sign_in.LOCKED_FOR
    with db.read() as conn:
        assert sign_in.locks(conn, ["Wang", "li", "zhao"], end - timedelta(seconds=1)) == {"Wang": end}
        assert sign_in.locks(conn, ["Wang"], end) == {}


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
