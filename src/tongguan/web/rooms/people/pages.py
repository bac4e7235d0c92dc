"""The room's pages together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tongguan.model.access import Permission
from tongguan.web.kit.access import NavEntry, Room
from tongguan.web.kit.texts import msg
from tongguan.web.rooms.people import account, tokens, users

ROOM: Final = Room(
    name="people",
    pages=(*account.PAGES, *users.PAGES, *tokens.PAGES),
    templates=Path(__file__).parent / "templates",
    navigation=(
        NavEntry("/users", msg("Users"), "users", "u", Permission.MANAGE_USERS, msg("Administration")),
        NavEntry("/tokens", msg("API tokens"), "key", "k", Permission.MANAGE_TOKENS, msg("Administration")),
        NavEntry("/account", msg("My account"), "user", "a", None, msg("Me")),
    ),
)
