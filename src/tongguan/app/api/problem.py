"""Errors of the API as RFC 9457 problem documents: what is wrong, what would be valid, whether a retry helps."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class ApiProblem(Exception):
    """An error with everything its problem document needs.

    Args:
        status: HTTP status.
        detail: one sentence for people: the object, the value.
        valid: what would be valid; empty where nothing helps.
        retry_after: seconds after which a retry may succeed; None when it cannot.
    """

    def __init__(self, status: HTTPStatus, detail: str, *, valid: str = "", retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.valid = valid
        self.retry_after = retry_after

    def response(self) -> Response:
        """Return the problem as an HTTP response."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status is HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(msgspec.json.encode(self.document()), self.status, headers, MEDIA_TYPE)

    def document(self) -> dict[str, Any]:
        """Return the problem document."""
        found: dict[str, Any] = {"type": "about:blank", "title": self.status.phrase, "status": self.status.value, "detail": self.detail}
        if self.valid:
            found["valid"] = self.valid
        found["retry"] = self.retry_after is not None
        return found


def json_response(answer: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return any answer of :mod:`tongguan.model.answers` as JSON; times are RFC 3339 in UTC."""
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
