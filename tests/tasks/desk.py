"""A desk with people, open steps, a worklist and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher

from tongguan.areas.packs import build_vocabulary
from tongguan.model.access import EVERYTHING, Level, Role, Scope, User
from tongguan.model.tasks import Action, Asked, Given, Task, TaskConflictError, TaskFilter, TaskRefusal, TaskRefusedError
from tongguan.model.waiting import OpenStep
from tongguan.records import audit, open_steps, outbox, users
from tongguan.records import tasks as kept
from tongguan.records.audit import AuditFilters
from tongguan.records.database import Database
from tongguan.records.keyring import Keyring
from tongguan.records.passwords import Passwords
from tongguan.tasks.files import Files
from tongguan.tasks.keeping import TaskKeeper
from tongguan.tasks.worklist import Worklist

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WORDS = build_vocabulary()
NANNING = Scope(Level.CITY, regions=frozenset({"GX-NN"}))

ANN = User("u-ann", "ann", "Ann", Role.SERVICE_AGENT, EVERYTHING)
BEN = User("u-ben", "ben", "Ben", Role.SERVICE_AGENT, EVERYTHING)
CAI = User("u-cai", "cai", "Cai", Role.SERVICE_AGENT, NANNING)
DAN = User("u-dan", "dan", "Dan", Role.SERVICE_AGENT, EVERYTHING)
MEI = User("u-mei", "mei", "Mei", Role.MANAGER, EVERYTHING)
OWNER = User("u-own", "own", "Owen", Role.STAGE_OWNER, Scope(Level.PROVINCE, stages=frozenset({"acceptance"})))
PAY = User("u-pay", "pay", "Pay", Role.STAGE_OWNER, Scope(Level.PROVINCE, stages=frozenset({"payment"})))
BOSS = User("u-adm", "adm", "", Role.ADMIN, EVERYTHING)
EVERYBODY = (ANN, BEN, CAI, DAN, MEI, OWNER, PAY, BOSS)
SKILLED = (ANN, BEN, CAI, OWNER)
"""All but Dan, who is an agent without the skill, and those who never work on acceptance."""


def step(case_id: str, name: str = "acceptance_queued", minutes: float = 30, **fields: Any) -> OpenStep:
    """Return an open step of an order that began so many minutes before ``NOW``."""
    empty = dict.fromkeys(("channel", "region", "business_class", "brand", "customer_id"), "")
    moments: dict[str, Any] = dict.fromkeys(("warned_from", "late_from", "paused_since"))
    return OpenStep(**{"kind": "order", "case_id": case_id, "step": name, "since": NOW - minutes * MINUTE, **empty, **moments, **fields})


@dataclass
class Desk:
    """Everything of a worklist over one store."""

    database: Database
    at: datetime = NOW
    worklist: Worklist = field(init=False)
    keeper: TaskKeeper = field(init=False)

    def __post_init__(self) -> None:
        self.worklist = Worklist(self.database, WORDS, Files(Keyring(bytes(range(32)))), lambda: self.at)
        self.keeper = TaskKeeper(self.database, WORDS, lambda: self.at)

    def hire(self, *others: User) -> None:
        """Let everybody be there, with their skills; or others besides, who have none."""
        weakest = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        with self.database.begin() as conn:
            for user in others or EVERYBODY:
                users.create(conn, user, "Rice-Harbour-Lantern-41", weakest, NOW)
            for user in () if others else SKILLED:
                kept.give_skills(conn, user.id, ["acceptance"])

    def waits(self, *rows: OpenStep, gone: Sequence[str] = ()) -> None:
        """Put open steps, forget those of other orders, and keep the tasks."""
        with self.database.begin() as conn:
            open_steps.put(conn, rows, [("order", one) for one in gone])
        self.keeper.round()

    def task(self, case_id: str, user: User = BOSS) -> Task:
        """Return the task of a case that a user sees, the one that is not over first."""
        return next(one for one in self.worklist.page(user, TaskFilter(), 1000, 0).rows if one.case_id == case_id)

    def act(self, user: User, case_id: str, action: Action, version: int | None = None, **given: str) -> Task:
        """Do something with the task of a case, at the version that it has unless another is given."""
        task = self.task(case_id)
        return self.worklist.act(user, Asked(task.id, task.version if version is None else version), action, Given(**given))

    def conflict(self, user: User, case_id: str, action: Action, version: int | None = None, **given: str) -> TaskConflictError:
        """Return the conflict that an action ends in."""
        try:
            done = self.act(user, case_id, action, version, **given)
        except TaskConflictError as error:
            return error
        raise AssertionError(f"{action} was done: {done}")

    def refused(self, user: User, case_id: str, action: Action, **given: str) -> TaskRefusal:
        """Return why an action is refused."""
        try:
            done = self.act(user, case_id, action, None, **given)
        except TaskRefusedError as error:
            return error.refusal
        raise AssertionError(f"{action} was done: {done}")

    def actions(self, case_id: str) -> list[tuple[str, str]]:
        """Return the history of the task of a case: action and name of who did it."""
        story = self.worklist.story(BOSS, self.task(case_id).id)
        assert story is not None
        return [(entry.action.value, entry.actor_name) for entry in story.entries]

    def events(self) -> list[dict[str, Any]]:
        """Return the events in the outbox, the oldest first."""
        with self.database.read() as conn:
            return [row.event | {"event_id": row.event_id} for row in outbox.pending(conn, 100)]

    def audited(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return what the audit says of tasks, the oldest first."""
        with self.database.read() as conn:
            assert audit.verify(conn) is None
            rows = audit.page(conn, AuditFilters(object_kind="task"), 1000)
        return [(row.user, row.action, row.detail) for row in reversed(rows)]
