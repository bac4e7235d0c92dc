"""``tongguan user`` and ``tongguan token``, over the real API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from tests.app.people import InProcess, People, open_people
from tongguan.app.api.problem import ApiProblem
from tongguan.app.cli.context import Commands
from tongguan.app.cli.people import add_to
from tongguan.web.kit.accounts import Session


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with open_people(tmp_path) as found:
        yield found


def invoke(people: People, *arguments: str) -> Result:
    """Run a command line without opening a home."""
    app = typer.Typer()
    add_to(app)
    obj = Commands(Path("nowhere"), Console(width=200), Console(stderr=True, width=200), InProcess(people))
    return CliRunner().invoke(app, list(arguments), obj=obj)


def answer(people: People, *arguments: str) -> Any:
    """Run a command with ``--json``; return the one document it printed."""
    result = invoke(people, *arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return json.loads(result.stdout)


def test_a_user_from_creation_to_a_new_password(people: People) -> None:
    options = ["--role", "stage_owner", "--level", "city", "--region", "GX-NN", "--region", "GX-GL", "--stage", "payment"]
    once = answer(people, "user", "create", "wang", *options, "--display-name", "老王")["password"]
    session = asyncio.run(people.accounts.sign_in("wang", once, ""))
    assert isinstance(session, Session)
    (user,) = answer(people, "user", "list")["users"]
    assert (user["display_name"], user["role"], user["level"]) == ("老王", "stage_owner", "city")
    assert (user["regions"], user["stages"]) == (["GX-GL", "GX-NN"], ["payment"])
    assert answer(people, "user", "disable", "wang")["disabled"]
    assert asyncio.run(people.accounts.session(session.cookie)) is None
    assert not answer(people, "user", "enable", "wang")["disabled"]
    fresh = answer(people, "user", "password", "wang")["password"]
    assert fresh != once
    assert isinstance(asyncio.run(people.accounts.sign_in("wang", fresh, "")), Session)


def test_people_read_sentences_and_tables(people: People) -> None:
    created = invoke(people, "user", "create", "wang", "--role", "analyst", "--display-name", "[bold]Wang")
    assert created.exit_code == 0
    assert created.stdout.startswith("One-time password of wang, to be changed at the next sign-in:\n")
    listed = invoke(people, "user", "list").stdout
    assert "[bold]Wang" in listed and "analyst" in listed and "active" in listed
    assert "User wang is disabled." in invoke(people, "user", "disable", "wang").stdout
    assert "disabled" in invoke(people, "user", "list").stdout
    assert "User wang is enabled." in invoke(people, "user", "enable", "wang").stdout
    made = invoke(people, "token", "create", "till 7", "--source", "shop").stdout
    assert made.startswith("Token till 7 delivers as shop:\ntg_")
    assert "till 7" in invoke(people, "token", "list").stdout
    assert "Token till 7 is revoked." in invoke(people, "token", "revoke", "till 7").stdout


def test_tokens_are_revoked_by_name_or_id(people: People) -> None:
    first = answer(people, "token", "create", "till 7", "--source", "shop")
    assert answer(people, "token", "revoke", first["id"])["id"] == first["id"]
    second = answer(people, "token", "create", "till 7", "--source", "shop")
    assert answer(people, "token", "revoke", "till 7")["id"] == second["id"]
    assert all(token["revoked_time"] for token in answer(people, "token", "list")["tokens"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["user", "create", "wang", "--role", "boss"], "boss"),
        (["user", "create", "wang"], "--role"),
        (["user", "create", "Wang Er", "--role", "analyst"], "small letters"),
        (["user", "create", "li", "--role", "analyst", "--level", "city"], "must name its regions"),
        (["user", "disable", "zhang/san"], "zhang"),
        (["user", "password", "zhao"], "did you mean 'zhou'"),
        (["token", "create", "till 7", "--source", "Shop 7"], "Shop 7"),
        (["token", "revoke", "till 7"], "none is in force"),
    ],
)
def test_wrong_use_says_what_would_be_right(people: People, arguments: list[str], says: str) -> None:
    people.create("zhou")
    result = invoke(people, *arguments, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_what_fails_is_told_apart_from_wrong_use(people: People) -> None:
    people.create("wang")
    result = invoke(people, "user", "create", "wang", "--role", "analyst")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "wang" in result.stderr
    people.caller = ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, "the store is busy", retry_after=2)
    assert invoke(people, "user", "list", "--json").exit_code == 1
