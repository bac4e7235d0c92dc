"""API tokens, for administrators: create (the secret is shown once) and revoke."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Permission
from tongguan.web.kit.access import Page
from tongguan.web.kit.accounts import NameTakenError, TokenRow
from tongguan.web.kit.components import Notice, Status
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

NO_NAME: Final = msg("A token needs a name of 1 to 100 characters.")
SOURCE_RULE: Final = msg("A source has 1 to 64 characters: small letters, digits, dot, hyphen, underscore.")
NAME_TAKEN: Final = msg("A token called %(name)s is in force already.")
NO_SUCH: Final = msg("This token is not in force any more.")
REVOKED: Final = msg("Token revoked. Whoever uses it is refused from now on.")


@dataclass(frozen=True)
class TokensPage:
    """Context of the list of tokens; ``secret`` is shown once, in the answer to the POST that made it."""

    rows: Sequence[TokenRow]
    notice: Notice | None = None
    secret: str = ""
    secret_for: str = ""


async def _page(
    visit: Visit, notice: Notice | None = None, secret: str = "", secret_for: str = "", status: int = HTTPStatus.OK
) -> Response:
    return visit.render("people/tokens.html", TokensPage(await visit.site.accounts.tokens(), notice, secret, secret_for), status)


async def tokens(visit: Visit) -> Response:
    """All tokens."""
    return await _page(visit, Notice(visit.text(REVOKED), Status.GOOD) if visit.query("done") == "revoked" else None)


async def create(visit: Visit) -> Response:
    """Create a token and show its secret."""
    name, source = (await visit.form_value("name")).strip(), (await visit.form_value("source")).strip()
    problem = NO_NAME if not 1 <= len(name) <= 100 else "" if _SOURCE.fullmatch(source) else SOURCE_RULE
    if problem:
        return await _page(visit, Notice(visit.text(problem), Status.BAD), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        secret = await visit.site.accounts.create_token(visit.user, name, source)
    except NameTakenError:
        return await _page(visit, Notice(visit.text(NAME_TAKEN, name=name), Status.BAD), status=HTTPStatus.CONFLICT)
    return await _page(visit, secret=secret, secret_for=name, status=HTTPStatus.CREATED)


async def revoke(visit: Visit) -> Response:
    """End a token."""
    if await visit.site.accounts.revoke_token(visit.user, visit.request.path_params["token_id"]):
        return visit.go("/tokens?done=revoked")
    return await _page(visit, Notice(visit.text(NO_SUCH), Status.BAD), status=HTTPStatus.NOT_FOUND)


PAGES: Final = (
    Page("/tokens", tokens, Permission.MANAGE_TOKENS),
    Page("/tokens", create, Permission.MANAGE_TOKENS, method="POST"),
    Page("/tokens/{token_id}/revoke", revoke, Permission.MANAGE_TOKENS, method="POST"),
)
