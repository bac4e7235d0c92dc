"""The personal store as ingest sees it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fixtures.rig import MORNING, _migrated_store
from tongguan.app import personal
from tongguan.app.personal import PersonalVault
from tongguan.ingest.ports import Sealed
from tongguan.records.database import Database
from tongguan.records.erasure import erase
from tongguan.records.errors import VaultKeyError

KEY, OTHER = bytes(32), b"o" * 32


@pytest.fixture
def store() -> PersonalVault:
    return PersonalVault(KEY)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "records.db"
    path.write_bytes(_migrated_store())
    made = Database.open(f"sqlite:///{path}")
    try:
        yield made
    finally:
        made.close()


def test_a_token_depends_on_kind_value_and_key(store: PersonalVault) -> None:
    token = store.token("phone", "13800138000")
    assert token == store.token("phone", "13800138000") == PersonalVault(KEY).token("phone", "13800138000")
    others = {store.token("phone", "13800138001"), store.token("email", "13800138000"), PersonalVault(OTHER).token("phone", "13800138000")}
    assert len({token, *others}) == 4
    assert store.is_token(token) and "13800138000" not in token
    for text in ("13800138000", "", "~", "~phone", "~phone.", token[1:], token + "x", " " + token):
        assert not store.is_token(text)


def test_what_is_remembered_is_bounded_and_makes_no_difference(store: PersonalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "_REMEMBERED", 10)
    first = [store.token("phone", str(n)) for n in range(50)]
    assert len(store._tokens) == 10
    store.forget()
    assert len(store._tokens) == 0
    assert [store.token("phone", str(n)) for n in range(50)] == first


def test_threads_get_the_same_tokens(store: PersonalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "_REMEMBERED", 5)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: store.token("phone", str(n % 20)), range(2000)))
    assert found == [PersonalVault(KEY).token("phone", str(n % 20)) for n in range(2000)]


def test_plain_values_are_kept_until_the_customer_is_erased(store: PersonalVault, database: Database) -> None:
    token = store.token("phone", "13800138000")
    with database.begin() as connection:
        store.keep(connection, [Sealed(token, "phone", "13800138000", "c1")])
    with database.read() as connection:
        assert store.reveal(connection, token) == "13800138000"
        assert store.reveal(connection, store.token("phone", "1")) is None
        assert store.reveal(connection, "nonsense") is None
    with database.begin() as connection:
        assert erase(connection, "c1", MORNING, "ann") == 1
        store.keep(connection, [Sealed(token, "phone", "13800138000", "c1")])
    with database.read() as connection:
        assert store.reveal(connection, token) is None


def test_quarantined_bodies_go_with_their_customer(store: PersonalVault, database: Database) -> None:
    with database.begin() as connection:
        mine, nobodys = store.lock_away(connection, [("c1", b"of c1"), ("", b"of nobody")])
    assert b"of c1" not in mine and b"of nobody" not in nobodys
    with database.read() as connection:
        assert (store.unlock(connection, mine), store.unlock(connection, nobodys)) == (b"of c1", b"of nobody")
    with database.begin() as connection:
        erase(connection, "c1", MORNING, "ann")
    with database.read() as connection:
        assert (store.unlock(connection, mine), store.unlock(connection, nobodys)) == (None, b"of nobody")


def test_bodies_in_the_spool(store: PersonalVault) -> None:
    for body in (b"", b"x", "名字".encode(), bytes(range(256)) * 100):
        sealed = store.seal(body)
        assert store.unseal(sealed) == body
        assert body not in sealed or len(body) < 2
        assert store.seal(body) != sealed
    sealed = store.seal(b"secret")
    for wrong in (sealed[:-1], sealed[:12] + bytes([sealed[12] ^ 1]) + sealed[13:]):
        with pytest.raises(VaultKeyError):
            store.unseal(wrong)
    with pytest.raises(VaultKeyError):
        PersonalVault(OTHER).unseal(sealed)


def test_masks(store: PersonalVault) -> None:
    masked = store.mask("call 13800138000 or ann@example.com")
    assert "13800138000" not in masked and "ann@example.com" not in masked and masked.startswith("call ")
