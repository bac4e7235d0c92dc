"""Personal values: tokens, keys, and their destruction."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.records.race import race
from tongguan.records.database import Database
from tongguan.records.erasure import Erasure, erase, list_erasures, readmit, replay_erasures
from tongguan.records.errors import NoSuchRowError, VaultKeyError
from tongguan.records.keyring import fingerprint
from tongguan.records.known_tokens import KnownTokens
from tongguan.records.tables import vault_keys, vault_values
from tongguan.records.vault import Sealed, Sealing, Vault, is_token

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
PHONE = "13812345678"


def rows_of(db: Database) -> tuple[int, int]:
    """Return how many keys and values there are."""
    with db.read() as conn:
        keys, values = (conn.execute(select(func.count()).select_from(table)).scalar_one() for table in (vault_keys, vault_values))
    return keys, values


@given(st.text(), st.text())
def test_tokens_depend_on_kind_and_value_only(one: str, other: str) -> None:
    vault, same = Vault(bytes(32)), Vault(bytes(32))
    assert vault.token("phone", one) == same.token("phone", one)
    assert (vault.token("phone", one) == vault.token("phone", other)) == (one == other)
    assert vault.token("phone", one) != vault.token("name", one)
    assert is_token(vault.token("phone", one))


def test_tokens_depend_on_the_master_key_and_look_like_tokens(vault: Vault) -> None:
    token = vault.token("phone", PHONE)
    assert token.startswith("~phone.")
    assert len(token) == len("~phone.") + 20
    assert token != Vault(bytes(32)).token("phone", PHONE)
    assert not is_token(PHONE)
    assert not is_token(token + "a")
    assert vault.token("text", "\ud800") != vault.token("text", "\udfff")


@pytest.mark.parametrize("kind", ["", "Phone", "a.b", "1st", "x" * 33])
def test_a_kind_is_a_word(vault: Vault, kind: str) -> None:
    with pytest.raises(ValueError, match="no kind of personal value"):
        vault.token(kind, PHONE)


def test_a_master_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        Vault(bytes(31))
    assert fingerprint(bytes(32)) != fingerprint(bytes(31) + b"1")


def test_a_sealed_value_is_revealed_and_lies_encrypted(db: Database, vault: Vault) -> None:
    token = vault.token("phone", PHONE)
    with db.begin() as conn:
        assert vault.seal(conn, "c1", [(token, "phone", PHONE)] * 2) == Sealed(stored=1)
        assert vault.seal(conn, "c1", [(token, "phone", PHONE)]) == Sealed(known=1)
        assert vault.reveal(conn, token) == PHONE
        assert vault.reveal(conn, vault.token("phone", "x")) is None
        stored = conn.execute(select(vault_values.c.cipher)).scalar_one()
    assert PHONE.encode() not in stored
    assert rows_of(db) == (1, 1)


def test_another_master_key_opens_nothing(db: Database, vault: Vault) -> None:
    token = vault.token("phone", PHONE)
    with db.begin() as conn:
        vault.seal(conn, "c1", [(token, "phone", PHONE)])
        with pytest.raises(VaultKeyError, match="'c:c1'"):
            Vault(bytes(32)).reveal(conn, token)


def test_a_value_moved_to_another_token_is_not_revealed(db: Database, vault: Vault) -> None:
    mine, other = vault.token("phone", PHONE), vault.token("phone", "13912345678")
    with db.begin() as conn:
        vault.seal(conn, "c1", [(mine, "phone", PHONE)])
        conn.execute(vault_values.update().values(token=other))
        with pytest.raises(VaultKeyError):
            vault.reveal(conn, other)


def test_many_customers_in_one_go(db: Database, vault: Vault) -> None:
    entries = [Sealing(f"c{n % 700}", vault.token("name", f"n{n}"), "name", f"n{n} 王\ud800") for n in range(1500)]
    with db.begin() as conn:
        assert vault.seal_many(conn, entries) == Sealed(stored=1500)
        assert vault.seal_many(conn, entries) == Sealed(known=1500)
        plain = vault.reveal_many(conn, [entry.token for entry in entries])
    assert plain == {entry.token: entry.plain for entry in entries}
    assert rows_of(db) == (700, 1500)


def test_a_value_of_nobody_becomes_the_customers(db: Database, vault: Vault) -> None:
    token = vault.token("phone", PHONE)
    with db.begin() as conn:
        assert vault.seal(conn, "", [(token, "phone", PHONE)]).stored == 1
        assert vault.reveal(conn, token) == PHONE
        assert vault.seal(conn, "c1", [(token, "phone", PHONE)]).stored == 1
        assert vault.seal(conn, "", [(token, "phone", PHONE)]).known == 1
    assert rows_of(db) == (1, 1)
    with db.begin() as conn:
        assert erase(conn, "c1", AT, "wang") == 1
        assert vault.reveal(conn, token) is None
    assert rows_of(db) == (0, 0)


def test_erasing_destroys_the_customers_values_only(db: Database, vault: Vault) -> None:
    shared, own = vault.token("phone", PHONE), vault.token("name", "王")
    with db.begin() as conn:
        vault.seal(conn, "c1", [(shared, "phone", PHONE), (own, "name", "王")])
        vault.seal(conn, "c2", [(shared, "phone", PHONE)])
    with db.begin() as conn:
        assert erase(conn, "c1", AT, "wang") == 2
        assert erase(conn, "unknown", AT, "wang") == 0
    with db.begin() as conn:
        assert vault.reveal(conn, own) is None
        assert vault.reveal(conn, shared) == PHONE
        assert [(e.customer, e.destroyed, e.by, e.at) for e in list_erasures(conn)] == [("c1", 2, "wang", AT), ("unknown", 0, "wang", AT)]
        with pytest.raises(ValueError, match="empty"):
            erase(conn, "", AT, "wang")


def test_while_an_erasure_stands_nothing_is_kept(db: Database, vault: Vault) -> None:
    entry = (vault.token("name", "王"), "name", "王")
    with db.begin() as conn:
        vault.seal(conn, "c1", [entry])
        erase(conn, "c1", AT, "wang")
        assert vault.seal(conn, "c1", [entry]) == Sealed(erased=1)
        assert vault.decrypt_payload(conn, vault.encrypt_payload(conn, "c1", b"late")) is None
    assert rows_of(db) == (0, 0)
    with db.begin() as conn:
        readmit(conn, "c1", AT + timedelta(days=1), "li")
        assert vault.reveal(conn, entry[0]) is None
        assert vault.seal(conn, "c1", [entry]) == Sealed(stored=1)
        assert list_erasures(conn)[0].lifted_by == "li"
    with pytest.raises(NoSuchRowError), db.begin() as conn:
        readmit(conn, "c1", AT, "li")


def test_payloads_are_read_until_their_customer_is_erased(db: Database, vault: Vault) -> None:
    with db.begin() as conn:
        named, nameless, strange = vault.encrypt_payloads(conn, [("c1", b"{1}"), ("", b"{2}"), ("王\x00\ud800" * 200, b"{3}")])
        assert b"{1}" not in named
        assert [vault.decrypt_payload(conn, cipher) for cipher in (named, nameless, strange)] == [b"{1}", b"{2}", b"{3}"]
        erase(conn, "c1", AT, "wang")
        assert [vault.decrypt_payload(conn, cipher) for cipher in (named, nameless)] == [None, b"{2}"]
        readmit(conn, "c1", AT, "wang")
        vault.encrypt_payload(conn, "c1", b"new")
        assert vault.decrypt_payload(conn, named) is None
        with pytest.raises(VaultKeyError):
            Vault(bytes(32)).decrypt_payload(conn, nameless)


def test_a_restored_backup_is_erased_again(db: Database, vault: Vault) -> None:
    entry = (vault.token("name", "王"), "name", "王")
    with db.begin() as conn:
        vault.seal(conn, "c1", [entry])
        vault.seal(conn, "c2", [entry])
    kept = [Erasure("c1", AT, "wang", 1), Erasure("c2", AT, "wang", 1, AT + timedelta(days=1), "li")]
    with db.begin() as conn:
        assert replay_erasures(conn, kept) == 2
        assert vault.reveal(conn, entry[0]) is None
        assert list_erasures(conn) == kept
        assert vault.seal(conn, "c1", [entry]).erased == 1
        assert vault.seal(conn, "c2", [entry]).stored == 1
    with db.begin() as conn:
        assert replay_erasures(conn, kept) == 0
        assert vault.reveal(conn, entry[0]) == "王"
        assert replay_erasures(conn, [replace(kept[0], lifted_at=AT, lifted_by="li")]) == 0
        assert vault.seal(conn, "c1", [entry]).stored == 1


def test_an_erasure_waits_for_values_on_their_way(db: Database, vault: Vault) -> None:
    token = vault.token("name", "王")
    sealed = threading.Event()

    def run(number: int) -> int:
        if number == 0:
            with db.begin() as conn:
                vault.seal(conn, "c1", [(token, "name", "王")])
                sealed.set()
                # Long enough for the other to begin; were it not to wait, it would find nothing to destroy.
                threading.Event().wait(0.1)
            return 0
        sealed.wait()
        with db.begin() as conn:
            return erase(conn, "c1", AT, "wang")

    assert race(run) == [0, 1]
    assert rows_of(db) == (0, 0)


def test_two_threads_seal_the_same_customers(db: Database, vault: Vault) -> None:
    entries = [Sealing(f"c{n}", vault.token("name", f"n{n}"), "name", f"n{n}") for n in range(50)]

    def run(number: int) -> None:
        for _ in range(3):
            with db.begin() as conn:
                vault.seal_many(conn, entries if number else entries[::-1])

    race(run)
    with db.read() as conn:
        assert vault.reveal_many(conn, [entry.token for entry in entries]) == {entry.token: entry.plain for entry in entries}
    assert rows_of(db) == (50, 50)


def test_known_tokens_are_remembered_up_to_a_number() -> None:
    a, b, c = (Sealing("c1" if n < 2 else "c2", f"~name.{n}", "name", str(n)) for n in range(3))
    known = KnownTokens(capacity=2)
    assert known.missing([a, a, b]) == [a, b]
    known.remember([a, b])
    assert known.missing([a]) == []
    known.remember([c])
    assert known.missing([a, b, c]) == [b]
    known.forget("c1")
    assert known.missing([a, b, c]) == [a, b]
