"""Who has which skill: a table of people and skills; whoever manages users gives them, whoever manages tasks sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from tongguan.model.access import PERMISSIONS, Permission, Role
from tongguan.model.tasks import Skilled, TaskConflictError, TaskRefusal, TaskRefusedError
from tongguan.web.kit.address import Address
from tongguan.web.kit.components import Empty, Filter, Notice, Pager, Status
from tongguan.web.kit.filters import scope_text
from tongguan.web.kit.ports import QuestionFailedError
from tongguan.web.kit.tables import PAGE_ROWS, pager, table_state
from tongguan.web.kit.visit import Panel, Visit
from tongguan.web.rooms.work.places import PATH, SKILLS, queue_name
from tongguan.web.rooms.work.words import refusal_text


@dataclass(frozen=True)
class SkillColumn:
    """A skill that queues need: its code, and the names of those queues."""

    skill: str
    queues: str


@dataclass(frozen=True)
class Undo:
    """How a person's skills become again what they were; ``now`` is what they must be for that."""

    name: str
    before: Sequence[str]
    now: Sequence[str]


@dataclass(frozen=True)
class Person:
    """A row.

    Attributes:
        shown: display name, or the sign-in name where there is none.
        scope: level, regions and stages in words.
        skills: that the person has; ``ticked`` are those that the page shows as chosen, where the visitor has not saved them yet.
        every: has every skill, as administrators do.
        works: the role may work on tasks.
        lost: skills that no queue needs any more; saving takes them away.
    """

    id: str
    name: str
    shown: str
    role: str
    scope: str
    skills: Sequence[str]
    ticked: Sequence[str]
    every: bool
    works: bool
    lost: Sequence[str]


@dataclass(frozen=True)
class SkillsPage:
    """Context of the page.

    Attributes:
        gives: the visitor may change what is shown.
        columns: the skills there are.
        address: of what is shown, where forms are sent.
        undo: of what was just given; None where nothing was changed.
    """

    scope: str
    panel: Panel[Sequence[Skilled]]
    filters: Sequence[Filter]
    address: Address
    columns: Sequence[SkillColumn]
    people: Sequence[Person]
    pager: Pager
    empty: Empty
    gives: bool
    notice: Notice | None
    undo: Undo | None


async def skills(visit: Visit) -> Response:
    """The people of the visitor's regions, with their skills."""
    return await _draw(visit)


async def give(visit: Visit) -> Response:
    """Let somebody have exactly the skills that are ticked, unless somebody else was faster."""
    name = await visit.form_value("name")
    if not name:
        told = Notice(visit.text("Nobody was saved. Press Save beside the person."), Status.WATCH)
        return await _draw(visit, told, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted, seen = await _fields(visit, "skill", name), await _fields(visit, "seen", name)
    try:
        given = await visit.site.tasks.give_skills(visit.user, name, wanted, seen)
    except TaskConflictError:
        said = visit.text("The skills of %(name)s were changed by somebody else meanwhile. Below they are as they stand now.", name=name)
        return await _draw(visit, Notice(said, Status.WATCH), status=HTTPStatus.CONFLICT)
    except TaskRefusedError as error:
        return await _draw(visit, Notice(_refused(visit, error, name), Status.BAD), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except QuestionFailedError:
        return visit.render_error(HTTPStatus.SERVICE_UNAVAILABLE, "fault")
    undo = Undo(given.name, seen, wanted) if wanted != seen else None
    return await _draw(visit, None if undo else Notice(visit.text("Nothing was changed."), Status.GOOD), undo)


async def _fields(visit: Visit, field: str, name: str) -> list[str]:
    """Return the skills that the form has for somebody: ``skill`` those that are ticked, ``seen`` those that were there."""
    return sorted(set(await visit.form_values(f"{field}:{name}")))


async def _ticked(visit: Visit, one: Skilled, saved: str) -> Sequence[str]:
    """Return what is ticked for somebody: what was ticked and not saved yet stays so, while somebody else's is saved."""
    if one.name == saved or visit.request.method != "POST":
        return one.skills
    ticked = await _fields(visit, "skill", one.name)
    return one.skills if ticked == await _fields(visit, "seen", one.name) else ticked


def _refused(visit: Visit, error: TaskRefusedError, name: str) -> str:
    if error.refusal is TaskRefusal.PERSON:
        return visit.text("Nobody called %(name)s may sign in any more.", name=name)
    if error.refusal is TaskRefusal.NO_SKILL:
        return visit.text("No queue needs this skill any more. Look at the skills below and save again.")
    return refusal_text(visit, error)


async def _draw(visit: Visit, notice: Notice | None = None, undo: Undo | None = None, status: int = HTTPStatus.OK) -> Response:
    text, query, saved = visit.text, visit.query("q"), await visit.form_value("name") if visit.request.method == "POST" else ""
    panel = await visit.ask(visit.site.tasks.skills(visit.user))
    address = Address(SKILLS, {name: visit.query(name) for name in ("q", "page")})
    found = [one for one in panel.value or () if _fits(one, query)]
    offset = table_state(dict(address.values), (), "").offset
    columns = _columns(visit)
    shown = found[offset : offset + PAGE_ROWS]
    page = SkillsPage(
        scope=scope_text(visit),
        panel=panel,
        filters=[Filter("q", text("Search"), query, kind="search", hint=text("part of a name"))],
        address=address,
        columns=columns,
        people=[_person(visit, one, await _ticked(visit, one, saved), {column.skill for column in columns}) for one in shown],
        pager=pager(offset, len(shown), len(found), address),
        empty=_empty(visit),
        gives=visit.may(Permission.MANAGE_USERS),
        notice=notice,
        undo=undo,
    )
    return visit.render("work/skills.html", page, status)


def _fits(one: Skilled, query: str) -> bool:
    return any(query.casefold() in name.casefold() for name in (one.name, one.display_name))


def _columns(visit: Visit) -> list[SkillColumn]:
    needed: dict[str, list[str]] = {}
    for queue in visit.site.vocabulary.queues.values():
        if queue.skill:
            needed.setdefault(queue.skill, []).append(queue_name(visit, queue))
    return [SkillColumn(skill, visit.listing(names)) for skill, names in needed.items()]


def _person(visit: Visit, one: Skilled, ticked: Sequence[str], known: set[str]) -> Person:
    codes = visit.codes
    regions = visit.listing(codes.label("region", code) for code in one.regions) or visit.text("All regions")
    stages = visit.listing(codes.stage(name) for name in one.stages)
    return Person(
        id=one.id,
        name=one.name,
        shown=one.display_name or one.name,
        role=codes.of_enum(one.role),
        scope=" · ".join(part for part in (codes.of_enum(one.level), regions, stages) if part),
        skills=one.skills,
        ticked=ticked,
        every=one.role is Role.ADMIN,
        works=Permission.WORK_ON_TASKS in PERMISSIONS[one.role],
        lost=[skill for skill in one.skills if skill not in known],
    )


def _empty(visit: Visit) -> Empty:
    text = visit.text
    if not _columns(visit):
        return Empty(text("No queue needs a skill"), text("Everybody who may work on tasks may claim them."), text("All queues"), PATH)
    if visit.query("q") or visit.query("page"):
        return Empty(text("Nobody fits this search"), text("Names are searched, in any part."), text("Remove filters"), SKILLS)
    return Empty(text("Nobody is there yet"), text("Users who may sign in stand here."))
