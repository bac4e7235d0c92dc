"""Indicators of an installation: implements :class:`tongguan.web.kit.indicators.Indicators` over ``metrics``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from tongguan.app.installation import Installation
from tongguan.metrics.drill import case_ids, drill
from tongguan.metrics.errors import QuestionError, UnknownIndicatorError
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.published import published
from tongguan.model.access import User
from tongguan.model.answers import CaseFilter
from tongguan.model.indicator_answers import IndicatorQuery, IndicatorRows, IndicatorShelf, IndicatorTable, RowsQuery
from tongguan.model.indicators import CASES
from tongguan.model.published import PublishedRegions
from tongguan.processes.cases import case_page
from tongguan.processes.trace import newest_events
from tongguan.warehouse.client import Cancellation
from tongguan.web.kit.indicators import NoSuchIndicatorError, NotAskableError
from tongguan.web.kit.ports import CaseOrder

T = TypeVar("T")


class Asking(Protocol):
    """Runs a question in the pool, and cancels it when nobody waits any more."""

    async def ask(self, question: Callable[[Cancellation], T]) -> T:
        """Return the answer."""
        ...


class StageIndicators:
    """Answers from ``metrics``.

    Args:
        installation: the opened home.
        asking: runs questions.
    """

    def __init__(self, installation: Installation, asking: Asking) -> None:
        self._installation = installation
        self._asking = asking
        self._catalogue = installation.catalogue

    async def _with(self, question: Callable[[IndicatorEngine, Cancellation], T]) -> T:
        try:
            return await self._asking.ask(lambda c: question(self._installation.indicators(), c))
        except QuestionError as error:
            raise NotAskableError(str(error)) from error
        except UnknownIndicatorError as error:
            # Who misses one of their own is told why it is not there.
            wrong = self._catalogue.shelf().problems
            raise NoSuchIndicatorError(f"{error.args[0]}{f'; own files have mistakes: {wrong[0]}' if wrong else ''}") from error

    async def shelf(self, user: User) -> IndicatorShelf:
        """Return every indicator that the user sees."""
        found = await self._asking.ask(lambda _: self._catalogue.shelf())
        return IndicatorShelf(found.registry.seen_by(user.scope), found.problems)

    async def dimensions(self, user: User, names: Sequence[str]) -> Sequence[str]:
        """Return by what some indicators can be taken apart."""

        def ask(engine: IndicatorEngine, _: Cancellation) -> list[str]:
            engine.check_seen(names, user.scope)
            return engine.dimensions(names)

        return await self._with(ask)

    async def answer(self, user: User, query: IndicatorQuery) -> IndicatorTable:
        """Return the numbers of a question."""
        at = self._installation.now()
        return await self._with(lambda engine, c: engine.answer(query, user.scope, at, cancellation=c))

    async def rows(self, user: User, query: RowsQuery) -> IndicatorRows:
        """Return the newest rows behind a number."""
        here = self._installation

        def ask(engine: IndicatorEngine, cancellation: Cancellation) -> IndicatorRows:
            found = drill(engine, query, user.scope, here.now())
            if not found.fact.startswith(CASES):
                given: dict[str, Any] = dict(found.parameters)
                return IndicatorRows(
                    newest_events(
                        here.warehouse, here.vocabulary, found.types, found.conditions, given, query.limit, cancellation=cancellation
                    )
                )
            ids, total = case_ids(engine, found, query.limit, cancellation=cancellation)
            page = case_page(
                here.warehouse,
                here.vocabulary,
                found.fact.removeprefix(CASES),
                CaseFilter(case_ids=tuple(ids)),
                user.scope,
                sort=CaseOrder.LAST_TIME.value,
                descending=True,
                limit=query.limit,
                offset=0,
                cancellation=cancellation,
            )
            return IndicatorRows(cases=page.rows if ids else (), total=total)

        return await self._with(ask)

    async def published(self, user: User, name: str, since: date, until: date) -> PublishedRegions:
        """Return an indicator in every region with enough behind it."""
        at = self._installation.now()
        return await self._with(lambda engine, c: published(engine, name, since, until, user.scope, at, cancellation=c))
