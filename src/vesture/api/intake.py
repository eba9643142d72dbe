"""From a request to a stored job: the same steps for the queue and for the synchronous run.

Only what cannot become a job is refused here (wrong key, unknown app, a body that is no object, a full queue); wrong
values of the input are told by the result, as fal does.
"""

from __future__ import annotations

import uuid

from starlette.requests import Request

from vesture.api.answers import Refusal
from vesture.api.auth import authorize_app
from vesture.api.bodies import read_json_object
from vesture.api.edge import edge_of
from vesture.api.fal_schema import read_request_headers, read_webhook_url
from vesture.core.job import Job, NewJob
from vesture.core.tryon_input import INPUT_MODELS
from vesture.errors import BadRequest


async def take_in(request: Request) -> Job:
    """Store the job that `request` asks for.

    Raises:
        Refusal: 401, 404, 413, 422 or 429, see above.
        BadRequest: a header or query value cannot be read.
    """
    edge = edge_of(request)
    endpoint = request.path_params["endpoint"]
    owner = await authorize_app(request, endpoint)
    if endpoint not in INPUT_MODELS:
        raise unknown_app(endpoint)
    asked = read_request_headers(request.headers)
    webhook_url = read_webhook_url(request.query_params.get("fal_webhook"))
    payload = await read_json_object(request, edge.limits.body_max_bytes)
    await _refuse_when_full(request)
    return await edge.jobs.add(
        NewJob(
            request_id=str(uuid.uuid4()),
            endpoint=endpoint,
            payload=payload,
            owner=owner,
            priority=asked.priority,
            start_timeout_seconds=asked.start_timeout_seconds,
            max_attempts=edge.limits.max_attempts if asked.retry else 1,
            webhook_url=webhook_url,
            keep_payload=asked.keep_payload,
            result_lifetime_seconds=asked.result_lifetime_seconds,
        )
    )


def unknown_app(endpoint: str) -> Refusal:
    """No endpoint of that name is served here."""
    served = ", ".join(INPUT_MODELS)
    return Refusal(404, {"detail": f'Application "{endpoint}" not found; served here: {served}'})


async def _refuse_when_full(request: Request) -> None:
    edge = edge_of(request)
    asked = request.query_params.get("fal_max_queue_length")
    if asked is not None and not asked.isdecimal():
        raise BadRequest("fal_max_queue_length must be a whole number")
    if not edge.limits.max_queue_length and asked is None:
        return
    waiting = await edge.jobs.queue_length()
    full = bool(edge.limits.max_queue_length) and waiting >= edge.limits.max_queue_length
    if full or (asked is not None and waiting > int(asked)):
        raise Refusal(
            429,
            {"detail": f"The queue is full: {waiting} requests wait", "error_type": "concurrent_requests_limit"},
            {"x-fal-error-type": "concurrent_requests_limit", "x-fal-needs-retry": "1", "x-fal-retryable": "true"},
        )
