"""Users, for administrators: create, roles and scope, disable, reset."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from tongguan.model.access import Level, Permission, Role, Scope
from tongguan.web.kit.access import Page
from tongguan.web.kit.accounts import NameTakenError, NewUser, UserRow
from tongguan.web.kit.components import Choice, Notice, Status
from tongguan.web.kit.texts import msg
from tongguan.web.kit.visit import Visit

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")

NAME_RULE: Final = msg(
    "A sign-in name has 2 to 64 characters: small letters, digits, dot, hyphen, underscore; it begins with a letter or digit."
)
NAME_TAKEN: Final = msg("There is a user called %(name)s already.")
NO_REGION: Final = msg("A city or district user needs at least one region.")
NO_SUCH: Final = msg("There is no such user any more, or it is yourself.")
DONE: Final = {
    "changed": msg("Role and scope saved; they count from the next page on."),
    "disabled": msg("User disabled and signed out everywhere."),
    "enabled": msg("User enabled."),
}


@dataclass(frozen=True)
class UsersPage:
    """Context of the list of users.

    Attributes:
        secret: one-time password, shown once in the answer to the POST that made it.
        secret_for: whose.
    """

    rows: Sequence[UserRow]
    regions: Sequence[Choice]
    notice: Notice | None = None
    secret: str = ""
    secret_for: str = ""


class _Wrong(ValueError):
    """A form that cannot be used; the text is a message to translate."""


async def _page(
    visit: Visit, notice: Notice | None = None, secret: str = "", secret_for: str = "", status: int = HTTPStatus.OK
) -> Response:
    rows = await visit.site.accounts.users()
    page = UsersPage(rows, visit.codes.regions(visit.user.scope), notice, secret, secret_for)
    return visit.render("people/users.html", page, status)


async def users(visit: Visit) -> Response:
    """All users."""
    done = DONE.get(visit.query("done"))
    return await _page(visit, Notice(visit.text(done), Status.GOOD) if done else None)


def _regions(visit: Visit, typed: str) -> list[str]:
    """Return the codes that were typed; names will do, also such with spaces inside. What nobody named is a code."""
    tree, found = visit.site.regions.tree, []
    for part in re.split(r"[,，、]", typed):
        whole = tree.code_of(part.strip())
        found += [whole] if whole in tree else [tree.code_of(word) for word in part.split()]
    return found


async def _role_and_scope(visit: Visit) -> tuple[Role, Scope]:
    role, level = Role(await visit.form_value("role")), Level(await visit.form_value("level"))
    known = {stage.name for stage in visit.site.vocabulary.stages}
    stages = frozenset(await visit.form_values("stages")) & known
    regions = frozenset(_regions(visit, await visit.form_value("regions")))
    if level is not Level.PROVINCE and not regions:
        raise _Wrong(NO_REGION)
    return role, Scope(level, stages, regions)


async def create(visit: Visit) -> Response:
    """Create a user and show the one-time password."""
    name = (await visit.form_value("name")).strip()
    display_name = (await visit.form_value("display_name")).strip() or name
    try:
        if not _NAME.fullmatch(name):
            raise _Wrong(NAME_RULE)
        role, scope = await _role_and_scope(visit)
        secret = await visit.site.accounts.create_user(visit.user, NewUser(name, display_name, role, scope))
    except NameTakenError:
        notice = Notice(visit.text(NAME_TAKEN, name=name), Status.BAD)
        return await _page(visit, notice, status=HTTPStatus.CONFLICT)
    except ValueError as error:
        return await _page(visit, _notice(visit, error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return await _page(visit, secret=secret, secret_for=name, status=HTTPStatus.CREATED)


def _notice(visit: Visit, error: ValueError) -> Notice:
    return Notice(visit.text(str(error)) if isinstance(error, _Wrong) else str(error), Status.BAD)


async def change(visit: Visit) -> Response:
    """Set role and scope."""
    try:
        role, scope = await _role_and_scope(visit)
    except ValueError as error:
        return await _page(visit, _notice(visit, error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    done = await visit.site.accounts.change_user(visit.user, visit.request.path_params["user_id"], role, scope)
    return visit.go("/users?done=changed") if done else await _missing(visit)


async def _missing(visit: Visit) -> Response:
    return await _page(visit, Notice(visit.text(NO_SUCH), Status.BAD), status=HTTPStatus.NOT_FOUND)


async def disable(visit: Visit) -> Response:
    """Disable or enable a user."""
    disabled = await visit.form_value("disabled") == "1"
    done = await visit.site.accounts.set_disabled(visit.user, visit.request.path_params["user_id"], disabled)
    return visit.go(f"/users?done={'disabled' if disabled else 'enabled'}") if done else await _missing(visit)


async def reset(visit: Visit) -> Response:
    """Give a user a new one-time password."""
    user_id = visit.request.path_params["user_id"]
    secret = await visit.site.accounts.reset_password(visit.user, user_id)
    if secret is None:
        return await _missing(visit)
    name = next(row.user.name for row in await visit.site.accounts.users() if row.user.id == user_id)
    return await _page(visit, secret=secret, secret_for=name)


PAGES: Final = (
    Page("/users", users, Permission.MANAGE_USERS),
    Page("/users", create, Permission.MANAGE_USERS, method="POST"),
    Page("/users/{user_id}", change, Permission.MANAGE_USERS, method="POST"),
    Page("/users/{user_id}/disabled", disable, Permission.MANAGE_USERS, method="POST"),
    Page("/users/{user_id}/password", reset, Permission.MANAGE_USERS, method="POST"),
)
