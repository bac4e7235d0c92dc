"""The pages as one application."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI

from tongguan.model.vocabulary import Vocabulary
from tongguan.web.kit.access import Room
from tongguan.web.kit.accounts import Accounts
from tongguan.web.kit.annotations import Annotations
from tongguan.web.kit.fulfilment import Fulfilment
from tongguan.web.kit.indicators import Indicators
from tongguan.web.kit.lists import Lists
from tongguan.web.kit.ports import Questions
from tongguan.web.kit.rules import Rules
from tongguan.web.kit.site import WebSettings, build_application, build_site
from tongguan.web.kit.tasks import Tasks
from tongguan.web.rooms.data.pages import ROOM as DATA
from tongguan.web.rooms.explore.pages import ROOM as EXPLORE
from tongguan.web.rooms.findings.pages import ROOM as FINDINGS
from tongguan.web.rooms.fulfilment.pages import ROOM as FULFILMENT
from tongguan.web.rooms.gate.pages import ROOM as GATE
from tongguan.web.rooms.halls.pages import ROOM as HALLS
from tongguan.web.rooms.help.pages import ROOM as HELP
from tongguan.web.rooms.indicators.pages import ROOM as INDICATORS
from tongguan.web.rooms.panorama.pages import ROOM as PANORAMA
from tongguan.web.rooms.people.pages import ROOM as PEOPLE
from tongguan.web.rooms.rules.pages import ROOM as RULES
from tongguan.web.rooms.views.pages import ROOM as VIEWS
from tongguan.web.rooms.waiting.pages import ROOM as WAITING
from tongguan.web.rooms.work.pages import ROOM as WORK


def create_web(
    questions: Questions,
    accounts: Accounts,
    lists: Lists,
    indicators: Indicators,
    annotations: Annotations,
    vocabulary: Vocabulary,
    settings: WebSettings,
    area_rooms: Sequence[Room] = (),
    *,
    tasks: Tasks,
    rules: Rules,
    fulfilment: Fulfilment,
) -> FastAPI:
    """Make the application of all pages; nothing is shared between two of them.

    Args:
        questions: answers about the operation.
        accounts: users, sessions, tokens.
        lists: saved views and the log of exports.
        indicators: numbers of all indicators.
        annotations: notes at days of indicators.
        tasks: what people work off.
        rules: versions of the rule book.
        fulfilment: what stands at the steps of fulfilment, and what was done.
        vocabulary: every event type, case kind, code list and stage.
        settings: zone, clock and the like.
        area_rooms: pages that areas own, in the order of the navigation.

    Returns:
        An application to be mounted at ``/`` after the API's routes. ``state.site`` holds what it was made of.
    """
    rooms = (PANORAMA, HALLS, FULFILMENT, *area_rooms, WAITING, WORK, RULES, FINDINGS, INDICATORS, EXPLORE, VIEWS, DATA, PEOPLE, HELP, GATE)
    asked = (questions, accounts, lists, indicators, annotations, tasks, rules, fulfilment)
    return build_application(build_site(*asked, vocabulary, settings, rooms))
