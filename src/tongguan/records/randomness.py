"""Where keys and tokens come from."""

from __future__ import annotations

import base64
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]
"""Gives that many bytes nobody can guess."""


_PLAIN = "0123456789abcdefghjkmnpqrstvwxyz"


def one_time_password(random_bytes: RandomBytes) -> str:
    """Return 80 random bits to be read out and typed once: four groups of four, without letters that look like others."""
    letters = [_PLAIN[byte % len(_PLAIN)] for byte in random_bytes(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def random_text(random_bytes: RandomBytes) -> str:
    """Return 256 random bits as 43 characters that need no escaping anywhere."""
    return base64.urlsafe_b64encode(random_bytes(32)).rstrip(b"=").decode()
