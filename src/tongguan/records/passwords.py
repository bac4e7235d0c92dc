"""Passwords: the rules for them, and how they are kept (Argon2id)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tongguan.records.errors import WeakPasswordError

SHORTEST, LONGEST = 10, 200


def check_rules(password: str, name: str) -> None:
    """Accept a password or say which rule it breaks (length and not the name, as NIST SP 800-63B advises; no classes).

    Raises:
        WeakPasswordError: too short, too long, or the user's own name.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"密码至少 {SHORTEST} 个字符", f"a password needs at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise WeakPasswordError(f"密码至多 {LONGEST} 个字符", f"a password has at most {LONGEST} characters")
    if password.strip().casefold() == name.strip().casefold():
        raise WeakPasswordError("密码不能与用户名相同", "a password must not be the user's name")


class Passwords:
    """Hashes and verifies. Safe to share between threads.

    Args:
        hasher: with the cost wanted; hashes of another cost are renewed at the next sign-in.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Verified against when there is no such user, so that the answer takes as long.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(password.encode("utf-8", "surrogatepass"))

    def fits(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one kept; None, for no user, never fits but takes as long."""
        if len(password) > LONGEST:
            return False
        try:
            self._hasher.verify(kept or self._nobody, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Tell whether a hash was made at another cost than is wanted now."""
        return self._hasher.check_needs_rehash(kept)
