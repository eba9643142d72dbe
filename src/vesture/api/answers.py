"""Answers that are not a route's own success: refusals, and how errors become responses.

Bodies follow the wire contract: ``{"detail": …}``, with ``error_type`` where the contract knows one.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vesture.core.job import JobError
from vesture.core.wire_errors import error_body
from vesture.errors import VestureError

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
RETRYABLE_STATUSES = frozenset({429, 502, 503, 504})


class Refusal(Exception):
    """Raised by a route to answer `status` with `body` and end there."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def not_found() -> Refusal:
    """The request id is unknown, has expired, or belongs to somebody else."""
    return Refusal(
        404, {"status": "NOT_FOUND", "detail": "No such request: its id is unknown or its record has expired"}
    )


def error_response(error: JobError, headers: Mapping[str, str] | None = None) -> Response:
    """The response of a failed job, with the headers that tell its type and whether another try makes sense."""
    retry = error.status in RETRYABLE_STATUSES
    return JSONResponse(
        dict(error.body),
        error.status,
        {
            "x-fal-error-type": error.error_type,
            "x-fal-needs-retry": "1" if retry else "0",
            "x-fal-retryable": "true" if retry else "false",
            **(headers or {}),
        },
    )


async def answer_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JSONResponse(dict(error.body), error.status, error.headers)


async def answer_error(request: Request, error: Exception) -> Response:
    return error_response(error_body(error))


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Unknown paths and methods, in the words of the contract."""
    assert isinstance(error, HTTPException)
    detail = f"Path {request.url.path} not found" if error.status_code == 404 else error.detail
    return JSONResponse({"detail": detail}, error.status_code, dict(error.headers or {}))


EXCEPTION_HANDLERS: dict[int | type[Exception], Handler] = {
    Refusal: answer_refusal,
    VestureError: answer_error,
    HTTPException: answer_http_exception,
}
