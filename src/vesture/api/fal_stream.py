"""The stream of an app: one request whose answer is previews as they come, and the output as its last event.

It is the queue with a wait, like the synchronous run: a sender who hangs up cancels the job. A failure within the
first seconds answers with its status, as the result does. A later one is told by an event that holds its body, and
then the connection breaks off, which no client takes for a good end.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from vesture.api.edge import Edge, edge_of
from vesture.api.fal_queue import outcome_response
from vesture.api.fal_schema import preview_body, result_body
from vesture.api.gateway import BrokenOff, addresses_of
from vesture.api.hosts import Addresses
from vesture.api.intake import take_in
from vesture.api.watch import ticks
from vesture.core.job import Job, JobStatus

EARLY_SECONDS = 5.0
PING_SECONDS = 15.0
EVENT_HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}


async def stream(request: Request) -> Response:
    """Store a job; answer with its previews and its output as server-sent events."""
    edge, addresses = edge_of(request), addresses_of(request)
    job = await take_in(request)
    changed = job
    with suppress(TimeoutError):
        async with asyncio.timeout(EARLY_SECONDS):
            changed = await _first_news(edge, job)
    if changed.status is JobStatus.DONE and changed.error is not None:
        return outcome_response(changed, addresses)
    headers = {"x-fal-request-id": job.request_id, **EVENT_HEADERS}
    return StreamingResponse(job_events(edge, job, addresses), media_type="text/event-stream", headers=headers)


async def _first_news(edge: Edge, job: Job) -> Job:
    """The job as soon as it has a preview or has ended."""
    async with aclosing(ticks(edge.jobs)) as changes:
        async for _ in changes:
            found = await edge.jobs.get(job.request_id, with_payload=False)
            if found is None or found.status is JobStatus.DONE or found.preview is not None:
                return found or job
    raise AssertionError("ticks never end")


async def job_events(edge: Edge, job: Job, addresses: Addresses) -> AsyncGenerator[str]:
    """The events of the app's stream, as text; ends early with `BrokenOff` when the job fails."""
    shown: Mapping[str, Any] | None = None
    told_at = time.monotonic()
    try:
        yield ": begun\n\n"  # lets the headers go
        async with aclosing(ticks(edge.jobs)) as changes:
            async for _ in changes:
                found = await edge.jobs.get(job.request_id, with_payload=False)
                if found is None:
                    raise BrokenOff
                job = found
                if job.status is JobStatus.DONE:
                    break
                if job.preview is not None and job.preview != shown:
                    shown, told_at = job.preview, time.monotonic()
                    yield _event(preview_body(job.preview, addresses))
                elif time.monotonic() - told_at > PING_SECONDS:
                    told_at = time.monotonic()
                    yield ": ping\n\n"
        if job.error is not None:
            yield _event(job.error.body)
            raise BrokenOff
        yield _event(result_body(job, addresses))
    finally:
        if job.status is not JobStatus.DONE:
            await edge.jobs.request_cancel(job.request_id)


def _event(body: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
