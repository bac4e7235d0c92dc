"""What routes that ask a question share: who may ask, the answer as JSON, and every failure as a problem document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tongguan.app.api.problem import ApiProblem, json_response
from tongguan.model.access import Permission, User
from tongguan.web.kit.ports import QuestionFailedError

Who = Callable[[Request], Awaitable[User]]
"""Gives the user who calls; raises :class:`ApiProblem` 401 for nobody."""

Asked = Callable[[User, Request], Awaitable[object]]
"""Answers a request of a user, with what becomes JSON or with a whole response; raises :class:`ApiProblem` for what cannot be asked,
QuestionFailedError where a store is away."""

_RETRY_SECONDS = 2


def guarded(who: Who, asked: Asked, *permissions: Permission) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a question, for users who have all of the permissions."""

    async def endpoint(request: Request) -> Response:
        try:
            user = await who(request)
            for permission in permissions:
                if not user.may(permission):
                    raise ApiProblem(HTTPStatus.FORBIDDEN, f"role {user.role} may not {permission}")
            answer = await asked(user, request)
            return answer if isinstance(answer, Response) else json_response(answer)
        except ApiProblem as problem:
            return problem.response()
        except QuestionFailedError as error:
            return unanswered(error).response()

    return endpoint


def unanswered(error: QuestionFailedError) -> ApiProblem:
    """Return the problem of a question that a store could not answer."""
    return ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=_RETRY_SECONDS if error.retry else None)


def asked_day(request: Request, name: str) -> date | None:
    """Return the day that a parameter names; None without it.

    Raises:
        ApiProblem: 400, it is no date.
    """
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, f"{name}: {text[:100]!r} is no date", valid="such as 2026-11-21") from None
