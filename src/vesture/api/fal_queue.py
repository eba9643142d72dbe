"""The queue: submit, status, status stream, result, cancel."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from vesture.api.answers import Refusal, error_response, not_found
from vesture.api.auth import authorize_app
from vesture.api.edge import Edge, edge_of
from vesture.api.fal_schema import links, read_flag, result_body, status_body, timeout_headers
from vesture.api.gateway import addresses_of
from vesture.api.hosts import Addresses
from vesture.api.intake import take_in, unknown_app
from vesture.api.watch import ticks
from vesture.core.job import CancelOutcome, Job, JobStatus
from vesture.core.tryon_input import INPUT_MODELS

PING_SECONDS = 15.0
CANCEL_STATUSES = {CancelOutcome.REQUESTED: 202, CancelOutcome.ALREADY_COMPLETED: 400, CancelOutcome.NOT_FOUND: 404}


async def submit(request: Request) -> Response:
    """Store a job and answer where to follow it."""
    job = await take_in(request)
    position = await edge_of(request).jobs.position(job)
    body = {
        "status": "IN_QUEUE",
        "request_id": job.request_id,
        "gateway_request_id": job.request_id,
        "queue_position": position,
        **links(job, addresses_of(request)),
    }
    return JSONResponse(body, headers=_id_header(job))


async def status(request: Request) -> Response:
    """The state of a job, with all lines of its log so far when they are asked for; 200 once it has ended."""
    job = await find_job(request)
    jobs = edge_of(request).jobs
    position = await jobs.position(job) if job.status is JobStatus.QUEUED else 0
    wants_logs = read_flag(request.query_params.get("logs")) and job.status is not JobStatus.QUEUED
    logs = await jobs.log_lines(job.request_id) if wants_logs else None
    body = status_body(job, addresses_of(request), position=position, logs=logs)
    return JSONResponse(body, 200 if job.status is JobStatus.DONE else 202, _id_header(job))


async def status_stream(request: Request) -> Response:
    """The states of a job as server-sent events, each with the lines of its log that are new; ends with the job."""
    job = await find_job(request)
    logs = read_flag(request.query_params.get("logs"))
    events = status_events(edge_of(request), job.request_id, addresses_of(request), logs=logs)
    headers = {**_id_header(job), "cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def status_events(edge: Edge, request_id: str, addresses: Addresses, *, logs: bool) -> AsyncGenerator[str]:
    """The events of the status stream, as text."""
    told: tuple[object, ...] | None = None
    told_at = time.monotonic()
    last_line = 0
    async with aclosing(ticks(edge.jobs)) as changes:
        async for _ in changes:
            job = await edge.jobs.get(request_id, with_payload=False)
            if job is None:
                return
            is_queued = job.status is JobStatus.QUEUED
            position = await edge.jobs.position(job) if is_queued else 0
            state = (job.status, position, job.preview)
            lines = await edge.jobs.log_lines(request_id, last_line) if logs and not is_queued else None
            if state != told or lines:
                last_line = lines[-1].number if lines else last_line
                yield _event(status_body(job, addresses, position=position, logs=lines))
                told, told_at = state, time.monotonic()
            if job.status is JobStatus.DONE:
                return
            if time.monotonic() - told_at > PING_SECONDS:
                yield ": ping\n\n"
                told_at = time.monotonic()


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


async def result(request: Request) -> Response:
    """The output of a job that ended, or the error it ended with."""
    job = await find_job(request)
    if job.status is not JobStatus.DONE:
        raise Refusal(400, {"detail": "Request is still in progress"}, _id_header(job))
    return outcome_response(job, addresses_of(request))


def outcome_response(job: Job, addresses: Addresses) -> Response:
    """The answer that a finished job gives: its output, or its own status and error body."""
    if job.error is not None:
        return error_response(job.error, {**_id_header(job), **timeout_headers(job)})
    return JSONResponse(result_body(job, addresses), headers=_id_header(job))


async def cancel(request: Request) -> Response:
    """Drop a queued job, ask a running one to stop."""
    job = await find_job(request)
    outcome = await edge_of(request).jobs.request_cancel(job.request_id)
    return JSONResponse({"status": outcome.value}, CANCEL_STATUSES[outcome], _id_header(job))


async def find_job(request: Request) -> Job:
    """The job that the path names, when it belongs to the app of the path and to the asking key.

    Raises:
        Refusal: 401, or 404 for an unknown app or request.
    """
    named = request.path_params["endpoint"]
    owner = await authorize_app(request, named)
    if not any(_is_or_belongs_to(endpoint, named) for endpoint in INPUT_MODELS):
        raise unknown_app(named)
    job = await edge_of(request).jobs.get(request.path_params["request_id"], with_payload=False)
    if job is None or not _is_or_belongs_to(job.endpoint, named) or (owner is not None and job.owner != owner):
        raise not_found()
    return job


def _is_or_belongs_to(endpoint: str, named: str) -> bool:
    """Clients name jobs by owner and alias only; people write the whole endpoint."""
    return named in (endpoint, "/".join(endpoint.split("/")[:2]))


def _id_header(job: Job) -> dict[str, str]:
    return {"x-fal-request-id": job.request_id}
