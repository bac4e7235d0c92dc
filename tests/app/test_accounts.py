"""Sign-in, sessions, users and tokens over the operational store, and that the audit tells all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher

from tests.app.people import empty_store
from tongguan.app.accounts import RecordAccounts, ensure_first_user
from tongguan.model.access import EVERYTHING, Level, Role, Scope, User
from tongguan.records import audit, sessions, sign_in
from tongguan.records.audit import AuditFilters
from tongguan.records.database import Database
from tongguan.records.errors import BadNameError
from tongguan.records.passwords import Passwords
from tongguan.web.kit.accounts import Accounts, NameTakenError, NewUser, PasswordFault, Refusal, Session, SignInRefused, UserRow

T = TypeVar("T")

GOOD = "correct horse 电池 staple"
OTHER = "another good password"
SECOND = timedelta(seconds=1)
BOSS = User("local", "local", "Local owner", Role.ADMIN, EVERYTHING)
CITY = Scope(Level.CITY, frozenset({"payment"}), frozenset({"GX-NN"}))
WEAKEST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        """Go on."""
        self.at += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = empty_store(tmp_path)
    yield database
    database.close()


@pytest.fixture
def accounts(db: Database, clock: Clock) -> Iterator[RecordAccounts]:
    with ThreadPoolExecutor(2) as pool:
        yield RecordAccounts(db, clock, pool, WEAKEST)


def create(accounts: RecordAccounts, name: str = "wang", role: Role = Role.DISPATCHER, scope: Scope = CITY) -> str:
    return run(accounts.create_user(BOSS, NewUser(name, name.title(), role, scope)))


def enter(accounts: RecordAccounts, name: str, password: str) -> Session:
    outcome = run(accounts.sign_in(name, password, "10.0.0.7"))
    assert isinstance(outcome, Session), outcome
    return outcome


def settled(accounts: RecordAccounts, name: str = "wang") -> Session:
    """Create a user, sign in, and choose the password GOOD."""
    once = create(accounts, name)
    session = enter(accounts, name, once)
    assert run(accounts.change_password(session, once, GOOD)) is None
    return session


def row(accounts: RecordAccounts, name: str = "wang") -> UserRow:
    return next(found for found in run(accounts.users()) if found.user.name == name)


def trail(db: Database) -> list[tuple[str, str, str, str]]:
    """Return the audit, oldest first, after checking its chain."""
    with db.read() as conn:
        assert audit.verify(conn) is None
        rows = audit.page(conn, AuditFilters(), 100)
    return [(found.user, found.action, found.object_kind, found.object_id) for found in reversed(rows)]


def newest(db: Database) -> audit.AuditRow:
    with db.read() as conn:
        return audit.page(conn, AuditFilters(), 1)[0]


def test_it_is_what_pages_ask_for(accounts: RecordAccounts) -> None:
    asked: Accounts = accounts
    assert run(asked.users()) == []


def test_the_first_user_comes_once(db: Database, clock: Clock, accounts: RecordAccounts) -> None:
    password = ensure_first_user(db, clock, WEAKEST)
    assert password is not None
    assert ensure_first_user(db, clock, WEAKEST) is None
    session = enter(accounts, "admin", password)
    assert (session.user.role, session.user.scope, session.user.must_change_password) == (Role.ADMIN, EVERYTHING, True)
    assert trail(db) == [("", "create", "user", "admin"), ("admin", "sign_in", "user", "admin")]


def test_the_first_user_is_not_made_beside_others(db: Database, clock: Clock, accounts: RecordAccounts) -> None:
    create(accounts)
    assert ensure_first_user(db, clock, WEAKEST) is None
    assert [found.user.name for found in run(accounts.users())] == ["wang"]


def test_a_right_password_opens_a_session(db: Database, clock: Clock, accounts: RecordAccounts) -> None:
    once = create(accounts)
    session = enter(accounts, "WANG", once)
    assert session.user == row(accounts).user
    assert run(accounts.session(session.cookie)) == session
    assert run(accounts.session(session.cookie + "x")) is None
    assert row(accounts).last_sign_in == clock.at
    assert (newest(db).user, newest(db).action, newest(db).detail) == ("wang", "sign_in", {"address": "10.0.0.7"})


def test_form_tokens_differ_per_session(accounts: RecordAccounts) -> None:
    once = create(accounts)
    one, two = enter(accounts, "wang", once), enter(accounts, "wang", once)
    assert len({one.cookie, two.cookie, one.csrf, two.csrf}) == 4


def test_refusals_are_logged_without_what_was_typed(db: Database, accounts: RecordAccounts) -> None:
    create(accounts)
    assert run(accounts.sign_in("wang", "wrong", "10.0.0.8")) == SignInRefused(Refusal.WRONG)
    assert (newest(db).object_id, newest(db).detail) == ("wang", {"why": "wrong", "address": "10.0.0.8"})
    assert run(accounts.sign_in("my secret password", "", "10.0.0.8")) == SignInRefused(Refusal.WRONG)
    assert (newest(db).user, newest(db).action, newest(db).object_id) == ("", "sign_in_refused", "")
    with db.read() as conn:
        assert not [found for found in audit.page(conn, AuditFilters(), 100) if "secret" in repr(found)]


def test_guessing_locks_until_time_has_passed(db: Database, clock: Clock, accounts: RecordAccounts) -> None:
    once = create(accounts)
    for _ in range(sign_in.FAILURES):
        assert run(accounts.sign_in("wang", "wrong", "10.0.0.8")) == SignInRefused(Refusal.WRONG)
    until = clock.at + sign_in.LOCKED_FOR
    assert run(accounts.sign_in("wang", once, "10.0.0.8")) == SignInRefused(Refusal.LOCKED, until)
    assert newest(db).detail == {"why": "locked", "address": "10.0.0.8"}
    assert row(accounts).locked_until == until
    clock.move(sign_in.LOCKED_FOR - SECOND)
    assert run(accounts.sign_in("wang", once, "10.0.0.8")) == SignInRefused(Refusal.LOCKED, until)
    clock.move(SECOND)
    assert row(accounts).locked_until is None
    enter(accounts, "wang", once)


def test_sessions_end_by_idleness_and_by_sign_out(db: Database, clock: Clock, accounts: RecordAccounts) -> None:
    once = create(accounts)
    session = enter(accounts, "wang", once)
    for _ in range(3):
        clock.move(sessions.IDLE - SECOND)
        assert run(accounts.session(session.cookie)) == session
    clock.move(sessions.IDLE)
    assert run(accounts.session(session.cookie)) is None
    session = enter(accounts, "wang", once)
    run(accounts.sign_out(session))
    run(accounts.sign_out(session))
    assert run(accounts.session(session.cookie)) is None
    assert trail(db)[-2:] == [("wang", "sign_in", "user", "wang"), ("wang", "sign_out", "user", "wang")]


def test_changing_the_password_ends_other_sessions_and_the_duty(db: Database, accounts: RecordAccounts) -> None:
    once = create(accounts)
    here, there = enter(accounts, "wang", once), enter(accounts, "wang", once)
    assert here.user.must_change_password
    assert run(accounts.change_password(here, once, GOOD)) is None
    found = run(accounts.session(here.cookie))
    assert found is not None and not found.user.must_change_password
    assert run(accounts.session(there.cookie)) is None
    assert run(accounts.sign_in("wang", once, "")) == SignInRefused(Refusal.WRONG)
    assert not enter(accounts, "wang", GOOD).user.must_change_password
    assert ("wang", "change_password", "user", "wang") in trail(db)


@pytest.mark.parametrize(
    ("current", "new", "fault"),
    [
        ("wrong", OTHER, PasswordFault.WRONG_CURRENT),
        (GOOD, GOOD, PasswordFault.SAME),
        (GOOD, "short", PasswordFault.TOO_SHORT),
        (GOOD, "123456789012", PasswordFault.TOO_COMMON),
        (GOOD, "aaaaaaaaaaaa", PasswordFault.TOO_COMMON),
    ],
)
def test_passwords_that_are_not_taken(accounts: RecordAccounts, current: str, new: str, fault: PasswordFault) -> None:
    session = settled(accounts)
    other = enter(accounts, "wang", GOOD)
    assert run(accounts.change_password(session, current, new)) is fault
    assert run(accounts.session(other.cookie)) is not None
    enter(accounts, "wang", GOOD)


def test_guessing_the_current_password_locks_as_well(db: Database, accounts: RecordAccounts) -> None:
    session = settled(accounts)
    for _ in range(sign_in.FAILURES):
        assert run(accounts.change_password(session, "wrong", OTHER)) is PasswordFault.WRONG_CURRENT
    assert run(accounts.change_password(session, GOOD, OTHER)) is PasswordFault.WRONG_CURRENT
    assert (newest(db).action, newest(db).detail) == ("change_password_refused", {"why": "locked_out"})
    assert isinstance(run(accounts.sign_in("wang", GOOD, "")), SignInRefused)


def test_a_disabled_user_is_out_at_once(db: Database, accounts: RecordAccounts) -> None:
    session = settled(accounts)
    assert run(accounts.set_disabled(BOSS, session.user.id, True))
    assert run(accounts.set_disabled(BOSS, session.user.id, True))
    assert run(accounts.session(session.cookie)) is None
    assert run(accounts.sign_in("wang", GOOD, "")) == SignInRefused(Refusal.DISABLED)
    assert run(accounts.sign_in("wang", "wrong", "")) == SignInRefused(Refusal.WRONG)
    assert row(accounts).disabled
    assert run(accounts.set_disabled(BOSS, session.user.id, False))
    assert run(accounts.session(session.cookie)) is None
    enter(accounts, "wang", GOOD)
    assert [what[1:] for what in trail(db) if what[0] == "local"] == [(did, "user", "wang") for did in ("create", "disable", "enable")]


def test_nobody_disables_themselves_or_nobody(accounts: RecordAccounts) -> None:
    session = settled(accounts)
    assert not run(accounts.set_disabled(session.user, session.user.id, True))
    assert not run(accounts.set_disabled(BOSS, "nobody", True))
    assert not row(accounts).disabled


def test_a_reset_ends_sessions_and_the_lock(db: Database, accounts: RecordAccounts) -> None:
    session = settled(accounts)
    for _ in range(sign_in.FAILURES):
        run(accounts.sign_in("wang", "wrong", ""))
    once = run(accounts.reset_password(BOSS, session.user.id))
    assert once is not None
    assert run(accounts.session(session.cookie)) is None
    assert enter(accounts, "wang", once).user.must_change_password
    assert run(accounts.reset_password(BOSS, "nobody")) is None
    assert trail(db)[-2] == ("local", "reset_password", "user", "wang")


def test_role_and_scope_count_at_once(db: Database, accounts: RecordAccounts) -> None:
    session = settled(accounts)
    assert run(accounts.change_user(BOSS, session.user.id, Role.AUDITOR, EVERYTHING))
    assert newest(db).detail == {
        "role": "auditor",
        "level": "province",
        "stages": [],
        "regions": [],
        "before": {"role": "dispatcher", "level": "city", "stages": ["payment"], "regions": ["GX-NN"]},
    }
    found = run(accounts.session(session.cookie))
    assert found is not None and (found.user.role, found.user.scope) == (Role.AUDITOR, EVERYTHING)
    rows = len(trail(db))
    assert run(accounts.change_user(BOSS, session.user.id, Role.AUDITOR, EVERYTHING))
    assert len(trail(db)) == rows
    assert not run(accounts.change_user(BOSS, "nobody", Role.AUDITOR, EVERYTHING))


def test_preferences_are_kept(db: Database, accounts: RecordAccounts) -> None:
    session = settled(accounts)
    run(accounts.set_preferences(session.user, "en", "dark", "compact"))
    found = run(accounts.session(session.cookie))
    assert found is not None
    assert (found.user.language, found.user.theme, found.user.density) == ("en", "dark", "compact")
    assert (newest(db).action, newest(db).detail) == ("set_preferences", {"language": "en", "theme": "dark", "density": "compact"})


def test_names_are_taken_once_and_must_be_names(db: Database, accounts: RecordAccounts) -> None:
    create(accounts)
    with pytest.raises(NameTakenError, match="WANG"):
        create(accounts, "WANG")
    with pytest.raises(BadNameError):
        create(accounts, " li")
    assert [what[1] for what in trail(db)] == ["create"]


def test_one_time_passwords_are_kept_nowhere(tmp_path: Path, db: Database, accounts: RecordAccounts) -> None:
    once = create(accounts)
    secret = run(accounts.create_token(BOSS, "till 7", "shop"))
    db.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"till 7" in kept
    assert once.encode() not in kept
    assert secret.encode() not in kept


def test_tokens_are_made_and_revoked(db: Database, clock: Clock, accounts: RecordAccounts) -> None:
    secret = run(accounts.create_token(BOSS, "till 7", "shop"))
    assert secret.startswith("tg_")
    with pytest.raises(NameTakenError, match="till 7"):
        run(accounts.create_token(BOSS, "till 7", "elsewhere"))
    clock.move(SECOND)
    run(accounts.create_token(BOSS, "till 8", "shop"))
    newer, older = run(accounts.tokens())
    assert (newer.name, older.name, older.source, older.created_by, older.revoked_time) == ("till 8", "till 7", "shop", "local", None)
    assert run(accounts.revoke_token(BOSS, older.id))
    assert not run(accounts.revoke_token(BOSS, older.id))
    assert run(accounts.tokens())[1].revoked_time == clock.at
    run(accounts.create_token(BOSS, "till 7", "shop"))
    tokens = [what for what in trail(db) if what[2] == "token"]
    assert [what[1] for what in tokens] == ["create", "create", "revoke", "create"]
    assert tokens[2] == ("local", "revoke", "token", older.id)


def test_the_store_is_asked_outside_the_event_loop(accounts: RecordAccounts, db: Database) -> None:
    async def ask() -> int:
        ticked = 0
        with db.begin():
            waiting = asyncio.ensure_future(accounts.set_preferences(user, "en", "dark", "compact"))
            for _ in range(5):
                await asyncio.sleep(0.01)
                ticked += 1
            assert not waiting.done()
        await waiting
        return ticked

    user = settled(accounts).user
    assert run(ask()) == 5
