"""What the page docs/reference/api.md says of the HTTP interface. A test asks every route with every role whether it is true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec
from pydantic import BaseModel

from tongguan.app.api import annotations as notes
from tongguan.app.api import people, views
from tongguan.app.api import rules as rule_bodies
from tongguan.app.api import tasks as task_bodies
from tongguan.app.api.described import READING, TASKS, Described
from tongguan.app.api.described_fulfilment import FULFILMENT, INSIDE
from tongguan.app.markdown import table
from tongguan.app.truth import TruthAnswer
from tongguan.model import answers, tasks
from tongguan.model.access import UNDIVIDED, Permission
from tongguan.model.reasons import Problem, Quarantine, Reject
from tongguan.sources.http.body import BODY_BYTES, MEDIA_TYPES, RECORDS, UNPACKED_BYTES
from tongguan.web.kit import ports

_MIB: Final = 1024 * 1024


PEOPLE: Final = (
    Described("GET", "/users", Permission.MANAGE_USERS, "All users.", (), people.UsersAnswer),
    Described("POST", "/users", Permission.MANAGE_USERS, "A new user; status 201.", (), people.OneTimePassword, body=people.CreateUser),
    Described("PATCH", "/users/{name}", Permission.MANAGE_USERS, "Change a user.", (), people.UserAnswer, body=people.ChangeUser),
    Described("POST", "/users/{name}/password", Permission.MANAGE_USERS, "A new one-time password.", (), people.OneTimePassword),
    Described("GET", "/tokens", Permission.MANAGE_TOKENS, "All tokens.", (), people.TokensAnswer),
    Described("POST", "/tokens", Permission.MANAGE_TOKENS, "A new token; status 201.", (), people.NewTokenAnswer, body=people.CreateToken),
    Described("DELETE", "/tokens/{id}", Permission.MANAGE_TOKENS, "End a token.", (), people.TokenAnswer),
)

VIEWS: Final = (
    Described("GET", "/views", None, "Own views of lists and those that others share.", ("page: only of this list",), views.ViewsAnswer),
    Described("POST", "/views", None, "Keep a view; status 201.", (), views.ViewAnswer, body=views.SaveView),
    Described("DELETE", "/views/{id}", None, "Delete a view; its page can bring it back for a day.", (), views.ViewAnswer),
)
"""For everybody who is signed in, as far as they may see the list; a view is its owner's, a shared one administrators' as well."""

NOTES: Final = (
    Described(
        "GET",
        "/annotations",
        Permission.SEE_PANORAMA,
        "Notes at days of the indicators that the caller sees.",
        (
            "indicator: only those that stand on it, with those on every indicator",
            "from: only with a day at or after this one, such as `2026-11-01`",
            "to: only with a day at or before this one",
        ),
        notes.NotesAnswer,
    ),
    Described("POST", "/annotations", Permission.SEE_PANORAMA, "Keep a note; status 201.", (), notes.NoteAnswer, body=notes.WriteNote),
    Described(
        "DELETE", "/annotations/{id}", Permission.SEE_PANORAMA, "Remove a note, one's own or as administrator any.", (), notes.NoteAnswer
    ),
)

RULES: Final = (
    Described(
        "GET",
        "/rules",
        Permission.SEE_PANORAMA,
        "Time limits, working calendars and reference processes in force, as one document.",
        ("version: this one instead",),
        rule_bodies.RulesAnswer,
    ),
    Described("GET", "/rules/versions", Permission.SEE_PANORAMA, "All versions, the oldest first.", (), rule_bodies.VersionsAnswer),
    Described(
        "PUT",
        "/rules",
        Permission.EDIT_RULES,
        "Publish the next version. 409 says who published another one meanwhile; 422 tells every mistake of the document with its place.",
        (),
        rule_bodies.RulesAnswer,
        body=rule_bodies.PublishRules,
    ),
)

OWNER: Final = (
    Described("POST", "/owner/deliveries", None, "Take mapped rows of an import (MessagePack)."),
    Described("GET", "/owner/loaded", None, "Answer once all that was taken is in the warehouse."),
    Described("PUT", "/owner/mappings/{name}", None, "Keep a mapping for replays."),
    Described("PUT", "/owner/regions", None, "Replace the book of regions by a CSV; with `dry_run=true` only say what would change."),
    Described("GET", "/owner/check", None, "Compare all that must agree."),
    Described(
        "POST",
        "/owner/truth",
        None,
        "Compare a truth file of the simulator with what is stored.",
        ("source: only events that came from it; repeat it for several",),
        answer=TruthAnswer,
    ),
)

_INTRO: Final = """# HTTP interface

{mark}

Everything that pages show and commands answer is under `/api/v1`. Bodies and answers are JSON, times RFC 3339 in UTC with
microseconds, amounts integers in minor units of their `currency`.

## Who calls

| who | shows | may |
|---|---|---|
| a source | `Authorization: Bearer tg_…`, made by `tongguan token create NAME --source SOURCE` | `POST /api/v1/events`, and nothing else |
| a person | the cookie that signing in sets; to change something also `X-CSRF-Token` | what the role allows, within the scope |
| the owner | the bearer token in `run.json` of the home, as the command line does | everything |

A scope names regions and stages. What lies in other regions is as if it were not there; stages limit the panorama and the
pages of stages, not the lists and stories of orders.

## Errors

Every error is a problem document (RFC 9457, `application/problem+json`): `title`, `status`, `detail` (what is wrong, with the
value), `valid` (what would be right, where that helps), and `retry`: whether the same request may succeed later. With
`retry: true` comes the header `Retry-After` in seconds.

| status | when |
|---|---|
| 400 | a parameter or body that cannot be read |
| 401 | nobody is signed in, or the token is not in force |
| 403 | the role or the scope does not allow it, or the form token is missing or old |
| 404 | no such stage, part, kind, case, record, indicator, note, task, version, user or token, or it is outside the scope |
| 409 | a name that is taken; rules that somebody else changed meanwhile; a task that somebody or its case was faster with |
| 422 | a body with values that cannot be |
| 503 | a store does not answer now; `Retry-After` where a retry helps |
"""

_EVENTS: Final = """## POST /api/v1/events

Takes events of the [event reference](events.md). The answer comes after everything that was taken is on disk; good records of a
batch are taken beside bad ones. It may be repeated: events with ids count once, and the same key with the same body is answered
as before.

| header | meaning |
|---|---|
| `Authorization` | `Bearer` and the token of a source |
| `Content-Type` | {media}: a JSON array, one object, or an object a line |
| `Content-Encoding` | `gzip`, or none |
| `Idempotency-Key` | at most 200 characters, a new one for each new body; remembered for seven days |
| `X-Source` | source as which records are accounted; for the owner only, a token has its own |

A body has at most {body} MiB as sent, {unpacked} MiB unpacked and {records} records, and is to be there within a minute (else 408).

{answer}
{statuses}
What is set aside is kept in quarantine and can be replayed. Reasons: {reasons}.
"""

_ANSWER: Final = (
    ("batch", "number of the delivery"),
    ("received", "records that the reader counted"),
    ("accepted", "records taken; duplicates among them are found later and shown in the ledger"),
    ("quarantined", "records set aside"),
    ("repeated", "the key was used before with this body; nothing was taken now"),
    ("refusals", "at most 1,000 of those set aside, each with `position` (from 0), `reason`, `field`, `value`, `message`, `valid`"),
)

STATUSES: Final[dict[HTTPStatus, tuple[str, str]]] = {
    HTTPStatus.OK: ("", "taken, perhaps with records set aside: look at `quarantined`"),
    HTTPStatus.BAD_REQUEST: (Reject.MALFORMED_BODY, "the body is no JSON from its first byte, or no gzip"),
    HTTPStatus.UNAUTHORIZED: (Reject.NOT_AUTHENTICATED, "no token, or one that is not in force"),
    HTTPStatus.REQUEST_TIMEOUT: ("", "the body did not end within a minute; retry after `Retry-After` seconds"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (Reject.TOO_LARGE, "the body, or what it unpacks to, is too large; send several"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (Reject.UNSUPPORTED_MEDIA, "another content type or encoding"),
    HTTPStatus.UNPROCESSABLE_ENTITY: (Reject.KEY_REUSED, "the idempotency key was used with another body"),
    HTTPStatus.TOO_MANY_REQUESTS: (Reject.BUSY, "too many large bodies are under way; retry after `Retry-After` seconds"),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        f"{Reject.BUSY}`, `{Reject.NO_SPACE}",
        "too much waits to be loaded, or the disk is nearly full; retry after `Retry-After` seconds",
    ),
}
"""Status of ``POST /api/v1/events`` → reason in the ledger, and when."""

_WATCHING: Final = """## For machines that watch

Outside `/api/v1`, without signing in: `GET /healthz` (200 while the process lives), `GET /readyz` (200, or 503 with `faults`),
`GET /metrics` (Prometheus: records by source and outcome, steps, spool, loader).
"""


def api_reference(mark: str) -> str:
    """Return the page in Markdown.

    Args:
        mark: line that says that the page is generated.
    """
    parts = [_INTRO.format(mark=mark), _events(), *_group("Reading, and mending the quarantine", READING)]
    parts += [*_group("Fulfilment, order quality and returns", FULFILMENT), *_group("People", PEOPLE)]
    parts += ["Names of users and ids of tokens are those that the lists show.\n", *_group("Views of lists", VIEWS)]
    parts += _group("Notes at days of indicators", NOTES)
    parts += _group("Tasks", TASKS)
    parts += _group("Rules", RULES)
    parts += [_owner(), _WATCHING, *_types()]
    # Docstrings mark code by two backticks, and names of types by roles before one.
    return re.sub(r":[a-z]+:`", "`", "\n".join(parts).replace("``", "`"))


def _events() -> str:
    rows = [(f"{status.value}", f"`{reason}`" if reason else "", text) for status, (reason, text) in STATUSES.items()]
    return _EVENTS.format(
        media=", ".join(f"`{media}`" for media in MEDIA_TYPES),
        body=BODY_BYTES // _MIB,
        unpacked=UNPACKED_BYTES // _MIB,
        records=f"{RECORDS:,}",
        answer=table(("field of the answer", "meaning"), [(f"`{name}`", text) for name, text in _ANSWER]),
        statuses=table(("status", "counted in the ledger as", "when"), rows),
        reasons=", ".join(f"`{reason}`" for reason in Quarantine),
    )


def _group(title: str, routes: Sequence[Described]) -> list[str]:
    return [f"## {title}\n", *map(_route, routes)]


def _route(route: Described) -> str:
    whole = " and a scope of all regions" if route.permission in UNDIVIDED else ""
    needs = f"Needs `{route.permission}`{whole}." if route.permission else "For whoever may see the list."
    parts = [f"### {route.method} /api/v1{route.path}\n", f"{route.meaning} {needs}\n"]
    if route.parameters:
        named = [parameter.partition(": ") for parameter in route.parameters]
        parts.append(table(("parameter", "meaning"), [(f"`{name}`", text) for name, _, text in named]))
    if route.body is not None:
        parts.append(f"Body: {_link(route.body)}.\n")
    if route.answer is not None:
        parts.append(f"Answer: {'a list of ' if route.several else ''}{_link(route.answer)}.\n")
    return "\n".join(parts)


def _owner() -> str:
    rows = [(f"`{route.method} /api/v1{route.path}`", route.meaning) for route in OWNER]
    return "## The owner of the home\n\nFor the command line on the machine itself; it may change with any release.\n\n" + table(
        ("route", "meaning"), rows
    )


def _link(found: type[Any]) -> str:
    return f"[{found.__name__}](#{found.__name__.lower()})"


def _types() -> list[str]:
    """Describe every type that a route names, and those inside them."""
    every = (*READING, *FULFILMENT, *PEOPLE, *VIEWS, *NOTES, *TASKS, *RULES)
    named = [one for route in every for one in (route.body, route.answer) if one is not None]
    inner = (views.ViewAnswer, notes.NoteAnswer, answers.StageStatus, answers.CaseRow, answers.Join, ports.DeliveryRow, Problem)
    of_tasks = (task_bodies.AskedTask, tasks.TaskEntry, tasks.QueueCounts)
    found = {one.__name__: one for one in (*named, *inner, *of_tasks, *INSIDE)}
    return ["## Types\n", *(_type(found[name]) for name in sorted(found))]


def _type(found: type[Any]) -> str:
    text = (found.__doc__ or "").strip().partition("\n\n")
    meanings = {name: told for base in reversed(found.__mro__) for name, told in _meanings(base.__doc__ or "").items()}
    rows = [(f"`{name}`", f"`{kind}`", meanings.get(name, "")) for name, kind in _fields(found)]
    return f"### {found.__name__}\n\n{' '.join(text[0].split())}\n\n" + table(("field", "type", "meaning"), rows)


def _fields(found: type[Any]) -> list[tuple[str, str]]:
    if is_dataclass(found):
        return [(f.name, _kind(f.type)) for f in fields(found)]
    if issubclass(found, msgspec.Struct):
        return [(name, _kind(found.__annotations__[name])) for name in found.__struct_fields__]
    assert issubclass(found, BaseModel)
    return [(name, _kind(found.__annotations__[name])) for name in found.model_fields]


def _kind(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else str(annotation.__name__)


def _meanings(attributes: str) -> dict[str, str]:
    """Return name → meaning from the ``Attributes:`` part of a docstring; one line may tell of several names."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in attributes.partition("Attributes:\n")[2].splitlines():
        head, colon, text = line.strip().partition(": ")
        if colon and len(line) - len(line.lstrip()) == 8 and all(part.strip().isidentifier() for part in head.split(",")):
            names = [part.strip() for part in head.split(",")]
            found |= dict.fromkeys(names, text)
        else:
            found |= {name: f"{found[name]} {line.strip()}".strip() for name in names}
    return found
