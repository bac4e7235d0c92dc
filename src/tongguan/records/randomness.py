"""Where keys and tokens come from."""

from __future__ import annotations

import base64
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]
"""Gives that many bytes nobody can guess."""


def random_text(random_bytes: RandomBytes) -> str:
    """Return 256 random bits as 43 characters that need no escaping anywhere."""
    return base64.urlsafe_b64encode(random_bytes(32)).rstrip(b"=").decode()
