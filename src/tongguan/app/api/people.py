"""``/api/v1/users`` and ``/api/v1/tokens``: what the pages for administrators do, for programs and the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from tongguan.app.accounts import RecordAccounts
from tongguan.app.api.guarded import Who
from tongguan.app.api.problem import ApiProblem
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Level, Permission, Role, Scope, User
from tongguan.records.errors import RecordsError
from tongguan.records.users import name_key
from tongguan.web.kit.accounts import NameTakenError, NewUser, TokenRow, UserRow

_USER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_USER_NAME_RULE: Final = "2 to 64 small letters, digits, dots, hyphens, underscores; a letter or digit first"
_SOURCE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SOURCE_RULE: Final = "1 to 64 small letters, digits, dots, hyphens, underscores; a letter or digit first"


class CreateUser(BaseModel):
    """A user to create; it gets a one-time password."""

    model_config = ConfigDict(extra="forbid")

    name: str
    display_name: str = Field(default="", max_length=200)
    role: Role
    level: Level = Level.PROVINCE
    stages: list[str] = []
    regions: list[str] = []


class ChangeUser(BaseModel):
    """What to change of a user; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    level: Level | None = None
    stages: list[str] | None = None
    regions: list[str] | None = None
    disabled: bool | None = None


class CreateToken(BaseModel):
    """A token to create.

    Attributes:
        source: the source as which it delivers.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    source: str


@dataclass(frozen=True)
class UserAnswer:
    """A user as administrators see one; times are in UTC."""

    id: str
    name: str
    display_name: str
    role: Role
    level: Level
    stages: list[str]
    regions: list[str]
    must_change_password: bool
    disabled: bool
    created_time: datetime
    last_sign_in: datetime | None
    locked_until: datetime | None


@dataclass(frozen=True)
class UsersAnswer:
    """All users by name."""

    users: list[UserAnswer]


@dataclass(frozen=True)
class OneTimePassword:
    """A password that must be changed at the next sign-in; shown now and never again."""

    name: str
    password: str


@dataclass(frozen=True)
class TokenAnswer:
    """An API token without its secret; times are in UTC."""

    id: str
    name: str
    source: str
    created_by: str
    created_time: datetime
    last_used: datetime | None
    revoked_time: datetime | None


@dataclass(frozen=True)
class TokensAnswer:
    """All tokens, newest first, revoked ones included."""

    tokens: list[TokenAnswer]


@dataclass(frozen=True)
class NewTokenAnswer:
    """A token just made; the secret is shown now and never again."""

    id: str
    name: str
    source: str
    secret: str


class ProblemRoute(APIRoute):
    """A route whose errors are all problem documents."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with its errors turned into answers."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except ApiProblem as problem:
                return problem.response()
            except RequestValidationError as error:
                return self._malformed(error.errors()[0]).response()
            except RecordsError as error:
                if not error.retry_helps:
                    raise
                return ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=2).response()

        return handler

    def _malformed(self, error: dict[str, Any]) -> ApiProblem:
        """Say what is wrong first with a body."""
        where = ".".join(str(part) for part in error["loc"][1:])
        if error["type"] == "json_invalid":
            return ApiProblem(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error['ctx']['error']}", valid="a JSON object")
        if error["type"] == "extra_forbidden" and self.body_field is not None:
            known = getattr(self.body_field.field_info.annotation, "model_fields", {})
            return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"no field {where!r}", valid=valid_hint(where, known))
        if error["type"] == "missing":
            valid = f"a body with {where}" if where else "a JSON object"
            return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where or 'the body'} is missing", valid=valid)
        detail = f"{where or 'the body'}: {str(error['input'])[:100]!r} cannot be used"
        return ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, valid=error.get("ctx", {}).get("expected") or error["msg"])


def router(accounts: RecordAccounts, who: Who, stages: Collection[str] | None = None) -> APIRouter:
    """Return the routes.

    Args:
        accounts: users and tokens.
        who: who calls, as a dependency.
        stages: names that a scope may hold; any when left out.
    """
    api = APIRouter(prefix="/api/v1", route_class=ProblemRoute, tags=["people"])
    _add_users(api, accounts, _allowed(who, Permission.MANAGE_USERS), stages)
    _add_tokens(api, accounts, _allowed(who, Permission.MANAGE_TOKENS))
    return api


def _allowed(who: Who, permission: Permission) -> Who:
    async def caller(user: User = Depends(who)) -> User:
        if not user.may(permission):
            able = ", ".join(role for role in Role if User("", "", "", role, Scope()).may(permission))
            raise ApiProblem(HTTPStatus.FORBIDDEN, f"role {user.role} may not {permission}", valid=f"role {able}")
        return user

    # FastAPI calls it with what it depends on; nobody else does.
    return caller  # type: ignore[return-value]


def _add_users(api: APIRouter, accounts: RecordAccounts, manager: Who, known_stages: Collection[str] | None) -> None:
    @api.get("/users")
    async def list_users(caller: User = Depends(manager)) -> UsersAnswer:
        """All users."""
        return UsersAnswer([_user_answer(row) for row in await accounts.users()])

    @api.post("/users", status_code=HTTPStatus.CREATED)
    async def create_user(body: CreateUser, caller: User = Depends(manager)) -> OneTimePassword:
        """Create a user."""
        if not _USER_NAME.fullmatch(body.name):
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"name: {body.name[:100]!r} cannot be a sign-in name", valid=_USER_NAME_RULE)
        scope = _scope(body.level, body.stages, body.regions, known_stages)
        new = NewUser(body.name, body.display_name.strip() or body.name, body.role, scope)
        try:
            return OneTimePassword(body.name, await accounts.create_user(caller, new))
        except NameTakenError as error:
            raise ApiProblem(HTTPStatus.CONFLICT, str(error), valid="a name that nobody has") from error

    @api.patch("/users/{name:path}")
    async def change_user(name: str, body: ChangeUser, caller: User = Depends(manager)) -> UserAnswer:
        """Change role, scope, or whether the user may sign in."""
        user = (await _named(accounts, name)).user
        if body.disabled and user.id == caller.id:
            raise ApiProblem(HTTPStatus.CONFLICT, f"{name!r} is yourself", valid="another administrator disables you")
        if body.model_fields_set - {"disabled"}:
            scope = _changed(user.scope, body, known_stages)
            if not await accounts.change_user(caller, user.id, body.role or user.role, scope):
                raise ApiProblem(HTTPStatus.CONFLICT, f"{name!r} is yourself", valid="another administrator changes you")
        if body.disabled is not None:
            await accounts.set_disabled(caller, user.id, body.disabled)
        return _user_answer(await _named(accounts, name))

    @api.post("/users/{name:path}/password")
    async def reset_password(name: str, caller: User = Depends(manager)) -> OneTimePassword:
        """Give a user a new one-time password; sessions and a lock end."""
        user = (await _named(accounts, name)).user
        password = await accounts.reset_password(caller, user.id)
        if password is None:
            raise _no_user(name, [])
        return OneTimePassword(user.name, password)


def _add_tokens(api: APIRouter, accounts: RecordAccounts, manager: Who) -> None:
    @api.get("/tokens")
    async def list_tokens(caller: User = Depends(manager)) -> TokensAnswer:
        """All tokens."""
        return TokensAnswer([_token_answer(row) for row in await accounts.tokens()])

    @api.post("/tokens", status_code=HTTPStatus.CREATED)
    async def create_token(body: CreateToken, caller: User = Depends(manager)) -> NewTokenAnswer:
        """Create a token."""
        name = body.name.strip()
        if not name:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "name: only spaces", valid="1 to 100 characters")
        if not _SOURCE.fullmatch(body.source):
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"source: {body.source[:100]!r} cannot be a source", valid=_SOURCE_RULE)
        try:
            new = await accounts.make_token(caller, name, body.source)
        except NameTakenError as error:
            raise ApiProblem(HTTPStatus.CONFLICT, str(error), valid="a name that no token in force has") from error
        return NewTokenAnswer(new.id, name, body.source, new.plaintext)

    @api.delete("/tokens/{token_id:path}")
    async def revoke_token(token_id: str, caller: User = Depends(manager)) -> TokenAnswer:
        """End a token."""
        if not await accounts.revoke_token(caller, token_id):
            raise ApiProblem(HTTPStatus.NOT_FOUND, f"no token {token_id[:100]!r} is in force", valid="an id from GET /api/v1/tokens")
        return _token_answer(next(row for row in await accounts.tokens() if row.id == token_id))


async def _named(accounts: RecordAccounts, name: str) -> UserRow:
    rows = await accounts.users()
    for row in rows:
        if name_key(row.user.name) == name_key(name):
            return row
    raise _no_user(name, [row.user.name for row in rows])


def _no_user(name: str, names: list[str]) -> ApiProblem:
    return ApiProblem(HTTPStatus.NOT_FOUND, f"no user {name[:100]!r}", valid=valid_hint(name, names))


def _changed(scope: Scope, body: ChangeUser, known_stages: Collection[str] | None) -> Scope:
    stages = sorted(scope.stages) if body.stages is None else body.stages
    regions = sorted(scope.regions) if body.regions is None else body.regions
    # A stage that the user has already may be one that this release does not know any more.
    known = None if known_stages is None or body.stages is None else known_stages
    return _scope(body.level or scope.level, stages, regions, known)


def _scope(level: Level, stages: list[str], regions: list[str], known_stages: Collection[str] | None) -> Scope:
    for stage in stages:
        if known_stages is not None and stage not in known_stages:
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, f"stages: no stage {stage[:100]!r}", valid=valid_hint(stage, known_stages))
    if any(not region.strip() for region in regions):
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "regions: one is empty", valid="region codes such as GX or GX-NN")
    try:
        return Scope(level, frozenset(stages), frozenset(regions))
    except ValueError as error:
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), valid="regions with codes such as GX-NN") from error


def _user_answer(row: UserRow) -> UserAnswer:
    user = row.user
    return UserAnswer(
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        role=user.role,
        level=user.scope.level,
        stages=sorted(user.scope.stages),
        regions=sorted(user.scope.regions),
        must_change_password=user.must_change_password,
        disabled=row.disabled,
        created_time=row.created_time,
        last_sign_in=row.last_sign_in,
        locked_until=row.locked_until,
    )


def _token_answer(row: TokenRow) -> TokenAnswer:
    return TokenAnswer(row.id, row.name, row.source, row.created_by, row.created_time, row.last_used, row.revoked_time)
