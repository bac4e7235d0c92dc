"""Passwords: the rules for them, and how they are kept (Argon2id)."""

from __future__ import annotations

from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tongguan.records.errors import PasswordRule, WeakPasswordError

SHORTEST, LONGEST = 12, 200

_FEWEST_KINDS = 5
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def check_rules(password: str, name: str) -> None:
    """Accept a password or say which rule it breaks (length, and nothing that is guessed first, as NIST SP 800-63B advises).

    Raises:
        WeakPasswordError: too short, too long, the user's own name, few characters repeated, or keys in a row.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError(PasswordRule.TOO_SHORT, f"密码至少 {SHORTEST} 个字符", f"a password needs at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise WeakPasswordError(PasswordRule.TOO_LONG, f"密码至多 {LONGEST} 个字符", f"a password has at most {LONGEST} characters")
    folded = password.strip().casefold()
    if folded == name.strip().casefold():
        raise WeakPasswordError(PasswordRule.TOO_COMMON, "密码不能与用户名相同", "a password must not be the user's name")
    if len(set(folded)) < _FEWEST_KINDS or _runs(folded):
        zh, en = "密码过于简单：不能只是少数字符的重复或键盘上相邻的键", "a password must not be few characters repeated or keys in a row"
        raise WeakPasswordError(PasswordRule.TOO_COMMON, zh, en)


def _runs(folded: str) -> bool:
    """Tell whether most characters only follow the one before, in the alphabet or on the keyboard: ``123456789abc``."""
    beside = {pair for row in _ROWS for pair in pairwise(row)}
    steps = sum(abs(ord(a) - ord(b)) <= 1 or (a, b) in beside or (b, a) in beside for a, b in pairwise(folded))
    return steps * 4 >= (len(folded) - 1) * 3


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
