"""The synchronous run: one request that answers with the result.

It is the queue with a wait: the job is as durable as any other, and a sender who hangs up cancels it.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vesture.api.edge import edge_of
from vesture.api.fal_queue import outcome_response
from vesture.api.gateway import addresses_of
from vesture.api.intake import take_in
from vesture.api.watch import ticks
from vesture.core.job import Job, JobStatus
from vesture.core.ports import JobStore


async def run(request: Request) -> Response:
    """Store a job, wait for its end, answer as its result route does.

    504 when it has not ended within the server's limit for synchronous runs; it is cancelled then.
    """
    edge = edge_of(request)
    job = await take_in(request)
    ended = asyncio.ensure_future(_ended(edge.jobs, job.request_id))
    hung_up = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait(
            {ended, hung_up},
            timeout=edge.limits.sync_timeout_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if ended.done():
            return _outcome(request, job, ended.result())
        await edge.jobs.request_cancel(job.request_id)
        return _unfinished(job, hung_up=hung_up.done(), limit_seconds=edge.limits.sync_timeout_seconds)
    finally:
        ended.cancel()
        hung_up.cancel()


def _outcome(request: Request, job: Job, ended: Job | None) -> Response:
    if ended is None:  # its record was removed while it was waited for
        return _unfinished(job, hung_up=True, limit_seconds=0.0)
    return outcome_response(ended, addresses_of(request))


def _unfinished(job: Job, *, hung_up: bool, limit_seconds: float) -> Response:
    if hung_up:
        status, kind, detail = 499, "client_disconnected", "The client closed the connection before the end"
    else:
        status, kind, detail = 504, "request_timeout", f"The run did not end within {limit_seconds:g} s; use the queue"
    headers = {"x-fal-request-id": job.request_id, "x-fal-error-type": kind}
    return JSONResponse({"detail": detail, "error_type": kind}, status, headers)


async def _ended(jobs: JobStore, request_id: str) -> Job | None:
    async with aclosing(ticks(jobs)) as changes:
        async for _ in changes:
            job = await jobs.get(request_id, with_payload=False)
            if job is None or job.status is JobStatus.DONE:
                return job
    raise AssertionError("ticks never end")


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
