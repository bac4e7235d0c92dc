"""The site on the operation in memory: for tests, screenshots, and a look by hand (``python -m tests.web.operation``)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI

from tests.fixtures.templates import share_compiled
from tongguan.areas.orders.pages import ROOM as ORDERS
from tongguan.lib.now import Now, fixed, system_now
from tongguan.web.kit.fake.accounts import FakeAccounts
from tongguan.web.kit.fake.annotations import FakeAnnotations
from tongguan.web.kit.fake.fulfilment import FakeFulfilment
from tongguan.web.kit.fake.indicators import FakeIndicators
from tongguan.web.kit.fake.lists import FakeLists
from tongguan.web.kit.fake.questions import FakeQuestions
from tongguan.web.kit.fake.rules import FakeRules
from tongguan.web.kit.fake.tasks import FakeTasks
from tongguan.web.kit.fake.vocabulary import fake_vocabulary
from tongguan.web.kit.progress import Board, nothing_ongoing
from tongguan.web.kit.site import Site, WebSettings
from tongguan.web.web import create_web

NOON = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)
"""14:20 in Shanghai."""


@dataclass(frozen=True)
class Operation:
    """Everything of a site in memory."""

    application: FastAPI
    questions: FakeQuestions
    accounts: FakeAccounts
    lists: FakeLists
    indicators: FakeIndicators
    annotations: FakeAnnotations
    rules: FakeRules
    tasks: FakeTasks
    fulfilment: FakeFulfilment

    @property
    def site(self) -> Site:
        site = self.application.state.site
        assert isinstance(site, Site)
        return site


def make_operation(now: Now | None = None, *, orders: int = 400, failing: bool = False, progress: Board = nothing_ongoing) -> Operation:
    """Make a site whose clock stands at ``NOON`` unless another is given."""
    clock = now or fixed(NOON)
    vocabulary = fake_vocabulary()
    questions = FakeQuestions(vocabulary, clock, orders=orders, failing=failing)
    accounts, lists = FakeAccounts(clock), FakeLists(clock)
    indicators = FakeIndicators(questions, clock, empty=not orders)
    annotations = FakeAnnotations(clock, indicators, failing=failing)
    tasks = FakeTasks(vocabulary, clock, accounts, questions.every_waiting_row(), failing=failing)
    rules = FakeRules(vocabulary, clock, failing=failing)
    fulfilment = FakeFulfilment(vocabulary, clock, questions.every_waiting_row, tasks, failing=failing)
    settings = WebSettings(zone=ZoneInfo("Asia/Shanghai"), now=clock, version="0.0", progress=progress)
    asked = (questions, accounts, lists, indicators, annotations, vocabulary, settings, [ORDERS])
    application = create_web(*asked, tasks=tasks, rules=rules, fulfilment=fulfilment)
    operation = Operation(application, questions, accounts, lists, indicators, annotations, rules, tasks, fulfilment)
    share_compiled(operation.site.environments)
    return operation


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8799
    uvicorn.run(make_operation(system_now).application, port=port, log_level="warning")
