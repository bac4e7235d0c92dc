"""Attachments, encrypted: what a customer handed in goes with the customer's key when the customer is erased."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from tongguan.model.tasks import Task
from tongguan.records.errors import VaultKeyError
from tongguan.records.keyring import Keyring, customer_owner, decrypt, encrypt, erased_customers, task_owner


class Files:
    """Encrypts and decrypts attachments.

    Args:
        keyring: the keys of customers, and of tasks without a customer.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def lock(self, conn: Connection, task: Task, content: bytes) -> tuple[str, bytes]:
        """Return under whose key an attachment is kept, and its encrypted bytes."""
        known = bool(task.customer_id) and not erased_customers(conn, [task.customer_id])
        owner = customer_owner(task.customer_id) if known else task_owner(task.id)
        return owner, encrypt(self._keyring.ensure(conn, [owner])[owner], content, task.id.encode(), self._keyring.random_bytes)

    def unlock(self, conn: Connection, task_id: str, owner: str, cipher: bytes) -> bytes | None:
        """Return the bytes of an attachment; None where its customer was erased.

        Raises:
            VaultKeyError: it was encrypted under another master key.
        """
        key = self._keyring.open(conn, owner)
        if key is None:
            return None
        try:
            return decrypt(key, cipher, task_id.encode())
        except InvalidTag as error:
            raise VaultKeyError(owner) from error
