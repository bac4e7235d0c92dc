"""``tongguan user`` and ``tongguan token``: who may sign in, and which programs may deliver."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape

from tongguan.app.cli.context import JsonOption, commands, rows_table, told
from tongguan.app.client import ApiError
from tongguan.lib.suggest import valid_hint
from tongguan.model.access import Level, Role

_USERS = "/api/v1/users"
_TOKENS = "/api/v1/tokens"

UserName = Annotated[str, typer.Argument(metavar="NAME", help="Sign-in name.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    user = typer.Typer(help="Users: create, list, disable, enable, give a new password.", no_args_is_help=True)
    user.command("create")(create_user)
    user.command("list")(list_users)
    user.command("disable")(disable)
    user.command("enable")(enable)
    user.command("password")(password)
    app.add_typer(user, name="user")
    token = typer.Typer(help="Tokens of programs that deliver: create, list, revoke.", no_args_is_help=True)
    token.command("create")(create_token)
    token.command("list")(list_tokens)
    token.command("revoke")(revoke_token)
    app.add_typer(token, name="token")


def create_user(
    ctx: typer.Context,
    name: UserName,
    role: Annotated[Role, typer.Option(help="What the user's work is.")],
    level: Annotated[Level, typer.Option(help="Where in the organisation the user stands.")] = Level.PROVINCE,
    region: Annotated[list[str] | None, typer.Option(help="Region such as GX or GX-NN, with everything below it; may be repeated.")] = None,
    stage: Annotated[list[str] | None, typer.Option(help="Stage the user is responsible for; may be repeated; all without it.")] = None,
    display_name: Annotated[str, typer.Option(help="Shown to others; the sign-in name when left out.")] = "",
    json: JsonOption = False,
) -> None:
    """Create a user; the one-time password is shown now and never again."""
    found = commands(ctx)
    with told(found):
        body = {"name": name, "display_name": display_name, "role": role, "level": level, "regions": region or [], "stages": stage or []}
        answer = found.api.call("POST", _USERS, json=body)
        found.show(answer, lambda: _one_time(answer), json)


def list_users(ctx: typer.Context, json: JsonOption = False) -> None:
    """Show all users."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("GET", _USERS)
        names = ["name", "shown as", "role", "level", "regions", "stages", "state", "last sign-in"]
        found.show(answer, lambda: rows_table("Users", names, [_user_row(user) for user in answer["users"]]), json)


def disable(ctx: typer.Context, name: UserName, json: JsonOption = False) -> None:
    """Keep a user from signing in; all their browsers are signed out at once."""
    _set_disabled(ctx, name, True, json)


def enable(ctx: typer.Context, name: UserName, json: JsonOption = False) -> None:
    """Let a disabled user sign in again."""
    _set_disabled(ctx, name, False, json)


def password(ctx: typer.Context, name: UserName, json: JsonOption = False) -> None:
    """Give a user a new one-time password; a lock ends, and all their browsers are signed out."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("POST", f"{_user_path(name)}/password")
        found.show(answer, lambda: _one_time(answer), json)


def create_token(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for; no two tokens in force have the same name.")],
    source: Annotated[str, typer.Option(help="Source as which its records are accounted.")],
    json: JsonOption = False,
) -> None:
    """Create a token; its secret is shown now and never again."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("POST", _TOKENS, json={"name": name, "source": source})
        found.show(answer, lambda: f"Token {escape(answer['name'])} delivers as {answer['source']}:\n{answer['secret']}", json)


def list_tokens(ctx: typer.Context, json: JsonOption = False) -> None:
    """Show all tokens, newest first."""
    found = commands(ctx)
    with told(found):
        answer = found.api.call("GET", _TOKENS)
        names = ["id", "name", "source", "by", "created", "last used", "revoked"]
        found.show(answer, lambda: rows_table("Tokens", names, [_token_row(token) for token in answer["tokens"]]), json)


def revoke_token(
    ctx: typer.Context,
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Name or id, as `token list` shows them.")],
    json: JsonOption = False,
) -> None:
    """End a token; whoever uses it is refused a few seconds later."""
    found = commands(ctx)
    with told(found):
        token_id = _live_token(found.api.call("GET", _TOKENS)["tokens"], token)
        answer = found.api.call("DELETE", f"{_TOKENS}/{quote(token_id, safe='')}")
        found.show(answer, lambda: f"Token {escape(answer['name'])} is revoked.", json)


def _set_disabled(ctx: typer.Context, name: str, disabled: bool, json: bool) -> None:
    found = commands(ctx)
    with told(found):
        answer = found.api.call("PATCH", _user_path(name), json={"disabled": disabled})
        found.show(answer, lambda: f"User {escape(answer['name'])} is {'disabled' if disabled else 'enabled'}.", json)


def _user_path(name: str) -> str:
    return f"{_USERS}/{quote(name, safe='')}"


def _live_token(tokens: list[dict[str, Any]], wanted: str) -> str:
    """Return the id of the token in force with this id or name; an id goes before a name."""
    live = {token["name"]: token["id"] for token in tokens if token["revoked_time"] is None}
    if wanted in live.values():
        return wanted
    if wanted in live:
        return str(live[wanted])
    problem = {"detail": f"no token {wanted!r} is in force", "valid": valid_hint(wanted, live) if live else "none is in force"}
    raise ApiError(HTTPStatus.NOT_FOUND, problem)


# Secrets have a line of their own, which no narrow terminal breaks.
def _one_time(answer: dict[str, Any]) -> str:
    return f"One-time password of {escape(answer['name'])}, to be changed at the next sign-in:\n{answer['password']}"


def _user_row(user: dict[str, Any]) -> list[Any]:
    state = "disabled" if user["disabled"] else f"locked until {user['locked_until']}" if user["locked_until"] else "active"
    scope = [", ".join(user["regions"]) or "all", ", ".join(user["stages"]) or "all"]
    return [
        escape(user["name"]),
        escape(user["display_name"]),
        user["role"],
        user["level"],
        *map(escape, scope),
        state,
        user["last_sign_in"],
    ]


def _token_row(token: dict[str, Any]) -> list[Any]:
    names = [token["id"], escape(token["name"]), token["source"], escape(token["created_by"])]
    return [*names, token["created_time"], token["last_used"], token["revoked_time"]]
