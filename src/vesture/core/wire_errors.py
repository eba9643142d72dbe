"""How an error looks on the wire: status and JSON body.

Takes: any exception. Gives: a `JobError`. Knows nothing about HTTP frameworks or about logging; whoever catches an
exception that is not a `VestureError` logs it whole before asking for its body.

* `InputError` gives ``{"detail": [{"loc": ["body", field], "msg", "type", "url", "ctx"?, "input"?}]}`` with status 422.
* `PlatformError` gives ``{"detail": text, "error_type": type}`` with its own status.
* Everything else gives a bare 500; the text of an unknown exception never leaves the server.
"""

from __future__ import annotations

from typing import Any

from vesture.core.job import JobError
from vesture.errors import FieldFault, InputError, InternalError, PlatformError

ERROR_PAGE = "https://docs.fal.ai/errors#"
"""Where the types of input errors are explained; the type is appended."""


def error_body(error: BaseException) -> JobError:
    """The wire form of an exception."""
    if isinstance(error, InputError):
        return JobError(error.status, error.faults[0].type, {"detail": [_detail(fault) for fault in error.faults]})
    if not isinstance(error, PlatformError):
        error = InternalError()
    return JobError(error.status, error.type, {"detail": error.message, "error_type": error.type})


def _detail(fault: FieldFault) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "loc": ["body", fault.field],
        "msg": fault.message,
        "type": fault.type,
        "url": ERROR_PAGE + fault.type,
    }
    if fault.context:
        detail["ctx"] = dict(fault.context)
    if fault.has_input:
        detail["input"] = fault.input
    return detail
